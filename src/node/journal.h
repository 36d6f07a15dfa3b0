/* node/journal.h - the records on their way to the disk, and the latest that arrived there.
 *
 * The node numbers its records itself, in the order it appends them. Each stays here until
 * it is durable, with what is to happen then; after that its bytes serve as a small cache,
 * so that what was just written can be sent without reading it back.
 */
#ifndef LTH_NODE_JOURNAL_H
#define LTH_NODE_JOURNAL_H

#include "base/error.h"
#include "node/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contact;
struct feed;
struct reach;
struct group;

/* What becomes true when the record is on disk. */
enum journal_kind {
    JOURNAL_NOTE,        /* nothing that anybody waits for */
    JOURNAL_SETTING,     /* what a command wants changed: applied and answered */
    JOURNAL_CONTACT,     /* a contact, as it was then */
    JOURNAL_FEED,        /* a feed's handle is known to the log */
    JOURNAL_OUR_ENTRY,   /* accepted, may be sent */
    JOURNAL_OUR_CHAIN,   /* an entry of ours that opens a chain: may be sent */
    JOURNAL_GIVEN_BACK,  /* an entry of ours that we had lost */
    JOURNAL_THEIR_ENTRY, /* may be shown and receipted */
    JOURNAL_RECEIPT,     /* delivered; once written, it need not be durable */
    JOURNAL_OPERATION,   /* a group has changed */
    JOURNAL_KEY,         /* the key of a chain is known to the log */
    JOURNAL_OPENED,      /* an entry that waited for its key may be shown */
};

struct journal_item {
    enum journal_kind kind;
    uint8_t *bytes; /* owned by the journal */
    size_t len;
    struct feed *feed;         /* borrowed; NULL for notes, contacts and operations */
    struct reach *reach;       /* borrowed; of JOURNAL_RECEIPT: whose receipt it is */
    struct group *group;       /* borrowed; of JOURNAL_OPERATION */
    struct contact *contact;   /* borrowed; of JOURNAL_CONTACT, NULL once it is gone */
    uint64_t number;           /* of the entry or of the receipt; of a key: of its CHAIN entry */
    bool is_asked;             /* of JOURNAL_OPERATION: there is a command behind it */
    bool is_quiet;             /* of JOURNAL_OPERATION: the user need not hear of it by itself */
    bool is_joined;            /* of JOURNAL_OPERATION: with it, we are in */
    uint64_t ticket;           /* of the command behind it */
    enum command_type command; /* of JOURNAL_SETTING */
};

struct journal {
    struct journal_item *ring; /* owned; capacity is a power of two */
    size_t capacity;
    uint64_t first;            /* oldest record kept */
    uint64_t written, durable; /* highest record known to be so */
    uint64_t next;             /* number of the next record */
    size_t bytes;              /* held in all items */
};

void journal_init(struct journal *j, uint64_t next);
void journal_clear(struct journal *j);

/* Copies bytes; the record's number is j->next before the call. */
LTH_MUST_USE enum lth_err journal_push(struct journal *j, const struct journal_item *item,
                                       const uint8_t *bytes, size_t len);

/* No item speaks of contact any more. */
void journal_forget(struct journal *j, const struct contact *contact);

/* NULL when the record is no longer, or not yet, here. */
const struct journal_item *journal_get(const struct journal *j, uint64_t record);

/* Forgets durable records, oldest first, until at most keep bytes are held. */
void journal_trim(struct journal *j, size_t keep);

/* Takes the newest record away again; false when none is left from `from` on. The caller
 * undoes what it stood for; item->bytes are already freed. */
bool journal_pop(struct journal *j, uint64_t from, struct journal_item *item);

#endif
