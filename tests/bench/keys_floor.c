/* keys_floor.c - the floor of sender keys: libsodium, and nothing around it.
 *
 * A chain of HMAC-SHA-256, two for each message (the key of this one, the chain's next), as
 * Megolm's and libsignal's are; ChaCha20-Poly1305 without associated data; Ed25519 over the
 * ciphertexts of a burst.
 */
#include "sender_keys.h"
#include "wire/must.h"

#include <sodium.h>

enum {
    KEY_LEN = crypto_auth_hmacsha256_BYTES,
    SEALED_LEN = TEXT_LEN + crypto_aead_chacha20poly1305_ietf_ABYTES,
};

static uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
static uint8_t author_chain[KEY_LEN], reader_chain[KEY_LEN];
static uint8_t sealed[BATCH][SEALED_LEN], signatures[BATCH][crypto_sign_BYTES];
static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES]; /* each key serves once */

static void begin(void)
{
    must(crypto_sign_keypair(public, secret));
    randombytes_buf(author_chain, sizeof author_chain);
    memcpy(reader_chain, author_chain, sizeof reader_chain);
}

static void step(uint8_t chain[KEY_LEN], uint8_t message_key[KEY_LEN])
{
    must(crypto_auth_hmacsha256(message_key, (const uint8_t *)"\1", 1, chain));
    must(crypto_auth_hmacsha256(chain, (const uint8_t *)"\2", 1, chain));
}

static size_t seal(const uint8_t text[TEXT_LEN], size_t burst)
{
    uint8_t key[KEY_LEN];
    for (size_t first = 0; first < BATCH; first += burst) {
        for (size_t i = first; i < first + burst; i++) {
            step(author_chain, key);
            must(crypto_aead_chacha20poly1305_ietf_encrypt(sealed[i], NULL, text, TEXT_LEN, NULL, 0,
                                                           NULL, nonce, key));
        }
        must(crypto_sign_detached(signatures[first], NULL, sealed[first], burst * SEALED_LEN,
                                  secret));
    }
    return (size_t)BATCH * SEALED_LEN + BATCH / burst * crypto_sign_BYTES;
}

static void open_one(const uint8_t bytes[SEALED_LEN], const uint8_t text[TEXT_LEN])
{
    uint8_t key[KEY_LEN], plain[TEXT_LEN];
    step(reader_chain, key);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, bytes, SEALED_LEN, NULL, 0,
                                                  nonce, key) != 0 ||
        memcmp(plain, text, TEXT_LEN) != 0)
        die("floor: open");
}

static void open_batch(const uint8_t text[TEXT_LEN], size_t burst)
{
    for (size_t first = 0; first < BATCH; first += burst) {
        if (crypto_sign_verify_detached(signatures[first], sealed[first], burst * SEALED_LEN,
                                        public) != 0)
            die("floor: verify");
        for (size_t i = first; i < first + burst; i++)
            open_one(sealed[i], text);
    }
}

const struct sender_keys floor_keys = {"floor", begin, seal, open_batch};
