/* wire/entries.h - the ENTRIES message: a run of consecutive entries of one feed.
 *
 * Feed, first number and the hash before it stand once; each entry adds two bytes of
 * length and its content. The receiver recomputes the hashes.
 */
#ifndef LTH_WIRE_ENTRIES_H
#define LTH_WIRE_ENTRIES_H

#include "wire/entry.h"

enum { ENTRIES_HEADER_LEN = FEED_ID_LEN + 8 + HASH_LEN };

struct entries {
    struct feed_id feed;
    uint64_t first;         /* number of the first entry, from 1 */
    uint8_t prev[HASH_LEN]; /* hash of entry first - 1; zeros when first is 1 */
    struct reader rest;     /* the entries, for entries_next */
};

void entries_begin(struct writer *w, const struct feed_id *feed, uint64_t first,
                   const uint8_t prev[HASH_LEN]);

/* False when it does not fit, and then nothing is written. */
bool entries_add(struct writer *w, const uint8_t *content, size_t len);

/* LTH_MALFORMED also when first is 0. The entries themselves are not looked at yet. */
LTH_MUST_USE enum lth_err entries_parse(const uint8_t *bytes, size_t len, struct entries *out);

/* The next entry's content, borrowed; LTH_NOT_FOUND after the last. */
LTH_MUST_USE enum lth_err entries_next(struct entries *e, const uint8_t **content, size_t *len);

#endif
