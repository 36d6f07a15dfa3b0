#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PID_TEXT_LEN = 32 };

static pid_t read_holder(const struct file *lock)
{
    char text[PID_TEXT_LEN] = {0};
    size_t got;
    if (file_read(lock, text, sizeof text - 1, 0, &got) < 0)
        return 0;
    long pid = strtol(text, NULL, 10);
    if (pid <= 0 || pid > INT32_MAX || (kill((pid_t)pid, 0) != 0 && errno == ESRCH))
        return 0; /* who only reads does not write its own, and leaves that of one long gone */
    return (pid_t)pid;
}

enum lth_err lock_take(const struct disk *disk, const char *dir, bool make, struct file *out,
                       pid_t *holder, int *status)
{
    *status = file_open(disk, dir, "lock", make ? O_RDWR | O_CREAT : O_RDWR, out);
    if (*status < 0)
        return file_error(*status);
    *status = disk->lock(disk->ctx, out->fd);
    if (*status == 0)
        return LTH_OK;
    if (*status == -EAGAIN)
        *holder = read_holder(out);
    (void)file_close(out);
    return *status == -EAGAIN ? LTH_IN_USE : file_error(*status);
}

/* Padded to one length, so that a shorter pid leaves nothing of a longer one. */
void lock_sign(const struct file *lock)
{
    char text[PID_TEXT_LEN];
    int len = snprintf(text, sizeof text, "%-10ld\n", (long)getpid());
    if (len > 0)
        (void)file_write(lock, text, (size_t)len, 0);
}

void lock_release(struct file *lock)
{
    (void)file_close(lock); /* nothing in it is worth keeping */
}
