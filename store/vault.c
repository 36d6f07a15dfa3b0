#include "store/vault.h"

#include "base/cursor.h"
#include "store/crc32c.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { VERSION = 1, KIND_PASSPHRASE = 1, KIND_KEY_FILE = 2 };

/* Where the parts of the header are (FORMAT.md). */
enum {
    SALT_AT = 20,
    SALT_LEN = 16,
    COMMITMENT_AT = 36,
    COMMITMENT_LEN = 32,
    NONCE_AT = 68, /* everything before is associated data */
    NONCE_LEN = 24,
    PAYLOAD_AT = 92,
    PAYLOAD_LEN = STORE_ID_LEN + 32 + STORE_SECRET_LEN,
    CHECKSUM_AT = 220,
    KEK_LEN = 32,
    TAG_LEN = 16,
};
static_assert(SALT_LEN == crypto_pwhash_SALTBYTES, "the salt is Argon2id's");
static_assert(NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
static_assert(PAYLOAD_AT + PAYLOAD_LEN + TAG_LEN == CHECKSUM_AT,
              "the payload ends at the checksum");

static const uint8_t magic[8] = "LTHVAULT";

struct header {
    uint8_t kind;
    struct vault_cost cost; /* zeros with a key file */
};

/* --- the key-encryption key --- */

static bool cost_is_acceptable(const struct vault_cost *cost)
{
    return cost->memory_kib >= VAULT_MEMORY_KIB_MIN && cost->memory_kib <= VAULT_MEMORY_KIB_MAX &&
           cost->passes >= 1 && cost->passes <= VAULT_PASSES_MAX;
}

static uint8_t kind_of(const struct store_key *key)
{
    return key->kind == STORE_KEY_PASSPHRASE ? KIND_PASSPHRASE : KIND_KEY_FILE;
}

static enum lth_err kek_from_passphrase(const struct store_key *key, const struct vault_cost *cost,
                                        const uint8_t *salt, uint8_t kek[KEK_LEN])
{
    /* libsodium fails here only when it cannot get the memory. */
    return crypto_pwhash(kek, KEK_LEN, (const char *)key->bytes, key->len, salt, cost->passes,
                         (size_t)cost->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0
               ? LTH_OK
               : LTH_NO_MEMORY;
}

static enum lth_err kek_from_file(const struct store_key *key, const uint8_t *salt,
                                  uint8_t kek[KEK_LEN])
{
    static const char domain[24] = "lanthorn/vault/key-file";
    uint8_t message[sizeof domain + SALT_LEN];
    memcpy(message, domain, sizeof domain);
    memcpy(message + sizeof domain, salt, SALT_LEN);
    return crypto_generichash(kek, KEK_LEN, message, sizeof message, key->bytes, key->len) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

static enum lth_err derive_kek(const struct store_key *key, const struct header *h,
                               const uint8_t *salt, uint8_t kek[KEK_LEN])
{
    if (h->kind == KIND_KEY_FILE)
        return kek_from_file(key, salt, kek);
    return kek_from_passphrase(key, &h->cost, salt, kek);
}

static enum lth_err commit(const uint8_t kek[KEK_LEN], uint8_t commitment[COMMITMENT_LEN])
{
    static const char domain[] = "lanthorn/vault/commitment/1";
    return crypto_generichash(commitment, COMMITMENT_LEN, (const uint8_t *)domain,
                              sizeof domain - 1, kek, KEK_LEN) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

/* --- the secrets --- */

static enum lth_err derive_subkeys(struct vault_secrets *s)
{
    static const char context[crypto_kdf_CONTEXTBYTES] = {'L', 'T', 'H', 's', 't', 'o', 'r', 'e'};
    uint8_t *keys[] = {s->wrap, s->head_mac, s->shown_mac, s->segment_mac};
    for (size_t i = 0; i < LENGTH(keys); i++)
        if (crypto_kdf_derive_from_key(keys[i], 32, i + 1, context, s->master) != 0)
            return LTH_BAD_STATE;
    return LTH_OK;
}

static void payload_write(const struct vault_secrets *s, uint8_t payload[PAYLOAD_LEN])
{
    struct writer w = writer_over(payload, PAYLOAD_LEN);
    write_bytes(&w, s->store_id, sizeof s->store_id);
    write_bytes(&w, s->master, sizeof s->master);
    write_bytes(&w, s->node, sizeof s->node);
    assert(!w.spoiled);
}

static void payload_read(const uint8_t payload[PAYLOAD_LEN], struct vault_secrets *s)
{
    struct reader r = reader_over(payload, PAYLOAD_LEN);
    read_bytes(&r, s->store_id, sizeof s->store_id);
    read_bytes(&r, s->master, sizeof s->master);
    read_bytes(&r, s->node, sizeof s->node);
    assert(!r.spoiled);
}

/* Takes the payload into guarded memory. */
static enum lth_err secrets_new(const uint8_t payload[PAYLOAD_LEN], struct vault_secrets **out)
{
    struct vault_secrets *s = sodium_malloc(sizeof *s);
    if (!s)
        return LTH_NO_MEMORY;
    payload_read(payload, s);
    enum lth_err err = derive_subkeys(s);
    if (err == LTH_OK && sodium_mprotect_readonly(s) != 0)
        err = LTH_NO_MEMORY;
    if (err != LTH_OK) {
        sodium_free(s);
        return err;
    }
    *out = s;
    return LTH_OK;
}

/* --- the header --- */

static enum lth_err check_key(const struct store_key *key)
{
    bool fits = key->kind == STORE_KEY_FILE ? key->len == VAULT_KEY_FILE_LEN : key->len > 0;
    return fits ? LTH_OK : LTH_MALFORMED;
}

static enum lth_err wrap_payload(uint8_t header[VAULT_HEADER_LEN], const uint8_t kek[KEK_LEN],
                                 const struct vault_secrets *s)
{
    uint8_t payload[PAYLOAD_LEN];
    payload_write(s, payload);
    int status = crypto_aead_xchacha20poly1305_ietf_encrypt(header + PAYLOAD_AT, NULL, payload,
                                                            sizeof payload, header, NONCE_AT, NULL,
                                                            header + NONCE_AT, kek);
    sodium_memzero(payload, sizeof payload);
    return status == 0 ? LTH_OK : LTH_BAD_STATE;
}

static void write_fields(uint8_t bytes[VAULT_HEADER_LEN], const struct header *h)
{
    struct writer w = writer_over(bytes, SALT_AT);
    write_bytes(&w, magic, sizeof magic);
    write_u16(&w, VERSION);
    write_u8(&w, h->kind);
    write_u8(&w, 0);
    write_u32(&w, h->cost.memory_kib);
    write_u32(&w, h->cost.passes);
    assert(!w.spoiled && writer_len(&w) == SALT_AT);
}

static void write_checksum(uint8_t bytes[VAULT_HEADER_LEN])
{
    struct writer w = writer_over(bytes + CHECKSUM_AT, VAULT_HEADER_LEN - CHECKSUM_AT);
    write_u32(&w, crc32c(bytes, CHECKSUM_AT));
    assert(!w.spoiled);
}

/* Seals the secrets into a new header. */
static enum lth_err header_seal(uint8_t bytes[VAULT_HEADER_LEN], const struct store_key *key,
                                const struct vault_cost *cost, const struct vault_secrets *s)
{
    struct header h = {.kind = kind_of(key)};
    uint8_t kek[KEK_LEN];
    if (h.kind == KIND_PASSPHRASE)
        h.cost = *cost;
    write_fields(bytes, &h);
    randombytes_buf(bytes + SALT_AT, SALT_LEN);
    randombytes_buf(bytes + NONCE_AT, NONCE_LEN);
    enum lth_err err = derive_kek(key, &h, bytes + SALT_AT, kek);
    if (err == LTH_OK)
        err = commit(kek, bytes + COMMITMENT_AT);
    if (err == LTH_OK)
        err = wrap_payload(bytes, kek, s);
    sodium_memzero(kek, sizeof kek);
    write_checksum(bytes);
    return err;
}

/* Whether the bytes are a header of this version that may be tried. */
static enum lth_err header_check(const uint8_t bytes[VAULT_HEADER_LEN], struct header *h)
{
    struct reader r = reader_over(bytes, VAULT_HEADER_LEN);
    const uint8_t *begin = read_view(&r, sizeof magic);
    uint16_t version = read_u16(&r);
    if (memcmp(begin, magic, sizeof magic) != 0)
        return LTH_DAMAGED;
    if (version > VERSION)
        return LTH_TOO_NEW;
    h->kind = read_u8(&r);
    uint8_t zero = read_u8(&r);
    h->cost.memory_kib = read_u32(&r);
    h->cost.passes = read_u32(&r);
    r = reader_over(bytes + CHECKSUM_AT, VAULT_HEADER_LEN - CHECKSUM_AT);
    if (version != VERSION || zero != 0 || read_u32(&r) != crc32c(bytes, CHECKSUM_AT))
        return LTH_DAMAGED;
    if (h->kind == KIND_PASSPHRASE)
        return cost_is_acceptable(&h->cost) ? LTH_OK : LTH_DAMAGED;
    return h->kind == KIND_KEY_FILE ? LTH_OK : LTH_DAMAGED;
}

static enum lth_err unwrap_payload(const uint8_t header[VAULT_HEADER_LEN],
                                   const uint8_t kek[KEK_LEN], struct vault_secrets **out)
{
    uint8_t payload[PAYLOAD_LEN];
    enum lth_err err = LTH_DAMAGED;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(payload, NULL, NULL, header + PAYLOAD_AT,
                                                   PAYLOAD_LEN + TAG_LEN, header, NONCE_AT,
                                                   header + NONCE_AT, kek) == 0)
        err = secrets_new(payload, out);
    sodium_memzero(payload, sizeof payload);
    return err;
}

static enum lth_err header_open(const uint8_t bytes[VAULT_HEADER_LEN], const struct store_key *key,
                                struct vault_secrets **out)
{
    struct header h;
    uint8_t kek[KEK_LEN], commitment[COMMITMENT_LEN];
    enum lth_err err = header_check(bytes, &h);
    if (err != LTH_OK)
        return err;
    if (kind_of(key) != h.kind || check_key(key) != LTH_OK)
        return LTH_WRONG_KEY;
    err = derive_kek(key, &h, bytes + SALT_AT, kek);
    if (err == LTH_OK)
        err = commit(kek, commitment);
    if (err == LTH_OK && sodium_memcmp(commitment, bytes + COMMITMENT_AT, COMMITMENT_LEN) != 0)
        err = LTH_WRONG_KEY;
    if (err == LTH_OK)
        err = unwrap_payload(bytes, kek, out);
    sodium_memzero(kek, sizeof kek);
    return err;
}

/* --- the whole vault --- */

enum lth_err vault_change_key(struct vault *v, const struct store_key *key,
                              const struct vault_cost *cost)
{
    uint8_t header[VAULT_HEADER_LEN];
    if (check_key(key) != LTH_OK)
        return LTH_MALFORMED;
    if (key->kind == STORE_KEY_PASSPHRASE && !cost_is_acceptable(cost))
        return LTH_LIMIT;
    enum lth_err err = header_seal(header, key, cost, v->secrets);
    if (err == LTH_OK)
        memcpy(v->header, header, sizeof header);
    return err;
}

enum lth_err vault_make(struct vault *v, const struct store_key *key, const struct vault_cost *cost)
{
    uint8_t payload[PAYLOAD_LEN];
    struct vault made = {0};
    randombytes_buf(payload, sizeof payload);
    enum lth_err err = secrets_new(payload, &made.secrets);
    sodium_memzero(payload, sizeof payload);
    if (err == LTH_OK)
        err = vault_change_key(&made, key, cost);
    if (err == LTH_OK)
        *v = made;
    else
        vault_clear(&made);
    return err;
}

static bool numbers_ascend(const struct vault *v)
{
    for (size_t slot = 1; slot < vault_segments(v); slot++)
        if (vault_segment_number(v, slot) <= vault_segment_number(v, slot - 1))
            return false;
    return true;
}

enum lth_err vault_parse(struct vault *v, const uint8_t *bytes, size_t len,
                         const struct store_key *key)
{
    struct vault parsed = {0};
    if (len < VAULT_HEADER_LEN)
        return LTH_DAMAGED;
    memcpy(parsed.header, bytes, VAULT_HEADER_LEN);
    enum lth_err err = header_open(parsed.header, key, &parsed.secrets);
    if (err == LTH_OK && (len - VAULT_HEADER_LEN) % VAULT_ENTRY_LEN != 0)
        err = LTH_DAMAGED;
    if (err == LTH_OK)
        err = buffer_append(&parsed.entries, bytes + VAULT_HEADER_LEN, len - VAULT_HEADER_LEN);
    if (err == LTH_OK && !numbers_ascend(&parsed))
        err = LTH_DAMAGED;
    if (err == LTH_OK)
        *v = parsed;
    else
        vault_clear(&parsed);
    return err;
}

enum lth_err vault_write(const struct vault *v, struct buffer *out)
{
    uint8_t *room = buffer_room(out, VAULT_HEADER_LEN + v->entries.len);
    if (!room)
        return LTH_NO_MEMORY;
    memcpy(room, v->header, VAULT_HEADER_LEN);
    if (v->entries.len)
        memcpy(room + VAULT_HEADER_LEN, v->entries.bytes, v->entries.len);
    out->len += VAULT_HEADER_LEN + v->entries.len;
    return LTH_OK;
}

void vault_clear(struct vault *v)
{
    sodium_free(v->secrets); /* wipes; NULL is fine */
    buffer_clear(&v->entries);
    *v = (struct vault){0};
}

/* --- segment keys: number (4), nonce (24), wrapped key (32 + 16) --- */

enum { ENTRY_NONCE_AT = 4, ENTRY_KEY_AT = 28, ENTRY_AD_LEN = STORE_ID_LEN + 4 };

static const uint8_t *entry_at(const struct vault *v, size_t slot)
{
    assert(slot < vault_segments(v));
    return v->entries.bytes + slot * VAULT_ENTRY_LEN;
}

size_t vault_segments(const struct vault *v)
{
    return v->entries.len / VAULT_ENTRY_LEN;
}

uint32_t vault_segment_number(const struct vault *v, size_t slot)
{
    struct reader r = reader_over(entry_at(v, slot), VAULT_ENTRY_LEN);
    return read_u32(&r);
}

static void entry_ad(const struct vault *v, const uint8_t *entry, uint8_t ad[ENTRY_AD_LEN])
{
    memcpy(ad, v->secrets->store_id, STORE_ID_LEN);
    memcpy(ad + STORE_ID_LEN, entry, ENTRY_NONCE_AT);
}

enum lth_err vault_segment_key(const struct vault *v, size_t slot, uint8_t key[SEGMENT_KEY_LEN])
{
    const uint8_t *entry = entry_at(v, slot);
    uint8_t ad[ENTRY_AD_LEN];
    entry_ad(v, entry, ad);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, entry + ENTRY_KEY_AT,
                                                      SEGMENT_KEY_LEN + TAG_LEN, ad, sizeof ad,
                                                      entry + ENTRY_NONCE_AT, v->secrets->wrap) == 0
               ? LTH_OK
               : LTH_DAMAGED;
}

static enum lth_err entry_write(const struct vault *v, uint32_t number,
                                uint8_t entry[VAULT_ENTRY_LEN])
{
    uint8_t key[SEGMENT_KEY_LEN], ad[ENTRY_AD_LEN];
    struct writer w = writer_over(entry, ENTRY_NONCE_AT);
    write_u32(&w, number);
    entry_ad(v, entry, ad);
    randombytes_buf(entry + ENTRY_NONCE_AT, NONCE_LEN);
    randombytes_buf(key, sizeof key);
    int status = crypto_aead_xchacha20poly1305_ietf_encrypt(
        entry + ENTRY_KEY_AT, NULL, key, sizeof key, ad, sizeof ad, NULL, entry + ENTRY_NONCE_AT,
        v->secrets->wrap);
    sodium_memzero(key, sizeof key);
    return status == 0 ? LTH_OK : LTH_BAD_STATE;
}

enum lth_err vault_add_segment(struct vault *v, uint32_t number)
{
    uint8_t entry[VAULT_ENTRY_LEN];
    size_t count = vault_segments(v);
    if (count >= VAULT_SEGMENTS_MAX)
        return LTH_LIMIT;
    assert(count == 0 || vault_segment_number(v, count - 1) < number);
    enum lth_err err = entry_write(v, number, entry);
    return err == LTH_OK ? buffer_append(&v->entries, entry, sizeof entry) : err;
}

void vault_drop_last(struct vault *v)
{
    assert(v->entries.len >= VAULT_ENTRY_LEN);
    v->entries.len -= VAULT_ENTRY_LEN;
}
