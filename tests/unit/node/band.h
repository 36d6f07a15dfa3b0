/* tests/unit/node/band.h - guests as members of a group: what they decide, say, hand on and ask.
 *
 * A band knows every operation that anybody said of its group, so each guest can say the next one
 * and send any of them. A voice is one feed of somebody's in the group: what was said in it stays,
 * so that its author or somebody else can send it, or another entry in its place.
 */
#ifndef LTH_TESTS_NODE_BAND_H
#define LTH_TESTS_NODE_BAND_H

#include "node/guest.h"
#include "node/roster.h"
#include "node/state.h"
#include "wire/group.h"
#include "wire/have.h"
#include "wire/sealed.h"

struct band {
    struct stage *s;
    struct identity_secret host; /* whom the node is: stage_open with 1 */
    struct roster *roster;       /* owned */
    uint64_t time_ms;            /* of the operation said last: no two are alike */
};

void band_open(struct band *b, struct stage *s); /* and the stage */
void band_close(struct band *b);                 /* and the stage, and its guests */

/* The usual scene, opened: bob's group, with us and cat in it, durable here. Dan is there, and is
 * no member. */
void band_of_three(struct band *b, struct stage *s, struct guest *bob, struct guest *cat,
                   struct guest *dan, uint8_t history);

/* A new process on the log up to that record, and nobody is connected. */
void band_restart(struct band *b, uint64_t record);

/* The group's id, and the group as the node has it; NULL if it has none. */
const uint8_t *band_id(const struct band *b);
struct group *band_group(const struct band *b);

/* g connects on a link of its own, says that it holds nothing of what the two share, and stays. */
void band_meet(struct band *b, struct guest *g, uint8_t seed, const char *name);
void band_meet_again(struct band *b, struct guest *g);
void band_part(struct band *b, struct guest *g); /* the link is cut */

/* Lets time pass; each of the guests says something now and then. */
void band_wait(struct band *b, uint64_t ms);

/* The disk takes everything and gives what is read back, until there is nothing more to do; how
 * many events of this type came, those of the last step included. */
size_t band_rest(struct band *b, enum event_type type);

/* The node's user says text to the group, and it is durable. */
void band_host_says(struct band *b, const char *text);

/* ---- operations ---- */

struct person band_person(const struct guest *g);
struct person band_host_person(const struct band *b);

struct operation op_bring(const struct person *person); /* add */
struct operation op_about(enum operation_type type,
                          const uint8_t id[ID_LEN]); /* a cut of nothing */
struct operation op_about_cut(enum operation_type type, const uint8_t id[ID_LEN],
                              uint64_t incarnation, uint64_t number);
struct operation op_name(const char *name);

/* Signed by who on an operation (NULL: the head), and taken, which must go well. */
const struct operation_record *band_say(struct band *b, const struct identity_secret *who,
                                        const uint8_t *parent, struct operation op);

/* g's group, with others in it. */
const struct operation_record *band_create(struct band *b, const struct guest *g, uint8_t history,
                                           const struct person *others, size_t count);

/* What the node holds, the band knows. */
void band_learn(struct band *b);

void band_send(struct band *b, struct guest *via, const struct operation_record *record);
void band_send_all(struct band *b, struct guest *via);

/* How many OPERATIONs via heard in the last step, and whether this one was among them. */
bool band_heard(const struct guest *g, const uint8_t hash[HASH_LEN]);

/* ---- what is asked ---- */

void band_send_roster(struct band *b, struct guest *via, uint8_t flags, const uint8_t *hash);
void band_send_have(struct band *b, struct guest *via, uint8_t flags, const struct have_item *items,
                    size_t count);
void band_send_want(struct band *b, struct guest *via, const uint8_t author[ID_LEN],
                    uint64_t incarnation, uint64_t number);
void band_send_key_wanted(struct band *b, struct guest *via, const uint8_t chain[HASH_LEN]);

/* Says that via holds our feed of this process up to number. */
void band_send_receipt(struct band *b, struct guest *via, uint64_t number);

/* Our feed of this process in the group. */
struct feed *band_host_feed(const struct band *b);

/* ---- voices ---- */

enum { VOICE_MAX = 160 };

struct voice {
    const struct identity_secret *who;
    struct feed_id feed;
    uint64_t count;
    struct {
        uint8_t bytes[256], hash[HASH_LEN], key[CHAIN_KEY_LEN];
        size_t len;
    } said[VOICE_MAX + 1]; /* entry n at n; key: of the chain that it opens */
    struct chain chain;
    struct entry_parent cites; /* number 0: nothing; in the next text */
};

void voice_open(struct voice *v, const struct band *b, const struct identity_secret *who,
                uint64_t incarnation);

/* They join the feed; nothing is sent. head NULL: the band's. */
void voice_chain(struct voice *v, const struct band *b, const uint8_t *head);
void voice_text(struct voice *v, const struct band *b, const char *text);
void voice_add(struct voice *v, const struct entry_content *content);
void voice_take_back(struct voice *v, uint64_t number); /* entries above it were never said */

void voice_send(const struct voice *v, struct stage *s, struct guest *via, uint64_t first,
                uint64_t last);
void voice_send_head(const struct voice *v, struct stage *s, struct guest *via, uint64_t number);
void voice_send_key(const struct voice *v, struct stage *s, struct guest *via, uint64_t chain);
struct have_item voice_item(const struct voice *v, uint64_t number);

#endif
