/* Whole reads and writes over a disk that does less than it is asked, and files replaced whole. */
#include "check.h"

#include "store/file.h"
#include "store/memdisk.h"

#include <errno.h>
#include <fcntl.h>

/* A disk that moves one byte at a time. */
static const struct disk *whole;
static ssize_t one_pread(void *ctx, int fd, void *bytes, size_t len, uint64_t offset)
{
    return whole->pread(ctx, fd, bytes, len ? 1 : 0, offset);
}
static ssize_t one_pwrite(void *ctx, int fd, const void *bytes, size_t len, uint64_t offset)
{
    return whole->pwrite(ctx, fd, bytes, len ? 1 : 0, offset);
}

static void test_short_reads_and_writes_are_continued(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct disk slow = m->disk;
    struct file f;
    char bytes[8] = {0};
    size_t got;
    whole = &m->disk;
    slow.pread = one_pread;
    slow.pwrite = one_pwrite;
    assert_int_equal(file_open(&slow, "s", "f", O_RDWR | O_CREAT, &f), 0);
    assert_int_equal(file_write(&f, "abcdef", 6, 0), 0);
    assert_int_equal(file_read(&f, bytes, 4, 1, &got), 0);
    assert_int_equal(got, 4);
    assert_string_equal(bytes, "bcde");
    assert_int_equal(file_read(&f, bytes, 8, 4, &got), 0);
    assert_int_equal(got, 2); /* the file ends */
    assert_int_equal(file_close(&f), 0);
    assert_int_equal(file_close(&f), 0); /* again is fine */
    memdisk_free(m);
}

static void test_a_replaced_file_is_the_old_or_the_new_after_a_crash(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    assert_int_equal(m->disk.mkdir(m, "s", 0700), 0);
    assert_int_equal(file_sync_dir(&m->disk, "s/.."), 0);
    assert_int_equal(file_replace(&m->disk, "s", "f", "old", 3), 0);
    assert_int_equal(file_sync_dir(&m->disk, "s"), 0);
    size_t from = m->change_count;
    assert_int_equal(file_replace(&m->disk, "s", "f", "newer", 5), 0);
    for (size_t changes = from; changes <= m->change_count; changes++)
        for (size_t kept = 0; kept <= memdisk_unsynced(m, changes); kept++) {
            struct memdisk *after = memdisk_after_crash(m, changes, kept, true);
            struct buffer b = {0};
            assert_int_equal(file_slurp(&after->disk, "s", "f", 100, &b), 0);
            assert_true((b.len == 3 && memcmp(b.bytes, "old", 3) == 0) ||
                        (b.len == 5 && memcmp(b.bytes, "newer", 5) == 0));
            buffer_clear(&b);
            memdisk_free(after);
        }
    memdisk_free(m);
}

static void test_a_failed_replacement_leaves_the_old_file_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned call;
    } rows[] = {{"open", MEM_OPEN},
                {"write", MEM_PWRITE},
                {"sync", MEM_SYNC},
                {"close", MEM_CLOSE},
                {"rename", MEM_RENAME}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = memdisk_new();
        size_t len;
        assert_int_equal(file_replace(&m->disk, "s", "f", "old", 3), 0);
        memdisk_fail(m, rows[i].call, 1, EIO, false);
        CHECK(file_replace(&m->disk, "s", "f", "new", 3) == -EIO, rows[i].name);
        CHECK(memcmp(memdisk_bytes(m, "s/f", &len), "old", 3) == 0, rows[i].name);
        CHECK(!memdisk_bytes(m, "s/f.tmp", &len), rows[i].name);
        CHECK(memdisk_open_handles(m) == 0, rows[i].name);
        memdisk_free(m);
    }
}

static void test_a_file_is_not_taken_in_beyond_the_limit(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct buffer b = {0};
    memdisk_put(m, "s/f", "12345", 5);
    assert_int_equal(file_slurp(&m->disk, "s", "f", 4, &b), -EFBIG);
    assert_int_equal(b.len, 0);
    assert_int_equal(file_slurp(&m->disk, "s", "f", 5, &b), 0);
    assert_int_equal(b.len, 5);
    assert_int_equal(file_slurp(&m->disk, "s", "none", 5, &b), -ENOENT);
    buffer_clear(&b);
    memdisk_free(m);
}

static void test_each_failure_has_its_way_on(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum lth_err want;
    } rows[] = {{0, LTH_OK},
                {-ENOSPC, LTH_DISK_FULL},
                {-EDQUOT, LTH_DISK_FULL},
                {-EROFS, LTH_READ_ONLY},
                {-EACCES, LTH_READ_ONLY},
                {-EMFILE, LTH_LIMIT},
                {-ENOMEM, LTH_NO_MEMORY},
                {-ENOENT, LTH_NOT_FOUND},
                {-EIO, LTH_IO}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(file_error(rows[i].status), rows[i].want, "status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_reads_and_writes_are_continued),
        cmocka_unit_test(test_a_replaced_file_is_the_old_or_the_new_after_a_crash),
        cmocka_unit_test(test_a_failed_replacement_leaves_the_old_file_alone),
        cmocka_unit_test(test_a_file_is_not_taken_in_beyond_the_limit),
        cmocka_unit_test(test_each_failure_has_its_way_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
