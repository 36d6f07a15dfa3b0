/* The happy path:
 *   1. EVENT_READY says whose node it is; the prompt opens, and is told so;
 *   2. COMMAND_UNSEEN asks for what was told while nobody looked, a page at a time: on_shown, when
 *      a page stands on the screen, asks for the next. Until there is none, what comes live is
 *      passed over, for it is on a page still to come;
 *   3. from then on every event goes to the prompt, and every command to the node but /quit;
 *   4. on_shown moves the node's mark, which passes nothing that was not shown: at a hole in `seq`,
 *      left by a prompt that stood still for long, what is missing is asked for as in 2;
 *   5. /quit, Ctrl-D, a signal or the end of the node close the prompt first, so that the mark is
 *      right, then the client.
 * Where the pages cannot be had, what comes is shown and the mark stays: it is shown once more. */
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
    uint64_t last_seq;
    uint64_t being_shown; /* the record of the last message on its way to the screen; 0 = none is */
    bool has_caught_up;
    bool has_given_up; /* something is not shown and cannot be had: the mark stays before it */
    bool was_told;     /* the user was, whatever it was */
    bool was_open;     /* the prompt */
    bool is_closing, is_lost;
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

/* As what answers nothing. */
static void say_trouble(struct attach *a, const char *text)
{
    struct event e = {.type = EVENT_ERROR};
    e.error.code = CODE_INTERNAL;
    e.error.text = text;
    if (a->ui)
        ui_event(a->ui, &e);
}

static void give_up(struct attach *a)
{
    a->has_caught_up = a->has_given_up = true;
    say_trouble(
        a, "Messages of before cannot be had now: they come at the next prompt, and with them once "
           "more what is shown here.");
}

static void ask_unseen(struct attach *a)
{
    const struct command c = {.type = COMMAND_UNSEEN, .ticket = UNSEEN_TICKET};
    if (a->client && client_submit(a->client, &c) != LTH_OK)
        give_up(a);
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
    bool is_marked = !a->has_given_up && a->client && client_submit(a->client, &c) == LTH_OK;
    if (record < a->being_shown)
        return;
    a->being_shown = 0;
    if (a->has_caught_up)
        return; /* the next mark is as good */
    if (is_marked)
        ask_unseen(a);
    else
        give_up(a); /* the same page would come again */
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
    return a->job->is_ours && !a->job->is_ours(ready->ready.data);
}

static void refuse_option(struct attach *a)
{
    complain("Your node runs already, and --%s is said when it starts: end it with lanthorn quit, "
             "or leave --%s out.",
             a->job->for_start, a->job->for_start);
    a->was_told = true;
    close_all(a, EXIT_USAGE);
}

/* As when it talks to as many as it can. */
static void on_refused(struct attach *a, const struct event *e)
{
    complain("%s", e->error.text);
    a->was_told = true;
    close_all(a, EXIT_FAILED);
}

static void on_ready(struct attach *a, const struct event *e)
{
    const struct ui_host host = {on_submit, on_shown, on_ui_stop, on_busy, on_drained, a};
    if (is_other_node(a, e)) {
        close_all(a, EXIT_DONE);
        return;
    }
    if (a->job->for_start) {
        refuse_option(a);
        return;
    }
    puts("-- your node runs already: this prompt talks to it, and /quit leaves it running");
    fflush(stdout);
    a->was_told = a->was_open = true;
    if (ui_open(&a->loop, &a->job->ui, &host, &a->ui) != LTH_OK) {
        complain("The terminal cannot be used.");
        close_all(a, EXIT_FAILED);
        return;
    }
    ui_event(a->ui, e);
    ask_unseen(a);
}

static void show(struct attach *a, const struct message_view *message)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message = *message;
    a->being_shown = message->record;
    ui_event(a->ui, &e);
}

static void on_unseen(struct attach *a, const struct event *e)
{
    if (e->type != EVENT_HISTORY) {
        give_up(a);
        return;
    }
    a->has_caught_up = e->history.count == 0;
    for (size_t i = 0; i < e->history.count; i++)
        show(a, &e->history.messages[i]);
}

static void on_message(struct attach *a, const struct message_view *message)
{
    if (a->has_caught_up)
        show(a, message);
}

static void on_event(struct attach *a, const struct event *e)
{
    if (!a->ui) {
        if (e->type == EVENT_READY)
            on_ready(a, e);
        else if (e->type == EVENT_ERROR)
            on_refused(a, e);
    } else if (e->is_answer && e->ticket == UNSEEN_TICKET) {
        on_unseen(a, e);
    } else if (e->is_answer && e->ticket == SHOWN_TICKET) {
        return; /* nothing follows */
    } else if (e->type == EVENT_MESSAGE) {
        on_message(a, &e->message);
    } else {
        ui_event(a->ui, e);
    }
}

/* The node tells nobody twice what they did not read. What has just come must stand on the screen
 * first, or it would be on the page that is asked for. */
static void on_hole(struct attach *a)
{
    if (!a->ui || !a->has_caught_up || a->has_given_up)
        return; /* a page still to come has it; or the next prompt */
    a->has_caught_up = false;
    say_trouble(a, "This prompt stood still, and the node did not wait for it: what was missed "
                   "follows.");
    if (!a->being_shown)
        ask_unseen(a);
}

/* seq: 0 of a line that a later version would understand. */
static void follow_seq(struct attach *a, uint64_t seq)
{
    bool is_hole = seq > a->last_seq + 1;
    a->last_seq = seq ? seq : a->last_seq + 1;
    if (is_hole)
        on_hole(a);
}

static void on_line(void *ctx, enum lth_err err, const struct read_event *read, const char *line,
                    size_t len)
{
    struct attach *a = ctx;
    (void)line;
    (void)len;
    if (a->is_closing)
        return;
    follow_seq(a, err == LTH_OK ? read->seq : 0);
    if (err == LTH_OK)
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
    a->was_told = true;
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
    if (a.was_open)
        say_end(&a);
    if (uv_loop_close(&a.loop) != 0 && a.status == EXIT_DONE)
        a.status = EXIT_FAILED; /* a handle was forgotten: a bug that tests look for */
    *status = a.status;
    return a.was_told;
}
