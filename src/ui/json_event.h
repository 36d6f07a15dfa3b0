/* ui/json_event.h - an event as one JSON line (lanthorn-interface(7), "Events").
 *
 * Fields stand in the order of the table there, after `event`, `seq` and `ref`. Reading is a file
 * of its own (ui/json_event_read.h), as only programs beside a node do it: writing streams into a
 * buffer and needs nothing, reading needs a parser and memory for what it found. One test holds
 * both sides: tests/unit/ui/test_json_event_read.c reads what was written here.
 */
#ifndef LTH_UI_JSON_EVENT_H
#define LTH_UI_JSON_EVENT_H

#include "base/buffer.h"
#include "node/event.h"

/* The `ref` of the command an event answers. */
struct json_ref {
    const char *text; /* UTF-8, borrowed; NULL = the command had none */
    size_t len;
};

/* Appends the line, its line feed included. seq: 1, 2, 3 … on this connection.
 * LTH_NO_MEMORY: out is as before. */
LTH_MUST_USE enum lth_err json_event_write(struct buffer *out, const struct event *e, uint64_t seq,
                                           struct json_ref ref);

#endif
