/* Strings are copied whole; a copy that would not fit ends the program. */
#include "check.h"

#include "base/text.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_a_string_that_just_fits_is_copied_with_its_end(void **state)
{
    (void)state;
    char to[] = "xxxxxx";
    text_copy(to, 4, "abc");
    assert_memory_equal(to, "abc\0xx", 7);
    text_copy(to, 1, "");
    assert_string_equal(to, "");
}

static void test_a_string_that_does_not_fit_ends_the_program(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char to[3];
        text_copy(to, sizeof to, "abc");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_string_that_just_fits_is_copied_with_its_end),
        cmocka_unit_test(test_a_string_that_does_not_fit_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
