/* Heads and receipts: what is signed, is signed in every bit, by the one who is named. */
#include "check.h"

#include "wire/statement.h"

#include <sodium.h>
#include <stdlib.h>

static struct identity_secret author, reader;

static int start(void **state)
{
    static const uint8_t secrets[4][32] = {{1}, {2}, {3}, {4}};
    (void)state;
    if (sodium_init() < 0)
        return 1;
    identity_secret_init(&author, secrets[0], secrets[1]);
    identity_secret_init(&reader, secrets[2], secrets[3]);
    return 0;
}

static struct feed_point point(void)
{
    struct feed_point p = {
        .feed = {.conversation = {9}, .incarnation = 77}, .number = 42, .hash = {5}};
    memcpy(p.feed.author, author.public.id, ID_LEN);
    return p;
}

static void test_a_head_comes_back_and_verifies(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct head head, back;
    uint8_t bytes[HEAD_LEN];
    head_sign(&author, &p, &head);
    head_write(&head, bytes);
    assert_int_equal(head_parse(bytes, sizeof bytes, &back), LTH_OK);
    assert_memory_equal(&back.point, &p, sizeof p);
    assert_int_equal(head_verify(&back, &author.public), LTH_OK);
}

static void test_a_receipt_comes_back_and_verifies(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct receipt receipt, back;
    uint8_t bytes[RECEIPT_LEN];
    receipt_sign(&reader, &p, &receipt);
    receipt_write(&receipt, bytes);
    assert_int_equal(receipt_parse(bytes, sizeof bytes, &back), LTH_OK);
    assert_memory_equal(back.reader, reader.public.id, ID_LEN);
    assert_memory_equal(&back.point, &p, sizeof p);
    assert_int_equal(receipt_verify(&back, &reader.public), LTH_OK);
}

static void test_a_head_with_any_bit_changed_does_not_verify(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct head head, back;
    uint8_t bytes[HEAD_LEN];
    head_sign(&author, &p, &head);
    head_write(&head, bytes);
    for (size_t at = 0; at < sizeof bytes; at++) {
        bytes[at] ^= (uint8_t)(1u << at % 8);
        assert_int_equal(head_parse(bytes, sizeof bytes, &back), LTH_OK);
        if (head_verify(&back, &author.public) != LTH_FORGED)
            fail_msg("byte %zu", at);
        bytes[at] ^= (uint8_t)(1u << at % 8);
    }
}

static void test_a_receipt_with_any_bit_changed_does_not_verify(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct receipt receipt, back;
    uint8_t bytes[RECEIPT_LEN];
    receipt_sign(&reader, &p, &receipt);
    receipt_write(&receipt, bytes);
    for (size_t at = 0; at < sizeof bytes; at++) {
        bytes[at] ^= (uint8_t)(1u << at % 8);
        assert_int_equal(receipt_parse(bytes, sizeof bytes, &back), LTH_OK);
        if (receipt_verify(&back, &reader.public) != LTH_FORGED)
            fail_msg("byte %zu", at);
        bytes[at] ^= (uint8_t)(1u << at % 8);
    }
}

static void test_a_statement_is_only_the_named_ones(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct head head;
    struct receipt receipt;
    head_sign(&reader, &p, &head); /* about somebody else's feed */
    assert_int_equal(head_verify(&head, &reader.public), LTH_FORGED);
    assert_int_equal(head_verify(&head, &author.public), LTH_FORGED);
    receipt_sign(&reader, &p, &receipt);
    assert_int_equal(receipt_verify(&receipt, &author.public), LTH_FORGED);
    memcpy(receipt.reader, author.public.id, ID_LEN);
    assert_int_equal(receipt_verify(&receipt, &author.public), LTH_FORGED);
}

static void test_a_head_is_no_receipt_whatever_it_names(void **state)
{
    (void)state;
    const struct feed_point p = point();
    struct head head;
    struct receipt receipt;
    head_sign(&author, &p, &head);
    memcpy(receipt.reader, author.public.id, ID_LEN);
    receipt.point = p;
    memcpy(receipt.signature, head.signature, SIGNATURE_LEN);
    assert_int_equal(receipt_verify(&receipt, &author.public), LTH_FORGED);
}

static enum lth_err parse_head(const uint8_t *bytes, size_t len)
{
    struct head head;
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    enum lth_err err = head_parse(exact, len, &head);
    free(exact);
    return err;
}

static enum lth_err parse_receipt(const uint8_t *bytes, size_t len)
{
    struct receipt receipt;
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    enum lth_err err = receipt_parse(exact, len, &receipt);
    free(exact);
    return err;
}

static void test_a_statement_has_one_length(void **state)
{
    (void)state;
    uint8_t bytes[RECEIPT_LEN + 1];
    memset(bytes, 1, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        assert_int_equal(parse_head(bytes, len), len == HEAD_LEN ? LTH_OK : LTH_MALFORMED);
        assert_int_equal(parse_receipt(bytes, len), len == RECEIPT_LEN ? LTH_OK : LTH_MALFORMED);
    }
}

static void test_there_is_no_entry_0_to_speak_of(void **state)
{
    (void)state;
    uint8_t bytes[RECEIPT_LEN];
    memset(bytes, 1, sizeof bytes);
    memset(bytes + FEED_ID_LEN, 0, 8);
    assert_int_equal(parse_head(bytes, HEAD_LEN), LTH_MALFORMED);
    memset(bytes, 1, sizeof bytes);
    memset(bytes + ID_LEN + FEED_ID_LEN, 0, 8);
    assert_int_equal(parse_receipt(bytes, RECEIPT_LEN), LTH_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_comes_back_and_verifies),
        cmocka_unit_test(test_a_receipt_comes_back_and_verifies),
        cmocka_unit_test(test_a_head_with_any_bit_changed_does_not_verify),
        cmocka_unit_test(test_a_receipt_with_any_bit_changed_does_not_verify),
        cmocka_unit_test(test_a_statement_is_only_the_named_ones),
        cmocka_unit_test(test_a_head_is_no_receipt_whatever_it_names),
        cmocka_unit_test(test_a_statement_has_one_length),
        cmocka_unit_test(test_there_is_no_entry_0_to_speak_of),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
