#include "ui/stdio_uv.h"

#include <unistd.h>

static void on_abandoned(void *ctx)
{
    (void)ctx; /* the input frees itself */
}

static void abandon(int fd)
{
    if (fd > STDERR_FILENO)
        (void)close(fd); /* it may be closed already */
}

enum lth_err stdio_open(uv_loop_t *loop, int in_fd, int out_fd, const struct input_user *in_user,
                        const struct output_user *out_user, struct stdio *out)
{
    struct stdio io = {0};
    enum lth_err err = input_open(loop, in_fd, in_user, &io.input);
    if (err == LTH_OK)
        err = output_open(loop, out_fd, out_user, &io.output);
    if (err == LTH_OK) {
        *out = io;
        return LTH_OK;
    }
    if (io.input)
        input_close(io.input, on_abandoned, NULL);
    else
        abandon(in_fd);
    abandon(out_fd);
    return err;
}

static void on_output_closed(void *ctx)
{
    struct stdio *io = ctx;
    input_close(io->input, io->on_closed, io->closed_ctx);
}

void stdio_close(struct stdio *io, void (*on_closed)(void *ctx), void *ctx)
{
    io->on_closed = on_closed;
    io->closed_ctx = ctx;
    input_pause(io->input);
    output_close(io->output, on_output_closed, io);
}
