/* discovery/addresses.h - which of this host's addresses the embedded responder publishes.
 *
 * Avahi's core would publish them by itself, but always with reverse records, and two
 * responders of one host contest these until both change their names. So we choose: of
 * every interface in use (up, capable of multicast, allowed; loopback only by name) all
 * IPv4 addresses, and one IPv6 address, link-local if there is one: who sees the advert
 * is on the link.
 */
#ifndef LTH_DISCOVERY_ADDRESSES_H
#define LTH_DISCOVERY_ADDRESSES_H

#include "discovery/interfaces.h"

#include <avahi-common/address.h>
#include <ifaddrs.h>

enum { ADDRESSES_MAX = 64 };

struct own_address {
    AvahiIfIndex interface;
    AvahiAddress address;
};

bool own_address_equal(const struct own_address *a, const struct own_address *b);

/* Number of addresses written to out, in the order of list; what is over ADDRESSES_MAX
 * is left out. list is as of getifaddrs(3), NULL = empty. */
size_t addresses_choose(const struct ifaddrs *list, const struct interfaces *in,
                        struct own_address out[ADDRESSES_MAX]);

/* True when somebody could be met: one of the interfaces in use has an address and a link. */
bool addresses_can_be_used(const struct ifaddrs *list, const struct interfaces *in);

/* The first of this host, now. */
size_t addresses_now(const struct interfaces *in, struct own_address out[ADDRESSES_MAX]);

#endif
