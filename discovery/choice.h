/* discovery/choice.h - which responder speaks for us, and what the user is told of it.
 *
 *            daemon ready                    daemon ready
 *   NONE ----------------> DAEMON   CORE ------------------> DAEMON
 *     |                      |        ^
 *     | absent, or still     | gone, or coming, for longer
 *     | coming after a grace | than the grace; or it refuses
 *     +-------> CORE         +--------+
 *
 * That is `auto`; `avahi` and `embedded` know only the one, `off` none. Pure: the glue
 * tells what the responders report and the time, and asks again after the pause given.
 */
#ifndef LTH_DISCOVERY_CHOICE_H
#define LTH_DISCOVERY_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

enum discovery_mode { DISCOVERY_AUTO, DISCOVERY_AVAHI, DISCOVERY_EMBEDDED, DISCOVERY_OFF };

enum responder_state {
    RESPONDER_ABSENT,    /* cannot be had now: no bus, no daemon, no socket; being tried again */
    RESPONDER_COMING,    /* there, not ready yet */
    RESPONDER_READY,     /* may be asked to publish */
    RESPONDER_STARTING,  /* probing for our names, RFC 6762 §8.1 */
    RESPONDER_PUBLISHED, /* announced */
    RESPONDER_REFUSES    /* the daemon lets nobody publish, until it is started anew */
};

enum responder { RESPONDER_NONE, RESPONDER_DAEMON, RESPONDER_CORE };

struct choice {
    enum discovery_mode mode;
    enum responder use;
    uint64_t without_since_ms; /* monotonic: since when the daemon cannot serve us; 0 = it can */
};

struct outlook {
    const char *backend, *state; /* words of struct discovery_status */
    const char *sentence;        /* for the user; NULL = nothing worth saying yet */
    bool healthy;
};

enum { CHOICE_GRACE_MS = 1500 }; /* a daemon that restarts is back by then */

void choice_init(struct choice *c, enum discovery_mode mode);

/* Sets c->use. Returns the pause after which to ask again though nothing happened;
 * UINT64_MAX = none. now_ms is monotonic and above 0. */
uint64_t choice_step(struct choice *c, enum responder_state daemon, uint64_t now_ms);

/* Sentences are static: the same situation gives the same pointer. */
struct outlook choice_outlook(const struct choice *c, enum responder_state daemon,
                              enum responder_state core, uint64_t now_ms);

#endif
