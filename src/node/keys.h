/* node/keys.h - how members get the keys of chains: from the author, or from anybody who has them.
 *
 * A key is given to a current member who was in the roster that the chain was made for, or who
 * may read what was said before; to nobody else. It follows its CHAIN entry at once; who lacks
 * one asks everybody they meet. An entry that had to wait is shown when its key has come.
 */
#ifndef LTH_NODE_KEYS_H
#define LTH_NODE_KEYS_H

#include "node/group.h"
#include "node/journal.h"
#include "wire/frame.h"

/* Entries were sent: the keys of the chains that they open follow. */
void keys_follow(struct node *n, struct link *l, struct reach *r);

/* Asks x for every key that we lack and may have. */
void keys_ask(struct node *n, struct exchange *x);

/* Is there any? */
bool keys_are_missing(const struct node *n, const struct group *g);

/* Anything but LTH_OK ends the session. */
LTH_MUST_USE enum lth_err keys_on_key(struct node *n, struct exchange *x,
                                      const struct frame_message *m);
LTH_MUST_USE enum lth_err keys_on_wanted(struct node *n, struct exchange *x,
                                         const struct frame_message *m);

/* Our own new chain's key joins the log. */
LTH_MUST_USE enum lth_err keys_store(struct node *n, struct feed *f, struct feed_chain *chain);

/* An entry of somebody else's is durable; true when it is to be shown now. */
bool keys_on_entry(struct node *n, struct feed *f, uint64_t number);

/* What still waits though its key is here: the disk did not take the record that shows it. */
void keys_open_all(struct node *n, const struct group *g);

/* The disk did not take a KEY or OPENED record. */
void keys_on_refused(struct node *n, const struct journal_item *item);

#endif
