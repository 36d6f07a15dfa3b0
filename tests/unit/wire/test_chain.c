/* Keys that go forward only. They come from another implementation too, Python's:
 *   key = bytes(range(32)), then again and again
 *   key = hmac.new(key, b"lanthorn/chain-key/1", "sha256").digest()
 *   message_key = hmac.new(key, b"lanthorn/message-key/1", "sha256").digest()
 *   place = bytes(range(64)) + 0x0102030405060708.to_bytes(8)
 *   committed = b"lanthorn/chain/1\0" + place + b"\x09" * 32 + bytes(range(32))
 *   commitment = hashlib.blake2b(committed, digest_size=32)
 */
#include "check.h"

#include "wire/chain.h"
#include "wire/vector.h"

#include <sodium.h>

static const uint8_t key0[CHAIN_KEY_LEN] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                            11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                            22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static struct chain chain_at(uint32_t index)
{
    struct chain c;
    chain_init(&c, key0);
    c.index = index; /* its key is not that of this index; nobody looks */
    return c;
}

static void test_message_keys_are_those_of_another_implementation(void **state)
{
    static const struct {
        uint32_t index;
        const char *hex;
    } rows[] = {
        {0, "af02b877862ef8b47abac5b533d122c4a3cbf2acc4ed443118833ef6df6deeb7"},
        {1, "a4c13f3d71af89fbdc38f0f6fa60a47346bd0868973b2ba950221365343a41ad"},
        {5, "141952d6c6cd35d36e940ece9a580dfbeff74ebe1b05b519fe793c0f9143f6b6"},
        {2000, "a8b90060f042d4c0c97c4bbefad6fce2f6798a828580947a6db24e3dd8e30a96"},
        {2001, "517daf21cb7d41bac33f6e1f65869da4e2017ae7407ecccec8b4ddf9ca1c033b"},
    };
    struct chain c;
    (void)state;
    chain_init(&c, key0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t key[CHAIN_KEY_LEN];
        struct hex_bytes want;
        hex_parse(rows[i].hex, &want);
        CHECK_ERR(chain_message_key(&c, rows[i].index, key), LTH_OK, rows[i].hex);
        vector_expect(&want, key, sizeof key, rows[i].hex);
        assert_int_equal(c.index, rows[i].index + 1);
    }
}

static void test_a_jump_comes_to_the_same_keys_as_steps(void **state)
{
    struct chain steps, jump;
    uint8_t one[CHAIN_KEY_LEN], other[CHAIN_KEY_LEN];
    (void)state;
    chain_init(&steps, key0);
    chain_init(&jump, key0);
    for (uint32_t i = 0; i <= CHAIN_JUMP_MAX; i++)
        assert_int_equal(chain_message_key(&steps, i, one), LTH_OK);
    assert_int_equal(chain_message_key(&jump, CHAIN_JUMP_MAX, other), LTH_OK);
    assert_memory_equal(one, other, CHAIN_KEY_LEN);
    assert_memory_equal(&steps, &jump, sizeof steps);
}

static void test_a_chain_goes_forward_and_not_far_at_once(void **state)
{
    static const struct {
        const char *name;
        uint32_t at, index;
        enum lth_err want;
    } rows[] = {
        {"the first", 0, 0, LTH_OK},
        {"the next", 7, 7, LTH_OK},
        {"the one before", 7, 6, LTH_BAD_STATE},
        {"the first again", 7, 0, LTH_BAD_STATE},
        {"as far as it may", 7, 7 + 2000, LTH_OK},
        {"one further", 7, 7 + 2001, LTH_LIMIT},
        {"as far as there is", 7, UINT32_MAX, LTH_LIMIT},
        {"the last one", 4095, 4095, LTH_OK},
        {"one behind the last", 4095, 4096, LTH_LIMIT},
        {"a chain that is used up", 4096, 4096, LTH_LIMIT},
        {"a chain that is used up, back", 4096, 4095, LTH_BAD_STATE},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct chain c = chain_at(rows[i].at), before = c;
        uint8_t key[CHAIN_KEY_LEN] = {1}, untouched[CHAIN_KEY_LEN] = {1};
        CHECK_ERR(chain_message_key(&c, rows[i].index, key), rows[i].want, rows[i].name);
        bool moved = memcmp(&c, &before, sizeof c) != 0;
        CHECK(moved == (rows[i].want == LTH_OK), rows[i].name);
        CHECK((memcmp(key, untouched, sizeof key) != 0) == moved, rows[i].name);
        CHECK(!moved || c.index == rows[i].index + 1, rows[i].name);
    }
}

static struct feed_id place(void)
{
    struct feed_id feed = {.incarnation = 0x0102030405060708};
    for (uint8_t i = 0; i < 32; i++) {
        feed.conversation[i] = i;
        feed.author[i] = (uint8_t)(32 + i);
    }
    return feed;
}

static void test_a_commitment_is_that_of_another_implementation(void **state)
{
    const struct feed_id feed = place();
    uint8_t head[HASH_LEN], got[HASH_LEN];
    struct hex_bytes want;
    (void)state;
    memset(head, 9, sizeof head);
    hex_parse("c6afb37092d151b412c5bd3998d25a7c44ea66ae3c08b0b858d74ae9967106e0", &want);
    chain_commitment(&feed, head, key0, got);
    vector_expect(&want, got, sizeof got, "commitment");
}

static void test_a_commitment_is_to_one_key_of_one_feed_under_one_roster(void **state)
{
    const struct feed_id feed = place();
    uint8_t head[HASH_LEN] = {9}, key[CHAIN_KEY_LEN] = {1}, one[HASH_LEN], other[HASH_LEN];
    struct feed_id feeds[3] = {feed, feed, feed};
    (void)state;
    chain_commitment(&feed, head, key, one);
    feeds[0].conversation[0] ^= 1;
    feeds[1].author[31] ^= 1;
    feeds[2].incarnation ^= 1;
    for (size_t i = 0; i < LENGTH(feeds); i++) {
        chain_commitment(&feeds[i], head, key, other);
        assert_memory_not_equal(one, other, HASH_LEN);
    }
    head[31] ^= 1;
    chain_commitment(&feed, head, key, other);
    assert_memory_not_equal(one, other, HASH_LEN);
    head[31] ^= 1;
    key[31] ^= 1;
    chain_commitment(&feed, head, key, other);
    assert_memory_not_equal(one, other, HASH_LEN);
}

static void test_a_cleared_chain_holds_nothing(void **state)
{
    static const struct chain zeros;
    struct chain c;
    (void)state;
    chain_init(&c, key0);
    chain_clear(&c);
    assert_memory_equal(&c, &zeros, sizeof c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_keys_are_those_of_another_implementation),
        cmocka_unit_test(test_a_jump_comes_to_the_same_keys_as_steps),
        cmocka_unit_test(test_a_chain_goes_forward_and_not_far_at_once),
        cmocka_unit_test(test_a_commitment_is_that_of_another_implementation),
        cmocka_unit_test(test_a_commitment_is_to_one_key_of_one_feed_under_one_roster),
        cmocka_unit_test(test_a_cleared_chain_holds_nothing),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
