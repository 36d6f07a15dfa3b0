/* base/buffer.h - bytes on the heap that grow at the end and shrink at the start.
 *
 * The owner inits, appends and clears. Pointers into it live until the next
 * append. A failed append leaves the buffer as it was.
 */
#ifndef LTH_BASE_BUFFER_H
#define LTH_BASE_BUFFER_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *bytes; /* owned; NULL while empty */
    size_t len, size;
};

void buffer_clear(struct buffer *b); /* frees; the buffer is empty and usable */

/* Room for len more bytes at bytes + b->len; add to b->len what was used.
 * NULL when memory is out. */
uint8_t *buffer_room(struct buffer *b, size_t len);
LTH_MUST_USE enum lth_err buffer_append(struct buffer *b, const void *bytes, size_t len);
void buffer_drop(struct buffer *b, size_t len); /* forgets the first len bytes, len <= b->len */

/* Appends formatted text, without its final zero. */
LTH_MUST_USE enum lth_err buffer_printf(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
