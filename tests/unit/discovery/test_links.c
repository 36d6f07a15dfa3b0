/* A change of an interface or an address reaches the owner through AvahiPoll. */
#include "check.h"

#include "discovery/avahi_poll_uv.h"
#include "discovery/links.h"
#include "private_network.h"

#include <stdio.h>

static int changes;

static void on_change(void *ctx)
{
    (void)ctx;
    changes++;
}

static void on_closed(void *ctx)
{
    (void)ctx;
}

static void test_going_up_and_down_is_told_and_stillness_is_not(void **state)
{
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct avahi_poll_uv *poll = avahi_poll_uv_new(&loop);
    struct links *l = links_open(avahi_poll_uv_get(poll), on_change, NULL);
    assert_non_null(l);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(changes, 0);
    assert_true(private_network_set_loopback(true));
    uv_run(&loop, UV_RUN_ONCE);
    int after_up = changes;
    assert_true(after_up > 0);
    assert_true(private_network_set_loopback(false));
    uv_run(&loop, UV_RUN_ONCE);
    assert_true(changes > after_up);
    links_close(l);
    avahi_poll_uv_close(poll, on_closed, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_closing_nothing_is_allowed(void **state)
{
    (void)state;
    links_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_going_up_and_down_is_told_and_stillness_is_not),
        cmocka_unit_test(test_closing_nothing_is_allowed),
    };
    if (!private_network_enter()) {
        puts("skipped: no network namespace to be had");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
