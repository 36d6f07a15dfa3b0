/* tests/sim/world.h - the very cores of several people in one process; one seed decides all.
 *
 * A person is an identity. A host is a machine with a disk that runs as one person; a clone is
 * a second host of the same person. Time is virtual: the next happening is taken from
 * the queue, and everything that comes of it is planned for later. The same seed and the same
 * calls give the same trace, byte for byte.
 *
 * At every step the rules (rules.h) are checked; the first broken one stops the world.
 */
#ifndef LTH_TESTS_SIM_WORLD_H
#define LTH_TESTS_SIM_WORLD_H

#include "asks.h"
#include "disk.h"
#include "ledger.h"
#include "network.h"
#include "queue.h"
#include "registry.h"
#include "rules.h"
#include "sightings.h"
#include "sodium_between.h"
#include "tally.h"
#include "vigil.h"
#include "ways.h"
#include "wiretap.h"
#include "witness.h"

#include <stdio.h>

enum { WALL_START_S = 1700000000, AUDIENCE_TEXT_LEN = 2 * HASH_LEN };

/* How a process ends. */
enum end {
    END_IN_ORDER, /* asked to: it says good-bye and syncs */
    END_KILLED,   /* what was written stays */
    END_POWER,    /* what was durable stays, and perhaps a little more */
};

struct host {
    uint32_t index, person;
    bool is_clone;
    struct node *core; /* NULL: not running */
    unsigned life;     /* of the process: 1, 2, 3 … */
    bool powered;
    unsigned boot, address;     /* changes with each */
    uint64_t booted_ms;         /* when its monotonic clock was BOOT_MONO_MS */
    int64_t wall_ms;            /* what its wall clock is wrong by */
    char instance[16];          /* that its discovery advertises */
    bool held;                  /* by its user interface */
    bool blind;                 /* this process has nobody to show messages to */
    bool is_still;              /* it stands still: what comes in waits */
    struct happening **waiting; /* owned, and each of them */
    size_t waiting_count, waiting_size;
    uint64_t wake_ms;  /* its next wake is planned for */
    uint64_t woken_ms; /* spinning is noticed by so many wakes … */
    unsigned wakes;    /* … at one time */
    struct disk disk;
    struct sighting sightings[HOSTS_MAX];
    struct witness witness;
    struct minutes minutes[COUNCILS_MAX]; /* what its process holds of each group */
};

struct world {
    uint64_t now_ms, seed;
    struct chance chance, core_chance; /* the story's, the cores' */
    struct queue queue;
    struct host *hosts; /* HOSTS_MAX of them; owned */
    size_t host_count, people;
    uint8_t (*secrets)[64], (*ids)[ID_LEN]; /* of the people; owned */
    struct ledger ledger;
    struct registry registry;
    struct asks asks;
    struct wiretap wiretap;
    struct ways ways;
    struct network network;
    struct sightings sightings;
    struct todo_list todo;
    struct seals seals;
    FILE *trace; /* borrowed; NULL: nothing is told */
    struct verdict verdict;
    struct tally tally;
    bool is_hostile; /* bytes were changed on the way */
    bool is_quiet;   /* nothing fails: nobody has a reason to go offline */
};

struct world *world_new(uint64_t seed, size_t people, FILE *trace);
void world_free(struct world *w);

/* libsodium's randomness comes from here, and its seals are noted here: before using one of
 * several worlds. */
void world_enter(struct world *w);

/* Lets virtual time pass, until a rule is broken. */
void world_run(struct world *w, uint64_t ms);

/* Gives the host's core, if it is still that process, an input at at_ms; what it points to is
 * copied. */
void world_input(struct world *w, struct host *h, uint64_t at_ms, const struct node_input *input);

/* Starts the process of a host with what its disk holds, or ends it. */
void host_start(struct world *w, struct host *h);
void host_end(struct world *w, struct host *h, enum end how);

/* Puts back what was on the disk when it had so many records, and the mark of then. */
void host_restore(struct world *w, struct host *h, uint64_t records, uint64_t shown);

/* A new machine with a copy of the disk of another one; NULL when there is no room. */
struct host *host_clone(struct world *w, const struct host *of);
void host_roam(struct world *w, struct host *h);

/* The process gets no time for a while, or until it is told to go on. */
void host_stand_still(struct world *w, struct host *h, uint64_t ms);
void host_go_on(struct world *w, struct host *h);

/* One step of a running core, now. */
void host_step(struct world *w, struct host *h, const struct node_input *input);
void host_command(struct world *w, struct host *h, const struct command *c);

/* Whose id it is; NOBODY when it is nobody's. */
uint32_t world_person(const struct world *w, const uint8_t id[ID_LEN]);

/* An audience as a user would write it: an id, for names change. */
void world_name(const struct world *w, size_t audience, char text[AUDIENCE_TEXT_LEN + 1]);

/* Says something of at least len bytes to an audience; false when it was refused at once. */
bool host_say(struct world *w, struct host *h, size_t to, uint32_t len);

/* A line of the trace; of no host when h is NULL. */
#define tell(w, h, ...)                                                                            \
    do {                                                                                           \
        if ((w)->trace)                                                                            \
            trace_line((w), (h), __VA_ARGS__);                                                     \
    } while (0)
void trace_line(const struct world *w, const struct host *h, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
