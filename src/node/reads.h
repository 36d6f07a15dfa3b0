/* node/reads.h - records asked back from the disk, and what they were wanted for. */
#ifndef LTH_NODE_READS_H
#define LTH_NODE_READS_H

#include "node/feeds.h"

#include <uthash.h>

enum read_purpose {
    READ_TO_SEND,     /* entries a peer lacks */
    READ_TO_SHOW,     /* entries that came before a crash and were not shown */
    READ_FOR_HISTORY, /* a `history` command */
    READ_UNSEEN,      /* an `unseen` command */
};

struct pending_read {
    uint64_t token;
    enum read_purpose purpose;
    struct exchange *exchange; /* READ_TO_SEND */
    uint32_t link;             /* READ_TO_SEND: the session it was meant for */
    uint64_t ticket;           /* READ_FOR_HISTORY, READ_UNSEEN */
    bool more;                 /* of both: there are older ones, or newer ones; so also when fewer
                                * were read than asked for */
    uint64_t *as;              /* READ_UNSEEN: owned; the record by which each counts as shown */
    struct place *places;      /* owned: what was read, in order; of a history, the newest first */
    size_t count;
    UT_hash_handle hh;
};

struct reads {
    struct pending_read *table; /* by token; owned */
    uint64_t last_token;
};

struct node;

/* Asks for the records of count places (copied), or the first of them until max_bytes are
 * reached (0: all). NULL when memory is out. */
struct pending_read *reads_ask(struct node *n, enum read_purpose purpose,
                               const struct place *places, size_t count, size_t max_bytes);

/* Takes the read out of the table; the caller frees it with read_free. NULL if unknown. */
struct pending_read *reads_take(struct reads *r, uint64_t token);
void read_free(struct pending_read *read);
void reads_clear(struct reads *r);

#endif
