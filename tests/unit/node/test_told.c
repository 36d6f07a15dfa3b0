/* What was told and not shown is listed until it has been shown, in the order it was told. */
#include "check.h"

#include "node/told.h"

#include <stdlib.h>

static void add(struct told *t, uint64_t as)
{
    const struct place place = {NULL, as};
    told_add(t, &place, as);
}

static void test_what_has_been_shown_is_listed_no_more(void **state)
{
    struct told t = {0};
    (void)state;
    add(&t, 3);
    add(&t, 5);
    add(&t, 9);
    assert_int_equal(told_shown(&t, 2), 0);
    assert_int_equal(told_shown(&t, 7), 5);
    assert_int_equal(told_shown(&t, 7), 0);
    assert_int_equal(t.count - t.shown, 1);
    assert_int_equal(t.messages[t.shown].as, 9);
    told_clear(&t);
}

static void test_a_mark_beyond_what_was_told_moves_no_further(void **state)
{
    struct told t = {0};
    (void)state;
    assert_int_equal(told_shown(&t, UINT64_MAX), 0);
    add(&t, 3);
    assert_int_equal(told_shown(&t, UINT64_MAX), 3);
    add(&t, 4); /* the room is used again */
    assert_int_equal(t.count, 1);
    assert_int_equal(t.shown, 0);
    told_clear(&t);
}

static void test_behind_one_that_found_no_room_nothing_is_listed(void **state)
{
    struct told t = {0};
    (void)state;
    for (uint64_t i = 1; i <= TOLD_MAX + 1; i++)
        add(&t, i);
    assert_int_equal(t.count, TOLD_MAX);
    assert_int_equal(told_shown(&t, UINT64_MAX), TOLD_MAX);
    add(&t, TOLD_MAX + 2);
    assert_int_equal(told_shown(&t, UINT64_MAX), 0);
    told_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_has_been_shown_is_listed_no_more),
        cmocka_unit_test(test_a_mark_beyond_what_was_told_moves_no_further),
        cmocka_unit_test(test_behind_one_that_found_no_room_nothing_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
