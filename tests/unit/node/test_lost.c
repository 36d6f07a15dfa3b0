/* A chunk that is given back counts when its end is what we signed. */
#include "check.h"

#include "node/lost.h"

static const uint8_t none[HASH_LEN];

/* The point of a feed of count entries, each the one byte of its number. */
static struct feed_point end_of(uint8_t count)
{
    struct feed_point end = {.feed = {.incarnation = 5}, .number = count};
    uint8_t hash[HASH_LEN] = {0};
    for (uint8_t number = 1; number <= count; number++) {
        memcpy(end.hash, hash, HASH_LEN);
        entry_hash(&end.feed, number, end.hash, &number, 1, hash);
    }
    memcpy(end.hash, hash, HASH_LEN);
    return end;
}

static void test_a_chunk_is_whole_when_its_end_has_come(void **state)
{
    (void)state;
    const struct feed_point end = end_of(3);
    struct lost *l = lost_new(&end, 0, none);
    for (uint8_t number = 1; number <= 3; number++) {
        assert_false(lost_is_whole(l));
        assert_int_equal(lost_take(l, &number, 1), LTH_OK);
    }
    assert_true(lost_is_whole(l));
    assert_memory_equal(l->bytes.bytes, "\0\1\1\0\1\2\0\1\3", 9);
    lost_free(l);
}

static void test_a_chunk_may_begin_where_we_end(void **state)
{
    (void)state;
    const struct feed_point end = end_of(5), ours = end_of(3);
    struct lost *l = lost_new(&end, 3, ours.hash);
    assert_int_equal(lost_take(l, (const uint8_t *)"\4", 1), LTH_OK);
    assert_int_equal(lost_take(l, (const uint8_t *)"\5", 1), LTH_OK);
    assert_true(lost_is_whole(l));
    lost_free(l);
}

static void test_any_other_entry_on_the_way_is_found_out_at_the_end(void **state)
{
    (void)state;
    const struct feed_point end = end_of(3);
    for (uint8_t wrong = 1; wrong <= 3; wrong++) {
        struct lost *l = lost_new(&end, 0, none);
        for (uint8_t number = 1; number <= 3; number++) {
            uint8_t content = number == wrong ? 9 : number;
            assert_int_equal(lost_take(l, &content, 1), number < 3 ? LTH_OK : LTH_FORGED);
        }
        lost_free(l);
    }
}

static void test_a_chunk_is_bounded(void **state)
{
    (void)state;
    const struct feed_point end = end_of(200);
    static const uint8_t content[16 * 1024];
    struct lost *l = lost_new(&end, 0, none);
    size_t taken = 0;
    while (lost_take(l, content, sizeof content) == LTH_OK)
        taken++;
    assert_int_equal(taken, LOST_MAX / (sizeof content + 2));
    lost_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chunk_is_whole_when_its_end_has_come),
        cmocka_unit_test(test_a_chunk_may_begin_where_we_end),
        cmocka_unit_test(test_any_other_entry_on_the_way_is_found_out_at_the_end),
        cmocka_unit_test(test_a_chunk_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
