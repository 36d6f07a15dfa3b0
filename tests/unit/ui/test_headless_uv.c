/* Without a prompt nobody's text is printed, and what matters is still said. */
#include "fake_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake_host h;

static void tell_all(void)
{
    struct event message = {.type = EVENT_MESSAGE}, warning = {.type = EVENT_WARNING};
    const struct event gap = {.type = EVENT_GAP, .gap = {.first = 1, .last = 2}};
    const struct event filled = {.type = EVENT_GAP_FILLED, .gap = {.first = 1, .last = 2}};
    message.message.name = "bob";
    message.message.text = (const uint8_t *)"secret";
    message.message.text_len = 6;
    message.message.record = 5;
    warning.warning.code = "disk_full";
    warning.warning.text = "The disk is full\x1b.";
    fake_host_ready(&h);
    ui_event(h.ui, &message);
    ui_event(h.ui, &warning);
    ui_event(h.ui, &gap);
    ui_event(h.ui, &filled);
}

static void test_notices_are_said_and_texts_are_not(void **state)
{
    (void)state;
    fake_host_open(&h, (struct ui_config){.kind = UI_HEADLESS});
    const char *text = stderr_of(tell_all);
    assert_non_null(strstr(text, "-- you are x"));
    assert_non_null(strstr(text, "!! The disk is full\\x1b.\n"));
    assert_non_null(strstr(text, " are missing here;"));
    assert_non_null(strstr(text, " that were missing have come\n"));
    assert_null(strstr(text, "secret"));
    assert_null(strchr(text, '/')); /* no command: there is nowhere to type one */
    ui_resume(h.ui);
    assert_false(ui_is_full(h.ui));
    fake_host_close(&h);
    assert_int_equal(h.shown, 0); /* the next prompt shows it */
    assert_int_equal(h.status, 0);
}

static void tell_for_the_journal(void)
{
    char own[64];
    struct stat st;
    const struct event error = {.type = EVENT_ERROR, .error = {.text = "It did not work."}};
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", own, 1), 0);
    tell_all();
    ui_event(h.ui, &error);
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

static void test_the_journal_is_told_what_matters(void **state)
{
    (void)state;
    fake_host_open(&h, (struct ui_config){.kind = UI_HEADLESS});
    const char *text = stderr_of(tell_for_the_journal);
    assert_non_null(strstr(text, "<6>-- you are x"));
    assert_non_null(strstr(text, "<4>!! The disk is full\\x1b.\n"));
    assert_non_null(strstr(text, "<3>!! It did not work.\n"));
    fake_host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notices_are_said_and_texts_are_not),
        cmocka_unit_test(test_the_journal_is_told_what_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
