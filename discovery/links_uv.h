/* discovery/links_uv.h - tells when a network interface or an address comes, goes or changes.
 *
 * 1. A netlink socket, asleep until the kernel speaks; a tenth of a second later, for one
 *    cable is a dozen messages, a look whether anything changed (snapshot.h).
 * 2. on_change, at most a few times a second however often a link flaps.
 * 3. on_change once more, a second after the last change: routes, duplicate address detection
 *    and the switch at the other end are later than the interface, so what was tried at
 *    once may have failed. Done first, for most of the time it does not.
 * Needed to meet peers again at once; where avahi-daemon publishes on named interfaces, for
 * it counts them by index; for the addresses we publish ourselves; and to say when there is
 * no network (network.h).
 */
#ifndef LTH_DISCOVERY_LINKS_UV_H
#define LTH_DISCOVERY_LINKS_UV_H

#include "base/error.h"

#include <uv.h>

enum {
    LINKS_GATHER_MS = 100,
    LINKS_PAUSE_MS = 300, /* between two changes told */
    LINKS_SETTLED_MS = 1000
};

struct links;

/* LTH_UNAVAILABLE when the kernel gives no netlink socket, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err links_open(uv_loop_t *loop, void (*on_change)(void *ctx), void *ctx,
                                     struct links **out);

/* May be called from on_change, which does not come again. Frees l when its handles are closed,
 * then calls on_closed. */
void links_close(struct links *l, void (*on_closed)(void *ctx), void *ctx);

#endif
