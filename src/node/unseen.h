/* node/unseen.h - messages that are on our disk and were not shown yet, in the order they came.
 *
 * A process that dies between storing and showing leaves some behind, and one without a
 * user interface leaves all of them. They are read back a few at a time; while any is left,
 * what comes new queues up behind them, so that the shown mark, which is one number, is true.
 */
#ifndef LTH_NODE_UNSEEN_H
#define LTH_NODE_UNSEEN_H

#include "node/feeds.h"

enum { UNSEEN_AT_ONCE = 256 };

struct unseen {
    struct place *places; /* owned; in the order of their records */
    uint64_t *as;         /* owned; the record each counts as shown by, 0: its own */
    size_t as_capacity;
    size_t count, capacity;
    size_t shown; /* of them */
    bool reading;
};

struct node;

void unseen_clear(struct unseen *u);
bool unseen_is_empty(const struct unseen *u);
LTH_MUST_USE enum lth_err unseen_add(struct unseen *u, const struct place *place, uint64_t as);

/* Of the nth of those that are being read. */
uint64_t unseen_as(const struct unseen *u, size_t nth);

/* Reads the next few, unless that is under way or the user interface takes nothing. */
void unseen_go_on(struct node *n);

/* They have been shown. */
void unseen_on_shown(struct node *n, size_t count);

#endif
