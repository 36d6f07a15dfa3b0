/* node/handed.h - entries that somebody else than their author hands on.
 *
 * Ours, when our store is older than what was said with it; in a group anybody's, when the author
 * is away. They come behind a head that the author signed, and nothing is believed before the
 * last of them has the hash that it names.
 */
#ifndef LTH_NODE_HANDED_H
#define LTH_NODE_HANDED_H

#include "node/exchange.h"
#include "wire/entries.h"
#include "wire/statement.h"

struct node;

/* A head of a feed that is not theirs. LTH_FORGED: its author did not sign it. */
LTH_MUST_USE enum lth_err handed_on_head(struct node *n, struct exchange *x,
                                         const struct head *head);

/* A run of such a feed. LTH_MALFORMED and LTH_FORGED end the session. */
LTH_MUST_USE enum lth_err handed_on_entries(struct node *n, struct exchange *x,
                                            struct entries *run);

#endif
