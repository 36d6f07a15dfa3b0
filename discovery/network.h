/* discovery/network.h - whether there is a network to find people on, and what is said if not.
 *
 * Looked at once in the beginning and whenever netwatch_uv.h tells of a change. A network that is
 * gone for less than a grace is not spoken of. An interface that was asked for and does not
 * exist is named at once: more likely than not it was mistyped.
 */
#ifndef LTH_DISCOVERY_NETWORK_H
#define LTH_DISCOVERY_NETWORK_H

#include "discovery/choice.h"
#include "discovery/interfaces.h"

enum {
    NETWORK_GRACE_MS = 1500,                                         /* a link that flaps is back */
    NETWORK_SENTENCE_SIZE = INTERFACES_MAX * (IF_NAMESIZE + 4) + 128 /* all names, " or " */
};

struct network {
    bool is_up;
    bool has_none;                       /* of the interfaces asked for */
    bool has_news;                       /* missing is another than at the last look */
    uint64_t down_since_ms;              /* monotonic; while it is not up */
    char missing[NETWORK_SENTENCE_SIZE]; /* sentence naming the interfaces that do not exist */
};

void network_init(struct network *n); /* up until it is looked at */

/* Asks the kernel. A kernel that does not answer leaves everything as it was. */
void network_look(struct network *n, const struct interfaces *in, uint64_t now_ms);

/* The sentence about interfaces that do not exist, each time it is another; else NULL. */
const char *network_take_missing(struct network *n);

/* What becomes of the outlook that a responder gives. */
struct outlook network_outlook(const struct network *n, struct outlook o, uint64_t now_ms);

/* The pause after which the outlook is another though nothing happened; UINT64_MAX = none. */
uint64_t network_wait_ms(const struct network *n, uint64_t now_ms);

#endif
