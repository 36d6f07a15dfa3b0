/* ui/errand.h knows what to ask and what to print. The happy path:
 *   1. client, output and, where a text comes from there, stdin are opened;
 *   2. on_line lets the errand print what the node tells;
 *   3. on_turn, in the next turn of the loop, asks what is to be asked next, and follows the state:
 *      the timer runs, stdin is read or paused;
 *   4. once the errand is done and everything printed has left, all is closed, and the loop ends.
 * A reader that does not read pauses the client: the node then drops events, never answers. What
 * takes its time at the end is waited for, for who reads may be a pager; Ctrl-C ends that. */
#include "ui/errand_uv.h"

#include "base/clock.h"
#include "ui/client_uv.h"
#include "ui/complain.h"
#include "ui/errand.h"
#include "ui/hangup_uv.h"
#include "ui/input_uv.h"
#include "ui/later_uv.h"
#include "ui/output_uv.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct trip {
    uv_loop_t loop;
    struct errand errand;
    struct client *client;
    struct input *input; /* NULL: stdin is not wanted */
    struct output *output;
    int out_fd;
    struct hangup hangup; /* of who reads it: while WATCHING */
    struct later turn;
    uv_timer_t timer;
    uv_signal_t interrupt;
    bool color, has_failed, is_closing;
};

static void give_up(struct trip *t, const char *why)
{
    complain("%s", why);
    t->has_failed = true;
    later_ask(&t->turn);
}

/* Lets the errand know, and has done in the next turn what follows. */
static void tell(struct trip *t, const struct errand_news *news)
{
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    struct pen out = pen_over(output_buffer(t->output), t->color);
    complaints.no_prompt = true;
    errand_event(&t->errand, news, &out, &complaints);
    complain_lines(&text);
    output_put(t->output, 0);
    if (pen_finish(&out) != LTH_OK)
        give_up(t, "Memory is short, and something was not printed.");
    if (output_is_full(t->output))
        client_pause(t->client);
    later_ask(&t->turn);
}

/* ---- what is asked ---- */

/* A command that could not leave is one that was refused. */
static void refuse(struct trip *t, const struct command *c, enum lth_err err)
{
    struct event event = {.type = EVENT_ERROR, .is_answer = true, .ticket = c->ticket};
    struct buffer line = {0};
    event.error.code = err == LTH_TOO_LONG ? CODE_TOO_LONG : CODE_INTERNAL;
    event.error.text = err == LTH_TOO_LONG
                           ? "The message has too many control characters: send it in parts."
                           : "The command could not be sent to the node: try again.";
    if (json_event_write(&line, &event, 0, (struct json_ref){0}) == LTH_OK) {
        const struct errand_news news = {
            LTH_OK, &event, 0, clock_wall_ms(), (const char *)line.bytes, line.len - 1};
        tell(t, &news);
    } else {
        give_up(t, "Memory is short, and something was not sent.");
    }
    buffer_clear(&line);
}

static void ask(struct trip *t)
{
    struct command command;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    while (errand_ask(&t->errand, &command, &complaints)) {
        enum lth_err err = client_submit(t->client, &command);
        if (err != LTH_OK)
            refuse(t, &command, err);
    }
    complain_lines(&text);
}

/* ---- following the state ---- */

static void on_time(uv_timer_t *timer);

static void follow_time(struct trip *t)
{
    bool is_timed = errand_is_timed(&t->errand);
    bool is_running = uv_is_active((uv_handle_t *)&t->timer);
    if (is_timed && !is_running)
        uv_timer_start(&t->timer, on_time, (uint64_t)t->errand.shell->wait_s * 1000, 0);
    else if (!is_timed && is_running)
        uv_timer_stop(&t->timer);
}

static void follow_input(struct trip *t)
{
    if (t->input && errand_wants_input(&t->errand))
        input_resume(t->input);
    else if (t->input)
        input_pause(t->input);
}

static void on_failed(void *ctx)
{
    give_up(ctx, complaint_no_output);
}

/* Nothing may happen for hours, so a reader that has gone is not left to the next write. */
static void follow_reader(struct trip *t)
{
    if (t->errand.state == ERRAND_WATCHING && !t->hangup.is_open)
        hangup_open(&t->hangup, &t->loop, t->out_fd, on_failed, t);
}

static void on_closed(void *ctx)
{
    (void)ctx; /* the loop has nothing left to do and returns */
}

static void on_handle_closed(uv_handle_t *handle)
{
    (void)handle;
}

static void close_all(struct trip *t)
{
    if (t->is_closing)
        return;
    t->is_closing = true;
    if (t->client)
        client_close(t->client, on_closed, NULL);
    if (t->input)
        input_close(t->input, on_closed, NULL);
    if (t->output)
        output_close(t->output, on_closed, NULL);
    hangup_close(&t->hangup);
    later_close(&t->turn, on_handle_closed);
    uv_close((uv_handle_t *)&t->timer, on_handle_closed);
    uv_close((uv_handle_t *)&t->interrupt, on_handle_closed);
}

static bool is_over(const struct trip *t)
{
    bool is_interrupted = t->errand.status == EXIT_INTERRUPTED;
    if (t->has_failed)
        return true;
    return t->errand.state == ERRAND_DONE && (is_interrupted || output_is_idle(t->output));
}

static void on_turn(void *ctx)
{
    struct trip *t = ctx;
    ask(t);
    follow_time(t);
    follow_input(t);
    if (!t->is_closing)
        follow_reader(t);
    if (is_over(t))
        close_all(t);
}

static void on_time(uv_timer_t *timer)
{
    struct trip *t = timer->data;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    errand_timeout(&t->errand, &complaints);
    complain_lines(&text);
    later_ask(&t->turn);
}

static void on_interrupt(uv_signal_t *handle, int number)
{
    struct trip *t = handle->data;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    (void)number;
    errand_interrupt(&t->errand, &complaints);
    complain_lines(&text);
    later_ask(&t->turn);
}

/* ---- the node ---- */

static void on_line(void *ctx, enum lth_err err, const struct read_event *read, const char *line,
                    size_t len)
{
    const struct errand_news news = {err, &read->event, read->seq, clock_wall_ms(), line, len};
    tell(ctx, &news);
}

static void on_lost(void *ctx)
{
    struct trip *t = ctx;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    errand_lost(&t->errand, &complaints);
    complain_lines(&text);
    later_ask(&t->turn);
}

static void on_silent(void *ctx)
{
    give_up(ctx, complaint_silent);
}

/* ---- stdin and stdout ---- */

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct trip *t = ctx;
    if (errand_input(&t->errand, bytes, len) != LTH_OK)
        give_up(t, "Memory is short: standard input was sent only in part.");
    later_ask(&t->turn);
}

static void on_end(void *ctx)
{
    struct trip *t = ctx;
    errand_end_of_input(&t->errand);
    later_ask(&t->turn);
}

static void on_written(void *ctx, uint64_t mark)
{
    struct trip *t = ctx;
    (void)mark;
    later_ask(&t->turn);
}

static void on_drained(void *ctx)
{
    struct trip *t = ctx;
    client_resume(t->client);
}

/* ---- the whole ---- */

static enum lth_err open_streams(struct trip *t, const struct errand_job *job)
{
    const struct input_user in = {on_bytes, on_end, t};
    const struct output_user out = {on_written, on_drained, on_failed, t};
    enum lth_err err = output_open(&t->loop, job->out_fd, &out, &t->output);
    if (err == LTH_OK && job->shell->from_input)
        err = input_open(&t->loop, job->in_fd, &in, &t->input);
    return err;
}

static bool open_all(struct trip *t, const struct errand_job *job)
{
    const struct client_user user = {on_line, on_lost, on_silent, t};
    if (open_streams(t, job) != LTH_OK) {
        close(job->node_fd);
        give_up(t, "Standard input or output cannot be used.");
    } else if (client_open(&t->loop, job->node_fd, &user, &t->client) != LTH_OK) {
        give_up(t, "The connection to the node cannot be used.");
    }
    return t->client != NULL;
}

static void init(struct trip *t, const struct errand_job *job)
{
    enum errand_form form = job->shell->json  ? FORM_JSON
                            : job->for_people ? FORM_PEOPLE
                                              : FORM_ROWS;
    errand_init(&t->errand, job->shell, form);
    t->out_fd = job->out_fd;
    t->color = job->color && form == FORM_PEOPLE;
    later_init(&t->turn, &t->loop, on_turn, t);
    uv_timer_init(&t->loop, &t->timer);
    uv_signal_init(&t->loop, &t->interrupt); /* fails only without a loop */
    t->timer.data = t->interrupt.data = t;
    uv_signal_start(&t->interrupt, on_interrupt, SIGINT);
}

int errand_run(const struct errand_job *job)
{
    struct trip *t = calloc(1, sizeof *t);
    if (!t || uv_loop_init(&t->loop) != 0) {
        complain("The event loop could not be made: memory or files are short.");
        close(job->node_fd);
        free(t);
        return EXIT_FAILED;
    }
    init(t, job);
    if (!open_all(t, job))
        close_all(t);
    uv_run(&t->loop, UV_RUN_DEFAULT);
    int status = (int)(t->has_failed ? EXIT_FAILED : t->errand.status);
    errand_clear(&t->errand);
    if (uv_loop_close(&t->loop) != 0 && status == EXIT_DONE)
        status = EXIT_FAILED; /* a handle was forgotten: a bug that tests look for */
    free(t);
    return status;
}
