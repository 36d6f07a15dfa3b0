/* The prompt on a real terminal: typing, pasting, leaving; and lines that come in meanwhile. */
#include "prompt_driver.h"
#include "terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct terminal t;

static int run_quiet(void *arg)
{
    (void)arg;
    return prompt_driver_run(0);
}

static int run_chatty(void *arg)
{
    (void)arg;
    return prompt_driver_run(50);
}

static void set_environment(void)
{
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    unsetenv("LC_ALL");
    setenv("INPUTRC", "/dev/null", 1);
}

static void start(int (*child)(void *))
{
    set_environment();
    terminal_start(&t, child, NULL);
    terminal_expect(&t, "-- bob is here\r\n");
    terminal_expect(&t, "> ");
}

static void test_a_typed_line_is_sent_to_the_chosen_person(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "nobody is chosen\r");
    terminal_expect(&t, "!! Nobody is chosen");
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "-- talking to bob");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "grüße 日本\r");
    terminal_expect(&t, "echo: grüße 日本\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_an_unknown_command_is_never_sent(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "/hlep\r");
    terminal_expect(&t, "did you mean /help?");
    terminal_expect_no(&t, "echo:");
    terminal_type(&t, "//slash\r");
    terminal_expect(&t, "echo: /slash");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_a_paste_of_several_lines_is_one_message(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "\033[200~one\rtwo\033[201~");
    terminal_expect_no(&t, "echo:");
    terminal_type(&t, "\r");
    terminal_expect(&t, "echo: one\r\n      | two\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_lines_that_come_in_leave_the_typed_line_alone(void **state)
{
    (void)state;
    start(run_chatty);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "-- talking to bob");
    /* longer than the window is wide, slower than bob */
    for (int i = 0; i < 15; i++) {
        const struct timespec pause = {.tv_nsec = 20000000};
        terminal_type(&t, "日b本 ");
        nanosleep(&pause, NULL);
    }
    terminal_expect(&t, "bob: 日本語");
    terminal_type(&t, "\x7f\x7f\x7f!\r"); /* rubs out a space, a wide letter and a b */
    terminal_expect(&t, "echo: 日b本 日b本 日b本 日b本 日b本 日b本 日b本 日b本 日b本 日b本 日b本 "
                        "日b本 日b本 日b本 日!\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_ctrl_c_clears_the_line_and_on_an_empty_one_leaves(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "half a line");
    terminal_expect(&t, "half a line");
    terminal_type(&t, "\x03");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "whole\r");
    terminal_expect(&t, "echo: whole\r\n");
    terminal_type(&t, "\x03");
    assert_int_equal(terminal_wait(&t), 130);
}

static void test_ctrl_d_on_an_empty_line_leaves(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "\x04");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_tab_completes_commands_and_names(void **state)
{
    (void)state;
    start(run_quiet);
    terminal_type(&t, "/t\tb\t\r");
    terminal_expect(&t, "-- talking to bob");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_a_stopped_and_continued_prompt_edits_on(void **state)
{
    (void)state;
    int status;
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "half");
    terminal_expect(&t, "half");
    kill(t.pid, SIGSTOP);
    assert_int_equal(waitpid(t.pid, &status, WUNTRACED), t.pid);
    tcsetattr(t.fd, TCSANOW, &t.found); /* what a shell does */
    kill(t.pid, SIGCONT);
    terminal_expect(&t, "half");
    terminal_type(&t, " done\r");
    terminal_expect(&t, "echo: half done\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_edits_on(void **state)
{
    (void)state;
    struct termios now;
    set_environment();
    terminal_start_in_shell(&t, run_quiet, NULL);
    terminal_expect(&t, "> ");
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "half");
    terminal_expect(&t, "half");
    terminal_type(&t, "\x1a");
    terminal_expect(&t, "[stopped]");
    assert_int_equal(tcgetattr(t.fd, &now), 0);
    assert_int_equal(now.c_lflag, t.found.c_lflag);
    terminal_type(&t, "\n");
    terminal_expect(&t, "half");
    terminal_type(&t, " done\r");
    terminal_expect(&t, "echo: half done\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_a_resized_window_keeps_the_line(void **state)
{
    (void)state;
    const struct winsize wide = {.ws_row = 12, .ws_col = 80};
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "half");
    terminal_expect(&t, "half");
    assert_int_equal(ioctl(t.fd, TIOCSWINSZ, &wide), 0);
    terminal_expect(&t, "half");
    terminal_type(&t, " done\r");
    terminal_expect(&t, "echo: half done\r\n");
    terminal_type(&t, "/quit\r");
    assert_int_equal(terminal_wait(&t), 0);
}

static void test_a_terminal_that_goes_away_sends_nothing(void **state)
{
    (void)state;
    int status;
    start(run_quiet);
    terminal_type(&t, "/to bob\r");
    terminal_expect(&t, "bob> ");
    terminal_type(&t, "half a secr");
    terminal_expect(&t, "half a secr");
    close(t.fd); /* the kernel sends SIGHUP, whose default ends it */
    assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGHUP : WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_typed_line_is_sent_to_the_chosen_person),
        cmocka_unit_test(test_an_unknown_command_is_never_sent),
        cmocka_unit_test(test_a_paste_of_several_lines_is_one_message),
        cmocka_unit_test(test_lines_that_come_in_leave_the_typed_line_alone),
        cmocka_unit_test(test_ctrl_c_clears_the_line_and_on_an_empty_one_leaves),
        cmocka_unit_test(test_ctrl_d_on_an_empty_line_leaves),
        cmocka_unit_test(test_tab_completes_commands_and_names),
        cmocka_unit_test(test_a_stopped_and_continued_prompt_edits_on),
        cmocka_unit_test(test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_edits_on),
        cmocka_unit_test(test_a_resized_window_keeps_the_line),
        cmocka_unit_test(test_a_terminal_that_goes_away_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
