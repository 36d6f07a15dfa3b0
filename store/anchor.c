#include "store/anchor.h"

#include "base/cursor.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { VERSION = 1, MAC_LEN = 32, MAC_AT = ANCHOR_SLOT_LEN - MAC_LEN };

static const uint8_t magic[8] = {'L', 'T', 'H', 'H', 'E', 'A', 'D', 0};

uint64_t anchor_offset(const struct anchor *a)
{
    return (a->generation & 1) * ANCHOR_SLOT_LEN;
}

static enum lth_err slot_mac(const uint8_t slot[ANCHOR_SLOT_LEN], const struct vault_secrets *s,
                             uint8_t mac[MAC_LEN])
{
    return crypto_generichash(mac, MAC_LEN, slot, MAC_AT, s->head_mac, sizeof s->head_mac) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

enum lth_err anchor_write(const struct anchor *a, const struct vault_secrets *s,
                          uint8_t out[ANCHOR_SLOT_LEN])
{
    memset(out, 0, ANCHOR_SLOT_LEN);
    struct writer w = writer_over(out, MAC_AT);
    write_bytes(&w, magic, sizeof magic);
    write_u16(&w, VERSION);
    write_u16(&w, 0);
    write_u32(&w, a->segment);
    write_u64(&w, a->generation);
    write_u64(&w, a->records);
    write_bytes(&w, a->tag, sizeof a->tag);
    assert(!w.spoiled);
    return slot_mac(out, s, out + MAC_AT);
}

static enum lth_err slot_parse(const uint8_t slot[ANCHOR_SLOT_LEN], const struct vault_secrets *s,
                               struct anchor *out)
{
    uint8_t mac[MAC_LEN];
    enum lth_err err = slot_mac(slot, s, mac);
    if (err != LTH_OK)
        return err;
    /* The MAC stays here in every version: only a true slot can be too new. */
    if (memcmp(slot, magic, sizeof magic) != 0 || sodium_memcmp(mac, slot + MAC_AT, MAC_LEN) != 0)
        return LTH_NOT_FOUND;
    struct reader r = reader_over(slot + sizeof magic, ANCHOR_SLOT_LEN - sizeof magic);
    if (read_u16(&r) != VERSION)
        return LTH_TOO_NEW;
    (void)read_u16(&r);
    out->segment = read_u32(&r);
    out->generation = read_u64(&r);
    out->records = read_u64(&r);
    read_bytes(&r, out->tag, sizeof out->tag);
    return LTH_OK;
}

enum lth_err anchor_parse(const uint8_t *bytes, size_t len, const struct vault_secrets *s,
                          struct anchor *out)
{
    enum lth_err found = LTH_NOT_FOUND;
    for (size_t at = 0; at + ANCHOR_SLOT_LEN <= len && at < ANCHOR_FILE_LEN;
         at += ANCHOR_SLOT_LEN) {
        struct anchor slot;
        enum lth_err err = slot_parse(bytes + at, s, &slot);
        if (err == LTH_NOT_FOUND)
            continue;
        if (err != LTH_OK)
            return err;
        if (found != LTH_OK || slot.generation > out->generation)
            *out = slot;
        found = LTH_OK;
    }
    return found;
}
