/* Headers and frames: proved in their one place, and nowhere else. */
#include "check.h"

#include "store/crc32c.h"
#include "store/pack.h"
#include "store/segment.h"

#include <sodium.h>
#include <stdio.h>

enum { OFFSET = 100, PLAIN_LEN = 9, LEN = PLAIN_LEN + FRAME_OVERHEAD };

static const uint8_t previous[SEGMENT_TAG_LEN] = {5, 5};
static const uint8_t plain[PLAIN_LEN] = {0, 3, 'o', 'n', 'e', 0, 2, 't', 'w'};
static const struct segment_place place = {.store_id = {1}, .number = 4, .key = {2}};
static const struct vault_secrets secrets = {.store_id = {1}, .segment_mac = {3}};
static const struct segment_frame fields = {
    .type = FRAME_RECORDS, .count = 2, .first = 70, .unsynced = 3};

/* The previous tag, then the frame. */
static void sealed(uint8_t bytes[SEGMENT_TAG_LEN + LEN])
{
    memcpy(bytes, previous, sizeof previous);
    CHECK_ERR(
        segment_seal(&place, OFFSET, previous, &fields, plain, PLAIN_LEN, bytes + SEGMENT_TAG_LEN),
        LTH_OK, "seal");
}

static void test_a_sealed_frame_opens(void **state)
{
    (void)state;
    uint8_t bytes[SEGMENT_TAG_LEN + LEN], opened[PLAIN_LEN];
    struct segment_frame f;
    sealed(bytes);
    const uint8_t *at = bytes + SEGMENT_TAG_LEN;
    CHECK_ERR(segment_frame_parse(at, &f), LTH_OK, "parse");
    assert_int_equal(segment_frame_len(&f), LEN);
    assert_int_equal(f.count, 2);
    assert_int_equal(f.first, 70);
    assert_int_equal(f.unsynced, 3);
    CHECK_ERR(segment_open(&place, OFFSET, at, &f, opened), LTH_OK, "open");
    assert_memory_equal(opened, plain, PLAIN_LEN);
    CHECK_ERR(segment_open(&place, OFFSET, at, &f, NULL), LTH_OK, "prove only");
}

static void test_a_frame_is_bound_to_its_place(void **state)
{
    (void)state;
    struct segment_place store = place, number = place, key = place;
    store.store_id[15] ^= 1;
    number.number++;
    key.key[31] ^= 1;
    const struct {
        const char *name;
        const struct segment_place *place;
        uint64_t offset;
    } rows[] = {{"another store", &store, OFFSET},
                {"another segment", &number, OFFSET},
                {"another key", &key, OFFSET},
                {"another offset", &place, OFFSET + 1}};
    uint8_t bytes[SEGMENT_TAG_LEN + LEN];
    struct segment_frame f;
    sealed(bytes);
    CHECK_ERR(segment_frame_parse(bytes + SEGMENT_TAG_LEN, &f), LTH_OK, "parse");
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(segment_open(rows[i].place, rows[i].offset, bytes + SEGMENT_TAG_LEN, &f, NULL),
                  LTH_DAMAGED, rows[i].name);
}

static void test_every_flipped_bit_of_a_frame_is_noticed(void **state)
{
    (void)state;
    uint8_t bytes[SEGMENT_TAG_LEN + LEN];
    sealed(bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        struct segment_frame f;
        char row[32];
        snprintf(row, sizeof row, "bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        enum lth_err err = segment_frame_parse(bytes + SEGMENT_TAG_LEN, &f);
        if (err == LTH_OK)
            err = segment_open(&place, OFFSET, bytes + SEGMENT_TAG_LEN, &f, NULL);
        CHECK_ERR(err, LTH_DAMAGED, row);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_fields_that_no_frame_has_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t len;
        uint8_t zero;
        uint16_t count;
        uint64_t first;
        uint32_t unsynced;
        enum lth_err want;
    } rows[] = {
        {"good", 17, 0, 1, 1, 0, LTH_OK},
        {"longest", PACK_FRAME_MAX + SEGMENT_TAG_LEN, 0, 1, 1, 0, LTH_OK},
        {"end of the log", 0, 0, 0, 0, 0, LTH_NOT_FOUND},
        {"no room for a record", 16, 0, 1, 1, 0, LTH_DAMAGED},
        {"too long", PACK_FRAME_MAX + SEGMENT_TAG_LEN + 1, 0, 1, 1, 0, LTH_DAMAGED},
        {"longest length", UINT32_MAX, 0, 1, 1, 0, LTH_DAMAGED},
        {"reserved byte", 17, 1, 1, 1, 0, LTH_DAMAGED},
        {"no records", 17, 0, 0, 1, 0, LTH_DAMAGED},
        {"record 0", 17, 0, 1, 0, 0, LTH_DAMAGED},
        {"numbers run over", 17, 0, 2, UINT64_MAX - 1, 0, LTH_DAMAGED},
        {"unsynced before the first", 17, 0, 1, 5, 5, LTH_DAMAGED},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t bytes[FRAME_FIELDS_LEN];
        struct segment_frame f;
        struct writer w = writer_over(bytes, sizeof bytes);
        write_u32(&w, rows[i].len);
        write_u8(&w, FRAME_RECORDS);
        write_u8(&w, rows[i].zero);
        write_u16(&w, rows[i].count);
        write_u64(&w, rows[i].first);
        write_u32(&w, rows[i].unsynced);
        write_u32(&w, crc32c(bytes, FRAME_FIELDS_LEN - 4));
        CHECK_ERR(segment_frame_parse(bytes, &f), rows[i].want, rows[i].name);
    }
}

static void test_a_header_comes_back_and_every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    struct segment_header h = {.number = 4, .first = 70, .previous = {5, 5}}, again;
    uint8_t bytes[SEGMENT_HEADER_LEN];
    CHECK_ERR(segment_header_write(&h, &secrets, bytes), LTH_OK, "write");
    CHECK_ERR(segment_header_parse(bytes, &secrets, &again), LTH_OK, "parse");
    assert_int_equal(again.number, 4);
    assert_int_equal(again.first, 70);
    assert_memory_equal(again.previous, previous, sizeof previous);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK_ERR(segment_header_parse(bytes, &secrets, &again), LTH_DAMAGED, "flipped");
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_a_proved_header_of_another_version_is_too_new(void **state)
{
    (void)state;
    struct segment_header h = {.number = 4, .first = 70};
    uint8_t bytes[SEGMENT_HEADER_LEN], message[SEGMENT_HEADER_LEN - 16];
    CHECK_ERR(segment_header_write(&h, &secrets, bytes), LTH_OK, "write");
    bytes[9] = 2;
    memcpy(message, bytes, 40);
    memcpy(message + 40, bytes + 56, 16);
    assert_int_equal(crypto_generichash(bytes + 40, 16, message, sizeof message,
                                        secrets.segment_mac, sizeof secrets.segment_mac),
                     0);
    CHECK_ERR(segment_header_parse(bytes, &secrets, &h), LTH_TOO_NEW, "version 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sealed_frame_opens),
        cmocka_unit_test(test_a_frame_is_bound_to_its_place),
        cmocka_unit_test(test_every_flipped_bit_of_a_frame_is_noticed),
        cmocka_unit_test(test_fields_that_no_frame_has_are_refused),
        cmocka_unit_test(test_a_header_comes_back_and_every_flipped_bit_is_noticed),
        cmocka_unit_test(test_a_proved_header_of_another_version_is_too_new),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
