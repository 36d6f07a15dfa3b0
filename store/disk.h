/* store/disk.h - the few things the store asks of a file system, as a table.
 *
 * disk_posix() is the real one. Tests put a recorder, a failing disk or a full one in
 * its place (tests/unit/store/). Every function returns 0 or more, or -errno; only
 * map returns an address.
 */
#ifndef LTH_STORE_DISK_H
#define LTH_STORE_DISK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct disk {
    /* O_CLOEXEC is added. What is not of the kind asked for is refused without waiting: a
     * directory with O_DIRECTORY, else a plain file that is no link. */
    int (*open)(void *ctx, const char *path, int flags, mode_t mode);
    ssize_t (*pread)(void *ctx, int fd, void *bytes, size_t len, uint64_t offset);
    ssize_t (*pwrite)(void *ctx, int fd, const void *bytes, size_t len, uint64_t offset);
    int (*datasync)(void *ctx, int fd);
    int (*sync)(void *ctx, int fd); /* also for directories */
    int (*truncate)(void *ctx, int fd, uint64_t len);
    int64_t (*size)(void *ctx, int fd);
    int (*close)(void *ctx, int fd);
    int (*rename)(void *ctx, const char *from, const char *to);
    int (*unlink)(void *ctx, const char *path);
    int (*mkdir)(void *ctx, const char *path, mode_t mode);
    /* Takes the file's exclusive lock until fd is closed; -EAGAIN when another open has it. */
    int (*lock)(void *ctx, int fd);
    /* The first len bytes of the file, shared with it; NULL when that cannot be. Closing fd
     * does not end it, unmap does. */
    void *(*map)(void *ctx, int fd, size_t len);
    void (*unmap)(void *ctx, void *at, size_t len);
    void *ctx;
};

const struct disk *disk_posix(void);

#endif
