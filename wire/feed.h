/* wire/feed.h - which feed: one author's entries in one conversation, of one process start.
 *
 * A feed's incarnation is 64 random bits chosen when the author's process starts, so a
 * restored backup or a cloned disk can never use a number twice. Entries are numbered
 * from 1.
 */
#ifndef LTH_WIRE_FEED_H
#define LTH_WIRE_FEED_H

#include "base/cursor.h"
#include "wire/identity.h"

enum { FEED_ID_LEN = 32 + 32 + 8 };

struct feed_id {
    uint8_t conversation[HASH_LEN], author[ID_LEN];
    uint64_t incarnation;
};

void feed_id_write(struct writer *w, const struct feed_id *feed);
void feed_id_read(struct reader *r, struct feed_id *out);

/* A point of a feed: entry number, and the hash that vouches for all entries up to it. */
struct feed_point {
    struct feed_id feed;
    uint64_t number;
    uint8_t hash[HASH_LEN];
};

void feed_point_write(struct writer *w, const struct feed_point *point);
void feed_point_read(struct reader *r, struct feed_point *out);
enum { FEED_POINT_LEN = FEED_ID_LEN + 8 + HASH_LEN };

/* Id of the conversation of two people: hash of both ids, the lower first. */
void conversation_direct_id(const uint8_t a[ID_LEN], const uint8_t b[ID_LEN],
                            uint8_t out[HASH_LEN]);

#endif
