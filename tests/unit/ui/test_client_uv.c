/* The other end of a node's socket: commands leave with their tickets, events come as they were
 * said, at the reader's pace, and the node's end is told once. */
#include "socket_client.h"

#include "ui/client_uv.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ready[] =
    "{\"event\":\"ready\",\"seq\":1,\"id\":\"aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaa\",\"name\":\"ada\",\"port\":1,\"version\":"
    "\"1\",\"data\":\"d\"}\n";

struct guest {
    uv_loop_t loop;
    struct client *client;
    struct socket_client node;
    size_t lines, bad_lines, lost, silent;
    enum event_type last;
    uint64_t last_ticket;
    bool from_me;
    size_t pause_at, close_at; /* lines; 0 = never */
    bool is_closed;
};

static void on_closed(void *ctx)
{
    struct guest *g = ctx;
    g->is_closed = true;
}

static void on_line(void *ctx, enum lth_err err, const struct read_event *read, const char *line,
                    size_t len)
{
    struct guest *g = ctx;
    g->lines++;
    g->bad_lines += err != LTH_OK;
    assert_true(err != LTH_OK || (len > 0 && line[len - 1] == '}'));
    if (err == LTH_OK) {
        g->last = read->event.type;
        g->last_ticket = read->event.ticket;
        g->from_me = read->event.type == EVENT_MESSAGE && read->event.message.from_me;
    }
    if (g->lines == g->pause_at)
        client_pause(g->client);
    if (g->lines == g->close_at)
        client_close(g->client, on_closed, g);
}

static void on_lost(void *ctx)
{
    struct guest *g = ctx;
    g->lost++;
}

static void on_silent(void *ctx)
{
    struct guest *g = ctx;
    g->silent++;
}

static uint64_t hurry_ms; /* how long the patience lasts; 0 = as it is */
int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb run, uint64_t after_ms, uint64_t every_ms);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb run, uint64_t after_ms, uint64_t every_ms);

/* In the place of uv_timer_start, by the linker's --wrap. */
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb run, uint64_t after_ms, uint64_t every_ms)
{
    return __real_uv_timer_start(timer, run, hurry_ms ? hurry_ms : after_ms, every_ms);
}

static void guest_open(struct guest *g)
{
    const struct client_user user = {on_line, on_lost, on_silent, g};
    int ends[2];
    memset(g, 0, sizeof *g);
    assert_int_equal(uv_loop_init(&g->loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    g->node = socket_client_over(&g->loop, ends[1]);
    assert_int_equal(client_open(&g->loop, ends[0], &user, &g->client), LTH_OK);
}

static void until(struct guest *g, const size_t *what, size_t want)
{
    for (int i = 0; *what < want; i++) {
        assert_true(i < 20000);
        socket_client_turn(&g->node, 1, true);
    }
}

static void guest_close(struct guest *g)
{
    if (!g->close_at)
        client_close(g->client, on_closed, g);
    for (int i = 0; !g->is_closed; i++) {
        assert_true(i < 20000);
        socket_client_turn(&g->node, 1, true);
    }
    socket_client_close(&g->node);
    assert_int_equal(uv_loop_close(&g->loop), 0);
}

static void test_a_command_leaves_with_its_ticket_and_the_answer_brings_it_back(void **state)
{
    (void)state;
    struct guest g;
    const struct command c = {.type = COMMAND_PEERS, .ticket = UINT64_MAX};
    guest_open(&g);
    assert_int_equal(client_submit(g.client, &c), LTH_OK);
    socket_client_until_got(&g.node, "{\"do\":\"peers\",\"ref\":\"18446744073709551615\"}\n");
    socket_client_say(&g.node, "{\"event\":\"peers\",\"seq\":1,\"ref\":\"18446744073709551615\","
                               "\"peers\":[]}\n");
    until(&g, &g.lines, 1);
    assert_int_equal(g.last, EVENT_PEERS);
    assert_true(g.last_ticket == UINT64_MAX);
    guest_close(&g);
}

static void test_what_cannot_be_said_leaves_nothing_behind(void **state)
{
    (void)state;
    struct guest g;
    static char controls[TEXT_MAX];
    const struct command bad = {.type = COMMAND_BLOCK, .who = "\xff"};
    struct command long_one = {.type = COMMAND_SEND, .who = "bob"};
    const struct command good = {.type = COMMAND_QUIT, .ticket = 7};
    memset(controls, 1, sizeof controls); /* each becomes six letters */
    long_one.text = (const uint8_t *)controls;
    long_one.text_len = sizeof controls;
    guest_open(&g);
    assert_int_equal(client_submit(g.client, &bad), LTH_MALFORMED);
    assert_int_equal(client_submit(g.client, &long_one), LTH_TOO_LONG);
    assert_int_equal(client_submit(g.client, &good), LTH_OK);
    socket_client_until_got(&g.node, "\n");
    assert_string_equal(g.node.got, "{\"do\":\"quit\",\"ref\":\"7\"}\n");
    guest_close(&g);
}

static void test_whose_node_it_is_makes_events_understood(void **state)
{
    (void)state;
    struct guest g;
    char line[1000], id[65] = "";
    memset(id, 'a', 64);
    snprintf(line, sizeof line,
             "{\"event\":\"message\",\"seq\":2,\"id\":\"%s\",\"conversation\":\"%s\",\"kind\":"
             "\"direct\",\"from\":\"ae%050d\",\"name\":\"ada\",\"number\":1,\"time\":null,"
             "\"text\":\"x\"}\n",
             id, id, 0);
    for (char *at = strstr(line, "\"ae0") + 3; *at == '0'; at++)
        *at = 'a';
    guest_open(&g);
    socket_client_say(&g.node, ready);
    socket_client_say(&g.node, line);
    until(&g, &g.lines, 2);
    assert_int_equal(g.bad_lines, 0);
    assert_true(g.from_me);
    guest_close(&g);
}

static void test_lines_cut_anywhere_come_whole(void **state)
{
    (void)state;
    struct guest g;
    guest_open(&g);
    for (const char *at = ready; *at; at++) {
        socket_client_say(&g.node, (char[]){*at, '\0'});
        socket_client_turn(&g.node, 1, false);
        assert_int_equal(g.lines, at[1] ? 0 : g.lines);
    }
    until(&g, &g.lines, 1);
    assert_int_equal(g.bad_lines, 0);
    guest_close(&g);
}

static void test_no_line_comes_while_it_is_paused(void **state)
{
    (void)state;
    struct guest g;
    guest_open(&g);
    g.pause_at = 1;
    socket_client_say(&g.node, ready);
    socket_client_say(&g.node, ready);
    socket_client_say(&g.node, ready);
    until(&g, &g.lines, 1);
    socket_client_turn(&g.node, 50, true);
    assert_int_equal(g.lines, 1);
    client_resume(g.client);
    until(&g, &g.lines, 3);
    guest_close(&g);
}

static void test_what_was_said_before_the_end_comes_before_it(void **state)
{
    (void)state;
    struct guest g;
    guest_open(&g);
    socket_client_say(&g.node, ready);
    socket_client_say(&g.node, "{\"event\":\"bye\",\"seq\":2}"); /* cut off */
    socket_client_half_close(&g.node);
    until(&g, &g.lost, 1);
    assert_int_equal(g.lines, 2);
    assert_int_equal(g.last, EVENT_BYE);
    socket_client_turn(&g.node, 50, true);
    assert_int_equal(g.lost, 1);
    guest_close(&g);
}

static void test_the_end_waits_while_it_is_paused(void **state)
{
    (void)state;
    struct guest g;
    guest_open(&g);
    g.pause_at = 1;
    socket_client_say(&g.node, ready);
    socket_client_say(&g.node, ready);
    until(&g, &g.lines, 1);
    socket_client_half_close(&g.node);
    socket_client_turn(&g.node, 50, true);
    assert_int_equal(g.lost, 0);
    client_resume(g.client);
    until(&g, &g.lost, 1);
    assert_int_equal(g.lines, 2);
    guest_close(&g);
}

static void test_it_may_be_closed_while_it_tells(void **state)
{
    (void)state;
    struct guest g;
    char both[2 * sizeof ready];
    guest_open(&g);
    g.close_at = 1;
    snprintf(both, sizeof both, "%s%s", ready, ready);
    socket_client_say(&g.node, both);
    until(&g, &g.lines, 1);
    guest_close(&g);
    assert_int_equal(g.lines, 1);
    assert_int_equal(g.lost, 0);
}

static void test_garbage_is_handed_on_as_what_it_is(void **state)
{
    (void)state;
    struct guest g;
    guest_open(&g);
    socket_client_say(&g.node, "hello\n\n{}\n{\"event\":\"dance\",\"seq\":1}\n");
    until(&g, &g.lines, 4);
    assert_int_equal(g.bad_lines, 4);
    guest_close(&g);
}

static void test_a_node_that_is_gone_before_anything_was_said_is_lost(void **state)
{
    (void)state;
    struct guest g;
    const struct command c = {.type = COMMAND_PEERS, .ticket = 1};
    guest_open(&g);
    close(g.node.fd);
    g.node.fd = -1;
    g.node.has_ended = true;
    assert_int_equal(client_submit(g.client, &c), LTH_OK);
    until(&g, &g.lost, 1);
    guest_close(&g);
}

static void test_a_node_that_says_nothing_is_told_of_once(void **state)
{
    (void)state;
    struct guest g;
    hurry_ms = 20;
    guest_open(&g);
    until(&g, &g.silent, 1);
    socket_client_turn(&g.node, 300, true);
    assert_int_equal(g.silent, 1);
    assert_int_equal(g.lost, 0);
    guest_close(&g);
    hurry_ms = 0;
}

static void test_a_node_that_has_said_whose_it_is_may_be_silent(void **state)
{
    (void)state;
    struct guest g;
    hurry_ms = 1000;
    guest_open(&g);
    socket_client_say(&g.node, ready);
    until(&g, &g.lines, 1);
    socket_client_turn(&g.node, 6500, true);
    assert_int_equal(g.silent, 0);
    guest_close(&g);
    hurry_ms = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_command_leaves_with_its_ticket_and_the_answer_brings_it_back),
        cmocka_unit_test(test_what_cannot_be_said_leaves_nothing_behind),
        cmocka_unit_test(test_whose_node_it_is_makes_events_understood),
        cmocka_unit_test(test_lines_cut_anywhere_come_whole),
        cmocka_unit_test(test_no_line_comes_while_it_is_paused),
        cmocka_unit_test(test_what_was_said_before_the_end_comes_before_it),
        cmocka_unit_test(test_the_end_waits_while_it_is_paused),
        cmocka_unit_test(test_it_may_be_closed_while_it_tells),
        cmocka_unit_test(test_garbage_is_handed_on_as_what_it_is),
        cmocka_unit_test(test_a_node_that_is_gone_before_anything_was_said_is_lost),
        cmocka_unit_test(test_a_node_that_says_nothing_is_told_of_once),
        cmocka_unit_test(test_a_node_that_has_said_whose_it_is_may_be_silent),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
