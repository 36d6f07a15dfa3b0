/* node/receiving.h - what peers tell of conversations: HAVE, ENTRIES, HEAD, RECEIPT.
 *
 * Entries are appended in the order of their feed, after everything about them was checked;
 * a receipt for them is signed once they are durable.
 */
#ifndef LTH_NODE_RECEIVING_H
#define LTH_NODE_RECEIVING_H

#include "node/delivery.h"

/* Signs that f is on our disk as far as it is durable. */
void receiving_send_receipt(struct node *n, struct link *l, struct feed *f);

/* Our disk refused something of c, or something is missing: ask for it a little later. */
void receiving_ask_again(struct node *n, struct conversation *c);
void receiving_resync(struct node *n);

#endif
