#include "discovery/choice.h"

#include <stddef.h>

static const char by_daemon[] = "Discovery goes through the running avahi-daemon.";
static const char by_core[] = "Discovery runs inside this process: no avahi-daemon is running.";
static const char by_core_refused[] =
    "Discovery runs inside this process: avahi-daemon does not let users publish services.";
static const char by_core_chosen[] = "Discovery runs inside this process.";
static const char no_socket[] = "Discovery cannot open UDP port 5353 and keeps trying; "
                                "typed and remembered addresses still work.";
static const char no_daemon[] = "Discovery waits for avahi-daemon, which cannot be reached; start "
                                "it, or use --discovery auto.";
static const char refused[] = "avahi-daemon does not let users publish services; remove "
                              "disable-user-service-publishing, or use --discovery embedded.";

void choice_init(struct choice *c, enum discovery_mode mode)
{
    *c = (struct choice){.mode = mode};
    if (mode == DISCOVERY_EMBEDDED)
        c->use = RESPONDER_CORE;
}

static bool can_serve(enum responder_state daemon)
{
    return daemon == RESPONDER_READY || daemon == RESPONDER_STARTING ||
           daemon == RESPONDER_PUBLISHED;
}

/* When the core takes over though the daemon may yet come: a daemon that was never
 * there is not waited for, one that says no is believed. */
static bool is_hopeless(const struct choice *c, enum responder_state daemon)
{
    return daemon == RESPONDER_REFUSES || (daemon == RESPONDER_ABSENT && c->use == RESPONDER_NONE);
}

static uint64_t grace_left_ms(const struct choice *c, uint64_t now_ms)
{
    uint64_t without_ms = now_ms - c->without_since_ms;
    return without_ms < CHOICE_GRACE_MS ? CHOICE_GRACE_MS - without_ms : 0;
}

uint64_t choice_step(struct choice *c, enum responder_state daemon, uint64_t now_ms)
{
    if (c->mode == DISCOVERY_EMBEDDED || c->mode == DISCOVERY_OFF)
        return UINT64_MAX;
    if (can_serve(daemon)) {
        c->use = RESPONDER_DAEMON;
        c->without_since_ms = 0;
        return UINT64_MAX;
    }
    if (c->without_since_ms == 0)
        c->without_since_ms = now_ms;
    uint64_t left_ms = grace_left_ms(c, now_ms);
    if (c->mode == DISCOVERY_AUTO && (left_ms == 0 || is_hopeless(c, daemon)))
        c->use = RESPONDER_CORE;
    if (c->use == RESPONDER_CORE || left_ms == 0)
        return UINT64_MAX;
    return left_ms;
}

static struct outlook daemon_outlook(const struct choice *c, enum responder_state daemon,
                                     uint64_t now_ms)
{
    switch (daemon) { /* no default: the compiler names the forgotten state */
    case RESPONDER_ABSENT:
    case RESPONDER_COMING:
        return (struct outlook){
            "avahi", "waiting",
            c->mode == DISCOVERY_AVAHI && grace_left_ms(c, now_ms) == 0 ? no_daemon : NULL, false};
    case RESPONDER_READY:
    case RESPONDER_STARTING: return (struct outlook){"avahi", "starting", NULL, true};
    case RESPONDER_PUBLISHED: return (struct outlook){"avahi", "published", by_daemon, true};
    case RESPONDER_REFUSES: break;
    }
    return (struct outlook){"avahi", "failed", c->mode == DISCOVERY_AVAHI ? refused : NULL, false};
}

static const char *core_sentence(const struct choice *c, enum responder_state daemon)
{
    if (c->mode == DISCOVERY_EMBEDDED)
        return by_core_chosen;
    return daemon == RESPONDER_REFUSES ? by_core_refused : by_core;
}

static struct outlook core_outlook(const struct choice *c, enum responder_state daemon,
                                   enum responder_state core)
{
    if (core == RESPONDER_ABSENT)
        return (struct outlook){"embedded", "failed", no_socket, false};
    if (core == RESPONDER_PUBLISHED)
        return (struct outlook){"embedded", "published", core_sentence(c, daemon), true};
    return (struct outlook){"embedded", "starting", NULL, true};
}

struct outlook choice_outlook(const struct choice *c, enum responder_state daemon,
                              enum responder_state core, uint64_t now_ms)
{
    if (c->mode == DISCOVERY_OFF)
        return (struct outlook){"off", "off", NULL, true};
    if (c->use == RESPONDER_CORE)
        return core_outlook(c, daemon, core);
    return daemon_outlook(c, daemon, now_ms);
}
