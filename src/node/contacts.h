/* node/contacts.h - the people we have met: pinned keys, names, and how they are called here.
 *
 * A contact is its id. Names are only ways to find one: the id itself, else the petname we
 * gave, else, in a word of the form NAME~ID (base/marked_name.h), a name and a prefix of the id,
 * else the name they announce or a prefix of the id, if it fits nobody else. What fits more than
 * one is refused, never guessed.
 */
#ifndef LTH_NODE_CONTACTS_H
#define LTH_NODE_CONTACTS_H

#include "node/event.h"
#include "wire/identity.h"

#include <uthash.h>

enum { CONTACTS_MAX = 1024 };

/* So much of something in some time. */
struct allowance {
    uint64_t since_ms; /* monotonic */
    unsigned used;
};

struct link;
struct conversation;
struct exchange;

struct contact {
    struct identity identity;
    char name[NAME_MAX_LEN + 1];    /* as announced */
    char petname[NAME_MAX_LEN + 1]; /* ours; "" = none */
    bool verified, blocked;
    bool in_log;     /* the log has the contact as it is now, or will have it */
    bool marked;     /* the user set something about them: never forgotten */
    bool has_feeds;  /* something was said, by either side */
    bool in_group;   /* they are, or were, in one with us */
    bool introduced; /* known by the word of introduced_by, who added them to a group */
    uint8_t introduced_by[ID_LEN];
    bool answered;                        /* something was said by us */
    bool limit_told;                      /* the user was told; see quota.h */
    uint64_t taken;                       /* what they cost us: quota.h */
    uint64_t first_seen_ms, last_seen_ms; /* wall clock; 0 = never */
    struct endpoint address;              /* where it accepts connections; port 0 = unknown */
    struct link *link;                    /* the live session, or NULL */
    struct conversation *direct;          /* or NULL until there is one */
    struct exchange *exchanges;           /* of every conversation shared, by next_of_contact */
    uint64_t renamed_ms;                  /* monotonic; when a NAME was last taken */
    unsigned rebuffs;                     /* sessions in a row that they ended right away */
    uint64_t left_ms;                     /* monotonic; when the last session ended; 0 = none */
    UT_hash_handle hh;
};

struct contacts {
    struct contact *table; /* by id; owned */
};

void contacts_clear(struct contacts *c);
struct contact *contacts_get(const struct contacts *c, const uint8_t id[ID_LEN]);

/* A new contact; LTH_LIMIT at CONTACTS_MAX. */
LTH_MUST_USE enum lth_err contacts_add(struct contacts *c, const struct identity *identity,
                                       struct contact **out);

/* Who may make room for somebody new; NULL when everybody matters. */
struct contact *contacts_oldest_passer_by(const struct contacts *c);
void contacts_remove(struct contacts *c, struct contact *contact); /* frees it */

/* LTH_NOT_FOUND, LTH_AMBIGUOUS. A whole id means its owner and nobody else. */
LTH_MUST_USE enum lth_err contacts_find(const struct contacts *c, const char *who,
                                        struct contact **out);

/* Another contact whose name, announced or given by us, looks the same; or NULL. */
const struct contact *contacts_namesake(const struct contacts *c, const struct contact *of);

/* The petname, else the announced name. */
const char *contact_label(const struct contact *c);

void contact_view(const struct contact *c, struct peer_view *out);

#endif
