/* node/quota.h - how much people may leave here whom we never answered.
 *
 * Anybody on the network can be met and can write. Until we write back, or name or verify
 * somebody, all such people together have a budget of our memory and disk; when it is used up,
 * what they send is not taken, and waits at their side.
 */
#ifndef LTH_NODE_QUOTA_H
#define LTH_NODE_QUOTA_H

#include "node/contacts.h"

enum {
    QUOTA_PER_ENTRY = 512, /* what an entry costs beside its bytes: index, frames, records */
    QUOTA_PER_FEED = 4096,
};
#define QUOTA_STRANGERS (512ull * 1024 * 1024)

struct node;

/* Somebody whom the user never answered, named or verified. */
bool quota_is_stranger(const struct contact *c);

/* cost: bytes and the above. False when it is not to be taken; the user has been told. */
bool quota_allows(struct node *n, struct contact *c, uint64_t cost);

/* That much of c's was taken, now or when the log was read. */
void quota_take(struct node *n, struct contact *c, uint64_t cost);

/* c is a stranger no more: what was not taken is asked for again. */
void quota_lift(struct node *n, struct contact *c);

#endif
