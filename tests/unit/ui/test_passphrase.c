/* A passphrase from a descriptor, and from a person who mistypes, gives up, or presses Ctrl-Z. */
#include "terminal.h"

#include "ui/passphrase.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A descriptor from which bytes can be read, then the end. */
static int descriptor_with(const char *bytes, size_t len)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], bytes, len), len);
    close(ends[1]);
    return ends[0];
}

static const struct {
    const char *name, *bytes;
    enum lth_err want;
    const char *passphrase;
} rows[] = {
    {"a line", "secret\n", LTH_OK, "secret"},
    {"no line feed", "secret", LTH_OK, "secret"},
    {"spaces belong to it", " a b \n", LTH_OK, " a b "},
    {"any bytes", "\xff\x01\n", LTH_OK, "\xff\x01"},
    {"empty line", "\nx", LTH_MALFORMED, NULL},
    {"nothing", "", LTH_MALFORMED, NULL},
};

static void test_one_line_is_read_from_a_descriptor(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct passphrase p;
        struct sentence why = {""};
        int fd = descriptor_with(rows[i].bytes, strlen(rows[i].bytes));
        CHECK_ERR(passphrase_read_fd(fd, &p, &why), rows[i].want, rows[i].name);
        CHECK(rows[i].passphrase ? p.len == strlen(rows[i].passphrase) &&
                                       !memcmp(p.bytes, rows[i].passphrase, p.len)
                                 : p.len == 0 && *why.text,
              rows[i].name);
        close(fd);
    }
}

static void test_what_follows_the_line_is_left_unread(void **state)
{
    (void)state;
    struct passphrase p;
    struct sentence why;
    char rest[10] = "";
    int fd = descriptor_with("secret\nhello", 12);
    assert_int_equal(passphrase_read_fd(fd, &p, &why), LTH_OK);
    assert_int_equal(read(fd, rest, sizeof rest), 5);
    assert_string_equal(rest, "hello");
    close(fd);
}

static void test_1024_bytes_are_the_most(void **state)
{
    (void)state;
    static char line[10 * PASSPHRASE_MAX];
    static const size_t lens[] = {PASSPHRASE_MAX, PASSPHRASE_MAX + 1, sizeof line - 1};
    for (size_t i = 0; i < LENGTH(lens); i++) {
        struct passphrase p;
        struct sentence why;
        memset(line, 'x', sizeof line);
        line[lens[i]] = '\n';
        int fd = descriptor_with(line, lens[i] + 1);
        enum lth_err want = i == 0 ? LTH_OK : LTH_TOO_LONG;
        CHECK_ERR(passphrase_read_fd(fd, &p, &why), want, i ? "over" : "at the limit");
        CHECK(p.len == (i ? 0 : PASSPHRASE_MAX), "length");
        close(fd);
    }
}

static void test_a_closed_descriptor_is_told(void **state)
{
    (void)state;
    struct passphrase p;
    struct sentence why;
    assert_int_equal(passphrase_read_fd(999, &p, &why), LTH_UNAVAILABLE);
}

/* The child: asks, prints what it got, returns the error. */
static int ask(void *arg)
{
    struct passphrase p;
    struct sentence why;
    enum lth_err err = passphrase_ask(arg != NULL, &p, &why);
    if (err == LTH_OK)
        printf("got <%.*s>\n", (int)p.len, (const char *)p.bytes);
    else
        printf("%s\n", why.text);
    return (int)err;
}

static struct terminal t;
static char is_new[] = "new";

static void test_a_known_one_is_asked_once_without_echo(void **state)
{
    (void)state;
    terminal_start(&t, ask, NULL);
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "secret\n");
    terminal_expect(&t, "\r\n");
    assert_null(strstr(t.got, "secret\r"));
    terminal_expect(&t, "got <secret>");
    assert_int_equal(terminal_wait(&t), LTH_OK);
}

static void test_what_is_typed_does_not_appear(void **state)
{
    (void)state;
    terminal_start(&t, ask, NULL);
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "secret");
    terminal_expect_no(&t, "s");
    terminal_type(&t, "\n");
    assert_int_equal(terminal_wait(&t), LTH_OK);
}

static void test_a_new_one_is_asked_until_both_are_the_same(void **state)
{
    (void)state;
    terminal_start(&t, ask, is_new);
    terminal_expect(&t, "New passphrase");
    terminal_type(&t, "one\n");
    terminal_expect(&t, "once more");
    terminal_type(&t, "two\n");
    terminal_expect(&t, "not the same");
    terminal_expect(&t, "New passphrase");
    terminal_type(&t, "three\n");
    terminal_expect(&t, "once more");
    terminal_type(&t, "three\n");
    terminal_expect(&t, "got <three>");
    assert_int_equal(terminal_wait(&t), LTH_OK);
}

static void test_after_three_tries_it_gives_up(void **state)
{
    (void)state;
    terminal_start(&t, ask, is_new);
    for (int i = 0; i < PASSPHRASE_TRIES; i++) {
        terminal_expect(&t, "New passphrase");
        terminal_type(&t, "one\n");
        terminal_expect(&t, "once more");
        terminal_type(&t, "two\n");
    }
    terminal_expect(&t, "never were the same");
    assert_int_equal(terminal_wait(&t), LTH_NOT_FOUND);
}

static void test_an_empty_one_is_refused(void **state)
{
    (void)state;
    terminal_start(&t, ask, NULL);
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "\n");
    terminal_expect(&t, "empty");
    assert_int_equal(terminal_wait(&t), LTH_MALFORMED);
}

static void test_ctrl_c_ends_it_and_gives_the_terminal_back(void **state)
{
    (void)state;
    terminal_start(&t, ask, NULL);
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "sec\x03");
    assert_int_equal(terminal_wait(&t), 128 + SIGINT);
}

static void test_ctrl_z_gives_the_terminal_back_and_fg_asks_again(void **state)
{
    (void)state;
    struct termios now;
    terminal_start_in_shell(&t, ask, NULL);
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "half\x1a");
    terminal_expect(&t, "[stopped]");
    assert_int_equal(tcgetattr(t.fd, &now), 0);
    assert_int_equal(now.c_lflag, t.found.c_lflag);
    terminal_type(&t, "\n");
    terminal_expect(&t, "Passphrase: ");
    terminal_type(&t, "secret\n");
    terminal_expect(&t, "got <secret>");
    assert_int_equal(terminal_wait(&t), LTH_OK);
}

static int ask_without_terminal(void *arg)
{
    setsid();
    return ask(arg);
}

static void test_without_a_terminal_it_says_what_to_use(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(ask_without_terminal(NULL));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), LTH_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line_is_read_from_a_descriptor),
        cmocka_unit_test(test_what_follows_the_line_is_left_unread),
        cmocka_unit_test(test_1024_bytes_are_the_most),
        cmocka_unit_test(test_a_closed_descriptor_is_told),
        cmocka_unit_test(test_a_known_one_is_asked_once_without_echo),
        cmocka_unit_test(test_what_is_typed_does_not_appear),
        cmocka_unit_test(test_a_new_one_is_asked_until_both_are_the_same),
        cmocka_unit_test(test_after_three_tries_it_gives_up),
        cmocka_unit_test(test_an_empty_one_is_refused),
        cmocka_unit_test(test_ctrl_c_ends_it_and_gives_the_terminal_back),
        cmocka_unit_test(test_ctrl_z_gives_the_terminal_back_and_fg_asks_again),
        cmocka_unit_test(test_without_a_terminal_it_says_what_to_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
