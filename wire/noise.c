#include "wire/noise.h"
#include "wire/must.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define COUNTER_END (UINT64_MAX - 1) /* the first n that is refused */

/* 32 bytes, exactly HASHLEN: so it is h itself (rev 34 §5.2 InitializeSymmetric). */
static const char protocol_name[] = "Noise_XX_25519_ChaChaPoly_SHA256";

enum token { E, S, EE, ES, SE, END };
enum { MESSAGES = 3, DONE = MESSAGES, DEAD };

static const struct {
    enum token tokens[5];
    size_t overhead;
} pattern[MESSAGES] = {
    {{E, END}, NOISE_OVERHEAD_1},
    {{E, EE, S, ES, END}, NOISE_OVERHEAD_2},
    {{S, SE, END}, NOISE_OVERHEAD_3},
};

/* ---- CipherState, rev 34 §5.1 ---- */

/* Rev 34 §12.3: 32 zero bits, then n in little-endian order. */
static void write_nonce(uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], uint64_t n)
{
    memset(nonce, 0, 4);
    for (unsigned i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(n >> 8 * i);
}

static void seal(const uint8_t k[NOISE_KEY_LEN], uint64_t n, const uint8_t *ad, size_t ad_len,
                 const uint8_t *plain, size_t len, uint8_t *out)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    write_nonce(nonce, n);
    must(crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, len, ad, ad_len, NULL, nonce,
                                                   k));
}

static enum lth_err check_usable(const struct noise_cipher *c)
{
    if (!c->has_key)
        return LTH_BAD_STATE;
    return c->n < COUNTER_END ? LTH_OK : LTH_EXHAUSTED;
}

enum lth_err noise_encrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                           const uint8_t *plain, size_t len, uint8_t *out)
{
    enum lth_err err = check_usable(c);

    if (err != LTH_OK)
        return err;
    seal(c->k, c->n, ad, ad_len, plain, len, out);
    c->n++;
    return LTH_OK;
}

enum lth_err noise_decrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                           const uint8_t *sealed, size_t len, uint8_t *out)
{
    enum lth_err err = check_usable(c);
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    if (err != LTH_OK)
        return err;
    if (len < NOISE_TAG_LEN)
        return LTH_MALFORMED;
    write_nonce(nonce, c->n);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, len, ad, ad_len, nonce,
                                                  c->k) != 0)
        return LTH_FORGED;
    c->n++;
    return LTH_OK;
}

void noise_rekey(struct noise_cipher *c)
{
    static const uint8_t zeros[NOISE_KEY_LEN];
    uint8_t sealed[NOISE_KEY_LEN + NOISE_TAG_LEN];

    assert(c->has_key);
    seal(c->k, UINT64_MAX, NULL, 0, zeros, sizeof zeros, sealed);
    memcpy(c->k, sealed, NOISE_KEY_LEN);
    sodium_memzero(sealed, sizeof sealed);
}

/* ---- SymmetricState, rev 34 §5.2 ---- */

/* Rev 34 §4.3 HKDF with two outputs, which may be ck. The key of the second and third
 * HMAC is the same, so it is set up once. */
static void hkdf(const uint8_t ck[NOISE_HASH_LEN], const uint8_t *input, size_t len,
                 uint8_t output1[NOISE_HASH_LEN], uint8_t output2[NOISE_HASH_LEN])
{
    static const uint8_t one = 1, two = 2;
    crypto_auth_hmacsha256_state keyed, hmac;
    uint8_t temp_key[NOISE_HASH_LEN];

    must(crypto_auth_hmacsha256_init(&hmac, ck, NOISE_HASH_LEN));
    must(crypto_auth_hmacsha256_update(&hmac, input, len));
    must(crypto_auth_hmacsha256_final(&hmac, temp_key));

    must(crypto_auth_hmacsha256_init(&keyed, temp_key, sizeof temp_key));
    hmac = keyed;
    must(crypto_auth_hmacsha256_update(&hmac, &one, sizeof one));
    must(crypto_auth_hmacsha256_final(&hmac, output1));

    hmac = keyed;
    must(crypto_auth_hmacsha256_update(&hmac, output1, NOISE_HASH_LEN));
    must(crypto_auth_hmacsha256_update(&hmac, &two, sizeof two));
    must(crypto_auth_hmacsha256_final(&hmac, output2));

    sodium_memzero(&keyed, sizeof keyed);
    sodium_memzero(&hmac, sizeof hmac);
    sodium_memzero(temp_key, sizeof temp_key);
}

static void mix_key(struct noise *hs, const uint8_t shared[NOISE_KEY_LEN])
{
    hkdf(hs->ck, shared, NOISE_KEY_LEN, hs->ck, hs->cipher.k);
    hs->cipher.n = 0;
    hs->cipher.has_key = true;
}

static void mix_hash(struct noise *hs, const uint8_t *data, size_t len)
{
    crypto_hash_sha256_state hash;

    must(crypto_hash_sha256_init(&hash));
    must(crypto_hash_sha256_update(&hash, hs->h, sizeof hs->h));
    must(crypto_hash_sha256_update(&hash, data, len));
    must(crypto_hash_sha256_final(&hash, hs->h));
}

/* What a piece of len bytes grows by: nothing until the first MixKey. */
static size_t tag_len(const struct noise *hs)
{
    return hs->cipher.has_key ? NOISE_TAG_LEN : 0;
}

/* Moves *at behind what it wrote. */
static enum lth_err encrypt_and_hash(struct noise *hs, const uint8_t *plain, size_t len,
                                     uint8_t **at)
{
    size_t sealed_len = len + tag_len(hs);
    enum lth_err err = LTH_OK;

    if (hs->cipher.has_key)
        err = noise_encrypt(&hs->cipher, hs->h, sizeof hs->h, plain, len, *at);
    else if (len > 0)
        memcpy(*at, plain, len);
    if (err != LTH_OK)
        return err;
    mix_hash(hs, *at, sealed_len);
    *at += sealed_len;
    return LTH_OK;
}

/* len: of the plain bytes. Moves *at behind what it read. */
static enum lth_err decrypt_and_hash(struct noise *hs, const uint8_t **at, size_t len,
                                     uint8_t *plain)
{
    size_t sealed_len = len + tag_len(hs);
    enum lth_err err = LTH_OK;

    if (hs->cipher.has_key)
        err = noise_decrypt(&hs->cipher, hs->h, sizeof hs->h, *at, sealed_len, plain);
    else if (len > 0)
        memcpy(plain, *at, len);
    if (err != LTH_OK)
        return err;
    mix_hash(hs, *at, sealed_len);
    *at += sealed_len;
    return LTH_OK;
}

/* ---- HandshakeState, rev 34 §5.3 ---- */

void noise_keypair_from_secret(struct noise_keypair *out, const uint8_t secret[NOISE_KEY_LEN])
{
    memmove(out->secret, secret, NOISE_KEY_LEN);
    must(crypto_scalarmult_base(out->public, out->secret));
}

void noise_keypair_generate(struct noise_keypair *out)
{
    randombytes_buf(out->secret, sizeof out->secret);
    must(crypto_scalarmult_base(out->public, out->secret));
}

void noise_init(struct noise *hs, bool initiator, const struct noise_keypair *s,
                const uint8_t *prologue, size_t prologue_len)
{
    memset(hs, 0, sizeof *hs);
    memcpy(hs->h, protocol_name, NOISE_HASH_LEN);
    memcpy(hs->ck, hs->h, NOISE_HASH_LEN);
    mix_hash(hs, prologue, prologue_len);
    hs->initiator = initiator;
    hs->s = *s;
}

/* libsodium refuses the all-zero result of a low-order point. */
static enum lth_err mix_dh(struct noise *hs, const struct noise_keypair *ours,
                           const uint8_t theirs[NOISE_KEY_LEN])
{
    uint8_t shared[NOISE_KEY_LEN];
    enum lth_err err = LTH_FORGED;

    if (crypto_scalarmult(shared, ours->secret, theirs) == 0) {
        mix_key(hs, shared);
        err = LTH_OK;
    }
    sodium_memzero(shared, sizeof shared);
    return err;
}

/* The first letter is the initiator's key, the second the responder's. */
static enum lth_err mix_token(struct noise *hs, enum token token)
{
    if (token == EE)
        return mix_dh(hs, &hs->e, hs->re);
    if ((token == ES) == hs->initiator)
        return mix_dh(hs, &hs->e, hs->rs);
    return mix_dh(hs, &hs->s, hs->re);
}

static void write_e(struct noise *hs, uint8_t **at)
{
    if (!hs->has_e)
        noise_keypair_generate(&hs->e);
    hs->has_e = true;
    memcpy(*at, hs->e.public, NOISE_KEY_LEN);
    mix_hash(hs, *at, NOISE_KEY_LEN);
    *at += NOISE_KEY_LEN;
}

static bool is_ours(const struct noise *hs, const uint8_t key[NOISE_KEY_LEN])
{
    return sodium_memcmp(key, hs->s.public, NOISE_KEY_LEN) == 0 ||
           (hs->has_e && sodium_memcmp(key, hs->e.public, NOISE_KEY_LEN) == 0);
}

static enum lth_err read_e(struct noise *hs, const uint8_t **at)
{
    memcpy(hs->re, *at, NOISE_KEY_LEN);
    mix_hash(hs, *at, NOISE_KEY_LEN);
    *at += NOISE_KEY_LEN;
    return is_ours(hs, hs->re) ? LTH_FORGED : LTH_OK;
}

static enum lth_err read_s(struct noise *hs, const uint8_t **at)
{
    return decrypt_and_hash(hs, at, NOISE_KEY_LEN, hs->rs);
}

static bool is_own_static(const struct noise *hs)
{
    return hs->next > 0 && is_ours(hs, hs->rs); /* message 0 brings none */
}

static enum lth_err write_token(struct noise *hs, enum token token, uint8_t **at)
{
    if (token == E) {
        write_e(hs, at);
        return LTH_OK;
    }
    if (token == S)
        return encrypt_and_hash(hs, hs->s.public, NOISE_KEY_LEN, at);
    return mix_token(hs, token);
}

static enum lth_err read_token(struct noise *hs, enum token token, const uint8_t **at)
{
    if (token == E)
        return read_e(hs, at);
    if (token == S)
        return read_s(hs, at);
    return mix_token(hs, token);
}

/* The initiator writes messages 0 and 2, the responder message 1. */
static bool may(const struct noise *hs, bool write)
{
    bool initiators = hs->next % 2 == 0;

    return hs->next < MESSAGES && (hs->initiator == initiators) == write;
}

/* Ends a message: on to the next one, or dead. */
static enum lth_err advance(struct noise *hs, enum lth_err err)
{
    if (err == LTH_OK)
        hs->next++;
    else
        noise_clear(hs);
    return err;
}

enum lth_err noise_write(struct noise *hs, const uint8_t *payload, size_t payload_len, uint8_t *out,
                         size_t out_size, size_t *out_len)
{
    enum lth_err err = LTH_OK;
    uint8_t *at = out;

    if (!may(hs, true))
        return LTH_BAD_STATE;
    size_t overhead = pattern[hs->next].overhead;
    if (payload_len > NOISE_MESSAGE_MAX - overhead || payload_len + overhead > out_size)
        return LTH_TOO_LONG;
    for (const enum token *t = pattern[hs->next].tokens; *t != END && err == LTH_OK; t++)
        err = write_token(hs, *t, &at);
    if (err == LTH_OK)
        err = encrypt_and_hash(hs, payload, payload_len, &at);
    if (err == LTH_OK)
        *out_len = payload_len + overhead;
    return advance(hs, err);
}

enum lth_err noise_read(struct noise *hs, const uint8_t *message, size_t len, uint8_t *payload,
                        size_t payload_size, size_t *payload_len)
{
    enum lth_err err = LTH_OK;
    const uint8_t *at = message;

    if (!may(hs, false))
        return LTH_BAD_STATE;
    size_t overhead = pattern[hs->next].overhead;
    if (len < overhead || len > NOISE_MESSAGE_MAX || len - overhead > payload_size)
        return advance(hs, LTH_MALFORMED);
    for (const enum token *t = pattern[hs->next].tokens; *t != END && err == LTH_OK; t++)
        err = read_token(hs, *t, &at);
    if (err == LTH_OK)
        err = decrypt_and_hash(hs, &at, len - overhead, payload);
    if (err == LTH_OK && is_own_static(hs))
        err = LTH_OURSELVES; /* only now is it known that whoever sends it holds its secret */
    if (err == LTH_OK)
        *payload_len = len - overhead;
    return advance(hs, err);
}

bool noise_is_done(const struct noise *hs)
{
    return hs->next == DONE;
}

void noise_split(const struct noise *hs, struct noise_cipher *send, struct noise_cipher *receive)
{
    struct noise_cipher *first = hs->initiator ? send : receive;
    struct noise_cipher *second = hs->initiator ? receive : send;

    assert(noise_is_done(hs));
    hkdf(hs->ck, NULL, 0, first->k, second->k);
    first->n = second->n = 0;
    first->has_key = second->has_key = true;
}

void noise_clear(struct noise *hs)
{
    sodium_memzero(hs, sizeof *hs);
    hs->next = DEAD;
}
