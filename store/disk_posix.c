#include "store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A call cut off by a signal is made again. */
#define UNTIL_DONE(result, call)                                                                   \
    do {                                                                                           \
        (result) = (call);                                                                         \
    } while ((result) < 0 && errno == EINTR)

/* Reading from a pipe would wait, and a device may be without end. */
static int check_plain(int fd)
{
    struct stat about;
    if (fstat(fd, &about) < 0)
        return -errno;
    return S_ISREG(about.st_mode) ? 0 : S_ISDIR(about.st_mode) ? -EISDIR : -EMEDIUMTYPE;
}

static int posix_open(void *ctx, const char *path, int flags, mode_t mode)
{
    (void)ctx;
    int fd;
    if (!(flags & O_DIRECTORY))
        flags |= O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    UNTIL_DONE(fd, open(path, flags | O_CLOEXEC, mode));
    if (fd < 0)
        return -errno;
    int status = (flags & O_DIRECTORY) ? 0 : check_plain(fd);
    if (status < 0)
        (void)close(fd); /* nothing was written */
    return status < 0 ? status : fd;
}

static ssize_t posix_pread(void *ctx, int fd, void *bytes, size_t len, uint64_t offset)
{
    (void)ctx;
    ssize_t got;
    UNTIL_DONE(got, pread(fd, bytes, len, (off_t)offset));
    return got < 0 ? -errno : got;
}

static ssize_t posix_pwrite(void *ctx, int fd, const void *bytes, size_t len, uint64_t offset)
{
    (void)ctx;
    ssize_t put;
    UNTIL_DONE(put, pwrite(fd, bytes, len, (off_t)offset));
    return put < 0 ? -errno : put;
}

/* Never repeated, whatever the reason: a second success would prove nothing. */
static int posix_datasync(void *ctx, int fd)
{
    (void)ctx;
    return fdatasync(fd) < 0 ? -errno : 0;
}

static int posix_sync(void *ctx, int fd)
{
    (void)ctx;
    return fsync(fd) < 0 ? -errno : 0;
}

static int posix_truncate(void *ctx, int fd, uint64_t len)
{
    (void)ctx;
    int result;
    UNTIL_DONE(result, ftruncate(fd, (off_t)len));
    return result < 0 ? -errno : 0;
}

static int64_t posix_size(void *ctx, int fd)
{
    (void)ctx;
    struct stat about;
    return fstat(fd, &about) < 0 ? -errno : (int64_t)about.st_size;
}

static int posix_close(void *ctx, int fd)
{
    (void)ctx;
    /* Linux gives the descriptor back even when close is interrupted. */
    return close(fd) < 0 && errno != EINTR ? -errno : 0;
}

static int posix_rename(void *ctx, const char *from, const char *to)
{
    (void)ctx;
    return rename(from, to) < 0 ? -errno : 0;
}

static int posix_unlink(void *ctx, const char *path)
{
    (void)ctx;
    return unlink(path) < 0 ? -errno : 0;
}

static int posix_mkdir(void *ctx, const char *path, mode_t mode)
{
    (void)ctx;
    return mkdir(path, mode) < 0 ? -errno : 0;
}

/* An open-file-description lock: it belongs to fd, not to the process, so that a second
 * store in the same process is refused too. */
static int posix_lock(void *ctx, int fd)
{
    (void)ctx;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
        return 0;
    return errno == EACCES ? -EAGAIN : -errno;
}

static void *posix_map(void *ctx, int fd, size_t len)
{
    (void)ctx;
    void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

static void posix_unmap(void *ctx, void *at, size_t len)
{
    (void)ctx;
    (void)munmap(at, len);
}

const struct disk *disk_posix(void)
{
    static const struct disk posix = {
        .open = posix_open,
        .pread = posix_pread,
        .pwrite = posix_pwrite,
        .datasync = posix_datasync,
        .sync = posix_sync,
        .truncate = posix_truncate,
        .size = posix_size,
        .close = posix_close,
        .rename = posix_rename,
        .unlink = posix_unlink,
        .mkdir = posix_mkdir,
        .lock = posix_lock,
        .map = posix_map,
        .unmap = posix_unmap,
    };
    return &posix;
}
