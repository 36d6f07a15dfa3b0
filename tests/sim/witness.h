/* tests/sim/witness.h - what one host's user was told, and whether it may be so.
 *
 * Looks at every event of a core and at every record that reaches the disk, and checks
 * both against the ledger.
 */
#ifndef LTH_TESTS_SIM_WITNESS_H
#define LTH_TESTS_SIM_WITNESS_H

#include "node/node.h"

struct world;
struct host;

/* One saying, as this host knows it. */
struct knowledge {
    uint32_t record;          /* where it stands on the disk; 0 = nowhere */
    uint32_t shown;           /* the same, once it was shown; 0 = it was not */
    unsigned sent, delivered; /* life of the process that told so; 0 = none */
};

/* How far a host was shown what one process of another one said. */
struct progress {
    uint32_t author, life, number;
};

/* A feed that this process began, by its handle. */
struct feed_trace {
    uint8_t conversation[32], author[32];
    uint64_t incarnation;
    uint8_t (*hashes)[32]; /* of our own entries; owned */
    size_t count, size;
};

/* Entries of a person's that are missing here. */
struct gap {
    uint32_t person;
    uint64_t first, last;
    bool filled;
};

/* Ids, in the order in which `history` gave them. */
struct history {
    uint8_t (*ids)[32]; /* owned */
    size_t count, size;
    bool more;
};

struct witness {
    struct knowledge *known; /* by saying; owned */
    size_t known_size;
    struct progress *progress; /* owned */
    size_t progress_count, progress_size;
    struct feed_trace *feeds; /* handle n stands at n - 1; owned */
    size_t feed_size;
    struct gap *gaps; /* told by this process; owned */
    size_t gap_count, gap_size;
    uint32_t *numbers;                     /* said by this process to each person; owned */
    uint32_t *last_shown;                  /* of each person's, a saying; owned */
    bool *online;                          /* each person; owned */
    uint32_t *shown, *accepted, *delivered; /* how often, by person; owned */
    uint64_t stepped_ms;                   /* its last step */
    uint64_t keys_from_ms;                 /* what came up before must not be written to */
    uint64_t disturbed_ms;                 /* when it was last held, busy, still or starting */
    uint64_t alone_ms;                     /* of a clone: when it last did not see its twin */
    unsigned restores, refusals, crashes;
    unsigned rollbacks, clones, rollbacks_now, clones_now; /* told, ever and by this process */
    bool has_twin;        /* another host runs, or ran, as the same person */
    struct status_view status;
    enum delivery_state state; /* of the message asked for last */
    char last_error[32];
    bool answered_error;
    struct history history; /* the last answer */
};

/* What happened, for the summary. */
#define TALLY(X)                                                                                   \
    X(steps) X(seals) X(accepted) X(refused) X(sent) X(delivered) X(shown) X(given_back)           \
    X(stops) X(kills) X(power_cuts) X(restores) X(clones) X(cuts) X(one_way) X(unplugged)          \
    X(resets) X(faults) X(jumps) X(standstills) X(roams) X(full_disks) X(slow_disks) X(holds)      \
    X(blind) X(lost_sight) X(rollbacks) X(clones_told) X(gaps) X(gaps_filled) X(rekeys)

struct tally {
#define TALLY_FIELD(name) uint64_t name;
    TALLY(TALLY_FIELD)
#undef TALLY_FIELD
};

void witness_init(struct world *w, struct host *h);
void witness_clear(struct witness *v);

/* A process starts or ends. */
void witness_on_start(struct world *w, struct host *h);
void witness_on_end(struct world *w, struct host *h);

/* The disk takes a record; returns the saying in it, or NO_SAYING. */
uint32_t witness_on_append(struct world *w, struct host *h, uint64_t record, const uint8_t *bytes,
                           size_t len);

/* It is about to forget the records behind `left`; or the shown mark went back. */
void witness_on_truncate(struct host *h, uint64_t left);

/* Records behind from, up to upto, are durable. */
void witness_on_durable(struct world *w, struct host *h, uint64_t from, uint64_t upto);

void witness_on_event(struct world *w, struct host *h, const struct event *e);

/* Before a step; and when it writes to a link that came up at up_ms. */
void witness_on_step(struct world *w, struct host *h);
void witness_on_write(struct world *w, const struct host *h, uint64_t up_ms);

/* Every second. */
void witness_look_around(struct world *w);

/* True when what is missing of a person's at h may be lost for good. */
bool witness_may_have_lost(const struct world *w, const struct host *h, uint32_t person);

/* What h knows of a saying. Lives until the next saying. */
struct knowledge *witness_known(struct world *w, struct host *h, uint32_t saying);

#endif
