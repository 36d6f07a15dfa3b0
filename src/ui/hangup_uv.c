/* The happy path: a copy of the descriptor is polled, for libuv has each number in one handle
 * only; a reader that goes wakes the poll; the poll closes, and with it the copy. */
#include "ui/hangup_uv.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_reader(int fd)
{
    struct stat kind;
    return fstat(fd, &kind) == 0 && (S_ISFIFO(kind.st_mode) || S_ISSOCK(kind.st_mode));
}

/* A socket whose other end only stopped writing wakes it, too: that one still reads. */
static void on_event(uv_poll_t *poll_handle, int status, int events)
{
    struct hangup *h = poll_handle->data;
    struct pollfd now = {.fd = h->fd};
    (void)status;
    (void)events;
    uv_poll_stop(&h->poll);
    if (poll(&now, 1, 0) == 1 && now.revents & (POLLERR | POLLHUP))
        h->on_gone(h->ctx);
}

void hangup_open(struct hangup *h, uv_loop_t *loop, int fd, void (*on_gone)(void *ctx), void *ctx)
{
    h->fd = has_reader(fd) ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (h->fd < 0)
        return; /* the next write tells */
    if (uv_poll_init(loop, &h->poll, h->fd) != 0) {
        close(h->fd);
        return;
    }
    h->poll.data = h;
    h->on_gone = on_gone;
    h->ctx = ctx;
    h->is_open = true;
    (void)uv_poll_start(&h->poll, UV_DISCONNECT, on_event); /* fails only when it is closing */
}

static void on_closed(uv_handle_t *handle)
{
    struct hangup *h = handle->data;
    close(h->fd);
}

void hangup_close(struct hangup *h)
{
    if (h->is_open)
        uv_close((uv_handle_t *)&h->poll, on_closed);
    h->is_open = false;
}
