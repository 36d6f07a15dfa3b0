#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_clear(struct buffer *b)
{
    free(b->bytes);
    *b = (struct buffer){0};
}

uint8_t *buffer_room(struct buffer *b, size_t len)
{
    if (b->size - b->len < len || !b->bytes) {
        size_t size = b->size ? b->size : 64;
        while (size - b->len < len)
            size *= 2;
        uint8_t *grown = realloc(b->bytes, size);
        if (!grown)
            return NULL;
        b->bytes = grown;
        b->size = size;
    }
    return b->bytes + b->len;
}

enum lth_err buffer_append(struct buffer *b, const void *bytes, size_t len)
{
    uint8_t *room = buffer_room(b, len);
    if (!room)
        return LTH_NO_MEMORY;
    if (len)
        memcpy(room, bytes, len);
    b->len += len;
    return LTH_OK;
}

void buffer_drop(struct buffer *b, size_t len)
{
    if (!len)
        return;
    b->len -= len;
    memmove(b->bytes, b->bytes + len, b->len);
}

enum lth_err buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *room = len < 0 ? NULL : buffer_room(b, (size_t)len + 1);
    if (room) {
        vsnprintf((char *)room, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    return room ? LTH_OK : LTH_NO_MEMORY;
}
