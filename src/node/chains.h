/* node/chains.h - the chains of one feed in a group, and those of their keys that we hold.
 *
 * An author opens a chain with an entry that everybody has signed for; its key comes apart, from
 * the author or from any member who holds it, and is ours once it fits what that entry commits
 * to. From the key of index 0 every message key follows, so a chain is read, and handed on, as a
 * whole: PROTOCOL.md section 9.
 */
#ifndef LTH_NODE_CHAINS_H
#define LTH_NODE_CHAINS_H

#include "wire/chain.h"
#include "wire/sealed.h"

/* Holds secrets. */
struct feed_chain {
    uint64_t number; /* of its CHAIN entry */
    struct chain_body body;
    bool has_key;
    uint8_t key[CHAIN_KEY_LEN]; /* of index 0 */
    struct chain at;            /* where the last message was read */
};

struct chains {
    struct feed_chain **items; /* owned, and each of them; by number */
    size_t count, capacity;
};

void chains_clear(struct chains *c);

/* Entry number opens one. LTH_NO_MEMORY changes nothing. */
LTH_MUST_USE enum lth_err chains_open(struct chains *c, uint64_t number,
                                      const struct chain_body *body);

/* Entries above number are no longer there. */
void chains_cut(struct chains *c, uint64_t number);

/* The one that entry number belongs to, its own CHAIN entry included; NULL before the first. */
struct feed_chain *chains_of(const struct chains *c, uint64_t number);

/* LTH_FORGED when the key is not the one that the chain's first entry commits to. */
LTH_MUST_USE enum lth_err chains_take_key(struct feed_chain *chain, const struct feed_id *feed,
                                          const uint8_t key[CHAIN_KEY_LEN]);
void chains_drop_key(struct feed_chain *chain);

/* The message key of index, for reading in any order; LTH_NOT_FOUND without the chain's key.
 * The caller wipes it. */
LTH_MUST_USE enum lth_err chains_message_key(struct feed_chain *chain, uint32_t index,
                                             uint8_t message_key[CHAIN_KEY_LEN]);

#endif
