#include "base/cursor.h"

#include <string.h>

struct reader reader_over(const uint8_t *bytes, size_t len)
{
    /* NULL + 0 is undefined in C; an empty window needs no address. */
    return (struct reader){.at = bytes, .end = len ? bytes + len : bytes};
}

size_t reader_left(const struct reader *r)
{
    return r->spoiled ? 0 : (size_t)(r->end - r->at);
}

const uint8_t *read_view(struct reader *r, size_t len)
{
    if (r->spoiled || len > reader_left(r)) {
        r->spoiled = true;
        return NULL;
    }
    const uint8_t *view = r->at;
    if (len)
        r->at += len;
    return view;
}

static uint64_t read_uint(struct reader *r, size_t width)
{
    const uint8_t *bytes = read_view(r, width);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < width; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint8_t read_u8(struct reader *r)
{
    return (uint8_t)read_uint(r, 1);
}

uint16_t read_u16(struct reader *r)
{
    return (uint16_t)read_uint(r, 2);
}

uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_uint(r, 4);
}

uint64_t read_u64(struct reader *r)
{
    return read_uint(r, 8);
}

void read_bytes(struct reader *r, uint8_t *out, size_t len)
{
    const uint8_t *view = read_view(r, len);
    if (!len)
        return;
    if (view)
        memcpy(out, view, len);
    else
        memset(out, 0, len);
}

enum lth_err reader_finish(const struct reader *r)
{
    return r->spoiled || r->at != r->end ? LTH_MALFORMED : LTH_OK;
}

struct writer writer_over(uint8_t *bytes, size_t size)
{
    return (struct writer){.start = bytes, .at = bytes, .end = size ? bytes + size : bytes};
}

void write_bytes(struct writer *w, const void *bytes, size_t len)
{
    if (w->spoiled || len > (size_t)(w->end - w->at)) {
        w->spoiled = true;
        return;
    }
    if (!len)
        return;
    memcpy(w->at, bytes, len);
    w->at += len;
}

static void write_uint(struct writer *w, uint64_t value, size_t width)
{
    uint8_t bytes[8];
    for (size_t i = width; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
    write_bytes(w, bytes, width);
}

void write_u8(struct writer *w, uint8_t value)
{
    write_uint(w, value, 1);
}

void write_u16(struct writer *w, uint16_t value)
{
    write_uint(w, value, 2);
}

void write_u32(struct writer *w, uint32_t value)
{
    write_uint(w, value, 4);
}

void write_u64(struct writer *w, uint64_t value)
{
    write_uint(w, value, 8);
}

size_t writer_len(const struct writer *w)
{
    return (size_t)(w->at - w->start);
}

enum lth_err writer_finish(const struct writer *w, size_t *len)
{
    if (w->spoiled)
        return LTH_TOO_LONG;
    *len = writer_len(w);
    return LTH_OK;
}
