/* ui/descriptor_uv.h - a libuv handle over a descriptor, whatever stands behind it.
 *
 * Pipe, socket and terminal become streams. Regular files, /dev/null and the like cannot be
 * polled; they are read and written through uv_fs_*, and their handle only serves to be
 * closed. libuv makes what it polls non-blocking, for every process that shares it: the
 * flags are put back when the descriptor is closed.
 */
#ifndef LTH_UI_DESCRIPTOR_UV_H
#define LTH_UI_DESCRIPTOR_UV_H

#include "base/error.h"

#include <stdbool.h>
#include <uv.h>

struct descriptor {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
        uv_tty_t tty;
        uv_idle_t idle; /* of a file: never started */
    } u;
    bool is_file;
    int fd, flags; /* as we got it */
};

/* Sets handle->data to data. LTH_UNAVAILABLE for a descriptor that is closed or of no use;
 * then there is nothing to close. A stream that libuv accepts only in part fails at its
 * first read or write. */
LTH_MUST_USE enum lth_err descriptor_open(uv_loop_t *loop, int fd, void *data,
                                          struct descriptor *out);

/* Files and descriptors 0 to 2 stay open, other streams are closed. */
void descriptor_close(struct descriptor *d, uv_close_cb on_closed);

#endif
