/* What counts as a change of the network, and what does not. */
#include "check.h"

#include "discovery/snapshot.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static struct sockaddr_in v4(uint32_t address)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
}

/* A picture of one interface with one IPv4 address. */
struct host {
    char name[IF_NAMESIZE];
    unsigned flags;
    int index;
    uint32_t address, mask;
    unsigned statistics;
};

static void write_host(const struct host *h, struct buffer *out)
{
    char name[IF_NAMESIZE];
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_ifindex = h->index};
    struct sockaddr_in address = v4(h->address), mask = v4(h->mask);
    unsigned statistics = h->statistics;
    memcpy(name, h->name, sizeof name);
    struct ifaddrs second = {.ifa_name = name,
                             .ifa_flags = h->flags,
                             .ifa_addr = (struct sockaddr *)&address,
                             .ifa_netmask = (struct sockaddr *)&mask};
    struct ifaddrs first = {.ifa_next = &second,
                            .ifa_name = name,
                            .ifa_flags = h->flags,
                            .ifa_addr = (struct sockaddr *)&link,
                            .ifa_data = &statistics};
    CHECK_ERR(snapshot_write(&first, out), LTH_OK, "write");
}

static void test_all_that_reaching_others_depends_on_is_a_change(void **state)
{
    (void)state;
    enum { LOWER_UP = 1 << 16 };
    static const struct host before = {"eth0", IFF_UP | IFF_RUNNING, 2, 0x0a000001, 0xff000000, 7};
    static const struct {
        const char *name;
        struct host host;
        bool changed;
    } rows[] = {
        {"the same", {"eth0", IFF_UP | IFF_RUNNING, 2, 0x0a000001, 0xff000000, 7}, false},
        {"statistics", {"eth0", IFF_UP | IFF_RUNNING, 2, 0x0a000001, 0xff000000, 8}, false},
        {"promiscuous",
         {"eth0", IFF_UP | IFF_RUNNING | IFF_PROMISC, 2, 0x0a000001, 0xff000000, 7},
         false},
        {"down", {"eth0", 0, 2, 0x0a000001, 0xff000000, 7}, true},
        {"not running", {"eth0", IFF_UP, 2, 0x0a000001, 0xff000000, 7}, true},
        {"carrier", {"eth0", IFF_UP | IFF_RUNNING | LOWER_UP, 2, 0x0a000001, 0xff000000, 7}, true},
        {"multicast",
         {"eth0", IFF_UP | IFF_RUNNING | IFF_MULTICAST, 2, 0x0a000001, 0xff000000, 7},
         true},
        {"index", {"eth0", IFF_UP | IFF_RUNNING, 3, 0x0a000001, 0xff000000, 7}, true},
        {"name", {"eth1", IFF_UP | IFF_RUNNING, 2, 0x0a000001, 0xff000000, 7}, true},
        {"address", {"eth0", IFF_UP | IFF_RUNNING, 2, 0x0a000002, 0xff000000, 7}, true},
        {"mask", {"eth0", IFF_UP | IFF_RUNNING, 2, 0x0a000001, 0xffff0000, 7}, true},
    };
    struct buffer was = {0};
    write_host(&before, &was);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer is = {0};
        write_host(&rows[i].host, &is);
        bool same = is.len == was.len && memcmp(is.bytes, was.bytes, is.len) == 0;
        CHECK(same == !rows[i].changed, rows[i].name);
        buffer_clear(&is);
    }
    buffer_clear(&was);
}

static void test_interfaces_without_an_address_and_none_at_all_can_be_written(void **state)
{
    (void)state;
    char name[] = "tun0";
    struct ifaddrs bare = {.ifa_name = name, .ifa_flags = IFF_UP};
    struct buffer out = {0};
    CHECK_ERR(snapshot_write(&bare, &out), LTH_OK, "no address");
    size_t len = out.len;
    assert_true(len > 0);
    CHECK_ERR(snapshot_write(NULL, &out), LTH_OK, "nothing");
    assert_int_equal(out.len, len);
    buffer_clear(&out);
}

static void test_a_picture_takes_the_place_of_the_last_one(void **state)
{
    static const struct {
        const char *name, *picture;
        bool differs;
    } rows[] = {
        {"nothing at first", "", false}, {"the first", "abc", true}, {"the same", "abc", false},
        {"as long", "abd", true},        {"longer", "abde", true},   {"shorter", "ab", true},
        {"none any more", "", true},
    };
    struct buffer last = {0};
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer now = {0};
        size_t len = strlen(rows[i].picture);
        CHECK_ERR(buffer_append(&now, rows[i].picture, len), LTH_OK, rows[i].name);
        CHECK(snapshot_replace(&last, &now) == rows[i].differs, rows[i].name);
        CHECK(last.len == len && !now.bytes, rows[i].name);
    }
    buffer_clear(&last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_reaching_others_depends_on_is_a_change),
        cmocka_unit_test(test_interfaces_without_an_address_and_none_at_all_can_be_written),
        cmocka_unit_test(test_a_picture_takes_the_place_of_the_last_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
