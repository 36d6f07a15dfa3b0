/* A whole errand, in a process of its own, with a made node at its socket and pipes at its ends.
 * The process's status is the errand's, or the sanitizer's if something was left behind. */
#include "check.h"

#include "ui/errand_uv.h"
#include "ui/exit_status.h"
#include "ui/output_uv.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

static const char ready[] =
    "{\"event\":\"ready\",\"seq\":1,\"id\":\"aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaa\",\"name\":\"ada\",\"port\":1,\"version\":"
    "\"1\",\"data\":\"d\"}\n";

/* Patience is short here, as the test below waits longer. */
enum { SHORT_PATIENCE_MS = 100 };

int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb on_time, uint64_t ms, uint64_t repeat);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb on_time, uint64_t ms, uint64_t repeat);

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb on_time, uint64_t ms, uint64_t repeat)
{
    bool is_of_output = ms == OUTPUT_CLOSE_PATIENCE_MS;
    return __real_uv_timer_start(timer, on_time, is_of_output ? SHORT_PATIENCE_MS : ms, repeat);
}

struct play {
    pid_t child;
    int node, in, out, err; /* our ends */
    char got[256 * 1024];   /* of what was read last */
};

static void play_begin(struct play *p, int argc, char *argv[])
{
    int node[2] = {-1, -1}, in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, node), 0);
    assert_true(pipe(in) == 0 && pipe(out) == 0 && pipe(err) == 0);
    p->child = fork();
    assert_true(p->child >= 0);
    if (p->child == 0) {
        struct shell shell;
        struct sentence why;
        dup2(err[1], STDERR_FILENO);
        close(node[1]), close(in[1]), close(out[0]), close(err[0]), close(err[1]);
        shell_parse(argc, argv, &shell, &why);
        const struct errand_job job = {&shell, node[0], in[0], out[1], false, false};
        int status = errand_run(&job);
        shell_clear(&shell);
        exit(status);
    }
    close(node[0]), close(in[0]), close(out[1]), close(err[1]);
    p->node = node[1], p->in = in[1], p->out = out[0], p->err = err[0];
}

#define PLAY_BEGIN(p, ...)                                                                         \
    do {                                                                                           \
        char *argv[] = {"lanthorn", __VA_ARGS__, NULL};                                            \
        play_begin(p, (int)LENGTH(argv) - 1, argv);                                                \
    } while (0)

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Reads from fd until text is there; NULL: until its end. */
static void until(struct play *p, int fd, const char *text)
{
    size_t len = 0;
    p->got[0] = '\0';
    while (!text || !strstr(p->got, text)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        ssize_t step = read(fd, p->got + len, sizeof p->got - 1 - len);
        assert_true(step > 0 || !text);
        if (step <= 0)
            break;
        p->got[len += (size_t)step] = '\0';
    }
}

/* Whatever it still says is read; then its status. */
static void play_end(struct play *p, int status, const char *said)
{
    int got;
    until(p, p->err, NULL);
    CHECK(strstr(p->got, said), p->got);
    assert_int_equal(waitpid(p->child, &got, 0), p->child);
    assert_true(WIFEXITED(got));
    assert_int_equal(WEXITSTATUS(got), status);
    close(p->node), close(p->in), close(p->out), close(p->err);
}

static void test_an_answer_is_printed_and_ends_it(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "peer", "add", "a:1");
    say(p.node, ready);
    until(&p, p.node, "\"do\":\"groups\"");
    say(p.node, "{\"event\":\"peers\",\"seq\":2,\"ref\":\"1\",\"peers\":[]}\n"
                "{\"event\":\"groups\",\"seq\":3,\"ref\":\"2\",\"groups\":[]}\n");
    until(&p, p.node, "\"address\":\"a:1\"");
    say(p.node, "{\"event\":\"address\",\"seq\":4,\"ref\":\"4\",\"address\":\"a:1\"}\n");
    until(&p, p.out, NULL);
    assert_string_equal(p.got, "a:1\n");
    play_end(&p, EXIT_DONE, "");
}

static void test_lines_of_stdin_leave_as_messages(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "send", "bob", "--lines", "--json");
    say(p.node, ready);
    say(p.in, "one\ntw");
    until(&p, p.node, "\"text\":\"one\"}\n");
    say(p.in, "o\n");
    close(p.in);
    p.in = -1;
    until(&p, p.node, "\"text\":\"two\"}\n");
    say(p.node, "{\"event\":\"error\",\"seq\":2,\"ref\":\"5\",\"code\":\"empty_text\",\"text\":"
                "\"Empty.\"}\n"
                "{\"event\":\"error\",\"seq\":3,\"ref\":\"6\",\"code\":\"disk_full\",\"text\":"
                "\"Full.\"}\n");
    until(&p, p.out, NULL);
    assert_non_null(strstr(p.got, "\"seq\":3,\"ref\":\"6\""));
    play_end(&p, EXIT_FAILED, "lanthorn: line 1: Empty.\nlanthorn: line 2: Full.\n");
}

static void test_a_text_of_nothing_but_controls_is_refused(void **state)
{
    (void)state;
    static struct play p;
    static char controls[12 * 1024 + 1];
    memset(controls, 1, sizeof controls - 1);
    PLAY_BEGIN(&p, "send", "bob", controls);
    say(p.node, ready);
    play_end(&p, EXIT_FAILED, "control characters");
}

static void test_the_time_for_delivery_begins_when_it_is_kept_and_ends_it(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "send", "bob", "hi", "--wait", "0", "--json");
    say(p.node, ready);
    until(&p, p.node, "\"text\":\"hi\"}\n");
    say(p.node, "{\"event\":\"accepted\",\"seq\":2,\"ref\":\"5\",\"id\":\"abababababababababababab"
                "abababababababababababababababababababab\",\"conversation\":\"abababababababababab"
                "abababababababababababababababababababababab\"}\n");
    play_end(&p, EXIT_NOT_DELIVERED, "not delivered in that time");
}

static void test_ctrl_c_ends_it(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "watch", "--json");
    say(p.node, ready);
    until(&p, p.out, "ready");
    kill(p.child, SIGINT);
    play_end(&p, EXIT_INTERRUPTED, "");
}

static void test_a_node_that_ends_is_told(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "watch");
    say(p.node, ready);
    shutdown(p.node, SHUT_RDWR);
    play_end(&p, EXIT_NO_NODE, "The node has ended");
}

static void test_what_is_printed_waits_for_a_slow_reader(void **state)
{
    (void)state;
    static struct play p;
    static char line[200 * 1024];
    PLAY_BEGIN(&p, "status", "--json");
    say(p.node, ready);
    until(&p, p.node, "status");
    int len = snprintf(line, sizeof line,
                       "{\"event\":\"address\",\"seq\":2,\"ref\":\"4\",\"address\":\"");
    memset(line + len, 'x', sizeof line - (size_t)len);
    memcpy(line + sizeof line - 4, "\"}\n", 4);
    size_t sent = 0;
    while (line[sent]) { /* more than a pipe holds */
        ssize_t step = write(p.node, line + sent, strlen(line + sent));
        assert_true(step > 0);
        sent += (size_t)step;
    }
    usleep(4 * SHORT_PATIENCE_MS * 1000); /* longer than an output that is closed waits by itself */
    until(&p, p.out, NULL);
    assert_int_equal(strlen(p.got), sent);
    play_end(&p, EXIT_DONE, "");
}

static void test_a_reader_that_has_gone_ends_it(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "watch", "--json");
    close(p.out);
    p.out = -1;
    say(p.node, ready);
    play_end(&p, EXIT_FAILED, "Standard output takes nothing any more");
}

static void test_a_reader_that_goes_while_nothing_happens_is_missed(void **state)
{
    (void)state;
    static struct play p;
    PLAY_BEGIN(&p, "watch", "--json");
    say(p.node, ready);
    until(&p, p.out, "ready");
    close(p.out);
    p.out = -1;
    play_end(&p, EXIT_FAILED, "Standard output takes nothing any more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_printed_and_ends_it),
        cmocka_unit_test(test_lines_of_stdin_leave_as_messages),
        cmocka_unit_test(test_a_text_of_nothing_but_controls_is_refused),
        cmocka_unit_test(test_the_time_for_delivery_begins_when_it_is_kept_and_ends_it),
        cmocka_unit_test(test_ctrl_c_ends_it),
        cmocka_unit_test(test_a_node_that_ends_is_told),
        cmocka_unit_test(test_what_is_printed_waits_for_a_slow_reader),
        cmocka_unit_test(test_a_reader_that_has_gone_ends_it),
        cmocka_unit_test(test_a_reader_that_goes_while_nothing_happens_is_missed),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
