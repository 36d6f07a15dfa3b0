/* discovery/snapshot.h - whether this host's interfaces and addresses are other than before.
 *
 * The kernel speaks of interfaces far more often than they change: statistics, lifetimes that
 * a router renews, wireless scans. So what it says is no news by itself; what counts is
 * whether a picture of everything that reaching others depends on is another than the last
 * one: index, name, up, carrier and multicast of each interface, each address with its mask,
 * and whether an IPv6 address may be used yet (RFC 4862 §5.4), for which whoever takes the
 * picture appends the kernel's table of IPv6 addresses as it is (netwatch_uv.c).
 */
#ifndef LTH_DISCOVERY_SNAPSHOT_H
#define LTH_DISCOVERY_SNAPSHOT_H

#include "base/buffer.h"

#include <ifaddrs.h>
#include <stdbool.h>

/* Appends the picture of list, as of getifaddrs(3), to out. LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err snapshot_write(const struct ifaddrs *list, struct buffer *out);

/* The picture now takes the place of last, and what it was in is left empty. False when they
 * are the same. */
bool snapshot_replace(struct buffer *last, struct buffer *now);

#endif
