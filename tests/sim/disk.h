/* tests/sim/disk.h - a host's disk: records, and how many of them survive what.
 *
 * As src/run/disk_uv.c: while one batch is being written and synced the next one gathers. A
 * written record survives the end of the process, a durable one the end of the machine. The
 * shown mark lives in a mapped page: it survives the process, and is older after a power cut.
 * A full disk refuses a batch and everything queued behind it.
 */
#ifndef LTH_TESTS_SIM_DISK_H
#define LTH_TESTS_SIM_DISK_H

#include "node/node.h"

struct world;
struct host;

struct disk_record {
    uint8_t *bytes; /* owned */
    uint32_t len;
    uint32_t saying; /* the entry's, or NO_SAYING */
    uint32_t opened; /* of a group's entry whose key came later: it is shown by this record */
    bool waits;      /* a group's entry whose key was not here when it came */
};

struct disk {
    struct disk_record *records; /* owned; record n stands at n - 1 */
    size_t count, size;          /* given to the disk, written or not */
    uint64_t written, durable;
    uint64_t sync_upto;          /* highest record whose writer waits for a sync */
    uint64_t shown, older_shown; /* the mark; and one that was on the platter before */
    bool busy;                   /* a batch is under way */
    bool is_lazy;                /* a sync of what nobody waits for is planned */
    uint64_t refused;    /* the core is being told that records from here on are not taken; 0 */
    enum lth_err refuse; /* LTH_OK: takes what comes */
    uint32_t sync_ms;    /* a sync, or a read, takes up to so long */
    size_t reads;        /* asked for and not answered yet */
};

void disk_append(struct world *w, struct host *h, const struct todo *todo);
void disk_read(struct world *w, struct host *h, const struct todo *todo);

/* The end of a step: what gathered goes out if the disk is free. */
void disk_kick(struct world *w, struct host *h);

/* The process ended: only the first `left` records are there. */
void disk_truncate(struct world *w, struct host *h, uint64_t left);

/* The power cut took what was not on the platter of the shown mark: it is an older one. */
void disk_lose_mark(struct host *h);

/* Becomes a copy of what is durable on another one. */
void disk_copy(struct disk *to, const struct disk *from);
void disk_clear(struct disk *d);

#endif
