#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

enum lth_err file_error(int status)
{
    switch (-status) {
    case 0: return LTH_OK;
    case ENOSPC:
    case EDQUOT: return LTH_DISK_FULL;
    case EROFS:
    case EACCES:
    case EPERM: return LTH_READ_ONLY;
    case EMFILE:
    case ENFILE: return LTH_LIMIT;
    case ENOMEM: return LTH_NO_MEMORY;
    case ENOENT: return LTH_NOT_FOUND;
    default: return LTH_IO;
    }
}

static int join(char path[PATH_MAX], const char *dir, const char *name, const char *suffix)
{
    int len = snprintf(path, PATH_MAX, "%s/%s%s", dir, name, suffix);
    return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int file_open(const struct disk *disk, const char *dir, const char *name, int flags,
              struct file *out)
{
    char path[PATH_MAX];
    *out = (struct file){.disk = disk, .fd = -1};
    int status = join(path, dir, name, "");
    if (status == 0)
        status = disk->open(disk->ctx, path, flags, 0600);
    if (status < 0)
        return status;
    out->fd = status;
    return 0;
}

int file_close(struct file *f)
{
    int fd = f->fd;
    f->fd = -1;
    return fd < 0 ? 0 : f->disk->close(f->disk->ctx, fd);
}

int file_read(const struct file *f, void *bytes, size_t len, uint64_t offset, size_t *got)
{
    size_t have = 0;
    while (have < len) {
        ssize_t n =
            f->disk->pread(f->disk->ctx, f->fd, (uint8_t *)bytes + have, len - have, offset + have);
        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    *got = have;
    return 0;
}

int file_write(const struct file *f, const void *bytes, size_t len, uint64_t offset)
{
    size_t put = 0;
    while (put < len) {
        ssize_t n = f->disk->pwrite(f->disk->ctx, f->fd, (const uint8_t *)bytes + put, len - put,
                                    offset + put);
        if (n < 0)
            return (int)n;
        if (n == 0)
            return -EIO;
        put += (size_t)n;
    }
    return 0;
}

int file_datasync(const struct file *f)
{
    return f->disk->datasync(f->disk->ctx, f->fd);
}

int file_truncate(const struct file *f, uint64_t len)
{
    return f->disk->truncate(f->disk->ctx, f->fd, len);
}

int64_t file_size(const struct file *f)
{
    return f->disk->size(f->disk->ctx, f->fd);
}

static int slurp(const struct file *f, size_t max, struct buffer *out)
{
    int64_t size = file_size(f);
    size_t got = 0;
    if (size < 0)
        return (int)size;
    if ((uint64_t)size > max)
        return -EFBIG;
    uint8_t *room = buffer_room(out, (size_t)size);
    if (!room)
        return -ENOMEM;
    int status = file_read(f, room, (size_t)size, 0, &got);
    if (status == 0)
        out->len += got;
    return status;
}

int file_slurp(const struct disk *disk, const char *dir, const char *name, size_t max,
               struct buffer *out)
{
    struct file f;
    int status = file_open(disk, dir, name, O_RDONLY, &f);
    if (status < 0)
        return status;
    status = slurp(&f, max, out);
    (void)file_close(&f); /* nothing was written, so nothing can be lost */
    return status;
}

static int write_new(const struct disk *disk, const char *path, const void *bytes, size_t len)
{
    struct file f = {.disk = disk};
    f.fd = disk->open(disk->ctx, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (f.fd < 0)
        return f.fd;
    int status = file_write(&f, bytes, len, 0);
    if (status == 0)
        status = disk->sync(disk->ctx, f.fd);
    int closed = file_close(&f);
    return status < 0 ? status : closed;
}

int file_replace(const struct disk *disk, const char *dir, const char *name, const void *bytes,
                 size_t len)
{
    char path[PATH_MAX], beside[PATH_MAX];
    int status = join(path, dir, name, "");
    if (status == 0)
        status = join(beside, dir, name, ".tmp");
    if (status < 0)
        return status;
    status = write_new(disk, beside, bytes, len);
    if (status == 0)
        status = disk->rename(disk->ctx, beside, path);
    if (status < 0)
        (void)disk->unlink(disk->ctx, beside); /* a leftover would only take room */
    return status;
}

int file_unlink(const struct disk *disk, const char *dir, const char *name)
{
    char path[PATH_MAX];
    int status = join(path, dir, name, "");
    return status < 0 ? status : disk->unlink(disk->ctx, path);
}

int file_sync_dir(const struct disk *disk, const char *dir)
{
    int fd = disk->open(disk->ctx, dir, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    int status = disk->sync(disk->ctx, fd);
    (void)disk->close(disk->ctx, fd); /* the sync has said all there is */
    return status;
}
