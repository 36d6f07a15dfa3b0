/* Records on their way: numbered without gaps, kept until they are durable, taken back from the
 * end. */
#include "check.h"

#include "node/journal.h"

#include <stdio.h>

static void push(struct journal *j, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "record %llu", (unsigned long long)j->next);
        const struct journal_item item = {.kind = JOURNAL_OUR_ENTRY, .number = j->next * 2};
        assert_int_equal(journal_push(j, &item, (const uint8_t *)text, (size_t)len), LTH_OK);
    }
}

static void check_item(const struct journal *j, uint64_t record)
{
    char text[32];
    int len = snprintf(text, sizeof text, "record %llu", (unsigned long long)record);
    const struct journal_item *item = journal_get(j, record);
    assert_non_null(item);
    assert_int_equal(item->len, len);
    assert_memory_equal(item->bytes, text, item->len);
    assert_true(item->number == record * 2);
}

static void test_records_stay_where_they_are_while_the_ring_grows(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, 61); /* the first ring ends between 63 and 64 */
    for (unsigned i = 0; i < 1000; i++) {
        push(&j, 1);
        check_item(&j, 61);
        check_item(&j, 61 + i);
    }
    for (uint64_t n = 61; n < 1061; n++)
        check_item(&j, n);
    assert_null(journal_get(&j, 60));
    assert_null(journal_get(&j, 1061));
    journal_clear(&j);
}

static void test_only_durable_records_are_forgotten_oldest_first(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, 1);
    push(&j, 100);
    size_t all = j.bytes;
    journal_trim(&j, 0);
    assert_int_equal(j.bytes, all); /* none is durable */
    j.durable = 40;
    journal_trim(&j, all - 8);
    assert_null(journal_get(&j, 1));
    check_item(&j, 2);
    journal_trim(&j, 0);
    assert_null(journal_get(&j, 40));
    check_item(&j, 41);
    check_item(&j, 100);
    j.durable = 100;
    journal_trim(&j, 0);
    assert_int_equal(j.bytes, 0);
    assert_null(journal_get(&j, 100));
    journal_clear(&j);
}

static void test_the_ring_goes_round_without_growing(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, 1);
    push(&j, 10);
    size_t capacity = j.capacity;
    for (unsigned round = 0; round < 100; round++) {
        j.durable = j.next - 1;
        journal_trim(&j, 0);
        push(&j, 10);
        check_item(&j, j.next - 10);
        check_item(&j, j.next - 1);
    }
    assert_int_equal(j.capacity, capacity);
    journal_clear(&j);
}

static void test_the_newest_are_taken_back_first_and_their_numbers_are_free(void **state)
{
    (void)state;
    struct journal j;
    struct journal_item item;
    journal_init(&j, 5);
    push(&j, 10); /* 5 to 14 */
    size_t before = journal_get(&j, 5)->len + journal_get(&j, 6)->len + journal_get(&j, 7)->len;
    for (uint64_t n = 14; n >= 8; n--) {
        assert_true(journal_pop(&j, 8, &item));
        assert_true(item.number == n * 2);
        assert_null(item.bytes);
    }
    assert_false(journal_pop(&j, 8, &item));
    assert_true(j.next == 8);
    assert_int_equal(j.bytes, before);
    push(&j, 1);
    check_item(&j, 8);
    check_item(&j, 7);
    journal_clear(&j);
}

static void test_nothing_is_taken_back_from_an_empty_journal(void **state)
{
    (void)state;
    struct journal j;
    struct journal_item item;
    journal_init(&j, 1);
    assert_false(journal_pop(&j, 1, &item));
    push(&j, 3);
    j.durable = 3;
    journal_trim(&j, 0);
    assert_false(journal_pop(&j, 1, &item));
    assert_true(j.next == 4);
    journal_clear(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_stay_where_they_are_while_the_ring_grows),
        cmocka_unit_test(test_only_durable_records_are_forgotten_oldest_first),
        cmocka_unit_test(test_the_ring_goes_round_without_growing),
        cmocka_unit_test(test_the_newest_are_taken_back_first_and_their_numbers_are_free),
        cmocka_unit_test(test_nothing_is_taken_back_from_an_empty_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
