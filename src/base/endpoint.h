/* base/endpoint.h - a TCP address: where somebody may be reached, never who they are.
 *
 * IPv4 is kept as an IPv4-mapped IPv6 address, so that two endpoints are equal when
 * their bytes are. An IPv6 link-local address is only good with its interface: the
 * scope is carried along and printed as [fe80::1%eth0]:7327.
 */
#ifndef LTH_BASE_ENDPOINT_H
#define LTH_BASE_ENDPOINT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct endpoint {
    uint8_t ip[16]; /* IPv6, or ::ffff:a.b.c.d */
    uint32_t scope; /* interface index for fe80::/10, else 0 */
    uint16_t port;  /* host order */
};

enum { ENDPOINT_TEXT_LEN = 80 }; /* longest written form, its zero included */

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
bool endpoint_is_ipv4(const struct endpoint *e);
bool endpoint_is_loopback(const struct endpoint *e);
bool endpoint_is_link_local(const struct endpoint *e); /* fe80::/10 */

/* True for what a connection can be made to: not multicast, not unspecified, not
 * broadcast, not port 0, and with an interface where the address needs one. */
bool endpoint_is_dialable(const struct endpoint *e);

void endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out);

/* LTH_MALFORMED for a family other than IPv4 and IPv6. */
LTH_MUST_USE enum lth_err endpoint_from_sockaddr(const struct sockaddr *from, struct endpoint *out);

/* "192.0.2.1:7327", "[fe80::1%eth0]:7327". */
void endpoint_write(const struct endpoint *e, char text[ENDPOINT_TEXT_LEN]);

/* A numeric address of either form; LTH_MALFORMED for a host name, which needs a
 * resolver, and for an interface this host does not have. */
LTH_MUST_USE enum lth_err endpoint_parse(const char *text, struct endpoint *out);

/* Splits "host:port", "[host]:port" into a host of at most host_size - 1 bytes and
 * a port 0..65535. LTH_MALFORMED when it is neither. */
LTH_MUST_USE enum lth_err endpoint_split(const char *text, char *host, size_t host_size,
                                         uint16_t *port);

#endif
