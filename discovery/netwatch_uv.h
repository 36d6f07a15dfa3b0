/* discovery/netwatch_uv.h - tells when a network interface or an address comes, goes or changes.
 *
 * 1. A netlink socket, asleep until the kernel speaks; a tenth of a second later, for one
 *    cable is a dozen messages, a look whether anything changed (snapshot.h).
 * 2. on_change, at most a few times a second however often a network flaps.
 * 3. on_change once more, a second after the last change: routes, duplicate address detection
 *    and the switch at the other end are later than the interface, so what was tried at
 *    once may have failed. Done first, for most of the time it does not.
 * Needed to meet peers again at once; where avahi-daemon publishes on named interfaces, for
 * it counts them by index; for the addresses we publish ourselves; and to say when there is
 * no network (network.h).
 */
#ifndef LTH_DISCOVERY_NETWATCH_UV_H
#define LTH_DISCOVERY_NETWATCH_UV_H

#include "base/error.h"

#include <uv.h>

enum {
    NETWATCH_GATHER_MS = 100,
    NETWATCH_PAUSE_MS = 300, /* between two changes told */
    NETWATCH_SETTLED_MS = 1000
};

struct netwatch;

/* LTH_UNAVAILABLE when the kernel gives no netlink socket, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err netwatch_open(uv_loop_t *loop, void (*on_change)(void *ctx), void *ctx,
                                        struct netwatch **out);

/* May be called from on_change, which does not come again. Frees w when its handles are closed,
 * then calls on_closed. */
void netwatch_close(struct netwatch *w, void (*on_closed)(void *ctx), void *ctx);

#endif
