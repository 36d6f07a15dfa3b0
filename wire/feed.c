#include "wire/feed.h"

#include <string.h>

void feed_id_write(struct writer *w, const struct feed_id *feed)
{
    write_bytes(w, feed->conversation, sizeof feed->conversation);
    write_bytes(w, feed->author, sizeof feed->author);
    write_u64(w, feed->incarnation);
}

void feed_id_read(struct reader *r, struct feed_id *out)
{
    read_bytes(r, out->conversation, sizeof out->conversation);
    read_bytes(r, out->author, sizeof out->author);
    out->incarnation = read_u64(r);
}

void feed_point_write(struct writer *w, const struct feed_point *point)
{
    feed_id_write(w, &point->feed);
    write_u64(w, point->number);
    write_bytes(w, point->hash, sizeof point->hash);
}

void feed_point_read(struct reader *r, struct feed_point *out)
{
    feed_id_read(r, &out->feed);
    out->number = read_u64(r);
    read_bytes(r, out->hash, sizeof out->hash);
}

void conversation_direct_id(const uint8_t a[ID_LEN], const uint8_t b[ID_LEN], uint8_t out[HASH_LEN])
{
    uint8_t both[2 * ID_LEN];
    bool a_first = memcmp(a, b, ID_LEN) <= 0;
    memcpy(both, a_first ? a : b, ID_LEN);
    memcpy(both + ID_LEN, a_first ? b : a, ID_LEN);
    domain_hash("lanthorn/direct/1", both, sizeof both, out);
}
