/* A prompt to a node elsewhere, which is played here: what is shown, and what counts as shown. */
#include "terminal.h"

#include "ui/attach_uv.h"
#include "ui/client_uv.h"
#include "ui/exit_status.h"
#include "ui/json_event.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOTHING_SAID = 77 };

static struct terminal t;

/* The node's side. */
static struct {
    int fd, other; /* the prompt has the other */
    uint64_t seq;
    struct buffer out;
    bool is_holding; /* what is told leaves with the next that is told without this */
    char got[4096];  /* commands that were not expected yet */
    size_t got_len;
    char ref[32]; /* of the command expected last, as it came */
} node;

static bool is_ours(const char *data_dir)
{
    return strcmp(data_dir, "/ours") == 0;
}

static bool has_no_memory_for_marks;
enum lth_err __real_client_submit(struct client *c, const struct command *command);
enum lth_err __wrap_client_submit(struct client *c, const struct command *command);

/* In its place, by the linker's --wrap. */
enum lth_err __wrap_client_submit(struct client *c, const struct command *command)
{
    bool fails = has_no_memory_for_marks && command->type == COMMAND_SHOWN;
    return fails ? LTH_NO_MEMORY : __real_client_submit(c, command);
}

static struct attach_job job = {.ui = {.kind = UI_PROMPT}, .is_ours = is_ours};

static int run_prompt(void *arg)
{
    int status = -1;
    (void)arg;
    close(node.fd);
    job.node_fd = node.other;
    return attach_run(&job, &status) ? status : NOTHING_SAID;
}

static void start(void)
{
    int ends[2];
    setenv("TERM", "xterm", 1);
    setenv("INPUTRC", "/dev/null", 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    node.fd = ends[0];
    node.other = ends[1];
    node.seq = node.got_len = 0;
    node.got[0] = '\0';
    terminal_start(&t, run_prompt, NULL);
    close(ends[1]);
}

static int end(void)
{
    int status = terminal_wait(&t);
    close(node.fd);
    return status;
}

static int leave(void)
{
    terminal_type(&t, "\x04");
    return end();
}

static void tell(const struct event *e)
{
    const struct json_ref ref = {node.ref, strlen(node.ref)}, none = {0};
    assert_int_equal(json_event_write(&node.out, e, ++node.seq, e->is_answer ? ref : none), LTH_OK);
    if (node.is_holding)
        return;
    assert_int_equal(write(node.fd, node.out.bytes, node.out.len), node.out.len);
    buffer_clear(&node.out);
}

static void read_commands(void)
{
    struct pollfd input = {.fd = node.fd, .events = POLLIN};
    if (poll(&input, 1, 5000) != 1)
        fail_msg("the prompt asks no more than: %s", node.got);
    ssize_t len = read(node.fd, node.got + node.got_len, sizeof node.got - 1 - node.got_len);
    assert_true(len > 0);
    node.got_len += (size_t)len;
    node.got[node.got_len] = '\0';
}

/* The next command; those of the chat itself, which nobody answers here, are passed over. */
static void expect(const char *command)
{
    char *line_end, *ref, *line = node.got;
    do {
        while (!(line_end = strchr(node.got, '\n')))
            read_commands();
        *line_end = '\0';
        bool is_chat = strstr(line, "\"peers\"") || strstr(line, "\"groups\"");
        if (!is_chat && !strstr(line, command))
            fail_msg("not %s but %s", command, line);
        if ((ref = strstr(line, "\"ref\":\"")))
            snprintf(node.ref, sizeof node.ref, "%.*s", (int)strcspn(ref + 7, "\""), ref + 7);
        bool is_it = !is_chat;
        node.got_len -= (size_t)(line_end + 1 - node.got);
        memmove(node.got, line_end + 1, node.got_len + 1);
        if (is_it)
            return;
    } while (true);
}

static void expect_nothing(void)
{
    struct pollfd input = {.fd = node.fd, .events = POLLIN};
    while (poll(&input, 1, 200) == 1)
        read_commands();
    if (strstr(node.got, "\"shown\"") || strstr(node.got, "\"unseen\""))
        fail_msg("the prompt says: %s", node.got);
}

static struct message_view message(uint64_t record, const char *text)
{
    return (struct message_view){.from = {2},
                                 .name = "bea",
                                 .number = record,
                                 .record = record,
                                 .text = (const uint8_t *)text,
                                 .text_len = strlen(text)};
}

static void tell_message(uint64_t record, const char *text)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message = message(record, text);
    tell(&e);
}

/* The answer to the command expected last. */
static void answer_page(const struct message_view *messages, size_t count)
{
    struct event e = {.type = EVENT_HISTORY, .is_answer = true};
    e.history.messages = messages;
    e.history.count = count;
    tell(&e);
}

static void answer_shown(uint64_t record)
{
    struct event e = {.type = EVENT_SHOWN, .is_answer = true};
    e.shown.record = record;
    tell(&e);
}

static void tell_error(const char *text, bool is_answer)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = is_answer};
    e.error.code = CODE_LIMIT;
    e.error.text = text;
    tell(&e);
}

static void tell_ready(const char *data)
{
    struct event ready = {.type = EVENT_READY};
    ready.ready.name = "ada";
    ready.ready.version = "1";
    ready.ready.data = data;
    tell(&ready);
}

static void expect_shown(uint64_t record)
{
    char words[64];
    snprintf(words, sizeof words, "\"record\":%llu", (unsigned long long)record);
    expect(words);
    answer_shown(record);
}

/* To where what comes is shown as it comes. */
static void catch_up(void)
{
    tell_ready("/ours");
    expect("\"unseen\"");
    answer_page(NULL, 0);
}

static void test_what_nobody_saw_is_shown_first_and_what_comes_meanwhile_after_it(void **state)
{
    (void)state;
    const struct message_view page[] = {message(3, "of before"), message(4, "meanwhile")};
    start();
    tell_ready("/ours");
    expect("\"unseen\"");
    tell_message(4, "meanwhile");
    answer_page(page, 1);
    terminal_expect(&t, "of before");
    expect_shown(3);
    expect("\"unseen\"");
    answer_page(page + 1, 1);
    terminal_expect(&t, "meanwhile");
    expect_shown(4);
    expect("\"unseen\"");
    answer_page(NULL, 0);
    tell_message(5, "live");
    terminal_expect(&t, "live");
    expect_shown(5);
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_what_was_lost_at_a_hole_is_asked_for_before_anything_else_is_shown(void **state)
{
    (void)state;
    const struct message_view page[] = {message(4, "lost"), message(5, "after it")};
    start();
    catch_up();
    tell_message(3, "before it");
    terminal_expect(&t, "before it");
    expect_shown(3);
    node.seq += 1000;
    tell_message(5, "after it");
    terminal_expect(&t, "what was missed follows");
    expect("\"unseen\"");
    terminal_expect_no(&t, "after it");
    node.seq += 1000; /* nothing more to say about it */
    answer_page(page, 2);
    terminal_expect(&t, "lost");
    terminal_expect(&t, "after it");
    terminal_expect_no(&t, "missed");
    expect_shown(5);
    expect("\"unseen\"");
    answer_page(NULL, 0);
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_what_is_not_on_the_screen_yet_is_not_asked_for_at_a_hole(void **state)
{
    (void)state;
    start();
    catch_up();
    node.is_holding = true; /* so that it is read together with what follows */
    tell_message(3, "before it");
    node.is_holding = false;
    node.seq += 1000;
    tell_message(5, "after it");
    terminal_expect(&t, "before it");
    expect_shown(3);
    expect("\"unseen\"");
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_what_cannot_be_had_is_never_passed_by_the_mark(void **state)
{
    (void)state;
    start();
    tell_ready("/ours");
    expect("\"unseen\"");
    tell_error("no memory", true);
    terminal_expect(&t, "cannot be had now");
    tell_message(9, "live");
    terminal_expect(&t, "live");
    node.seq += 1000;
    tell_message(11, "live all the same");
    terminal_expect(&t, "live all the same");
    expect_nothing();
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_without_memory_for_a_mark_what_comes_is_shown_and_nothing_marked(void **state)
{
    (void)state;
    const struct message_view page[] = {message(3, "of before")};
    has_no_memory_for_marks = true;
    start();
    has_no_memory_for_marks = false; /* here, but not there */
    tell_ready("/ours");
    expect("\"unseen\"");
    answer_page(page, 1);
    terminal_expect(&t, "of before");
    terminal_expect(&t, "cannot be had now");
    tell_message(9, "live");
    terminal_expect(&t, "live");
    expect_nothing();
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_an_event_of_a_later_version_is_no_hole(void **state)
{
    (void)state;
    static const char later[] = "{\"event\":\"of a later version\",\"seq\":3}\n";
    start();
    catch_up();
    assert_int_equal(write(node.fd, later, sizeof later - 1), sizeof later - 1);
    node.seq++;
    tell_message(3, "live");
    terminal_expect(&t, "live");
    expect_shown(3);
    expect_nothing();
    assert_int_equal(leave(), EXIT_DONE);
}

static void test_the_end_of_the_node_is_told(void **state)
{
    (void)state;
    start();
    catch_up();
    shutdown(node.fd, SHUT_RDWR);
    terminal_expect(&t, "The node has ended");
    assert_int_equal(end(), EXIT_NO_NODE);
}

static void test_quit_is_not_for_the_node_and_other_commands_are(void **state)
{
    (void)state;
    char rest[256];
    ssize_t len;
    start();
    catch_up();
    terminal_type(&t, "/name Ada L\r");
    expect("\"name\":\"Ada L\"");
    terminal_type(&t, "/quit\r");
    terminal_expect(&t, "the node goes on running");
    while ((len = read(node.fd, rest, sizeof rest - 1)) > 0) {
        rest[len] = '\0';
        assert_null(strstr(rest, "quit"));
    }
    assert_int_equal(end(), EXIT_DONE);
}

static void test_a_node_with_other_data_is_left_alone(void **state)
{
    (void)state;
    start();
    tell_ready("/others");
    assert_int_equal(end(), NOTHING_SAID);
    assert_string_equal(t.got, "");
}

static void test_an_option_that_comes_too_late_is_refused(void **state)
{
    (void)state;
    job.for_start = "network";
    start();
    job.for_start = NULL;
    tell_ready("/ours");
    terminal_expect(&t, "lanthorn: Your node runs already, and --network is said when it starts: "
                        "end it with lanthorn quit, or leave --network out.\r\n");
    assert_int_equal(end(), EXIT_USAGE);
    assert_string_equal(t.got, "");
}

static void test_a_node_that_lets_nobody_in_says_why(void **state)
{
    (void)state;
    start();
    tell_error("It is full:\x1b[2J end a watch.", false);
    terminal_expect(&t, "lanthorn: It is full:\\x1b[2J end a watch.\r\n");
    assert_int_equal(end(), EXIT_FAILED);
    assert_string_equal(t.got, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_nobody_saw_is_shown_first_and_what_comes_meanwhile_after_it),
        cmocka_unit_test(test_what_was_lost_at_a_hole_is_asked_for_before_anything_else_is_shown),
        cmocka_unit_test(test_what_is_not_on_the_screen_yet_is_not_asked_for_at_a_hole),
        cmocka_unit_test(test_what_cannot_be_had_is_never_passed_by_the_mark),
        cmocka_unit_test(test_without_memory_for_a_mark_what_comes_is_shown_and_nothing_marked),
        cmocka_unit_test(test_an_event_of_a_later_version_is_no_hole),
        cmocka_unit_test(test_the_end_of_the_node_is_told),
        cmocka_unit_test(test_quit_is_not_for_the_node_and_other_commands_are),
        cmocka_unit_test(test_a_node_with_other_data_is_left_alone),
        cmocka_unit_test(test_an_option_that_comes_too_late_is_refused),
        cmocka_unit_test(test_a_node_that_lets_nobody_in_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
