/* No prompt, no lines: a few notices on stderr, for a terminal or the journal. Nobody's text
 * goes there. Messages are not shown, so the next prompt shows them. */
#include "base/clock.h"
#include "ui/journal.h"
#include "ui/prompt_text.h"
#include "ui/tongue_uv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct headless {
    uv_idle_t handle; /* never started: closing it makes on_closed come from the loop */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static enum lth_err open_headless(uv_loop_t *loop, const struct ui_config *config,
                                  const struct ui_host *host, void **out)
{
    struct headless *h = calloc(1, sizeof *h);
    (void)config;
    (void)host;
    if (!h)
        return LTH_NO_MEMORY;
    uv_idle_init(loop, &h->handle);
    h->handle.data = h;
    *out = h;
    return LTH_OK;
}

static bool is_notice(enum event_type type)
{
    return type == EVENT_READY || type == EVENT_WARNING || type == EVENT_ERROR ||
           type == EVENT_GAP || type == EVENT_GAP_FILLED || type == EVENT_FORK ||
           type == EVENT_KEY_CHANGE;
}

/* What a person would see in red begins with "!! " (prompt_text_alarm). */
static enum journal_priority priority_of(enum event_type type, const struct buffer *text)
{
    if (type == EVENT_ERROR)
        return JOURNAL_ERROR;
    bool is_alarm = text->len >= 3 && memcmp(text->bytes, "!! ", 3) == 0;
    return is_alarm ? JOURNAL_WARNING : JOURNAL_INFO;
}

static void on_event(void *self, const struct event *e)
{
    struct buffer text = {0};
    struct pen pen = pen_over(&text, false);
    (void)self;
    if (is_notice(e->type))
        prompt_text_event(&pen, e, clock_wall_ms());
    if (text.len)
        journal_write(priority_of(e->type, &text), (const char *)text.bytes, text.len);
    buffer_clear(&text);
}

static void resume(void *self)
{
    (void)self;
}

static bool is_full(const void *self)
{
    (void)self;
    return false;
}

static int exit_status(const void *self)
{
    (void)self;
    return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct headless *h = handle->data;
    h->on_closed(h->closed_ctx);
    free(h);
}

static void close_headless(void *self, void (*on_closed)(void *ctx), void *ctx)
{
    struct headless *h = self;
    h->on_closed = on_closed;
    h->closed_ctx = ctx;
    uv_close((uv_handle_t *)&h->handle, on_handle_closed);
}

const struct tongue headless_tongue = {open_headless, on_event,    resume,
                                       is_full,       exit_status, close_headless};
