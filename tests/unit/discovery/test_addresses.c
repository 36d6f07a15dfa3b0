/* Which addresses we publish, from lists as getifaddrs(3) gives them. All rows use the
 * loopback interface's name where an index is needed: every host has it. */
#include "check.h"

#include "discovery/addresses.h"

#include <arpa/inet.h>
#include <stdio.h>

static const unsigned usual = IFF_UP | IFF_MULTICAST;
static char lo[] = "lo", missing[] = "no-such-one";

union any_address {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static union any_address parse(const char *text)
{
    union any_address a = {.in.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &a.in.sin_addr) == 1)
        return a;
    a.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    if (inet_pton(AF_INET6, text, &a.in6.sin6_addr) != 1)
        a.sa.sa_family = AF_PACKET;
    return a;
}

static void write_list(const struct own_address *own, size_t count, char out[512])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char text[AVAHI_ADDRESS_STR_MAX];
        avahi_address_snprint(text, sizeof text, &own[i].address);
        len += (size_t)snprintf(out + len, 512 - len, "%s ", text);
    }
}

static void test_addresses_are_chosen_by_interface_and_kind(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *listed[4];
        unsigned flags;
        char *interface;
        const char *only; /* interface asked for, NULL = all */
        const char *want;
    } rows[] = {
        {"all IPv4", {"192.0.2.1", "192.0.2.2"}, usual, lo, NULL, "192.0.2.1 192.0.2.2 "},
        {"link-local first", {"fe80::1", "2001:db8::1"}, usual, lo, NULL, "fe80::1 "},
        {"link-local last", {"2001:db8::1", "fe80::1"}, usual, lo, NULL, "fe80::1 "},
        {"global only", {"2001:db8::1", "2001:db8::2"}, usual, lo, NULL, "2001:db8::1 "},
        {"both versions", {"192.0.2.1", "fe80::1"}, usual, lo, NULL, "192.0.2.1 fe80::1 "},
        {"other families", {"packet", "192.0.2.1"}, usual, lo, NULL, "192.0.2.1 "},
        {"down", {"192.0.2.1"}, IFF_MULTICAST, lo, NULL, ""},
        {"no multicast", {"192.0.2.1"}, IFF_UP, lo, NULL, ""},
        {"loopback", {"127.0.0.1"}, IFF_UP | IFF_LOOPBACK, lo, NULL, ""},
        {"loopback by name", {"127.0.0.1"}, IFF_UP | IFF_LOOPBACK, lo, "lo", "127.0.0.1 "},
        {"not asked for", {"192.0.2.1"}, usual, lo, "eth9", ""},
        {"gone meanwhile", {"192.0.2.1"}, usual, missing, NULL, ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        union any_address addresses[4];
        struct ifaddrs list[5] = {{0}};
        struct interfaces in;
        struct own_address out[ADDRESSES_MAX];
        char got[512];
        CHECK_ERR(interfaces_set(&rows[i].only, rows[i].only ? 1 : 0, &in), LTH_OK, rows[i].name);
        for (size_t k = 0; k < 4 && rows[i].listed[k]; k++) {
            addresses[k] = parse(rows[i].listed[k]);
            list[k].ifa_next = &list[k + 1];
            list[k].ifa_name = rows[i].interface;
            list[k].ifa_flags = rows[i].flags;
            list[k].ifa_addr = &addresses[k].sa;
        } /* the one after the last has no address, as a tunnel's may not */
        write_list(out, addresses_choose(list, &in, out), got);
        CHECK(strcmp(got, rows[i].want) == 0, rows[i].name);
    }
}

static void test_a_network_is_an_address_with_a_link_on_an_interface_in_use(void **state)
{
    (void)state;
    static const struct {
        const char *name, *address;
        unsigned flags;
        const char *only; /* interface asked for, NULL = all */
        bool want;
    } rows[] = {
        {"up", "192.0.2.1", usual | IFF_RUNNING, NULL, true},
        {"IPv6 alone", "fe80::1", usual | IFF_RUNNING, NULL, true},
        {"no cable", "192.0.2.1", usual, NULL, false},
        {"down", "192.0.2.1", IFF_MULTICAST, NULL, false},
        {"no address", "packet", usual | IFF_RUNNING, NULL, false},
        {"not asked for", "192.0.2.1", usual | IFF_RUNNING, "eth9", false},
        {"loopback", "127.0.0.1", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, NULL, false},
        {"loopback by name", "127.0.0.1", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, "lo", true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        union any_address address = parse(rows[i].address);
        struct ifaddrs one = {.ifa_name = lo, .ifa_flags = rows[i].flags, .ifa_addr = &address.sa};
        struct interfaces in;
        CHECK_ERR(interfaces_set(&rows[i].only, rows[i].only ? 1 : 0, &in), LTH_OK, rows[i].name);
        CHECK(addresses_can_be_used(&one, &in) == rows[i].want, rows[i].name);
    }
    assert_false(addresses_can_be_used(NULL, &(struct interfaces){0}));
}

static void test_more_addresses_than_the_limit_are_left_out(void **state)
{
    (void)state;
    static union any_address addresses[3 * ADDRESSES_MAX];
    static struct ifaddrs list[LENGTH(addresses)];
    struct interfaces in = {0};
    struct own_address out[ADDRESSES_MAX];
    for (size_t i = 0; i < LENGTH(list); i++) {
        addresses[i] = parse("192.0.2.0");
        addresses[i].in.sin_addr.s_addr = htonl(0xc0000200u + (uint32_t)i);
        list[i] = (struct ifaddrs){.ifa_next = i + 1 < LENGTH(list) ? &list[i + 1] : NULL,
                                   .ifa_name = lo,
                                   .ifa_flags = usual,
                                   .ifa_addr = &addresses[i].sa};
    }
    assert_int_equal(addresses_choose(list, &in, out), ADDRESSES_MAX);
    assert_int_equal(addresses_choose(NULL, &in, out), 0);
}

static void test_addresses_are_equal_by_interface_version_and_bytes(void **state)
{
    (void)state;
    struct own_address a = {.interface = 1}, b;
    avahi_address_parse("192.0.2.1", AVAHI_PROTO_INET, &a.address);
    b = a;
    assert_true(own_address_equal(&a, &b));
    b.interface = 2;
    assert_false(own_address_equal(&a, &b));
    b = a;
    avahi_address_parse("192.0.2.2", AVAHI_PROTO_INET, &b.address);
    assert_false(own_address_equal(&a, &b));
    avahi_address_parse("fe80::1", AVAHI_PROTO_INET6, &b.address);
    assert_false(own_address_equal(&a, &b));
    a = b;
    assert_true(own_address_equal(&a, &b));
    avahi_address_parse("fe80::2", AVAHI_PROTO_INET6, &b.address);
    assert_false(own_address_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_chosen_by_interface_and_kind),
        cmocka_unit_test(test_a_network_is_an_address_with_a_link_on_an_interface_in_use),
        cmocka_unit_test(test_more_addresses_than_the_limit_are_left_out),
        cmocka_unit_test(test_addresses_are_equal_by_interface_version_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
