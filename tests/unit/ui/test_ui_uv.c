/* Which way of talking is chosen, when colours are used, and what needs --to. */
#include "terminal.h"

#include "ui/ui_uv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct terminal t;

static int kind_here(void *arg)
{
    const char *what = arg;
    if (*what == '<')
        dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    if (*what == '>')
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    return (int)ui_kind_for(*what == 'j', *what == 'h');
}

static const struct {
    const char *name;
    char arg[2];
    enum ui_kind want;
} kinds[] = {
    {"a terminal at both ends", "", UI_PROMPT},   {"input from elsewhere", "<", UI_LINES},
    {"output to elsewhere", ">", UI_LINES},       {"json on a terminal", "j", UI_JSON},
    {"headless on a terminal", "h", UI_HEADLESS},
};

static void test_a_prompt_needs_a_terminal_at_both_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        char arg[2] = {kinds[i].arg[0], '\0'};
        terminal_start(&t, kind_here, arg);
        CHECK(terminal_wait(&t) == (int)kinds[i].want, kinds[i].name);
    }
}

static void test_lines_need_somebody_to_go_to(void **state)
{
    (void)state;
    struct sentence why = {""};
    const struct ui_config nobody = {.kind = UI_LINES}, bob = {.kind = UI_LINES, .to = "bob"};
    const struct ui_config json = {.kind = UI_JSON}, prompt = {.kind = UI_PROMPT};
    assert_int_equal(ui_config_check(&nobody, &why), LTH_MALFORMED);
    assert_non_null(strstr(why.text, "--to WHO"));
    assert_int_equal(ui_config_check(&bob, &why), LTH_OK);
    assert_int_equal(ui_config_check(&json, &why), LTH_OK);
    assert_int_equal(ui_config_check(&prompt, &why), LTH_OK);
}

/* In a session of its own, which has no terminal. */
static int open_without_terminal(void)
{
    uv_loop_t loop;
    struct ui *ui;
    const struct ui_host host = {0};
    const struct ui_config config = {.kind = UI_PROMPT};
    setsid();
    uv_loop_init(&loop);
    enum lth_err err = ui_open(&loop, &config, &host, &ui);
    return uv_loop_close(&loop) == 0 ? (int)err : -1;
}

static void test_a_prompt_without_a_terminal_is_refused(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(open_without_terminal());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), LTH_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_prompt_needs_a_terminal_at_both_ends),
        cmocka_unit_test(test_lines_need_somebody_to_go_to),
        cmocka_unit_test(test_a_prompt_without_a_terminal_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
