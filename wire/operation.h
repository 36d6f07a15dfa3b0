/* wire/operation.h - one step in the life of a group: who comes, who goes, who may decide.
 *
 * A group's roster is a tree of operations. Each is signed by its author and names the one
 * before it; the first creates the group, and its hash is the group's id. Here is their
 * form; which of them are valid, and which path of the tree counts, is the roster's.
 */
#ifndef LTH_WIRE_OPERATION_H
#define LTH_WIRE_OPERATION_H

#include "base/cursor.h"
#include "wire/hello.h"

enum operation_type {
    OPERATION_CREATE = 1,
    OPERATION_ADD,
    OPERATION_REMOVE,
    OPERATION_LEAVE,
    OPERATION_PROMOTE,
    OPERATION_DEMOTE,
    OPERATION_RENAME,
    OPERATION_HISTORY,
};

enum {
    OPERATION_MAX = 20000, /* bytes, with the signature */
    GROUP_MEMBERS_MAX = 128,
    GROUP_NAME_MAX = HELLO_NAME_MAX,
    GROUP_NONCE_LEN = 16,
    PERSON_MAX = 2 * IDENTITY_KEY_LEN + 1 + HELLO_NAME_MAX,
    CUT_MAX = 1024, /* feeds of one person that a departure can name */
    CUT_ITEM_LEN = 8 + 8,
    HISTORY_NONE = 0, /* who joins reads what is said from then on */
    HISTORY_ALL = 1,  /* and what was said before */
};

/* Somebody as the author of the operation knows them. */
struct person {
    struct identity identity;
    char name[HELLO_NAME_MAX + 1];
};

/* How far a feed of somebody who goes counts. */
struct cut_item {
    uint64_t incarnation, number;
};

struct operation {
    uint8_t group[HASH_LEN];  /* of a create: its own hash, though zeros stand on the wire */
    uint8_t parent[HASH_LEN]; /* the operation before it; of a create: zeros */
    uint8_t author[ID_LEN];
    uint64_t time_ms;        /* the author's clock; for display */
    uint8_t again[HASH_LEN]; /* an operation of the author that lost and this repeats; or zeros */
    enum operation_type type;
    uint8_t subject[ID_LEN];        /* add, remove, promote, demote; leave: the author */
    char name[GROUP_NAME_MAX + 1];  /* create, rename */
    uint8_t history;                /* create, history */
    uint8_t nonce[GROUP_NONCE_LEN]; /* create: so that no two groups have one id */
    struct person person;           /* add; create: the creator */
    size_t person_count;            /* create: the others, person_read gives them */
    const uint8_t *persons;         /* borrowed, persons_len bytes */
    size_t persons_len;
    size_t cut_count;   /* remove, leave */
    const uint8_t *cut; /* borrowed, CUT_ITEM_LEN bytes each, ascending by incarnation */
    uint8_t hash[HASH_LEN], signature[SIGNATURE_LEN];
};

/* What the caller of operation_sign puts behind persons and cut, one at a time. */
void person_write(struct writer *w, const struct person *person);
void cut_write(struct writer *w, const struct cut_item *item);

/* The next of reader_over(op->persons, op->persons_len). False, with *out untouched, after the
 * last; a reader over other bytes is spoiled by what is no person. */
bool person_read(struct reader *r, struct person *out);

/* Writes op as said by me, and signs it; the creator of a group, and who leaves it, is me. Then
 * op is as operation_parse has it, and borrows from out. LTH_TOO_LONG when it does not fit size,
 * OPERATION_MAX always does; LTH_MALFORMED when no peer would take it. On error op is unchanged. */
LTH_MUST_USE enum lth_err operation_sign(const struct identity_secret *me, struct operation *op,
                                         uint8_t *out, size_t size, size_t *len);

/* The form only: who signed it is not known before the roster at its parent is. */
LTH_MUST_USE enum lth_err operation_parse(const uint8_t *bytes, size_t len, struct operation *out);

/* LTH_FORGED unless the bytes, which have been parsed, are signed with that key. */
LTH_MUST_USE enum lth_err operation_verify(const uint8_t *bytes, size_t len,
                                           const uint8_t ed25519[IDENTITY_KEY_LEN]);

/* How far that feed of who goes counts: 0 when it is not named. */
uint64_t operation_cut_of(const struct operation *op, uint64_t incarnation);

#endif
