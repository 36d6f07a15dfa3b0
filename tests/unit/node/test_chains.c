/* The chains of a feed: which one an entry belongs to, whose key is right, reading in any order. */
#include "check.h"

#include "node/chains.h"

#include <sodium.h>

static const struct feed_id feed = {.conversation = {1}, .author = {2}, .incarnation = 3};
static const uint8_t key[CHAIN_KEY_LEN] = {7, 7, 7};

static struct chain_body body_for(const uint8_t of_key[CHAIN_KEY_LEN])
{
    struct chain_body body = {.roster_head = {4}};
    chain_commitment(&feed, body.roster_head, of_key, body.commitment);
    return body;
}

/* Chains that are opened by entries 1, 4 and 5. */
static struct chains three(void)
{
    static const uint64_t numbers[] = {1, 4, 5};
    struct chains c = {0};
    const struct chain_body body = body_for(key);
    for (size_t i = 0; i < LENGTH(numbers); i++)
        assert_int_equal(chains_open(&c, numbers[i], &body), LTH_OK);
    return c;
}

static void test_an_entry_belongs_to_the_last_chain_before_it(void **state)
{
    (void)state;
    static const struct {
        uint64_t entry, chain; /* 0: none */
    } rows[] = {{0, 0}, {1, 1}, {2, 1}, {3, 1}, {4, 4}, {5, 5}, {6, 5}, {UINT64_MAX, 5}};
    struct chains c = three(), none = {0};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct feed_chain *chain = chains_of(&c, rows[i].entry);
        assert_true((chain ? chain->number : 0) == rows[i].chain);
        assert_null(chains_of(&none, rows[i].entry));
    }
    chains_clear(&c);
}

static void test_chains_above_a_cut_are_gone(void **state)
{
    (void)state;
    static const struct {
        uint64_t cut;
        size_t stay;
    } rows[] = {{9, 3}, {5, 3}, {4, 2}, {3, 1}, {1, 1}, {0, 0}};
    struct chains c = three();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        chains_cut(&c, rows[i].cut);
        assert_int_equal(c.count, rows[i].stay);
    }
    chains_clear(&c);
}

static void test_a_key_is_taken_when_it_is_what_was_committed_to(void **state)
{
    (void)state;
    struct chains c = three();
    struct feed_id other = feed;
    uint8_t message_key[CHAIN_KEY_LEN], wrong[CHAIN_KEY_LEN] = {7, 7, 8};
    struct feed_chain *chain = chains_of(&c, 2);
    other.incarnation++;
    assert_int_equal(chains_message_key(chain, 0, message_key), LTH_NOT_FOUND);
    assert_int_equal(chains_take_key(chain, &feed, wrong), LTH_FORGED);
    assert_int_equal(chains_take_key(chain, &other, key), LTH_FORGED); /* of another feed */
    assert_false(chain->has_key);
    assert_int_equal(chains_take_key(chain, &feed, key), LTH_OK);
    assert_true(chain->has_key);
    assert_int_equal(chains_message_key(chain, 0, message_key), LTH_OK);
    chains_drop_key(chain);
    assert_true(sodium_is_zero(chain->key, sizeof chain->key));
    assert_true(sodium_is_zero(chain->at.key, sizeof chain->at.key));
    assert_int_equal(chains_message_key(chain, 0, message_key), LTH_NOT_FOUND);
    chains_clear(&c);
}

static void test_messages_can_be_read_in_any_order_and_again(void **state)
{
    (void)state;
    static const uint32_t rows[] = {0, 5, 3, 3, 2000, 1999, 4001, 4095, 0, 4095, 2047};
    struct chains c = three();
    struct feed_chain *chain = chains_of(&c, 1);
    assert_int_equal(chains_take_key(chain, &feed, key), LTH_OK);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t want[CHAIN_KEY_LEN], got[CHAIN_KEY_LEN];
        struct chain forward;
        chain_init(&forward, key);
        for (uint32_t index = 0; index <= rows[i]; index++)
            assert_int_equal(chain_message_key(&forward, index, want), LTH_OK);
        assert_int_equal(chains_message_key(chain, rows[i], got), LTH_OK);
        assert_memory_equal(got, want, sizeof want);
    }
    chains_clear(&c);
}

static void test_an_index_that_no_chain_has_gives_no_key(void **state)
{
    (void)state;
    static const uint32_t rows[] = {CHAIN_LEN_MAX, CHAIN_LEN_MAX + 1, UINT32_MAX};
    struct chains c = three();
    struct feed_chain *chain = chains_of(&c, 1);
    uint8_t message_key[CHAIN_KEY_LEN];
    assert_int_equal(chains_take_key(chain, &feed, key), LTH_OK);
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_int_equal(chains_message_key(chain, rows[i], message_key), LTH_LIMIT);
    assert_int_equal(chains_message_key(chain, 1, message_key), LTH_OK);
    chains_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_belongs_to_the_last_chain_before_it),
        cmocka_unit_test(test_chains_above_a_cut_are_gone),
        cmocka_unit_test(test_a_key_is_taken_when_it_is_what_was_committed_to),
        cmocka_unit_test(test_messages_can_be_read_in_any_order_and_again),
        cmocka_unit_test(test_an_index_that_no_chain_has_gives_no_key),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
