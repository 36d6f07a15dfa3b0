/* node/sending.h - what the other side lacks goes out: from the journal while it is there, else
 * read back.
 *
 * An exchange keeps a queue of the feeds of which they lack something: ours, oldest
 * first, then those of theirs that they lost; in a group, also what they asked for. Entries leave
 * as fast as the link has room; a signed head follows a burst of ours and goes before what is given
 * back.
 */
#ifndef LTH_NODE_SENDING_H
#define LTH_NODE_SENDING_H

#include "node/delivery.h"

/* The feed has something durable that was not sent. */
void sending_enqueue(struct reach *r);

/* The feed was written by another process of theirs: the one here now may lack what we just
 * stored or can now prove, and it is queued to be given back. */
void sending_offer_back(struct reach *r);

/* From here on, what they lack is what their last HAVE left out. is_fresh: it just came, so
 * it tells of their own growing feed too. */
void sending_rewind(struct node *n, struct exchange *x, bool is_fresh);

/* Sends what is durable and lacking, as long as the link has room. */
void sending_pump(struct node *n, struct exchange *x);
void sending_pump_all(struct node *n, const struct conversation *c);

/* How many durable entries of ours they have not given a receipt for. */
uint64_t sending_unreceipted(const struct exchange *x);

/* Is there any, those on their way to our disk included? */
bool sending_owes(const struct exchange *x);

/* Nothing more goes over x. */
void sending_forget(struct exchange *x);

/* What they asked for they asked for on another session. */
void sending_forget_wants(struct exchange *x);

/* They ask for what follows number in a feed, whoever wrote it. */
void sending_on_want(struct reach *r, uint64_t number);

/* Half a chunk of a session that is over is of no use. */
void sending_drop_lost(struct exchange *x);

/* Entries up to `upto` were handed to a session: told once each. */
void sending_say_sent(struct node *n, struct reach *r, uint64_t upto);

/* Shows them the newest heads that we keep of others' feeds: who hears different things from one
 * author learns of it. */
void sending_show_heads(struct node *n, struct link *l, const struct exchange *x);

/* Signs and sends the heads of bursts that ended. */
void sending_heads(struct node *n);

/* The content of an entry inside the bytes of its record; false when they are none. */
bool entry_content_of(const uint8_t *bytes, size_t len, const uint8_t **content,
                      size_t *content_len);

/* Entries that were read back. */
void sending_on_read(struct node *n, const struct pending_read *read,
                     const struct node_record *records);

#endif
