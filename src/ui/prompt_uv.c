/* The prompt: ui/chat.h knows what to say, ui/editor_uv.h how to say it. The happy path:
 *   1. on_event and on_line let the chat write into `text`;
 *   2. on_turn, in the next turn of the loop, prints the whole burst at once, so that the line
 *      being edited is redrawn once; then the host learns what has been shown;
 *   3. a timer wakes the chat while a message of ours is not delivered.
 * Ctrl-D and Ctrl-C ask the host to stop; on_turn goes on working until close_prompt. */
#include "base/clock.h"
#include "ui/chat.h"
#include "ui/editor_uv.h"
#include "ui/exit_status.h"
#include "ui/later_uv.h"
#include "ui/tongue_uv.h"

#include <stdlib.h>
#include <string.h>

struct prompt {
    struct chat chat;
    struct ui_host host;
    struct editor *editor;
    struct buffer text;   /* lines not printed yet */
    struct buffer prompt; /* as the editor has it, with a zero */
    uint64_t mark;        /* the record of the last message in text; 0 = none */
    bool color, has_stopped;
    bool has_lost; /* memory was out: a message is missing, so none after it counts as shown */
    enum exit_status status;
    struct later turn;
    uv_timer_t tick;
    int open_parts; /* editor, turn, tick */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static uint64_t monotonic_ms(const struct prompt *p)
{
    return uv_now(p->tick.loop);
}

static struct chat_time now(const struct prompt *p)
{
    return (struct chat_time){
        .wall_ms = clock_wall_ms(),
        .monotonic_ms = monotonic_ms(p),
    };
}

static void stop(struct prompt *p, enum exit_status status)
{
    if (p->has_stopped)
        return;
    p->has_stopped = true;
    p->status = status;
    p->host.stop(p->host.ctx);
}

static void submit(struct prompt *p, const struct command *c)
{
    if (c->type == COMMAND_QUIT)
        p->has_stopped = true; /* the host knows by the command */
    p->host.submit(p->host.ctx, c);
}

static void on_line(void *ctx, const char *line)
{
    struct prompt *p = ctx;
    struct pen pen = pen_over(&p->text, p->color);
    struct prompt_line typed;
    if (p->has_stopped || chat_line(&p->chat, line, &pen, &typed) != LTH_OK)
        return; /* too late, or out of memory: the line is in the editor's history */
    if (typed.kind == PROMPT_SUBMIT || typed.kind == PROMPT_TO || typed.kind == PROMPT_INFO)
        submit(p, &typed.command);
    prompt_line_clear(&typed);
    later_ask(&p->turn);
}

static void on_end(void *ctx)
{
    stop(ctx, EXIT_DONE);
}

static void on_interrupt(void *ctx)
{
    stop(ctx, EXIT_INTERRUPTED);
}

static char *on_complete(void *ctx, const char *before, const char *word, size_t nth)
{
    struct prompt *p = ctx;
    return chat_complete(&p->chat, before, word, nth);
}

/* Prints what has gathered; then it is shown, unless the terminal has gone. */
static void print_text(struct prompt *p)
{
    uint64_t mark = p->mark;
    enum lth_err err = p->text.len ? editor_print(p->editor, &p->text) : LTH_OK;
    buffer_clear(&p->text);
    p->mark = 0;
    if (err != LTH_OK)
        stop(p, EXIT_FAILED);
    else if (mark)
        p->host.shown(p->host.ctx, mark);
}

static void refresh_prompt(struct prompt *p)
{
    struct buffer wanted = {0};
    struct pen pen = pen_over(&wanted, false);
    chat_prompt(&p->chat, &pen);
    if (pen_finish(&pen) != LTH_OK || buffer_append(&wanted, "", 1) != LTH_OK ||
        (p->prompt.len == wanted.len && memcmp(p->prompt.bytes, wanted.bytes, wanted.len) == 0)) {
        buffer_clear(&wanted);
        return;
    }
    buffer_clear(&p->prompt);
    p->prompt = wanted;
    editor_set_prompt(p->editor, (const char *)wanted.bytes);
}

static void on_tick(uv_timer_t *timer);

static void settle(struct prompt *p)
{
    struct pen pen = pen_over(&p->text, p->color);
    chat_settle(&p->chat, monotonic_ms(p), &pen);
    print_text(p);
    refresh_prompt(p);
    if (chat_wants_tick(&p->chat) && !uv_is_active((uv_handle_t *)&p->tick))
        uv_timer_start(&p->tick, on_tick, UNSETTLED_PATIENCE_MS, 0);
}

static void on_tick(uv_timer_t *timer)
{
    settle(timer->data);
}

static void on_turn(void *ctx)
{
    struct prompt *p = ctx;
    struct command question;
    while (chat_ask(&p->chat, &question))
        submit(p, &question);
    settle(p);
}

static enum lth_err open_prompt(uv_loop_t *loop, const struct ui_config *config,
                                const struct ui_host *host, void **out)
{
    struct prompt *p = calloc(1, sizeof *p);
    if (!p)
        return LTH_NO_MEMORY;
    const struct editor_user user = {on_line, on_end, on_interrupt, on_complete, p};
    enum lth_err err = editor_open(loop, &user, &p->editor);
    if (err != LTH_OK) {
        free(p);
        return err;
    }
    chat_init(&p->chat, config->to, config->link_name, config->first_run);
    later_init(&p->turn, loop, on_turn, p);
    uv_timer_init(loop, &p->tick);
    p->tick.data = p;
    p->open_parts = 3;
    p->host = *host;
    p->color = config->color;
    *out = p;
    return LTH_OK;
}

static void on_event(void *self, const struct event *e)
{
    struct prompt *p = self;
    struct pen pen = pen_over(&p->text, p->color);
    chat_event(&p->chat, e, now(p), &pen);
    p->has_lost = p->has_lost || pen_finish(&pen) != LTH_OK;
    if (e->type == EVENT_MESSAGE && !p->has_lost)
        p->mark = e->message.record;
    later_ask(&p->turn);
}

static void resume(void *self)
{
    (void)self; /* nobody types faster than a node works */
}

static bool is_full(const void *self)
{
    (void)self; /* the terminal is written to at once */
    return false;
}

static int exit_status(const void *self)
{
    const struct prompt *p = self;
    return (int)p->status;
}

static void release(struct prompt *p)
{
    if (--p->open_parts > 0)
        return;
    chat_clear(&p->chat);
    buffer_clear(&p->text);
    buffer_clear(&p->prompt);
    p->on_closed(p->closed_ctx);
    free(p);
}

static void on_editor_closed(void *ctx)
{
    release(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void close_prompt(void *self, void (*on_closed)(void *ctx), void *ctx)
{
    struct prompt *p = self;
    p->has_stopped = true;
    p->on_closed = on_closed;
    p->closed_ctx = ctx;
    print_text(p);
    editor_close(p->editor, on_editor_closed, p);
    later_close(&p->turn, on_handle_closed);
    uv_close((uv_handle_t *)&p->tick, on_handle_closed);
}

const struct tongue prompt_tongue = {open_prompt, on_event,    resume,
                                     is_full,     exit_status, close_prompt};
