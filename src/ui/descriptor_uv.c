/* Opening: guess what stands behind the descriptor, make a handle of that kind, put the
 * descriptor into it. Only the first two steps can fail here, and before a handle exists. */
#include "ui/descriptor_uv.h"

#include <fcntl.h>

static int init_handle(uv_loop_t *loop, struct descriptor *d)
{
    switch (uv_guess_handle(d->fd)) {
    case UV_NAMED_PIPE: return uv_pipe_init(loop, &d->u.pipe, 0);
    case UV_TCP: return uv_tcp_init(loop, &d->u.tcp);
    case UV_TTY: return uv_tty_init(loop, &d->u.tty, d->fd, 0);
    case UV_FILE: d->is_file = true; return uv_idle_init(loop, &d->u.idle);
    default: return UV_EINVAL;
    }
}

enum lth_err descriptor_open(uv_loop_t *loop, int fd, void *data, struct descriptor *out)
{
    out->is_file = false;
    out->fd = fd;
    out->flags = fcntl(fd, F_GETFL);
    if (out->flags < 0 || init_handle(loop, out) < 0)
        return LTH_UNAVAILABLE;
    out->u.handle.data = data;
    if (out->u.handle.type == UV_NAMED_PIPE)
        (void)uv_pipe_open(&out->u.pipe, fd); /* the first use tells */
    else if (out->u.handle.type == UV_TCP)
        (void)uv_tcp_open(&out->u.tcp, fd);
    return LTH_OK;
}

void descriptor_close(struct descriptor *d, uv_close_cb on_closed)
{
    (void)fcntl(d->fd, F_SETFL, d->flags); /* before a number above 2 is given up */
    uv_close(&d->u.handle, on_closed);
}
