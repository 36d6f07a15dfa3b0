#include "asking.h"

#include "ui/json_command.h"
#include "ui/json_event_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PIECE = 64 * 1024,
    PATIENCE_MS = 10000,              /* without a byte; a node at work is quicker */
    LINE_MAX_LEN = 128 * 1024 * 1024, /* a history of HISTORY_MAX texts, all escapes */
};

static enum lth_err write_all(int fd, const struct buffer *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t step = write(fd, text->bytes + at, text->len - at);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0)
            return LTH_UNAVAILABLE;
        at += (size_t)step;
    }
    return LTH_OK;
}

static enum lth_err read_more(struct asking *a)
{
    char piece[PIECE];
    ssize_t len;
    struct pollfd wait = {.fd = a->fd, .events = POLLIN};
    if (poll(&wait, 1, PATIENCE_MS) == 0)
        return LTH_UNAVAILABLE;
    do
        len = read(a->fd, piece, sizeof piece);
    while (len < 0 && errno == EINTR);
    return len > 0 ? splitter_feed(&a->lines, piece, (size_t)len) : LTH_UNAVAILABLE;
}

/* The next line, borrowed until the next call. */
static enum lth_err next_line(struct asking *a, const char **line, size_t *len)
{
    for (;;) {
        enum split split = splitter_next(&a->lines, line, len);
        if (split == SPLIT_LINE)
            return LTH_OK;
        enum lth_err err = split == SPLIT_NONE ? read_more(a) : LTH_UNAVAILABLE;
        if (err != LTH_OK)
            return err;
    }
}

/* True when the event is what is waited for: ticket's answer, or with 0 the greeting. */
static bool is_wanted(const struct event *e, uint64_t ticket)
{
    return ticket ? e->is_answer && e->ticket == ticket : e->type == EVENT_READY;
}

static enum lth_err wait_for(struct asking *a, uint64_t ticket, asking_tell *tell, void *ctx)
{
    struct read_event read;
    const char *line;
    size_t len;
    enum lth_err err;
    bool is_found = false;
    while (!is_found && (err = next_line(a, &line, &len)) == LTH_OK) {
        err = json_event_read(line, len, a->is_known ? a->me : NULL, &read);
        if (err == LTH_NOT_FOUND)
            continue; /* of a later version */
        if (err != LTH_OK)
            return err == LTH_NO_MEMORY ? err : LTH_UNAVAILABLE;
        is_found = is_wanted(&read.event, ticket);
        bool has_no_room = !ticket && read.event.type == EVENT_ERROR;
        if (is_found)
            tell(ctx, &read.event);
        json_event_clear(&read);
        if (has_no_room)
            return LTH_UNAVAILABLE;
    }
    return is_found ? LTH_OK : err;
}

static void on_ready(void *ctx, const struct event *event)
{
    struct asking *a = ctx;
    memcpy(a->me, event->ready.id, ID_LEN);
    a->is_known = true;
}

enum lth_err asking_begin(struct asking *a, int fd)
{
    *a = (struct asking){.fd = fd};
    splitter_init(&a->lines, LINE_MAX_LEN);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return LTH_UNAVAILABLE;
    return wait_for(a, 0, on_ready, a);
}

enum lth_err asking_ask(struct asking *a, const struct command *c, asking_tell *tell, void *ctx)
{
    char ref[24];
    int len = snprintf(ref, sizeof ref, "%" PRIu64, c->ticket);
    struct buffer line = {0};
    enum lth_err err = json_command_write(&line, c, (struct json_ref){ref, (size_t)len});
    if (err == LTH_OK)
        err = write_all(a->fd, &line);
    buffer_clear(&line);
    return err == LTH_OK ? wait_for(a, c->ticket, tell, ctx) : err;
}

void asking_clear(struct asking *a)
{
    splitter_clear(&a->lines);
}
