#include "prompt_driver.h"

#include "ui/color.h"
#include "ui/ui_uv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct driver {
    uv_loop_t loop;
    uv_timer_t timer;
    struct ui *ui;
    int status;
    uint64_t record;
};

static void on_closed(void *ctx)
{
    (void)ctx;
}

static void leave(struct driver *d)
{
    d->status = ui_exit_status(d->ui);
    ui_close(d->ui, on_closed, NULL);
    uv_close((uv_handle_t *)&d->timer, NULL);
}

static void tell_message(struct driver *d, const char *name, uint8_t from, const void *text,
                         size_t len)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message = (struct message_view){.name = name, .from = {from}, .record = ++d->record};
    e.message.time_ms = (uint64_t)time(NULL) * 1000;
    e.message.text = text;
    e.message.text_len = len;
    ui_event(d->ui, &e);
}

static void tell_peer(struct driver *d, const char *name, uint8_t number)
{
    struct event e = {.type = EVENT_PEER};
    e.peer = (struct peer_view){.id = {number}, .name = name, .petname = "", .online = true};
    ui_event(d->ui, &e);
}

static void on_interval(uv_timer_t *timer)
{
    static const char text[] = "日本語のメッセージ、長い行が折り返されても入力行は壊れない";
    tell_message(timer->data, "bob", 1, text, sizeof text - 1);
}

static void answer_verify(const struct command *c, struct event *e)
{
    e->type = strcmp(c->who, "bob") == 0 ? EVENT_SAFETY : EVENT_ERROR;
    if (e->type == EVENT_SAFETY) {
        memset(e->safety.peer, 0, ID_LEN);
        e->safety.peer[0] = 1;
        e->safety.number = "123456789012345678901234567890123456789012345678901234567890";
    } else {
        e->error.code = CODE_UNKNOWN_PEER;
        e->error.text = "Nobody here has this name; see /who.";
    }
}

static void on_submit(void *ctx, const struct command *c)
{
    struct driver *d = ctx;
    struct event e = {.type = EVENT_ACCEPTED, .is_answer = true, .ticket = c->ticket};
    if (c->type == COMMAND_SEND)
        tell_message(d, "echo", 2, c->text, c->text_len);
    else if (c->type == COMMAND_VERIFY)
        answer_verify(c, &e);
    else
        e.type = c->type == COMMAND_QUIT ? EVENT_BYE : EVENT_PEERS;
    ui_event(d->ui, &e);
    if (c->type == COMMAND_QUIT)
        leave(d);
}

static void on_shown(void *ctx, uint64_t record)
{
    (void)ctx;
    (void)record;
}

static void on_stop(void *ctx)
{
    leave(ctx);
}

static bool is_busy(void *ctx)
{
    (void)ctx;
    return false;
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

int prompt_driver_run(uint64_t interval_ms)
{
    struct driver d = {0};
    const struct ui_host host = {on_submit, on_shown, on_stop, is_busy, on_drained, &d};
    const struct ui_config config = {.kind = UI_PROMPT,
                                     .color = color_is_wanted(COLOR_AUTO, isatty(STDOUT_FILENO))};
    struct event ready = {.type = EVENT_READY};
    ready.ready.name = "me";
    ready.ready.version = ready.ready.data = "";
    uv_loop_init(&d.loop);
    uv_timer_init(&d.loop, &d.timer);
    d.timer.data = &d;
    if (ui_open(&d.loop, &config, &host, &d.ui) != LTH_OK)
        return 98;
    if (interval_ms)
        uv_timer_start(&d.timer, on_interval, interval_ms, interval_ms);
    ui_event(d.ui, &ready);
    tell_peer(&d, "bob", 1);
    uv_run(&d.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&d.loop) == 0 ? d.status : 99;
}
