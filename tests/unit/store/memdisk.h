/* tests/unit/store/memdisk.h - a disk in memory that can lie, fill up, fail and forget.
 *
 * Every change is recorded, so that the state after a crash can be made from any moment:
 * what a sync covered is there, and of the rest a chosen first part, the last of it torn.
 * Names are covered by a sync of their directory, bytes by a sync of their file.
 */
#ifndef LTH_TESTS_MEMDISK_H
#define LTH_TESTS_MEMDISK_H

#include "base/buffer.h"
#include "store/disk.h"

#include <stdbool.h>

/* Which call fails. */
enum memdisk_call {
    MEM_OPEN = 1 << 0,
    MEM_PREAD = 1 << 1,
    MEM_PWRITE = 1 << 2,
    MEM_DATASYNC = 1 << 3,
    MEM_SYNC = 1 << 4,
    MEM_TRUNCATE = 1 << 5,
    MEM_SIZE = 1 << 6,
    MEM_CLOSE = 1 << 7,
    MEM_RENAME = 1 << 8,
    MEM_UNLINK = 1 << 9,
    MEM_MKDIR = 1 << 10,
    MEM_LOCK = 1 << 11,
    MEM_MAP = 1 << 12,
    MEM_ANY = (1 << 13) - 1,
};

enum { MEM_FILES_MAX = 256, MEM_HANDLES_MAX = 64 };

struct memdisk {
    struct disk disk; /* give &m->disk to what is tested */
    /* The fail_at-th call of a kind in fail_calls gives -fail_errno, and if fail_for_ever all
     * after it; 0: none. calls counts them. */
    unsigned fail_calls, fail_at, calls;
    int fail_errno;
    bool fail_for_ever;
    bool read_only; /* -EROFS for every change */
    size_t limit;   /* bytes in all files; 0: no limit */

    struct mem_file *files[MEM_FILES_MAX]; /* by identity, owned */
    size_t file_count;
    struct mem_name {
        char *path;
        size_t file;
    } names[MEM_FILES_MAX];
    size_t name_count;
    struct mem_handle {
        size_t file;
        bool is_open;
    } handles[MEM_HANDLES_MAX];
    struct mem_change *changes; /* owned */
    size_t change_count, change_size;
};

struct memdisk *memdisk_new(void);
void memdisk_free(struct memdisk *m);

/* Makes the m's calls fail from now on, or no more with at = 0. */
void memdisk_fail(struct memdisk *m, unsigned calls, unsigned at, int error, bool for_ever);

/* A new disk as it could be found after the machine stopped when `changes` changes had been
 * made: those that a sync covered, and the first `unsynced` of the others. With torn the last
 * of these is written by half. */
struct memdisk *memdisk_after_crash(const struct memdisk *m, size_t changes, size_t unsynced,
                                    bool torn);

/* How many of the first `changes` changes no sync had covered. */
size_t memdisk_unsynced(const struct memdisk *m, size_t changes);

/* A new disk with the same files. */
struct memdisk *memdisk_copy(const struct memdisk *m);

/* The content of a file, to look at and to spoil; NULL when there is none. */
uint8_t *memdisk_bytes(struct memdisk *m, const char *path, size_t *len);
void memdisk_cut(struct memdisk *m, const char *path, size_t len);
void memdisk_remove(struct memdisk *m, const char *path);
void memdisk_put(struct memdisk *m, const char *path, const void *bytes, size_t len);
size_t memdisk_open_handles(const struct memdisk *m);

#endif
