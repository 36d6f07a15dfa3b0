#include "discovery/avahi_endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum lth_err avahi_endpoint(const AvahiAddress *address, AvahiIfIndex interface, uint16_t port,
                            struct endpoint *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    switch (address->proto) {
    case AVAHI_PROTO_INET:
        in.sin_addr.s_addr = address->data.ipv4.address; /* network order already */
        return endpoint_from_sockaddr((const struct sockaddr *)&in, out);
    case AVAHI_PROTO_INET6:
        memcpy(&in6.sin6_addr, address->data.ipv6.address, sizeof in6.sin6_addr);
        in6.sin6_scope_id = interface > 0 ? (uint32_t)interface : 0;
        return endpoint_from_sockaddr((const struct sockaddr *)&in6, out);
    default: return LTH_MALFORMED;
    }
}
