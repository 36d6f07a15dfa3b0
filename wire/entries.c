#include "wire/entries.h"

void entries_begin(struct writer *w, const struct feed_id *feed, uint64_t first,
                   const uint8_t prev[HASH_LEN])
{
    feed_id_write(w, feed);
    write_u64(w, first);
    write_bytes(w, prev, HASH_LEN);
}

bool entries_add(struct writer *w, const uint8_t *content, size_t len)
{
    if (len > UINT16_MAX || (size_t)(w->end - w->at) < 2 + len)
        return false;
    write_u16(w, (uint16_t)len);
    write_bytes(w, content, len);
    return true;
}

enum lth_err entries_parse(const uint8_t *bytes, size_t len, struct entries *out)
{
    struct reader r = reader_over(bytes, len);

    feed_id_read(&r, &out->feed);
    out->first = read_u64(&r);
    read_bytes(&r, out->prev, HASH_LEN);
    if (r.spoiled || out->first == 0)
        return LTH_MALFORMED;
    out->rest = r;
    return LTH_OK;
}

enum lth_err entries_next(struct entries *e, const uint8_t **content, size_t *len)
{
    if (reader_finish(&e->rest) == LTH_OK)
        return LTH_NOT_FOUND;
    size_t n = read_u16(&e->rest);
    const uint8_t *view = read_view(&e->rest, n);
    if (!view)
        return LTH_MALFORMED;
    *content = view;
    *len = n;
    return LTH_OK;
}
