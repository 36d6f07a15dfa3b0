/* The happy path:
 *   1. EVENT_READY says whose node it is; the prompt opens, and is told so;
 *   2. COMMAND_UNSEEN asks for what was told while nobody looked, a page at a time: on_shown, when
 *      a page stands on the screen, asks for the next. Until there is none, what comes live is
 *      passed over, for it is on a page still to come;
 *   3. from then on every event goes to the prompt, and every command to the node but /quit;
 *   4. on_shown moves the node's mark;
 *   5. /quit, Ctrl-D, a signal or the end of the node close the prompt first, so that the mark is
 *      right, then the client.
 * A node does not wait for who does not read, as a prompt that is stopped: it drops events. The
 * hole in `seq` tells, and 2 begins again, or the mark would pass over what was not shown. */
#include "ui/attach_uv.h"

#include "ui/client_uv.h"
#include "ui/complain.h"
#include "ui/exit_status.h"
#include "ui/later_uv.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIGNALS = 2 };

/* Between the tickets of ui/chat.h, from both ends. */
static const uint64_t UNSEEN_TICKET = UINT64_MAX - 16, SHOWN_TICKET = UINT64_MAX - 17;

struct attach {
    uv_loop_t loop;
    const struct attach_job *job;
    struct client *client; /* NULL once it closes */
    struct ui *ui;         /* NULL before the node is known, and once it closes */
    uv_signal_t signals[SIGNALS];
    struct later end;
    bool has_caught_up;
    uint64_t page_end; /* the next page is asked for when this record has been shown; 0 = it has */
    uint64_t given, shown; /* the records of the last message that the prompt got, and has shown */
    uint64_t seq;
    bool was_shown, is_closing, is_lost, is_silent;
    int status;
};

static void on_closed(void *ctx)
{
    (void)ctx; /* the loop has nothing left to do and returns */
}

static void close_all(struct attach *a, int status)
{
    struct ui *ui = a->ui;
    if (a->is_closing)
        return;
    a->is_closing = true;
    a->status = status;
    for (size_t i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&a->signals[i], NULL);
    later_close(&a->end, NULL);
    a->ui = NULL;
    if (ui)
        ui_close(ui, on_closed, NULL);
    if (a->client)
        client_close(a->client, on_closed, NULL);
    a->client = NULL;
}

static void on_end_turn(void *ctx)
{
    struct attach *a = ctx;
    close_all(a, a->ui ? ui_exit_status(a->ui) : EXIT_DONE);
}

/* Soon: the prompt that wants it is at work. */
static void leave(struct attach *a)
{
    later_ask(&a->end);
}

/* ---- to the node ---- */

static void ask_unseen(struct attach *a)
{
    const struct command c = {.type = COMMAND_UNSEEN, .ticket = UNSEEN_TICKET};
    if (a->client && client_submit(a->client, &c) != LTH_OK)
        a->has_caught_up = true; /* memory is short: what is left is shown another time */
}

static const char *why_not(enum lth_err err)
{
    switch (err) {
    case LTH_MALFORMED: return "This is not valid UTF-8: set the terminal to UTF-8.";
    case LTH_TOO_LONG: return "This is too long for one line: send it in parts.";
    default: return "This could not be sent to the node: try again.";
    }
}

/* What could not leave has been refused, and the prompt is told so. */
static void refuse(struct attach *a, const struct command *c, enum lth_err err)
{
    struct event event = {.type = EVENT_ERROR, .is_answer = true, .ticket = c->ticket};
    event.error.code = err == LTH_MALFORMED ? CODE_BAD_UTF8 : CODE_INTERNAL;
    event.error.text = why_not(err);
    if (a->ui)
        ui_event(a->ui, &event);
}

static void on_submit(void *ctx, const struct command *c)
{
    struct attach *a = ctx;
    if (c->type == COMMAND_QUIT) {
        leave(a);
        return;
    }
    enum lth_err err = a->client ? client_submit(a->client, c) : LTH_OK;
    if (err != LTH_OK)
        refuse(a, c, err);
}

static void on_shown(void *ctx, uint64_t record)
{
    struct attach *a = ctx;
    const struct command c = {.type = COMMAND_SHOWN, .ticket = SHOWN_TICKET, .record = record};
    a->shown = record;
    if (!a->client || client_submit(a->client, &c) != LTH_OK)
        return; /* it is shown once more, then */
    if (!a->has_caught_up && a->page_end && record >= a->page_end) {
        a->page_end = 0;
        ask_unseen(a);
    }
}

static void on_ui_stop(void *ctx)
{
    leave(ctx);
}

static bool on_busy(void *ctx)
{
    (void)ctx;
    return false; /* nobody types faster than a node works */
}

static void on_drained(void *ctx)
{
    (void)ctx; /* a prompt is never full */
}

/* ---- from the node ---- */

static bool is_other_node(const struct attach *a, const struct event *ready)
{
    return a->job->data_dir && strcmp(a->job->data_dir, ready->ready.data) != 0;
}

static void on_ready(struct attach *a, const struct event *e)
{
    const struct ui_host host = {on_submit, on_shown, on_ui_stop, on_busy, on_drained, a};
    if (is_other_node(a, e)) {
        close_all(a, EXIT_DONE);
        return;
    }
    puts("-- your node runs already: this prompt talks to it, and /quit leaves it running");
    fflush(stdout);
    a->was_shown = true;
    if (ui_open(&a->loop, &a->job->ui, &host, &a->ui) != LTH_OK) {
        complain("The terminal cannot be used.");
        close_all(a, EXIT_FAILED);
        return;
    }
    ui_event(a->ui, e);
    ask_unseen(a);
}

static void give_message(struct attach *a, const struct message_view *m)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message = *m;
    a->given = m->record;
    ui_event(a->ui, &e);
}

static void on_unseen(struct attach *a, const struct event *e)
{
    size_t count = e->type == EVENT_HISTORY ? e->history.count : 0;
    a->has_caught_up = count == 0;
    a->page_end = count ? e->history.messages[count - 1].record : 0;
    for (size_t i = 0; i < count; i++)
        give_message(a, &e->history.messages[i]);
}

/* Some events never came. What was a message among them is on a page that is asked for as soon as
 * all that did come stands on the screen. */
static void on_hole(struct attach *a)
{
    if (!a->has_caught_up)
        return; /* it is on one of the pages to come */
    a->has_caught_up = false;
    a->page_end = a->given > a->shown ? a->given : 0;
    if (!a->page_end)
        ask_unseen(a);
}

static void on_event(struct attach *a, const struct event *e)
{
    if (!a->ui) {
        if (e->type == EVENT_READY)
            on_ready(a, e);
    } else if (e->is_answer && e->ticket == UNSEEN_TICKET) {
        on_unseen(a, e);
    } else if (e->is_answer && e->ticket == SHOWN_TICKET) {
        return; /* nothing follows */
    } else if (e->type != EVENT_MESSAGE) {
        ui_event(a->ui, e);
    } else if (a->has_caught_up) {
        give_message(a, &e->message);
    }
}

static void on_line(void *ctx, enum lth_err err, const struct read_event *read, const char *line,
                    size_t len)
{
    struct attach *a = ctx;
    (void)line;
    (void)len;
    if (err != LTH_OK || a->is_closing)
        return;
    if (a->ui && read->seq != a->seq + 1)
        on_hole(a);
    a->seq = read->seq;
    on_event(a, &read->event);
}

static void on_lost(void *ctx)
{
    struct attach *a = ctx;
    a->is_lost = true;
    close_all(a, EXIT_NO_NODE);
}

static void on_silent(void *ctx)
{
    struct attach *a = ctx;
    complain("%s", complaint_silent);
    a->is_silent = true;
    close_all(a, EXIT_FAILED);
}

/* ---- the whole ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    leave(handle->data);
}

/* Ctrl-C is the prompt's. */
static void watch_signals(struct attach *a)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&a->loop, &a->signals[i]); /* fails only without a loop */
        a->signals[i].data = a;
        uv_signal_start(&a->signals[i], on_signal, numbers[i]);
    }
}

static void say_end(const struct attach *a)
{
    if (a->is_lost)
        complain("The node has ended.");
    else
        puts("-- the node goes on running; lanthorn quit ends it");
}

static void run(struct attach *a)
{
    const struct client_user user = {on_line, on_lost, on_silent, a};
    watch_signals(a);
    later_init(&a->end, &a->loop, on_end_turn, a);
    if (client_open(&a->loop, a->job->node_fd, &user, &a->client) != LTH_OK)
        close_all(a, EXIT_FAILED);
    uv_run(&a->loop, UV_RUN_DEFAULT);
}

bool attach_run(const struct attach_job *job, int *status)
{
    struct attach a = {.job = job};
    if (uv_loop_init(&a.loop) != 0) {
        close(job->node_fd);
        return false;
    }
    run(&a);
    if (a.was_shown)
        say_end(&a);
    if (uv_loop_close(&a.loop) != 0 && a.status == EXIT_DONE)
        a.status = EXIT_FAILED; /* a handle was forgotten: a bug that tests look for */
    *status = a.status;
    return a.was_shown || a.is_silent;
}
