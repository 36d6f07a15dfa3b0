/* tests/sim/network.h - cables between hosts: streams as TCP gives them, on a LAN that fails.
 *
 * A stream delivers in order after the pair's latency. What is lost, or meets a cut, is sent
 * again after 0.2 s, 0.4 s, …, and everything behind it waits; what is not acknowledged for
 * 30 s ends the connection (TCP_USER_TIMEOUT). A cable to an address that its host no longer
 * has, or to a machine without power, is silent. A process that ended answers with a reset.
 * Faults (TCP itself has none of these) drop, double, swap or change pieces, where asked for.
 */
#ifndef LTH_TESTS_SIM_NETWORK_H
#define LTH_TESTS_SIM_NETWORK_H

#include "chance.h"
#include "node/node.h"

struct world;
struct host;

/* What may happen to a piece of the stream on its way (one TODO_WRITE is one piece). */
enum fault { FAULT_NONE, FAULT_DROP, FAULT_DOUBLE, FAULT_SWAP, FAULT_FLIP, FAULT_COUNT };

/* One side of a cable. */
struct plug {
    struct cable *cable;
    struct host *host;
    unsigned life;
    uint32_t link;               /* as the host's core numbers it */
    bool open;                   /* the core may use it */
    bool paused;                 /* the core reads nothing */
    uint64_t up_ms;              /* when the core was told; 0 = it was not yet */
    uint64_t unacked_ms;         /* since when what it wrote is not acknowledged; 0 = all is */
    struct piece *first, **last; /* on their way to this side; owned */
    uint64_t clear_ms;           /* when the newest of them arrives */
    size_t waiting;              /* bytes of them */
    uint64_t stuck_ms;           /* since when nothing gets through; 0 = it does */
    uint32_t retry_ms;           /* until the next try */
    unsigned tries;              /* arrivals that are planned */
    bool has_late;               /* a piece that others may overtake was put there */
};

struct cable {
    struct cable *next;
    struct plug plugs[2]; /* 0 dialled */
    unsigned address[2];  /* the hosts' then */
    bool dialling;
    unsigned tries; /* of the dial */
};

struct network {
    struct chance chance;
    struct cable *cables; /* owned */
    uint32_t last_incoming;
    unsigned loss;                /* of 1000 pieces */
    unsigned faults[FAULT_COUNT]; /* of 1000 pieces */
};

void network_dial(struct world *w, struct host *h, const struct todo *todo);
void network_write(struct world *w, struct host *h, const struct todo *todo);
void network_close(struct world *w, struct host *h, uint32_t link);
void network_look(struct world *w, struct host *h, uint32_t link);
void network_pause(struct world *w, struct host *h, uint32_t link, bool pause);

/* The core is being told that its link is up. */
void network_on_up(struct world *w, struct host *h, uint32_t link);

/* The process ended; its kernel says so on every cable, if it has power. */
void network_on_end(struct world *w, struct host *h);

/* A cable of h's breaks, as by a reset on the way; false when it has none. */
bool network_break_one(struct world *w, struct host *h);
void network_clear(struct network *n);

#endif
