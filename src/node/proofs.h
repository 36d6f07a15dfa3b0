/* node/proofs.h - signed heads of somebody else's feed, kept to give its entries back.
 *
 * An author who lost entries (a backup was restored, a disk died) takes them back only under
 * a head of its own signing, a chunk at a time. So besides the newest head some earlier ones
 * are kept, as far apart as a chunk is long.
 */
#ifndef LTH_NODE_PROOFS_H
#define LTH_NODE_PROOFS_H

#include "wire/statement.h"

enum { PROOF_SPACING = 64 * 1024 /* bytes of entries */ };

struct proof {
    uint64_t number; /* of the entry whose hash is signed */
    uint64_t at;     /* bytes of entries of the feed when it came */
    uint8_t signature[SIGNATURE_LEN];
};

struct proofs {
    struct proof *items; /* owned; by number */
    size_t count, capacity;
    uint64_t bytes; /* of entries so far */
};

void proofs_clear(struct proofs *p);

/* An entry of len bytes joined the feed. */
void proofs_on_entry(struct proofs *p, size_t len);

/* A verified head, higher than all before. Takes the place of those that are not needed any
 * more, unless it is above durable: then it may yet be cut. LTH_NO_MEMORY changes nothing. */
LTH_MUST_USE enum lth_err proofs_add(struct proofs *p, uint64_t number, uint64_t durable,
                                     const uint8_t signature[SIGNATURE_LEN]);

/* Entries above number are no longer there. */
void proofs_cut(struct proofs *p, uint64_t number);

/* The lowest above number, or NULL. */
const struct proof *proofs_next(const struct proofs *p, uint64_t number);

/* Number of the highest that is at most upto; 0 = none. */
uint64_t proofs_highest(const struct proofs *p, uint64_t upto);

#endif
