/* JSON lines over two descriptors. The happy path:
 *   1. on_bytes feeds the splitter; serve takes line after line while the node is not busy and
 *      the reader of our output keeps up, then the input is paused;
 *   2. a line becomes a command with a ticket, and its ref is kept under that ticket;
 *   3. on_event writes the answer with the ref, or any other event without one;
 *   4. on_written tells the host which messages have been shown;
 *   5. at the end of the input, when all answers have left, the host is asked to stop.
 * A failed output ends it too, for nobody can be told anything any more, and so does an input
 * with a hole, which could mean something else; stderr is told why. */
#include "ui/exit_status.h"
#include "ui/json_command.h"
#include "ui/splitter.h"
#include "ui/stdio_uv.h"
#include "ui/tongue_uv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { JSON_LINE_MAX = 64 * 1024 };

/* A command without an answer yet. */
struct open_command {
    uint64_t ticket;
    UT_hash_handle hh;
    bool has_ref;
    size_t ref_len;
    char ref[];
};

struct json {
    struct ui_host host;
    struct stdio io;
    struct splitter splitter;
    struct open_command *open; /* owned, by ticket */
    uint64_t last_ticket, last_seq;
    bool is_serving; /* serve is at work further up the stack */
    bool has_ended;  /* the input has, or a quit has been read */
    bool has_quit, has_stopped;
    bool has_lost;   /* memory was out: an event is missing, so no message counts as shown */
    bool has_failed; /* the input or the output */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void stop(struct json *j)
{
    if (j->has_stopped || j->has_quit)
        return;
    j->has_stopped = true;
    j->host.stop(j->host.ctx);
}

static void give_up(struct json *j, const char *why)
{
    fprintf(stderr, "lanthorn: %s; ending.\n", why);
    j->has_failed = true;
    stop(j);
}

static void stop_if_done(struct json *j)
{
    if (j->has_ended && !j->open && output_is_idle(j->io.output))
        stop(j);
}

/* Writes one event. When memory is out the hole in seq tells. */
static void write_event(struct json *j, const struct event *e, struct json_ref ref)
{
    struct buffer *out = output_buffer(j->io.output);
    j->has_lost = json_event_write(out, e, ++j->last_seq, ref) != LTH_OK || j->has_lost;
    output_put(j->io.output, e->type == EVENT_MESSAGE && !j->has_lost ? e->message.record : 0);
}

static void refuse(struct json *j, enum error_code code, const char *text, struct json_ref ref)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = true};
    e.error.code = code;
    e.error.text = text;
    write_event(j, &e, ref);
}

static struct open_command *keep_ref(struct json *j, struct json_ref ref)
{
    struct open_command *o = malloc(sizeof *o + ref.len);
    if (!o)
        return NULL;
    o->ticket = ++j->last_ticket;
    o->has_ref = ref.text != NULL;
    o->ref_len = ref.len;
    if (ref.text)
        memcpy(o->ref, ref.text, ref.len);
    HASH_ADD(hh, j->open, ticket, sizeof o->ticket, o);
    return o;
}

static void submit(struct json *j, struct parsed_command *p)
{
    struct open_command *o = keep_ref(j, p->ref);
    if (!o) {
        refuse(j, CODE_INTERNAL, "Out of memory; try again later.", p->ref);
        return;
    }
    p->command.ticket = o->ticket;
    if (p->command.type == COMMAND_QUIT)
        j->has_ended = j->has_quit = true;
    j->host.submit(j->host.ctx, &p->command);
}

static void on_line(struct json *j, const char *line, size_t len)
{
    struct parsed_command parsed;
    struct refusal refusal;
    if (json_command_parse(line, len, &parsed, &refusal))
        submit(j, &parsed);
    else
        refuse(j, refusal.code, refusal.why.text, parsed.ref);
    json_command_clear(&parsed);
}

static bool may_serve(const struct json *j)
{
    return !j->has_quit && !j->has_stopped && !output_is_full(j->io.output) &&
           !j->host.busy(j->host.ctx);
}

/* Takes one line; false when none is there. */
static bool serve_line(struct json *j)
{
    const char *line;
    size_t len;
    switch (splitter_next(&j->splitter, &line, &len)) {
    case SPLIT_NONE: return false;
    case SPLIT_LINE: on_line(j, line, len); return true;
    case SPLIT_TOO_LONG:
        refuse(j, CODE_MALFORMED, "A line is longer than 64 KiB; nothing of it was done.",
               (struct json_ref){0});
        return true;
    }
    return false;
}

static void serve(struct json *j)
{
    bool has_line = true;
    if (j->is_serving)
        return; /* the loop below goes on by itself */
    j->is_serving = true;
    while (has_line && may_serve(j))
        has_line = serve_line(j);
    j->is_serving = false;
    if (has_line) {
        input_pause(j->io.input);
        return;
    }
    j->has_ended = j->has_ended || j->splitter.ended;
    input_resume(j->io.input);
    stop_if_done(j);
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct json *j = ctx;
    if (splitter_feed(&j->splitter, bytes, len) == LTH_OK)
        serve(j);
    else
        give_up(j, "out of memory while reading the input");
}

static void on_end(void *ctx)
{
    struct json *j = ctx;
    splitter_end(&j->splitter);
    serve(j);
}

static void on_written(void *ctx, uint64_t mark)
{
    struct json *j = ctx;
    if (mark)
        j->host.shown(j->host.ctx, mark);
    stop_if_done(j);
}

static void on_drained(void *ctx)
{
    struct json *j = ctx;
    j->host.drained(j->host.ctx);
    serve(j);
}

static void on_failed(void *ctx)
{
    give_up(ctx, "standard output takes nothing any more");
}

static enum lth_err open_json(uv_loop_t *loop, const struct ui_config *config,
                              const struct ui_host *host, void **out)
{
    struct json *j = calloc(1, sizeof *j);
    if (!j)
        return LTH_NO_MEMORY;
    const struct input_user in = {on_bytes, on_end, j};
    const struct output_user to = {on_written, on_drained, on_failed, j};
    enum lth_err err = stdio_open(loop, config->in_fd, config->out_fd, &in, &to, &j->io);
    if (err != LTH_OK) {
        free(j);
        return err;
    }
    j->host = *host;
    splitter_init(&j->splitter, JSON_LINE_MAX);
    *out = j;
    return LTH_OK;
}

static struct open_command *find_open(const struct json *j, const struct event *e)
{
    struct open_command *o = NULL;
    if (e->is_answer)
        HASH_FIND(hh, j->open, &e->ticket, sizeof e->ticket, o);
    return o;
}

static void on_event(void *self, const struct event *e)
{
    struct json *j = self;
    struct open_command *o = find_open(j, e);
    write_event(j, e, (struct json_ref){o && o->has_ref ? o->ref : NULL, o ? o->ref_len : 0});
    if (o)
        HASH_DEL(j->open, o);
    free(o);
    if (e->type == EVENT_READY) /* is the first line, so commands wait for it */
        input_resume(j->io.input);
}

static void resume(void *self)
{
    serve(self);
}

static bool is_full(const void *self)
{
    const struct json *j = self;
    return output_is_full(j->io.output);
}

static int exit_status(const void *self)
{
    const struct json *j = self;
    return (int)(j->has_failed ? EXIT_FAILED : EXIT_DONE);
}

static void on_stdio_closed(void *ctx)
{
    struct json *j = ctx;
    struct open_command *o = j->open, *next;
    HASH_CLEAR(hh, j->open);
    for (; o; o = next) {
        next = o->hh.next;
        free(o);
    }
    splitter_clear(&j->splitter);
    j->on_closed(j->closed_ctx);
    free(j);
}

static void close_json(void *self, void (*on_closed)(void *ctx), void *ctx)
{
    struct json *j = self;
    j->has_stopped = true;
    j->on_closed = on_closed;
    j->closed_ctx = ctx;
    stdio_close(&j->io, on_stdio_closed, j);
}

const struct tongue json_tongue = {open_json, on_event, resume, is_full, exit_status, close_json};
