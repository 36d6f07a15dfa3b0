/* node/receiving.h - what peers tell of conversations: HAVE, ENTRIES, HEAD, RECEIPT.
 *
 * Entries are appended in the order of their feed, after everything about them was checked;
 * a receipt for them is signed once they are durable.
 */
#ifndef LTH_NODE_RECEIVING_H
#define LTH_NODE_RECEIVING_H

#include "node/delivery.h"

/* The author, at the other end of l, holds what we hold of f: another process of theirs may
 * have written it, on another machine. */
bool receiving_holds(const struct feed *f, const struct link *l);

/* Signs that f is on our disk up to upto, which is durable. */
void receiving_send_receipt(struct node *n, struct link *l, struct feed *f, uint64_t upto);

/* l takes the place of another session: a receipt that went over that one may be lost, and one
 * that is due could not be sent. */
void receiving_repeat_receipts(struct node *n, struct link *l, struct conversation *c);

/* Acts on accounts that came too soon after the one before. */
void receiving_late_accounts(struct node *n);

/* Signs, while the disk works, for what it will have written. */
void receiving_prepare(struct node *n);

/* Two different entries under one number: told once for a feed. */
void receiving_say_fork(struct node *n, struct feed *f, uint64_t number);

/* Our disk refused something of c, or something is missing: ask for it a little later. */
void receiving_ask_again(struct node *n, struct conversation *c);
void receiving_resync(struct node *n);

#endif
