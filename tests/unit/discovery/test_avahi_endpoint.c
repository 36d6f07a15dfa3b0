/* Avahi's addresses become endpoints, and only a link-local one keeps its interface. */
#include "check.h"

#include "discovery/avahi_endpoint.h"

static void test_addresses_become_endpoints(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        AvahiIfIndex interface;
        uint8_t first, last;
        uint32_t scope;
    } rows[] = {
        {"IPv4", "192.0.2.9", 3, 0, 9, 0},
        {"IPv6", "2001:db8::7", 3, 0x20, 7, 0},
        {"link-local", "fe80::7", 3, 0xfe, 7, 3},
        {"link-local, interface unknown", "fe80::7", AVAHI_IF_UNSPEC, 0xfe, 7, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        AvahiAddress a;
        struct endpoint e;
        CHECK(avahi_address_parse(rows[i].text, AVAHI_PROTO_UNSPEC, &a), rows[i].name);
        CHECK_ERR(avahi_endpoint(&a, rows[i].interface, 7327, &e), LTH_OK, rows[i].name);
        CHECK(e.ip[0] == rows[i].first && e.ip[15] == rows[i].last, rows[i].name);
        CHECK(e.port == 7327 && e.scope == rows[i].scope, rows[i].name);
        CHECK(endpoint_is_ipv4(&e) == (a.proto == AVAHI_PROTO_INET), rows[i].name);
    }
}

static void test_another_protocol_is_malformed_and_leaves_the_endpoint(void **state)
{
    (void)state;
    const AvahiAddress a = {.proto = AVAHI_PROTO_UNSPEC};
    struct endpoint e = {.port = 77};
    assert_int_equal(avahi_endpoint(&a, 1, 7327, &e), LTH_MALFORMED);
    assert_int_equal(e.port, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_become_endpoints),
        cmocka_unit_test(test_another_protocol_is_malformed_and_leaves_the_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
