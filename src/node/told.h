/* node/told.h - messages that were told, and of which nobody has said yet that they were shown.
 *
 * A node that has no user at the moment tells its messages to whoever listens, and keeps the
 * shown mark where it is. Who then sits down at it asks for what the mark has not passed
 * (COMMAND_UNSEEN), in the order in which it was told. Told twice is better than passed over: what
 * there is no room for here is not passed by the mark either, and so is told again after the next
 * start.
 */
#ifndef LTH_NODE_TOLD_H
#define LTH_NODE_TOLD_H

#include "node/feeds.h"

enum { TOLD_MAX = 1024 * 1024 };

struct told {
    struct told_message {
        struct place place;
        uint64_t as; /* the record by which it counts as shown; these grow */
    } * messages;    /* owned */
    size_t count, capacity;
    size_t shown;    /* of them, from the front */
    bool is_cut_off; /* there was no room for one: the list ends before it, for good */
};

void told_clear(struct told *t);
void told_add(struct told *t, const struct place *place, uint64_t as);

/* Those up to this record have been shown. The record of the last of them; 0: there is none. */
uint64_t told_shown(struct told *t, uint64_t record);

#endif
