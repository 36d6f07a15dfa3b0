#include "sodium_between.h"

#include "need.h"

#include <dlfcn.h>
#include <sodium.h>
#include <string.h>

static bool cheap_curves;
static struct seals *watching;
static sodium_between_reader *reading;
static void *reading_ctx;

void sodium_between_cheap_curves(bool cheap)
{
    cheap_curves = cheap;
}

void sodium_between_watch(struct seals *s)
{
    watching = s;
}

void sodium_between_tap(sodium_between_reader *reader, void *ctx)
{
    reading = reader;
    reading_ctx = ctx;
}

/* libsodium's own function, of whatever type; *at keeps it. */
static void find_real(void *at, const char *name)
{
    void *real = need(dlsym(RTLD_NEXT, name));
    memcpy(at, &real, sizeof real); /* ISO C has no cast from an object to a function */
}

/* ---- what was sealed ---- */

void seals_clear(struct seals *s)
{
    free(s->seen);
    *s = (struct seals){0};
}

/* Where the fingerprint is, or is to be. */
static uint64_t *slot_of(const struct seals *s, const uint64_t print[2])
{
    size_t at = print[0] & (s->size - 1);
    while ((s->seen[at][0] || s->seen[at][1]) &&
           (s->seen[at][0] != print[0] || s->seen[at][1] != print[1]))
        at = (at + 1) & (s->size - 1);
    return s->seen[at];
}

static void grow(struct seals *s)
{
    struct seals larger = {.size = s->size ? s->size * 2 : 1024, .repeated = s->repeated};
    larger.seen = need(calloc(larger.size, sizeof *larger.seen));
    for (size_t i = 0; i < s->size; i++)
        if (s->seen[i][0] || s->seen[i][1])
            memcpy(slot_of(&larger, s->seen[i]), s->seen[i], sizeof s->seen[i]);
    larger.count = s->count;
    free(s->seen);
    *s = larger;
}

/* Keys are uniform, so a part of each, moved by the nonce, tells them apart. */
static void note(struct seals *s, const uint8_t *key, const uint8_t *nonce)
{
    uint64_t part[2], n;
    memcpy(part, key, sizeof part);
    memcpy(&n, nonce + 4, sizeof n);
    const uint64_t print[2] = {part[0] + n * 0x9e3779b97f4a7c15u, part[1] ^ n};
    if (2 * s->count >= s->size)
        grow(s);
    uint64_t *slot = slot_of(s, print);
    s->repeated = s->repeated || slot[0] || slot[1];
    memcpy(slot, print, sizeof print);
    s->count++;
}

/* Noise's Rekey seals zeros under the last nonce, on either side of a session. */
static bool is_rekey(const uint8_t *m, unsigned long long len, const uint8_t *nonce)
{
    static const uint8_t last[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return memcmp(nonce + 4, last, sizeof last) == 0 && len == 32 && sodium_is_zero(m, 32);
}

int crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *c, unsigned long long *clen_p,
                                              const unsigned char *m, unsigned long long mlen,
                                              const unsigned char *ad, unsigned long long adlen,
                                              const unsigned char *nsec, const unsigned char *npub,
                                              const unsigned char *k)
{
    static int (*real)(unsigned char *, unsigned long long *, const unsigned char *,
                       unsigned long long, const unsigned char *, unsigned long long,
                       const unsigned char *, const unsigned char *, const unsigned char *);
    if (!real)
        find_real(&real, "crypto_aead_chacha20poly1305_ietf_encrypt");
    if (watching && !is_rekey(m, mlen, npub))
        note(watching, k, npub);
    if (reading)
        reading(reading_ctx, c, m, (size_t)mlen);
    return real(c, clen_p, m, mlen, ad, adlen, nsec, npub, k);
}

/* ---- Diffie-Hellman, cheap ---- */

static const uint64_t prime = ((uint64_t)1 << 61) - 1, generator = 37;

static uint64_t times(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b % prime);
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent; exponent >>= 1, base = times(base, base))
        if (exponent & 1)
            result = times(result, base);
    return result;
}

static uint64_t number_in(const unsigned char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value % prime;
}

static void write_number(unsigned char *out, uint64_t value)
{
    memset(out, 0, crypto_scalarmult_BYTES);
    memcpy(out, &value, sizeof value);
}

int crypto_scalarmult_base(unsigned char *q, const unsigned char *n)
{
    static int (*real)(unsigned char *, const unsigned char *);
    if (!real)
        find_real(&real, "crypto_scalarmult_base");
    if (!cheap_curves)
        return real(q, n);
    write_number(q, power(generator, number_in(n)));
    return 0;
}

int crypto_scalarmult(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    static int (*real)(unsigned char *, const unsigned char *, const unsigned char *);
    if (!real)
        find_real(&real, "crypto_scalarmult");
    if (!cheap_curves)
        return real(q, n, p);
    write_number(q, power(number_in(p), number_in(n)));
    return number_in(p) ? 0 : -1; /* as for a point of low order */
}

/* ---- signatures, cheap ---- */

int crypto_sign_seed_keypair(unsigned char *pk, unsigned char *sk, const unsigned char *seed)
{
    static int (*real)(unsigned char *, unsigned char *, const unsigned char *);
    if (!real)
        find_real(&real, "crypto_sign_seed_keypair");
    if (!cheap_curves)
        return real(pk, sk, seed);
    memcpy(sk, seed, 32);
    int status = crypto_generichash(pk, 32, seed, 32, NULL, 0);
    memcpy(sk + 32, pk, 32);
    return status;
}

int crypto_sign_detached(unsigned char *sig, unsigned long long *siglen_p, const unsigned char *m,
                         unsigned long long mlen, const unsigned char *sk)
{
    static int (*real)(unsigned char *, unsigned long long *, const unsigned char *,
                       unsigned long long, const unsigned char *);
    if (!real)
        find_real(&real, "crypto_sign_detached");
    if (!cheap_curves)
        return real(sig, siglen_p, m, mlen, sk);
    if (siglen_p)
        *siglen_p = crypto_sign_BYTES;
    return crypto_generichash(sig, crypto_sign_BYTES, m, mlen, sk + 32, 32);
}

int crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m,
                                unsigned long long mlen, const unsigned char *pk)
{
    static int (*real)(const unsigned char *, const unsigned char *, unsigned long long,
                       const unsigned char *);
    unsigned char expected[crypto_sign_BYTES];
    if (!real)
        find_real(&real, "crypto_sign_verify_detached");
    if (!cheap_curves)
        return real(sig, m, mlen, pk);
    if (crypto_generichash(expected, sizeof expected, m, mlen, pk, 32) != 0)
        return -1;
    return sodium_memcmp(expected, sig, sizeof expected);
}
