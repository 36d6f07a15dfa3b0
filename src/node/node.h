/* node/node.h - what a messenger does: one pure core, step(input) -> todo.
 *
 * Time, disk and network come in as inputs; what is to be done goes out as a to-do list
 * (node/todo.h). Randomness is libsodium's, whose source a simulator replaces. The same
 * core runs under libuv, in the simulator and under the fuzzer.
 *
 * Life: node_new, node_replay for every record of the log, node_start, then node_step for
 * every input, and once the time of node_wake_ms has come.
 */
#ifndef LTH_NODE_NODE_H
#define LTH_NODE_NODE_H

#include "node/todo.h"

struct node;

struct node_config {
    const uint8_t *secret; /* 64 bytes: X25519 secret, Ed25519 seed; copied */
    const char *name;      /* used unless the log has one, or name_given */
    bool name_given;       /* the user asked for this name now */
    const char *network;   /* closed network's name, "" = the open one */
    uint64_t next_record;  /* number of the first record to be appended */
    uint64_t shown;        /* entries up to this record have been shown */
    bool rollback_told;    /* the user knows that the store is an older copy */
};

/* Monotonic time runs through suspension (CLOCK_BOOTTIME); wall time is for display. */
struct node_time {
    uint64_t mono_ms, wall_ms;
};

enum input_type {
    INPUT_TIME,      /* node_wake_ms has come */
    INPUT_COMMAND,   /* from a user interface */
    INPUT_FOUND,     /* discovery: an instance can be reached at an address */
    INPUT_LOST,      /* discovery: no longer */
    INPUT_LINK_UP,   /* a dial succeeded, or somebody connected */
    INPUT_LINK_DOWN, /* a dial failed, or the other side closed or broke a link */
    INPUT_BYTES,     /* came in on a link */
    INPUT_LINK_SENT, /* this many bytes of a link left */
    INPUT_WRITTEN,   /* records up to this number survive the end of the process */
    INPUT_DURABLE,   /* records up to this number survive the end of the machine */
    INPUT_REFUSED,   /* the disk took none of the records from this number on */
    INPUT_READ,      /* the answer to TODO_READ */
    INPUT_STALLED,   /* the answer to TODO_LOOK, when it is yes */
    INPUT_NETWORK,   /* an interface, a cable or an address of ours came, went or changed */
    INPUT_HOLD,      /* the user interface takes no more events: read nothing from peers */
    INPUT_RELEASE,   /* it does again */
    INPUT_STOP,      /* say good-bye to every peer */
};

struct node_record {
    const uint8_t *bytes; /* NULL: could not be read */
    size_t len;
};

struct node_input {
    enum input_type type;
    union {
        const struct command *command;
        struct { /* INPUT_FOUND, INPUT_LOST */
            const char *instance;
            struct endpoint endpoint;
            bool we_wait; /* the other side dials first */
        } sighting;
        struct { /* INPUT_LINK_UP, INPUT_LINK_DOWN, INPUT_LINK_SENT, INPUT_STALLED */
            uint32_t id;
            bool dialled; /* by us; else id is new, chosen by the caller, its top bit set */
            struct endpoint remote;
            size_t sent;
        } link;
        struct {
            uint32_t link;
            uint8_t *bytes; /* overwritten in place */
            size_t len;
        } bytes;
        struct { /* INPUT_WRITTEN, INPUT_DURABLE, INPUT_REFUSED */
            uint64_t number;
            enum lth_err why; /* INPUT_REFUSED: LTH_DISK_FULL, LTH_READ_ONLY or LTH_IO */
        } disk;
        struct {
            uint64_t token;
            const struct node_record *records;
            size_t count; /* fewer than asked: the limit of bytes was reached */
        } read;
    };
};

enum { NODE_INCOMING_LINK = 0x80000000u };

/* NULL when memory is out. */
struct node *node_new(const struct node_config *config);
void node_free(struct node *n);

/* One record of the log, in order. LTH_DAMAGED when it contradicts those before it. */
LTH_MUST_USE enum lth_err node_replay(struct node *n, uint64_t number, const uint8_t *bytes,
                                      size_t len);

/* The log is read; port is where we accept connections. Entries that came but were never
 * shown are read back and shown. */
void node_start(struct node *n, uint16_t port, const struct node_time *now, struct todo_list *todo);

void node_step(struct node *n, const struct node_time *now, const struct node_input *input,
               struct todo_list *todo);

/* Signs the receipt for what the last step gave the disk, while the disk works: to be called when
 * the to-do list has been carried out. Tells and sends nothing; may be left out. */
void node_prepare(struct node *n);

/* Monotonic time at which INPUT_TIME is due; UINT64_MAX = never. */
uint64_t node_wake_ms(const struct node *n);

/* True while so much waits for the disk that user interfaces should read no further. */
bool node_is_busy(const struct node *n);

/* What was told up to this record has been shown to the user, so COMMAND_UNSEEN lists it no more.
 * How far the shown mark may go for that: the record of the last of it; 0: there was none. */
uint64_t node_shown(struct node *n, uint64_t record);

const uint8_t *node_id(const struct node *n);
const char *node_name(const struct node *n);

#endif
