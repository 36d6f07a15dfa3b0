/* node/rosters.h - how the members of a group come to hold the same operations.
 *
 * ROSTER names what one side holds; the other sends what is missing, parents first, and asks back
 * when it lacks something itself. A new operation goes to everybody online at once, and a little
 * later its holders announce it to those whom its author does not reach. Who has left is told how,
 * and nothing that came after.
 */
#ifndef LTH_NODE_ROSTERS_H
#define LTH_NODE_ROSTERS_H

#include "node/group.h"
#include "node/journal.h"
#include "node/link.h"
#include "wire/frame.h"

/* Names on l what we hold of g's roster. */
void rosters_tell(struct node *n, struct link *l, const struct group *g, bool is_answer);

/* l is authenticated: the same for every group that concerns its person. */
void rosters_on_ready(struct node *n, struct link *l);

/* To all that are online. */
void rosters_announce(struct node *n, const struct group *g);

/* Anything but LTH_OK ends the session. */
LTH_MUST_USE enum lth_err rosters_on_roster(struct node *n, struct link *l,
                                            const struct frame_message *m);
LTH_MUST_USE enum lth_err rosters_on_operation(struct node *n, struct link *l,
                                               const struct frame_message *m);

/* Signs op on g's head, and makes it so; the command behind ticket is answered when it is durable.
 * is_asked: there is one. */
LTH_MUST_USE enum lth_err rosters_decide(struct node *n, struct group *g, struct operation *op,
                                         bool is_asked, uint64_t ticket);

/* A new group of ours; op is its create. */
LTH_MUST_USE enum lth_err rosters_create(struct node *n, struct operation *op, uint64_t ticket,
                                         struct group **out);

/* Says again what lost against another's decision of the same moment. */
void rosters_repeat(struct node *n, struct group *g);

/* How far the feeds of somebody who goes count: what we hold of them. Writes cut_write's items,
 * returns how many. */
size_t rosters_cut(const struct group *g, const uint8_t id[ID_LEN], struct writer *w);

/* Everything that is held goes to the log. */
void rosters_store_all(struct node *n, struct group *g);

void rosters_on_durable(struct node *n, const struct journal_item *item);

/* The disk refused as many of the operations taken last as each group has noted: they are asked for
 * again later. */
void rosters_on_refused(struct node *n);
void rosters_resync(struct node *n);

#endif
