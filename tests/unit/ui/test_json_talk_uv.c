/* What a guest's conversation has that the one of ui/json_uv.c, whose test has the rest, has not:
 * events that are lost, answers that are not, an end that ends nothing else. */
#include "socket_client.h"

#include "ui/json_talk_uv.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct guest {
    uv_loop_t loop;
    struct json_talk *talk;
    struct socket_client client;
    size_t submitted, stops;
    uint64_t last_ticket;
    enum command_type last_type;
    bool busy, is_closed;
    const char *failure;
};

static void on_submit(void *ctx, const struct command *c)
{
    struct guest *g = ctx;
    g->submitted++;
    g->last_type = c->type;
    assert_int_equal(c->ticket, g->last_ticket);
}

static void on_shown(void *ctx, uint64_t record)
{
    (void)ctx;
    (void)record;
}

static void on_stop(void *ctx)
{
    struct guest *g = ctx;
    g->stops++;
}

static bool on_busy(void *ctx)
{
    const struct guest *g = ctx;
    return g->busy;
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

static void on_failed(void *ctx, const char *why)
{
    struct guest *g = ctx;
    assert_null(g->failure);
    g->failure = why;
}

static void on_closed(void *ctx)
{
    struct guest *g = ctx;
    g->is_closed = true;
}

static void guest_open(struct guest *g)
{
    int ends[2];
    memset(g, 0, sizeof *g);
    g->last_ticket = 1000;
    assert_int_equal(uv_loop_init(&g->loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    g->client = socket_client_over(&g->loop, ends[1]);
    const struct json_talk_config config = {
        .in_fd = ends[0],
        .out_fd = dup(ends[0]),
        .is_guest = true,
        .last_ticket = &g->last_ticket,
        .host = {on_submit, on_shown, on_stop, on_busy, on_drained, g},
        .failed = on_failed,
        .failed_ctx = g,
    };
    assert_int_equal(json_talk_open(&g->loop, &config, &g->talk), LTH_OK);
    struct event ready = {.type = EVENT_READY};
    ready.ready.name = ready.ready.version = ready.ready.data = "x";
    json_talk_event(g->talk, &ready);
}

static void guest_close(struct guest *g)
{
    json_talk_close(g->talk, on_closed, g);
    socket_client_close(&g->client);
    uv_run(&g->loop, UV_RUN_DEFAULT);
    assert_true(g->is_closed);
    assert_int_equal(uv_loop_close(&g->loop), 0);
}

static void answer(struct guest *g, uint64_t ticket)
{
    struct event e = {.type = EVENT_PEERS, .is_answer = true, .ticket = ticket};
    json_talk_event(g->talk, &e);
}

static void until_submitted(struct guest *g, size_t count)
{
    for (int i = 0; i < 20000 && g->submitted < count; i++)
        socket_client_turn(&g->client, 1, true);
    assert_int_equal(g->submitted, count);
}

static void until_stopped(struct guest *g)
{
    for (int i = 0; i < 20000 && g->stops == 0; i++)
        socket_client_turn(&g->client, 1, true);
    assert_int_equal(g->stops, 1);
}

static struct event message_of(size_t len)
{
    static char text[16 * 1024];
    struct event e = {.type = EVENT_MESSAGE};
    memset(text, 'm', sizeof text);
    e.message.name = "ben";
    e.message.record = 1;
    e.message.text = (const uint8_t *)text;
    e.message.text_len = len;
    return e;
}

static struct guest g;

/* More than the socket and the talk take. */
static void flood(void)
{
    struct event e = message_of(16 * 1024);
    for (int i = 0; i < 1000; i++) {
        json_talk_event(g.talk, &e);
        socket_client_turn(&g.client, 1, false);
    }
    assert_true(json_talk_is_full(g.talk));
}

static void test_a_guest_that_does_not_read_loses_events_and_no_answers(void **state)
{
    (void)state;
    guest_open(&g);
    struct event e = message_of(5);
    socket_client_say(&g.client, "{\"do\":\"peers\",\"ref\":\"asked before\"}\n");
    until_submitted(&g, 1);
    flood();
    answer(&g, g.last_ticket);
    socket_client_until_got(&g.client, "asked before");
    assert_in_range(g.client.got_len, 1u << 20, 2u << 20);
    assert_non_null(strstr(g.client.got, "\"event\":\"peers\",\"seq\":1002,"));
    assert_true(socket_client_count(&g.client, "\"message\"") < 100);
    json_talk_event(g.talk, &e);
    socket_client_until_got(&g.client, "\"seq\":1003,");
    guest_close(&g);
}

static void test_nothing_is_read_from_a_guest_that_does_not_read(void **state)
{
    (void)state;
    guest_open(&g);
    flood();
    socket_client_say(&g.client, "{\"do\":\"peers\"}\n");
    socket_client_turn(&g.client, 50, false);
    assert_int_equal(g.submitted, 0);
    until_submitted(&g, 1);
    guest_close(&g);
}

static void test_so_many_commands_are_under_way_and_no_more(void **state)
{
    (void)state;
    guest_open(&g);
    for (int i = 0; i < JSON_GUEST_COMMANDS + 2; i++)
        socket_client_say(&g.client, "{\"do\":\"peers\"}\n");
    until_submitted(&g, JSON_GUEST_COMMANDS);
    socket_client_turn(&g.client, 50, true);
    assert_int_equal(g.submitted, JSON_GUEST_COMMANDS);
    answer(&g, g.last_ticket);
    until_submitted(&g, JSON_GUEST_COMMANDS + 1);
    guest_close(&g);
}

static void test_of_commands_with_a_long_answer_one_is_under_way(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines;
        enum command_type second;
    } rows[] = {
        {"histories", "{\"do\":\"history\",\"with\":\"b\"}\n{\"do\":\"history\",\"with\":\"b\"}\n",
         COMMAND_HISTORY},
        {"unseen ones", "{\"do\":\"unseen\"}\n{\"do\":\"unseen\"}\n", COMMAND_UNSEEN},
        {"one of each", "{\"do\":\"history\",\"with\":\"b\"}\n{\"do\":\"unseen\"}\n",
         COMMAND_UNSEEN},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        guest_open(&g);
        socket_client_say(&g.client, "{\"do\":\"peers\"}\n");
        socket_client_say(&g.client, rows[i].lines);
        socket_client_say(&g.client, "{\"do\":\"groups\"}\n");
        until_submitted(&g, 2);
        answer(&g, g.last_ticket - 1); /* of peers */
        socket_client_turn(&g.client, 50, true);
        CHECK(g.submitted == 2, rows[i].name);
        answer(&g, g.last_ticket);
        until_submitted(&g, 3);
        CHECK(g.last_type == rows[i].second, rows[i].name);
        answer(&g, g.last_ticket);
        until_submitted(&g, 4);
        guest_close(&g);
    }
}

static void test_a_guest_that_has_said_its_last_gets_its_answers_and_then_nothing(void **state)
{
    (void)state;
    guest_open(&g);
    struct event e = message_of(5);
    socket_client_say(&g.client, "{\"do\":\"peers\",\"ref\":\"last\"}\n");
    socket_client_half_close(&g.client);
    until_submitted(&g, 1);
    json_talk_event(g.talk, &e);
    socket_client_until_got(&g.client, "mmmmm");
    assert_int_equal(g.stops, 0);
    assert_false(json_talk_is_alone(g.talk));
    answer(&g, g.last_ticket);
    json_talk_event(g.talk, &e);
    until_stopped(&g);
    json_talk_close(g.talk, on_closed, &g);
    socket_client_until_end(&g.client);
    uv_run(&g.loop, UV_RUN_DEFAULT);
    assert_non_null(strstr(g.client.got, "\"ref\":\"last\""));
    assert_int_equal(socket_client_count(&g.client, "mmmmm"), 1);
    socket_client_close(&g.client);
    assert_int_equal(uv_loop_close(&g.loop), 0);
    assert_null(g.failure);
}

static void test_a_guest_that_went_away_is_noticed_by_what_it_is_told(void **state)
{
    (void)state;
    guest_open(&g);
    socket_client_say(&g.client, "{\"do\":\"peers\"}\n");
    until_submitted(&g, 1);
    shutdown(g.client.fd, SHUT_RDWR);
    socket_client_close(&g.client);
    for (int i = 0; i < 50; i++)
        uv_run(&g.loop, UV_RUN_NOWAIT);
    assert_int_equal(g.stops, 0);
    assert_true(json_talk_is_alone(g.talk));
    answer(&g, g.last_ticket);
    for (int i = 0; i < 1000 && g.stops == 0; i++)
        uv_run(&g.loop, UV_RUN_NOWAIT);
    assert_int_equal(g.stops, 1);
    assert_non_null(g.failure);
    guest_close(&g);
}

static void test_a_busy_node_is_asked_when_it_resumes(void **state)
{
    (void)state;
    guest_open(&g);
    g.busy = true;
    socket_client_say(&g.client, "{\"do\":\"peers\"}\n{\"do\":\"groups\"}\n");
    socket_client_turn(&g.client, 50, true);
    assert_int_equal(g.submitted, 0);
    g.busy = false;
    json_talk_resume(g.talk);
    until_submitted(&g, 2);
    assert_int_equal(g.last_type, COMMAND_GROUPS);
    assert_true(json_talk_has_asked(g.talk, g.last_ticket));
    answer(&g, g.last_ticket);
    assert_false(json_talk_has_asked(g.talk, g.last_ticket));
    guest_close(&g);
}

static void test_quit_is_answered_whoever_asked_first(void **state)
{
    (void)state;
    guest_open(&g);
    socket_client_say(&g.client, "{\"do\":\"quit\",\"ref\":\"q\"}\n");
    until_submitted(&g, 1);
    struct event bye = {.type = EVENT_BYE, .is_answer = true, .ticket = 7}; /* another's */
    json_talk_event(g.talk, &bye);
    socket_client_until_got(&g.client, "{\"event\":\"bye\",\"seq\":2,\"ref\":\"q\"}\n");
    assert_int_equal(g.stops, 0); /* the host knows by the command */
    guest_close(&g);
}

static void test_a_descriptor_of_no_use_opens_nothing_and_closes_both(void **state)
{
    (void)state;
    for (int good = 0; good < 2; good++) {
        int ends[2];
        char end;
        uv_loop_t loop;
        struct json_talk *talk;
        assert_int_equal(uv_loop_init(&loop), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        const struct json_talk_config config = {.in_fd = good == 0 ? ends[0] : -1,
                                                .out_fd = good == 1 ? ends[0] : -1};
        assert_int_equal(json_talk_open(&loop, &config, &talk), LTH_UNAVAILABLE);
        uv_run(&loop, UV_RUN_DEFAULT);
        assert_int_equal(recv(ends[1], &end, 1, MSG_DONTWAIT), 0);
        close(ends[1]);
        assert_int_equal(uv_loop_close(&loop), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_guest_that_does_not_read_loses_events_and_no_answers),
        cmocka_unit_test(test_nothing_is_read_from_a_guest_that_does_not_read),
        cmocka_unit_test(test_so_many_commands_are_under_way_and_no_more),
        cmocka_unit_test(test_of_commands_with_a_long_answer_one_is_under_way),
        cmocka_unit_test(test_a_guest_that_has_said_its_last_gets_its_answers_and_then_nothing),
        cmocka_unit_test(test_a_guest_that_went_away_is_noticed_by_what_it_is_told),
        cmocka_unit_test(test_a_busy_node_is_asked_when_it_resumes),
        cmocka_unit_test(test_quit_is_answered_whoever_asked_first),
        cmocka_unit_test(test_a_descriptor_of_no_use_opens_nothing_and_closes_both),
    };
    signal(SIGPIPE, SIG_IGN); /* as main does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
