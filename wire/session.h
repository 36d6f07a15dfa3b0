/* wire/session.h - what follows the handshake: sealed frames, each direction with its own key.
 *
 * A frame is a 16-bit big-endian length and that many bytes: the plain frame
 * (wire/frame.h) and a 16-byte tag. The counter is Noise's n, 64 bits, implicit and
 * never reused. One failed tag ends the session. Each direction is rekeyed by its
 * sender after SESSION_REKEY_FRAMES frames or SESSION_REKEY_MS, announced by a REKEY
 * message in the last frame under the old key (PROTOCOL.md).
 */
#ifndef LTH_WIRE_SESSION_H
#define LTH_WIRE_SESSION_H

#include "wire/noise.h"

enum {
    SESSION_LENGTH_LEN = 2,
    SESSION_FRAME_MAX = 65535, /* sealed, without the length */
    SESSION_PLAIN_MAX = SESSION_FRAME_MAX - NOISE_TAG_LEN,
    SESSION_OVERHEAD = SESSION_LENGTH_LEN + NOISE_TAG_LEN,
    SESSION_REKEY_FRAMES = 1024,
    SESSION_REKEY_MS = 10 * 60 * 1000,
};

/* Holds secrets. */
struct session {
    struct noise_cipher send, receive;
    uint64_t frames_sent, frames_received;    /* in the whole session; CLOSE carries the first */
    uint64_t rekeyed_at_frame, rekeyed_at_ms; /* of the direction we send in */
    uint32_t rekeys;                          /* of both directions */
};

/* hs is done; the caller clears it afterwards. now_ms: monotonic. */
void session_init(struct session *s, const struct noise *hs, uint64_t now_ms);

/* True when the frame about to be sealed should be the last under its key: put a REKEY
 * message into it, seal it, then call session_rekey_send. */
bool session_wants_rekey(const struct session *s, uint64_t now_ms);
void session_rekey_send(struct session *s, uint64_t now_ms);

/* After a frame that ended in a REKEY message: what follows is under the next key. */
void session_rekey_receive(struct session *s);

/* Seals len bytes of plain frame, 1 to SESSION_PLAIN_MAX, into out, len + SESSION_OVERHEAD
 * bytes, the length in front; plain may be out + SESSION_LENGTH_LEN. LTH_MALFORMED: empty,
 * LTH_TOO_LONG. LTH_EXHAUSTED: make a new session. On error nothing is written. */
LTH_MUST_USE enum lth_err session_seal(struct session *s, const uint8_t *plain, size_t len,
                                       uint8_t *out);

/* Opens a sealed frame without its length; plain takes len - NOISE_TAG_LEN bytes and may be
 * frame itself. Any error: close the session at once; nothing more can be opened, the key is
 * wiped, and a further call gives LTH_BAD_STATE. LTH_MALFORMED: no plain byte in it, or longer
 * than SESSION_FRAME_MAX. LTH_FORGED: not the peer's next frame. */
LTH_MUST_USE enum lth_err session_open(struct session *s, const uint8_t *frame, size_t len,
                                       uint8_t *plain, size_t *plain_len);

void session_clear(struct session *s);

#endif
