/* The happy path:
 *   1. input_resume starts reading: a stream with uv_read_start, a file with one uv_fs_read;
 *   2. on_stream_bytes, or on_file_bytes which asks for the next chunk, hands the bytes on;
 *   3. at the end on_end, and no more reading.
 * input_close during a file's read waits for it: on_file_bytes then closes. */
#include "ui/input_uv.h"

#include "ui/descriptor_uv.h"

#include <stdlib.h>

struct input {
    struct descriptor from;
    uv_fs_t read;
    bool is_reading; /* a file's read is under way */
    bool is_wanted;  /* not paused */
    bool has_ended, is_closing;
    struct input_user user;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
    char chunk[INPUT_CHUNK];
};

enum lth_err input_open(uv_loop_t *loop, int fd, const struct input_user *user, struct input **out)
{
    struct input *in = calloc(1, sizeof *in);
    if (!in)
        return LTH_NO_MEMORY;
    enum lth_err err = descriptor_open(loop, fd, in, &in->from);
    if (err != LTH_OK) {
        free(in);
        return err;
    }
    in->user = *user;
    in->read.data = in;
    *out = in;
    return LTH_OK;
}

static void end(struct input *in)
{
    if (in->has_ended || in->is_closing)
        return;
    in->has_ended = true;
    if (!in->from.is_file)
        uv_read_stop(&in->from.u.stream);
    in->user.on_end(in->user.ctx);
}

static void on_chunk_wanted(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct input *in = handle->data;
    (void)suggested;
    *buf = uv_buf_init(in->chunk, sizeof in->chunk);
}

static void on_stream_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct input *in = stream->data;
    if (len > 0)
        in->user.on_bytes(in->user.ctx, buf->base, (size_t)len);
    else if (len < 0) /* UV_EOF, or an error that ends it as well */
        end(in);
}

static void on_file_bytes(uv_fs_t *req);

static void read_file(struct input *in)
{
    uv_buf_t buf = uv_buf_init(in->chunk, sizeof in->chunk);
    in->is_reading =
        uv_fs_read(in->from.u.handle.loop, &in->read, in->from.fd, &buf, 1, -1, on_file_bytes) == 0;
    if (!in->is_reading)
        end(in);
}

static void close_now(struct input *in);

static void on_file_bytes(uv_fs_t *req)
{
    struct input *in = req->data;
    ssize_t len = req->result;
    uv_fs_req_cleanup(req);
    in->is_reading = false;
    if (in->is_closing) {
        close_now(in);
        return;
    }
    if (len <= 0) {
        end(in);
        return;
    }
    in->user.on_bytes(in->user.ctx, in->chunk, (size_t)len);
    if (in->is_wanted && !in->is_closing && !in->is_reading)
        read_file(in);
}

void input_resume(struct input *in)
{
    if (in->is_wanted || in->has_ended || in->is_closing)
        return;
    in->is_wanted = true;
    if (in->from.is_file && !in->is_reading)
        read_file(in);
    else if (!in->from.is_file &&
             uv_read_start(&in->from.u.stream, on_chunk_wanted, on_stream_bytes) < 0)
        end(in);
}

void input_pause(struct input *in)
{
    if (in->is_wanted && !in->from.is_file && !in->has_ended && !in->is_closing)
        uv_read_stop(&in->from.u.stream);
    in->is_wanted = false;
}

static void on_descriptor_closed(uv_handle_t *handle)
{
    struct input *in = handle->data;
    in->on_closed(in->closed_ctx);
    free(in);
}

static void close_now(struct input *in)
{
    descriptor_close(&in->from, on_descriptor_closed);
}

void input_close(struct input *in, void (*on_closed)(void *ctx), void *ctx)
{
    in->is_closing = true;
    in->on_closed = on_closed;
    in->closed_ctx = ctx;
    if (!in->is_reading)
        close_now(in);
}
