/* ui/tally.h - how many messages of whom, gathered so that a burst becomes one line. */
#ifndef LTH_UI_TALLY_H
#define LTH_UI_TALLY_H

#include "node/event.h"

enum { TALLY_MAX = 1024 };

struct tally {
    struct tally_item {
        uint8_t conversation[CONVERSATION_ID_LEN], person[ID_LEN];
        size_t messages;
    } * items; /* owned, in the order of their first messages */
    size_t count, capacity;
};

/* One message more. Beyond TALLY_MAX items, or without memory, it is not counted. */
void tally_add(struct tally *t, const uint8_t conversation[CONVERSATION_ID_LEN],
               const uint8_t person[ID_LEN]);

/* Forgets the items of one conversation. */
void tally_drop(struct tally *t, const uint8_t conversation[CONVERSATION_ID_LEN]);
void tally_clear(struct tally *t);

#endif
