/* node/gaps.h - entries known to exist that are not here: told when they do not come at once, and
 * told again when they have come.
 */
#ifndef LTH_NODE_GAPS_H
#define LTH_NODE_GAPS_H

#include "node/feeds.h"

enum { GAP_MS = 5000 /* what is under way needs no telling */ };

struct node;

/* Starts the wait after which what c lacks is told, unless it runs. */
void gaps_look(struct node *n, const struct conversation *c);

void gaps_on_time(struct node *n);

/* The last entry of f that is durable just became so. */
void gaps_on_durable(struct node *n, struct feed *f);

#endif
