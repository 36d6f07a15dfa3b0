/* Silence means delivered: only what took too long is spoken of, and each once. */
#include "check.h"

#include "ui/unsettled.h"

static void test_a_quick_delivery_is_not_spoken_of(void **state)
{
    (void)state;
    struct unsettled u = {0};
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    unsettled_accepted(&u, id, 100);
    assert_int_equal(u.untold, 1);
    assert_int_equal(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS - 1), 0);
    assert_false(unsettled_delivered(&u, id));
    assert_int_equal(u.untold, 0);
    assert_int_equal(unsettled_take_late(&u, 100000), 0);
    unsettled_clear(&u);
}

static void test_a_late_one_is_counted_once_and_its_delivery_told(void **state)
{
    (void)state;
    struct unsettled u = {0};
    const uint8_t first[MESSAGE_ID_LEN] = {1}, second[MESSAGE_ID_LEN] = {2};
    unsettled_accepted(&u, first, 100);
    unsettled_accepted(&u, second, 1000);
    assert_int_equal(unsettled_take_late(&u, 100 + UNSETTLED_PATIENCE_MS), 1);
    assert_int_equal(u.untold, 1);
    assert_int_equal(unsettled_take_late(&u, 1000 + UNSETTLED_PATIENCE_MS), 1);
    assert_int_equal(unsettled_take_late(&u, 100000), 0);
    assert_true(unsettled_delivered(&u, first));
    unsettled_clear(&u);
}

static void test_messages_of_earlier_runs_have_waited(void **state)
{
    (void)state;
    struct unsettled u = {0};
    const uint8_t id[MESSAGE_ID_LEN] = {1};
    assert_true(unsettled_delivered(&u, id));
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
        unsettled_accepted(&u, id, 0);
    }
    assert_int_equal(u.untold, UNSETTLED_MAX);
    unsettled_clear(&u);
    assert_int_equal(u.untold, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quick_delivery_is_not_spoken_of),
        cmocka_unit_test(test_a_late_one_is_counted_once_and_its_delivery_told),
        cmocka_unit_test(test_messages_of_earlier_runs_have_waited),
        cmocka_unit_test(test_no_more_than_the_limit_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
