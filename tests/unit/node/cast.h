/* tests/unit/node/cast.h - people with fixed keys, and what they say about a group.
 *
 * A scene is a roster and all the operations that were signed for it, taken or not. Each has a
 * time of its own, so that no two are alike.
 */
#ifndef LTH_TESTS_NODE_CAST_H
#define LTH_TESTS_NODE_CAST_H

#include "node/roster.h"

enum { ANN, BOB, CAT, DAN, EVE, FAY, CAST_MAX = 160, SAID_MAX = 2 * ROSTER_MAX };

struct said {
    uint8_t hash[HASH_LEN];
    size_t len;
    uint8_t bytes[]; /* exactly, so that a sanitizer sees who reads beyond */
};

struct scene {
    struct roster *roster;
    uint8_t group[HASH_LEN];
    uint64_t time_ms;
    struct said *said[SAID_MAX]; /* owned */
    size_t count;
};

const struct identity_secret *cast_secret(unsigned who);
const uint8_t *cast_id(unsigned who);
void cast_name(unsigned who, char out[HELLO_NAME_MAX + 1]);

/* What can be said. The creator's others are BOB and so on, as many as asked for. */
struct operation op_create(uint8_t history, size_t others);
struct operation op_add(unsigned who);
struct operation op_remove(unsigned who);
struct operation op_leave(void);
struct operation op_promote(unsigned who);
struct operation op_demote(unsigned who);
struct operation op_rename(const char *name);
struct operation op_history(uint8_t history);

/* With a cut of one feed; bytes are shared by all that were cut. */
struct operation op_cut(struct operation op, uint64_t incarnation, uint64_t number);

/* A scene in which nothing is said yet, and one that ANN has created with so many others. */
struct scene *scene_new(void);
struct scene *scene_of(size_t others);
void scene_free(struct scene *s);

/* Signs op on an operation, NULL: on the head. */
struct said *say(struct scene *s, unsigned who, const struct said *on, struct operation op);

/* The same, with a hash above or below that of another. */
struct said *say_above(struct scene *s, unsigned who, const struct said *on, struct operation op,
                       const struct said *other);
struct said *say_below(struct scene *s, unsigned who, const struct said *on, struct operation op,
                       const struct said *other);

enum lth_err take(struct scene *s, const struct said *said);

/* Signs on the head or elsewhere and takes, which must go well. */
struct said *tell(struct scene *s, unsigned who, const struct said *on, struct operation op);

bool is_head(const struct scene *s, const struct said *said);

#endif
