/* tests/sim/asks.h - what was asked of a host about groups, and what its user was told of them. */
#ifndef LTH_TESTS_SIM_ASKS_H
#define LTH_TESTS_SIM_ASKS_H

#include "node/node.h"

struct world;
struct host;

struct ask {
    uint32_t host, life, council;
    enum command_type type;
    uint64_t record; /* the operation that came of it; 0 = none */
    bool is_answered;
};

struct asks {
    struct ask *items; /* owned */
    size_t count, size;
    bool is_asking; /* the last one is being carried out */
};

void asks_clear(struct asks *a);

/* Gives h a command about a group, or one that makes a group (NO_COUNCIL). */
void asks_put(struct world *w, struct host *h, uint32_t council, struct command *c);

/* Is it the ticket of such a command? */
bool asks_has(uint64_t ticket);

/* h's disk takes an operation. */
void asks_on_operation(struct world *w, const struct host *h, uint64_t record);

void asks_on_error(struct world *w, struct host *h, const struct event *e);
void asks_on_group(struct world *w, struct host *h, const struct event *e);
void asks_on_left(struct world *w, struct host *h, const struct event *e);
void asks_on_groups(struct world *w, struct host *h, const struct event *e);

#endif
