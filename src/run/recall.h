/* run/recall.h - a node that only remembers: questions answered from an open store, with no loop.
 *
 * It is the core that runs otherwise, with all that it read from the log. What it asks of the
 * disk is read at once; whatever else it wants - to dial, to append, to tell news - is left
 * undone. So nothing is written, and nobody on the network learns of it.
 */
#ifndef LTH_RUN_RECALL_H
#define LTH_RUN_RECALL_H

#include "node/node.h"
#include "store/store.h"

struct recall {
    struct node *node;   /* borrowed, replayed and not started */
    struct store *store; /* borrowed, open; store_begin need not have come */
    struct node_time now;
};

/* Starts the node. LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err recall_begin(struct recall *r);

/* True of what a node can answer without changing anything. */
bool recall_answers(const struct command *c);

/* Tells the one answer, within the call. LTH_NO_MEMORY: none was told. */
typedef void recall_tell(void *ctx, const struct event *event);
LTH_MUST_USE enum lth_err recall_ask(struct recall *r, const struct command *c, recall_tell *tell,
                                     void *ctx);

#endif
