#include "wire/frame.h"
#include "wire/message.h"

#include <assert.h>

enum { SMALL_STEP = 128, LARGE_STEP = 1024 };

size_t frame_bucket(size_t len, size_t max)
{
    size_t step = len <= LARGE_STEP ? SMALL_STEP : LARGE_STEP;
    size_t bucket = len == 0 ? SMALL_STEP : (len + step - 1) / step * step;

    return bucket < max ? bucket : max;
}

bool frame_add(struct writer *w, uint8_t type, uint8_t flags, const void *body, size_t len)
{
    size_t room = (size_t)(w->end - w->at);

    assert(type != MESSAGE_PAD);
    if (w->spoiled || len > UINT16_MAX || room < FRAME_HEADER_LEN + len)
        return false;
    write_u8(w, type);
    write_u8(w, flags);
    write_u16(w, (uint16_t)len);
    write_bytes(w, body, len);
    return true;
}

size_t frame_pad(struct writer *w, size_t max)
{
    static const uint8_t zeros[LARGE_STEP];
    size_t len = writer_len(w);
    size_t bucket = frame_bucket(len, max);

    assert(bucket <= (size_t)(w->end - w->start));
    write_bytes(w, zeros, bucket - len);
    return writer_len(w);
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* r stands behind the type byte of the padding. */
static enum lth_err skip_padding(struct reader *r)
{
    size_t left = reader_left(r);
    const uint8_t *rest = read_view(r, left);

    if (is_zero(rest, left))
        return LTH_NOT_FOUND;
    r->spoiled = true; /* asked again, it says the same again */
    return LTH_MALFORMED;
}

enum lth_err frame_next(struct reader *r, struct frame_message *out)
{
    struct frame_message message;

    if (reader_finish(r) == LTH_OK)
        return LTH_NOT_FOUND;
    message.type = read_u8(r);
    if (message.type == MESSAGE_PAD && !r->spoiled)
        return skip_padding(r);
    message.flags = read_u8(r);
    message.len = read_u16(r);
    message.body = read_view(r, message.len);
    if (r->spoiled)
        return LTH_MALFORMED;
    *out = message;
    return LTH_OK;
}
