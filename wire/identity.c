#include "wire/identity.h"
#include "wire/must.h"

#include "base/cursor.h"

#include <sodium.h>
#include <string.h>

static const char id_domain[] = "lanthorn/id/1";
static const char safety_domain[] = "lanthorn/safety/1";

enum { SAFETY_ROUNDS = 5200, GROUPS = 6, GROUP_BYTES = 5, GROUP_DIGITS = 5 };

/* id || x25519 || ed25519: without the zero byte of domain_hash, all three have fixed lengths. */
void identity_init(struct identity *out, const uint8_t x25519[32], const uint8_t ed25519[32])
{
    crypto_generichash_state hash;

    memmove(out->x25519, x25519, sizeof out->x25519);
    memmove(out->ed25519, ed25519, sizeof out->ed25519);
    must(crypto_generichash_init(&hash, NULL, 0, ID_LEN));
    must(crypto_generichash_update(&hash, (const uint8_t *)id_domain, strlen(id_domain)));
    must(crypto_generichash_update(&hash, out->x25519, sizeof out->x25519));
    must(crypto_generichash_update(&hash, out->ed25519, sizeof out->ed25519));
    must(crypto_generichash_final(&hash, out->id, ID_LEN));
}

void identity_secret_init(struct identity_secret *out, const uint8_t x25519_secret[32],
                          const uint8_t ed25519_seed[32])
{
    uint8_t ed25519[IDENTITY_KEY_LEN];

    noise_keypair_from_secret(&out->noise, x25519_secret);
    must(crypto_sign_seed_keypair(ed25519, out->ed25519_secret, ed25519_seed));
    identity_init(&out->public, out->noise.public, ed25519);
}

void identity_secret_clear(struct identity_secret *s)
{
    sodium_memzero(s, sizeof *s);
}

void domain_hash(const char *domain, const uint8_t *bytes, size_t len, uint8_t out[HASH_LEN])
{
    crypto_generichash_state hash;

    must(crypto_generichash_init(&hash, NULL, 0, HASH_LEN));
    must(crypto_generichash_update(&hash, (const uint8_t *)domain, strlen(domain) + 1));
    must(crypto_generichash_update(&hash, bytes, len));
    must(crypto_generichash_final(&hash, out, HASH_LEN));
}

/* ---- signatures ---- */

/* What is signed, in one piece, as Ed25519 wants it. */
struct signed_bytes {
    uint8_t bytes[DOMAIN_MAX + 1 + SIGNED_MAX];
    size_t len;
};

/* False when it does not fit; the zero that ends domain separates. */
static bool join(struct signed_bytes *out, const char *domain, const uint8_t *bytes, size_t len)
{
    size_t domain_len = strlen(domain) + 1;

    if (domain_len > DOMAIN_MAX + 1 || len > SIGNED_MAX)
        return false;
    memcpy(out->bytes, domain, domain_len);
    if (len > 0)
        memcpy(out->bytes + domain_len, bytes, len);
    out->len = domain_len + len;
    return true;
}

void identity_sign(const struct identity_secret *s, const char *domain, const uint8_t *bytes,
                   size_t len, uint8_t signature[SIGNATURE_LEN])
{
    struct signed_bytes joined;

    must(join(&joined, domain, bytes, len) ? 0 : -1);
    must(crypto_sign_detached(signature, NULL, joined.bytes, joined.len, s->ed25519_secret));
}

enum lth_err identity_verify(const uint8_t ed25519[32], const char *domain, const uint8_t *bytes,
                             size_t len, const uint8_t signature[SIGNATURE_LEN])
{
    struct signed_bytes joined;

    if (!join(&joined, domain, bytes, len))
        return LTH_TOO_LONG;
    if (crypto_sign_verify_detached(signature, joined.bytes, joined.len, ed25519) != 0)
        return LTH_FORGED;
    return LTH_OK;
}

/* ---- safety number ---- */

/* libsignal's: the start is version 0 (16 bits), key and stable identifier; each round hashes
 * what it has and the key again. Our key is the id, our identifier the domain string. */
static void fingerprint(const uint8_t id[ID_LEN], uint8_t hash[crypto_hash_sha512_BYTES])
{
    uint8_t round[crypto_hash_sha512_BYTES + ID_LEN];
    struct writer start = writer_over(round, sizeof round);

    write_u16(&start, 0);
    write_bytes(&start, id, ID_LEN);
    write_bytes(&start, safety_domain, strlen(safety_domain));
    write_bytes(&start, id, ID_LEN);
    must(crypto_hash_sha512(hash, round, writer_len(&start)));

    memcpy(round + crypto_hash_sha512_BYTES, id, ID_LEN);
    for (unsigned i = 1; i < SAFETY_ROUNDS; i++) {
        memcpy(round, hash, crypto_hash_sha512_BYTES);
        must(crypto_hash_sha512(hash, round, sizeof round));
    }
}

/* 40 bits, big-endian, modulo 100000: five digits. */
static void write_group(const uint8_t *bytes, char *digits)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < GROUP_BYTES; i++)
        value = value << 8 | bytes[i];
    value %= 100000;
    for (unsigned i = GROUP_DIGITS; i-- > 0; value /= 10)
        digits[i] = (char)('0' + value % 10);
}

static void write_half(const uint8_t id[ID_LEN], char *digits)
{
    uint8_t hash[crypto_hash_sha512_BYTES];

    fingerprint(id, hash);
    for (size_t i = 0; i < GROUPS; i++)
        write_group(hash + i * GROUP_BYTES, digits + i * GROUP_DIGITS);
}

void identity_safety_number(const uint8_t a[ID_LEN], const uint8_t b[ID_LEN],
                            char digits[SAFETY_DIGITS + 1])
{
    bool a_first = memcmp(a, b, ID_LEN) <= 0;

    write_half(a_first ? a : b, digits);
    write_half(a_first ? b : a, digits + SAFETY_DIGITS / 2);
    digits[SAFETY_DIGITS] = '\0';
}
