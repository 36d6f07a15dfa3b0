/* wire/frame.h - the plain frame: messages, then padding.
 *
 * A message is type (u8), flags (u8), length (u16), body. Type 0 is padding: it is
 * the last, it has no length, and the rest of the frame is zeros. Frames are padded to
 * a bucket, so that lengths on the wire say little. An unknown type is skipped,
 * unless it is flagged FRAME_MUST_UNDERSTAND: then the session ends.
 */
#ifndef LTH_WIRE_FRAME_H
#define LTH_WIRE_FRAME_H

#include "base/cursor.h"

enum {
    FRAME_HEADER_LEN = 4,
    FRAME_MUST_UNDERSTAND = 0x01, /* flags */
};

/* The length that len bytes are padded to: the next multiple of 128 up to 1 KiB, of 1 KiB
 * above, at most max. The smallest bucket is 128. len <= max. */
size_t frame_bucket(size_t len, size_t max);

/* Appends one message, type not 0; false when it does not fit, and then nothing is written. */
bool frame_add(struct writer *w, uint8_t type, uint8_t flags, const void *body, size_t len);

/* Pads to the bucket and returns the frame's length. max: SESSION_PLAIN_MAX; the bytes
 * under w must reach as far. */
size_t frame_pad(struct writer *w, size_t max);

struct frame_message {
    uint8_t type, flags;
    uint16_t len;
    const uint8_t *body; /* borrowed from the frame */
};

/* The next message of r in *out; LTH_NOT_FOUND at the end of a well-formed frame,
 * LTH_MALFORMED for a cut message or padding that is not all zeros. */
LTH_MUST_USE enum lth_err frame_next(struct reader *r, struct frame_message *out);

#endif
