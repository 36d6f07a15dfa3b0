/* Names as words of a line: cut as they are typed, written as they could be typed. */
#include "check.h"

#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *line, *word, *rest; /* word NULL: none */
} cuts[] = {
    {"bob", "bob", ""},
    {"  bob \t hi  there", "bob", "hi  there"},
    {"\"Bo Peep\" hi", "Bo Peep", "hi"},
    {"\"#two words\"", "#two words", ""},
    {"#ops bob", "#ops", "bob"},
    {"\"Bo Peep", NULL, "\"Bo Peep"},
    {"\"\" x", NULL, "\"\" x"},
    {"", NULL, ""},
    {"  ", NULL, "  "},
};

static void test_a_word_ends_at_a_space_or_at_its_quote(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(cuts); i++) {
        char line[40], *rest = line;
        snprintf(line, sizeof line, "%s", cuts[i].line);
        const char *word = typed_word_cut(&rest);
        CHECK(cuts[i].word ? word && strcmp(word, cuts[i].word) == 0 : !word, cuts[i].line);
        CHECK(strcmp(rest, cuts[i].rest) == 0, cuts[i].line);
    }
}

#define HEX "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcde"

static void test_a_hash_sign_or_a_whole_id_names_a_group(void **state)
{
    (void)state;
    assert_true(typed_word_is_group("#ops"));
    assert_true(typed_word_is_group("#"));
    assert_true(typed_word_is_group(HEX "f"));
    assert_false(typed_word_is_group(HEX));
    assert_false(typed_word_is_group(HEX "f0"));
    assert_false(typed_word_is_group(HEX "g"));
    assert_false(typed_word_is_group("bob"));
    assert_false(typed_word_is_group(""));
}

static const struct {
    const char *mark, *name;
    bool can_be;
    const char *word;
} names[] = {
    {"", "bob", true, "bob"},
    {"#", "ops", true, "#ops"},
    {"#", "two words", true, "\"#two words\""},
    {"", "日本", true, "日本"},
    {"", "bad\x1b[2J", false, NULL},
    {"", "quo\"te", false, NULL},
    {"", "tab\tbed", false, NULL},
    {"", "", false, NULL},
};

static void test_what_is_written_can_be_cut_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        CHECK(typed_word_can_be(names[i].name) == names[i].can_be, names[i].name);
        if (!names[i].can_be)
            continue;
        char *word = typed_word_write(names[i].mark, names[i].name), *rest = word;
        CHECK(strcmp(word, names[i].word) == 0, names[i].name);
        const char *again = typed_word_cut(&rest) + strlen(names[i].mark);
        CHECK(strcmp(again, names[i].name) == 0 && !*rest, names[i].name);
        free(word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_ends_at_a_space_or_at_its_quote),
        cmocka_unit_test(test_a_hash_sign_or_a_whole_id_names_a_group),
        cmocka_unit_test(test_what_is_written_can_be_cut_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
