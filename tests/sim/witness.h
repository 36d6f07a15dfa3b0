/* tests/sim/witness.h - what one host's user was told, and whether it may be so.
 *
 * Looks at every event of a core and checks it against the ledger and what is on the disk.
 */
#ifndef LTH_TESTS_SIM_WITNESS_H
#define LTH_TESTS_SIM_WITNESS_H

#include "holdings.h"
#include "registry.h"

struct world;
struct host;

/* How far a host was shown what one process of another one said there, with one chain. */
struct progress {
    uint32_t author, life, to, chain, number;
};

/* Entries of a person's that are missing here, of what they said to an audience. */
struct gap {
    uint32_t person, to;
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
    struct holdings holdings;
    struct progress *progress; /* owned */
    size_t progress_count, progress_size;
    struct gap *gaps; /* told by this process; owned */
    size_t gap_count, gap_size;
    uint32_t *numbers;                      /* said by this process to each audience; owned */
    uint32_t *last_shown;                   /* of each person's and group's, a saying; owned */
    bool *online;                           /* each person; owned */
    uint32_t *shown, *accepted, *delivered; /* how often, by audience; owned */
    uint64_t stepped_ms;                    /* its last step */
    uint64_t keys_from_ms;                  /* what came up before must not be written to */
    uint64_t disturbed_ms;                  /* when it was last held, busy, still or starting */
    uint64_t alone_ms; /* when it started; of a clone, when it last did not see its twin */
    unsigned restores, refusals, crashes;
    unsigned rollbacks, clones, rollbacks_now, clones_now; /* told, ever and by this process */
    bool has_twin; /* another host runs, or ran, as the same person */
    struct status_view status;
    enum delivery_state states[PEOPLE_MAX]; /* of the message asked for last, by person */
    uint64_t recipients;                    /* of it, by bit */
    uint32_t rekey_asked;                   /* in which groups, by bit */
    uint32_t was_in; /* groups this process was in, by bit, and its user was not told since
                      * that they left */
    unsigned may_leave[COUNCILS_MAX]; /* so often may its user be told that they left: once when it
                                       * is out, and more when one step took it in and out */
    uint64_t out_ms[COUNCILS_MAX];    /* when it learnt last that it was out of the group */
    char last_error[32];
    bool answered_error;
    struct history history; /* the last answer */
};

void witness_init(struct world *w, struct host *h);
void witness_clear(struct witness *v);

/* A process starts or ends. */
void witness_on_start(struct world *w, struct host *h);
void witness_on_end(struct world *w, struct host *h);

void witness_on_event(struct world *w, struct host *h, const struct event *e);

/* A backup of theirs was put back, or they ran twice. */
bool witness_was_set_back(const struct world *w, uint32_t person);

/* True when what is missing of a person's at h may be lost for good. */
bool witness_may_have_lost(const struct world *w, const struct host *h, uint32_t person);

#endif
