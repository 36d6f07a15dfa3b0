/* Records side by side: what goes in comes out, and a frame never takes more than it may. */
#include "check.h"

#include "store/pack.h"
#include "store/store.h"

#include <stdlib.h>

static void test_packed_records_come_back_in_order(void **state)
{
    (void)state;
    struct buffer b = {0};
    const uint8_t *bytes;
    size_t len;
    CHECK_ERR(pack_add(&b, (const uint8_t *)"one", 3), LTH_OK, "one");
    CHECK_ERR(pack_add(&b, (const uint8_t *)"three", 5), LTH_OK, "three");
    struct reader r = reader_over(b.bytes, b.len);
    CHECK_ERR(pack_next(&r, &bytes, &len), LTH_OK, "first");
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "one", 3);
    CHECK_ERR(pack_next(&r, &bytes, &len), LTH_OK, "second");
    assert_memory_equal(bytes, "three", 5);
    CHECK_ERR(pack_next(&r, &bytes, &len), LTH_NOT_FOUND, "end");
    CHECK_ERR(pack_pick(b.bytes, b.len, 1, &bytes, &len), LTH_OK, "by position");
    assert_int_equal(len, 5);
    CHECK_ERR(pack_pick(b.bytes, b.len, 2, &bytes, &len), LTH_NOT_FOUND, "position after");
    buffer_clear(&b);
}

static void test_bytes_that_are_no_records_are_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t bytes[4];
        size_t len;
    } rows[] = {
        {"half a length", {0}, 1},
        {"empty record", {0, 0}, 2},
        {"cut record", {0, 2, 'a'}, 3},
        {"longest length, nothing after it", {0xff, 0xff}, 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct reader r = reader_over(rows[i].bytes, rows[i].len);
        const uint8_t *bytes;
        size_t len;
        CHECK_ERR(pack_next(&r, &bytes, &len), LTH_MALFORMED, rows[i].name);
    }
}

static void test_a_record_out_of_bounds_is_refused(void **state)
{
    (void)state;
    struct buffer b = {0};
    uint8_t *bytes = calloc(1, STORE_RECORD_MAX + 1);
    CHECK_ERR(pack_add(&b, bytes, 0), LTH_MALFORMED, "empty");
    CHECK_ERR(pack_add(&b, bytes, STORE_RECORD_MAX + 1), LTH_TOO_LONG, "over");
    assert_int_equal(b.len, 0);
    CHECK_ERR(pack_add(&b, bytes, STORE_RECORD_MAX), LTH_OK, "longest");
    assert_int_equal(b.len, pack_size(STORE_RECORD_MAX));
    buffer_clear(&b);
    free(bytes);
}

static void test_a_slice_ends_at_either_limit_of_a_frame(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t record_len, count, want;
    } rows[] = {
        {"all fit", 200, 1000, 1000},
        {"bytes run out", STORE_RECORD_MAX, 20, PACK_FRAME_MAX / (STORE_RECORD_MAX + 2)},
        {"count runs out", 1, PACK_COUNT_MAX + 5, PACK_COUNT_MAX},
        {"one", STORE_RECORD_MAX, 1, 1},
    };
    uint8_t *bytes = calloc(1, STORE_RECORD_MAX);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer b = {0};
        uint16_t count;
        for (size_t n = 0; n < rows[i].count; n++)
            CHECK_ERR(pack_add(&b, bytes, rows[i].record_len), LTH_OK, rows[i].name);
        size_t len = pack_slice(b.bytes, b.len, &count);
        CHECK(count == rows[i].want, rows[i].name);
        CHECK(len == rows[i].want * pack_size(rows[i].record_len), rows[i].name);
        CHECK(len <= PACK_FRAME_MAX, rows[i].name);
        buffer_clear(&b);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed_records_come_back_in_order),
        cmocka_unit_test(test_bytes_that_are_no_records_are_malformed),
        cmocka_unit_test(test_a_record_out_of_bounds_is_refused),
        cmocka_unit_test(test_a_slice_ends_at_either_limit_of_a_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
