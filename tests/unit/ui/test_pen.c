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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_strangers_words_are_escaped),
        cmocka_unit_test(test_styles_need_colour),
        cmocka_unit_test(test_our_own_words_are_cut_before_they_are_endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
