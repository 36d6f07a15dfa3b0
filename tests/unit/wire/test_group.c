/* A group and a list: a whole number of items, within its limits; and the one key. */
#include "check.h"

#include "wire/group.h"

#include <stdlib.h>

typedef enum lth_err parse(const uint8_t *bytes, size_t len, struct group_list *out);

enum { ROOM = HASH_LEN + 1 + (GROUP_LIST_MAX + 1) * GROUP_WANT_LEN };

static const uint8_t group[HASH_LEN] = {[0] = 1, [31] = 2};

static const struct {
    const char *name;
    parse *parse;
    size_t front_len, item_len, min;
} lists[] = {
    {"ROSTER", group_roster_parse, HASH_LEN + 1, HASH_LEN, 0},
    {"WANT", group_want_parse, HASH_LEN, GROUP_WANT_LEN, 1},
    {"KEY_WANTED", group_key_wanted_parse, HASH_LEN, HASH_LEN, 1},
};

static struct group_want want(size_t i)
{
    return (struct group_want){
        .author = {(uint8_t)i, (uint8_t)(i >> 8)}, .incarnation = i + 10, .number = UINT64_MAX - i};
}

static void hash_of(size_t i, uint8_t out[HASH_LEN])
{
    memset(out, 7, HASH_LEN);
    out[0] = (uint8_t)i;
    out[31] = (uint8_t)(i >> 8);
}

static size_t write_list(uint8_t bytes[ROOM], size_t row, size_t count)
{
    struct writer w = writer_over(bytes, ROOM);
    if (lists[row].parse == group_roster_parse)
        group_roster_begin(&w, group, 0);
    else
        group_begin(&w, group);
    for (size_t i = 0; i < count; i++) {
        const struct group_want item = want(i);
        uint8_t hash[HASH_LEN];
        hash_of(i, hash);
        if (lists[row].item_len == GROUP_WANT_LEN)
            group_add_want(&w, &item);
        else
            group_add_hash(&w, hash);
    }
    assert_false(w.spoiled);
    assert_int_equal(writer_len(&w), lists[row].front_len + count * lists[row].item_len);
    return writer_len(&w);
}

static void expect_item(struct group_list *list, size_t item_len, size_t i, const char *row)
{
    const struct group_want wanted = want(i);
    struct group_want item;
    uint8_t hash[HASH_LEN], got[HASH_LEN];
    hash_of(i, hash);
    if (item_len == GROUP_WANT_LEN)
        CHECK(group_next_want(list, &item) && memcmp(&item, &wanted, sizeof item) == 0, row);
    else
        CHECK(group_next_hash(list, got) && memcmp(got, hash, HASH_LEN) == 0, row);
}

static void test_a_list_comes_back_as_it_went_in(void **state)
{
    static const size_t counts[] = {0, 1, 2, GROUP_LIST_MAX};
    static uint8_t bytes[ROOM];
    (void)state;
    for (size_t row = 0; row < LENGTH(lists); row++)
        for (size_t n = lists[row].min; n < LENGTH(counts); n++) {
            const size_t item_len = lists[row].item_len;
            struct group_list list;
            struct group_want item;
            uint8_t hash[HASH_LEN];
            size_t len = write_list(bytes, row, counts[n]);
            CHECK_ERR(lists[row].parse(bytes, len, &list), LTH_OK, lists[row].name);
            CHECK(memcmp(list.group, group, HASH_LEN) == 0, lists[row].name);
            CHECK(list.count == counts[n], lists[row].name);
            for (size_t i = 0; i < counts[n]; i++)
                expect_item(&list, item_len, i, lists[row].name);
            assert_false(group_next_want(&list, &item));
            assert_false(group_next_hash(&list, hash));
        }
}

/* From memory of exactly len bytes. */
static enum lth_err parse_exact(parse *function, const uint8_t *bytes, size_t len)
{
    struct group_list list;
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    enum lth_err err = function(exact, len, &list);
    free(exact);
    return err;
}

static void test_only_whole_items_are_well_formed(void **state)
{
    static uint8_t bytes[ROOM];
    (void)state;
    for (size_t row = 0; row < LENGTH(lists); row++) {
        size_t whole = write_list(bytes, row, 3);
        for (size_t len = 0; len <= whole; len++) {
            size_t rest = len < lists[row].front_len ? 1 : len - lists[row].front_len;
            bool good =
                rest % lists[row].item_len == 0 && rest / lists[row].item_len >= lists[row].min;
            CHECK_ERR(parse_exact(lists[row].parse, bytes, len), good ? LTH_OK : LTH_MALFORMED,
                      lists[row].name);
        }
    }
}

static void test_513_items_are_too_many(void **state)
{
    static uint8_t bytes[ROOM];
    (void)state;
    for (size_t row = 0; row < LENGTH(lists); row++) {
        size_t len = write_list(bytes, row, GROUP_LIST_MAX + 1);
        CHECK_ERR(parse_exact(lists[row].parse, bytes, len), LTH_MALFORMED, lists[row].name);
        len -= lists[row].item_len;
        CHECK_ERR(parse_exact(lists[row].parse, bytes, len), LTH_OK, lists[row].name);
    }
}

static void test_a_roster_says_whether_it_is_an_answer(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= 0xff; flags++) { /* those we do not know are ignored */
        uint8_t bytes[HASH_LEN + 1];
        struct writer w = writer_over(bytes, sizeof bytes);
        struct group_list list;
        group_roster_begin(&w, group, (uint8_t)flags);
        assert_int_equal(group_roster_parse(bytes, sizeof bytes, &list), LTH_OK);
        assert_int_equal(list.is_answer, flags & GROUP_ANSWER);
    }
}

static void test_a_key_comes_back_and_has_one_length(void **state)
{
    const struct group_key key = {.group = {1}, .chain = {2}, .key = {3}};
    uint8_t bytes[GROUP_KEY_LEN + 1] = {0};
    (void)state;
    group_key_write(&key, bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct group_key back;
        uint8_t *exact = malloc(len + !len);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        enum lth_err wanted = len == GROUP_KEY_LEN ? LTH_OK : LTH_MALFORMED;
        assert_int_equal(group_key_parse(exact, len, &back), wanted);
        if (wanted == LTH_OK)
            assert_memory_equal(&back, &key, sizeof key);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_comes_back_as_it_went_in),
        cmocka_unit_test(test_only_whole_items_are_well_formed),
        cmocka_unit_test(test_513_items_are_too_many),
        cmocka_unit_test(test_a_roster_says_whether_it_is_an_answer),
        cmocka_unit_test(test_a_key_comes_back_and_has_one_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
