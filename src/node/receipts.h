/* node/receipts.h - "I hold your feed up to here on my disk", signed: given, kept, asked for again.
 *
 * A receipt is cumulative and goes out once for a batch that became durable. It may be lost with
 * a session, so it is said again when another takes over, when the author's HAVE shows that
 * it was never held, and when entries come again that are held.
 */
#ifndef LTH_NODE_RECEIPTS_H
#define LTH_NODE_RECEIPTS_H

#include "node/delivery.h"

/* Signs ahead for entries on their way to the disk, while the disk works. */
void receipts_prepare(struct node *n);

/* Signs that the feed, theirs, is on our disk up to upto, which is durable, and sends it. */
void receipts_send(struct node *n, struct link *l, struct reach *r, uint64_t upto);

/* The author, at the other end of l, holds what we hold of the feed: another process of theirs
 * may have written it, on another machine. */
bool receipts_author_holds(const struct reach *r, const struct link *l);

/* l takes the place of another session: a receipt that went over that one may be lost, and one
 * that is due could not be sent. */
void receipts_repeat(struct node *n, struct link *l, const struct exchange *x);

/* The author, who holds the feed up to number, lacks our receipt for some of it. */
void receipts_send_again(struct node *n, struct link *l, struct reach *r, uint64_t number);

/* Those that a whole HAVE asked for. */
void receipts_send_wanted(struct node *n, struct link *l, const struct exchange *x);

/* RECEIPT: they hold a feed of ours. Kept as evidence; then it is delivered. */
LTH_MUST_USE enum lth_err receipts_on_message(struct node *n, struct link *l,
                                              const struct frame_message *m);

#endif
