/* The list of errors: a sentence for each, and no two alike. */
#include "check.h"

static const struct {
    const char *name;
    enum lth_err value;
} rows[] = {
#define ROW(name, words) {#name, name},
    LTH_ERRORS(ROW)
#undef ROW
};

static void test_every_error_has_words_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        CHECK(lth_strerror(rows[i].value)[0], rows[i].name);
        for (size_t other = 0; other < i; other++)
            CHECK(strcmp(lth_strerror(rows[i].value), lth_strerror(rows[other].value)) != 0,
                  rows[i].name);
    }
}

static void test_ok_is_zero_and_the_words_stand_in_the_order_of_the_list(void **state)
{
    (void)state;
    assert_int_equal(LTH_OK, 0);
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK((size_t)rows[i].value == i, rows[i].name);
    assert_string_equal(lth_strerror(LTH_OK), "ok");
    assert_string_equal(lth_strerror(LTH_UNAVAILABLE), "not available here");
}

static void test_a_value_outside_the_list_has_words_too(void **state)
{
    (void)state;
    assert_string_equal(lth_strerror((enum lth_err)LENGTH(rows)), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_error_has_words_of_its_own),
        cmocka_unit_test(test_ok_is_zero_and_the_words_stand_in_the_order_of_the_list),
        cmocka_unit_test(test_a_value_outside_the_list_has_words_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
