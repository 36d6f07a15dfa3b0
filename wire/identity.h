/* wire/identity.h - who somebody is: two public keys and the id made of them.
 *
 * X25519 for Noise only, Ed25519 for signatures only, never converted into each other.
 * id = BLAKE2b-256("lanthorn/id/1" || x25519 || ed25519). Pins, safety numbers and
 * QR codes use the id. Every hash and signature has a domain string of its own, so that
 * bytes signed for one purpose are never valid for another.
 */
#ifndef LTH_WIRE_IDENTITY_H
#define LTH_WIRE_IDENTITY_H

#include "base/base32.h"
#include "wire/noise.h"

enum {
    IDENTITY_KEY_LEN = 32,
    SIGNATURE_LEN = 64,
    HASH_LEN = 32,
    SAFETY_DIGITS = 60,
    DOMAIN_MAX = 63,    /* bytes of a domain string */
    SIGNED_MAX = 65535, /* more than any frame can carry */
};

/* The public half. */
struct identity {
    uint8_t x25519[IDENTITY_KEY_LEN], ed25519[IDENTITY_KEY_LEN];
    uint8_t id[ID_LEN];
};

/* Our own. Holds secrets; identity_secret_clear when done. */
struct identity_secret {
    struct noise_keypair noise;
    uint8_t ed25519_secret[64]; /* libsodium's form: seed, then public key */
    struct identity public;
};

/* From the 32-byte X25519 secret and the 32-byte Ed25519 seed kept in the vault. */
void identity_secret_init(struct identity_secret *out, const uint8_t x25519_secret[32],
                          const uint8_t ed25519_seed[32]);
void identity_secret_clear(struct identity_secret *s);

/* The id of two public keys. */
void identity_init(struct identity *out, const uint8_t x25519[32], const uint8_t ed25519[32]);

/* Ed25519 (RFC 8032) over domain || 0x00 || bytes. domain: a constant such as
 * "lanthorn/receipt/1", at most DOMAIN_MAX bytes; len is at most SIGNED_MAX. */
void identity_sign(const struct identity_secret *s, const char *domain, const uint8_t *bytes,
                   size_t len, uint8_t signature[SIGNATURE_LEN]);

/* LTH_FORGED when it is not that key's signature for that domain and those bytes;
 * LTH_TOO_LONG above SIGNED_MAX. */
LTH_MUST_USE enum lth_err identity_verify(const uint8_t ed25519[32], const char *domain,
                                          const uint8_t *bytes, size_t len,
                                          const uint8_t signature[SIGNATURE_LEN]);

/* BLAKE2b-256(domain || 0x00 || bytes). */
void domain_hash(const char *domain, const uint8_t *bytes, size_t len, uint8_t out[HASH_LEN]);

/* The 60 digits two people compare, the same on both sides: for each id 30 digits from
 * iterated SHA-512 (libsignal's numeric fingerprint, 5200 rounds, over our ids), lower
 * id first. Writes SAFETY_DIGITS characters and a zero. Takes milliseconds. */
void identity_safety_number(const uint8_t a[ID_LEN], const uint8_t b[ID_LEN],
                            char digits[SAFETY_DIGITS + 1]);

#endif
