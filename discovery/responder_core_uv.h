/* discovery/responder_core_uv.h - Avahi's core inside this process as responder.
 *
 * Needs no daemon, no bus and no privilege, only UDP port 5353, which it shares with
 * other responders of this host. The host name it publishes is as random as the
 * instance, it answers for no reverse addresses and says nothing of the machine. It
 * follows interfaces as they come and go; loopback is used only when asked for.
 * A process that is killed sends no goodbye: others keep its advert until the record's
 * 75 minutes are over (RFC 6762 §10), so an advert never tells who is present.
 * Starts at once; without a socket it is ABSENT and tries again with doubling pauses.
 */
#ifndef LTH_DISCOVERY_RESPONDER_CORE_UV_H
#define LTH_DISCOVERY_RESPONDER_CORE_UV_H

#include "discovery/responder.h"

#include <uv.h>

struct responder_core;

/* Begins on the next turn of the loop. publication outlives the responder.
 * LTH_UNAVAILABLE when the library is not installed, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err responder_core_open(uv_loop_t *loop, struct publication *publication,
                                              const struct responder_events *events,
                                              struct responder_core **out);

void responder_core_network_changed(struct responder_core *r); /* publishes other addresses */
void responder_core_rescan(struct responder_core *r);          /* reports all sightings again */

/* False when it could not even begin; else on_resolved follows, unless the state
 * becomes ABSENT before. */
bool responder_core_resolve(struct responder_core *r, const struct sighting *s);

/* Sends the goodbyes before it returns; frees r after all handles closed, then calls
 * on_closed. No event comes after the call. */
void responder_core_close(struct responder_core *r, void (*on_closed)(void *ctx), void *ctx);

#endif
