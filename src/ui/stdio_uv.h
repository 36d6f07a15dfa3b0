/* ui/stdio_uv.h - an input and an output that belong together.
 *
 * They may be one and the same socket or terminal, so the output is closed first, and only
 * when it has run empty the input.
 */
#ifndef LTH_UI_STDIO_UV_H
#define LTH_UI_STDIO_UV_H

#include "ui/input_uv.h"
#include "ui/output_uv.h"

struct stdio {
    struct input *input; /* starts paused */
    struct output *output;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

/* On an error both are closed, but for descriptors 0 to 2. LTH_UNAVAILABLE: one of the two was
 * closed already. */
LTH_MUST_USE enum lth_err stdio_open(uv_loop_t *loop, int in_fd, int out_fd,
                                     const struct input_user *in_user,
                                     const struct output_user *out_user, struct stdio *out);

/* io stays where it is until on_closed. */
void stdio_close(struct stdio *io, void (*on_closed)(void *ctx), void *ctx);

#endif
