/* Addresses: one form for each, and only what can be dialled is dialled. */
#include "check.h"

#include "base/endpoint.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

static void test_an_address_is_read_and_written_in_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *written;
    } rows[] = {
        {"IPv4", "192.0.2.1:7327", "192.0.2.1:7327"},
        {"port 0", "192.0.2.1:0", "192.0.2.1:0"},
        {"highest port", "255.255.255.255:65535", "255.255.255.255:65535"},
        {"zeros before a port", "10.0.0.1:0080", "10.0.0.1:80"},
        {"IPv6", "[2001:db8::1]:7327", "[2001:db8::1]:7327"},
        {"IPv6 in full", "[2001:0db8:0:0:0:0:0:0001]:1", "[2001:db8::1]:1"},
        {"IPv6 in capitals", "[2001:DB8::AB]:1", "[2001:db8::ab]:1"},
        {"loopback", "[::1]:7327", "[::1]:7327"},
        {"unspecified", "[::]:7327", "[::]:7327"},
        {"mapped IPv4 is IPv4", "[::ffff:192.0.2.1]:9", "192.0.2.1:9"},
        {"mapped IPv4 in hex", "[::ffff:c000:201]:9", "192.0.2.1:9"},
        {"IPv4 in brackets", "[192.0.2.1]:7327", "192.0.2.1:7327"},
        {"link-local with an interface", "[fe80::1%lo]:7327", "[fe80::1%lo]:7327"},
        {"link-local with a number", "[fe80::1%1]:7327", "[fe80::1%lo]:7327"},
        {"link-local without one", "[fe80::1]:7327", "[fe80::1]:7327"},
        {"an interface that is not needed", "[2001:db8::1%lo]:7327", "[2001:db8::1]:7327"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct endpoint e, again;
        char text[ENDPOINT_TEXT_LEN];
        CHECK_ERR(endpoint_parse(rows[i].text, &e), LTH_OK, rows[i].name);
        endpoint_write(&e, text);
        if (strcmp(text, rows[i].written) != 0)
            fail_msg("%s: written %s", rows[i].name, text);
        CHECK_ERR(endpoint_parse(text, &again), LTH_OK, rows[i].name);
        CHECK(endpoint_equal(&e, &again), rows[i].name);
    }
}

static void test_what_is_not_an_address_is_malformed_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"nothing", ""},
        {"no port", "192.0.2.1"},
        {"no port behind the colon", "192.0.2.1:"},
        {"no host", ":7327"},
        {"brackets without a host", "[]:7327"},
        {"port above 65535", "192.0.2.1:65536"},
        {"port beyond any number", "192.0.2.1:99999999999999999999999"},
        {"port with a sign", "192.0.2.1:+80"},
        {"negative port", "192.0.2.1:-1"},
        {"port with a space", "192.0.2.1: 80"},
        {"port with letters behind", "192.0.2.1:80x"},
        {"port in hex", "192.0.2.1:0x50"},
        {"a host name", "localhost:7327"},
        {"three numbers", "192.0.2:7327"},
        {"a number above 255", "192.0.2.256:7327"},
        {"IPv6 without brackets", "2001:db8::1:7327"},
        {"bracket not closed", "[2001:db8::1:7327"},
        {"no colon behind the bracket", "[2001:db8::1]7327"},
        {"nothing behind the bracket", "[2001:db8::1]"},
        {"two double colons", "[2001::db8::1]:7327"},
        {"an interface nobody has", "[fe80::1%lanthorn-none]:7327"},
        {"an index nobody has", "[fe80::1%4294967295]:7327"},
        {"an index beyond 32 bits", "[fe80::1%4294967297]:7327"},
        {"an empty interface", "[fe80::1%]:7327"},
        {"IPv4 with an interface", "192.0.2.1%lo:7327"},
        {"a host too long", "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaa]:1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct endpoint e = {.port = 1234, .scope = 5}, before = e;
        CHECK_ERR(endpoint_parse(rows[i].text, &e), LTH_MALFORMED, rows[i].name);
        CHECK(endpoint_equal(&e, &before), rows[i].name);
    }
}

static void test_an_interface_that_has_gone_is_written_as_a_number(void **state)
{
    (void)state;
    char text[ENDPOINT_TEXT_LEN];
    const struct endpoint e = {.ip = {0xfe, 0x80, [15] = 1}, .scope = 4000000000u, .port = 65535};
    endpoint_write(&e, text);
    assert_string_equal(text, "[fe80::1%4000000000]:65535");
}

static void test_the_longest_address_fits(void **state)
{
    (void)state;
    char text[ENDPOINT_TEXT_LEN];
    struct endpoint e = {.scope = UINT32_MAX, .port = 65535};
    memset(e.ip, 0xfe, sizeof e.ip);
    e.ip[1] = 0x80;
    endpoint_write(&e, text);
    assert_string_equal(text, "[fe80:fefe:fefe:fefe:fefe:fefe:fefe:fefe%4294967295]:65535");
}

static void test_only_what_can_be_reached_is_dialable(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool dialable;
    } rows[] = {
        {"192.0.2.1:7327", true},
        {"192.0.2.1:0", false},         /* no port */
        {"0.0.0.0:7327", false},        /* this host */
        {"0.1.2.3:7327", false},        /* this network */
        {"127.0.0.1:7327", true},       /* typed by hand, for two nodes on one machine */
        {"169.254.1.1:7327", true},     /* IPv4 link-local needs no interface */
        {"223.255.255.255:7327", true}, /* last before multicast */
        {"224.0.0.251:7327", false},    /* multicast */
        {"240.0.0.1:7327", false},      /* reserved */
        {"255.255.255.255:7327", false},
        {"[::ffff:224.0.0.1]:7327", false}, /* mapped, it is no better */
        {"[::]:7327", false},
        {"[::1]:7327", true},
        {"[2001:db8::1]:7327", true},
        {"[2001:db8::1]:0", false},
        {"[fd00::1]:7327", true},
        {"[fe80::1%lo]:7327", true},
        {"[fe80::1]:7327", false}, /* on which interface? */
        {"[febf::1]:7327", false}, /* last of fe80::/10 */
        {"[fec0::1]:7327", true},  /* beyond it */
        {"[ff02::fb]:7327", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct endpoint e;
        CHECK_ERR(endpoint_parse(rows[i].text, &e), LTH_OK, rows[i].text);
        CHECK(endpoint_is_dialable(&e) == rows[i].dialable, rows[i].text);
    }
}

static void test_kinds_of_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ipv4, loopback, link_local;
    } rows[] = {
        {"127.0.0.1:1", true, true, false},  {"127.255.255.254:1", true, true, false},
        {"128.0.0.1:1", true, false, false}, {"[::1]:1", false, true, false},
        {"[::2]:1", false, false, false},    {"[::ffff:127.0.0.1]:1", true, true, false},
        {"[fe80::1]:1", false, false, true}, {"[febf:ffff::]:1", false, false, true},
        {"[fec0::]:1", false, false, false}, {"169.254.0.1:1", true, false, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct endpoint e;
        CHECK_ERR(endpoint_parse(rows[i].text, &e), LTH_OK, rows[i].text);
        CHECK(endpoint_is_ipv4(&e) == rows[i].ipv4, rows[i].text);
        CHECK(endpoint_is_loopback(&e) == rows[i].loopback, rows[i].text);
        CHECK(endpoint_is_link_local(&e) == rows[i].link_local, rows[i].text);
    }
}

static void test_an_address_goes_to_the_socket_and_back(void **state)
{
    (void)state;
    static const char *const rows[] = {"192.0.2.1:7327", "[2001:db8::1]:65535", "[fe80::1%lo]:1"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct endpoint e, back;
        struct sockaddr_storage address;
        CHECK_ERR(endpoint_parse(rows[i], &e), LTH_OK, rows[i]);
        endpoint_to_sockaddr(&e, &address);
        CHECK(address.ss_family == (endpoint_is_ipv4(&e) ? AF_INET : AF_INET6), rows[i]);
        CHECK_ERR(endpoint_from_sockaddr((struct sockaddr *)&address, &back), LTH_OK, rows[i]);
        CHECK(endpoint_equal(&e, &back), rows[i]);
    }
}

static void test_a_scope_counts_for_link_local_only(void **state)
{
    (void)state;
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(7), .sin6_scope_id = 3};
    struct endpoint e;
    in6.sin6_addr.s6_addr[0] = 0x20;
    assert_int_equal(endpoint_from_sockaddr((struct sockaddr *)&in6, &e), LTH_OK);
    assert_int_equal(e.scope, 0);
    in6.sin6_addr.s6_addr[0] = 0xfe;
    in6.sin6_addr.s6_addr[1] = 0x80;
    assert_int_equal(endpoint_from_sockaddr((struct sockaddr *)&in6, &e), LTH_OK);
    assert_int_equal(e.scope, 3);
    assert_int_equal(e.port, 7);
}

static void test_a_family_that_is_neither_is_malformed(void **state)
{
    (void)state;
    const struct sockaddr other = {.sa_family = AF_UNIX};
    struct endpoint e;
    assert_int_equal(endpoint_from_sockaddr(&other, &e), LTH_MALFORMED);
}

static void test_equal_means_address_scope_and_port(void **state)
{
    (void)state;
    const struct endpoint a = {.ip = {1}, .scope = 2, .port = 3};
    struct endpoint b = a;
    assert_true(endpoint_equal(&a, &b));
    b.ip[15] = 1;
    assert_false(endpoint_equal(&a, &b));
    b = a;
    b.scope = 1;
    assert_false(endpoint_equal(&a, &b));
    b = a;
    b.port = 1;
    assert_false(endpoint_equal(&a, &b));
}

static void test_a_host_and_its_port_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
        enum lth_err want;
    } rows[] = {
        {"localhost:7327", "localhost", 7327, LTH_OK},
        {"[fe80::1%eth0]:1", "fe80::1%eth0", 1, LTH_OK},
        {"[name]:0", "name", 0, LTH_OK},
        {"eleven-long:1", "eleven-long", 1, LTH_OK},
        {"x", NULL, 0, LTH_MALFORMED},
        {"x:y", NULL, 0, LTH_MALFORMED},
        {"a:b:1", NULL, 0, LTH_MALFORMED},
        {"thirteen-long:1", NULL, 0, LTH_MALFORMED}, /* does not fit 13 with its zero */
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char host[13] = "";
        uint16_t port = 9;
        CHECK_ERR(endpoint_split(rows[i].text, host, sizeof host, &port), rows[i].want,
                  rows[i].text);
        if (rows[i].want == LTH_OK)
            CHECK(strcmp(host, rows[i].host) == 0 && port == rows[i].port, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_is_read_and_written_in_one_form),
        cmocka_unit_test(test_what_is_not_an_address_is_malformed_and_changes_nothing),
        cmocka_unit_test(test_an_interface_that_has_gone_is_written_as_a_number),
        cmocka_unit_test(test_the_longest_address_fits),
        cmocka_unit_test(test_only_what_can_be_reached_is_dialable),
        cmocka_unit_test(test_kinds_of_addresses),
        cmocka_unit_test(test_an_address_goes_to_the_socket_and_back),
        cmocka_unit_test(test_a_scope_counts_for_link_local_only),
        cmocka_unit_test(test_a_family_that_is_neither_is_malformed),
        cmocka_unit_test(test_equal_means_address_scope_and_port),
        cmocka_unit_test(test_a_host_and_its_port_are_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
