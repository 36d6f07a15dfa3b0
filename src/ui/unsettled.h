/* ui/unsettled.h - the user's own messages whose delivery is still open.
 *
 * The prompt stays calm by one rule: a message delivered within UNSETTLED_PATIENCE_MS is
 * not spoken of; one that takes longer is said to wait, and later said to be delivered.
 * So silence means delivered. Messages of earlier runs have waited by definition.
 */
#ifndef LTH_UI_UNSETTLED_H
#define LTH_UI_UNSETTLED_H

#include "node/event.h"

enum { UNSETTLED_PATIENCE_MS = 2000, UNSETTLED_MAX = 1024 };

struct unsettled {
    struct own_message *table; /* owned, by message id */
    size_t untold;             /* of them, those not yet said to wait */
};

void unsettled_clear(struct unsettled *u);

/* now_ms: monotonic. Beyond UNSETTLED_MAX messages are not followed. */
void unsettled_accepted(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN], uint64_t now_ms);

/* True when the user should hear of it: it had been said to wait, or is older than us. */
bool unsettled_delivered(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN]);

/* How many messages have just used up the user's patience. Each is counted once. */
size_t unsettled_take_late(struct unsettled *u, uint64_t now_ms);

#endif
