/* Whole nodes' discovery on the loopback of a private network, several in one process: they
 * find and lose each other, may be closed at any moment, and leave an empty loop. No
 * bus is to be had here; what a real daemon adds is tried in tests/netns. */
#include "check.h"

#include "discovery/discovery_uv.h"
#include "discovery/interfaces.h"
#include "private_network.h"

#include <stdio.h>
#include <stdlib.h>

struct node {
    struct discovery *discovery; /* NULL once it is being closed */
    int found, lost, dialled, told, networks;
    bool close_when_network;
    uint16_t last_port;
    bool unhealthy, close_when_found, closed;
    char sentence[160];
};

static uv_loop_t loop;
static uv_timer_t patience;
static struct node nodes[3];

static void on_closed(void *ctx)
{
    struct node *n = ctx;
    n->closed = true;
}

static void close_node(struct node *n)
{
    if (n->discovery)
        discovery_close(n->discovery, on_closed, n);
    n->discovery = NULL;
}

static void on_found(void *ctx, const char *instance, const struct endpoint *e, bool we_wait)
{
    struct node *n = ctx;
    assert_int_equal(strlen(instance), 16);
    assert_true(endpoint_is_loopback(e));
    n->found++;
    n->dialled += !we_wait;
    n->last_port = e->port;
    if (n->close_when_found)
        close_node(n);
}

static void on_lost(void *ctx, const char *instance, const struct endpoint *e)
{
    struct node *n = ctx;
    (void)instance;
    n->lost++;
    n->last_port = e->port;
}

static void on_state(void *ctx, bool healthy, const char *sentence)
{
    struct node *n = ctx;
    n->told++;
    n->unhealthy = !healthy;
    snprintf(n->sentence, sizeof n->sentence, "%s", sentence);
}

static void on_network(void *ctx)
{
    struct node *n = ctx;
    n->networks++;
    if (n->close_when_network)
        close_node(n);
}

static void open_node_on(struct node *n, enum discovery_mode mode, const char *const *interfaces,
                         size_t count)
{
    const struct discovery_config config = {.mode = mode,
                                            .port = (uint16_t)(7001 + (n - nodes)),
                                            .interfaces = interfaces,
                                            .interface_count = count};
    const struct discovery_callbacks callbacks = {
        .on_found = on_found,
        .on_lost = on_lost,
        .on_state = on_state,
        .on_network = on_network,
        .ctx = n,
    };
    assert_int_equal(discovery_open(&loop, &config, &callbacks, &n->discovery), LTH_OK);
}

static void open_node(struct node *n, enum discovery_mode mode)
{
    static const char *const only[] = {"lo"};
    open_node_on(n, mode, only, 1);
}

static int set_up(void **state)
{
    (void)state;
    memset(nodes, 0, sizeof nodes);
    if (uv_loop_init(&loop) < 0 || uv_timer_init(&loop, &patience) < 0)
        return -1;
    return private_network_set_loopback(true) ? 0 : -1;
}

static void on_late(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Runs the loop until condition(), at most limit_ms; true when it came. */
static bool run_until(bool (*condition)(void), uint64_t limit_ms)
{
    bool late = false;
    patience.data = &late;
    uv_update_time(&loop);
    uv_timer_start(&patience, on_late, limit_ms, 0);
    while (!condition() && !late)
        uv_run(&loop, UV_RUN_ONCE);
    uv_timer_stop(&patience);
    return condition();
}

static bool never(void)
{
    return false;
}

static void finish(void)
{
    bool open[LENGTH(nodes)];
    for (size_t i = 0; i < LENGTH(nodes); i++) {
        open[i] = nodes[i].discovery || nodes[i].close_when_found;
        close_node(&nodes[i]);
    }
    uv_close((uv_handle_t *)&patience, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < LENGTH(nodes); i++)
        assert_true(!open[i] || nodes[i].closed);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static bool all_found(void)
{
    return nodes[0].found >= 2 && nodes[1].found >= 2 && nodes[2].found >= 2;
}

static bool two_lost_one(void)
{
    return nodes[0].lost >= 1 && nodes[2].lost >= 1;
}

static void test_three_find_each_other_once_and_lose_the_one_that_leaves(void **state)
{
    (void)state;
    int dialled = 0;
    for (size_t i = 0; i < LENGTH(nodes); i++)
        open_node(&nodes[i], DISCOVERY_EMBEDDED);
    assert_true(run_until(all_found, 3000));
    for (size_t i = 0; i < LENGTH(nodes); i++) {
        struct discovery_status s;
        discovery_status(nodes[i].discovery, &s);
        assert_int_equal(nodes[i].found, 2);
        assert_int_equal(s.adverts, 2);
        assert_true(s.resolves >= 2);
        assert_string_equal(s.backend, "embedded");
        dialled += nodes[i].dialled;
    }
    assert_int_equal(dialled, 3); /* of each pair exactly one dials at once */
    close_node(&nodes[1]);
    assert_true(run_until(two_lost_one, 3000));
    assert_int_equal(nodes[0].last_port, 7002);
    assert_int_equal(nodes[2].last_port, 7002);
    finish();
}

static bool two_found(void)
{
    return nodes[0].found >= 1 && nodes[1].found >= 1;
}

static void test_a_network_that_comes_later_is_used(void **state)
{
    (void)state;
    assert_true(private_network_set_loopback(false));
    open_node(&nodes[0], DISCOVERY_EMBEDDED);
    open_node(&nodes[1], DISCOVERY_EMBEDDED);
    assert_false(run_until(never, 300));
    assert_int_equal(nodes[0].found, 0);
    assert_true(private_network_set_loopback(true));
    assert_true(run_until(two_found, 4000));
    finish();
}

static bool told(void)
{
    return nodes[0].told > 0;
}

static bool told_again(void)
{
    return nodes[0].told > 1;
}

static const char *state_of_first(void)
{
    struct discovery_status s;
    discovery_status(nodes[0].discovery, &s);
    return s.state;
}

static bool all_told(void)
{
    return nodes[0].told > 0 && nodes[1].told > 0 && nodes[2].told > 0;
}

static bool one_told_again(void)
{
    return nodes[0].told > 1 || nodes[1].told > 1 || nodes[2].told > 1;
}

static bool all_told_again(void)
{
    return nodes[0].told > 1 && nodes[1].told > 1 && nodes[2].told > 1;
}

static void test_no_network_is_said_once_and_again_when_one_comes(void **state)
{
    (void)state;
    static const enum discovery_mode modes[] = {DISCOVERY_AUTO, DISCOVERY_EMBEDDED,
                                                DISCOVERY_AVAHI};
    assert_true(private_network_set_loopback(false));
    for (size_t i = 0; i < LENGTH(nodes); i++)
        open_node(&nodes[i], modes[i]);
    assert_true(run_until(all_told, 3000));
    for (size_t i = 0; i < LENGTH(nodes); i++) {
        assert_true(nodes[i].unhealthy);
        assert_string_equal(nodes[i].sentence, "No network is up; waiting for one.");
    }
    assert_string_equal(state_of_first(), "waiting");
    assert_false(run_until(one_told_again, 300));
    assert_true(private_network_set_loopback(true));
    assert_true(run_until(all_told_again, 3000));
    assert_string_equal(state_of_first(), "published");
    assert_false(nodes[0].unhealthy || nodes[1].unhealthy);
    assert_non_null(strstr(nodes[2].sentence, "waits for avahi-daemon")); /* the next trouble */
    finish();
}

static void test_an_unknown_interface_is_named_and_the_others_are_used(void **state)
{
    (void)state;
    static const char *const names[] = {"lo", "eth9"};
    open_node_on(&nodes[0], DISCOVERY_EMBEDDED, names, 2);
    assert_true(run_until(told, 500));
    assert_non_null(strstr(nodes[0].sentence, "called eth9;"));
    assert_true(nodes[0].unhealthy);
    assert_true(run_until(told_again, 3000));
    assert_false(nodes[0].unhealthy);
    finish();
}

static void test_an_unknown_interface_alone_is_named_and_waited_for(void **state)
{
    (void)state;
    static const char *const names[] = {"eth9"};
    open_node_on(&nodes[0], DISCOVERY_AUTO, names, 1);
    assert_true(run_until(told, 500));
    assert_non_null(strstr(nodes[0].sentence, "called eth9;"));
    assert_true(nodes[0].unhealthy);
    assert_string_equal(state_of_first(), "waiting");
    finish();
}

static bool first_closed(void)
{
    return nodes[0].closed;
}

static void test_on_found_may_close(void **state)
{
    (void)state;
    nodes[0].close_when_found = true;
    for (size_t i = 0; i < LENGTH(nodes); i++)
        open_node(&nodes[i], DISCOVERY_EMBEDDED);
    assert_true(run_until(first_closed, 3000));
    assert_int_equal(nodes[0].found, 1); /* of two: nothing comes after the close */
    finish();
}

static void test_every_mode_may_be_closed_at_any_turn(void **state)
{
    (void)state;
    for (int mode = DISCOVERY_AUTO; mode <= DISCOVERY_OFF; mode++)
        for (int turns = 0; turns < 6; turns++) {
            open_node(&nodes[0], (enum discovery_mode)mode);
            for (int i = 0; i < turns; i++)
                uv_run(&loop, UV_RUN_NOWAIT);
            close_node(&nodes[0]);
            assert_int_equal(nodes[0].closed, false); /* not from within the call */
            uv_run(&loop, UV_RUN_DEFAULT);
            assert_true(nodes[0].closed);
            nodes[0].closed = false;
        }
    finish();
}

static bool embedded(void)
{
    struct discovery_status s;
    discovery_status(nodes[0].discovery, &s);
    return strcmp(s.backend, "embedded") == 0;
}

static void test_without_a_bus_auto_is_embedded_at_once_and_says_so(void **state)
{
    (void)state;
    open_node(&nodes[0], DISCOVERY_AUTO);
    assert_true(run_until(embedded, 200));
    assert_true(run_until(told, 3000));
    assert_false(nodes[0].unhealthy);
    assert_non_null(strstr(nodes[0].sentence, "no avahi-daemon is running"));
    finish();
}

static void test_without_a_bus_avahi_waits_and_says_so_within_two_seconds(void **state)
{
    (void)state;
    struct discovery_status s;
    open_node(&nodes[0], DISCOVERY_AVAHI);
    assert_true(run_until(told, 2000));
    assert_true(nodes[0].unhealthy);
    discovery_status(nodes[0].discovery, &s);
    assert_string_equal(s.backend, "avahi");
    assert_string_equal(s.state, "waiting");
    finish();
}

static void test_off_is_silent(void **state)
{
    (void)state;
    struct discovery_status s;
    open_node(&nodes[0], DISCOVERY_OFF);
    assert_false(run_until(told, 50));
    discovery_status(nodes[0].discovery, &s);
    assert_string_equal(s.backend, "off");
    assert_string_equal(s.state, "off");
    finish();
}

static bool all_heard_of_the_network(void)
{
    return nodes[0].networks && nodes[1].networks && nodes[2].networks;
}

static void test_every_mode_tells_that_the_network_changed(void **state)
{
    (void)state;
    open_node(&nodes[0], DISCOVERY_OFF);
    open_node(&nodes[1], DISCOVERY_EMBEDDED);
    open_node(&nodes[2], DISCOVERY_AVAHI);
    assert_true(private_network_set_loopback(false));
    assert_true(run_until(all_heard_of_the_network, 2000));
    assert_int_equal(nodes[0].told, 0); /* to the user `off` says nothing */
    finish();
}

static void test_on_network_may_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(nodes); i++)
        nodes[i].close_when_network = true;
    open_node(&nodes[0], DISCOVERY_OFF);
    open_node(&nodes[1], DISCOVERY_EMBEDDED);
    open_node(&nodes[2], DISCOVERY_AVAHI);
    assert_true(private_network_set_loopback(false));
    assert_true(run_until(all_heard_of_the_network, 2000));
    finish();
    assert_int_equal(nodes[0].networks + nodes[1].networks + nodes[2].networks, 3);
}

static void test_interfaces_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const too_long[] = {"a-name-of-16-let"};
    const char *many[INTERFACES_MAX + 1];
    struct discovery *d = NULL;
    const struct discovery_callbacks callbacks = {
        .on_found = on_found, .on_lost = on_lost, .on_state = on_state};
    struct discovery_config config = {
        .mode = DISCOVERY_EMBEDDED, .port = 1, .interfaces = too_long, .interface_count = 1};
    assert_int_equal(discovery_open(&loop, &config, &callbacks, &d), LTH_TOO_LONG);
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = "lo";
    config.interfaces = many;
    config.interface_count = LENGTH(many);
    assert_int_equal(discovery_open(&loop, &config, &callbacks, &d), LTH_LIMIT);
    assert_null(d);
    finish();
}

#define NODE_TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(test_three_find_each_other_once_and_lose_the_one_that_leaves),
        NODE_TEST(test_a_network_that_comes_later_is_used),
        NODE_TEST(test_no_network_is_said_once_and_again_when_one_comes),
        NODE_TEST(test_an_unknown_interface_is_named_and_the_others_are_used),
        NODE_TEST(test_an_unknown_interface_alone_is_named_and_waited_for),
        NODE_TEST(test_on_found_may_close),
        NODE_TEST(test_every_mode_may_be_closed_at_any_turn),
        NODE_TEST(test_without_a_bus_auto_is_embedded_at_once_and_says_so),
        NODE_TEST(test_without_a_bus_avahi_waits_and_says_so_within_two_seconds),
        NODE_TEST(test_off_is_silent),
        NODE_TEST(test_every_mode_tells_that_the_network_changed),
        NODE_TEST(test_on_network_may_close),
        NODE_TEST(test_interfaces_that_cannot_be_are_refused),
    };
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    if (!private_network_enter()) {
        puts("skipped: no network namespace to be had");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
