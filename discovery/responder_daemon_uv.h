/* discovery/responder_daemon_uv.h - the running avahi-daemon as responder, over D-Bus.
 *
 * Waits for a daemon without polling where a system bus exists, and looks for the bus
 * itself with doubling pauses. When the daemon goes, everything is freed and awaited
 * anew. Publishing starts only when asked for: the state goes ABSENT, COMING, READY by
 * itself, and from READY on with responder_daemon_start.
 *
 * Known limits of the Avahi client library: its calls are synchronous, so a daemon that
 * is stopped but not dead holds the loop up to the D-Bus timeout of 25 s; the SRV record
 * points to the daemon's host name. A random host name of ours, with addresses beside
 * it, would hide nothing: the daemon answers for the same addresses under its own name.
 */
#ifndef LTH_DISCOVERY_RESPONDER_DAEMON_UV_H
#define LTH_DISCOVERY_RESPONDER_DAEMON_UV_H

#include "discovery/responder.h"

#include <uv.h>

struct responder_daemon;

/* Begins to look for the daemon on the next turn of the loop. retry_max_ms bounds the
 * pause between looks for a bus. publication outlives the responder. LTH_UNAVAILABLE
 * when the library is not installed, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err responder_daemon_open(uv_loop_t *loop, struct publication *publication,
                                                const struct responder_events *events,
                                                uint64_t retry_max_ms,
                                                struct responder_daemon **out);

void responder_daemon_start(struct responder_daemon *r);  /* publish and browse, when READY */
void responder_daemon_stop(struct responder_daemon *r);   /* withdraw, and READY again */
void responder_daemon_rescan(struct responder_daemon *r); /* reports all sightings again */

/* Publishes anew when one of the named interfaces has come, gone or another index. */
void responder_daemon_network_changed(struct responder_daemon *r);

/* False when it could not even begin; else on_resolved follows, unless the state
 * becomes ABSENT before. */
bool responder_daemon_resolve(struct responder_daemon *r, const struct sighting *s);

/* Withdraws what is published; frees r after all handles closed, then calls on_closed. */
void responder_daemon_close(struct responder_daemon *r, void (*on_closed)(void *ctx), void *ctx);

#endif
