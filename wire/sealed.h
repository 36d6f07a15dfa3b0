/* wire/sealed.h - what stands in a group's feed: what opens a chain of keys, and what it sealed.
 *
 * Sealed is what an entry says; when it was said, and what the author had seen, stays
 * readable, so that anybody can keep the feed in order and hand it on. The seal holds for one
 * place only: all that the entry's hash covers is authenticated with it.
 */
#ifndef LTH_WIRE_SEALED_H
#define LTH_WIRE_SEALED_H

#include "wire/chain.h"
#include "wire/entry.h"

enum { CHAIN_BODY_LEN = HASH_LEN + HASH_LEN, SEALED_INDEX_LEN = 4 };

/* The body of a CHAIN entry. Its hash is the chain's id. */
struct chain_body {
    uint8_t roster_head[HASH_LEN]; /* the operation under whose roster the chain was made */
    uint8_t commitment[HASH_LEN];
};

void chain_body_write(const struct chain_body *body, uint8_t out[CHAIN_BODY_LEN]);

/* LTH_MALFORMED also when the entry is of another kind. */
LTH_MUST_USE enum lth_err chain_body_parse(const struct entry_content *parsed,
                                           struct chain_body *out);

/* Where a sealed entry stands; prev as for entry_hash. */
struct sealed_place {
    const struct feed_id *feed;
    uint64_t number;
    const uint8_t *prev; /* HASH_LEN bytes */
};

/* A whole content, ready for entry_hash: time, order and parents of outer, whose kind and body
 * are not looked at, then kind and body sealed. body must not overlap out. LTH_TOO_LONG when it
 * does not fit size; ENTRY_CONTENT_MAX fits every text. */
LTH_MUST_USE enum lth_err sealed_write(const struct entry_content *outer,
                                       const struct sealed_place *place, uint32_t index,
                                       const uint8_t message_key[CHAIN_KEY_LEN], uint8_t kind,
                                       const uint8_t *body, size_t body_len, uint8_t *out,
                                       size_t size, size_t *len);

/* Which key opens it. LTH_MALFORMED when it is no SEALED, has no byte of a body inside, or an index
 * that no chain has. */
LTH_MUST_USE enum lth_err sealed_index(const struct entry_content *parsed, uint32_t *index);

/* Opens a whole content of len bytes; plain has room for len. out has the kind and, borrowed
 * from plain, the body that were sealed; time, order and parents are the outer ones. LTH_FORGED
 * when this key does not open it at this place; LTH_MALFORMED when the content is no SEALED, or
 * when there is a text inside that is none. On error out is unchanged. */
LTH_MUST_USE enum lth_err sealed_open(const uint8_t *content, size_t len,
                                      const struct sealed_place *place,
                                      const uint8_t message_key[CHAIN_KEY_LEN], uint8_t *plain,
                                      struct entry_content *out);

#endif
