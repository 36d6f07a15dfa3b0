#include "store/segment.h"

#include "base/cursor.h"
#include "store/crc32c.h"
#include "store/pack.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { VERSION = 1 };

/* --- the header of the file --- */

enum { MAC_AT = 40, MAC_LEN = 16, PREVIOUS_AT = MAC_AT + MAC_LEN };

static const uint8_t magic[8] = "LTHSEGMT";

/* Over all bytes but its own. */
static enum lth_err header_mac(const uint8_t bytes[SEGMENT_HEADER_LEN],
                               const struct vault_secrets *s, uint8_t mac[MAC_LEN])
{
    uint8_t message[SEGMENT_HEADER_LEN - MAC_LEN];
    memcpy(message, bytes, MAC_AT);
    memcpy(message + MAC_AT, bytes + PREVIOUS_AT, SEGMENT_TAG_LEN);
    return crypto_generichash(mac, MAC_LEN, message, sizeof message, s->segment_mac,
                              sizeof s->segment_mac) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

enum lth_err segment_header_write(const struct segment_header *h, const struct vault_secrets *s,
                                  uint8_t out[SEGMENT_HEADER_LEN])
{
    struct writer w = writer_over(out, MAC_AT);
    write_bytes(&w, magic, sizeof magic);
    write_u16(&w, VERSION);
    write_u16(&w, 0);
    write_u32(&w, h->number);
    write_u64(&w, h->first);
    write_bytes(&w, s->store_id, STORE_ID_LEN);
    assert(!w.spoiled && writer_len(&w) == MAC_AT);
    memcpy(out + PREVIOUS_AT, h->previous, SEGMENT_TAG_LEN);
    return header_mac(out, s, out + MAC_AT);
}

enum lth_err segment_header_parse(const uint8_t bytes[SEGMENT_HEADER_LEN],
                                  const struct vault_secrets *s, struct segment_header *out)
{
    uint8_t mac[MAC_LEN];
    enum lth_err err = header_mac(bytes, s, mac);
    if (err != LTH_OK)
        return err;
    /* The MAC stays here in every version: only a true header can be too new. */
    if (memcmp(bytes, magic, sizeof magic) != 0 || sodium_memcmp(mac, bytes + MAC_AT, MAC_LEN) != 0)
        return LTH_DAMAGED;
    struct reader r = reader_over(bytes + sizeof magic, SEGMENT_HEADER_LEN - sizeof magic);
    if (read_u16(&r) != VERSION)
        return LTH_TOO_NEW;
    (void)read_u16(&r);
    out->number = read_u32(&r);
    out->first = read_u64(&r);
    memcpy(out->previous, bytes + PREVIOUS_AT, SEGMENT_TAG_LEN);
    return out->first > 0 ? LTH_OK : LTH_DAMAGED;
}

/* --- frames --- */

enum {
    CHECKSUM_AT = 20,
    NONCE_LEN = FRAME_PLAIN_AT - FRAME_FIELDS_LEN,
    AD_LEN = STORE_ID_LEN + 4 + 8 + FRAME_FIELDS_LEN + SEGMENT_TAG_LEN,
};
static_assert(NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");

size_t segment_frame_len(const struct segment_frame *f)
{
    return FRAME_PLAIN_AT + (size_t)f->sealed_len;
}

static void associated_data(const struct segment_place *place, uint64_t offset,
                            const uint8_t *fields, const uint8_t *previous, uint8_t ad[AD_LEN])
{
    struct writer w = writer_over(ad, AD_LEN);
    write_bytes(&w, place->store_id, STORE_ID_LEN);
    write_u32(&w, place->number);
    write_u64(&w, offset);
    write_bytes(&w, fields, FRAME_FIELDS_LEN);
    write_bytes(&w, previous, SEGMENT_TAG_LEN);
    assert(!w.spoiled && writer_len(&w) == AD_LEN);
}

static void fields_write(const struct segment_frame *f, uint32_t sealed_len, uint8_t *out)
{
    struct writer w = writer_over(out, FRAME_FIELDS_LEN);
    write_u32(&w, sealed_len);
    write_u8(&w, f->type);
    write_u8(&w, 0);
    write_u16(&w, f->count);
    write_u64(&w, f->first);
    write_u32(&w, f->unsynced);
    write_u32(&w, crc32c(out, CHECKSUM_AT));
    assert(!w.spoiled && writer_len(&w) == FRAME_FIELDS_LEN);
}

enum lth_err segment_seal(const struct segment_place *place, uint64_t offset,
                          const uint8_t previous[SEGMENT_TAG_LEN], const struct segment_frame *f,
                          const uint8_t *plain, size_t plain_len, uint8_t *out)
{
    uint8_t ad[AD_LEN];
    assert(plain_len > 0 && plain_len <= PACK_FRAME_MAX);
    fields_write(f, (uint32_t)(plain_len + SEGMENT_TAG_LEN), out);
    associated_data(place, offset, out, previous, ad);
    randombytes_buf(out + FRAME_FIELDS_LEN, NONCE_LEN);
    return crypto_aead_xchacha20poly1305_ietf_encrypt(out + FRAME_PLAIN_AT, NULL, plain, plain_len,
                                                      ad, sizeof ad, NULL, out + FRAME_FIELDS_LEN,
                                                      place->key) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

enum lth_err segment_frame_parse(const uint8_t bytes[FRAME_FIELDS_LEN], struct segment_frame *out)
{
    struct reader r = reader_over(bytes, FRAME_FIELDS_LEN);
    struct segment_frame f = {.sealed_len = read_u32(&r), .type = read_u8(&r)};
    uint8_t zero = read_u8(&r);
    f.count = read_u16(&r);
    f.first = read_u64(&r);
    f.unsynced = read_u32(&r);
    if (f.sealed_len == 0)
        return LTH_NOT_FOUND;
    /* Cheap questions first: searching damage for the next frame asks this at every byte. */
    if (f.sealed_len <= SEGMENT_TAG_LEN || f.sealed_len > PACK_FRAME_MAX + SEGMENT_TAG_LEN ||
        zero != 0 || f.count == 0 || f.first == 0 || f.first > UINT64_MAX - f.count ||
        f.unsynced >= f.first)
        return LTH_DAMAGED;
    if (read_u32(&r) != crc32c(bytes, CHECKSUM_AT))
        return LTH_DAMAGED;
    *out = f;
    return LTH_OK;
}

enum lth_err segment_open(const struct segment_place *place, uint64_t offset, const uint8_t *at,
                          const struct segment_frame *f, uint8_t *plain)
{
    uint8_t ad[AD_LEN];
    size_t plain_len = f->sealed_len - SEGMENT_TAG_LEN;
    const uint8_t *sealed = at + FRAME_PLAIN_AT;
    associated_data(place, offset, at, at - SEGMENT_TAG_LEN, ad);
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
               plain, NULL, sealed, plain_len, sealed + plain_len, ad, sizeof ad,
               at + FRAME_FIELDS_LEN, place->key) == 0
               ? LTH_OK
               : LTH_DAMAGED;
}
