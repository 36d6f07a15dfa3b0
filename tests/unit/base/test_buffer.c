/* Bytes that grow at the end and shrink at the start. */
#include "check.h"

#include "base/buffer.h"

static void test_what_is_appended_stands_in_order(void **state)
{
    (void)state;
    struct buffer b = {0};
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t pair[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        assert_int_equal(buffer_append(&b, pair, sizeof pair), LTH_OK);
    }
    assert_int_equal(b.len, 2000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(b.bytes[2 * i] << 8 | b.bytes[2 * i + 1], i);
    buffer_clear(&b);
}

static void test_appending_nothing_is_fine(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_append(&b, NULL, 0), LTH_OK);
    assert_int_equal(b.len, 0);
    buffer_clear(&b);
}

static void test_dropping_moves_the_rest_to_the_front(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_drop(&b, 0); /* an empty buffer has no bytes to move */
    assert_int_equal(buffer_append(&b, "abcdef", 6), LTH_OK);
    buffer_drop(&b, 0);
    buffer_drop(&b, 2);
    assert_int_equal(b.len, 4);
    assert_memory_equal(b.bytes, "cdef", 4);
    buffer_drop(&b, 4);
    assert_int_equal(b.len, 0);
    buffer_clear(&b);
}

static void test_room_is_writable_and_counts_once_it_is_used(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_append(&b, "x", 1), LTH_OK);
    uint8_t *room = buffer_room(&b, 100000);
    assert_non_null(room);
    memset(room, 'y', 100000);
    assert_int_equal(b.len, 1);
    b.len += 100000;
    assert_int_equal(b.bytes[0], 'x');
    assert_int_equal(b.bytes[100000], 'y');
    assert_non_null(buffer_room(&b, 0));
    buffer_clear(&b);
}

static void test_formatted_text_is_appended_without_its_zero(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_printf(&b, "%d-", 7), LTH_OK);
    assert_int_equal(buffer_printf(&b, "%0*d", 5000, 0), LTH_OK);
    assert_int_equal(b.len, 5002);
    assert_memory_equal(b.bytes, "7-000", 5);
    assert_int_equal(buffer_printf(&b, "%s", ""), LTH_OK);
    assert_int_equal(b.len, 5002);
    buffer_clear(&b);
}

static void test_a_cleared_buffer_is_empty_and_usable(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_clear(&b);
    assert_int_equal(buffer_append(&b, "abc", 3), LTH_OK);
    buffer_clear(&b);
    assert_null(b.bytes);
    assert_int_equal(buffer_append(&b, "de", 2), LTH_OK);
    assert_memory_equal(b.bytes, "de", 2);
    buffer_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_appended_stands_in_order),
        cmocka_unit_test(test_appending_nothing_is_fine),
        cmocka_unit_test(test_dropping_moves_the_rest_to_the_front),
        cmocka_unit_test(test_room_is_writable_and_counts_once_it_is_used),
        cmocka_unit_test(test_formatted_text_is_appended_without_its_zero),
        cmocka_unit_test(test_a_cleared_buffer_is_empty_and_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
