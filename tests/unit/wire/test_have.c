/* What one side holds: a whole number of items, the last part marked. */
#include "check.h"

#include "wire/have.h"

#include <stdlib.h>

enum { ITEMS = 3, WHOLE = HAVE_HEADER_LEN + ITEMS * HAVE_ITEM_LEN };

static const uint8_t conversation[HASH_LEN] = {[0] = 1, [31] = 2};

static struct have_item item(unsigned i)
{
    return (struct have_item){
        .author = {(uint8_t)i}, .incarnation = 10u + i, .number = UINT64_MAX - i, .proved = i};
}

static void make_have(uint8_t bytes[WHOLE], uint8_t flags)
{
    struct writer w = writer_over(bytes, WHOLE);
    have_begin(&w, conversation, flags);
    for (unsigned i = 0; i < ITEMS; i++) {
        const struct have_item one = item(i);
        have_add(&w, &one);
    }
    assert_false(w.spoiled);
    assert_int_equal(writer_len(&w), WHOLE);
}

static void test_an_account_comes_back_as_it_went_in(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= (HAVE_LAST | HAVE_ASKS); flags++) {
        uint8_t bytes[WHOLE];
        struct have have;
        struct have_item got;
        make_have(bytes, (uint8_t)flags);
        assert_int_equal(have_parse(bytes, sizeof bytes, &have), LTH_OK);
        assert_memory_equal(have.conversation, conversation, HASH_LEN);
        assert_int_equal(have.last, (flags & HAVE_LAST) != 0);
        assert_int_equal(have.asks, (flags & HAVE_ASKS) != 0);
        for (unsigned i = 0; i < ITEMS; i++) {
            const struct have_item want = item(i);
            assert_true(have_next(&have, &got));
            assert_memory_equal(&got, &want, sizeof want);
        }
        assert_false(have_next(&have, &got));
        assert_false(have_next(&have, &got));
    }
}

static void test_only_whole_items_are_well_formed(void **state)
{
    (void)state;
    uint8_t bytes[WHOLE];
    make_have(bytes, HAVE_LAST);
    for (size_t len = 0; len <= WHOLE; len++) {
        struct have have;
        struct have_item got;
        size_t count = 0;
        uint8_t *exact = malloc(len + !len);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        bool good = len >= HAVE_HEADER_LEN && (len - HAVE_HEADER_LEN) % HAVE_ITEM_LEN == 0;
        assert_int_equal(have_parse(exact, len, &have), good ? LTH_OK : LTH_MALFORMED);
        while (good && have_next(&have, &got))
            count++;
        assert_int_equal(count, good ? (len - HAVE_HEADER_LEN) / HAVE_ITEM_LEN : 0);
        free(exact);
    }
}

static void test_flags_we_do_not_know_are_ignored(void **state)
{
    (void)state;
    uint8_t bytes[WHOLE];
    struct have have;
    make_have(bytes, 0);
    bytes[HASH_LEN] = 0xfc;
    assert_int_equal(have_parse(bytes, sizeof bytes, &have), LTH_OK);
    assert_false(have.last || have.asks);
    bytes[HASH_LEN] = 0xff;
    assert_int_equal(have_parse(bytes, sizeof bytes, &have), LTH_OK);
    assert_true(have.last && have.asks);
}

static void test_an_item_that_does_not_fit_spoils_the_writer(void **state)
{
    (void)state;
    uint8_t bytes[HAVE_HEADER_LEN + HAVE_ITEM_LEN - 1];
    struct writer w = writer_over(bytes, sizeof bytes);
    const struct have_item one = item(1);
    have_begin(&w, conversation, HAVE_LAST);
    have_add(&w, &one);
    assert_true(w.spoiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_account_comes_back_as_it_went_in),
        cmocka_unit_test(test_only_whole_items_are_well_formed),
        cmocka_unit_test(test_flags_we_do_not_know_are_ignored),
        cmocka_unit_test(test_an_item_that_does_not_fit_spoils_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
