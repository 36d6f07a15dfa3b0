/* ui/overdue.h - what the prompt says of messages that took long: deliveries and keys.
 *
 * In a conversation of two a late delivery is told. In a group one member who has a message can
 * bring it to all others, so it counts as delivered with the first of them; of members who get
 * it late, as those who were away, one line tells for the whole group, and not more often than
 * every UNSETTLED_PATIENCE_MS.
 */
#ifndef LTH_UI_OVERDUE_H
#define LTH_UI_OVERDUE_H

#include "ui/names.h"
#include "ui/tally.h"
#include "ui/unsettled.h"

struct overdue {
    struct unsettled own, keyless;
    struct tally late, late_in_groups; /* deliveries not said yet */
    uint64_t late_since_ms;            /* the first of those in groups; monotonic */
};

void overdue_clear(struct overdue *o);

/* EVENT_ACCEPTED, _DELIVERED, _WAITING_FOR_KEY and _MESSAGE, in that they settle something. */
void overdue_event(struct overdue *o, const struct names *names, const struct event *e,
                   uint64_t monotonic_ms);

/* Says what there is to say, at the end of a burst of events, and when overdue_wants_tick is true
 * UNSETTLED_PATIENCE_MS later. */
void overdue_settle(struct overdue *o, const struct names *names, uint64_t monotonic_ms,
                    struct pen *pen);
bool overdue_wants_tick(const struct overdue *o);

#endif
