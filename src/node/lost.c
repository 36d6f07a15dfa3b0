#include "node/lost.h"

#include <stdlib.h>
#include <string.h>

struct lost *lost_new(const struct feed_point *end, uint64_t number, const uint8_t prev[HASH_LEN])
{
    struct lost *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->end = *end;
    l->after = l->number = number;
    lost_begin(l, prev);
    return l;
}

void lost_begin(struct lost *l, const uint8_t prev[HASH_LEN])
{
    memcpy(l->before, prev, HASH_LEN);
    memcpy(l->prev, prev, HASH_LEN);
}

void lost_free(struct lost *l)
{
    if (!l)
        return;
    buffer_clear(&l->bytes);
    free(l);
}

bool lost_is_whole(const struct lost *l)
{
    return l->number == l->end.number;
}

static enum lth_err append(struct buffer *bytes, const uint8_t *content, size_t len)
{
    const uint8_t length[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    if (bytes->len + sizeof length + len > LOST_MAX)
        return LTH_LIMIT;
    enum lth_err err = buffer_append(bytes, length, sizeof length);
    return err == LTH_OK ? buffer_append(bytes, content, len) : err;
}

enum lth_err lost_take(struct lost *l, const uint8_t *content, size_t len)
{
    uint8_t hash[HASH_LEN];
    enum lth_err err = append(&l->bytes, content, len);
    if (err != LTH_OK)
        return err;
    entry_hash(&l->end.feed, ++l->number, l->prev, content, len, hash);
    memcpy(l->prev, hash, HASH_LEN);
    bool is_other = lost_is_whole(l) && memcmp(hash, l->end.hash, HASH_LEN) != 0;
    return is_other ? LTH_FORGED : LTH_OK;
}
