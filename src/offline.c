#include "offline.h"

#include "run/recall.h"
#include "start.h"
#include "ui/errand.h"
#include "ui/json_event.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

struct offline {
    struct start start;
    struct recall recall;
    struct errand errand;
    struct pen out;
    uint64_t seq;
    bool has_failed;
};

bool offline_can(const struct shell *s)
{
    return (s->kind == SHELL_ASK || s->kind == SHELL_INFO) && recall_answers(&s->command);
}

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void print_text(FILE *to, struct buffer *text)
{
    if (text->len)
        fwrite(text->bytes, 1, text->len, to);
    text->len = 0;
}

/* ---- between the errand, which asks and prints, and the node that remembers ---- */

static enum lth_err write_line(const struct offline *f, const struct event *event,
                               struct buffer *line)
{
    char ref[24];
    int len = snprintf(ref, sizeof ref, "%" PRIu64, event->ticket);
    return json_event_write(
        line, event, f->seq,
        (struct json_ref){event->is_answer ? ref : NULL, event->is_answer ? (size_t)len : 0});
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
            LTH_OK,      event, f->seq, f->recall.now.wall_ms, (const char *)line.bytes,
            line.len - 1 /* its line feed */};
        errand_event(&f->errand, &news, &f->out, &complaints);
    } else {
        f->has_failed = true;
    }
    print_text(stdout, f->out.out);
    print_text(stderr, &text);
    buffer_clear(&text);
    buffer_clear(&line);
}

static void greet(struct offline *f)
{
    struct event ready = {.type = EVENT_READY};
    memcpy(ready.ready.id, node_id(f->start.node), ID_LEN);
    ready.ready.name = node_name(f->start.node);
    ready.ready.version = LANTHORN_VERSION;
    ready.ready.data = f->start.data_dir;
    on_event(f, &ready);
}

static void ask_all(struct offline *f)
{
    struct command command;
    struct buffer text = {0};
    struct pen complaints = pen_over(&text, false);
    while (!f->has_failed && errand_ask(&f->errand, &command, &complaints))
        f->has_failed = recall_ask(&f->recall, &command, on_event, f) != LTH_OK;
    print_text(stderr, &text);
    buffer_clear(&text);
}

/* ---- the whole ---- */

static void tell_where_from(const struct start *s, bool for_people)
{
    if (for_people)
        complain("No node runs: this is what the store in %s says.", s->data_dir);
    if (s->report.damaged || s->orphans)
        complain("The store in %s is damaged, and not all of it can be read: lanthorn check says "
                 "more.",
                 s->data_dir);
}

static int finish(struct offline *f)
{
    f->has_failed = f->has_failed || pen_finish(&f->out) != LTH_OK;
    if (f->has_failed)
        complain("Memory is short, and something was not printed: try again.");
    if (fflush(stdout) != 0 && !f->has_failed) {
        complain("Standard output takes nothing any more: something was not printed.");
        f->has_failed = true;
    }
    return f->has_failed || f->errand.state != ERRAND_DONE ? EXIT_FAILED : (int)f->errand.status;
}

int offline_run(const struct shell *s, const struct options *o, bool for_people, bool color)
{
    struct offline f = {0};
    struct buffer text = {0};
    int status = start_look(o, &f.start);
    if (status != EXIT_DONE)
        return status;
    tell_where_from(&f.start, for_people);
    f.recall = (struct recall){
        f.start.node, f.start.store, {clock_ms(CLOCK_BOOTTIME), clock_ms(CLOCK_REALTIME)}};
    f.out = pen_over(&text, color && for_people && !s->json);
    errand_init(&f.errand, s, s->json ? FORM_JSON : for_people ? FORM_PEOPLE : FORM_ROWS);
    f.has_failed = recall_begin(&f.recall) != LTH_OK;
    greet(&f);
    ask_all(&f);
    status = finish(&f);
    errand_clear(&f.errand);
    buffer_clear(&text);
    int end = start_end(&f.start);
    return status != EXIT_DONE ? status : end;
}
