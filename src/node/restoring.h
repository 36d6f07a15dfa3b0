/* node/restoring.h - our own entries that we do not hold: a store older than what was said with
 * it.
 *
 * A backup was restored, or another machine runs with our keys. Whoever holds such entries
 * tells so in HAVE and gives them back: HEAD, then ENTRIES up to it; in a group, when we ask. Only
 * what a head of our own signing covers is taken (node/handed.h). The user is told once.
 */
#ifndef LTH_NODE_RESTORING_H
#define LTH_NODE_RESTORING_H

#include "node/delivery.h"

/* A process of theirs, by its incarnation, says that it holds a feed of ours up to number. */
void restoring_on_claim(struct node *n, struct reach *r, uint64_t number, uint64_t by);

/* Whoever r leads to holds a feed of ours, up to number, with our own signature. */
void restoring_on_proof(struct node *n, struct reach *r, uint64_t number);

/* An entry of it joined the feed again. */
void restoring_on_entry(struct node *n, const struct reach *r, const struct entry_content *entry);

/* An entry that was given back is durable. */
void restoring_on_durable(struct node *n, struct feed *f, uint64_t number);

/* The other side of a handshake holds our key, and is not this process. */
void restoring_on_clone(struct node *n);

#endif
