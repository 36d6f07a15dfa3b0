/* The file `head`: the newest slot that can be proved counts, and one torn slot is no loss. */
#include "check.h"

#include "store/anchor.h"

#include <sodium.h>

static const struct vault_secrets secrets = {.head_mac = {3}};

/* Generations 6 and 7, as two writes leave them. */
static void two_slots(uint8_t bytes[ANCHOR_FILE_LEN])
{
    for (uint64_t generation = 6; generation <= 7; generation++) {
        struct anchor a = {.generation = generation, .segment = 2, .records = generation * 10};
        a.tag[0] = (uint8_t)generation;
        CHECK_ERR(anchor_write(&a, &secrets, bytes + anchor_offset(&a)), LTH_OK, "write");
    }
}

static void test_the_newest_slot_counts(void **state)
{
    (void)state;
    uint8_t bytes[ANCHOR_FILE_LEN];
    struct anchor a;
    two_slots(bytes);
    CHECK_ERR(anchor_parse(bytes, sizeof bytes, &secrets, &a), LTH_OK, "parse");
    assert_int_equal(a.generation, 7);
    assert_int_equal(a.segment, 2);
    assert_int_equal(a.records, 70);
    assert_int_equal(a.tag[0], 7);
    CHECK_ERR(anchor_parse(bytes, ANCHOR_SLOT_LEN, &secrets, &a), LTH_OK, "one slot only");
    assert_int_equal(a.generation, 6);
}

static void test_a_spoiled_slot_leaves_the_other(void **state)
{
    (void)state;
    uint8_t bytes[ANCHOR_FILE_LEN];
    struct anchor a;
    two_slots(bytes);
    for (size_t at = 0; at < sizeof bytes; at++) {
        bytes[at] ^= 1;
        CHECK_ERR(anchor_parse(bytes, sizeof bytes, &secrets, &a), LTH_OK, "parse");
        assert_int_equal(a.generation, at < ANCHOR_SLOT_LEN ? 7 : 6);
        bytes[at] ^= 1;
    }
}

static void test_nothing_proved_is_nothing_known(void **state)
{
    (void)state;
    static const struct vault_secrets other = {.head_mac = {4}};
    uint8_t bytes[ANCHOR_FILE_LEN] = {0};
    struct anchor a;
    CHECK_ERR(anchor_parse(bytes, sizeof bytes, &secrets, &a), LTH_NOT_FOUND, "zeros");
    CHECK_ERR(anchor_parse(NULL, 0, &secrets, &a), LTH_NOT_FOUND, "empty");
    two_slots(bytes);
    CHECK_ERR(anchor_parse(bytes, sizeof bytes, &other, &a), LTH_NOT_FOUND, "another store");
    CHECK_ERR(anchor_parse(bytes, ANCHOR_SLOT_LEN - 1, &secrets, &a), LTH_NOT_FOUND, "cut");
}

static void test_a_proved_slot_of_another_version_is_too_new(void **state)
{
    (void)state;
    uint8_t bytes[ANCHOR_FILE_LEN];
    struct anchor a;
    two_slots(bytes);
    bytes[9] = 2;
    assert_int_equal(crypto_generichash(bytes + ANCHOR_SLOT_LEN - 32, 32, bytes,
                                        ANCHOR_SLOT_LEN - 32, secrets.head_mac, 32),
                     0);
    CHECK_ERR(anchor_parse(bytes, sizeof bytes, &secrets, &a), LTH_TOO_NEW, "version 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_slot_counts),
        cmocka_unit_test(test_a_spoiled_slot_leaves_the_other),
        cmocka_unit_test(test_nothing_proved_is_nothing_known),
        cmocka_unit_test(test_a_proved_slot_of_another_version_is_too_new),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
