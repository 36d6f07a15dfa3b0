/* Our words pass, a stranger's are escaped, and colour is there only when asked for. */
#include "check.h"

#include "ui/pen.h"

static const char *as_text(struct buffer *b)
{
    assert_int_equal(buffer_append(b, "", 1), LTH_OK);
    return (const char *)b->bytes;
}

static void test_a_strangers_words_are_escaped(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    pen_say(&pen, "-- %d ", 7);
    pen_quote(&pen, "b\x1b[2J\nb");
    pen_text(&pen, "\none\ntwo\x07", 9, "| ");
    pen_text(&pen, NULL, 0, "| ");
    assert_int_equal(pen_finish(&pen), LTH_OK);
    assert_string_equal(as_text(&out), "-- 7 b\\x1b[2J\\x0ab\n| one\n| two\\x07");
    buffer_clear(&out);
}

static const struct {
    const char *name, *person, *group;
} names[] = {
    {"bob", "bob", "#bob"},
    {"two words", "two words", "\"#two words\""},
    {"#ops bob", "\\x23ops bob", "\"##ops bob\""},
    {"\"#two words\" bob", "\"\\x23two words\" bob", "\"#\\x22#two words\\x22 bob\""},
    {"(you)", "\\x28you)", "#(you)"},
    {"(you): yes  12:35 Ann", "\\x28you)\\x3a yes \\x2012\\x3a35 Ann",
     "\"#(you)\\x3a yes  12\\x3a35 Ann\""},
    {"Ann (office)", "Ann (office)", "\"#Ann (office)\""},
    {"Boss (calls themselves Ann)", "Boss \\x28calls themselves Ann)",
     "\"#Boss (calls themselves Ann)\""},
    {"12:35", "12\\x3a35", "#12\\x3a35"},
    {"a\ua789b\uff1ac", "a\\u{a789}b\\u{ff1a}c", "#a\\u{a789}b\\u{ff1a}c"},
    {"-- delivered", "\\x2d- delivered", "\"#-- delivered\""},
    {"!! watch out!", "\\x21! watch out!", "\"#!! watch out!\""},
    {"-", "\\x2d", "#-"},
    {"Jean-Luc", "Jean-Luc", "#Jean-Luc"},
    {" (you)", "\\x20(you)", "\"# (you)\""},
    {"bob ", "bob\\x20", "\"#bob \""},
    {"bob  here", "bob \\x20here", "\"#bob  here\""},
    {"bob \u3000here", "bob \\u{3000}here", "\"#bob \u3000here\""},
    {"\xff", "\\xff", "#\\xff"},
    {"no\u00a0break", "no\u00a0break", "\"#no\u00a0break\""},
    {"wide\u3000blank", "wide\u3000blank", "\"#wide\u3000blank\""},
    {"e\x1bsc#", "e\\x1bsc\\x23", "#e\\x1bsc#"},
    {"", "", "#"},
};

static void test_no_person_passes_for_a_group_and_no_group_for_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct buffer person = {0}, group = {0};
        struct pen pen = pen_over(&person, false);
        pen_person(&pen, names[i].name);
        pen = pen_over(&group, false);
        pen_group(&pen, names[i].name);
        CHECK(strcmp(as_text(&person), names[i].person) == 0, names[i].name);
        CHECK(strcmp(as_text(&group), names[i].group) == 0, names[i].name);
        buffer_clear(&person);
        buffer_clear(&group);
    }
}

static void test_styles_need_colour(void **state)
{
    (void)state;
    struct buffer plain = {0}, colored = {0};
    struct pen pen = pen_over(&plain, false);
    pen_style(&pen, STYLE_ALARM);
    assert_int_equal(plain.len, 0);
    pen = pen_over(&colored, true);
    pen_style(&pen, STYLE_ALARM);
    pen_style(&pen, STYLE_PLAIN);
    assert_string_equal(as_text(&colored), "\033[1;31m\033[0m");
    buffer_clear(&plain);
    buffer_clear(&colored);
}

static void test_our_own_words_are_cut_before_they_are_endless(void **state)
{
    (void)state;
    static char words[2000];
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    memset(words, 'w', sizeof words - 1);
    pen_say(&pen, "%s", words);
    assert_int_equal(pen_finish(&pen), LTH_OK);
    assert_int_equal(out.len, 511);
    buffer_clear(&out);
}

static void test_a_complaint_names_its_line_and_escapes_what_it_quotes(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    pen_complain(&pen, 0, "No \033.");
    pen_complain(&pen, 7, "No.");
    assert_string_equal(as_text(&out), "lanthorn: No \\x1b.\nlanthorn: line 7: No.\n");
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_strangers_words_are_escaped),
        cmocka_unit_test(test_no_person_passes_for_a_group_and_no_group_for_another),
        cmocka_unit_test(test_styles_need_colour),
        cmocka_unit_test(test_a_complaint_names_its_line_and_escapes_what_it_quotes),
        cmocka_unit_test(test_our_own_words_are_cut_before_they_are_endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
