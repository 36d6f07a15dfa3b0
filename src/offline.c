#include "offline.h"

#include "base/clock.h"
#include "export.h"
#include "run/recall.h"
#include "start.h"
#include "ui/complain.h"
#include "ui/errand.h"
#include "ui/json_event.h"

#include <inttypes.h>
#include <string.h>

/* The errand asks and prints as if it stood before a node. */
struct offline {
    const struct start *start;
    struct recall *recall;
    struct errand errand;
    struct pen out;
    uint64_t seq;
    bool has_failed;
};

bool offline_can(const struct shell *s)
{
    return (s->kind == SHELL_ASK || s->kind == SHELL_INFO) && recall_answers(&s->command);
}

/* ---- one errand ---- */

static void print_text(struct buffer *text)
{
    if (text->len)
        fwrite(text->bytes, 1, text->len, stdout);
    text->len = 0;
}

/* As on a node's socket: its line, with the ticket as ref. */
static enum lth_err write_line(const struct offline *f, const struct event *event,
                               struct buffer *line)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRIu64, event->ticket);
    const struct json_ref ref = {text, (size_t)len}, none = {0};
    return json_event_write(line, event, f->seq, event->is_answer ? ref : none);
}

static void on_event(void *ctx, const struct event *event)
{
    struct offline *f = ctx;
    struct buffer line = {0}, text = {0};
    struct pen complaints = pen_over(&text, false);
    complaints.no_prompt = true;
    f->seq++;
    if (write_line(f, event, &line) == LTH_OK) {
        const struct errand_news news = {
            LTH_OK,      event, f->seq, f->recall->now.wall_ms, (const char *)line.bytes,
            line.len - 1 /* line feed */};
        errand_event(&f->errand, &news, &f->out, &complaints);
    } else {
        f->has_failed = true;
    }
    print_text(f->out.out);
    complain_lines(&text);
    buffer_clear(&line);
}

static void greet(struct offline *f)
{
    struct event ready = {.type = EVENT_READY};
    memcpy(ready.ready.id, node_id(f->recall->node), ID_LEN);
    ready.ready.name = node_name(f->recall->node);
    ready.ready.version = LANTHORN_VERSION;
    ready.ready.data = f->start->data_dir;
    on_event(f, &ready);
}

static void ask_all(struct offline *f)
{
    struct command command;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    while (!f->has_failed && errand_ask(&f->errand, &command, &complaints))
        f->has_failed = recall_ask(f->recall, &command, on_event, f) != LTH_OK;
    complain_lines(&text);
}

static int finish(struct offline *f)
{
    f->has_failed = f->has_failed || pen_finish(&f->out) != LTH_OK;
    if (f->has_failed)
        complain("Memory is short, and something was not printed: try again.");
    else if (check_printed() == EXIT_DONE)
        return f->errand.state == ERRAND_DONE ? (int)f->errand.status : EXIT_FAILED;
    return EXIT_FAILED;
}

static int run_errand(const struct start *start, struct recall *recall, const struct shell *s,
                      enum errand_form form, bool color)
{
    struct buffer text = {0};
    struct offline f = {.start = start, .recall = recall, .out = pen_over(&text, color)};
    errand_init(&f.errand, s, form);
    greet(&f);
    ask_all(&f);
    int status = finish(&f);
    errand_clear(&f.errand);
    buffer_clear(&text);
    return status;
}

/* ---- the whole ---- */

static void tell_where_from(const struct start *s, bool no_node)
{
    if (no_node)
        complain("No node runs: this is what the store in %s says.", s->data_dir);
    if (s->report.damaged || s->orphans)
        complain("The store in %s is damaged, and not all of it can be read: lanthorn check says "
                 "more.",
                 s->data_dir);
}

static enum lth_err ask_recall(void *ctx, const struct command *c, recall_tell *tell, void *to)
{
    return recall_ask(ctx, c, tell, to);
}

static int answer(const struct start *start, const struct shell *s, bool for_people, bool color)
{
    enum errand_form form = s->json ? FORM_JSON : for_people ? FORM_PEOPLE : FORM_ROWS;
    bool in_color = color && form == FORM_PEOPLE;
    struct recall recall = {start->node, start->store, {clock_boot_ms(), clock_wall_ms()}};
    const struct export_job job = {
        .from = {ask_recall, &recall, node_id(start->node), start->store, recall.now.wall_ms},
        .who = s->command.who ? s->command.who : "",
        .form = form,
        .color = in_color,
    };
    if (recall_begin(&recall) != LTH_OK) {
        complain("Memory is short: try again.");
        return EXIT_FAILED;
    }
    return s->kind == SHELL_EXPORT ? export_run(&job)
                                   : run_errand(start, &recall, s, form, in_color);
}

int offline_run(const struct shell *s, const struct options *o, bool for_people, bool color)
{
    struct start start;
    int status = start_look(o, &start);
    if (status != EXIT_DONE)
        return status;
    tell_where_from(&start, s->kind != SHELL_EXPORT);
    status = answer(&start, s, for_people, color);
    int end = start_end(&start);
    return status != EXIT_DONE ? status : end;
}
