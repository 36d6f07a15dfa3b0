/* store/pack.h - records side by side, as a frame seals them: length (u16), bytes, again.
 *
 * Packed records wait in memory until they are durable; a frame is a slice of them.
 */
#ifndef LTH_STORE_PACK_H
#define LTH_STORE_PACK_H

#include "base/buffer.h"
#include "base/cursor.h"

/* The longest plain text of a frame: enough to seal at full speed, little enough to read one
 * record without much more. One record always fits. */
enum { PACK_FRAME_MAX = 1 << 20, PACK_COUNT_MAX = 65535 };

size_t pack_size(size_t record_len);

/* Appends one record of 1 to STORE_RECORD_MAX bytes; LTH_MALFORMED when it is empty,
 * LTH_TOO_LONG when it is longer. */
LTH_MUST_USE enum lth_err pack_add(struct buffer *out, const uint8_t *bytes, size_t len);

/* The next record of r, borrowed. LTH_NOT_FOUND at the end, LTH_MALFORMED for an empty or a
 * cut record. */
LTH_MUST_USE enum lth_err pack_next(struct reader *r, const uint8_t **bytes, size_t *len);

/* How many of the len bytes of well-formed records the next frame takes, and how many
 * records that is. */
size_t pack_slice(const uint8_t *bytes, size_t len, uint16_t *count);

/* Record number position (0, 1, 2 …) of len packed bytes. LTH_NOT_FOUND, LTH_MALFORMED. */
LTH_MUST_USE enum lth_err pack_pick(const uint8_t *bytes, size_t len, uint64_t position,
                                    const uint8_t **record, size_t *record_len);

#endif
