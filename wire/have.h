/* wire/have.h - the HAVE message: how much of each feed of a conversation one side holds.
 *
 * Sent for every shared conversation when a session begins, in as many messages as it
 * takes; the last one is marked. A feed that is not named is not held at all. The other
 * side then sends what is missing: offline delivery, retransmission and sync are this
 * one exchange.
 */
#ifndef LTH_WIRE_HAVE_H
#define LTH_WIRE_HAVE_H

#include "wire/feed.h"

enum {
    HAVE_HEADER_LEN = HASH_LEN + 1,
    HAVE_ITEM_LEN = ID_LEN + 8 + 8 + 8,
    HAVE_LAST = 0x01,
    HAVE_ASKS = 0x02, /* in the last one of an account: answer with yours */
};

struct have_item {
    uint8_t author[ID_LEN];
    uint64_t incarnation;
    uint64_t number; /* holds 1 to this, on its disk */
    uint64_t proved; /* its own feed: holds your receipt up to this; another's: the signed head */
};

struct have {
    uint8_t conversation[HASH_LEN];
    bool last, asks;
    struct reader rest; /* the items, for have_next */
};

/* The flags stand in front, so whether it is the last must be known first. */
void have_begin(struct writer *w, const uint8_t conversation[HASH_LEN], uint8_t flags);
void have_add(struct writer *w, const struct have_item *item);

/* LTH_MALFORMED unless the rest is a whole number of items. */
LTH_MUST_USE enum lth_err have_parse(const uint8_t *bytes, size_t len, struct have *out);
bool have_next(struct have *have, struct have_item *out);

#endif
