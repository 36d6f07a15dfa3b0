/* wire/entry.h - one thing an author said, and the chain that holds it in place.
 *
 * The content is what is sent and stored: time, causal parents, kind, body. Feed, number
 * and the hash of the entry before it are known from where it stands; all of them go into
 * its hash, which is its id and the next entry's link.
 *
 * Where it stands on screen is its order, a hybrid logical clock (Kulkarni et al. 2014): the
 * author's clock, but never before the entry in front of it, and after all that the author
 * had seen. The author writes it down, so that everybody sorts alike, whatever they hold.
 */
#ifndef LTH_WIRE_ENTRY_H
#define LTH_WIRE_ENTRY_H

#include "wire/feed.h"

enum {
    ENTRY_TEXT = 1,   /* kind: UTF-8, 1 to ENTRY_TEXT_MAX bytes */
    ENTRY_CHAIN = 2,  /* kinds of a group's feed: wire/sealed.h */
    ENTRY_SEALED = 3, /* here their bodies are not read */
    ENTRY_TEXT_MAX = 16 * 1024,
    ENTRY_PARENTS_MAX = 16,
    ENTRY_PARENT_LEN = ID_LEN + 8 + 8 + HASH_LEN,
    ENTRY_ORDERED = 0x80, /* in the count of parents: an order other than the time follows */
    ENTRY_FRONT_MAX = 8 + 1 + 8 + ENTRY_PARENTS_MAX * ENTRY_PARENT_LEN + 1, /* before the body */
    SEALED_OVERHEAD = 4 + 1 + 16, /* of a text sealed: index, inner kind, tag */
    ENTRY_CONTENT_MAX = ENTRY_FRONT_MAX + ENTRY_TEXT_MAX + SEALED_OVERHEAD,
};

/* A parent that far ahead of the author's clock is passed over, so that a lie about time moves
 * nobody else's words. A clock that begins at 1970 is still within. */
#define ENTRY_ORDER_AHEAD_MS (200ull * 365 * 24 * 3600 * 1000)

/* The head of another feed of the same conversation that the author had seen. */
struct entry_parent {
    uint8_t author[ID_LEN];
    uint64_t incarnation, number;
    uint8_t hash[HASH_LEN];
};

struct entry_content {
    uint64_t time_ms;  /* author's wall clock; for display */
    uint64_t order_ms; /* never below time_ms */
    uint8_t parent_count;
    struct entry_parent parents[ENTRY_PARENTS_MAX];
    uint8_t kind;
    const uint8_t *body; /* borrowed from the bytes parsed */
    size_t body_len;
};

/* How many bytes it has when written. */
size_t entry_content_len(const struct entry_content *content);

/* All that stands in front of the body, and that kind, whatever content's own. */
void entry_front_write(struct writer *w, const struct entry_content *content, uint8_t kind);

/* LTH_TOO_LONG when it does not fit size; ENTRY_CONTENT_MAX always does. */
LTH_MUST_USE enum lth_err entry_content_write(const struct entry_content *content, uint8_t *out,
                                              size_t size, size_t *len);

/* LTH_MALFORMED also for a text that is empty, too long or not UTF-8, and for more than
 * ENTRY_CONTENT_MAX bytes. A kind we do not know is kept, with its body unread. */
LTH_MUST_USE enum lth_err entry_content_parse(const uint8_t *bytes, size_t len,
                                              struct entry_content *out);

/* False for a text that is empty, too long or not UTF-8. Other kinds' bodies are not read. */
bool entry_body_is_good(const struct entry_content *content);

/* prev: hash of entry number - 1 of the same feed, zeros for the first. */
void entry_hash(const struct feed_id *feed, uint64_t number, const uint8_t prev[HASH_LEN],
                const uint8_t *content, size_t len, uint8_t out[HASH_LEN]);

#endif
