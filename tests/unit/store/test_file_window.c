/* The moving window: what it shows is the file, and what it holds is bounded. */
#include "check.h"

#include "store/file_window.h"
#include "store/memdisk.h"

#include <errno.h>
#include <fcntl.h>

static struct memdisk *m;
static struct file f;

static int begin(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    m = memdisk_new();
    memdisk_put(m, "s/f", bytes, sizeof bytes);
    return file_open(&m->disk, "s", "f", O_RDONLY, &f);
}

static int end(void **state)
{
    (void)state;
    int status = file_close(&f);
    memdisk_free(m);
    return status;
}

static void test_any_piece_can_be_looked_at(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset;
        size_t len;
    } rows[] = {{0, 1}, {10, 16}, {12, 4}, {8, 4}, {255, 1}, {0, 256}, {100, 0}, {200, 56}};
    struct file_window w = {0};
    file_window_over(&w, &f, 16);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const uint8_t *view = file_window_view(&w, rows[i].offset, rows[i].len);
        assert_non_null(view);
        for (size_t at = 0; at < rows[i].len; at++)
            assert_int_equal(view[at], rows[i].offset + at);
    }
    assert_int_equal(w.size, 256);
    file_window_clear(&w);
}

static void test_neighbours_are_read_once(void **state)
{
    (void)state;
    struct file_window w = {0};
    file_window_over(&w, &f, 64);
    assert_non_null(file_window_view(&w, 0, 8));
    memdisk_fail(m, MEM_PREAD, 1, EIO, true);
    for (uint64_t at = 0; at <= 56; at++)
        assert_non_null(file_window_view(&w, at, 8));
    assert_null(file_window_view(&w, 57, 8));
    assert_int_equal(w.status, -EIO);
    memdisk_fail(m, 0, 0, 0, false);
    assert_non_null(file_window_view(&w, 57, 8)); /* asked again, it is there */
    file_window_clear(&w);
}

static void test_the_end_is_no_failure(void **state)
{
    (void)state;
    struct file_window w = {0};
    file_window_over(&w, &f, 64);
    assert_null(file_window_view(&w, 250, 7));
    assert_int_equal(w.status, 0);
    assert_null(file_window_view(&w, 1000, 1));
    assert_int_equal(w.status, 0);
    assert_null(file_window_view(&w, UINT64_MAX - 4, 1));
    assert_int_equal(w.status, 0);
    file_window_clear(&w);
}

static void test_reading_ahead_is_bounded_by_the_file(void **state)
{
    (void)state;
    struct file_window w = {0};
    file_window_over(&w, &f, 1 << 20);
    assert_non_null(file_window_view(&w, 0, 1));
    assert_int_equal(w.size, 256);
    file_window_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_piece_can_be_looked_at),
        cmocka_unit_test(test_neighbours_are_read_once),
        cmocka_unit_test(test_the_end_is_no_failure),
        cmocka_unit_test(test_reading_ahead_is_bounded_by_the_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
