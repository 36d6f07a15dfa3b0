/* An array that grows keeps what it holds, and loses nothing when it cannot. */
#include "check.h"

#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

static void test_a_thousand_elements_one_by_one(void **state)
{
    (void)state;
    uint32_t *numbers = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(grow((void **)&numbers, i, &capacity, sizeof *numbers));
        numbers[i] = i;
    }
    assert_in_range(capacity, 1000, 2000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void test_with_room_left_nothing_moves(void **state)
{
    (void)state;
    char *letters = NULL;
    size_t capacity = 0;
    assert_true(grow((void **)&letters, 0, &capacity, 1));
    const char *before = letters;
    size_t room = capacity;
    assert_true(grow((void **)&letters, room - 1, &capacity, 1));
    assert_ptr_equal(letters, before);
    assert_int_equal(capacity, room);
    free(letters);
}

static void test_what_cannot_be_had_changes_nothing(void **state)
{
    (void)state;
    char *letters = NULL;
    size_t capacity = 0, huge = SIZE_MAX / 8;
    assert_true(grow((void **)&letters, 0, &capacity, 1));
    letters[0] = 'x';
    size_t room = capacity;
    assert_false(grow((void **)&letters, room, &capacity, huge));
    assert_int_equal(capacity, room);
    assert_int_equal(letters[0], 'x');
    free(letters);
}

static void test_room_for_many_at_once_keeps_what_is_there(void **state)
{
    (void)state;
    uint32_t *numbers = NULL;
    size_t capacity = 0;
    assert_true(grow_to((void **)&numbers, 1, &capacity, sizeof *numbers));
    numbers[0] = 7;
    assert_true(grow_to((void **)&numbers, 1000, &capacity, sizeof *numbers));
    assert_in_range(capacity, 1000, 2000);
    numbers[999] = 8;
    assert_int_equal(numbers[0], 7);
    assert_true(grow_to((void **)&numbers, 0, &capacity, sizeof *numbers));
    assert_false(grow_to((void **)&numbers, SIZE_MAX / 8, &capacity, SIZE_MAX / 1024));
    assert_int_equal(numbers[999], 8);
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thousand_elements_one_by_one),
        cmocka_unit_test(test_with_room_left_nothing_moves),
        cmocka_unit_test(test_what_cannot_be_had_changes_nothing),
        cmocka_unit_test(test_room_for_many_at_once_keeps_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
