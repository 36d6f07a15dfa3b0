/* A prompt to a node that another process runs: what nobody saw comes first, and what the prompt
 * shows moves the mark, never past anything that it did not show. */
#include "terminal.h"

#include "ui/attach_uv.h"
#include "ui/exit_status.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, NOT_ATTACHED = 77 };

static struct terminal t;
static int node;         /* our end of its socket */
static unsigned seq;     /* of the last event */
static char asked[4096]; /* what the prompt said to the node last */

struct child {
    int fd;
    const char *data_dir;
};

static int attach(void *arg)
{
    const struct child *c = arg;
    const struct attach_job job = {
        .node_fd = c->fd, .ui = {.kind = UI_PROMPT}, .data_dir = c->data_dir};
    int status;
    close(node);
    signal(SIGPIPE, SIG_IGN);
    return attach_run(&job, &status) ? status : NOT_ATTACHED;
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_int_equal(write(node, line, (size_t)len), len);
}

#define ID   "aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BOB  "aiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH "abababababababababababababababababababababababababababababababab"

static void say_ready(void)
{
    seq = 1;
    say("{\"event\":\"ready\",\"seq\":1,\"id\":\"" ID "\",\"name\":\"ada\",\"port\":1,"
        "\"version\":\"1\",\"data\":\"/there\"}\n");
}

/* A message object, record is its number and its text. */
static const char *message(unsigned record)
{
    static char object[1000];
    snprintf(object, sizeof object,
             "\"id\":\"" HASH "\",\"conversation\":\"" HASH "\",\"kind\":\"direct\",\"group\":null,"
             "\"group_name\":null,\"with\":\"" BOB "\",\"from\":\"" BOB "\",\"name\":\"bob\","
             "\"number\":1,\"time\":null,\"record\":%u,\"text\":\"text %u\"",
             record, record);
    return object;
}

static void say_message(unsigned record)
{
    say("{\"event\":\"message\",\"seq\":%u,%s}\n", ++seq, message(record));
}

/* Waits until the prompt has said this to the node. */
static void until_asked(const char *text)
{
    size_t len = 0;
    asked[0] = '\0';
    while (!strstr(asked, text)) {
        struct pollfd wait = {.fd = node, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        ssize_t step = read(node, asked + len, sizeof asked - 1 - len);
        assert_true(step > 0);
        asked[len += (size_t)step] = '\0';
    }
}

/* The page of unseen messages from first to last; none when last is 0. */
static void say_unseen(unsigned first, unsigned last)
{
    say("{\"event\":\"history\",\"seq\":%u,\"ref\":\"18446744073709551599\",\"messages\":[", ++seq);
    for (unsigned i = first; i <= last && last; i++)
        say("%s{%s}", i > first ? "," : "", message(i));
    say("],\"more\":false}\n");
}

static void begin(const char *data_dir)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct child child = {ends[0], data_dir};
    node = ends[1];
    terminal_start(&t, attach, &child);
    close(ends[0]);
    say_ready();
}

/* Up to where all that was unseen has been shown; there is none. */
static void begin_caught_up(void)
{
    begin("/there");
    terminal_expect(&t, "your node runs already");
    until_asked("\"do\":\"unseen\"");
    say_unseen(0, 0);
}

static void end(int status)
{
    assert_int_equal(terminal_wait(&t), status);
    close(node);
}

static void test_what_nobody_saw_comes_first_and_what_is_shown_moves_the_mark(void **state)
{
    (void)state;
    begin("/there");
    until_asked("\"do\":\"unseen\"");
    say_message(9); /* is on a page to come */
    say_unseen(7, 8);
    terminal_expect(&t, "text 7");
    terminal_expect(&t, "text 8");
    until_asked("\"do\":\"unseen\"");
    assert_non_null(
        strstr(asked, "\"do\":\"shown\",\"ref\":\"18446744073709551598\",\"record\":8"));
    say_unseen(9, 9);
    terminal_expect(&t, "text 9");
    until_asked("\"do\":\"unseen\"");
    say_unseen(0, 0);
    say_message(10);
    terminal_expect(&t, "text 10");
    until_asked("\"record\":10");
    terminal_type(&t, "/quit\r");
    terminal_expect(&t, "the node goes on running");
    end(EXIT_DONE);
}

static void test_what_was_lost_is_asked_for_before_anything_else_is_shown(void **state)
{
    (void)state;
    begin_caught_up();
    say_message(1);
    terminal_expect(&t, "text 1");
    until_asked("\"record\":1");
    seq++; /* message 2 */
    say_message(3);
    until_asked("\"do\":\"unseen\"");
    assert_null(strstr(asked, "\"record\":3"));
    say_unseen(2, 3);
    terminal_expect(&t, "text 2");
    terminal_expect(&t, "text 3");
    until_asked("\"do\":\"unseen\"");
    say_unseen(0, 0);
    terminal_type(&t, "\x04");
    terminal_expect(&t, "the node goes on running");
    end(EXIT_DONE);
}

static void test_another_node_is_left_alone(void **state)
{
    (void)state;
    begin("/elsewhere");
    end(NOT_ATTACHED);
    begin(NULL); /* --data was given: it is the one */
    terminal_expect(&t, "you are ada");
    terminal_type(&t, "\x03");
    end(EXIT_INTERRUPTED);
}

static void test_a_node_that_has_no_room_is_none(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct child child = {ends[0], NULL};
    node = ends[1];
    terminal_start(&t, attach, &child);
    close(ends[0]);
    say("{\"event\":\"error\",\"seq\":1,\"ref\":null,\"code\":\"limit\",\"text\":\"Full.\"}\n");
    shutdown(node, SHUT_RDWR);
    end(NOT_ATTACHED);
}

static void test_the_end_of_the_node_is_told(void **state)
{
    (void)state;
    begin_caught_up();
    shutdown(node, SHUT_RDWR);
    terminal_expect(&t, "The node has ended");
    end(EXIT_NO_NODE);
}

static void test_quit_is_not_for_the_node_and_other_commands_are(void **state)
{
    (void)state;
    begin_caught_up();
    terminal_type(&t, "/name Ada L\r");
    until_asked("\"name\":\"Ada L\"");
    terminal_type(&t, "/quit\r");
    terminal_expect(&t, "the node goes on running");
    struct pollfd wait = {.fd = node, .events = POLLIN};
    while (poll(&wait, 1, PATIENCE_MS) == 1) {
        ssize_t len = read(node, asked, sizeof asked - 1);
        if (len <= 0)
            break;
        asked[len] = '\0';
        assert_null(strstr(asked, "quit"));
    }
    end(EXIT_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_nobody_saw_comes_first_and_what_is_shown_moves_the_mark),
        cmocka_unit_test(test_what_was_lost_is_asked_for_before_anything_else_is_shown),
        cmocka_unit_test(test_another_node_is_left_alone),
        cmocka_unit_test(test_a_node_that_has_no_room_is_none),
        cmocka_unit_test(test_the_end_of_the_node_is_told),
        cmocka_unit_test(test_quit_is_not_for_the_node_and_other_commands_are),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
