/* NAME~ID means whoever has both; whatever else a name is, it passes for no such word unmarked. */
#include "check.h"

#include "base/marked_name.h"

static const char id[] = "fqcc5ni6aaaabbbb";

static void test_a_word_means_who_has_the_name_and_the_id(void **state)
{
    (void)state;
    static const struct {
        const char *word, *name;
        bool is_one, means;
    } rows[] = {
        {"Bob~fqcc5ni6", "Bob", true, true},
        {"Bob~FQCC5NI6", "Bob", true, true},
        {"Bob~fqcc5ni6aa", "Bob", true, true},
        {"two words~fqcc5ni6", "two words", true, true},
        {"Bob~x~fqcc5ni6", "Bob~x", true, true},
        {"Bob~fqcc5ni6~fqcc5ni6", "Bob~fqcc5ni6", true, true},
        {"Bob~fqcc5ni7", "Bob", true, false},
        {"Bob~fqcc5ni6aaaabbbbc", "Bob", true, false},
        {"bob~fqcc5ni6", "Bob", true, false},
        {"Bob~fqcc5ni6", "Bo", true, false},
        {"Bob~fqcc5ni6", "Bob~fqcc5ni6", true, false},
        {"Bob~fqcc5ni", "Bob", false, false},
        {"Bob~fqcc5ni6 ", "Bob", false, false},
        {"Bob~", "Bob", false, false},
        {"Bob", "Bob", false, false},
        {"fqcc5ni6", "", false, false},
        {"", "", false, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        CHECK(marked_name_is(rows[i].word) == rows[i].is_one, rows[i].word);
        CHECK(marked_name_means(rows[i].word, rows[i].name, id) == rows[i].means, rows[i].word);
    }
}

static void test_a_name_with_any_tilde_is_like_one(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_like;
    } rows[] = {
        {"Bob~fqcc5ni6", true},      {"~", true},
        {"Bob\u223cfqcc5ni6", true}, {"Bob\uff5efqcc5ni6", true},
        {"Bob-fqcc5ni6", false},     {"Bob", false},
        {"\u65e5\u672c", false},     {"", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK(marked_name_is_like(rows[i].name) == rows[i].is_like, rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_means_who_has_the_name_and_the_id),
        cmocka_unit_test(test_a_name_with_any_tilde_is_like_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
