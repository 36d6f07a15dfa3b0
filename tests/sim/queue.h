/* tests/sim/queue.h - what is going to happen, in order of time, then of planning.
 *
 * A binary heap. A happening is allocated by queue_plan, belongs to the queue until it is
 * taken, and then to whoever took it (free).
 */
#ifndef LTH_TESTS_SIM_QUEUE_H
#define LTH_TESTS_SIM_QUEUE_H

#include "node/node.h"

struct world;
struct host;
struct happening;
typedef void deed(struct world *w, struct happening *h);

struct happening {
    uint64_t at_ms, order;
    deed *deed;
    struct host *host;
    unsigned life;           /* void when the host's process is no longer this one; 0 = any */
    struct node_input input; /* of an input for the core */
    void *about;             /* the deed's own, borrowed */
    uint64_t number;         /* likewise */
    uint8_t bytes[];         /* likewise: room asked for */
};

struct queue {
    struct happening **heap; /* owned */
    size_t count, size;
    uint64_t planned; /* ever: the order of planning */
};

/* A happening at at_ms, zeroed but for its time and deed, with room for len bytes. */
struct happening *queue_plan(struct queue *q, uint64_t at_ms, deed *what, size_t len);

/* Puts a taken one back for another time. */
void queue_put(struct queue *q, struct happening *h, uint64_t at_ms);

uint64_t queue_next_ms(const struct queue *q); /* UINT64_MAX when empty */
struct happening *queue_take(struct queue *q); /* not when empty */
void queue_clear(struct queue *q);

#endif
