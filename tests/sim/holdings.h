/* tests/sim/holdings.h - which sayings stand on a host's disk, found out from its records.
 *
 * Every entry that is appended must be something that was said, and stand there once. The ids
 * of a host's own entries are computed here once more, as PROTOCOL.md has them. What a group says
 * is known by its id; of chains and their keys, too, is seen that they are as they should be.
 */
#ifndef LTH_TESTS_SIM_HOLDINGS_H
#define LTH_TESTS_SIM_HOLDINGS_H

#include "node/node.h"

struct disk_record;
struct saying;
struct world;
struct host;

/* One saying, as this host knows it. */
struct knowledge {
    uint32_t record;          /* where it stands on the disk; 0 = nowhere */
    uint32_t shown;           /* the record it was shown by; 0 = it was not */
    unsigned told_by;         /* life of the process that told what follows; 0 = none */
    uint64_t sent, delivered; /* to whom: people by bit */
};

/* A feed that this process began, by its handle. */
struct feed_trace {
    uint8_t conversation[32], author[32];
    uint64_t incarnation;
    uint8_t (*hashes)[32]; /* of our own entries; owned */
    size_t count, size;
    uint32_t chain;    /* of a group: the registry's, that it goes on with */
    unsigned messages; /* said under it */
};

struct holdings {
    struct knowledge *known; /* by saying; owned */
    size_t known_size;
    struct feed_trace *feeds; /* handle n stands at n - 1; owned */
    size_t feed_size;
};

/* What h knows of a saying. Lives until the next saying. */
struct knowledge *holdings_known(struct world *w, struct host *h, uint32_t saying);

bool holdings_is_durable(struct world *w, struct host *h, uint32_t saying);
bool holdings_has_operation(const struct host *h, const uint8_t *bytes, size_t len);

/* A process starts: the feeds it begins are new. */
void holdings_on_start(struct holdings *o);

/* The disk takes a record: fills in what it is about. */
void holdings_on_append(struct world *w, struct host *h, uint64_t number,
                        struct disk_record *record);

/* The disk is a copy of another one. */
void holdings_on_copy(struct world *w, struct host *h);

/* May a saying that is on h's disk be shown by that record? Its own, unless it had to wait. */
bool holdings_is_shown_by(const struct host *h, uint32_t saying, uint64_t record);

/* It was said to h's person, by somebody else. */
bool holdings_is_for(const struct world *w, const struct host *h, const struct saying *s);

/* It is about to forget the records behind `left`; or the shown mark went back. */
void holdings_on_truncate(struct host *h, uint64_t left);

/* A backup's mark came back: what stands before it was shown before the backup was made. */
void holdings_on_restored_mark(struct world *w, struct host *h);

/* Records behind from, up to upto, are durable. */
void holdings_on_durable(struct world *w, struct host *h, uint64_t from, uint64_t upto);

void holdings_clear(struct holdings *o);

#endif
