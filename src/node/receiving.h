/* node/receiving.h - what peers tell of conversations: HAVE, ENTRIES and HEAD; the rest goes on to
 * receipts, rosters, wants and keys.
 *
 * Entries are appended in the order of their feed, after everything about them was checked;
 * a receipt for them is signed once they are durable.
 */
#ifndef LTH_NODE_RECEIVING_H
#define LTH_NODE_RECEIVING_H

#include "node/delivery.h"
#include "wire/statement.h"

/* Tells them on l what we hold. */
void receiving_tell(struct node *n, struct link *l, struct exchange *x);

/* The same, and asks for theirs. */
void receiving_ask(struct node *n, struct link *l, struct exchange *x);

/* The roster has changed: what was not taken for want of it is asked for again. */
void receiving_ask_if_refused(struct node *n, struct exchange *x);

/* Is this entry to be the next of f, which comes over x? LTH_NOT_FOUND and LTH_LIMIT: not for
 * now; LTH_MALFORMED: never. len: of its bytes. */
LTH_MUST_USE enum lth_err receiving_may_take(struct node *n, struct exchange *x, struct feed *f,
                                             const struct entry_content *content, size_t len);

/* A signed head vouches for f up to a point that we hold: kept, to hand it on. */
LTH_MUST_USE enum lth_err receiving_keep_proof(struct node *n, struct feed *f,
                                               const struct feed_point *point,
                                               const uint8_t signature[SIGNATURE_LEN]);

/* l takes the place of another session, which may have swallowed our last HAVE. */
void receiving_tell_again(struct node *n, struct link *l, struct exchange *x);

/* Acts on accounts that came too soon after the one before. */
void receiving_late_accounts(struct node *n);

/* Two different entries under one number: told once for a feed. */
void receiving_say_fork(struct node *n, struct feed *f, uint64_t number);

/* Our disk refused something, or something is missing: ask for it a little later, one person or
 * everybody in c. */
void receiving_ask_again(struct node *n, struct exchange *x);
void receiving_ask_all_again(struct node *n, const struct conversation *c);
void receiving_resync_later(struct node *n);
void receiving_resync(struct node *n);

#endif
