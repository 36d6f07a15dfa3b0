/* Signs of life leave while the loop turns, and only then. */
#include "check.h"

#include "run/service_uv.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static char name[64];
static int manager;

static int open_manager(void **state)
{
    (void)state;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(name, sizeof name, "@lanthorn-watchdog-%ld", (long)getpid());
    memcpy(at.sun_path + 1, name + 1, strlen(name + 1));
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return bind(manager, (struct sockaddr *)&at,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
}

static int close_manager(void **state)
{
    (void)state;
    return close(manager);
}

static struct service find(const char *watchdog_us)
{
    struct service service;
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    if (watchdog_us)
        assert_int_equal(setenv("WATCHDOG_USEC", watchdog_us, 1), 0);
    service_find(&service);
    return service;
}

static int count_signs(void)
{
    char got[64];
    int count = 0;
    for (ssize_t len; (len = recv(manager, got, sizeof got, 0)) >= 0; count++)
        assert_true(len == 10 && memcmp(got, "WATCHDOG=1", 10) == 0);
    return count;
}

/* The manager reads all the time: a socket holds few datagrams, and whoever sends more waits. */
static int signs;
static int wanted; /* so many are enough */
static uint64_t end_ms;

static void on_read(uv_timer_t *timer)
{
    signs += count_signs();
    if (signs >= wanted || uv_now(timer->loop) >= end_ms)
        uv_close((uv_handle_t *)timer, NULL);
}

/* Turns the loop until so many signs have come, or for ms; returns how many came. */
static int run_until(uv_loop_t *loop, int count, uint64_t ms)
{
    uv_timer_t timer;
    signs = 0;
    wanted = count;
    uv_timer_init(loop, &timer);
    uv_update_time(loop);
    end_ms = uv_now(loop) + ms;
    uv_timer_start(&timer, on_read, 1, 1);
    uv_run(loop, UV_RUN_DEFAULT);
    return signs;
}

static int run_for(uv_loop_t *loop, uint64_t ms)
{
    return run_until(loop, INT_MAX, ms);
}

static void test_a_loop_that_turns_gives_signs(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct service_watch watch;
    struct service service = find("20000"); /* every 10 ms */
    assert_int_equal(uv_loop_init(&loop), 0);
    service_watch(&watch, &loop, &service);
    usleep(50 * 1000);
    assert_int_equal(count_signs(), 0); /* a loop that hangs gives none */
    assert_true(run_until(&loop, 2, PATIENCE_MS) >= 2);
    service_unwatch(&watch);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_who_did_not_ask_gets_none(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct service_watch watch;
    struct service service = find(NULL);
    assert_int_equal(uv_loop_init(&loop), 0);
    service_watch(&watch, &loop, &service);
    assert_int_equal(run_for(&loop, 50), 0);
    service_unwatch(&watch);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_a_short_time_is_no_busy_loop_and_no_silence(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct service_watch watch;
    struct service service = find("1");
    assert_int_equal(uv_loop_init(&loop), 0);
    service_watch(&watch, &loop, &service);
    int count = run_for(&loop, 50);
    assert_true(count >= 1 && count <= 60); /* one a millisecond at most */
    service_unwatch(&watch);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_loop_that_turns_gives_signs, open_manager,
                                        close_manager),
        cmocka_unit_test_setup_teardown(test_who_did_not_ask_gets_none, open_manager,
                                        close_manager),
        cmocka_unit_test_setup_teardown(test_a_short_time_is_no_busy_loop_and_no_silence,
                                        open_manager, close_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
