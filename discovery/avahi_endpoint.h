/* discovery/avahi_endpoint.h - a resolved Avahi address as an endpoint of ours.
 *
 * The one place where Avahi's idea of an address ends: an IPv6 link-local address
 * takes the interface it was seen on as its scope, every other address has none.
 */
#ifndef LTH_DISCOVERY_AVAHI_ENDPOINT_H
#define LTH_DISCOVERY_AVAHI_ENDPOINT_H

#include "base/endpoint.h"

#include <avahi-common/address.h>

/* LTH_MALFORMED for a protocol other than IPv4 and IPv6. */
LTH_MUST_USE enum lth_err avahi_endpoint(const AvahiAddress *address, AvahiIfIndex interface,
                                         uint16_t port, struct endpoint *out);

#endif
