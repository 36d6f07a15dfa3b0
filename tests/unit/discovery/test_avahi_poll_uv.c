/* AvahiPoll on libuv: every test ends with uv_loop_close() returning 0. */
#include "check.h"

#include "discovery/avahi_poll_uv.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static uv_loop_t loop;
static struct avahi_poll_uv *poll_uv;
static const AvahiPoll *api;
static bool closed;

static int set_up(void **state)
{
    (void)state;
    closed = false;
    uv_loop_init(&loop);
    poll_uv = avahi_poll_uv_new(&loop);
    if (!poll_uv)
        return -1;
    api = avahi_poll_uv_get(poll_uv);
    return 0;
}

static void on_closed(void *ctx)
{
    *(bool *)ctx = true;
}

/* All watches and timeouts are freed: the poll closes and the loop is empty. */
static void finish(void)
{
    avahi_poll_uv_close(poll_uv, on_closed, &closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static struct timeval in_ms(long ms)
{
    struct timeval tv;
    gettimeofday(&tv, NULL);
    long us = tv.tv_usec + ms * 1000;
    tv.tv_sec += us / 1000000;
    tv.tv_usec = us % 1000000;
    if (tv.tv_usec < 0) {
        tv.tv_sec--;
        tv.tv_usec += 1000000;
    }
    return tv;
}

static void pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
}

static void put(int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
}

/* What a callback saw, and what it is to do. */
struct seen {
    int calls, fd;
    AvahiWatchEvent event, asked;
    bool free_it;
    AvahiWatch *free_other;
    bool drain;
};

static void on_watch(AvahiWatch *w, int fd, AvahiWatchEvent event, void *userdata)
{
    struct seen *seen = userdata;
    char byte;
    seen->calls++;
    seen->fd = fd;
    seen->event = event;
    seen->asked = api->watch_get_events(w);
    if (seen->drain)
        while (read(fd, &byte, 1) > 0)
            ;
    if (seen->free_other)
        api->watch_free(seen->free_other);
    seen->free_other = NULL;
    if (seen->free_it)
        api->watch_free(w);
}

static void turn(void)
{
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void test_a_readable_descriptor_calls_its_watch(void **state)
{
    (void)state;
    int fds[2];
    struct seen seen = {.drain = true};
    pair(fds);
    AvahiWatch *w = api->watch_new(api, fds[0], AVAHI_WATCH_IN, on_watch, &seen);
    turn();
    assert_int_equal(seen.calls, 0);
    put(fds[1]);
    turn();
    turn();
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.fd, fds[0]);
    assert_int_equal(seen.event, AVAHI_WATCH_IN);
    assert_int_equal(seen.asked, AVAHI_WATCH_IN);
    assert_int_equal(api->watch_get_events(w), 0); /* outside of the callback */
    api->watch_free(w);
    finish();
    close(fds[0]);
    close(fds[1]);
}

static void test_a_watch_gets_what_it_last_asked_for(void **state)
{
    (void)state;
    int fds[2];
    struct seen seen = {0};
    pair(fds);
    put(fds[1]);
    AvahiWatch *w = api->watch_new(api, fds[0], (AvahiWatchEvent)0, on_watch, &seen);
    turn();
    assert_int_equal(seen.calls, 0);
    api->watch_update(w, AVAHI_WATCH_OUT);
    turn();
    assert_int_equal(seen.event, AVAHI_WATCH_OUT);
    api->watch_update(w, AVAHI_WATCH_IN | AVAHI_WATCH_OUT);
    turn();
    assert_int_equal(seen.event, AVAHI_WATCH_IN | AVAHI_WATCH_OUT);
    api->watch_update(w, (AvahiWatchEvent)0);
    turn();
    assert_int_equal(seen.calls, 2);
    api->watch_free(w);
    finish();
    close(fds[0]);
    close(fds[1]);
}

static void test_the_end_of_the_other_side_is_something_to_read(void **state)
{
    (void)state;
    int fds[2];
    struct seen seen = {.free_it = true};
    pair(fds);
    (void)api->watch_new(api, fds[0], AVAHI_WATCH_IN, on_watch, &seen);
    close(fds[1]);
    turn();
    assert_int_equal(seen.calls, 1);
    assert_true(seen.event & AVAHI_WATCH_IN);
    finish();
    close(fds[0]);
}

static void test_watches_on_one_descriptor_are_served_apart(void **state)
{
    (void)state;
    int fds[2];
    struct seen in = {.drain = true}, out = {.free_it = true};
    pair(fds);
    put(fds[1]);
    AvahiWatch *reader = api->watch_new(api, fds[0], AVAHI_WATCH_IN, on_watch, &in);
    assert_non_null(api->watch_new(api, fds[0], AVAHI_WATCH_OUT, on_watch, &out));
    turn();
    assert_int_equal(in.event, AVAHI_WATCH_IN);
    assert_int_equal(out.event, AVAHI_WATCH_OUT);
    put(fds[1]);
    turn();
    assert_int_equal(in.calls, 2); /* the reader outlives the writer, freed in its callback */
    assert_int_equal(out.calls, 1);
    api->watch_free(reader);
    finish();
    close(fds[0]);
    close(fds[1]);
}

static void test_a_watch_may_free_another_of_its_descriptor(void **state)
{
    (void)state;
    int fds[2];
    struct seen first = {.free_it = true}, second = {.free_it = true};
    pair(fds);
    AvahiWatch *a = api->watch_new(api, fds[0], AVAHI_WATCH_OUT, on_watch, &first);
    AvahiWatch *b = api->watch_new(api, fds[0], AVAHI_WATCH_OUT, on_watch, &second);
    first.free_other = b;
    second.free_other = a;
    turn();
    assert_int_equal(first.calls + second.calls, 1); /* whoever came first freed both */
    finish();
    close(fds[0]);
    close(fds[1]);
}

static void test_a_descriptor_number_may_come_back_at_once(void **state)
{
    (void)state;
    int fds[2], again[2];
    struct seen seen = {.drain = true};
    pair(fds);
    AvahiWatch *w = api->watch_new(api, fds[0], AVAHI_WATCH_IN, on_watch, &seen);
    api->watch_free(w);
    close(fds[0]);
    pair(again);
    assert_int_equal(again[0], fds[0]);
    w = api->watch_new(api, again[0], AVAHI_WATCH_IN, on_watch, &seen);
    assert_non_null(w);
    put(again[1]);
    turn();
    turn();
    assert_int_equal(seen.calls, 1);
    api->watch_free(w);
    finish();
    close(fds[1]);
    close(again[0]);
    close(again[1]);
}

static void test_a_descriptor_that_cannot_be_polled_gets_no_watch(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_null(api->watch_new(api, -1, AVAHI_WATCH_IN, on_watch, &seen));
    finish();
}

/* An error of a UDP socket (a port nobody listens on) stops a uv_poll; Avahi's watch
 * must be told and must hear of the next datagram all the same. */
static void test_after_an_error_a_watch_goes_on(void **state)
{
    (void)state;
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = 0};
    socklen_t len = sizeof nobody;
    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct seen seen = {.drain = true};
    int probe = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(probe, (struct sockaddr *)&nobody, len), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&nobody, &len), 0);
    close(probe); /* now nobody listens there */
    assert_int_equal(connect(fd, (struct sockaddr *)&nobody, len), 0);
    AvahiWatch *w = api->watch_new(api, fd, AVAHI_WATCH_IN, on_watch, &seen);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(send(fd, "x", 1, 0), 1);
        turn();
        assert_int_equal(seen.calls, i);
        assert_true(seen.event & AVAHI_WATCH_IN);
        assert_true(seen.event & AVAHI_WATCH_ERR);
    }
    api->watch_free(w);
    finish();
    close(fd);
}

/* --- timeouts --- */

struct fired {
    int calls;
    bool free_it;
    const struct timeval *again;
};

static void on_timeout(AvahiTimeout *t, void *userdata)
{
    struct fired *fired = userdata;
    fired->calls++;
    if (fired->again)
        api->timeout_update(t, fired->again);
    fired->again = NULL;
    if (fired->free_it)
        api->timeout_free(t);
}

static void test_a_timeout_is_a_moment_of_the_wall_clock(void **state)
{
    (void)state;
    struct fired fired = {0};
    const struct timeval moment = in_ms(40);
    AvahiTimeout *t = api->timeout_new(api, &moment, on_timeout, &fired);
    turn();
    assert_int_equal(fired.calls, 0);
    uv_run(&loop, UV_RUN_ONCE);
    struct timeval now;
    gettimeofday(&now, NULL);
    assert_int_equal(fired.calls, 1);
    long late_us = (now.tv_sec - moment.tv_sec) * 1000000 + now.tv_usec - moment.tv_usec;
    assert_true(late_us >= 0); /* never early */
    api->timeout_free(t);
    finish();
}

static void test_moments_gone_by_fire_at_once(void **state)
{
    (void)state;
    const struct timeval moments[] = {{0, 0}, in_ms(-1)};
    for (size_t i = 0; i < LENGTH(moments); i++) {
        struct fired fired = {.free_it = true};
        (void)api->timeout_new(api, &moments[i], on_timeout, &fired);
        turn();
        assert_int_equal(fired.calls, 1);
    }
    finish();
}

static void test_a_timeout_fires_once_and_is_then_disabled(void **state)
{
    (void)state;
    static const struct timeval epoch = {0, 0};
    struct fired fired = {0};
    AvahiTimeout *t = api->timeout_new(api, &epoch, on_timeout, &fired);
    turn();
    turn();
    assert_int_equal(fired.calls, 1);
    api->timeout_update(t, &epoch);
    turn();
    assert_int_equal(fired.calls, 2);
    api->timeout_free(t);
    finish();
}

static void test_without_a_moment_a_timeout_is_disabled(void **state)
{
    (void)state;
    static const struct timeval epoch = {0, 0};
    struct fired fired = {0};
    AvahiTimeout *t = api->timeout_new(api, NULL, on_timeout, &fired);
    assert_false(uv_run(&loop, UV_RUN_NOWAIT)); /* nothing keeps the loop */
    api->timeout_update(t, &epoch);
    api->timeout_update(t, NULL);
    assert_false(uv_run(&loop, UV_RUN_NOWAIT));
    assert_int_equal(fired.calls, 0);
    api->timeout_free(t);
    finish();
}

static void test_a_timeout_may_be_set_again_in_its_callback(void **state)
{
    (void)state;
    static const struct timeval epoch = {0, 0};
    struct fired fired = {.again = &epoch};
    AvahiTimeout *t = api->timeout_new(api, &epoch, on_timeout, &fired);
    for (int i = 0; i < 5; i++)
        turn();
    assert_int_equal(fired.calls, 2);
    api->timeout_free(t);
    finish();
}

static void test_a_timeout_may_free_itself(void **state)
{
    (void)state;
    static const struct timeval epoch = {0, 0};
    struct fired fired = {.free_it = true};
    (void)api->timeout_new(api, &epoch, on_timeout, &fired);
    turn();
    assert_int_equal(fired.calls, 1);
    finish();
}

/* --- closing --- */

static void test_an_unused_poll_closes_at_once(void **state)
{
    (void)state;
    avahi_poll_uv_close(poll_uv, on_closed, &closed);
    assert_true(closed);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_closing_waits_for_the_last_handle(void **state)
{
    (void)state;
    int fds[2];
    struct seen seen = {0};
    struct fired fired = {0};
    pair(fds);
    AvahiWatch *w = api->watch_new(api, fds[0], AVAHI_WATCH_IN, on_watch, &seen);
    AvahiTimeout *t = api->timeout_new(api, NULL, on_timeout, &fired);
    api->watch_free(w);
    api->timeout_free(t);
    avahi_poll_uv_close(poll_uv, on_closed, &closed);
    assert_false(closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(fds[0]);
    close(fds[1]);
}

#define POLL_TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POLL_TEST(test_a_readable_descriptor_calls_its_watch),
        POLL_TEST(test_a_watch_gets_what_it_last_asked_for),
        POLL_TEST(test_the_end_of_the_other_side_is_something_to_read),
        POLL_TEST(test_watches_on_one_descriptor_are_served_apart),
        POLL_TEST(test_a_watch_may_free_another_of_its_descriptor),
        POLL_TEST(test_a_descriptor_number_may_come_back_at_once),
        POLL_TEST(test_a_descriptor_that_cannot_be_polled_gets_no_watch),
        POLL_TEST(test_after_an_error_a_watch_goes_on),
        POLL_TEST(test_a_timeout_is_a_moment_of_the_wall_clock),
        POLL_TEST(test_moments_gone_by_fire_at_once),
        POLL_TEST(test_a_timeout_fires_once_and_is_then_disabled),
        POLL_TEST(test_without_a_moment_a_timeout_is_disabled),
        POLL_TEST(test_a_timeout_may_be_set_again_in_its_callback),
        POLL_TEST(test_a_timeout_may_free_itself),
        POLL_TEST(test_an_unused_poll_closes_at_once),
        POLL_TEST(test_closing_waits_for_the_last_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
