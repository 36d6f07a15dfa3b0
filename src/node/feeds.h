/* node/feeds.h - conversations, the feeds in them, and the order in which they read.
 *
 * A feed remembers of each entry its hash, its place in the log and its place in the
 * order; the text stays on disk. Entries of a feed are counted when they are known and
 * again when they are durable: nothing is shown, sent or receipted in between.
 *
 * Order on screen: what the author wrote down (wire/entry.h), made good where it contradicts
 * the entry in front of it or a parent that we hold. Equal orders fall to author, feed and number.
 *
 * A gap is what is known to exist and not here: a signed head, a cited parent or a later run
 * spoke of it.
 */
#ifndef LTH_NODE_FEEDS_H
#define LTH_NODE_FEEDS_H

#include "node/chains.h"
#include "node/contacts.h"
#include "node/proofs.h"
#include "wire/entry.h"

enum {
    FEEDS_OF_ONE_MAX = 4096,   /* in one conversation: process starts in which something was said */
    FEEDS_IN_GROUP_MAX = 1024, /* in a group */
    HANDLES_KEPT = 64 * 1024,  /* of HANDLES_MAX, for our own feeds */
    FEEDS_MAX = 2 * FEEDS_OF_ONE_MAX,
    HANDLES_MAX = 1 << 20 /* in all */
};

struct entry {
    uint8_t hash[HASH_LEN];
    uint64_t record;   /* in our log */
    uint64_t order_ms; /* see above */
    uint32_t index;    /* of a SEALED entry in its chain */
    uint8_t kind;
    bool waits; /* SEALED: its key was not here when it came, and no record shows it yet */
};

struct feed {
    struct feed_id id;
    uint32_t handle; /* in the log's records */
    bool mine, in_log;
    struct conversation *conversation;
    struct entry *entries; /* owned; entry n stands at n - 1 */
    uint64_t count;        /* entries known, on disk or on their way */
    size_t capacity;
    uint64_t durable; /* of them on disk */
    uint64_t cited; /* highest entry that ours name as a parent, or that one they will name does */
    bool fork_told;
    uint64_t doubted; /* somebody cited another entry under this number; 0 = nobody did */
    uint64_t heard;   /* the highest that somebody cited beyond count, in a group, and its hash */
    uint8_t heard_hash[HASH_LEN];
    uint64_t limit;     /* entries above it do not count: their author had left the group */
    uint64_t known;     /* highest entry known to exist; of use above count */
    uint64_t gap_first; /* told as missing, up to gap_last; 0 = nothing is */
    uint64_t gap_last;

    struct chains chains; /* in a group */
    size_t keys_asked;    /* of those that lack their key: how many of the newest had their turn */
    struct proofs proofs; /* theirs: signed heads that vouch for entries on any session */
    uint64_t signed_number; /* mine: of the head, theirs: of the receipt that was signed last */
    uint8_t signature[SIGNATURE_LEN];
    struct reach **reaches; /* owned, and each of them; by exchange: node/exchange.h */
    size_t reach_count;
};

/* Where an entry stands in the order of its conversation. */
struct place {
    struct feed *feed;
    uint64_t number;
};

struct conversation {
    uint8_t id[CONVERSATION_ID_LEN];
    struct contact *peer;        /* the other side of a direct one */
    struct group *group;         /* of a group: borrowed; NULL: a direct one */
    struct exchange **exchanges; /* owned, and each of them: node/exchange.h */
    size_t exchange_count;
    struct feed **feeds; /* owned, and each of them */
    size_t feed_count;
    struct feed *writing; /* our own feed of this process start, or NULL */
    struct place *order;  /* owned; the durable entries; see conversation_order */
    bool unsorted;        /* order is not in order */
    size_t order_count, order_capacity;
    bool gap_untold; /* one of its feeds may lack what nobody was told of */
    bool has_doubt;  /* one of its feeds is doubted */
    UT_hash_handle hh;
};

struct feeds {
    uint8_t me[ID_LEN];                 /* author of our own feeds */
    struct conversation *conversations; /* by id; owned */
    struct feed **by_handle;            /* handle n stands at n - 1; NULL where the log has a gap */
    size_t handle_count, handle_capacity;
};

void feeds_clear(struct feeds *f);

/* Finds or makes; with peer, a direct one and its exchange. NULL when memory is out. */
struct conversation *feeds_conversation(struct feeds *f, const uint8_t id[CONVERSATION_ID_LEN],
                                        struct contact *peer);
void feeds_remove_conversation(struct feeds *f, struct conversation *c); /* without entries */
struct conversation *feeds_find_conversation(const struct feeds *f, const uint8_t *id);

struct feed *feeds_find(const struct conversation *c, const uint8_t author[ID_LEN],
                        uint64_t incarnation);
size_t feeds_of(const struct conversation *c, const uint8_t author[ID_LEN]); /* how many */

/* Room for another feed of author's. */
bool feeds_have_room(const struct feeds *f, const struct conversation *c,
                     const uint8_t author[ID_LEN]);
struct feed *feeds_by_handle(const struct feeds *f, uint32_t handle);

/* A new feed under handle, or under the next free one when it is 0. LTH_LIMIT at FEEDS_MAX and
 * HANDLES_MAX; LTH_DAMAGED when the handle is taken. */
LTH_MUST_USE enum lth_err feeds_add(struct feeds *f, struct conversation *c, uint32_t handle,
                                    const uint8_t author[ID_LEN], uint64_t incarnation,
                                    struct feed **out);

/* Hash of entry number; zeros for number 0. number <= count. */
const uint8_t *feed_hash(const struct feed *f, uint64_t number);
const struct entry *feed_entry(const struct feed *f, uint64_t number); /* 1 to count */
void feed_point_of(const struct feed *f, uint64_t number, struct feed_point *out);

/* The highest entry that may be sent to somebody: of others' feeds, what a signed head covers. When
 * the head that covers all that counts is behind it, the rest goes along: whoever knows how its
 * author went passes that over. */
uint64_t feed_sendable(const struct feed *f);

/* Not an entry that opens a chain, or is sealed with a key that we do not have. */
bool feed_is_readable(const struct feed *f, uint64_t number);

/* An entry of a group waits for its key, or no more. */
void feed_set_waiting(struct feed *f, uint64_t number, bool waits);

/* The index that the next message of the chain that f ends with has at least. */
uint32_t feed_next_index(const struct feed *f);

/* Entry number exists, somebody said, so it should be here some day. */
void feed_note_known(struct feed *f, uint64_t number);

/* A durable entry of f names these: who names it, as our next one will, need not name them. */
void feed_covers(const struct feed *f, const struct entry_content *content);

/* Names the durable heads of the others' feeds that our own entries did not name yet. */
void conversation_add_parents(struct conversation *c, struct entry_content *content);

/* The order of the next entry of f, said now with these parents. */
uint64_t feed_next_order(const struct feed *f, uint64_t time_ms,
                         const struct entry_content *content);

/* Adds entry count + 1. content gives order and parents; LTH_NO_MEMORY changes nothing. */
LTH_MUST_USE enum lth_err feed_push(struct feed *f, const uint8_t hash[HASH_LEN],
                                    const struct entry_content *content, uint64_t record);
void feed_pop(struct feed *f); /* takes the last, not yet durable entry away again */

/* Entry durable + 1 is on disk: it gets a place in the conversation. */
LTH_MUST_USE enum lth_err feed_commit(struct feed *f);

/* The order_count durable entries, oldest first. Lives until the next commit. */
const struct place *conversation_order(struct conversation *c);

/* Place of the entry with this id, in one conversation or (c = NULL) in all; false if none. */
bool feeds_find_entry(const struct feeds *f, const struct conversation *c,
                      const uint8_t id[HASH_LEN], struct place *out);

#endif
