/* ui/splitter.h - a stream of bytes cut into lines.
 *
 * Bytes go in as they come; lines come out one at a time, without their line feed and
 * without a carriage return before it. A line longer than the limit is reported once and
 * skipped to its end, so that memory stays bounded: the limit and what was fed at once.
 */
#ifndef LTH_UI_SPLITTER_H
#define LTH_UI_SPLITTER_H

#include "base/buffer.h"

#include <stdbool.h>

struct splitter {
    struct buffer held; /* owned */
    size_t at;          /* where in held the next line starts */
    size_t scanned;     /* no line feed between at and here */
    size_t line_max;    /* bytes of a line, its end not counted */
    bool skipping;      /* inside a line already reported as too long */
    bool ended;         /* no more bytes will come */
};

void splitter_init(struct splitter *s, size_t line_max);
void splitter_clear(struct splitter *s);

/* Copies the bytes. LTH_NO_MEMORY: nothing was taken. */
LTH_MUST_USE enum lth_err splitter_feed(struct splitter *s, const char *bytes, size_t len);

/* The input has ended: what stands behind the last line feed is a line too. */
void splitter_end(struct splitter *s);

enum split { SPLIT_LINE, SPLIT_TOO_LONG, SPLIT_NONE };

/* The next line, borrowed until the next feed; SPLIT_NONE: feed more, or it is the end. */
enum split splitter_next(struct splitter *s, const char **line, size_t *len);

#endif
