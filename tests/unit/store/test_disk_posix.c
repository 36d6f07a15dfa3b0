/* The real disk keeps the promises of disk.h: -errno, and a lock that a second open meets. */
#include "check.h"

#include "store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/lanthorn-disk-XXXXXX", path[64], other[64];

static int begin(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/f", dir);
    snprintf(other, sizeof other, "%s/g", dir);
    return 0;
}

static int end(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(dir);
}

static void test_what_was_written_can_be_read(void **state)
{
    (void)state;
    const struct disk *d = disk_posix();
    char bytes[8] = {0};
    int fd = d->open(d->ctx, path, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(d->pwrite(d->ctx, fd, "abcd", 4, 2), 4);
    assert_int_equal(d->size(d->ctx, fd), 6);
    assert_int_equal(d->datasync(d->ctx, fd), 0);
    assert_int_equal(d->truncate(d->ctx, fd, 4), 0);
    assert_int_equal(d->sync(d->ctx, fd), 0);
    assert_int_equal(d->pread(d->ctx, fd, bytes, sizeof bytes, 1), 3);
    assert_memory_equal(bytes, "\0ab", 3);
    assert_int_equal(d->close(d->ctx, fd), 0);
    assert_int_equal(d->rename(d->ctx, path, other), 0);
    assert_int_equal(d->open(d->ctx, path, O_RDONLY, 0), -ENOENT);
    assert_int_equal(d->unlink(d->ctx, other), 0);
}

static void test_failures_come_as_negative_errno(void **state)
{
    (void)state;
    const struct disk *d = disk_posix();
    char byte;
    assert_int_equal(d->pread(d->ctx, -1, &byte, 1, 0), -EBADF);
    assert_int_equal(d->pwrite(d->ctx, -1, &byte, 1, 0), -EBADF);
    assert_int_equal(d->datasync(d->ctx, -1), -EBADF);
    assert_int_equal(d->sync(d->ctx, -1), -EBADF);
    assert_int_equal(d->truncate(d->ctx, -1, 0), -EBADF);
    assert_int_equal(d->size(d->ctx, -1), -EBADF);
    assert_int_equal(d->close(d->ctx, -1), -EBADF);
    assert_int_equal(d->lock(d->ctx, -1), -EBADF);
    assert_int_equal(d->unlink(d->ctx, path), -ENOENT);
    assert_int_equal(d->rename(d->ctx, path, other), -ENOENT);
    assert_int_equal(d->mkdir(d->ctx, dir, 0700), -EEXIST);
    assert_null(d->map(d->ctx, -1, 1));
}

static void test_what_is_no_plain_file_is_not_opened(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int flags, want;
    } rows[] = {
        {"to read", O_RDONLY, -EMEDIUMTYPE},
        {"to read and write", O_RDWR | O_CREAT, -EMEDIUMTYPE},
        {"to replace", O_WRONLY | O_CREAT | O_TRUNC, -ENXIO},
    };
    const struct disk *d = disk_posix();
    struct stat about;
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK(d->open(d->ctx, path, rows[i].flags, 0600) == rows[i].want, rows[i].name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(d->open(d->ctx, dir, O_RDONLY, 0), -EISDIR);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(d->open(d->ctx, path, O_RDWR | O_CREAT, 0600), -ELOOP);
    assert_int_equal(stat(other, &about), -1);
    assert_int_equal(unlink(path), 0);
}

static void test_a_directory_may_be_named_by_a_link(void **state)
{
    (void)state;
    const struct disk *d = disk_posix();
    assert_int_equal(symlink(dir, path), 0);
    int fd = d->open(d->ctx, path, O_RDONLY | O_DIRECTORY, 0);
    assert_true(fd >= 0);
    assert_int_equal(d->close(d->ctx, fd), 0);
    assert_int_equal(unlink(path), 0);
}

static void test_a_lock_is_met_by_a_second_open_and_gone_with_the_first(void **state)
{
    (void)state;
    const struct disk *d = disk_posix();
    int first = d->open(d->ctx, path, O_RDWR | O_CREAT, 0600);
    int second = d->open(d->ctx, path, O_RDWR, 0);
    assert_int_equal(d->lock(d->ctx, first), 0);
    assert_int_equal(d->lock(d->ctx, second), -EAGAIN);
    assert_int_equal(d->close(d->ctx, first), 0);
    assert_int_equal(d->lock(d->ctx, second), 0);
    assert_int_equal(d->close(d->ctx, second), 0);
}

static void test_a_map_writes_through_after_close(void **state)
{
    (void)state;
    const struct disk *d = disk_posix();
    char byte = 0;
    int fd = d->open(d->ctx, path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(d->pwrite(d->ctx, fd, "abcd", 4, 0), 4);
    uint8_t *at = d->map(d->ctx, fd, 4);
    assert_non_null(at);
    assert_int_equal(d->close(d->ctx, fd), 0);
    at[2] = 'X';
    fd = d->open(d->ctx, path, O_RDONLY, 0);
    assert_int_equal(d->pread(d->ctx, fd, &byte, 1, 2), 1);
    assert_int_equal(byte, 'X');
    assert_int_equal(d->close(d->ctx, fd), 0);
    d->unmap(d->ctx, at, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_can_be_read),
        cmocka_unit_test(test_failures_come_as_negative_errno),
        cmocka_unit_test(test_what_is_no_plain_file_is_not_opened),
        cmocka_unit_test(test_a_directory_may_be_named_by_a_link),
        cmocka_unit_test(test_a_lock_is_met_by_a_second_open_and_gone_with_the_first),
        cmocka_unit_test(test_a_map_writes_through_after_close),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
