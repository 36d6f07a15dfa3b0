/* The vault: opened by the right key alone, and no header can make it cost too much. */
#include "check.h"

#include "base/cursor.h"
#include "store/crc32c.h"
#include "store/vault.h"

#include <sodium.h>
#include <stdio.h>

static const uint8_t file_bytes[32] = {7};
static const struct store_key key_file = {STORE_KEY_FILE, file_bytes, 32};
static const struct store_key passphrase = {STORE_KEY_PASSPHRASE, (const uint8_t *)"p", 1};
static const struct vault_cost cheap = {VAULT_MEMORY_KIB_MIN, 1};

static struct buffer written(const struct store_key *key, uint32_t segments)
{
    struct vault v;
    struct buffer b = {0};
    CHECK_ERR(vault_make(&v, key, &cheap), LTH_OK, "make");
    for (uint32_t i = 1; i <= segments; i++)
        CHECK_ERR(vault_add_segment(&v, i * 3), LTH_OK, "add");
    CHECK_ERR(vault_write(&v, &b), LTH_OK, "write");
    vault_clear(&v);
    return b;
}

static void test_what_was_wrapped_is_unwrapped(void **state)
{
    (void)state;
    struct vault v, again;
    struct buffer b = {0};
    uint8_t key[SEGMENT_KEY_LEN], same[SEGMENT_KEY_LEN];
    CHECK_ERR(vault_make(&v, &key_file, &cheap), LTH_OK, "make");
    CHECK_ERR(vault_add_segment(&v, 1), LTH_OK, "add");
    CHECK_ERR(vault_add_segment(&v, 9), LTH_OK, "add");
    CHECK_ERR(vault_write(&v, &b), LTH_OK, "write");
    assert_int_equal(b.len, VAULT_HEADER_LEN + 2 * VAULT_ENTRY_LEN);
    CHECK_ERR(vault_parse(&again, b.bytes, b.len, &key_file), LTH_OK, "parse");
    assert_memory_equal(again.secrets, v.secrets, sizeof *v.secrets);
    assert_int_equal(vault_segments(&again), 2);
    assert_int_equal(vault_segment_number(&again, 1), 9);
    CHECK_ERR(vault_segment_key(&v, 1, key), LTH_OK, "key");
    CHECK_ERR(vault_segment_key(&again, 1, same), LTH_OK, "same key");
    assert_memory_equal(key, same, sizeof key);
    CHECK_ERR(vault_segment_key(&again, 0, same), LTH_OK, "other key");
    assert_memory_not_equal(key, same, sizeof key);
    vault_clear(&v);
    vault_clear(&again);
    buffer_clear(&b);
}

static void test_another_key_is_wrong_not_damaged(void **state)
{
    (void)state;
    static const uint8_t other_bytes[32] = {8};
    static const struct store_key other_file = {STORE_KEY_FILE, other_bytes, 32},
                                  short_file = {STORE_KEY_FILE, file_bytes, 31},
                                  other_passphrase = {STORE_KEY_PASSPHRASE, file_bytes, 1},
                                  as_passphrase = {STORE_KEY_PASSPHRASE, file_bytes, 32},
                                  empty = {STORE_KEY_PASSPHRASE, file_bytes, 0};
    static const struct {
        const char *name;
        const struct store_key *made, *tried;
        enum lth_err want;
    } rows[] = {
        {"key file", &key_file, &key_file, LTH_OK},
        {"other key file", &key_file, &other_file, LTH_WRONG_KEY},
        {"short key file", &key_file, &short_file, LTH_WRONG_KEY},
        {"its bytes as a passphrase", &key_file, &as_passphrase, LTH_WRONG_KEY},
        {"passphrase", &passphrase, &passphrase, LTH_OK},
        {"other passphrase", &passphrase, &other_passphrase, LTH_WRONG_KEY},
        {"empty passphrase", &passphrase, &empty, LTH_WRONG_KEY},
        {"key file for a passphrase", &passphrase, &key_file, LTH_WRONG_KEY},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer b = written(rows[i].made, 1);
        struct vault v = {0};
        CHECK_ERR(vault_parse(&v, b.bytes, b.len, rows[i].tried), rows[i].want, rows[i].name);
        vault_clear(&v);
        buffer_clear(&b);
    }
}

/* A header whose fields say something else, with a checksum that fits. */
static void forge(struct buffer *b, size_t at, size_t width, uint32_t value)
{
    struct writer w = writer_over(b->bytes + at, width);
    if (width == 2)
        write_u16(&w, (uint16_t)value);
    else if (width == 4)
        write_u32(&w, value);
    else
        write_u8(&w, (uint8_t)value);
    w = writer_over(b->bytes + VAULT_HEADER_LEN - 4, 4);
    write_u32(&w, crc32c(b->bytes, VAULT_HEADER_LEN - 4));
}

static void test_a_crafted_header_is_refused_before_it_costs_anything(void **state)
{
    (void)state;
    enum { VERSION_AT = 8, KIND_AT = 10, MEMORY_AT = 12, PASSES_AT = 16, SALT_AT = 20 };
    static const struct {
        const char *name;
        size_t at, width;
        uint32_t value;
        enum lth_err want;
    } rows[] = {
        {"newer version", VERSION_AT, 2, 2, LTH_TOO_NEW},
        {"newest version", VERSION_AT, 2, 0xffff, LTH_TOO_NEW},
        {"version 0", VERSION_AT, 2, 0, LTH_DAMAGED},
        {"unknown kind", KIND_AT, 1, 3, LTH_DAMAGED},
        {"memory just too small", MEMORY_AT, 4, VAULT_MEMORY_KIB_MIN - 1, LTH_DAMAGED},
        {"memory just too large", MEMORY_AT, 4, VAULT_MEMORY_KIB_MAX + 1, LTH_DAMAGED},
        {"memory huge", MEMORY_AT, 4, UINT32_MAX, LTH_DAMAGED},
        {"no passes", PASSES_AT, 4, 0, LTH_DAMAGED},
        {"one pass too many", PASSES_AT, 4, VAULT_PASSES_MAX + 1, LTH_DAMAGED},
        {"passes huge", PASSES_AT, 4, UINT32_MAX, LTH_DAMAGED},
        {"another salt", SALT_AT, 4, 1, LTH_WRONG_KEY},
        {"other passes, allowed", PASSES_AT, 4, 2, LTH_WRONG_KEY},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer b = written(&passphrase, 0);
        struct vault v;
        forge(&b, rows[i].at, rows[i].width, rows[i].value);
        CHECK_ERR(vault_parse(&v, b.bytes, b.len, &passphrase), rows[i].want, rows[i].name);
        buffer_clear(&b);
    }
}

static void test_every_flipped_or_missing_byte_is_noticed(void **state)
{
    (void)state;
    struct buffer b = written(&key_file, 2);
    for (size_t at = 0; at < b.len; at++) {
        struct vault v = {0};
        uint8_t key[SEGMENT_KEY_LEN];
        char row[32];
        snprintf(row, sizeof row, "byte %zu", at);
        b.bytes[at] ^= 0x10;
        enum lth_err err = vault_parse(&v, b.bytes, b.len, &key_file);
        if (err == LTH_OK) /* then it was an entry: that segment's key is gone */
            err = vault_segment_key(&v, (at - VAULT_HEADER_LEN) / VAULT_ENTRY_LEN, key);
        CHECK(err == LTH_DAMAGED || (err == LTH_TOO_NEW && at < 10), row);
        vault_clear(&v);
        b.bytes[at] ^= 0x10;
        if ((at - VAULT_HEADER_LEN) % VAULT_ENTRY_LEN != 0)
            CHECK_ERR(vault_parse(&v, b.bytes, at, &key_file), LTH_DAMAGED, row);
    }
    buffer_clear(&b);
}

static void test_entries_cannot_be_doubled_or_swapped(void **state)
{
    (void)state;
    struct buffer b = written(&key_file, 2);
    struct vault v;
    memcpy(b.bytes + VAULT_HEADER_LEN + VAULT_ENTRY_LEN, b.bytes + VAULT_HEADER_LEN,
           VAULT_ENTRY_LEN);
    CHECK_ERR(vault_parse(&v, b.bytes, b.len, &key_file), LTH_DAMAGED, "doubled");
    b.bytes[VAULT_HEADER_LEN + VAULT_ENTRY_LEN + 3]++; /* the number is bound to its key */
    CHECK_ERR(vault_parse(&v, b.bytes, b.len, &key_file), LTH_OK, "another number");
    uint8_t key[SEGMENT_KEY_LEN];
    CHECK_ERR(vault_segment_key(&v, 1, key), LTH_DAMAGED, "key under another number");
    vault_clear(&v);
    buffer_clear(&b);
}

static void test_costs_and_keys_have_their_limits(void **state)
{
    (void)state;
    static const struct store_key short_file = {STORE_KEY_FILE, file_bytes, 31},
                                  empty = {STORE_KEY_PASSPHRASE, file_bytes, 0};
    static const struct vault_cost free_cost = {VAULT_MEMORY_KIB_MIN - 1, 1};
    struct vault v;
    CHECK_ERR(vault_make(&v, &short_file, &cheap), LTH_MALFORMED, "short key file");
    CHECK_ERR(vault_make(&v, &empty, &cheap), LTH_MALFORMED, "empty passphrase");
    CHECK_ERR(vault_make(&v, &passphrase, &free_cost), LTH_LIMIT, "too cheap");
    CHECK_ERR(vault_make(&v, &key_file, &cheap), LTH_OK, "make");
    for (uint32_t i = 1; i <= VAULT_SEGMENTS_MAX; i++)
        CHECK_ERR(vault_add_segment(&v, i), LTH_OK, "up to the limit");
    CHECK_ERR(vault_add_segment(&v, VAULT_SEGMENTS_MAX + 1), LTH_LIMIT, "over it");
    vault_clear(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_wrapped_is_unwrapped),
        cmocka_unit_test(test_another_key_is_wrong_not_damaged),
        cmocka_unit_test(test_a_crafted_header_is_refused_before_it_costs_anything),
        cmocka_unit_test(test_every_flipped_or_missing_byte_is_noticed),
        cmocka_unit_test(test_entries_cannot_be_doubled_or_swapped),
        cmocka_unit_test(test_costs_and_keys_have_their_limits),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
