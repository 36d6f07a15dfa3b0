/* node/lost.h - a chunk of entries that come from somebody else than their author.
 *
 * We lost them, or were not there. Nothing is believed before the last of them has the
 * hash that a head signed by the author names: then the chain vouches for all. Until then they
 * wait here, in memory, bounded.
 */
#ifndef LTH_NODE_LOST_H
#define LTH_NODE_LOST_H

#include "base/buffer.h"
#include "wire/entries.h"
#include "wire/statement.h"

enum { LOST_MAX = 256 * 1024 }; /* bytes of entries in one chunk */

struct lost {
    struct feed_point end; /* the head that its author signed */
    uint8_t signature[SIGNATURE_LEN];
    uint64_t after;           /* the entry in front of the chunk */
    uint8_t before[HASH_LEN]; /* its hash, as the giver says */
    uint64_t number;          /* of the last entry that came, or of the last that we hold */
    uint8_t prev[HASH_LEN];   /* its hash */
    struct buffer bytes;      /* as in an ENTRIES message */
};

/* Waits for what follows entry number, whose hash is prev. NULL when memory is out. */
struct lost *lost_new(const struct feed_point *end, uint64_t number, const uint8_t prev[HASH_LEN]);
void lost_free(struct lost *l); /* accepts NULL */

/* What comes begins right here, and the giver says that the hash in front of it is prev. */
void lost_begin(struct lost *l, const uint8_t prev[HASH_LEN]);

/* The next entry. LTH_LIMIT: too much for one chunk. LTH_FORGED: with it the end is reached,
 * and it is not what was signed. After an error the chunk is of no use. */
LTH_MUST_USE enum lth_err lost_take(struct lost *l, const uint8_t *content, size_t len);

/* The end is reached: all that came is the author's. */
bool lost_is_whole(const struct lost *l);

#endif
