/* tests/unit/ui/sample_events.h - an event of each type, all its fields set, with strangers'
 * words of the worst kind. */
#ifndef LTH_TESTS_SAMPLE_EVENTS_H
#define LTH_TESTS_SAMPLE_EVENTS_H

#include "node/event.h"

extern const char sample_words[];
extern const uint8_t sample_me[ID_LEN]; /* member 1 of the group, author of nothing */

/* Fills what belongs to e->type; what it points to is static. */
void sample_event(struct event *e);

#endif
