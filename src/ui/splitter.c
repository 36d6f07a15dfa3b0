#include "ui/splitter.h"

#include <string.h>

void splitter_init(struct splitter *s, size_t line_max)
{
    *s = (struct splitter){.line_max = line_max};
}

void splitter_clear(struct splitter *s)
{
    buffer_clear(&s->held);
}

enum lth_err splitter_feed(struct splitter *s, const char *bytes, size_t len)
{
    buffer_drop(&s->held, s->at);
    s->scanned -= s->at;
    s->at = 0;
    return buffer_append(&s->held, bytes, len);
}

void splitter_end(struct splitter *s)
{
    s->ended = true;
}

/* Where the line feed of the current line stands, or NULL. */
static const uint8_t *find_line_feed(struct splitter *s)
{
    size_t left = s->held.len - s->scanned;
    const uint8_t *feed = left ? memchr(s->held.bytes + s->scanned, '\n', left) : NULL;
    s->scanned = feed ? (size_t)(feed - s->held.bytes) : s->held.len;
    return feed;
}

/* Takes the current line up to scanned, and step bytes behind it. */
static enum split take(struct splitter *s, size_t step, const char **line, size_t *len)
{
    const char *start = (const char *)s->held.bytes + s->at;
    size_t line_len = s->scanned - s->at;
    bool was_skipping = s->skipping;
    s->at = s->scanned += step;
    s->skipping = false;
    if (was_skipping)
        return splitter_next(s, line, len);
    if (line_len && start[line_len - 1] == '\r')
        line_len--;
    if (line_len > s->line_max)
        return SPLIT_TOO_LONG;
    *line = start;
    *len = line_len;
    return SPLIT_LINE;
}

/* Not the whole line is here: forget what is, when it is already too much. */
static enum split wait_or_skip(struct splitter *s)
{
    bool too_long = s->scanned - s->at > s->line_max + 1; /* one for a carriage return */
    if (!too_long && !s->skipping)
        return SPLIT_NONE;
    s->at = s->scanned;
    if (s->skipping)
        return SPLIT_NONE;
    s->skipping = true;
    return SPLIT_TOO_LONG;
}

enum split splitter_next(struct splitter *s, const char **line, size_t *len)
{
    if (find_line_feed(s))
        return take(s, 1, line, len);
    if (s->ended && s->scanned > s->at)
        return take(s, 0, line, len);
    return wait_or_skip(s);
}
