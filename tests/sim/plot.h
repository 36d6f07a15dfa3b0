/* tests/sim/plot.h - what a story draws and plans with.
 *
 * Everything that is planned here is void once the story is healed.
 */
#ifndef LTH_TESTS_SIM_PLOT_H
#define LTH_TESTS_SIM_PLOT_H

#include "world.h"

/* What a disk held once, to be put back later. */
struct snapshot {
    bool taken;
    uint64_t records, shown;
};

struct story {
    struct world *w;
    struct chance *chance;
    uint32_t ingredients;
    bool is_healed;   /* what was planned before does not happen any more */
    unsigned talk_ms; /* the longest silence */
    unsigned long_per_mille, burst_per_mille;
    unsigned groups, affairs_ms; /* of groups: how many, and the longest peace; 0: none */
    bool told_of_cable[HOSTS_MAX];
    struct snapshot snapshots[HOSTS_MAX];
};

uint64_t plot_draw(struct story *s, uint64_t low, uint64_t high); /* both included */
bool plot_happens(struct story *s, unsigned per_mille);

/* Mostly short, sometimes as long as may be. */
uint64_t plot_while(struct story *s, uint64_t low_ms, uint64_t high_ms);

/* It runs, and does not stand still. */
bool plot_is_awake(const struct host *h);

/* Somebody who is awake, clones included if so wished; or NULL. */
struct host *plot_host(struct story *s, bool clones_too);

/* what happens in a while; host and number are its own. */
void plot_plan(struct story *s, uint64_t in_ms, deed *what, struct host *h, uint64_t number);

/* The same, but only to the process that runs now. */
void plot_plan_now(struct story *s, uint64_t in_ms, deed *what, struct host *h);

/* The story a happening belongs to; NULL when it is healed. */
struct story *plot_of(const struct happening *h);

#endif
