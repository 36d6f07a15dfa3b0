/* Messages are counted by conversation and person, in the order of their first. */
#include "check.h"

#include "ui/tally.h"

static void add(struct tally *t, uint8_t conversation, uint8_t person)
{
    const uint8_t at[CONVERSATION_ID_LEN] = {conversation}, who[ID_LEN] = {person};
    tally_add(t, at, who);
}

static void test_each_person_is_counted_in_each_conversation(void **state)
{
    (void)state;
    struct tally t = {0};
    add(&t, 1, 7);
    add(&t, 1, 8);
    add(&t, 1, 7);
    add(&t, 2, 7);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.items[0].messages, 2);
    assert_int_equal(t.items[1].messages, 1);
    assert_int_equal(t.items[2].conversation[0], 2);
    tally_clear(&t);
}

static void test_a_conversation_is_dropped_and_the_others_stay_in_order(void **state)
{
    (void)state;
    struct tally t = {0};
    add(&t, 1, 7);
    add(&t, 2, 7);
    add(&t, 1, 8);
    add(&t, 3, 7);
    tally_drop(&t, (const uint8_t[CONVERSATION_ID_LEN]){1});
    assert_int_equal(t.count, 2);
    assert_int_equal(t.items[0].conversation[0], 2);
    assert_int_equal(t.items[1].conversation[0], 3);
    tally_clear(&t);
    assert_int_equal(t.count, 0);
}

static void test_no_more_than_the_limit_are_counted(void **state)
{
    (void)state;
    struct tally t = {0};
    for (unsigned i = 0; i < TALLY_MAX + 10; i++)
        add(&t, (uint8_t)i, (uint8_t)(i >> 8));
    assert_int_equal(t.count, TALLY_MAX);
    add(&t, 0, 0);
    assert_int_equal(t.items[0].messages, 2);
    tally_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_person_is_counted_in_each_conversation),
        cmocka_unit_test(test_a_conversation_is_dropped_and_the_others_stay_in_order),
        cmocka_unit_test(test_no_more_than_the_limit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
