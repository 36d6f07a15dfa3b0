/* discovery/links.h - tells when a network interface or an address comes, goes or changes.
 *
 * A netlink socket watched through AvahiPoll; asleep until the kernel speaks. Needed
 * where avahi-daemon publishes on named interfaces, for it counts them by index and an
 * interface that comes back has another; for the addresses we publish ourselves; and to
 * say when there is no network (network.h).
 */
#ifndef LTH_DISCOVERY_LINKS_H
#define LTH_DISCOVERY_LINKS_H

#include <avahi-common/watch.h>

struct links;

/* NULL when the kernel gives no netlink socket or memory is out. */
struct links *links_open(const AvahiPoll *poll, void (*on_change)(void *ctx), void *ctx);
void links_close(struct links *l); /* not from on_change; accepts NULL */

#endif
