/* tests/sim/ending.h - what must be true when everything was healed and had time to settle. */
#ifndef LTH_TESTS_SIM_ENDING_H
#define LTH_TESTS_SIM_ENDING_H

#include <stddef.h>
#include <stdint.h>

struct world;
struct host;
struct saying;

/* Everybody sees everybody. */
void ending_check_online(struct world *w);

/* Nothing is queued, missing, unseen, in another order, or still to be done. */
void ending_check(struct world *w);

/* ending_groups.c: the same for groups, and their rosters are one. */
void ending_check_groups(struct world *w);

/* ---- for both ---- */

/* The machine that a person is left with is the one it began with. */
struct host *ending_host(struct world *w, uint32_t person);

/* What h says of a saying of its own: witness.states and witness.recipients. */
void ending_ask_for_state(struct world *w, struct host *h, const struct saying *s);

struct account {
    uint32_t *sayings; /* owned; oldest first */
    size_t count, size;
};

/* All that h's history with an audience says; the caller frees the sayings. */
struct account ending_history(struct world *w, struct host *h, size_t with);

/* What answers something stands behind it. */
void ending_check_causality(struct world *w, const struct account *a);

#endif
