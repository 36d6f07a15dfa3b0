/* Lines for the journal carry a priority; lines for anything else do not. */
#include "fake_host.h"

#include "ui/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What JOURNAL_STREAM says: F stands for the stream's own "device:inode". */
static const char *stream;

static void set_stream(void)
{
    char own[64];
    struct stat st;
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    if (stream)
        assert_int_equal(setenv("JOURNAL_STREAM", strcmp(stream, "F") ? stream : own, 1), 0);
    else
        assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

static void write_lines(void)
{
    set_stream();
    journal_write(JOURNAL_WARNING, "one\ntwo\n", 8);
    journal_write(JOURNAL_INFO, "", 0);
    journal_write(JOURNAL_ERROR, "three\n", 6);
}

static void test_lines_have_a_priority_in_the_journal_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name, *stream, *want;
    } rows[] = {
        {"no journal", NULL, "one\ntwo\nthree\n"},
        {"the journal", "F", "<4>one\n<4>two\n<3>three\n"},
        {"led elsewhere", "1:1", "one\ntwo\nthree\n"},
        {"nonsense", "x", "one\ntwo\nthree\n"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        stream = rows[i].stream;
        const char *got = stderr_of(write_lines);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: got \"%s\"", rows[i].name, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_have_a_priority_in_the_journal_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
