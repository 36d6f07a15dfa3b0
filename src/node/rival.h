/* node/rival.h - one session per person: which of two lives.
 *
 * A new process of the peer's, or a second dial by the same side, replaces the old session. When
 * each side dialled one, that of the lower id lives; but if that is the old one and it was
 * silent, it is probed first, for it may be dead; one that is stalled is replaced at once:
 * PROTOCOL.md section 6.
 */
#ifndef LTH_NODE_RIVAL_H
#define LTH_NODE_RIVAL_H

#include "node/link.h"

/* l was just authenticated: it becomes the session with its contact, or not. */
void rival_settle(struct node *n, struct link *l);

/* The probe of l's rival is over. */
void rival_check(struct node *n, struct link *l);

/* A session of a contact ended: another one takes over, or the contact is offline. */
void rival_on_end(struct node *n, struct link *ended);

#endif
