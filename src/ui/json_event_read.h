/* ui/json_event_read.h - one JSON line of a node as the event it was (ui/json_event.h).
 *
 * For a program that shows a node's events as the node itself would; the node only writes them,
 * with no parser, so the two sides of the format are two files, and a test that reads what was
 * written holds them together (test_json_event_read.c). Fields it does not know are ignored, for
 * later versions may add some; what earlier versions lack reads as not there.
 */
#ifndef LTH_UI_JSON_EVENT_READ_H
#define LTH_UI_JSON_EVENT_READ_H

#include "base/arena.h"
#include "ui/json_event.h"

#include <jansson.h>

struct read_event {
    struct event event; /* is_answer: there is a ref; ticket: its number, 0 when it is none */
    uint64_t seq;
    json_t *root;       /* owned: the strings of event */
    struct arena arena; /* owned: its lists */
};

/* Reads one line without its line feed. me: whose node it is, of its EVENT_READY; NULL before.
 * LTH_NOT_FOUND: an event of a later version; LTH_MALFORMED; LTH_NO_MEMORY. Then *out is empty;
 * else it wants json_event_clear. */
LTH_MUST_USE enum lth_err json_event_read(const char *line, size_t len, const uint8_t *me,
                                          struct read_event *out);
void json_event_clear(struct read_event *e);

#endif
