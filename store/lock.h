/* store/lock.h - one process at a time: an exclusive lock on the file `lock`, which holds the
 * pid of its holder in decimal. The kernel lets go of it when the holder dies. */
#ifndef LTH_STORE_LOCK_H
#define LTH_STORE_LOCK_H

#include "base/error.h"
#include "store/file.h"

#include <stdbool.h>

/* Takes the lock and changes no byte. LTH_NOT_FOUND when there is no lock file and make does not
 * allow one; LTH_IN_USE with the pid of the holder (0 = unknown) in *holder; LTH_READ_ONLY where
 * no lock file can be made or opened; LTH_DISK_FULL, LTH_IO. status of the disk in *status. */
LTH_MUST_USE enum lth_err lock_take(const struct disk *disk, const char *dir, bool make,
                                    struct file *out, pid_t *holder, int *status);

/* Tells whoever comes next our pid. The lock holds without it: where it cannot be written, a second
 * process only learns less. */
void lock_sign(const struct file *lock);

void lock_release(struct file *lock);

#endif
