/* A log whose bytes somebody else has changed: it opens or does not, but never yields a record
 * that was not written. The input is a list of changes {which file, offset, length, bytes} to a
 * small store with a fixed key file; what is left of it is appended to the last segment. Needs
 * tests/unit/store/memdisk.c. */
#include "base/cursor.h"
#include "store/memdisk.h"
#include "store/options.h"
#include "store/pack.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 12, TEXT_LEN = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static const uint8_t key_bytes[32] = {1};
static const struct store_key key = {STORE_KEY_FILE, key_bytes, sizeof key_bytes};
static const char *const paths[] = {"s/log/00000001.seg", "s/log/00000002.seg", "s/head", "s/shown",
                                    "s/vault"};

static uint64_t now_ms(void)
{
    return 5000;
}

static enum lth_err open_on(struct memdisk *m, struct store **out)
{
    static const struct store_options options = {
        .cost = {VAULT_MEMORY_KIB_MIN, 1}, .segment_max = 1 << 20, .now_ms = now_ms};
    struct store_report report;
    enum lth_err err = store_open_with(&m->disk, "s", &key, &options, out, &report);
    if (err == LTH_OK && store_begin(*out, &report) != LTH_OK)
        abort();
    return err;
}

static size_t text_of(uint64_t number, char text[TEXT_LEN])
{
    return (size_t)snprintf(text, TEXT_LEN, "this is record %llu", (unsigned long long)number);
}

static enum lth_err append_half(struct memdisk *m)
{
    struct store *s;
    if (open_on(m, &s) != LTH_OK)
        abort();
    for (int i = 0; i < RECORDS / 2; i++) {
        char text[TEXT_LEN];
        size_t text_len = text_of(store_next(s), text);
        struct store_record r = {(const uint8_t *)text, text_len};
        if (store_append(s, &r, 1) != LTH_OK || store_sync(s) != LTH_OK)
            abort();
    }
    return store_close(s);
}

static const struct memdisk *good(void)
{
    static struct memdisk *m;
    if (m)
        return m;
    m = memdisk_new();
    for (int half = 0; half < 2; half++)
        if (append_half(m) != LTH_OK)
            abort();
    return m;
}

static void change(struct memdisk *m, struct reader *r)
{
    const char *path = paths[read_u8(r) % LENGTH(paths)];
    size_t at = read_u16(r), len = read_u8(r), file_len;
    const uint8_t *bytes = read_view(r, len);
    uint8_t *file = memdisk_bytes(m, path, &file_len);
    if (!bytes || !file)
        return;
    for (size_t i = 0; i < len && at + i < file_len; i++)
        file[at + i] ^= bytes[i];
}

static void append_rest(struct memdisk *m, const struct reader *r)
{
    const char *path = paths[1];
    size_t left = (size_t)(r->end - r->at), len;
    if (!memdisk_bytes(m, path, &len) || left == 0)
        return;
    memdisk_cut(m, path, len + left);
    memcpy(memdisk_bytes(m, path, &len) + len - left, r->at, left);
}

static enum lth_err check_one(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    char text[TEXT_LEN];
    if (number > RECORDS || text_of(number, text) != len || memcmp(text, bytes, len) != 0)
        abort();
    return LTH_OK;
}

static void unpack(const uint8_t *bytes, size_t len)
{
    struct reader r = reader_over(bytes, len);
    const uint8_t *record;
    size_t record_len;
    while (pack_next(&r, &record, &record_len) == LTH_OK)
        if (record + record_len > bytes + len || record_len == 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct reader r = reader_over(input, len);
    struct store *s;
    unpack(input, len);
    struct memdisk *m = memdisk_copy(good());
    for (uint8_t changes = read_u8(&r) % 8; changes > 0 && !r.spoiled; changes--)
        change(m, &r);
    append_rest(m, &r);
    if (open_on(m, &s) == LTH_OK) {
        if (store_replay(s, check_one, NULL) != LTH_OK || store_close(s) != LTH_OK)
            abort();
    }
    memdisk_free(m);
    return 0;
}
