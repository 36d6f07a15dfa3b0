/* store/file.h - whole reads, whole writes, whole files, on any struct disk.
 *
 * disk.h may read and write less than it was asked; these do not. Statuses are those of
 * disk.h: 0, or -errno; file_error turns one into an lth_err.
 */
#ifndef LTH_STORE_FILE_H
#define LTH_STORE_FILE_H

#include "base/buffer.h"
#include "store/disk.h"

struct file {
    const struct disk *disk; /* borrowed */
    int fd;                  /* owned; -1 when closed */
};

/* Full, read-only and out of handles are told apart, for each has its own way on. */
enum lth_err file_error(int status);

/* dir/name, mode 0600 when it is made. *out is closed when this fails. */
int file_open(const struct disk *disk, const char *dir, const char *name, int flags,
              struct file *out);
int file_close(struct file *f); /* may be called again */

/* Up to len bytes, fewer only where the file ends; how many in *got. */
int file_read(const struct file *f, void *bytes, size_t len, uint64_t offset, size_t *got);

/* All bytes, or a failure after any number of them. */
int file_write(const struct file *f, const void *bytes, size_t len, uint64_t offset);

int file_datasync(const struct file *f);
int file_truncate(const struct file *f, uint64_t len);
int64_t file_size(const struct file *f);

/* Appends the whole file to out; -EFBIG when it has more than max bytes. */
int file_slurp(const struct disk *disk, const char *dir, const char *name, size_t max,
               struct buffer *out);

/* Puts bytes in the place of dir/name: written beside it, synced, renamed. After a crash the
 * old or the new content is there, whole; durable with the next file_sync_dir. */
int file_replace(const struct disk *disk, const char *dir, const char *name, const void *bytes,
                 size_t len);

int file_unlink(const struct disk *disk, const char *dir, const char *name);
int file_sync_dir(const struct disk *disk, const char *dir);

#endif
