/* tests/sim/ways.h - who can reach whom: cuts, power, addresses, latency. */
#ifndef LTH_TESTS_SIM_WAYS_H
#define LTH_TESTS_SIM_WAYS_H

#include "node/node.h"

struct world;
struct host;

enum { HOSTS_MAX = 60, PEOPLE_MAX = 50 };

struct ways {
    uint32_t latency_ms[HOSTS_MAX][HOSTS_MAX];
    uint8_t cut[HOSTS_MAX][HOSTS_MAX];      /* from, to: so many cuts at once; 0 = open */
    uint64_t shut_ms[HOSTS_MAX][HOSTS_MAX]; /* no way either way since; 0 = there is one */
};

/* Nothing passes from a to b, until it is given back as often. */
void ways_cut(struct world *w, size_t from, size_t to, bool cut);

/* True when a packet of a's would reach b's machine, at b's address of now. */
bool ways_pass(const struct world *w, size_t from, size_t to);
bool ways_pass_both(const struct world *w, size_t a, size_t b);

/* A host got or lost power. */
void ways_on_change(struct world *w);

struct endpoint ways_address(const struct host *h);

/* The host that has this address now, or NULL. */
struct host *ways_host_at(struct world *w, const struct endpoint *e);

/* What a packet takes, this time. */
uint64_t ways_latency(struct world *w, const struct host *from, const struct host *to);

#endif
