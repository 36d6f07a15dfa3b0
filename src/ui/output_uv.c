/* The happy path:
 *   1. bytes are appended to `gathering`; output_put asks for a turn of the loop;
 *   2. on_turn moves the whole of `gathering` to `leaving` and writes it: uv_write, or
 *      uv_fs_write, which may take a part and is then asked again;
 *   3. on_left: the mark goes to the user, and what has gathered meanwhile leaves next;
 *   4. output_close lets both buffers run empty, then closes the three handles; the last
 *      close callback frees.
 * A failed write forgets both buffers for good. When the patience of output_close is used
 * up, closing a stream cuts its write off, and on_stream_left runs before the close
 * callback; a file's write is waited for, since it does not depend on a reader. */
#include "ui/output_uv.h"

#include "ui/descriptor_uv.h"
#include "ui/later_uv.h"

#include <stdlib.h>

struct output {
    struct descriptor to;
    struct later turn;
    uv_timer_t patience;
    int open_handles;
    uv_write_t stream_write;
    uv_fs_t file_write;
    struct buffer gathering, leaving;
    uint64_t gathering_mark, leaving_mark;
    size_t file_at; /* how much of leaving a file has taken */
    bool is_writing, was_full, has_failed, is_closing, handles_closing;
    struct output_user user;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void on_turn(void *ctx);

enum lth_err output_open(uv_loop_t *loop, int fd, const struct output_user *user,
                         struct output **out)
{
    struct output *o = calloc(1, sizeof *o);
    if (!o)
        return LTH_NO_MEMORY;
    enum lth_err err = descriptor_open(loop, fd, o, &o->to);
    if (err != LTH_OK) {
        free(o);
        return err;
    }
    later_init(&o->turn, loop, on_turn, o);
    uv_timer_init(loop, &o->patience); /* cannot fail */
    o->patience.data = o;
    o->open_handles = 3;
    o->file_write.data = o;
    o->user = *user;
    *out = o;
    return LTH_OK;
}

struct buffer *output_buffer(struct output *o)
{
    return &o->gathering;
}

void output_put(struct output *o, uint64_t mark)
{
    if (mark)
        o->gathering_mark = mark;
    if (o->has_failed)
        buffer_clear(&o->gathering);
    else if (!o->is_writing)
        later_ask(&o->turn);
    o->was_full = o->was_full || output_is_full(o);
}

static size_t waiting(const struct output *o)
{
    return o->gathering.len + o->leaving.len;
}

bool output_is_full(const struct output *o)
{
    return waiting(o) >= OUTPUT_FULL;
}

bool output_is_idle(const struct output *o)
{
    return o->has_failed || (waiting(o) == 0 && o->gathering_mark == 0);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct output *o = handle->data;
    if (--o->open_handles > 0)
        return;
    buffer_clear(&o->gathering);
    buffer_clear(&o->leaving);
    o->on_closed(o->closed_ctx);
    free(o);
}

static void close_handles(struct output *o)
{
    if (o->handles_closing)
        return;
    o->handles_closing = true;
    descriptor_close(&o->to, on_handle_closed);
    later_close(&o->turn, on_handle_closed);
    uv_close((uv_handle_t *)&o->patience, on_handle_closed);
}

static void fail(struct output *o)
{
    bool first = !o->has_failed;
    o->has_failed = true;
    buffer_clear(&o->gathering);
    if (!o->is_writing) /* else somebody still reads it */
        buffer_clear(&o->leaving);
    if (first && !o->is_closing)
        o->user.on_failed(o->user.ctx);
}

/* A buffer that has once been big gives its memory back. */
static void forget_written(struct output *o)
{
    o->leaving.len = 0;
    if (o->leaving.size > OUTPUT_FULL)
        buffer_clear(&o->leaving);
}

static void tell(struct output *o)
{
    uint64_t mark = o->leaving_mark;
    o->leaving_mark = 0;
    o->user.on_written(o->user.ctx, mark);
    if (!o->was_full || waiting(o) > OUTPUT_FULL / 2 || o->is_closing)
        return;
    o->was_full = false;
    o->user.on_drained(o->user.ctx);
}

static void begin_write(struct output *o);

/* A write is over; all of leaving is out, or nothing more will be. */
static void on_left(struct output *o, bool is_good)
{
    o->is_writing = false;
    if (is_good) {
        forget_written(o);
        tell(o);
    } else {
        fail(o);
    }
    if (!output_is_idle(o) && !o->is_writing)
        begin_write(o);
    if (o->is_closing && output_is_idle(o) && !o->is_writing)
        close_handles(o);
}

static void on_stream_left(uv_write_t *req, int status)
{
    struct output *o = req->handle->data;
    on_left(o, status == 0);
}

static void on_file_took(uv_fs_t *req);

static bool write_file(struct output *o)
{
    uv_buf_t rest =
        uv_buf_init((char *)o->leaving.bytes + o->file_at, (unsigned)(o->leaving.len - o->file_at));
    return uv_fs_write(o->to.u.handle.loop, &o->file_write, o->to.fd, &rest, 1, -1, on_file_took) ==
           0;
}

static void on_file_took(uv_fs_t *req)
{
    struct output *o = req->data;
    ssize_t len = req->result;
    uv_fs_req_cleanup(req);
    if (len > 0)
        o->file_at += (size_t)len;
    bool is_done = len <= 0 || o->file_at == o->leaving.len;
    if (is_done)
        on_left(o, len > 0);
    else if (!write_file(o))
        on_left(o, false);
}

static bool write_stream(struct output *o)
{
    uv_buf_t all = uv_buf_init((char *)o->leaving.bytes, (unsigned)o->leaving.len);
    return uv_write(&o->stream_write, &o->to.u.stream, &all, 1, on_stream_left) == 0;
}

static void begin_write(struct output *o)
{
    struct buffer empty = o->leaving;
    o->leaving = o->gathering;
    o->gathering = empty;
    o->leaving_mark = o->gathering_mark;
    o->gathering_mark = 0;
    o->file_at = 0;
    o->is_writing = true;
    if (o->leaving.len == 0) /* only a mark */
        on_left(o, true);
    else if (!(o->to.is_file ? write_file(o) : write_stream(o)))
        on_left(o, false);
}

static void on_turn(void *ctx)
{
    struct output *o = ctx;
    if (!o->is_writing && !output_is_idle(o))
        begin_write(o);
}

static void on_patience_lost(uv_timer_t *timer)
{
    struct output *o = timer->data;
    fail(o);
    if (!o->is_writing || !o->to.is_file)
        close_handles(o);
}

void output_close(struct output *o, void (*on_closed)(void *ctx), void *ctx)
{
    o->is_closing = true;
    o->on_closed = on_closed;
    o->closed_ctx = ctx;
    if (output_is_idle(o) && !o->is_writing)
        close_handles(o);
    else
        uv_timer_start(&o->patience, on_patience_lost, OUTPUT_CLOSE_PATIENCE_MS, 0);
}
