/* tests/sim/registry.h - every operation and every chain of every group, kept by nobody in the
 * story.
 *
 * What a set of operations comes to is worked out here once more, in the simplest way, from what
 * PROTOCOL.md says of a roster and from nothing of the core's. So whoever holds the same
 * operations must have the same roster, and the right one.
 */
#ifndef LTH_TESTS_SIM_REGISTRY_H
#define LTH_TESTS_SIM_REGISTRY_H

#include "ways.h"

#include "wire/operation.h"
#include "wire/sealed.h"

struct world;
struct host;
struct roster;

enum {
    COUNCILS_MAX = 16,
    DECISIONS_MAX = 1024, /* of one group */
    NO_DECISION = UINT32_MAX,
    NO_COUNCIL = UINT32_MAX,
    NOBODY = UINT32_MAX,
};

/* Who is in, and who decides, right behind an operation. People are bits. */
struct standing_orders {
    uint64_t members, admins, all_history;
    uint16_t appointed[PEOPLE_MAX]; /* of admins: the height of their appointment */
    uint8_t history;
    uint32_t named;   /* the decision that gave the name */
    uint32_t entered; /* the last one that changed who is in */
};

/* An operation, in the order in which anybody first held it: parents come first. */
struct decision {
    uint8_t *bytes;      /* owned */
    struct operation op; /* borrows from bytes */
    uint32_t parent, height, author, subject;
    struct standing_orders after;
};

/* A group. */
struct council {
    struct decision *decisions; /* owned */
    size_t count, size;
};

/* What one process holds of one group. */
struct minutes {
    const struct roster *roster; /* the core's, to tell whether it changed */
    size_t count;
    bool is_seen;  /* it was there at the last look */
    bool is_heard; /* of only: the host takes no part in it */
    uint64_t held[DECISIONS_MAX / 64];
    uint32_t head, before; /* NO_DECISION: none; before: as the step began */
};

/* A chain of keys somebody opened. */
struct chain_known {
    uint8_t id[HASH_LEN];
    uint32_t council, person;
    uint32_t head;        /* the decision it was made under */
    uint64_t incarnation; /* of its feed */
};

/* A feed that others than its author handed on, and to whom: people by bit. */
struct handed_on {
    uint64_t incarnation, people;
};

struct registry {
    struct council councils[COUNCILS_MAX];
    size_t count;
    struct chain_known *chains; /* owned */
    size_t chain_count, chain_size;
    struct handed_on *handed; /* owned */
    size_t handed_count, handed_size;
};

void registry_clear(struct registry *r);

/* NO_COUNCIL when there is none with this id. */
uint32_t registry_find(const struct registry *r, const uint8_t id[HASH_LEN]);
const uint8_t *registry_id(const struct registry *r, uint32_t council);
uint32_t registry_decision(const struct council *c, const uint8_t hash[HASH_LEN]);

/* A step of h begins, and has ended; its process starts, and has ended. */
void registry_before_step(const struct world *w, struct host *h);
void registry_after_step(struct world *w, struct host *h);
void registry_on_life(struct host *h);

/* Behind h's head of now, or of before the step; NULL: h knows nothing of the group. */
const struct standing_orders *registry_now(const struct world *w, const struct host *h,
                                           uint32_t council);
const struct standing_orders *registry_before(const struct world *w, const struct host *h,
                                              uint32_t council);

/* By its own roster h was in the group once; or might once read what was said before it came. */
bool registry_was_member(const struct world *w, const struct host *h, uint32_t council);
bool registry_could_read_all(const struct world *w, const struct host *h, uint32_t council);

/* h takes part in the group, by its own roster. */
bool registry_is_member(const struct world *w, const struct host *h, uint32_t council);

/* May person read what is said under a chain made at `made`, now that these orders stand? */
bool registry_may_read(const struct standing_orders *now, const struct standing_orders *made,
                       uint32_t person);

/* The entry with this number in its feed, sealed with that chain, counts when head is the head. */
bool registry_counts(const struct world *w, const struct chain_known *chain, uint32_t head,
                     uint64_t number);

bool registry_holds(const struct minutes *m, uint32_t decision);

/* `decision` is `of` or stands somewhere before it. */
bool registry_is_before(const struct council *c, uint32_t decision, uint32_t of);

/* Of one that lost: what stands on the path that counts in its place; NO_DECISION when it did not
 * lose. */
uint32_t registry_instead(const struct council *c, const struct minutes *m, uint32_t decision);

/* A decision of person's that h should have said again; NO_DECISION: there is none. */
uint32_t registry_unrepeated(const struct world *w, const struct host *h, uint32_t council,
                             uint32_t person);

/* Something of the feed was handed on to a person; was it ever? */
void registry_hand_on(struct registry *r, uint64_t incarnation, uint32_t person);
bool registry_was_handed_on(const struct registry *r, uint64_t incarnation, uint32_t person);

void registry_add_chain(struct registry *r, const struct chain_known *chain);

/* NULL when nobody opened it. */
const struct chain_known *registry_chain(const struct registry *r, const uint8_t id[HASH_LEN]);

#endif
