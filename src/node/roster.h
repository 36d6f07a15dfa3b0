/* node/roster.h - who is in a group, and who decides: what its signed operations come to.
 *
 * The operations of a group are a tree, for each names the one before it. One path of the tree
 * counts. It is chosen by nothing but the operations themselves (PROTOCOL.md, roster), so that
 * all who hold the same ones see the same group, in whatever order they came. What lost is kept:
 * its author says it again, and others ask for it.
 *
 * Only operations that are valid at their parent are held, at most ROSTER_MAX of a group. A take
 * costs one signature check, and a few walks up the tree or through all of it; memory is what came,
 * and less than 1 KiB for each operation beside its bytes. Pure: no I/O, no clock.
 */
#ifndef LTH_NODE_ROSTER_H
#define LTH_NODE_ROSTER_H

#include "wire/operation.h"

enum {
    ROSTER_MAX = 4096,
    ROSTER_BYTES_MAX = 4 * 1024 * 1024,

    /* What those who are no admins can fill of it with leaves: one that counts is taken beyond. */
    PLAIN_LEAVES_OF_ONE_MAX = 16,
    PLAIN_LEAVES_MAX = 1024,
    PLAIN_LEAVES_BYTES_MAX = 1024 * 1024,
    PLAIN_LEAVES_EVER = 128 /* of one, also of those that count */
};

struct roster;

/* An operation as it is held: what stands in it, and its bytes for handing on. Stays where it is
 * as long as the roster lives. */
struct operation_record {
    struct operation op; /* borrows from bytes */
    uint32_t height;     /* the create has 1 */
    size_t len;
    uint8_t bytes[]; /* with the signature */
};

/* Somebody who is in the group now. */
struct member {
    struct identity identity;
    char name[HELLO_NAME_MAX + 1]; /* as whoever added them knew them */
    bool admin;
    bool all_history;   /* may read what was said before */
    uint32_t joined;    /* height of the operation that brought them in */
    uint32_t appointed; /* height of the one that made them admin: the lower, the more senior */
    uint8_t added_by[ID_LEN]; /* the author of the one at joined */
};

struct roster *roster_new(void); /* holds nothing; NULL when memory is out */
void roster_free(struct roster *r);

/* Verifies an operation and keeps a copy. The first must be a create; its hash is the group's id.
 *   LTH_BAD_STATE    it is held already
 *   LTH_NOT_FOUND    its parent is not held
 *   LTH_MALFORMED, LTH_FORGED
 *   LTH_UNAVAILABLE  not valid at its parent, or of another group
 *   LTH_LIMIT        ROSTER_MAX are held, or with it more than ROSTER_BYTES_MAX would be; or it
 *                    is a leave of no admin, would not count, and of such leaves too many are held
 *                    (the PLAIN_LEAVES_ limits; those that count are counted with them)
 *   LTH_NO_MEMORY
 * On error nothing has changed. */
LTH_MUST_USE enum lth_err roster_take(struct roster *r, const uint8_t *bytes, size_t len);

/* by, who may be believed, stands on this operation. If it is not held: it is taken beyond the
 * limits of plain leaves when it comes, unless it is by's own. True when that is news. */
bool roster_await(struct roster *r, const uint8_t hash[HASH_LEN], const uint8_t by[ID_LEN]);

/* What the last roster_take that succeeded did to the path. Together with the operation taken,
 * those below it can come to count: an admin's makes a leave win that had lost (PROTOCOL.md). */
struct roster_change {
    bool moved;         /* the head is another: the operation taken */
    bool overturned;    /* and the old head is not behind it */
    uint32_t lost;      /* overturned: how many operations of the old path no longer count */
    uint8_t by[ID_LEN]; /* moved: the author of the lowest that counts now, and did not */
    uint8_t of[ID_LEN]; /* overturned: the author of the lowest that no longer counts */
};
const struct roster_change *roster_change(const struct roster *r);

/* ---- the group as it is: at the head ---- */

/* While nothing is held: NULL, 0, nobody. The name and the members live until the next take. */
const uint8_t *roster_id(const struct roster *r);
const uint8_t *roster_head(const struct roster *r);
uint32_t roster_epoch(const struct roster *r); /* height of the head */
const char *roster_name(const struct roster *r);
uint8_t roster_history(const struct roster *r);
const struct member *roster_members(const struct roster *r); /* in order of joining */
size_t roster_member_count(const struct roster *r);
size_t roster_admin_count(const struct roster *r);
const struct member *roster_member(const struct roster *r, const uint8_t id[ID_LEN]); /* or NULL */

/* The newest operation of the path that changed who is in; NULL while nothing is held. */
const uint8_t *roster_membership_head(const struct roster *r);

/* How somebody who is not in now, and was on this path, went: their last remove or leave. NULL for
 * everybody else. */
const struct operation_record *roster_departure(const struct roster *r, const uint8_t id[ID_LEN]);

/* For somebody who was brought in, but not on the path, or not again on it after they went: the
 * operation of the path that came in the place of what brought them in. NULL for everybody else. */
const struct operation_record *roster_instead(const struct roster *r, const uint8_t id[ID_LEN]);

/* The keys of anybody who was brought in by an operation that is held; or NULL. Until the next
 * take. */
const struct identity *roster_identity(const struct roster *r, const uint8_t id[ID_LEN]);

enum roster_verdict {
    ROSTER_VALID,
    ROSTER_NOT_A_MEMBER,     /* the author is not in */
    ROSTER_NOT_AN_ADMIN,     /* nor an admin, as the operation asks for */
    ROSTER_ALREADY_A_MEMBER, /* whom it is about */
    ROSTER_NO_SUCH_MEMBER,
    ROSTER_ALREADY_AN_ADMIN,
    ROSTER_NO_SUCH_ADMIN,
    ROSTER_ONESELF,    /* a remove of its own author: that is a leave */
    ROSTER_LAST_ADMIN, /* would leave members but no admin */
    ROSTER_FULL,       /* GROUP_MEMBERS_MAX are in */
    ROSTER_USED_UP,    /* ROSTER_MAX operations are held */
    ROSTER_MISPLACED,  /* a create, where there is one */
};

/* Whether author could say op on the head: its type and what it is about are looked at, not its
 * parent. LTH_OK of roster_take follows from ROSTER_VALID, the head as parent, memory and bytes.
 * While nothing is held, only a create is valid. */
enum roster_verdict roster_can(const struct roster *r, const uint8_t author[ID_LEN],
                               const struct operation *op);

/* ---- the group as it was: at an operation that is held ---- */

bool roster_knows(const struct roster *r, const uint8_t hash[HASH_LEN]);

/* At an operation that is not held nobody is in. */
bool roster_was_member(const struct roster *r, const uint8_t hash[HASH_LEN],
                       const uint8_t id[ID_LEN]);

/* The last entry of that feed of author that counts, said under the roster at that operation: 0
 * when author was not in it, else what the first departure of author on the path behind it (behind
 * the last operation that both have, if it lost) says; UINT64_MAX when there is none. */
uint64_t roster_end(const struct roster *r, const uint8_t hash[HASH_LEN],
                    const uint8_t author[ID_LEN], uint64_t incarnation);

/* Whether there is any departure of author's on the path. */
bool roster_ever_left(const struct roster *r, const uint8_t author[ID_LEN]);

/* Whether an entry of it counts. */
bool roster_counts(const struct roster *r, const uint8_t hash[HASH_LEN],
                   const uint8_t author[ID_LEN], uint64_t incarnation, uint64_t number);

/* ---- handing on ---- */

/* How many operations are held, and each in the order taken: parents come first. */
size_t roster_count(const struct roster *r);
const struct operation_record *roster_nth(const struct roster *r, size_t i);
const struct operation_record *roster_find(const struct roster *r, const uint8_t hash[HASH_LEN]);
size_t roster_bytes(const struct roster *r); /* of all of them, as they came */

/* The operations that no other has for a parent: the head first, then in the order taken. At most
 * max are written; gives how many. */
size_t roster_leaves(const struct roster *r, uint8_t (*out)[HASH_LEN], size_t max);

/* What somebody lacks. Begin; tell each leaf that they hold; then take one after the other.
 * Operations taken in the meantime come at the end. Owns nothing. */
struct roster_missing {
    uint8_t has[ROSTER_MAX / 8], within[ROSTER_MAX / 8]; /* a bit for each, in the order taken */
    size_t next;
};

/* upto: only that operation and those it stands on, and later nothing else; NULL: all. It is held.
 */
void roster_missing_begin(struct roster_missing *m, const struct roster *r, const uint8_t *upto);

/* They hold that operation, so also those it stands on. False when we do not: nothing is noted. */
bool roster_missing_has(struct roster_missing *m, const struct roster *r,
                        const uint8_t leaf[HASH_LEN]);

/* The next that they lack, parents first; NULL: no more. */
const struct operation_record *roster_missing_next(struct roster_missing *m,
                                                   const struct roster *r);

/* Whether that operation, which is held, is on the path that counts. */
bool roster_stands(const struct roster *r, const uint8_t hash[HASH_LEN]);

/* ---- what lost ---- */

/* An operation of mine that is not on the path and is to be said again, the lowest first: op is as
 * it was, but on the head, and names the lost one. The caller sets the time, and in a remove or a
 * leave (wants_cut) a cut of now, before operation_sign. False: there is none. */
bool roster_repeat(const struct roster *r, const uint8_t me[ID_LEN], struct operation *op,
                   bool *wants_cut);

/* Somebody signed two operations on one parent, or more: each time once, with their height. What
 * was told before a restart is told again after it. False: no more. */
bool roster_equivocation(struct roster *r, uint8_t author[ID_LEN], uint32_t *height);

#endif
