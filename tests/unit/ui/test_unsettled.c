/* Silence means all is well: only what took too long is spoken of, and each once. */
#include "check.h"

#include "ui/unsettled.h"

static const struct unsettled_place nowhere;

static void test_what_comes_quickly_is_not_spoken_of(void **state)
{
    (void)state;
    struct unsettled u = {0};
    struct unsettled_place place;
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    unsettled_add(&u, id, &nowhere, 100);
    assert_int_equal(u.open, 1);
    assert_false(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS - 1, &place));
    assert_false(unsettled_has_come(&u, id));
    assert_int_equal(u.open, 0);
    assert_false(unsettled_take_late(&u, 100000, &place));
    unsettled_clear(&u);
}

static void test_a_late_one_is_told_once_with_its_place_and_so_is_its_coming(void **state)
{
    (void)state;
    struct unsettled u = {0};
    struct unsettled_place place;
    const struct unsettled_place somewhere = {.conversation = {7}, .from = {8}};
    const uint8_t first[MESSAGE_ID_LEN] = {1}, second[MESSAGE_ID_LEN] = {2};
    unsettled_add(&u, first, &somewhere, 100);
    unsettled_add(&u, second, &nowhere, 1000);
    assert_true(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS, &place));
    assert_memory_equal(&place, &somewhere, sizeof place);
    assert_false(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS, &place));
    assert_int_equal(u.open, 1);
    assert_true(unsettled_take_late(&u, 1000 + UNSETTLED_PATIENCE_MS, &place));
    assert_false(unsettled_take_late(&u, 100000, &place));
    assert_int_equal(u.open, 0);
    assert_true(unsettled_has_come(&u, first));
    unsettled_clear(&u);
}

static void test_what_comes_many_times_at_once_is_not_spoken_of_either(void **state)
{
    (void)state;
    struct unsettled u = {0};
    struct unsettled_place place;
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    unsettled_add(&u, id, &nowhere, 100);
    for (int member = 0; member < 30; member++)
        assert_false(unsettled_has_come(&u, id));
    assert_int_equal(u.open, 0);
    assert_false(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS, &place));
    assert_true(unsettled_has_come(&u, id)); /* by now it is late */
    unsettled_clear(&u);
}

static void test_a_message_told_of_twice_is_one(void **state)
{
    (void)state;
    struct unsettled u = {0};
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    unsettled_add(&u, id, &nowhere, 100);
    unsettled_add(&u, id, &nowhere, 200);
    assert_int_equal(u.open, 1);
    unsettled_clear(&u);
}

static void test_messages_of_earlier_runs_have_waited(void **state)
{
    (void)state;
    struct unsettled u = {0};
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    assert_true(unsettled_has_come(&u, id));
    unsettled_clear(&u);
}

static void test_no_more_than_the_limit_are_followed(void **state)
{
    (void)state;
    struct unsettled u = {0};
    uint8_t id[MESSAGE_ID_LEN] = {0};
    for (unsigned i = 0; i < 2 * UNSETTLED_MAX; i++) {
        id[0] = (uint8_t)i;
        id[1] = (uint8_t)(i >> 8);
        unsettled_add(&u, id, &nowhere, 0);
    }
    assert_int_equal(u.open, UNSETTLED_MAX);
    unsettled_clear(&u);
    assert_int_equal(u.open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_quickly_is_not_spoken_of),
        cmocka_unit_test(test_a_late_one_is_told_once_with_its_place_and_so_is_its_coming),
        cmocka_unit_test(test_what_comes_many_times_at_once_is_not_spoken_of_either),
        cmocka_unit_test(test_a_message_told_of_twice_is_one),
        cmocka_unit_test(test_messages_of_earlier_runs_have_waited),
        cmocka_unit_test(test_no_more_than_the_limit_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
