/* node/contacts.h - the people we have met: pinned keys, names, and how they are called here.
 *
 * A contact is its id. Names are only ways to find one: the petname we gave, else the name
 * they announce if nobody else has it, else the id or a prefix of it. What fits more than
 * one is refused, never guessed.
 */
#ifndef LTH_NODE_CONTACTS_H
#define LTH_NODE_CONTACTS_H

#include "node/event.h"
#include "wire/identity.h"

#include <uthash.h>

enum { CONTACTS_MAX = 1024, ID_PREFIX_MIN = 6 };

struct link;
struct conversation;

struct contact {
    struct identity identity;
    char name[NAME_MAX_LEN + 1];    /* as announced */
    char petname[NAME_MAX_LEN + 1]; /* ours; "" = none */
    bool verified, blocked;
    uint64_t first_seen_ms, last_seen_ms; /* wall clock; 0 = never */
    struct endpoint address;              /* where it accepts connections; port 0 = unknown */
    struct link *link;                    /* the live session, or NULL */
    struct conversation *direct;          /* or NULL until there is one */
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

/* LTH_NOT_FOUND, LTH_AMBIGUOUS. */
LTH_MUST_USE enum lth_err contacts_find(const struct contacts *c, const char *who,
                                        struct contact **out);

/* Another contact that announces the same name, or NULL. */
const struct contact *contacts_namesake(const struct contacts *c, const struct contact *of);

/* The petname, else the announced name. */
const char *contact_label(const struct contact *c);

void contact_view(const struct contact *c, struct peer_view *out);

#endif
