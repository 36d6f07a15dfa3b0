/* wire/group.h - the messages of a session that are about a group, operations aside.
 *
 * ROSTER: these operations I hold, with all before them; send what I lack. WANT: send what follows
 * in these feeds, whoever wrote them. KEY_WANTED: give me the keys of these chains; KEY is one.
 * Three of them are a group and a list, read one by one.
 */
#ifndef LTH_WIRE_GROUP_H
#define LTH_WIRE_GROUP_H

#include "wire/chain.h"

enum {
    GROUP_LIST_MAX = 512, /* items of one message */
    GROUP_ANSWER = 0x01,  /* flag of a ROSTER: do not answer it */
    GROUP_WANT_LEN = ID_LEN + 8 + 8,
    GROUP_KEY_LEN = HASH_LEN + HASH_LEN + CHAIN_KEY_LEN,
};

struct group_list {
    uint8_t group[HASH_LEN];
    bool is_answer; /* a ROSTER */
    size_t count;
    struct reader rest; /* the items, for group_next_hash or group_next_want */
};

struct group_want {
    uint8_t author[ID_LEN];
    uint64_t incarnation;
    uint64_t number; /* the last that is held; what follows is wanted */
};

/* Holds a secret: the chain key of index 0. */
struct group_key {
    uint8_t group[HASH_LEN], chain[HASH_LEN], key[CHAIN_KEY_LEN];
};

/* WANT and KEY_WANTED begin alike; at most GROUP_LIST_MAX items follow, and there at least one. */
void group_roster_begin(struct writer *w, const uint8_t group[HASH_LEN], uint8_t flags);
void group_begin(struct writer *w, const uint8_t group[HASH_LEN]);
void group_add_hash(struct writer *w, const uint8_t hash[HASH_LEN]); /* of ROSTER, KEY_WANTED */
void group_add_want(struct writer *w, const struct group_want *item);

/* LTH_MALFORMED unless the rest is a whole number of items, and not too many or too few. */
LTH_MUST_USE enum lth_err group_roster_parse(const uint8_t *bytes, size_t len,
                                             struct group_list *out);
LTH_MUST_USE enum lth_err group_want_parse(const uint8_t *bytes, size_t len,
                                           struct group_list *out);
LTH_MUST_USE enum lth_err group_key_wanted_parse(const uint8_t *bytes, size_t len,
                                                 struct group_list *out);

/* False after the last. */
bool group_next_hash(struct group_list *list, uint8_t out[HASH_LEN]);
bool group_next_want(struct group_list *list, struct group_want *out);

void group_key_write(const struct group_key *key, uint8_t out[GROUP_KEY_LEN]);
LTH_MUST_USE enum lth_err group_key_parse(const uint8_t *bytes, size_t len, struct group_key *out);

#endif
