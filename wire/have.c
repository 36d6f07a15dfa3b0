#include "wire/have.h"

void have_begin(struct writer *w, const uint8_t conversation[HASH_LEN], uint8_t flags)
{
    write_bytes(w, conversation, HASH_LEN);
    write_u8(w, flags);
}

void have_add(struct writer *w, const struct have_item *item)
{
    write_bytes(w, item->author, ID_LEN);
    write_u64(w, item->incarnation);
    write_u64(w, item->number);
    write_u64(w, item->proved);
}

enum lth_err have_parse(const uint8_t *bytes, size_t len, struct have *out)
{
    struct reader r = reader_over(bytes, len);

    read_bytes(&r, out->conversation, HASH_LEN);
    uint8_t flags = read_u8(&r);
    out->last = flags & HAVE_LAST;
    out->asks = flags & HAVE_ASKS;
    if (r.spoiled || reader_left(&r) % HAVE_ITEM_LEN != 0)
        return LTH_MALFORMED;
    out->rest = r;
    return LTH_OK;
}

bool have_next(struct have *have, struct have_item *out)
{
    if (reader_left(&have->rest) == 0)
        return false;
    read_bytes(&have->rest, out->author, ID_LEN);
    out->incarnation = read_u64(&have->rest);
    out->number = read_u64(&have->rest);
    out->proved = read_u64(&have->rest);
    return true;
}
