/* JSON lines on standard input and output. ui/json_talk_uv.h is the conversation; here is what
 * differs for the one whose end is the program's: stderr is told when it ends for another reason
 * than the end of the input, and the exit status says so. */
#include "ui/complain.h"
#include "ui/exit_status.h"
#include "ui/json_talk_uv.h"
#include "ui/tongue_uv.h"

#include <stdlib.h>

struct json {
    struct json_talk *talk;
    uint64_t last_ticket;
    bool has_failed; /* the input or the output */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void on_failed(void *ctx, const char *why)
{
    struct json *j = ctx;
    complain("%s", why);
    j->has_failed = true;
}

static enum lth_err open_json(uv_loop_t *loop, const struct ui_config *config,
                              const struct ui_host *host, void **out)
{
    struct json *j = calloc(1, sizeof *j);
    if (!j)
        return LTH_NO_MEMORY;
    const struct json_talk_config talk = {
        .in_fd = config->in_fd,
        .out_fd = config->out_fd,
        .last_ticket = &j->last_ticket,
        .host = *host,
        .failed = on_failed,
        .failed_ctx = j,
    };
    enum lth_err err = json_talk_open(loop, &talk, &j->talk);
    if (err != LTH_OK) {
        free(j);
        return err;
    }
    *out = j;
    return LTH_OK;
}

static void on_event(void *self, const struct event *e)
{
    struct json *j = self;
    if (e->type != EVENT_ACCEPTED || e->is_answer) /* else another program has said something */
        json_talk_event(j->talk, e);
}

static void resume(void *self)
{
    struct json *j = self;
    json_talk_resume(j->talk);
}

static bool is_full(const void *self)
{
    const struct json *j = self;
    return json_talk_is_full(j->talk);
}

static int exit_status(const void *self)
{
    const struct json *j = self;
    return (int)(j->has_failed ? EXIT_FAILED : EXIT_DONE);
}

static void on_talk_closed(void *ctx)
{
    struct json *j = ctx;
    j->on_closed(j->closed_ctx);
    free(j);
}

static void close_json(void *self, void (*on_closed)(void *ctx), void *ctx)
{
    struct json *j = self;
    j->on_closed = on_closed;
    j->closed_ctx = ctx;
    json_talk_close(j->talk, on_talk_closed, j);
}

const struct tongue json_tongue = {open_json, on_event, resume, is_full, exit_status, close_json};
