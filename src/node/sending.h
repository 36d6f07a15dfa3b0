/* node/sending.h - what the peer lacks goes out: from the journal while it is there, else read
 * back.
 *
 * A conversation keeps a queue of the feeds of which the peer lacks something: ours, oldest
 * first, then those of its own that it lost. Entries leave as fast as the link has room; a signed
 * head follows a burst of ours and goes before what is given back.
 */
#ifndef LTH_NODE_SENDING_H
#define LTH_NODE_SENDING_H

#include "node/delivery.h"

/* f has something durable that was not sent. */
void sending_enqueue(struct conversation *c, struct feed *f);

/* f was written by another process of the peer's: the one here now may lack what we just stored
 * or can now prove, and it is queued to be given back. */
void sending_offer_back(struct conversation *c, struct feed *f);

/* From here on, what the peer lacks is what its last HAVE left out. is_fresh: it just came, so
 * it tells of the peer's own growing feed too. */
void sending_rewind(struct node *n, struct conversation *c, bool is_fresh);

/* Entries of f up to `upto` were handed to a session: told once each. */
void sending_say_sent(struct node *n, const struct conversation *c, struct feed *f, uint64_t upto);

/* Signs and sends the heads of bursts that ended. */
void sending_heads(struct node *n);

/* The content of an entry inside the bytes of its record; false when they are none. */
bool entry_content_of(const uint8_t *bytes, size_t len, const uint8_t **content,
                      size_t *content_len);

/* Entries that were read back. */
void sending_on_read(struct node *n, const struct pending_read *read,
                     const struct node_record *records);

#endif
