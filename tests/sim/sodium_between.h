/* tests/sim/sodium_between.h - standing between the core and libsodium.
 *
 * This file's functions have the names of libsodium's, and the linker prefers them. They do two
 * things:
 *
 * - They note every (key, nonce) that something is sealed with, and tell when one comes twice;
 *   and let somebody read along. Sealing itself is libsodium's.
 * - On demand they put cheap stand-ins in the place of X25519 and Ed25519, with which a
 *   simulated minute would be mostly curve arithmetic: Diffie-Hellman modulo 2^61 - 1, and
 *   "signatures" that are BLAKE2b keyed with the public key. Neither is secure at all; both fail
 *   where the true ones fail (another key, another text, a zero point), and that is what
 *   the rules of delivery rest on. Hashes, HMAC and AEAD are always libsodium's. Some runs
 *   in every test run use the true curves.
 */
#ifndef LTH_TESTS_SIM_SODIUM_BETWEEN_H
#define LTH_TESTS_SIM_SODIUM_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void sodium_between_cheap_curves(bool cheap); /* false at start */

/* What was sealed: fingerprints of key and nonce in an open hash table. */
struct seals {
    uint64_t (*seen)[2]; /* owned; 0, 0 = free */
    size_t count, size;
    bool repeated; /* one came twice */
};

/* From now on seals are noted in s; NULL: nowhere. Borrowed. */
void sodium_between_watch(struct seals *s);
void seals_clear(struct seals *s);

/* Who is given every plain text, and where it is going to be sealed to; NULL: nobody. */
typedef void sodium_between_reader(void *ctx, const uint8_t *sealed, const uint8_t *plain,
                                   size_t len);
void sodium_between_tap(sodium_between_reader *reader, void *ctx);

#endif
