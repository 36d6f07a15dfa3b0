#include "store/pack.h"

#include "store/store.h"

enum { PREFIX_LEN = 2 };

size_t pack_size(size_t record_len)
{
    return PREFIX_LEN + record_len;
}

enum lth_err pack_add(struct buffer *out, const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return LTH_MALFORMED;
    if (len > STORE_RECORD_MAX)
        return LTH_TOO_LONG;
    uint8_t *room = buffer_room(out, pack_size(len));
    if (!room)
        return LTH_NO_MEMORY;
    struct writer w = writer_over(room, pack_size(len));
    write_u16(&w, (uint16_t)len);
    write_bytes(&w, bytes, len);
    out->len += writer_len(&w);
    return LTH_OK;
}

enum lth_err pack_next(struct reader *r, const uint8_t **bytes, size_t *len)
{
    if (!r->spoiled && reader_left(r) == 0)
        return LTH_NOT_FOUND;
    size_t record_len = read_u16(r);
    const uint8_t *record = read_view(r, record_len);
    if (!record || record_len == 0)
        return LTH_MALFORMED;
    *bytes = record;
    *len = record_len;
    return LTH_OK;
}

size_t pack_slice(const uint8_t *bytes, size_t len, uint16_t *count)
{
    struct reader r = reader_over(bytes, len);
    const uint8_t *record;
    size_t record_len, taken = 0;
    *count = 0;
    while (*count < PACK_COUNT_MAX && pack_next(&r, &record, &record_len) == LTH_OK) {
        if (taken + pack_size(record_len) > PACK_FRAME_MAX)
            break;
        taken += pack_size(record_len);
        *count = (uint16_t)(*count + 1);
    }
    return taken;
}

enum lth_err pack_pick(const uint8_t *bytes, size_t len, uint64_t position, const uint8_t **record,
                       size_t *record_len)
{
    struct reader r = reader_over(bytes, len);
    enum lth_err err = pack_next(&r, record, record_len);
    for (; err == LTH_OK && position > 0; position--)
        err = pack_next(&r, record, record_len);
    return err;
}
