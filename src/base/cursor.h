/* base/cursor.h - reading and writing bytes, one bounded step at a time.
 *
 * A reader is a window over bytes somebody else owns. Each read takes exactly
 * what it asked for, or takes nothing and spoils the reader; a spoiled reader
 * stays spoiled and yields zeros. So a parser reads every field in wire order
 * and asks once, at the end, whether all of it was there.
 *
 * A writer is the same idea the other way: a window of fixed size that spoils
 * when something does not fit, and never writes part of a field.
 *
 * Integers are big-endian (PROTOCOL.md). Never allocates, never does I/O.
 */
#ifndef LTH_BASE_CURSOR_H
#define LTH_BASE_CURSOR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *at, *end; /* borrowed, at <= end */
    bool spoiled;
};

struct reader reader_over(const uint8_t *bytes, size_t len);
uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);

/* Copies the next len bytes to out; zeros when fewer than len remain. */
void read_bytes(struct reader *r, uint8_t *out, size_t len);

/* The next len bytes, borrowed: they live as long as the bytes being read.
 * NULL when fewer than len remain. */
const uint8_t *read_view(struct reader *r, size_t len);

size_t reader_left(const struct reader *r);

/* LTH_OK when every read succeeded and no byte is left, else LTH_MALFORMED. */
LTH_MUST_USE enum lth_err reader_finish(const struct reader *r);

struct writer {
    uint8_t *start, *at, *end; /* borrowed, start <= at <= end */
    bool spoiled;
};

struct writer writer_over(uint8_t *bytes, size_t size);
void write_u8(struct writer *w, uint8_t value);
void write_u16(struct writer *w, uint16_t value);
void write_u32(struct writer *w, uint32_t value);
void write_u64(struct writer *w, uint64_t value);
void write_bytes(struct writer *w, const void *bytes, size_t len);

/* Bytes written so far. */
size_t writer_len(const struct writer *w);

/* LTH_OK and the length in *len when everything fitted, else LTH_TOO_LONG. */
LTH_MUST_USE enum lth_err writer_finish(const struct writer *w, size_t *len);

#endif
