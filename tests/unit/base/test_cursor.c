/* What a reader and a writer promise: a field whole or not at all, and no way back from spoiled. */
#include "check.h"

#include "base/cursor.h"

static void test_fields_come_back_as_they_went_in(void **state)
{
    (void)state;
    uint8_t bytes[18], tail[3];
    size_t len;
    struct writer w = writer_over(bytes, sizeof bytes);
    write_u8(&w, 0xfe);
    write_u16(&w, 0x0102);
    write_u32(&w, 0x03040506);
    write_u64(&w, 0x0708090a0b0c0d0e);
    write_bytes(&w, "abc", 3);
    assert_int_equal(writer_finish(&w, &len), LTH_OK);
    assert_int_equal(len, sizeof bytes);

    struct reader r = reader_over(bytes, len);
    assert_int_equal(read_u8(&r), 0xfe);
    assert_int_equal(read_u16(&r), 0x0102);
    assert_int_equal(read_u32(&r), 0x03040506);
    assert_true(read_u64(&r) == 0x0708090a0b0c0d0e);
    read_bytes(&r, tail, sizeof tail);
    assert_memory_equal(tail, "abc", 3);
    assert_int_equal(reader_finish(&r), LTH_OK);
}

static void test_reading_past_the_end_spoils_the_reader(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    struct reader r = reader_over(bytes, sizeof bytes);
    assert_int_equal(read_u32(&r), 0);
    assert_int_equal(read_u8(&r), 0); /* there would be one, but spoiled stays spoiled */
    assert_null(read_view(&r, 0));
    assert_int_equal(reader_finish(&r), LTH_MALFORMED);
}

static void test_bytes_left_over_are_malformed(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2};
    struct reader r = reader_over(bytes, sizeof bytes);
    read_u8(&r);
    assert_int_equal(reader_left(&r), 1);
    assert_int_equal(reader_finish(&r), LTH_MALFORMED);
}

static void test_a_field_that_does_not_fit_is_not_written_in_part(void **state)
{
    (void)state;
    uint8_t bytes[3] = {9, 9, 9};
    size_t len = 77;
    struct writer w = writer_over(bytes, sizeof bytes);
    write_u8(&w, 1);
    write_u32(&w, 0xffffffff);
    write_u8(&w, 2); /* would fit, but spoiled stays spoiled */
    assert_int_equal(writer_finish(&w, &len), LTH_TOO_LONG);
    assert_int_equal(len, 77);
    assert_memory_equal(bytes, ((uint8_t[]){1, 9, 9}), 3);
}

static void test_an_empty_window_needs_no_bytes(void **state)
{
    (void)state;
    struct reader r = reader_over(NULL, 0);
    struct writer w = writer_over(NULL, 0);
    size_t len;
    read_bytes(&r, NULL, 0);
    write_bytes(&w, NULL, 0);
    assert_int_equal(reader_finish(&r), LTH_OK);
    assert_int_equal(writer_finish(&w, &len), LTH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_come_back_as_they_went_in),
        cmocka_unit_test(test_reading_past_the_end_spoils_the_reader),
        cmocka_unit_test(test_bytes_left_over_are_malformed),
        cmocka_unit_test(test_a_field_that_does_not_fit_is_not_written_in_part),
        cmocka_unit_test(test_an_empty_window_needs_no_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
