/* node/restoring.h - our own entries that we do not hold: a store older than what was said with
 * it.
 *
 * A backup was restored, or another machine runs with our keys. Whoever holds such entries
 * tells so in HAVE and gives them back: HEAD, then ENTRIES up to it. Only what a head of our
 * own signing covers is taken. The user is told once.
 */
#ifndef LTH_NODE_RESTORING_H
#define LTH_NODE_RESTORING_H

#include "node/delivery.h"
#include "wire/entries.h"
#include "wire/statement.h"

/* A process of theirs, by its incarnation, says that it holds a feed of ours up to number. */
void restoring_on_claim(struct node *n, struct reach *r, uint64_t number, uint64_t by);

/* LTH_FORGED: not signed by us. */
LTH_MUST_USE enum lth_err restoring_on_head(struct node *n, struct exchange *x,
                                            const struct head *head);

/* A run of a feed of ours. LTH_MALFORMED and LTH_FORGED end the session. */
LTH_MUST_USE enum lth_err restoring_on_entries(struct node *n, struct exchange *x,
                                               struct entries *run);

/* An entry that was given back is durable. */
void restoring_on_durable(struct node *n, struct feed *f, uint64_t number);

/* The other side of a handshake holds our key, and is not this process. */
void restoring_on_clone(struct node *n);

#endif
