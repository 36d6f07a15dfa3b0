/* node/delivery.h - how what was said gets to the other side, once, and how we know.
 *
 * When a session begins, each side tells what it holds (HAVE); each then sends what the
 * other lacks (ENTRIES), as far as it is durable here, and a signed HEAD at the end of the
 * burst. What came is appended, and once durable it is shown and receipted (RECEIPT). The
 * outbox is no second queue: it is the part of our feeds that has no receipt.
 */
#ifndef LTH_NODE_DELIVERY_H
#define LTH_NODE_DELIVERY_H

#include "node/exchange.h"
#include "node/link.h"
#include "node/node.h"
#include "node/reads.h"
#include "wire/frame.h"

struct node;

/* The direct conversation with a contact, made if need be; NULL when memory is out. */
struct conversation *delivery_conversation(struct node *n, struct contact *contact);

/* What l's person and we share under this conversation id, or NULL. */
struct exchange *delivery_exchange(struct node *n, const struct link *l,
                                   const uint8_t conversation[CONVERSATION_ID_LEN]);

/* Our feed of this process start in c, made if need be. */
LTH_MUST_USE enum lth_err delivery_writing(struct node *n, struct conversation *c,
                                           struct feed **out);

/* Of what this process says in c. */
uint64_t delivery_incarnation(const struct node *n, const struct conversation *c);

/* l is authenticated: tells its person what we hold of every conversation we share. */
void delivery_on_ready(struct node *n, struct link *l);

/* l is now the session with its contact: what was sent on another may be lost. */
void delivery_on_active(struct node *n, struct link *l);

/* No session with contact is left. */
void delivery_on_offline(struct node *n, const struct contact *contact);

/* Anything but LTH_OK ends the session. */
LTH_MUST_USE enum lth_err delivery_on_message(struct node *n, struct link *l,
                                              const struct frame_message *m);

void delivery_on_written(struct node *n, uint64_t upto);
void delivery_on_durable(struct node *n, uint64_t upto);
void delivery_on_refused(struct node *n, uint64_t from, enum lth_err why);
void delivery_on_read(struct node *n, const struct pending_read *read,
                      const struct node_record *records);

/* l, the session with its contact, has room: sends what is durable and lacking. */
void delivery_pump(struct node *n, const struct link *l);

/* What is due by time: heads of bursts that ended, and asking again for entries that our disk
 * refused. */
void delivery_on_time(struct node *n);
uint64_t delivery_wake_ms(const struct node *n);

/* View of a durable entry; false when the record is not a text of it. */
bool delivery_view(struct node *n, const struct place *place, const struct node_record *record,
                   struct message_view *out);

#endif
