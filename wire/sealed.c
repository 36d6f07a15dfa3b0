#include "wire/sealed.h"

#include "wire/must.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const char nonce_domain[] = "lanthorn/seal/1"; /* its final zero is hashed too */

enum { KIND_LEN = 1, NONCE_LEN = crypto_aead_chacha20poly1305_ietf_NPUBBYTES };

static_assert(SEALED_OVERHEAD == SEALED_INDEX_LEN + KIND_LEN + CHAIN_TAG_LEN, "entry.h's sum");

void chain_body_write(const struct chain_body *body, uint8_t out[CHAIN_BODY_LEN])
{
    memcpy(out, body->roster_head, HASH_LEN);
    memcpy(out + HASH_LEN, body->commitment, HASH_LEN);
}

enum lth_err chain_body_parse(const struct entry_content *parsed, struct chain_body *out)
{
    if (parsed->kind != ENTRY_CHAIN || parsed->body_len != CHAIN_BODY_LEN)
        return LTH_MALFORMED;
    memcpy(out->roster_head, parsed->body, HASH_LEN);
    memcpy(out->commitment, parsed->body + HASH_LEN, HASH_LEN);
    return LTH_OK;
}

enum lth_err sealed_index(const struct entry_content *parsed, uint32_t *index)
{
    struct reader r = reader_over(parsed->body, parsed->body_len);
    uint32_t value = read_u32(&r);
    if (parsed->kind != ENTRY_SEALED || parsed->body_len <= SEALED_OVERHEAD ||
        value >= CHAIN_LEN_MAX)
        return LTH_MALFORMED;
    *index = value;
    return LTH_OK;
}

/* ---- the seal ---- */

/* What a seal holds for: the nonce is its hash, and it is the associated data. */
struct binding {
    uint8_t bytes[sizeof nonce_domain + FEED_POINT_LEN + ENTRY_FRONT_MAX + SEALED_INDEX_LEN];
    size_t len;              /* the domain stands in front, so that one call hashes all */
    uint8_t nonce[HASH_LEN]; /* the first NONCE_LEN are used */
};

/* front: the content up to and including the index. */
static void bind_to(struct binding *b, const struct sealed_place *place, const uint8_t *front,
                    size_t front_len)
{
    struct writer w = writer_over(b->bytes, sizeof b->bytes);

    write_bytes(&w, nonce_domain, sizeof nonce_domain);
    feed_id_write(&w, place->feed);
    write_u64(&w, place->number);
    write_bytes(&w, place->prev, HASH_LEN);
    write_bytes(&w, front, front_len);
    must(writer_finish(&w, &b->len) == LTH_OK ? 0 : -1);
    must(crypto_generichash(b->nonce, HASH_LEN, b->bytes, b->len, NULL, 0));
}

/* In place: len bytes, and room for the tag behind them. */
static void seal(const struct binding *b, const uint8_t key[CHAIN_KEY_LEN], uint8_t *bytes,
                 size_t len)
{
    must(crypto_aead_chacha20poly1305_ietf_encrypt(
        bytes, NULL, bytes, len, b->bytes + sizeof nonce_domain, b->len - sizeof nonce_domain, NULL,
        b->nonce, key));
}

/* sealed: len bytes, the last of them the tag. */
static bool open_seal(const struct binding *b, const uint8_t key[CHAIN_KEY_LEN],
                      const uint8_t *sealed, size_t len, uint8_t *plain)
{
    return crypto_aead_chacha20poly1305_ietf_decrypt(
               plain, NULL, NULL, sealed, len, b->bytes + sizeof nonce_domain,
               b->len - sizeof nonce_domain, b->nonce, key) == 0;
}

enum lth_err sealed_write(const struct entry_content *outer, const struct sealed_place *place,
                          uint32_t index, const uint8_t message_key[CHAIN_KEY_LEN], uint8_t kind,
                          const uint8_t *body, size_t body_len, uint8_t *out, size_t size,
                          size_t *len)
{
    struct writer w = writer_over(out, size);
    struct binding binding;

    entry_front_write(&w, outer, ENTRY_SEALED);
    write_u32(&w, index);
    size_t front_len = writer_len(&w);
    write_u8(&w, kind);
    write_bytes(&w, body, body_len);
    if (w.spoiled || w.end - w.at < CHAIN_TAG_LEN)
        return LTH_TOO_LONG;
    bind_to(&binding, place, out, front_len);
    seal(&binding, message_key, out + front_len, KIND_LEN + body_len);
    *len = writer_len(&w) + CHAIN_TAG_LEN;
    return LTH_OK;
}

enum lth_err sealed_open(const uint8_t *content, size_t len, const struct sealed_place *place,
                         const uint8_t message_key[CHAIN_KEY_LEN], uint8_t *plain,
                         struct entry_content *out)
{
    struct entry_content opened;
    struct binding binding;
    uint32_t index;

    if (entry_content_parse(content, len, &opened) != LTH_OK ||
        sealed_index(&opened, &index) != LTH_OK)
        return LTH_MALFORMED;
    size_t front_len = len - opened.body_len + SEALED_INDEX_LEN;
    bind_to(&binding, place, content, front_len);
    if (!open_seal(&binding, message_key, content + front_len, len - front_len, plain))
        return LTH_FORGED;
    opened.kind = plain[0];
    opened.body = plain + KIND_LEN;
    opened.body_len -= SEALED_OVERHEAD;
    if (!entry_body_is_good(&opened))
        return LTH_MALFORMED;
    *out = opened;
    return LTH_OK;
}
