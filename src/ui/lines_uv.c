/* Plain lines. The happy path (ui/lines.h has the states):
 *   1. READY or somebody's appearance makes a question due; on_turn asks it;
 *   2. once WHO is known the input is read, and each line submitted, while the node is not
 *      busy;
 *   3. messages of others go to the output, complaints to stderr;
 *   4. in state DONE the host is asked to stop.
 * on_event may run in the middle of a step of the node, so what follows from it is done in
 * on_turn. */
#include "ui/complain.h"
#include "ui/later_uv.h"
#include "ui/lines.h"
#include "ui/splitter.h"
#include "ui/stdio_uv.h"
#include "ui/tongue_uv.h"

#include <stdlib.h>

struct plain {
    struct lines lines;
    struct ui_host host;
    struct stdio io;
    struct splitter splitter;
    struct later turn;
    uv_timer_t timer;
    uint64_t timeout_ms;
    bool is_serving, has_stopped;
    bool has_failed; /* the input or the output */
    bool has_lost;   /* memory was out: a message is missing, so none after it counts as shown */
    int open_parts;  /* io, turn, timer */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void stop(struct plain *p)
{
    if (!p->has_stopped)
        p->host.stop(p->host.ctx);
    p->has_stopped = true;
}

static void on_timeout(uv_timer_t *timer);

/* Starts or stops the timer, pauses the input or stops, as the state has it. */
static void follow_state(struct plain *p)
{
    bool is_timed = lines_is_timed(&p->lines);
    if (is_timed && !uv_is_active((uv_handle_t *)&p->timer))
        uv_timer_start(&p->timer, on_timeout, p->timeout_ms, 0);
    else if (!is_timed)
        uv_timer_stop(&p->timer);
    if (p->lines.state == LINES_DONE)
        stop(p);
}

static void on_timeout(uv_timer_t *timer)
{
    struct plain *p = timer->data;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    lines_timeout(&p->lines, &complaints);
    complain_lines(&text);
    follow_state(p);
}

static bool serve_line(struct plain *p)
{
    const char *line;
    size_t len;
    struct command command;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    switch (splitter_next(&p->splitter, &line, &len)) {
    case SPLIT_NONE: return false;
    case SPLIT_LINE:
        lines_take(&p->lines, line, len, &command);
        p->host.submit(p->host.ctx, &command);
        return true;
    case SPLIT_TOO_LONG:
        lines_take_too_long(&p->lines, &complaints);
        complain_lines(&text);
        return true;
    }
    return false;
}

static bool may_serve(const struct plain *p)
{
    return p->lines.state == LINES_SENDING && !p->has_stopped && !p->host.busy(p->host.ctx);
}

static void serve(struct plain *p)
{
    bool has_line = true;
    if (p->is_serving)
        return; /* the loop below goes on by itself */
    p->is_serving = true;
    while (has_line && may_serve(p))
        has_line = serve_line(p);
    p->is_serving = false;
    if (has_line)
        input_pause(p->io.input);
    else
        input_resume(p->io.input);
    if (!has_line && p->splitter.ended)
        lines_end_of_input(&p->lines);
    follow_state(p);
}

static void on_turn(void *ctx)
{
    struct plain *p = ctx;
    struct command question;
    if (seek_ask(&p->lines.seek, &question))
        p->host.submit(p->host.ctx, &question);
    serve(p);
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct plain *p = ctx;
    if (splitter_feed(&p->splitter, bytes, len) == LTH_OK) {
        serve(p);
        return;
    }
    complain("Memory is short: standard input was sent only in part.");
    p->has_failed = true;
    stop(p);
}

static void on_end(void *ctx)
{
    struct plain *p = ctx;
    splitter_end(&p->splitter);
    serve(p);
}

static void on_written(void *ctx, uint64_t mark)
{
    struct plain *p = ctx;
    if (mark)
        p->host.shown(p->host.ctx, mark);
}

static void on_drained(void *ctx)
{
    struct plain *p = ctx;
    p->host.drained(p->host.ctx);
}

static void on_failed(void *ctx)
{
    struct plain *p = ctx;
    complain("%s", complaint_no_output);
    p->has_failed = true;
    stop(p);
}

static enum lth_err open_lines(uv_loop_t *loop, const struct ui_config *config,
                               const struct ui_host *host, void **out)
{
    struct plain *p = calloc(1, sizeof *p);
    if (!p)
        return LTH_NO_MEMORY;
    const struct input_user in = {on_bytes, on_end, p};
    const struct output_user to = {on_written, on_drained, on_failed, p};
    enum lth_err err = stdio_open(loop, config->in_fd, config->out_fd, &in, &to, &p->io);
    if (err != LTH_OK) {
        free(p);
        return err;
    }
    lines_init(&p->lines, config->to, config->has_addresses);
    splitter_init(&p->splitter, TEXT_MAX);
    later_init(&p->turn, loop, on_turn, p);
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    p->open_parts = 3;
    p->host = *host;
    p->timeout_ms = (uint64_t)config->timeout_s * 1000;
    follow_state(p);
    *out = p;
    return LTH_OK;
}

static void on_event(void *self, const struct event *e)
{
    struct plain *p = self;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    struct pen printed = pen_over(output_buffer(p->io.output), false);
    enum lines_state before = p->lines.state;
    lines_event(&p->lines, e, &printed, &complaints);
    p->has_lost = p->has_lost || pen_finish(&printed) != LTH_OK;
    output_put(p->io.output, e->type == EVENT_MESSAGE && !p->has_lost ? e->message.record : 0);
    complain_lines(&text);
    if (p->lines.state != before) /* the time of the state before is over */
        uv_timer_stop(&p->timer);
    if (p->lines.state != before || p->lines.seek.is_due || lines_is_timed(&p->lines))
        later_ask(&p->turn);
}

static void resume(void *self)
{
    serve(self);
}

static bool is_full(const void *self)
{
    const struct plain *p = self;
    return output_is_full(p->io.output);
}

static int exit_status(const void *self)
{
    const struct plain *p = self;
    return p->has_failed ? (int)EXIT_FAILED : (int)lines_status(&p->lines);
}

static void release(struct plain *p)
{
    if (--p->open_parts > 0)
        return;
    splitter_clear(&p->splitter);
    p->on_closed(p->closed_ctx);
    free(p);
}

static void on_stdio_closed(void *ctx)
{
    release(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void close_lines(void *self, void (*on_closed)(void *ctx), void *ctx)
{
    struct plain *p = self;
    p->has_stopped = true;
    p->on_closed = on_closed;
    p->closed_ctx = ctx;
    stdio_close(&p->io, on_stdio_closed, p);
    later_close(&p->turn, on_handle_closed);
    uv_close((uv_handle_t *)&p->timer, on_handle_closed);
}

const struct tongue lines_tongue = {open_lines, on_event,    resume,
                                    is_full,    exit_status, close_lines};
