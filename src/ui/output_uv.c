/* The happy path:
 *   1. bytes are appended to `gathering`; output_put notes the mark behind them and asks for a
 *      turn of the loop;
 *   2. on_turn moves the whole of `gathering` to `leaving`, and go_on writes it in pieces: at
 *      once while the reader takes them, then with uv_write; or with uv_fs_write;
 *   3. after each piece the marks it reached go to the user, so that a process killed in the
 *      middle of a long output has not shown much more than it knows of;
 *   4. on_left: all is out, and what has gathered meanwhile leaves next;
 *   5. output_close lets both buffers run empty, then closes the three handles; the last
 *      close callback frees.
 * A failed write forgets both buffers for good. When the patience of output_close is used
 * up, closing a stream cuts its write off, and on_stream_left runs before the close
 * callback; a file's write is waited for, since it does not depend on a reader. */
#include "ui/output_uv.h"

#include "ui/descriptor_uv.h"
#include "ui/later_uv.h"

#include <stdlib.h>
#include <string.h>

/* A pipe takes so much whole or not at all (PIPE_BUF). */
enum { PIECE = 4096 };

/* All bytes of a buffer before end are needed for mark. */
struct output_mark {
    uint64_t mark;
    size_t end;
};

/* Bytes on their way, and the marks among them, in order. */
struct load {
    struct buffer bytes, marks; /* marks: of struct output_mark */
    size_t written;             /* of bytes */
    size_t passed;              /* bytes of marks told */
};

struct output {
    struct descriptor to;
    struct later turn;
    uv_timer_t patience;
    int open_handles;
    uv_write_t stream_write;
    uv_fs_t file_write;
    struct load gathering, leaving;
    size_t piece; /* being written */
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
    return &o->gathering.bytes;
}

static void load_clear(struct load *l)
{
    buffer_clear(&l->bytes);
    buffer_clear(&l->marks);
    l->written = l->passed = 0;
}

/* Makes it empty; one that has once been big gives its memory back. */
static void load_reset(struct load *l)
{
    if (l->bytes.size > OUTPUT_FULL)
        buffer_clear(&l->bytes);
    l->bytes.len = l->marks.len = 0;
    l->written = l->passed = 0;
}

static void note_mark(struct load *l, uint64_t mark)
{
    struct output_mark m = {mark, l->bytes.len};
    if (mark && buffer_append(&l->marks, &m, sizeof m) != LTH_OK)
        return; /* memory is short: the message will be shown once more after a restart */
}

void output_put(struct output *o, uint64_t mark)
{
    note_mark(&o->gathering, mark);
    if (o->has_failed)
        load_clear(&o->gathering);
    else if (!o->is_writing)
        later_ask(&o->turn);
    o->was_full = o->was_full || output_is_full(o);
}

static size_t waiting(const struct output *o)
{
    return o->gathering.bytes.len + o->leaving.bytes.len - o->leaving.written;
}

bool output_is_full(const struct output *o)
{
    return waiting(o) >= OUTPUT_FULL;
}

bool output_is_idle(const struct output *o)
{
    return o->has_failed || (waiting(o) == 0 && o->gathering.marks.len == 0);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct output *o = handle->data;
    if (--o->open_handles > 0)
        return;
    load_clear(&o->gathering);
    load_clear(&o->leaving);
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
    load_clear(&o->gathering);
    if (!o->is_writing) /* else somebody still reads it */
        load_clear(&o->leaving);
    if (first && !o->is_closing)
        o->user.on_failed(o->user.ctx);
}

/* The last mark that what is written has reached and that was not told; 0 = none. */
static uint64_t pass_marks(struct load *l)
{
    struct output_mark m = {0, 0}, next;
    for (; l->passed < l->marks.len; l->passed += sizeof next) {
        memcpy(&next, l->marks.bytes + l->passed, sizeof next);
        if (next.end > l->written)
            break;
        m = next;
    }
    return m.mark;
}

static void on_piece(struct output *o, size_t len)
{
    o->leaving.written += len;
    uint64_t mark = pass_marks(&o->leaving);
    if (mark)
        o->user.on_written(o->user.ctx, mark);
}

static void tell(struct output *o)
{
    o->user.on_written(o->user.ctx, pass_marks(&o->leaving));
    if (!o->was_full || waiting(o) > OUTPUT_FULL / 2 || o->is_closing)
        return;
    o->was_full = false;
    o->user.on_drained(o->user.ctx);
}

/* A write is over; all of leaving is out, or nothing more will be. */
static void on_left(struct output *o, bool is_good)
{
    o->is_writing = false;
    if (is_good) {
        tell(o);
        load_reset(&o->leaving);
    } else {
        fail(o);
    }
    if (!output_is_idle(o) && !o->is_writing)
        later_ask(&o->turn);
    if (o->is_closing && output_is_idle(o) && !o->is_writing)
        close_handles(o);
}

static void go_on(struct output *o);

static void on_stream_left(uv_write_t *req, int status)
{
    struct output *o = req->handle->data;
    if (status != 0) {
        on_left(o, false);
        return;
    }
    on_piece(o, o->piece);
    go_on(o);
}

static void on_file_took(uv_fs_t *req)
{
    struct output *o = req->data;
    ssize_t len = req->result;
    uv_fs_req_cleanup(req);
    if (len <= 0) {
        on_left(o, false);
        return;
    }
    on_piece(o, (size_t)len);
    go_on(o);
}

static uv_buf_t next_piece(struct output *o)
{
    size_t left = o->leaving.bytes.len - o->leaving.written;
    o->piece = left < PIECE ? left : PIECE;
    return uv_buf_init((char *)o->leaving.bytes.bytes + o->leaving.written, (unsigned)o->piece);
}

/* Writes what the reader takes at once; false when the rest must wait or cannot go. */
static bool write_at_once(struct output *o, int *status)
{
    while (o->leaving.written < o->leaving.bytes.len) {
        uv_buf_t piece = next_piece(o);
        *status = uv_try_write(&o->to.u.stream, &piece, 1);
        if (*status <= 0)
            return false;
        on_piece(o, (size_t)*status);
    }
    return true;
}

static int write_file(struct output *o)
{
    uv_buf_t piece = next_piece(o);
    return uv_fs_write(o->to.u.handle.loop, &o->file_write, o->to.fd, &piece, 1, -1, on_file_took);
}

static int write_stream(struct output *o)
{
    uv_buf_t piece = next_piece(o);
    return uv_write(&o->stream_write, &o->to.u.stream, &piece, 1, on_stream_left);
}

/* Writes what is left of leaving, as far as it goes without waiting; then waits. */
static void go_on(struct output *o)
{
    int status = 0;
    bool is_done = o->leaving.written == o->leaving.bytes.len;
    if (!is_done && !o->to.is_file)
        is_done = write_at_once(o, &status);
    if (!is_done && (status == 0 || status == UV_EAGAIN))
        status = o->to.is_file ? write_file(o) : write_stream(o);
    if (is_done)
        on_left(o, true);
    else if (status != 0)
        on_left(o, false);
}

static void begin_write(struct output *o)
{
    struct load empty = o->leaving;
    o->leaving = o->gathering;
    o->gathering = empty;
    o->is_writing = true;
    go_on(o);
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
