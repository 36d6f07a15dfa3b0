#include "fake_host.h"

#include "ui/complain.h"
#include "ui/sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *quoted;

static void say(void)
{
    complain("There is no %s here.", quoted);
}

static void test_what_a_complaint_quotes_is_escaped_and_cut(void **state)
{
    (void)state;
    char name[2 * SENTENCE_SIZE];
    quoted = "\033[2J\nx";
    assert_string_equal(stderr_of(say), "lanthorn: There is no \\x1b[2J\\x0ax here.\n");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    quoted = name;
    assert_int_equal(strlen(stderr_of(say)), strlen("lanthorn: \n") + SENTENCE_SIZE - 1);
}

static void say_to_the_journal(void)
{
    struct stat st;
    char stream[64];
    struct buffer lines = {0};
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    say();
    assert_int_equal(buffer_printf(&lines, "one\ntwo\n"), LTH_OK);
    complain_lines(&lines);
    complain_lines(&lines);
}

static void test_complaints_are_errors_in_the_journal(void **state)
{
    (void)state;
    quoted = "tea";
    assert_string_equal(stderr_of(say_to_the_journal),
                        "<3>lanthorn: There is no tea here.\n<3>one\n<3>two\n");
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_complaint_quotes_is_escaped_and_cut),
        cmocka_unit_test(test_complaints_are_errors_in_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
