/* wire/chain.h - a sender key: one secret that goes forward, and a message key from each step.
 *
 * Who speaks in a group seals with a chain of keys and gives its first key to the members, one
 * by one. Each message takes the next key and the one before is forgotten: who steals the
 * chain reads on, and not back. It says nothing of who wrote; the feed's head does.
 */
#ifndef LTH_WIRE_CHAIN_H
#define LTH_WIRE_CHAIN_H

#include "wire/feed.h"

enum {
    CHAIN_KEY_LEN = 32,
    CHAIN_TAG_LEN = 16,
    CHAIN_JUMP_MAX = 2000, /* message keys passed over at once: bounds what a lie can cost */
    CHAIN_LEN_MAX = 4096,  /* message keys of a chain: bounds what reading back can cost */
};

/* Holds secrets: the chain key of index. chain_clear when done. */
struct chain {
    uint8_t key[CHAIN_KEY_LEN];
    uint32_t index; /* of the message key that is next */
};

/* At index 0. */
void chain_init(struct chain *c, const uint8_t key0[CHAIN_KEY_LEN]);
void chain_clear(struct chain *c);

/* The message key of index, a secret; the chain then stands behind it. LTH_BAD_STATE: index is
 * behind us; LTH_LIMIT: more than CHAIN_JUMP_MAX ahead, or not below CHAIN_LEN_MAX. On error
 * nothing has changed. */
LTH_MUST_USE enum lth_err chain_message_key(struct chain *c, uint32_t index,
                                            uint8_t message_key[CHAIN_KEY_LEN]);

/* What the author of feed says of a key before anybody has it: so that all get the same one, and
 * whoever hands it on cannot change it. */
void chain_commitment(const struct feed_id *feed, const uint8_t roster_head[HASH_LEN],
                      const uint8_t key0[CHAIN_KEY_LEN], uint8_t out[HASH_LEN]);

#endif
