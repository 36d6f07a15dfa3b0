/* The happy path:
 *   1. client_submit writes a command's line to the output, with its ticket as `ref`;
 *   2. on_bytes feeds the splitter, and serve hands on line after line, until it is paused;
 *   3. EVENT_READY, the first line, says whose node it is, which makes the others understandable;
 *   4. client_close lets the output run empty and closes both.
 * Without 3 on_silent is told when the patience is over; it is the user who closes, then.
 * The input's end and a failed output both mean that the node is gone; lines that have come are
 * handed on before. The user may close the client from inside on_line: serve looks each time. */
#include "ui/client_uv.h"

#include "ui/json_command.h"
#include "ui/later_uv.h"
#include "ui/splitter.h"
#include "ui/stdio_uv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    COMMAND_LINE_MAX = 64 * 1024,       /* lanthorn-interface(7): a node reads no longer one */
    PATIENCE_MS = 10000,                /* until the first line; a node at work is quicker */
    EVENT_LINE_MAX = 128 * 1024 * 1024, /* far more than any answer is */
};

struct client {
    struct client_user user;
    struct stdio io;
    struct splitter lines;
    struct later turn;
    uv_timer_t patience; /* runs until is_known */
    struct buffer command;
    uint8_t me[ID_LEN];
    bool is_known; /* me is */
    bool is_paused, is_serving, is_lost, has_told, is_closing;
    int open_parts; /* io, turn, patience */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void on_line(struct client *c, const char *line, size_t len)
{
    struct read_event read;
    enum lth_err err = json_event_read(line, len, c->is_known ? c->me : NULL, &read);
    if (err == LTH_OK && read.event.type == EVENT_READY) {
        memcpy(c->me, read.event.ready.id, ID_LEN);
        c->is_known = true;
        uv_timer_stop(&c->patience);
    }
    c->user.on_line(c->user.ctx, err, &read, line, len);
    json_event_clear(&read);
}

/* Hands on one line; false when none is there. */
static bool serve_line(struct client *c)
{
    const char *line;
    size_t len;
    switch (splitter_next(&c->lines, &line, &len)) {
    case SPLIT_NONE: return false;
    case SPLIT_LINE: on_line(c, line, len); return true;
    case SPLIT_TOO_LONG: on_line(c, "", 0); return true; /* which is malformed */
    }
    return false;
}

static void serve(struct client *c)
{
    bool has_line = true;
    if (c->is_serving)
        return; /* the loop below goes on by itself */
    c->is_serving = true;
    while (has_line && !c->is_paused && !c->is_closing)
        has_line = serve_line(c);
    c->is_serving = false;
    if (c->is_closing)
        return;
    if (has_line)
        input_pause(c->io.input);
    else if (!c->is_lost)
        input_resume(c->io.input);
    else if (!c->has_told) {
        c->has_told = true;
        c->user.on_lost(c->user.ctx);
    }
}

static void on_turn(void *ctx)
{
    serve(ctx);
}

static void on_silence(uv_timer_t *timer)
{
    struct client *c = timer->data;
    c->user.on_silent(c->user.ctx);
}

static void lose(struct client *c)
{
    uv_timer_stop(&c->patience);
    splitter_end(&c->lines);
    c->is_lost = true;
    later_ask(&c->turn);
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct client *c = ctx;
    if (splitter_feed(&c->lines, bytes, len) == LTH_OK)
        serve(c);
    else
        lose(c); /* without memory there is no more to hear */
}

static void on_end(void *ctx)
{
    lose(ctx);
}

static void on_written(void *ctx, uint64_t mark)
{
    (void)ctx;
    (void)mark;
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

/* What the node said before it went may still be there to be read: its end tells the rest. */
static void on_failed(void *ctx)
{
    (void)ctx;
}

static enum lth_err open_io(uv_loop_t *loop, int fd, struct client *c)
{
    const struct input_user in = {on_bytes, on_end, c};
    const struct output_user out = {on_written, on_drained, on_failed, c};
    int other = dup(fd); /* each of the two closes its own */
    enum lth_err err = other < 0 ? LTH_IO : stdio_open(loop, fd, other, &in, &out, &c->io);
    if (err != LTH_OK && other >= 0)
        close(other);
    return err;
}

enum lth_err client_open(uv_loop_t *loop, int fd, const struct client_user *user,
                         struct client **out)
{
    struct client *c = calloc(1, sizeof *c);
    enum lth_err err = c ? open_io(loop, fd, c) : LTH_NO_MEMORY;
    if (err != LTH_OK) {
        close(fd);
        free(c);
        return err;
    }
    c->user = *user;
    splitter_init(&c->lines, EVENT_LINE_MAX);
    later_init(&c->turn, loop, on_turn, c);
    uv_timer_init(loop, &c->patience);
    c->patience.data = c;
    uv_timer_start(&c->patience, on_silence, PATIENCE_MS, 0);
    c->open_parts = 3;
    later_ask(&c->turn);
    *out = c;
    return LTH_OK;
}

enum lth_err client_submit(struct client *c, const struct command *command)
{
    char ref[24];
    int ref_len = snprintf(ref, sizeof ref, "%" PRIu64, command->ticket);
    struct buffer *out = output_buffer(c->io.output);
    size_t before = out->len;
    enum lth_err err = json_command_write(out, command, (struct json_ref){ref, (size_t)ref_len});
    if (err == LTH_OK && out->len - before > COMMAND_LINE_MAX) {
        out->len = before;
        err = LTH_TOO_LONG;
    }
    output_put(c->io.output, 0);
    return err;
}

void client_pause(struct client *c)
{
    c->is_paused = true;
}

void client_resume(struct client *c)
{
    if (c->is_paused)
        later_ask(&c->turn);
    c->is_paused = false;
}

static void release(struct client *c)
{
    if (--c->open_parts > 0)
        return;
    splitter_clear(&c->lines);
    c->on_closed(c->closed_ctx);
    free(c);
}

static void on_io_closed(void *ctx)
{
    release(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void client_close(struct client *c, void (*on_closed)(void *ctx), void *ctx)
{
    c->is_closing = true;
    c->on_closed = on_closed;
    c->closed_ctx = ctx;
    stdio_close(&c->io, on_io_closed, c);
    later_close(&c->turn, on_handle_closed);
    uv_close((uv_handle_t *)&c->patience, on_handle_closed);
}
