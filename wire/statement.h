/* wire/statement.h - what is signed about a feed: its HEAD by the author, its RECEIPT by a reader.
 *
 * HEAD: "this is my feed up to here": one signature vouches for the whole prefix, so the
 * entries can be relayed by anyone. RECEIPT: "I hold this feed up to here on my disk":
 * cumulative, kept as evidence. Both are a feed point; a receipt also names its signer.
 */
#ifndef LTH_WIRE_STATEMENT_H
#define LTH_WIRE_STATEMENT_H

#include "wire/feed.h"

enum {
    HEAD_LEN = FEED_POINT_LEN + SIGNATURE_LEN,
    RECEIPT_LEN = ID_LEN + FEED_POINT_LEN + SIGNATURE_LEN,
};

struct head {
    struct feed_point point;
    uint8_t signature[SIGNATURE_LEN];
};

struct receipt {
    uint8_t reader[ID_LEN]; /* who holds the entries */
    struct feed_point point;
    uint8_t signature[SIGNATURE_LEN];
};

/* me is the author of the feed. */
void head_sign(const struct identity_secret *me, const struct feed_point *point, struct head *out);
void head_write(const struct head *head, uint8_t out[HEAD_LEN]);
LTH_MUST_USE enum lth_err head_parse(const uint8_t *bytes, size_t len, struct head *out);

/* LTH_FORGED unless the holder of author's keys signed it, and the feed is theirs. */
LTH_MUST_USE enum lth_err head_verify(const struct head *head, const struct identity *author);

/* me is the reader. */
void receipt_sign(const struct identity_secret *me, const struct feed_point *point,
                  struct receipt *out);

/* The same with a signature made before. */
void receipt_with(const struct identity *reader, const struct feed_point *point,
                  const uint8_t signature[SIGNATURE_LEN], struct receipt *out);
void receipt_write(const struct receipt *receipt, uint8_t out[RECEIPT_LEN]);
LTH_MUST_USE enum lth_err receipt_parse(const uint8_t *bytes, size_t len, struct receipt *out);
LTH_MUST_USE enum lth_err receipt_verify(const struct receipt *receipt,
                                         const struct identity *reader);

#endif
