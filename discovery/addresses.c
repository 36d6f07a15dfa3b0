#include "discovery/addresses.h"

#include <netinet/in.h>
#include <string.h>

bool own_address_equal(const struct own_address *a, const struct own_address *b)
{
    if (a->interface != b->interface || a->address.proto != b->address.proto)
        return false;
    return a->address.proto == AVAHI_PROTO_INET
               ? a->address.data.ipv4.address == b->address.data.ipv4.address
               : memcmp(a->address.data.ipv6.address, b->address.data.ipv6.address, 16) == 0;
}

static bool is_in_use(const struct ifaddrs *i, const struct interfaces *in)
{
    if (!i->ifa_addr || !(i->ifa_flags & IFF_UP))
        return false;
    if (i->ifa_flags & IFF_LOOPBACK)
        return interfaces_name(in, i->ifa_name);
    return (i->ifa_flags & IFF_MULTICAST) && (in->count == 0 || interfaces_name(in, i->ifa_name));
}

static bool is_link_local(const AvahiAddress *a)
{
    return a->data.ipv6.address[0] == 0xfe && (a->data.ipv6.address[1] & 0xc0) == 0x80;
}

/* False for a family that is neither IPv4 nor IPv6. */
static bool convert(const struct ifaddrs *i, AvahiAddress *out)
{
    memset(out, 0, sizeof *out);
    if (i->ifa_addr->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)i->ifa_addr;
        out->proto = AVAHI_PROTO_INET;
        out->data.ipv4.address = in->sin_addr.s_addr;
        return true;
    }
    const struct sockaddr_in6 *in6 = (const void *)i->ifa_addr;
    out->proto = AVAHI_PROTO_INET6;
    if (i->ifa_addr->sa_family == AF_INET6)
        memcpy(out->data.ipv6.address, &in6->sin6_addr, sizeof out->data.ipv6.address);
    return i->ifa_addr->sa_family == AF_INET6;
}

static struct own_address *ipv6_of(struct own_address *list, size_t count, AvahiIfIndex interface)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].interface == interface && list[i].address.proto == AVAHI_PROTO_INET6)
            return &list[i];
    return NULL;
}

size_t addresses_choose(const struct ifaddrs *list, const struct interfaces *in,
                        struct own_address out[ADDRESSES_MAX])
{
    size_t count = 0;
    for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
        struct own_address own;
        if (!is_in_use(i, in) || !convert(i, &own.address))
            continue;
        own.interface = (AvahiIfIndex)if_nametoindex(i->ifa_name);
        struct own_address *other =
            own.address.proto == AVAHI_PROTO_INET6 ? ipv6_of(out, count, own.interface) : NULL;
        if (other && is_link_local(&own.address) && !is_link_local(&other->address))
            *other = own;
        else if (!other && own.interface > 0 && count < ADDRESSES_MAX)
            out[count++] = own;
    }
    return count;
}

bool addresses_can_be_used(const struct ifaddrs *list, const struct interfaces *in)
{
    AvahiAddress address;
    for (const struct ifaddrs *i = list; i; i = i->ifa_next)
        if (is_in_use(i, in) && (i->ifa_flags & IFF_RUNNING) && convert(i, &address))
            return true;
    return false;
}

size_t addresses_now(const struct interfaces *in, struct own_address out[ADDRESSES_MAX])
{
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return 0;
    size_t count = addresses_choose(list, in, out);
    freeifaddrs(list);
    return count;
}
