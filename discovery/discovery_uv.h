/* discovery/discovery_uv.h - who is on this network: one interface, three backends.
 *
 * Publishes one instance of _lanthorn._tcp under random letters and reports where other
 * instances may be reached. An advert is a hint of an address and nothing more; its name
 * is bytes of a stranger. `auto` prefers a running avahi-daemon, falls back to Avahi's
 * core inside the process (choice.h), and moves over when a daemon comes or goes: the
 * others see the same instance, and we keep what we found. All callbacks run on the loop,
 * none from within discovery_open; each may call discovery_status and discovery_close.
 *
 * Through a daemon the advert points to the daemon's host name (responder_daemon_uv.h);
 * embedded, to a random one. In the steady state nothing here wakes the process but Avahi
 * itself, the kernel's word of interfaces (netwatch_uv.h) and, where no system bus exists, one
 * look for it a minute. With `off` only the network itself is watched.
 */
#ifndef LTH_DISCOVERY_DISCOVERY_UV_H
#define LTH_DISCOVERY_DISCOVERY_UV_H

#include "base/endpoint.h"
#include "discovery/choice.h"

#include <uv.h>

struct discovery_config {
    enum discovery_mode mode;
    uint16_t port;                 /* ours, to be published */
    const char *const *interfaces; /* UTF-8 names; none = all of them. Borrowed for the call */
    size_t interface_count;
};

struct discovery_status {
    const char *backend; /* "avahi", "embedded", "off" */
    const char *state;   /* "starting", "published", "waiting", "failed", "off" */
    uint32_t adverts;    /* instances tracked, our own not counted */
    uint64_t resolves;   /* resolutions begun */
};

struct discovery_callbacks {
    /* An instance can be reached at e. we_wait: its name is lower than ours, so it dials
     * first and we give it a second. Comes once per instance and endpoint. */
    void (*on_found)(void *ctx, const char *instance, const struct endpoint *e, bool we_wait);
    void (*on_lost)(void *ctx, const char *instance, const struct endpoint *e);
    /* One sentence for the user, when backend or state change in a way that matters to
     * them; healthy = false goes out as the warning discovery_lost. */
    void (*on_state)(void *ctx, bool healthy, const char *sentence);
    /* An interface, a cable or an address of ours came, went or changed; in every mode. */
    void (*on_network)(void *ctx);
    void *ctx;
};

struct discovery;

/* LTH_UNAVAILABLE when the Avahi library the mode needs is not installed, LTH_LIMIT for too many
 * interfaces, LTH_TOO_LONG for a name no interface can have, LTH_IO when the kernel gives no
 * randomness, LTH_NO_MEMORY. What can be waited for (a daemon, a bus, a socket, a network) is not
 * an error but a state. */
LTH_MUST_USE enum lth_err discovery_open(uv_loop_t *loop, const struct discovery_config *config,
                                         const struct discovery_callbacks *callbacks,
                                         struct discovery **out);
void discovery_status(const struct discovery *d, struct discovery_status *out);

/* Withdraws the advert (mDNS goodbye) on the next turn of the loop, closes all handles,
 * frees d, then calls on_closed. No other callback comes after the call. */
void discovery_close(struct discovery *d, void (*on_closed)(void *ctx), void *ctx);

#endif
