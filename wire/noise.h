/* wire/noise.h - the handshake Noise_XX_25519_ChaChaPoly_SHA256, and nothing else.
 *
 * Noise Protocol Framework rev 34, named with its tokens and functions: MixKey,
 * MixHash, e, ee, es, s, se, Split. Three messages:
 *     -> e        <- e, ee, s, es        -> s, se
 * An all-zero DH result fails, and so does our own static or ephemeral key coming
 * back. After bytes that failed, the handshake is dead: its secrets are wiped and every
 * further call is refused with LTH_BAD_STATE. Close the connection, say nothing.
 *
 * Never allocates. sodium_init has been called.
 */
#ifndef LTH_WIRE_NOISE_H
#define LTH_WIRE_NOISE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NOISE_KEY_LEN = 32,
    NOISE_HASH_LEN = 32,
    NOISE_TAG_LEN = 16,
    NOISE_MESSAGE_MAX = 65535,
    NOISE_OVERHEAD_1 = 32,           /* e */
    NOISE_OVERHEAD_2 = 32 + 48 + 16, /* e, s sealed, payload's tag */
    NOISE_OVERHEAD_3 = 48 + 16,      /* s sealed, payload's tag */
};

/* Rev 34 §5.1 CipherState. Holds a secret. */
struct noise_cipher {
    uint8_t k[NOISE_KEY_LEN];
    uint64_t n;
    bool has_key;
};

/* Holds secrets. A static key is used for Noise only (rev 34 §14). */
struct noise_keypair {
    uint8_t secret[NOISE_KEY_LEN], public[NOISE_KEY_LEN];
};

/* Rev 34 §5.2 and §5.3, SymmetricState and HandshakeState in one. Holds secrets. */
struct noise {
    struct noise_cipher cipher;
    uint8_t ck[NOISE_HASH_LEN], h[NOISE_HASH_LEN];
    struct noise_keypair s, e;
    uint8_t rs[NOISE_KEY_LEN], re[NOISE_KEY_LEN]; /* rs: known after message 2 or 3 */
    bool initiator, has_e;
    uint8_t next; /* index of the next message, 0 to 2; 3 = done, 4 = dead */
};

void noise_keypair_generate(struct noise_keypair *out);
void noise_keypair_from_secret(struct noise_keypair *out, const uint8_t secret[NOISE_KEY_LEN]);

/* Copies s; prologue is mixed in and not kept. */
void noise_init(struct noise *hs, bool initiator, const struct noise_keypair *s,
                const uint8_t *prologue, size_t prologue_len);

/* Writes the next message, payload_len + NOISE_OVERHEAD_x bytes, to out, whose size is
 * out_size and which does not overlap payload. LTH_BAD_STATE when it is the other's turn,
 * LTH_TOO_LONG when it does not fit: both change nothing. LTH_FORGED when a key the other
 * sent earlier gives an all-zero DH result: the handshake is dead. */
LTH_MUST_USE enum lth_err noise_write(struct noise *hs, const uint8_t *payload, size_t payload_len,
                                      uint8_t *out, size_t out_size, size_t *out_len);

/* Reads the next message; the payload, len - NOISE_OVERHEAD_x bytes, goes to payload, which
 * does not overlap message. LTH_BAD_STATE when it is our turn: nothing changes. Else
 * LTH_MALFORMED when too short, too long or payload_size too small, LTH_FORGED when anything
 * fails to authenticate, LTH_OURSELVES when all of it does and the static key proved is our
 * own: the handshake is dead. */
LTH_MUST_USE enum lth_err noise_read(struct noise *hs, const uint8_t *message, size_t len,
                                     uint8_t *payload, size_t payload_size, size_t *payload_len);

bool noise_is_done(const struct noise *hs);

/* Rev 34 §5.2 Split: the cipher we send with and the one we receive with. Only when done. */
void noise_split(const struct noise *hs, struct noise_cipher *send, struct noise_cipher *receive);

/* Wipes everything; the handshake is dead. May be called again. */
void noise_clear(struct noise *hs);

/* Rev 34 §5.1 EncryptWithAd, DecryptWithAd, with a key. out: len + 16, or len - 16 bytes; out
 * may be in. On error the cipher is unchanged.
 * LTH_EXHAUSTED: counters above 2^64-3 are refused, so that the last one, which Rekey uses, is
 * never reached. LTH_MALFORMED: shorter than a tag. LTH_FORGED: out holds zeros.
 * LTH_BAD_STATE: no key. */
LTH_MUST_USE enum lth_err noise_encrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                        const uint8_t *plain, size_t len, uint8_t *out);
LTH_MUST_USE enum lth_err noise_decrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                        const uint8_t *sealed, size_t len, uint8_t *out);

/* Rev 34 §5.1 Rekey: a new key made of the old one; n goes on. */
void noise_rekey(struct noise_cipher *c);

#endif
