/* discovery/adverts.h - what the network shows us of others, kept within bounds.
 *
 * An instance of the service is sighted once per interface and IP version; each
 * sighting is resolved to an endpoint on its own. The table merges them: an instance
 * with an endpoint is found once, however many sightings lead there, and lost when
 * the last of these goes. What it holds is hints: names are bytes of strangers,
 * addresses are checked by endpoint_is_dialable and nothing else is believed.
 *
 * A flood fills the table and stops there: whom we knew stays, newcomers are ignored,
 * and when there is room again adverts_needs_rescan says that some were. A resolution
 * that fails is tried again with doubling pauses, then left until it is sighted anew.
 *
 * When the responder dies its sightings become doubtful: they stay until the next
 * responder shows them again or adverts_sweep drops them, so changing from one to the
 * other is not seen from outside. Pure; times are monotonic ms.
 */
#ifndef LTH_DISCOVERY_ADVERTS_H
#define LTH_DISCOVERY_ADVERTS_H

#include "base/endpoint.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ADVERTS_MAX = 512,          /* instances tracked */
    ADVERTS_RESOLVES_MAX = 16,  /* resolutions under way */
    ADVERTS_SIGHTINGS_MAX = 16, /* per instance: eight interfaces with both IP versions */
    ADVERTS_TRIES_MAX = 6,      /* resolutions begun for one sighting */
    INSTANCE_MAX = 63           /* bytes of a DNS label, RFC 1035 §2.3.4 */
};

/* One instance as seen on one interface with one IP version. */
struct sighting {
    char instance[INSTANCE_MAX + 1];
    int32_t interface; /* index, as the kernel counts them */
    int32_t protocol;  /* AvahiProtocol; only compared here */
};

struct adverts_events {
    /* As on_found and on_lost of discovery_uv.h. They may not change the table. */
    void (*on_found)(void *ctx, const char *instance, const struct endpoint *e, bool we_wait);
    void (*on_lost)(void *ctx, const char *instance, const struct endpoint *e);
    void *ctx;
};

/* LTH_MALFORMED for an instance that is empty or longer than INSTANCE_MAX. */
LTH_MUST_USE enum lth_err sighting_make(const char *instance, int32_t interface, int32_t protocol,
                                        struct sighting *out);

struct adverts;

/* loopback: endpoints of the loopback interface count too. NULL when memory is out;
 * nothing is allocated later. */
struct adverts *adverts_new(const struct adverts_events *events, bool loopback);
void adverts_free(struct adverts *a);

/* Our own instance, ignored when sighted and compared with others for we_wait. */
void adverts_rename(struct adverts *a, const char *own);

void adverts_seen(struct adverts *a, const struct sighting *s, uint64_t now_ms);
void adverts_unseen(struct adverts *a, const struct sighting *s);

/* True and the next sighting to resolve, which counts as under way until
 * adverts_resolved; false when none is due or enough are under way. */
bool adverts_next_resolve(struct adverts *a, uint64_t now_ms, struct sighting *out);

/* Once per resolution begun, also when s has gone meanwhile. e is NULL when it failed. */
void adverts_resolved(struct adverts *a, const struct sighting *s, const struct endpoint *e,
                      uint64_t now_ms);

/* Pause until adverts_next_resolve has something, 0 = now; UINT64_MAX when only an
 * event can bring it. */
uint64_t adverts_wait_ms(const struct adverts *a, uint64_t now_ms);

/* The responder is gone: every sighting is doubtful, no resolution will be answered. */
void adverts_doubt(struct adverts *a);
void adverts_sweep(struct adverts *a); /* drops what is still doubtful */

/* True once when sightings were ignored for lack of room and a quarter is free again. */
bool adverts_needs_rescan(struct adverts *a);

uint32_t adverts_count(const struct adverts *a);    /* instances tracked */
uint64_t adverts_resolves(const struct adverts *a); /* resolutions begun, ever */

#endif
