/* The shown mark: it survives the process, never goes back, and never keeps a store from opening.
 */
#include "check.h"

#include "store/memdisk.h"
#include "store/shown.h"

#include <errno.h>
#include <sodium.h>

static const struct vault_secrets secrets = {.shown_mac = {3}};

enum { LAST = 1000 }; /* record of the log */

static struct shown opened(struct memdisk *m, const char *row)
{
    struct shown mark;
    CHECK_ERR(shown_open(&mark, &m->disk, "s", &secrets, LAST), LTH_OK, row);
    shown_begin(&mark, "s", LAST);
    return mark;
}

static struct memdisk *with_mark(uint64_t number)
{
    struct memdisk *m = memdisk_new();
    struct shown mark = opened(m, "new");
    shown_set(&mark, number - 1);
    shown_set(&mark, number);
    shown_close(&mark);
    return m;
}

static void test_the_mark_survives_without_a_write(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct shown mark = opened(m, "new");
    assert_int_equal(mark.number, 0);
    memdisk_fail(m, MEM_ANY, 1, EIO, true);
    shown_set(&mark, 5);
    shown_set(&mark, 9);
    shown_set(&mark, 7); /* never back */
    assert_int_equal(mark.number, 9);
    memdisk_fail(m, 0, 0, 0, false);
    struct shown again = opened(m, "after the process died");
    assert_int_equal(again.number, 9);
    shown_set(&again, 10);
    shown_close(&again);
    shown_close(&mark);
    again = opened(m, "again");
    assert_int_equal(again.number, 10);
    shown_close(&again);
    memdisk_free(m);
}

static void test_a_spoiled_slot_leaves_the_mark_before_it(void **state)
{
    (void)state;
    enum { USED = 48 };
    for (size_t at = 0; at < SHOWN_FILE_LEN; at++) {
        struct memdisk *m = with_mark(8);
        size_t len;
        memdisk_bytes(m, "s/shown", &len)[at] ^= 1;
        struct shown mark = opened(m, "spoiled");
        bool newest = at >= SHOWN_SLOT_LEN && at < SHOWN_SLOT_LEN + USED;
        assert_int_equal(mark.number, newest ? 7 : 8);
        shown_set(&mark, 9);
        shown_close(&mark);
        mark = opened(m, "moved on");
        assert_int_equal(mark.number, 9);
        shown_close(&mark);
        memdisk_free(m);
    }
}

static void test_a_mark_that_cannot_be_kept_lives_in_memory(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned calls;
        int error;
    } rows[] = {{"open", MEM_OPEN, EIO},
                {"read", MEM_PREAD, EIO},
                {"map", MEM_MAP, ENOMEM},
                {"write", MEM_PWRITE, ENOSPC}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = memdisk_new();
        memdisk_fail(m, rows[i].calls, 1, rows[i].error, true);
        struct shown mark = opened(m, rows[i].name);
        shown_set(&mark, 3);
        CHECK(mark.number == 3 && !mark.map, rows[i].name);
        shown_close(&mark);
        CHECK(memdisk_open_handles(m) == 0, rows[i].name);
        memdisk_free(m);
    }
}

static void test_a_read_only_disk_yields_the_mark(void **state)
{
    (void)state;
    struct memdisk *m = with_mark(8);
    m->read_only = true;
    struct shown mark = opened(m, "read-only");
    assert_int_equal(mark.number, 8);
    assert_null(mark.map);
    shown_close(&mark);
    memdisk_free(m);
}

static void test_a_short_file_is_filled_up(void **state)
{
    (void)state;
    struct memdisk *m = with_mark(8);
    size_t len;
    memdisk_cut(m, "s/shown", SHOWN_SLOT_LEN + 10);
    struct shown mark = opened(m, "short");
    assert_int_equal(mark.number, 7);
    memdisk_bytes(m, "s/shown", &len);
    assert_int_equal(len, SHOWN_FILE_LEN);
    shown_close(&mark);
    memdisk_free(m);
}

static struct shown opened_at(struct memdisk *m, uint64_t last)
{
    struct shown mark;
    CHECK_ERR(shown_open(&mark, &m->disk, "s", &secrets, last), LTH_OK, "with its last record");
    shown_begin(&mark, "s", last);
    return mark;
}

static void test_a_mark_beyond_the_log_is_put_back_for_good(void **state)
{
    (void)state;
    struct memdisk *m = with_mark(8);
    assert_int_equal(m->disk.mkdir(m, "s", 0700), 0);
    assert_int_equal(file_sync_dir(&m->disk, "s"), 0);
    assert_int_equal(file_sync_dir(&m->disk, "s/.."), 0);
    struct shown mark = opened_at(m, 8);
    assert_int_equal(mark.number, 8); /* the last record is within */
    shown_close(&mark);
    mark = opened_at(m, 5);
    assert_int_equal(mark.number, 5);
    struct memdisk *cut = memdisk_after_crash(m, m->change_count, 0, false);
    shown_set(&mark, 6);
    shown_close(&mark);
    mark = opened(m, "as many records as before");
    assert_int_equal(mark.number, 6); /* 7 and 8 are others now, and not shown */
    shown_close(&mark);
    mark = opened(cut, "after a power cut");
    assert_int_equal(mark.number, 5);
    shown_close(&mark);
    memdisk_free(cut);
    memdisk_free(m);
}

static void
test_a_mark_beyond_the_log_is_put_back_in_memory_where_it_cannot_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned calls;
        bool read_only;
    } rows[] = {
        {"read-only", 0, true}, {"write", MEM_PWRITE, false}, {"sync", MEM_DATASYNC, false}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = with_mark(8);
        m->read_only = rows[i].read_only;
        memdisk_fail(m, rows[i].calls, rows[i].calls ? 1 : 0, EIO, true);
        struct shown mark = opened_at(m, 5);
        CHECK(mark.number == 5 && !mark.map, rows[i].name);
        shown_set(&mark, 6);
        CHECK(mark.number == 6, rows[i].name);
        shown_close(&mark);
        memdisk_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_mark_survives_without_a_write),
        cmocka_unit_test(test_a_spoiled_slot_leaves_the_mark_before_it),
        cmocka_unit_test(test_a_mark_that_cannot_be_kept_lives_in_memory),
        cmocka_unit_test(test_a_read_only_disk_yields_the_mark),
        cmocka_unit_test(test_a_short_file_is_filled_up),
        cmocka_unit_test(test_a_mark_beyond_the_log_is_put_back_for_good),
        cmocka_unit_test(
            test_a_mark_beyond_the_log_is_put_back_in_memory_where_it_cannot_be_written),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
