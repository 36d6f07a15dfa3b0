/* The happy path:
 *   1. on_bytes feeds the splitter; serve takes line after line while the node is not busy and
 *      the reader of our output keeps up, then the input is paused;
 *   2. a line becomes a command with a ticket, and its ref is kept under that ticket;
 *   3. json_talk_event writes the answer with the ref, or any other event without one;
 *   4. on_written tells the host which messages have been shown;
 *   5. at the end of the input, when all answers have left, the host is asked to stop.
 * A failed output ends it too, for nobody can be told anything any more, and so does an input
 * with a hole, which could mean something else. */
#include "ui/json_talk_uv.h"

#include "ui/complain.h"
#include "ui/json_command.h"
#include "ui/splitter.h"
#include "ui/stdio_uv.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* A command without an answer yet. */
struct open_command {
    uint64_t ticket;
    UT_hash_handle hh;
    bool has_ref;
    size_t ref_len;
    char ref[];
};

struct json_talk {
    struct json_talk_config config;
    struct stdio io;
    struct splitter splitter;
    struct open_command *open;                   /* owned, by ticket */
    uint64_t last_seq, quit_ticket, long_ticket; /* tickets: the last of their kind, or 0 */
    bool is_serving;                             /* serve is at work further up the stack */
    bool has_ended;                              /* the input has, or a quit has been read */
    bool has_quit, has_stopped;
    bool is_prompt;  /* COMMAND_UNSEEN was given */
    bool is_closing; /* the output may be gone */
    bool has_lost;   /* memory was out: an event is missing, so no message counts as shown */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void stop(struct json_talk *t)
{
    if (t->has_stopped || t->has_quit)
        return;
    t->has_stopped = true;
    t->config.host.stop(t->config.host.ctx);
}

static void give_up(struct json_talk *t, const char *why)
{
    t->config.failed(t->config.failed_ctx, why);
    stop(t);
}

static void stop_if_done(struct json_talk *t)
{
    if (t->has_ended && !t->open && output_is_idle(t->io.output))
        stop(t);
}

/* Writes one event. When memory is out the hole in seq tells. */
static void write_event(struct json_talk *t, const struct event *e, struct json_ref ref)
{
    struct buffer *out = output_buffer(t->io.output);
    t->has_lost = json_event_write(out, e, ++t->last_seq, ref) != LTH_OK || t->has_lost;
    output_put(t->io.output, e->type == EVENT_MESSAGE && !t->has_lost ? e->message.record : 0);
}

static void refuse(struct json_talk *t, enum error_code code, const char *text, struct json_ref ref)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = true};
    e.error.code = code;
    e.error.text = text;
    write_event(t, &e, ref);
}

static struct open_command *find_open(const struct json_talk *t, uint64_t ticket)
{
    struct open_command *o = NULL;
    HASH_FIND(hh, t->open, &ticket, sizeof ticket, o);
    return o;
}

static struct open_command *keep_ref(struct json_talk *t, struct json_ref ref)
{
    struct open_command *o = malloc(sizeof *o + ref.len);
    if (!o)
        return NULL;
    o->ticket = ++*t->config.last_ticket;
    o->has_ref = ref.text != NULL;
    o->ref_len = ref.len;
    if (ref.text)
        memcpy(o->ref, ref.text, ref.len);
    HASH_ADD(hh, t->open, ticket, sizeof o->ticket, o);
    return o;
}

/* Its answer may be thousands of times its own length. */
static bool is_long(enum command_type type)
{
    return type == COMMAND_HISTORY || type == COMMAND_UNSEEN;
}

static void submit(struct json_talk *t, struct parsed_command *p)
{
    struct open_command *o = keep_ref(t, p->ref);
    if (!o) {
        refuse(t, CODE_INTERNAL, "Nothing was done, because memory is short: try again.", p->ref);
        return;
    }
    p->command.ticket = o->ticket;
    if (p->command.type == COMMAND_QUIT) {
        t->has_ended = t->has_quit = true;
        t->quit_ticket = o->ticket;
    }
    t->is_prompt = t->is_prompt || p->command.type == COMMAND_UNSEEN;
    if (is_long(p->command.type))
        t->long_ticket = o->ticket;
    t->config.host.submit(t->config.host.ctx, &p->command);
}

static void on_line(struct json_talk *t, const char *line, size_t len)
{
    struct parsed_command parsed;
    struct refusal refusal;
    if (json_command_parse(line, len, &parsed, &refusal))
        submit(t, &parsed);
    else
        refuse(t, refusal.code, refusal.why.text, parsed.ref);
    json_command_clear(&parsed);
}

/* A guest that asks much and reads nothing would fill the memory with answers. */
static bool has_room(const struct json_talk *t)
{
    return !t->config.is_guest ||
           (HASH_COUNT(t->open) < JSON_GUEST_COMMANDS && !find_open(t, t->long_ticket));
}

static bool may_serve(const struct json_talk *t)
{
    return has_room(t) && !t->has_quit && !t->has_stopped && !output_is_full(t->io.output) &&
           !t->config.host.busy(t->config.host.ctx);
}

/* Takes one line; false when none is there. */
static bool serve_line(struct json_talk *t)
{
    const char *line;
    size_t len;
    switch (splitter_next(&t->splitter, &line, &len)) {
    case SPLIT_NONE: return false;
    case SPLIT_LINE: on_line(t, line, len); return true;
    case SPLIT_TOO_LONG:
        refuse(t, CODE_MALFORMED, "A line is longer than 64 KiB; nothing of it was done.",
               (struct json_ref){0});
        return true;
    }
    return false;
}

static void serve(struct json_talk *t)
{
    bool has_line = true;
    if (t->is_serving)
        return; /* the loop below goes on by itself */
    t->is_serving = true;
    while (has_line && may_serve(t))
        has_line = serve_line(t);
    t->is_serving = false;
    if (has_line) {
        input_pause(t->io.input);
        return;
    }
    t->has_ended = t->has_ended || t->splitter.ended;
    input_resume(t->io.input);
    stop_if_done(t);
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct json_talk *t = ctx;
    if (splitter_feed(&t->splitter, bytes, len) == LTH_OK)
        serve(t);
    else
        give_up(t, "Memory is short: the input was read only in part.");
}

static void on_end(void *ctx)
{
    struct json_talk *t = ctx;
    splitter_end(&t->splitter);
    serve(t);
}

static void on_written(void *ctx, uint64_t mark)
{
    struct json_talk *t = ctx;
    if (mark)
        t->config.host.shown(t->config.host.ctx, mark);
    if (t->config.is_guest) /* an answer among it may have made room for a command */
        serve(t);
    stop_if_done(t);
}

static void on_drained(void *ctx)
{
    struct json_talk *t = ctx;
    t->config.host.drained(t->config.host.ctx);
    serve(t);
}

static void on_failed(void *ctx)
{
    give_up(ctx, complaint_no_output);
}

enum lth_err json_talk_open(uv_loop_t *loop, const struct json_talk_config *config,
                            struct json_talk **out)
{
    struct json_talk *t = calloc(1, sizeof *t);
    if (!t)
        return LTH_NO_MEMORY;
    const struct input_user in = {on_bytes, on_end, t};
    const struct output_user to = {on_written, on_drained, on_failed, t};
    enum lth_err err = stdio_open(loop, config->in_fd, config->out_fd, &in, &to, &t->io);
    if (err != LTH_OK) {
        free(t);
        return err;
    }
    t->config = *config;
    splitter_init(&t->splitter, JSON_LINE_MAX);
    *out = t;
    return LTH_OK;
}

/* The node answers one quit; of two who asked at once both get their answer. */
static struct open_command *find_question(const struct json_talk *t, const struct event *e)
{
    struct open_command *o = e->is_answer ? find_open(t, e->ticket) : NULL;
    return !o && e->type == EVENT_BYE ? find_open(t, t->quit_ticket) : o;
}

/* A guest that does not read, or has said its last and waits for nothing more. */
static bool may_drop(const struct json_talk *t)
{
    return t->config.is_guest &&
           (output_is_full(t->io.output) || (t->has_ended && !t->open) || t->has_stopped);
}

void json_talk_event(struct json_talk *t, const struct event *e)
{
    struct open_command *o = find_question(t, e);
    if (t->is_closing)
        return;
    if (!o && may_drop(t)) {
        t->last_seq++;
        return;
    }
    write_event(t, e, (struct json_ref){o && o->has_ref ? o->ref : NULL, o ? o->ref_len : 0});
    if (o)
        HASH_DEL(t->open, o);
    free(o);
    if (e->type == EVENT_READY) /* is the first line, so commands wait for it */
        input_resume(t->io.input);
}

bool json_talk_has_asked(const struct json_talk *t, uint64_t ticket)
{
    return find_open(t, ticket) != NULL;
}

bool json_talk_is_prompt(const struct json_talk *t)
{
    return t->is_prompt;
}

void json_talk_resume(struct json_talk *t)
{
    serve(t);
}

bool json_talk_is_full(const struct json_talk *t)
{
    return output_is_full(t->io.output);
}

bool json_talk_is_alone(const struct json_talk *t)
{
    struct pollfd end = {.fd = t->config.out_fd};
    return poll(&end, 1, 0) == 1 && (end.revents & (POLLHUP | POLLERR));
}

static void on_stdio_closed(void *ctx)
{
    struct json_talk *t = ctx;
    struct open_command *o = t->open, *next;
    HASH_CLEAR(hh, t->open);
    for (; o; o = next) {
        next = o->hh.next;
        free(o);
    }
    splitter_clear(&t->splitter);
    t->on_closed(t->closed_ctx);
    free(t);
}

void json_talk_close(struct json_talk *t, void (*on_closed)(void *ctx), void *ctx)
{
    t->has_stopped = t->is_closing = true;
    t->on_closed = on_closed;
    t->closed_ctx = ctx;
    stdio_close(&t->io, on_stdio_closed, t);
}
