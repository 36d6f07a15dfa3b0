/* wire/hello.h - what each side says of itself once the handshake proved its static key.
 *
 * The initiator's is the payload of handshake message 3, the responder's the first
 * message of its first frame. The Ed25519 key vouches for the X25519 key by a signature,
 * so that the two keys, and the id made of both, belong to one holder. The name is padded
 * to HELLO_NAME_MAX, for whoever listens sees how long message 3 is.
 */
#ifndef LTH_WIRE_HELLO_H
#define LTH_WIRE_HELLO_H

#include "wire/identity.h"

enum { HELLO_NAME_MAX = 64, HELLO_LEN = 32 + 64 + 8 + 2 + 1 + HELLO_NAME_MAX };

struct hello {
    struct identity identity; /* x25519 as the handshake proved it */
    uint64_t incarnation;     /* of the sender's process */
    uint16_t port;            /* where the sender accepts connections; 0 = nowhere */
    char name[HELLO_NAME_MAX + 1];
};

/* A display name: 1 to HELLO_NAME_MAX bytes of UTF-8, no zero byte. */
bool hello_name_is_good(const uint8_t *name, size_t len);

/* out: HELLO_LEN bytes; *len is HELLO_LEN. LTH_TOO_LONG: the name. */
LTH_MUST_USE enum lth_err hello_write(const struct identity_secret *me, uint64_t incarnation,
                                      uint16_t port, const char *name, uint8_t *out, size_t *len);

/* rs: the static key the handshake proved. LTH_MALFORMED for a wrong size, an empty name,
 * bad UTF-8 or padding that is not zero; LTH_FORGED when the signature does not vouch for rs. */
LTH_MUST_USE enum lth_err hello_parse(const uint8_t *bytes, size_t len,
                                      const uint8_t rs[NOISE_KEY_LEN], struct hello *out);

#endif
