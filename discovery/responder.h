/* discovery/responder.h - what both ways of speaking mDNS are given and report.
 *
 * A responder publishes one publication and reports sightings of others. It draws a new
 * instance name when ours is taken, retries what can be retried by itself, and tells its
 * state after every change. Reports may come from deep inside Avahi: whoever hears
 * them must not close or start a responder there, but from a timer of its own.
 */
#ifndef LTH_DISCOVERY_RESPONDER_H
#define LTH_DISCOVERY_RESPONDER_H

#include "discovery/adverts.h"
#include "discovery/choice.h"
#include "discovery/interfaces.h"
#include "discovery/random_name.h"

#define SERVICE_TYPE "_lanthorn._tcp"
#define SERVICE_TXT  "v=1" /* nothing that names a person, a machine or a key */

struct publication { /* owned by the discovery; a responder changes only the instance */
    char instance[RANDOM_NAME_LEN + 1];
    uint16_t port;
    struct interfaces interfaces;
};

struct responder_events {
    void (*on_state)(void *ctx, enum responder_state state);
    void (*on_renamed)(void *ctx); /* publication->instance is another */
    void (*on_seen)(void *ctx, const struct sighting *s);
    void (*on_unseen)(void *ctx, const struct sighting *s);
    void (*on_resolved)(void *ctx, const struct sighting *s,
                        const struct endpoint *e); /* or NULL */
    void *ctx;
};

#endif
