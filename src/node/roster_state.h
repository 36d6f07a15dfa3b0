/* node/roster_state.h - what the files of the roster share: the tree, the path, and the people.
 *
 * roster.c          what is held, and which path of it counts
 * roster_rules.c    what is valid at an operation
 * roster_fold.c     what the path comes to, and what counted at an operation
 * roster_handing.c  what others lack
 * roster_repeat.c   what lost and is said again
 *
 * The tree is kept twice: whole, in records that never move, and in small pieces side by side,
 * with numbers in the place of hashes and ids, because every question is a walk up the tree.
 */
#ifndef LTH_NODE_ROSTER_STATE_H
#define LTH_NODE_ROSTER_STATE_H

#include "node/places.h"
#include "node/roster.h"

#define NO_ADMIN UINT32_MAX /* rank of an author who is none: behind all */

/* An operation. Places are NOWHERE when there is none. */
struct held {
    struct operation_record *record; /* owned */
    uint32_t parent;                 /* place in r->held */
    uint32_t best;                   /* of its children the one the path would go on with */
    uint32_t author;                 /* place in r->people */
    uint32_t about;                  /* the person it is about; of a create nobody */
    uint32_t height;
    uint32_t anchor;          /* height of the nearest one on the path, itself included */
    uint32_t rank;            /* of the author at the parent: the height of their appointment */
    uint16_t members, admins; /* after it */
    uint8_t type;
    bool built;    /* it is an admin's, or one of those behind it is */
    bool repeated; /* another one of its author's names it as `again` */
    bool again;    /* it names one itself */
    bool doubled;  /* the second of its author's on its parent */
};

/* Anybody brought in by an operation that is held. Those of the create come first, the creator
 * before the others. Heights are of operations of the path; 0 = none. */
struct somebody {
    struct person person; /* as brought in first */
    uint32_t joined;      /* is in since */
    uint32_t appointed;   /* is admin since */
    uint32_t about;       /* the newest operation about them */
    uint32_t gone;        /* their last remove or leave */
    bool all_history;
    size_t seat; /* in r->members, when in */
};

struct roster {
    struct held *held; /* owned; in the order taken, the create at 0 */
    size_t count, capacity, bytes;
    struct places by_hash;

    struct somebody *people; /* owned */
    size_t people_count, people_capacity;
    struct places by_id;

    uint32_t *path; /* owned; places in held, height h at h - 1 */
    size_t path_capacity;
    uint32_t epoch; /* its length */
    struct roster_change change;
    struct {
        uint8_t hash[HASH_LEN], by[ID_LEN];
    } awaited[4]; /* see roster_await; the newest take the places of the oldest */
    size_t awaited_at;

    /* What the path comes to. */
    const char *name; /* in a record */
    uint8_t history;
    uint32_t name_at, history_at, membership_at; /* heights of what last changed them */
    struct member members[GROUP_MEMBERS_MAX];
    size_t member_count, admin_count;

    size_t equivocations_told; /* among that many of held */
};

/* The operation of the path at that height, 1 to r->epoch. */
static inline struct held *roster_on_path(const struct roster *r, uint32_t height)
{
    return &r->held[r->path[height - 1]];
}

/* Somebody as the roster at one operation has them. */
struct standing {
    bool is_in;
    uint32_t appointed; /* NO_ADMIN: is none */
};

/* at: place in held; who: place in people, or NOWHERE. */
struct standing roster_standing(const struct roster *r, uint32_t at, uint32_t who);

/* Would op, said by author on the operation at, be valid? at is NOWHERE while nothing is held. */
enum roster_verdict roster_judge(const struct roster *r, uint32_t at, const uint8_t author[ID_LEN],
                                 const struct operation *op);

/* The path is another from that height on. Never fails. */
void roster_fold(struct roster *r, uint32_t from);

#endif
