/* ui/unsettled.h - messages of which something is still to come.
 *
 * Of ours it is their delivery, of somebody else's the key to read them. The prompt stays calm
 * by one rule: what has come within UNSETTLED_PATIENCE_MS is not spoken of. What takes longer is
 * said once to wait, and may be spoken of when it comes. So silence means all is well.
 */
#ifndef LTH_UI_UNSETTLED_H
#define LTH_UI_UNSETTLED_H

#include "node/event.h"

enum { UNSETTLED_PATIENCE_MS = 2000, UNSETTLED_MAX = 1024 };

struct unsettled {
    struct unsettled_message *table; /* owned, by message id, oldest first */
    size_t open;                     /* of them, those of which it has not come */
};

/* Where a message stands, and whose it is. */
struct unsettled_place {
    uint8_t conversation[CONVERSATION_ID_LEN], from[ID_LEN];
};

void unsettled_clear(struct unsettled *u);

/* now_ms: monotonic. Beyond UNSETTLED_MAX messages are not followed. */
void unsettled_add(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN],
                   const struct unsettled_place *place, uint64_t now_ms);

/* It has come, perhaps not for the first time. True when the user should hear of it: the message
 * had been said to wait, or is older than us. */
bool unsettled_has_come(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN]);

/* True with *place, once for each message that has just used up the user's patience. */
bool unsettled_take_late(struct unsettled *u, uint64_t now_ms, struct unsettled_place *place);

#endif
