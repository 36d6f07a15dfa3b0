/* discovery/avahi_poll_uv.h - Avahi's main loop interface, AvahiPoll, on a libuv loop.
 *
 * Both Avahi libraries ask for watches on file descriptors and for timeouts; these
 * become uv_poll and uv_timer handles. libuv allows one active uv_poll per descriptor
 * while libdbus asks for two watches, one to read and one to write, so watches on one
 * descriptor share a handle. A watch or timeout may be freed inside its own callback.
 *
 * Timeouts are moments of the wall clock, as Avahi has them. They are turned into a
 * span when set, so a clock that is moved later does not move them.
 */
#ifndef LTH_DISCOVERY_AVAHI_POLL_UV_H
#define LTH_DISCOVERY_AVAHI_POLL_UV_H

#include <avahi-common/watch.h>
#include <uv.h>

struct avahi_poll_uv;

/* NULL when memory is out. loop is borrowed. */
struct avahi_poll_uv *avahi_poll_uv_new(uv_loop_t *loop);

/* For avahi_client_new and avahi_server_new; lives until avahi_poll_uv_close. */
const AvahiPoll *avahi_poll_uv_get(struct avahi_poll_uv *p);

/* To be called when the Avahi object that used p is freed. Frees p and calls on_closed
 * when the last handle has closed; before it returns, if none is open. */
void avahi_poll_uv_close(struct avahi_poll_uv *p, void (*on_closed)(void *ctx), void *ctx);

#endif
