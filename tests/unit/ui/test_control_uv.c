/* Several clients on one socket: what each hears, who is let in, and that none waits for another.
 */
#include "socket_client.h"

#include "ui/control_uv.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { COMMANDS_KEPT = 512 };

struct server {
    uv_loop_t loop;
    struct control *control;
    struct sockaddr_un address;
    struct command submitted[COMMANDS_KEPT]; /* strings are gone */
    size_t count;
    bool busy, is_closed;
    bool turns_busy; /* with each command */
    bool is_quick;   /* and at once idle again */
};

static void on_submit(void *ctx, const struct command *c)
{
    struct server *s = ctx;
    assert_true(s->count < COMMANDS_KEPT);
    s->submitted[s->count++] = *c;
    s->busy = s->turns_busy;
    if (s->is_quick) {
        s->busy = false;
        control_resume(s->control);
    }
}

static bool on_busy(void *ctx)
{
    const struct server *s = ctx;
    return s->busy;
}

static void on_ready(void *ctx, struct event *ready)
{
    (void)ctx;
    *ready = (struct event){.type = EVENT_READY};
    ready->ready.name = ready->ready.version = ready->ready.data = "x";
}

static void on_closed(void *ctx)
{
    struct server *s = ctx;
    s->is_closed = true;
}

static void server_open(struct server *s)
{
    static const struct control_host callbacks = {on_submit, on_busy, on_ready, NULL};
    struct control_host host = callbacks;
    host.ctx = s;
    memset(s, 0, sizeof *s);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX}; /* the kernel chooses a name */
    socklen_t len = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(listen(fd, 64), 0);
    s->address = address;
    assert_int_equal(control_open(&s->loop, fd, &host, &s->control), LTH_OK);
}

static void server_close(struct server *s)
{
    if (s->control)
        control_close(s->control, on_closed, s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->is_closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
}

static struct socket_client join(struct server *s)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t len = (socklen_t)(sizeof(sa_family_t) + 6); /* of a name that the kernel chose */
    assert_int_equal(connect(fd, (struct sockaddr *)&s->address, len), 0);
    return socket_client_over(&s->loop, fd);
}

static struct socket_client join_and_greet(struct server *s)
{
    struct socket_client c = join(s);
    socket_client_until_got(&c, "{\"event\":\"ready\",\"seq\":1,");
    return c;
}

static void until_submitted(struct server *s, size_t count)
{
    for (int i = 0; i < 20000 && s->count < count; i++) {
        uv_run(&s->loop, UV_RUN_NOWAIT);
        usleep(100);
    }
    assert_int_equal(s->count, count);
}

static void turn(struct server *s)
{
    for (int i = 0; i < 50; i++) {
        uv_run(&s->loop, UV_RUN_NOWAIT);
        usleep(100);
    }
}

static struct event answer_to(const struct command *c, enum event_type type)
{
    return (struct event){.type = type, .is_answer = true, .ticket = c->ticket};
}

static struct event warning(const char *text)
{
    struct event e = {.type = EVENT_WARNING};
    e.warning.code = "clock";
    e.warning.text = text;
    return e;
}

static struct server s;

static void test_events_are_for_all_and_answers_for_who_asked(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client a = join_and_greet(&s), b = join_and_greet(&s);
    socket_client_say(&a, "{\"do\":\"peers\",\"ref\":\"of a\"}\n");
    until_submitted(&s, 1);
    socket_client_say(&b, "{\"do\":\"status\",\"ref\":\"of b\"}\n");
    until_submitted(&s, 2);
    struct event to_a = answer_to(&s.submitted[0], EVENT_PEERS), news = warning("for all");
    struct event to_b = answer_to(&s.submitted[1], EVENT_SYNCED);
    assert_true(control_is_answer(&to_a));
    assert_false(control_is_answer(&news));
    control_event(s.control, &to_b);
    control_event(s.control, &to_a);
    control_event(s.control, &to_a); /* not asked for twice */
    control_event(s.control, &news);
    socket_client_until_got(&a, "for all");
    socket_client_until_got(&b, "for all");
    assert_non_null(strstr(a.got, "{\"event\":\"peers\",\"seq\":2,\"ref\":\"of a\""));
    assert_non_null(strstr(b.got, "{\"event\":\"synced\",\"seq\":2,\"ref\":\"of b\""));
    assert_int_equal(socket_client_count(&a, "\n"), 3);
    assert_int_equal(socket_client_count(&b, "\n"), 3);
    socket_client_close(&a);
    socket_client_close(&b);
    server_close(&s);
}

static void test_what_the_nodes_own_user_is_answered_no_client_hears_but_as_news(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client a = join_and_greet(&s);
    struct event peers = {.type = EVENT_PEERS, .is_answer = true, .ticket = 1};
    struct event own = {.type = EVENT_ERROR, .is_answer = true, .ticket = 0};
    struct event accepted = {.type = EVENT_ACCEPTED, .is_answer = true, .ticket = 2};
    struct event contact = {.type = EVENT_CONTACT, .is_answer = true, .ticket = 3};
    own.error.text = "x";
    contact.peer.name = contact.peer.petname = "ben";
    const struct event all[] = {peers, own, accepted, contact};
    for (size_t i = 0; i < LENGTH(all); i++) {
        assert_false(control_is_answer(&all[i]));
        control_event(s.control, &all[i]);
    }
    socket_client_until_got(&a, "\"seq\":2");
    assert_non_null(strstr(a.got, "{\"event\":\"peer\",\"seq\":2,\"id\""));
    assert_int_equal(socket_client_count(&a, "\n"), 2);
    socket_client_close(&a);
    server_close(&s);
}

static void test_that_a_message_was_accepted_hear_prompts_and_no_other_clients(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client prompt = join_and_greet(&s), program = join_and_greet(&s);
    socket_client_say(&prompt, "{\"do\":\"unseen\",\"ref\":\"u\"}\n");
    until_submitted(&s, 1);
    struct event page = answer_to(&s.submitted[0], EVENT_HISTORY), last = warning("the last");
    struct event accepted = {.type = EVENT_ACCEPTED, .is_answer = true, .ticket = 2};
    control_event(s.control, &page);
    control_event(s.control, &accepted);
    control_event(s.control, &last);
    socket_client_until_got(&prompt, "the last");
    socket_client_until_got(&program, "the last");
    assert_non_null(strstr(prompt.got, "{\"event\":\"accepted\",\"seq\":3,\"id\""));
    assert_int_equal(socket_client_count(&program, "\"accepted\""), 0);
    socket_client_close(&prompt);
    socket_client_close(&program);
    server_close(&s);
}

static void test_one_more_than_the_most_is_told_so_and_closed(void **state)
{
    (void)state;
    struct socket_client many[CONTROL_CLIENTS_MAX];
    server_open(&s);
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = join_and_greet(&s);
    struct socket_client one_more = join(&s);
    socket_client_until_end(&one_more);
    assert_non_null(
        strstr(one_more.got, "{\"event\":\"error\",\"seq\":1,\"ref\":null,\"code\":\"limit\","));
    assert_int_equal(socket_client_count(&one_more, "\n"), 1);
    socket_client_close(&one_more);

    socket_client_close(&many[7]);
    turn(&s);
    many[7] = join_and_greet(&s);
    for (size_t i = 0; i < LENGTH(many); i++)
        socket_client_close(&many[i]);
    server_close(&s);
}

static void test_a_client_that_went_away_makes_room_whatever_it_had_asked(void **state)
{
    (void)state;
    server_open(&s);
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct socket_client c = join_and_greet(&s);
        socket_client_say(&c, "{\"do\":\"sync\"}\n");
        until_submitted(&s, i + 1);
        socket_client_half_close(&c); /* so that nobody looks at its input any more */
        turn(&s);
        socket_client_close(&c);
    }
    struct socket_client next = join_and_greet(&s);
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct event late = answer_to(&s.submitted[i], EVENT_SYNCED);
        control_event(s.control, &late);
    }
    struct event news = warning("still here");
    control_event(s.control, &news);
    socket_client_until_got(&next, "still here");
    socket_client_close(&next);
    server_close(&s);
}

static void test_a_client_that_does_not_read_holds_up_nobody(void **state)
{
    (void)state;
    static char text[16 * 1024];
    memset(text, 'w', sizeof text - 1);
    server_open(&s);
    struct socket_client deaf = join_and_greet(&s), other = join_and_greet(&s);
    struct event news = warning(text), last = warning("the last");
    for (int i = 0; i < 500; i++) {
        control_event(s.control, &news);
        socket_client_turn(&other, 1, true);
    }
    control_event(s.control, &last);
    socket_client_until_got(&other, "the last");
    assert_int_equal(socket_client_count(&other, "\n"), 502);
    socket_client_turn(&deaf, 1000, true);
    assert_null(strstr(deaf.got, "the last"));
    control_event(s.control, &last);
    socket_client_until_got(&deaf, "\"seq\":503,");
    assert_in_range(socket_client_count(&deaf, "\n"), 60, 120);
    socket_client_close(&deaf);
    socket_client_close(&other);
    server_close(&s);
}

static void test_who_has_asked_its_last_is_answered_and_closed(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client a = join_and_greet(&s), b = join_and_greet(&s);
    socket_client_say(&a, "{\"do\":\"peers\",\"ref\":\"last\"}");
    socket_client_half_close(&a);
    until_submitted(&s, 1);
    struct event answer = answer_to(&s.submitted[0], EVENT_PEERS), news = warning("goes on");
    control_event(s.control, &answer);
    socket_client_until_end(&a);
    assert_non_null(strstr(a.got, "\"ref\":\"last\""));
    control_event(s.control, &news);
    socket_client_until_got(&b, "goes on");
    socket_client_close(&a);
    socket_client_close(&b);
    server_close(&s);
}

static void test_garbage_is_refused_and_the_next_line_works(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client a = join_and_greet(&s);
    socket_client_say(&a, "\x80\x01garbage\n[]\n{\"do\":\"peers\",\"ref\":\"good\"}\n");
    until_submitted(&s, 1);
    struct event answer = answer_to(&s.submitted[0], EVENT_PEERS);
    control_event(s.control, &answer);
    socket_client_until_got(&a, "\"ref\":\"good\"");
    assert_int_equal(socket_client_count(&a, "\"malformed\""), 2);
    socket_client_close(&a);
    server_close(&s);
}

/* All at once, so that they are read at once. */
static void ask_ten_times(struct socket_client *c, const char *line)
{
    char lines[512] = "";
    for (int i = 0; i < 10; i++)
        strcat(lines, line);
    socket_client_say(c, lines);
}

static void test_clients_take_turns_with_a_node_that_is_busy(void **state)
{
    (void)state;
    server_open(&s);
    s.turns_busy = true;
    struct socket_client a = join_and_greet(&s), b = join_and_greet(&s);
    ask_ten_times(&a, "{\"do\":\"peers\"}\n");
    ask_ten_times(&b, "{\"do\":\"groups\"}\n");
    turn(&s);
    assert_int_equal(s.count, 1);
    for (size_t i = 2; i <= 20; i++) {
        s.busy = false;
        control_resume(s.control);
        assert_int_equal(s.count, i);
        turn(&s);
        assert_int_equal(s.count, i);
    }
    for (size_t i = 1; i < 20; i++)
        assert_int_not_equal(s.submitted[i].type, s.submitted[i - 1].type);
    socket_client_close(&a);
    socket_client_close(&b);
    server_close(&s);
}

static void test_nobody_is_forgotten_by_a_node_that_is_idle_at_once(void **state)
{
    (void)state;
    server_open(&s);
    s.turns_busy = true;
    struct socket_client a = join_and_greet(&s), b = join_and_greet(&s);
    ask_ten_times(&a, "{\"do\":\"peers\"}\n");
    ask_ten_times(&b, "{\"do\":\"groups\"}\n");
    turn(&s);
    assert_int_equal(s.count, 1);
    s.busy = false;
    s.is_quick = true;
    control_resume(s.control);
    assert_int_equal(s.count, 20);
    socket_client_close(&a);
    socket_client_close(&b);
    server_close(&s);
}

static void test_all_hear_the_end_and_who_asked_for_it_as_an_answer(void **state)
{
    (void)state;
    server_open(&s);
    struct socket_client a = join_and_greet(&s), b = join_and_greet(&s);
    socket_client_say(&a, "{\"do\":\"quit\",\"ref\":\"q\"}\n");
    until_submitted(&s, 1);
    assert_int_equal(s.submitted[0].type, COMMAND_QUIT);
    struct event bye = answer_to(&s.submitted[0], EVENT_BYE);
    assert_false(control_is_answer(&bye)); /* the node's own user hears it, too */
    control_event(s.control, &bye);
    control_close(s.control, on_closed, &s);
    s.control = NULL;
    socket_client_until_end(&a);
    socket_client_until_end(&b);
    assert_non_null(strstr(a.got, "{\"event\":\"bye\",\"seq\":2,\"ref\":\"q\"}\n"));
    assert_non_null(strstr(b.got, "{\"event\":\"bye\",\"seq\":2}\n"));
    socket_client_close(&a);
    socket_client_close(&b);
    server_close(&s);
}

static void test_the_end_waits_for_a_client_that_does_not_read_but_not_for_ever(void **state)
{
    (void)state;
    static char text[16 * 1024];
    memset(text, 'w', sizeof text - 1);
    server_open(&s);
    struct socket_client deaf = join_and_greet(&s);
    struct event news = warning(text);
    for (int i = 0; i < 100; i++)
        control_event(s.control, &news);
    server_close(&s);
    socket_client_close(&deaf);
}

static int accept_fails;
static bool is_stranger;
int __real_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

/* In the place of the two, by the linker's --wrap. */
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    if (accept_fails == 0)
        return __real_accept4(fd, address, len, flags);
    accept_fails--;
    errno = EMFILE;
    return -1;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int result = __real_getsockopt(fd, level, name, value, len);
    if (is_stranger && level == SOL_SOCKET && name == SO_PEERCRED)
        ((struct ucred *)value)->uid = geteuid() + 1;
    return result;
}

static void test_another_user_is_told_nothing(void **state)
{
    (void)state;
    server_open(&s);
    is_stranger = true;
    struct socket_client stranger = join(&s);
    socket_client_until_end(&stranger);
    is_stranger = false;
    assert_string_equal(stranger.got, "");
    socket_client_close(&stranger);
    server_close(&s);
}

static void test_without_descriptors_clients_wait_and_the_loop_sleeps(void **state)
{
    (void)state;
    server_open(&s);
    accept_fails = 100;
    struct socket_client a = join(&s);
    turn(&s);
    assert_int_equal(accept_fails, 99); /* tried once, and not in every turn of the loop */
    accept_fails = 0;
    assert_string_equal(a.got, "");
    socket_client_until_got(&a, "\"ready\"");
    socket_client_close(&a);
    server_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_for_all_and_answers_for_who_asked),
        cmocka_unit_test(test_what_the_nodes_own_user_is_answered_no_client_hears_but_as_news),
        cmocka_unit_test(test_that_a_message_was_accepted_hear_prompts_and_no_other_clients),
        cmocka_unit_test(test_one_more_than_the_most_is_told_so_and_closed),
        cmocka_unit_test(test_a_client_that_went_away_makes_room_whatever_it_had_asked),
        cmocka_unit_test(test_a_client_that_does_not_read_holds_up_nobody),
        cmocka_unit_test(test_who_has_asked_its_last_is_answered_and_closed),
        cmocka_unit_test(test_garbage_is_refused_and_the_next_line_works),
        cmocka_unit_test(test_clients_take_turns_with_a_node_that_is_busy),
        cmocka_unit_test(test_nobody_is_forgotten_by_a_node_that_is_idle_at_once),
        cmocka_unit_test(test_all_hear_the_end_and_who_asked_for_it_as_an_answer),
        cmocka_unit_test(test_the_end_waits_for_a_client_that_does_not_read_but_not_for_ever),
        cmocka_unit_test(test_another_user_is_told_nothing),
        cmocka_unit_test(test_without_descriptors_clients_wait_and_the_loop_sleeps),
    };
    signal(SIGPIPE, SIG_IGN); /* as main does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
