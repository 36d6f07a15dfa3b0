/* What is sealed opens with its key at its place, and with no other at no other. */
#include "check.h"

#include "wire/sealed.h"

#include <sodium.h>
#include <stdlib.h>

static const uint8_t key[CHAIN_KEY_LEN] = {1, 2, 3}, prev[HASH_LEN] = {4};
static const struct feed_id feed = {.conversation = {1}, .author = {2}, .incarnation = 3};
static const struct sealed_place place = {.feed = &feed, .number = 42, .prev = prev};
static uint8_t sealed[ENTRY_CONTENT_MAX + 1], plain[ENTRY_CONTENT_MAX + 1];

static struct entry_content outer(uint8_t parents)
{
    struct entry_content content = {.time_ms = 1700000000000, .order_ms = 1700000000000};
    content.order_ms += parents > 0;
    content.parent_count = parents;
    for (uint8_t i = 0; i < parents; i++)
        content.parents[i] = (struct entry_parent){.author = {i}, .incarnation = 9, .number = i};
    return content;
}

static size_t seal(uint8_t parents, uint32_t index, uint8_t kind, const void *body, size_t body_len)
{
    const struct entry_content content = outer(parents);
    size_t len;
    CHECK_ERR(sealed_write(&content, &place, index, key, kind, body, body_len, sealed,
                           sizeof sealed, &len),
              LTH_OK, "seal");
    return len;
}

/* From memory of exactly len bytes, into memory of exactly len bytes. */
static enum lth_err open_at(const uint8_t *content, size_t len, const struct sealed_place *at,
                            const uint8_t with[CHAIN_KEY_LEN])
{
    struct entry_content opened;
    size_t size = len ? len : 1;
    uint8_t *exact = malloc(size), *room = malloc(size);
    assert_non_null(exact);
    assert_non_null(room);
    memcpy(exact, content, len);
    enum lth_err err = sealed_open(exact, len, at, with, room, &opened);
    free(exact);
    free(room);
    return err;
}

static void test_what_was_sealed_opens_as_it_went_in(void **state)
{
    static const uint8_t counts[] = {0, 1, ENTRY_PARENTS_MAX};
    (void)state;
    for (size_t i = 0; i < LENGTH(counts); i++) {
        const struct entry_content want = outer(counts[i]);
        struct entry_content parsed, opened;
        uint32_t index;
        size_t len = seal(counts[i], 77, ENTRY_TEXT, "hello", 5);
        assert_int_equal(entry_content_parse(sealed, len, &parsed), LTH_OK);
        assert_int_equal(parsed.kind, ENTRY_SEALED);
        assert_int_equal(parsed.body_len, 5 + SEALED_OVERHEAD);
        assert_int_equal(sealed_index(&parsed, &index), LTH_OK);
        assert_int_equal(index, 77);
        assert_int_equal(sealed_open(sealed, len, &place, key, plain, &opened), LTH_OK);
        assert_int_equal(opened.kind, ENTRY_TEXT);
        assert_int_equal(opened.body_len, 5);
        assert_memory_equal(opened.body, "hello", 5);
        assert_true(opened.time_ms == want.time_ms && opened.order_ms == want.order_ms);
        assert_int_equal(opened.parent_count, counts[i]);
        assert_memory_equal(opened.parents, want.parents, counts[i] * sizeof *want.parents);
    }
}

static void test_a_seal_shows_nothing_of_what_it_holds(void **state)
{
    static uint8_t secret[] = "a text that stands nowhere else";
    (void)state;
    size_t len = seal(1, 0, ENTRY_TEXT, secret, sizeof secret);
    assert_null(memmem(sealed, len, secret, 4));
}

static void test_a_seal_holds_at_one_place_under_one_key(void **state)
{
    const uint8_t other_prev[HASH_LEN] = {5}, other_key[CHAIN_KEY_LEN] = {1, 2, 4};
    const struct feed_id feeds[] = {
        {.conversation = {2}, .author = {2}, .incarnation = 3},
        {.conversation = {1}, .author = {3}, .incarnation = 3},
        {.conversation = {1}, .author = {2}, .incarnation = 4},
    };
    const struct {
        const char *name;
        const struct sealed_place place;
        const uint8_t *key;
        enum lth_err want;
    } rows[] = {
        {"its place", place, key, LTH_OK},
        {"another conversation", {&feeds[0], 42, prev}, key, LTH_FORGED},
        {"another author", {&feeds[1], 42, prev}, key, LTH_FORGED},
        {"another incarnation", {&feeds[2], 42, prev}, key, LTH_FORGED},
        {"another number", {&feed, 43, prev}, key, LTH_FORGED},
        {"behind another entry", {&feed, 42, other_prev}, key, LTH_FORGED},
        {"another key", place, other_key, LTH_FORGED},
    };
    (void)state;
    size_t len = seal(1, 0, ENTRY_TEXT, "hello", 5);
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(open_at(sealed, len, &rows[i].place, rows[i].key), rows[i].want, rows[i].name);
}

static void test_no_bit_of_a_sealed_entry_can_be_changed(void **state)
{
    (void)state;
    size_t len = seal(1, 7, ENTRY_TEXT, "hello", 5);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (open_at(sealed, len, &place, key) == LTH_OK)
            fail_msg("bit %zu", bit);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(open_at(sealed, cut, &place, key), LTH_OK);
    assert_int_equal(open_at(sealed, len, &place, key), LTH_OK);
    assert_int_equal(open_at(sealed, len + 1, &place, key), LTH_FORGED);
}

static void test_the_longest_text_fits_and_no_longer_one(void **state)
{
    static uint8_t text[ENTRY_TEXT_MAX + 1];
    const struct entry_content content = outer(ENTRY_PARENTS_MAX);
    size_t len = 0;
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t size = ENTRY_CONTENT_MAX - 20; size < ENTRY_CONTENT_MAX; size++)
        assert_int_equal(sealed_write(&content, &place, 0, key, ENTRY_TEXT, text, ENTRY_TEXT_MAX,
                                      sealed, size, &len),
                         LTH_TOO_LONG);
    assert_int_equal(len, 0);
    assert_int_equal(sealed_write(&content, &place, 0, key, ENTRY_TEXT, text, ENTRY_TEXT_MAX,
                                  sealed, ENTRY_CONTENT_MAX, &len),
                     LTH_OK);
    assert_int_equal(len, ENTRY_CONTENT_MAX);
    assert_int_equal(open_at(sealed, len, &place, key), LTH_OK);
    len = seal(0, 0, ENTRY_TEXT, text, sizeof text); /* it would fit, but is no text */
    assert_int_equal(open_at(sealed, len, &place, key), LTH_MALFORMED);
}

static void test_what_is_inside_is_looked_at(void **state)
{
    static const struct {
        const char *name, *body;
        size_t len;
        enum lth_err want;
        uint8_t kind;
    } rows[] = {
        {"a text", "h", 1, LTH_OK, ENTRY_TEXT},
        {"an empty text", "", 0, LTH_MALFORMED, ENTRY_TEXT},
        {"no UTF-8", "\xff", 1, LTH_MALFORMED, ENTRY_TEXT},
        {"a kind we do not know", "\xff", 1, LTH_OK, 200},
        {"nothing of it", "", 0, LTH_MALFORMED, 200},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t len = seal(0, 0, rows[i].kind, rows[i].body, rows[i].len);
        CHECK_ERR(open_at(sealed, len, &place, key), rows[i].want, rows[i].name);
    }
}

static void test_rows_of_bodies(void **state)
{
    static const uint8_t bytes[CHAIN_BODY_LEN + 1] = {0, 0, 1, 2};
    static const uint8_t behind[SEALED_OVERHEAD + 1] = {0, 0, 0x10, 0};
    static const struct {
        const char *name;
        struct entry_content content;
        enum lth_err chain, sealed;
    } rows[] = {
        {"a chain", {.kind = 2, .body = bytes, .body_len = 64}, LTH_OK, LTH_MALFORMED},
        {"a chain cut", {.kind = 2, .body = bytes, .body_len = 63}, LTH_MALFORMED, LTH_MALFORMED},
        {"too much", {.kind = 2, .body = bytes, .body_len = 65}, LTH_MALFORMED, LTH_MALFORMED},
        {"an empty body", {.kind = 2, .body = bytes}, LTH_MALFORMED, LTH_MALFORMED},
        {"sealed", {.kind = 3, .body = bytes, .body_len = 64}, LTH_MALFORMED, LTH_OK},
        {"least sealed", {.kind = 3, .body = bytes, .body_len = 22}, LTH_MALFORMED, LTH_OK},
        {"nothing inside",
         {.kind = 3, .body = bytes, .body_len = 21},
         LTH_MALFORMED,
         LTH_MALFORMED},
        {"an index", {.kind = 3, .body = bytes, .body_len = 4}, LTH_MALFORMED, LTH_MALFORMED},
        {"nothing", {.kind = 3, .body = bytes}, LTH_MALFORMED, LTH_MALFORMED},
        {"index 4096", {.kind = 3, .body = behind, .body_len = 22}, LTH_MALFORMED, LTH_MALFORMED},
        {"a text", {.kind = 1, .body = bytes, .body_len = 64}, LTH_MALFORMED, LTH_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct chain_body chain;
        uint32_t index = 77;
        CHECK_ERR(chain_body_parse(&rows[i].content, &chain), rows[i].chain, rows[i].name);
        CHECK_ERR(sealed_index(&rows[i].content, &index), rows[i].sealed, rows[i].name);
        CHECK(index == (rows[i].sealed == LTH_OK ? 0x0102 : 77), rows[i].name);
    }
}

static void test_the_body_of_a_chain_comes_back(void **state)
{
    const struct chain_body body = {.roster_head = {1}, .commitment = {2}};
    uint8_t bytes[CHAIN_BODY_LEN];
    struct chain_body back;
    (void)state;
    chain_body_write(&body, bytes);
    const struct entry_content content = {
        .kind = ENTRY_CHAIN, .body = bytes, .body_len = sizeof bytes};
    assert_int_equal(chain_body_parse(&content, &back), LTH_OK);
    assert_memory_equal(&back, &body, sizeof body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_sealed_opens_as_it_went_in),
        cmocka_unit_test(test_a_seal_shows_nothing_of_what_it_holds),
        cmocka_unit_test(test_a_seal_holds_at_one_place_under_one_key),
        cmocka_unit_test(test_no_bit_of_a_sealed_entry_can_be_changed),
        cmocka_unit_test(test_the_longest_text_fits_and_no_longer_one),
        cmocka_unit_test(test_what_is_inside_is_looked_at),
        cmocka_unit_test(test_rows_of_bodies),
        cmocka_unit_test(test_the_body_of_a_chain_comes_back),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
