/* Changes of interfaces and addresses reach the owner: soon, few, and once more afterwards. */
#include "check.h"

#include "discovery/netwatch_uv.h"
#include "private_network.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>

static uv_loop_t loop;
static uv_timer_t patience;
static struct netwatch *netwatch;
static int changes;
static uint64_t changed_ms[16]; /* when each was told */
static bool close_when_changed, closed;

static void on_closed(void *ctx)
{
    *(bool *)ctx = true;
}

static void on_change(void *ctx)
{
    (void)ctx;
    assert_false(closed);
    assert_in_range(changes, 0, LENGTH(changed_ms) - 1);
    changed_ms[changes++] = uv_now(&loop);
    if (close_when_changed)
        netwatch_close(netwatch, on_closed, &closed);
}

static int set_up(void **state)
{
    (void)state;
    changes = 0;
    close_when_changed = closed = false;
    if (!private_network_set_loopback(false) || uv_loop_init(&loop) < 0 ||
        uv_timer_init(&loop, &patience) < 0)
        return -1;
    return netwatch_open(&loop, on_change, NULL, &netwatch) == LTH_OK ? 0 : -1;
}

static void on_time(uv_timer_t *timer)
{
    (void)timer;
}

static void run_for(uint64_t ms)
{
    uv_update_time(&loop);
    uv_timer_start(&patience, on_time, ms, 0);
    while (uv_is_active((uv_handle_t *)&patience))
        uv_run(&loop, UV_RUN_ONCE);
}

static int tear_down(void **state)
{
    (void)state;
    if (!closed && !close_when_changed)
        netwatch_close(netwatch, on_closed, &closed);
    uv_close((uv_handle_t *)&patience, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return closed && uv_loop_close(&loop) == 0 ? 0 : -1;
}

static void test_a_change_is_told_soon_and_once_more_a_second_later(void **state)
{
    (void)state;
    run_for(50);
    assert_int_equal(changes, 0);
    uint64_t start = uv_now(&loop);
    assert_true(private_network_set_loopback(true));
    run_for(NETWATCH_SETTLED_MS - 300);
    assert_int_equal(changes, 1);
    assert_in_range(changed_ms[0] - start, 0, 300);
    run_for(1000);
    assert_int_equal(changes, 2);
    assert_in_range(changed_ms[1] - changed_ms[0], NETWATCH_SETTLED_MS, NETWATCH_SETTLED_MS + 300);
    run_for(300);
    assert_int_equal(changes, 2);
}

static void test_what_is_as_before_when_looked_at_is_not_told(void **state)
{
    (void)state;
    assert_true(private_network_set_loopback(true));
    assert_true(private_network_set_loopback(false));
    run_for(500);
    assert_int_equal(changes, 0);
}

static void test_a_network_that_flaps_is_told_a_few_times_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_true(private_network_set_loopback(i % 2 == 0));
        run_for(120); /* longer than changes gather */
    }
    assert_in_range(changes, 1, 5); /* in 1.2 seconds */
    for (int i = 1; i < changes; i++)
        assert_in_range(changed_ms[i] - changed_ms[i - 1], NETWATCH_PAUSE_MS, 5000);
}

static bool set_loopback_address(uint32_t address)
{
    struct ifreq request = {.ifr_name = "lo:1"};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memcpy(&request.ifr_addr, &in, sizeof in);
    bool done = fd >= 0 && ioctl(fd, SIOCSIFADDR, &request) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

static void test_an_address_that_comes_is_told(void **state)
{
    (void)state;
    assert_true(set_loopback_address(0x7f000102));
    run_for(500);
    assert_int_equal(changes, 1);
}

/* ::2 on the loopback, preferred for so many seconds: 0 makes it deprecated, which is a flag. */
static bool set_ipv6_address(uint32_t preferred_s)
{
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg message;
        struct rtattr address_attr;
        struct in6_addr address;
        struct rtattr cache_attr;
        struct ifa_cacheinfo cache;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_NEWADDR,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE},
        .message = {.ifa_family = AF_INET6,
                    .ifa_prefixlen = 128,
                    .ifa_index = if_nametoindex("lo")},
        .address_attr = {RTA_LENGTH(sizeof request.address), IFA_LOCAL},
        .address = {.s6_addr = {[15] = 2}},
        .cache_attr = {RTA_LENGTH(sizeof request.cache), IFA_CACHEINFO},
        .cache = {.ifa_prefered = preferred_s, .ifa_valid = UINT32_MAX},
    };
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    bool done = fd >= 0 && send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
    if (fd >= 0)
        close(fd);
    return done;
}

static void test_a_flag_of_an_ipv6_address_is_told(void **state)
{
    (void)state;
    if (access("/proc/net/if_inet6", R_OK) != 0)
        skip(); /* a kernel without IPv6 */
    assert_true(private_network_set_loopback(true));
    assert_true(set_ipv6_address(UINT32_MAX));
    run_for(NETWATCH_SETTLED_MS + 500);
    int before = changes;
    assert_in_range(before, 1, 2);
    assert_true(set_ipv6_address(UINT32_MAX)); /* nothing new */
    run_for(500);
    assert_int_equal(changes, before);
    assert_true(set_ipv6_address(0));
    run_for(500);
    assert_int_equal(changes, before + 1);
}

static void test_on_change_may_close(void **state)
{
    (void)state;
    close_when_changed = true;
    assert_true(private_network_set_loopback(true));
    run_for(NETWATCH_SETTLED_MS + NETWATCH_GATHER_MS + 100);
    assert_int_equal(changes, 1);
    assert_true(closed);
}

#define NETWATCH_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NETWATCH_TEST(test_a_change_is_told_soon_and_once_more_a_second_later),
        NETWATCH_TEST(test_what_is_as_before_when_looked_at_is_not_told),
        NETWATCH_TEST(test_a_network_that_flaps_is_told_a_few_times_a_second),
        NETWATCH_TEST(test_an_address_that_comes_is_told),
        NETWATCH_TEST(test_a_flag_of_an_ipv6_address_is_told),
        NETWATCH_TEST(test_on_change_may_close),
    };
    if (!private_network_enter()) {
        puts("skipped: no network namespace to be had");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
