/* node/wants.h - entries of a group whose author is away, asked of somebody who holds them.
 *
 * A member sends its own entries unasked and nobody else's, or each would come from everybody. So
 * what somebody's HAVE names beyond what we hold is asked of one person, WANT_MS long of nobody
 * else; an author who is here gets as long to bring it. Who holds what is asked (a poll) while a
 * member is away or something is known to be missing.
 */
#ifndef LTH_NODE_WANTS_H
#define LTH_NODE_WANTS_H

#include "node/exchange.h"
#include "wire/frame.h"
#include "wire/have.h"

enum {
    WANTS_MAX = 512,
    WANT_MS = 5000,
    WANT_TRIES = 8,               /* then it is given up, for PATIENCE_MS: it may not count */
    PATIENCE_MS = 10 * 60 * 1000, /* how long it is remembered who brought nothing */
    POLL_FIRST_MS = 1000,
    POLL_LAST_MS = 64000,
};

struct want {
    uint8_t author[ID_LEN];
    uint64_t incarnation, number;             /* up to where it is said to exist, and counts */
    uint64_t until_ms;                        /* monotonic; nobody else is asked before */
    const struct exchange *asked[WANT_TRIES]; /* nobody twice: they may say what is not so */
    unsigned tries;                           /* how many of them */
};

struct wants {
    struct want *items; /* owned; WANTS_MAX of them */
    size_t count;
};

struct node;
struct group;

void wants_clear(struct wants *w);

/* Something is missing, or a member is away: the polls begin anew. */
void wants_look(struct node *n, struct group *g);

/* x says that it holds what these items name: asks for what we lack. */
void wants_on_account(struct node *n, struct exchange *x, struct have have);

/* They cited an entry of somebody else's that is not the one we hold: asks for the proof. */
void wants_on_doubt(struct node *n, struct exchange *x);

/* WANT: they ask us. */
LTH_MUST_USE enum lth_err wants_on_message(struct node *n, struct exchange *x,
                                           const struct frame_message *m);

/* Asks the next one online, when it is time. */
void wants_poll(struct node *n, struct group *g);

/* What was asked of x will not come. */
void wants_forget(struct group *g, const struct exchange *x);

#endif
