/* A run of entries: each whole or none, and never a byte beyond the message. */
#include "check.h"

#include "wire/entries.h"

#include <stdlib.h>

enum { ROOM = 512 };

static const struct feed_id feed = {.conversation = {1}, .author = {2}, .incarnation = 3};
static const uint8_t prev[HASH_LEN] = {4};

static size_t make_run(uint8_t bytes[ROOM], uint64_t first)
{
    struct writer w = writer_over(bytes, ROOM);
    entries_begin(&w, &feed, first, prev);
    assert_true(entries_add(&w, (const uint8_t *)"one", 3));
    assert_true(entries_add(&w, NULL, 0));
    assert_true(entries_add(&w, (const uint8_t *)"three", 5));
    assert_false(w.spoiled);
    return writer_len(&w);
}

static void check_next(struct entries *run, const char *want)
{
    const uint8_t *content;
    size_t len;
    CHECK_ERR(entries_next(run, &content, &len), LTH_OK, want);
    CHECK(len == strlen(want) && memcmp(content, want, len) == 0, want);
}

static void test_a_run_comes_back_as_it_went_in(void **state)
{
    (void)state;
    uint8_t bytes[ROOM];
    struct entries run;
    const uint8_t *content;
    size_t len = make_run(bytes, 7);
    assert_int_equal(len, ENTRIES_HEADER_LEN + 2 + 3 + 2 + 0 + 2 + 5);
    assert_int_equal(entries_parse(bytes, len, &run), LTH_OK);
    assert_memory_equal(&run.feed, &feed, sizeof feed);
    assert_true(run.first == 7);
    assert_memory_equal(run.prev, prev, HASH_LEN);
    check_next(&run, "one");
    check_next(&run, "");
    check_next(&run, "three");
    assert_int_equal(entries_next(&run, &content, &len), LTH_NOT_FOUND);
    assert_int_equal(entries_next(&run, &content, &len), LTH_NOT_FOUND);
}

static void test_a_run_may_be_empty_but_not_begin_at_0(void **state)
{
    (void)state;
    uint8_t bytes[ROOM];
    struct entries run;
    const uint8_t *content;
    size_t len;
    make_run(bytes, 1);
    assert_int_equal(entries_parse(bytes, ENTRIES_HEADER_LEN, &run), LTH_OK);
    assert_int_equal(entries_next(&run, &content, &len), LTH_NOT_FOUND);
    len = make_run(bytes, 0);
    assert_int_equal(entries_parse(bytes, len, &run), LTH_MALFORMED);
}

static size_t count_entries(struct entries *run, enum lth_err *last)
{
    const uint8_t *content;
    size_t count = 0, len;
    while ((*last = entries_next(run, &content, &len)) == LTH_OK) {
        count++;
        for (size_t i = 0; i < len; i++) /* each byte can be read */
            assert_true(content[i] >= 'a' && content[i] <= 'z');
    }
    return count;
}

static void test_a_run_cut_anywhere_yields_whole_entries_only(void **state)
{
    (void)state;
    uint8_t bytes[ROOM];
    const size_t whole = make_run(bytes, 1), ends[] = {ENTRIES_HEADER_LEN, ENTRIES_HEADER_LEN + 5,
                                                       ENTRIES_HEADER_LEN + 7, whole};
    for (size_t len = 0; len < whole; len++) {
        struct entries run;
        uint8_t *exact = malloc(len + !len);
        enum lth_err last;
        size_t want = 0;
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        assert_int_equal(entries_parse(exact, len, &run),
                         len < ENTRIES_HEADER_LEN ? LTH_MALFORMED : LTH_OK);
        while (want < 3 && ends[want + 1] <= len)
            want++;
        if (len >= ENTRIES_HEADER_LEN) {
            assert_int_equal(count_entries(&run, &last), want);
            assert_int_equal(last, len == ends[want] ? LTH_NOT_FOUND : LTH_MALFORMED);
        }
        free(exact);
    }
}

static void test_an_entry_that_does_not_fit_is_not_written_in_part(void **state)
{
    (void)state;
    static const uint8_t content[UINT16_MAX + 1];
    uint8_t bytes[ENTRIES_HEADER_LEN + 2 + 10];
    struct writer w = writer_over(bytes, sizeof bytes);
    entries_begin(&w, &feed, 1, prev);
    assert_false(entries_add(&w, content, 11));
    assert_int_equal(writer_len(&w), ENTRIES_HEADER_LEN);
    assert_true(entries_add(&w, content, 10)); /* it was not spoiled */
    assert_false(entries_add(&w, content, 0));
    assert_false(w.spoiled);
}

static void test_an_entry_beyond_16_bits_of_length_is_refused(void **state)
{
    (void)state;
    static uint8_t content[UINT16_MAX + 1], bytes[2 * (UINT16_MAX + 1)];
    struct writer w = writer_over(bytes, sizeof bytes);
    entries_begin(&w, &feed, 1, prev);
    assert_false(entries_add(&w, content, UINT16_MAX + 1));
    assert_true(entries_add(&w, content, UINT16_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_comes_back_as_it_went_in),
        cmocka_unit_test(test_a_run_may_be_empty_but_not_begin_at_0),
        cmocka_unit_test(test_a_run_cut_anywhere_yields_whole_entries_only),
        cmocka_unit_test(test_an_entry_that_does_not_fit_is_not_written_in_part),
        cmocka_unit_test(test_an_entry_beyond_16_bits_of_length_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
