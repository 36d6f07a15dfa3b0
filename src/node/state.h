/* node/state.h - the parts of a node, for the files that make up the core. Not for others. */
#ifndef LTH_NODE_STATE_H
#define LTH_NODE_STATE_H

#include "node/contacts.h"
#include "node/dialer.h"
#include "node/feeds.h"
#include "node/group.h"
#include "node/journal.h"
#include "node/link.h"
#include "node/node.h"
#include "node/people.h"
#include "node/reads.h"
#include "node/told.h"
#include "node/unseen.h"
#include "store/record.h"
#include "wire/message.h"

enum {
    RESYNC_MS = 5000, /* before asking again for what is missing: a disk takes its time */
    HEAD_MS = 10,     /* a burst's signature is not in the way of its first entry */
    SYNCS_MAX = 32,
    JOURNAL_KEEP = 512 * 1024, /* bytes of what was just written, to send without reading back */
    JOURNAL_BUSY = 2 * 1024 * 1024, /* bytes on their way to the disk: peers and users wait */
    LATE_MS = 5000,                 /* a timer that much overdue: the process did not run */
    CLOCK_JUMP_MS = 10 * 60 * 1000  /* what a network's clocks disagree by is no jump */
};

/* A `sync` command that waits. */
struct waiting_sync {
    bool used;
    uint64_t ticket, until_ms;
};

/* Holds secrets. */
struct node {
    struct identity_secret me;
    char name[NAME_MAX_LEN + 1];
    bool name_given; /* now, by the user: the log's does not count */
    char name_in_log[NAME_MAX_LEN + 1];
    uint8_t prologue[8 + 1 + 1 + NETWORK_NAME_MAX_LEN];
    size_t prologue_len;
    uint64_t incarnation;
    uint16_t port;
    uint64_t shown; /* at start */

    struct contacts contacts;
    struct feeds feeds;
    struct groups groups;
    struct journal journal;
    struct links links;
    struct dialer dialer;
    struct reads reads;
    struct unseen unseen;
    struct told told;
    struct waiting_sync syncs[SYNCS_MAX];

    uint64_t strangers; /* what those cost us whom we never answered, or more: quota.h */
    uint64_t handshakes_ok, handshakes_failed, rekeys;
    uint64_t dropped[DROP_COUNT];
    bool disk_refused;       /* the user has been told */
    uint64_t resync_ms;      /* when to ask again for what the disk refused; UINT64_MAX = never */
    struct feed *sign_ahead; /* whose entry is on its way to the disk, for node_prepare */
    struct reach *heads;     /* feeds whose head is to be signed for somebody, by next_head */
    uint64_t heads_ms;       /* when */
    bool stopped;            /* good-bye is said: no more dials */
    bool held;               /* by the user interface */
    bool paused;             /* links are not read, because disk or user interface is behind */
    uint64_t stepped_ms;     /* monotonic time of the last step */
    uint64_t started_wall_ms;
    uint64_t clock_offset_ms; /* wall minus monotonic time, modulo 2^64, at the last step */
    uint64_t accounts_ms;     /* when to act on late accounts; UINT64_MAX = never */
    uint64_t gaps_ms;         /* when to look for gaps; UINT64_MAX = never */
    bool rollback_told, clone_told;

    struct node_time now;             /* of the step that runs */
    struct todo_list *todo;           /* of the step that runs */
    uint8_t plain[SESSION_PLAIN_MAX]; /* scratch of one frame */
};

/* node/say.c - events */
struct event *say(struct node *n, enum event_type type);
void say_error(struct node *n, uint64_t ticket, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void say_warning(struct node *n, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void say_contact(struct node *n, enum event_type type, const struct contact *c);

/* node/records.c - what is written into the log, and read again at start */
/* With the petname and marks of settings that are still on their way to the disk: each record
 * holds all of a contact, so the later one would undo the earlier. */
void contact_to_record(const struct node *n, const struct contact *c, struct contact_record *out);

/* What a NAME, CONTACT or ADDRESS record says becomes so, at start or now. */
LTH_MUST_USE enum lth_err records_apply(struct node *n, const uint8_t *bytes, size_t len);
void store_note(struct node *n, const struct writer *record);
void store_contact(struct node *n, struct contact *c);
LTH_MUST_USE enum lth_err store_item(struct node *n, const struct journal_item *item,
                                     const struct writer *record, bool sync);
LTH_MUST_USE enum lth_err store_feed(struct node *n, struct feed *f);
LTH_MUST_USE enum lth_err store_entry(struct node *n, struct feed *f, const uint8_t *content,
                                      size_t len, const struct entry_content *parsed,
                                      enum journal_kind kind, uint64_t ticket);

/* node/group_command.c */
bool group_is_named(const struct node *n, const char *who);  /* or is it a person? */
bool group_is_called(const struct node *n, const char *who); /* with or without its # */
struct group *group_of_command(struct node *n, const struct command *c, const char *who);
void group_on_send(struct node *n, const struct command *c);
void group_on_command(struct node *n, const struct command *c);

/* node/command.c */
void commands_on(struct node *n, const struct command *c);

/* NULL after an error has been said. */
struct contact *command_contact(struct node *n, uint64_t ticket, const char *name);
void commands_on_stored(struct node *n, const struct journal_item *item);
void commands_on_history(struct node *n, const struct pending_read *read,
                         const struct node_record *records);
void commands_check_syncs(struct node *n);
uint64_t commands_wake_ms(const struct node *n);

/* Copies into the to-do list's arena; "" when memory is out. */
const char *keep_string(struct node *n, const char *text);

#endif
