#include "cast.h"

#include "base/text.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

const struct identity_secret *cast_secret(unsigned who)
{
    static struct identity_secret secrets[CAST_MAX];
    static bool known[CAST_MAX];
    const uint8_t x25519[32] = {1, (uint8_t)who}, ed25519[32] = {2, (uint8_t)who};
    assert_in_range(who, 0, CAST_MAX - 1);
    if (!known[who])
        identity_secret_init(&secrets[who], x25519, ed25519);
    known[who] = true;
    return &secrets[who];
}

const uint8_t *cast_id(unsigned who)
{
    return cast_secret(who)->public.id;
}

void cast_name(unsigned who, char out[HELLO_NAME_MAX + 1])
{
    static const char *const names[] = {"Ann", "Bob", "Cat", "Dan", "Eve", "Fay"};
    if (who < LENGTH(names))
        text_copy(out, HELLO_NAME_MAX + 1, names[who]);
    else
        assert_true(snprintf(out, HELLO_NAME_MAX + 1, "extra %u", who) > 0);
}

static struct person person_of(unsigned who)
{
    struct person person = {.identity = cast_secret(who)->public};
    cast_name(who, person.name);
    return person;
}

/* ---- what can be said ---- */

struct operation op_create(uint8_t history, size_t others)
{
    static uint8_t persons[GROUP_MEMBERS_MAX * PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    for (unsigned who = 1; who <= others; who++) {
        const struct person person = person_of(who);
        person_write(&w, &person);
    }
    assert_false(w.spoiled);
    struct operation op = {.type = OPERATION_CREATE, .history = history, .name = "friends"};
    op.person = person_of(ANN);
    op.person_count = others;
    op.persons = persons;
    op.persons_len = writer_len(&w);
    return op;
}

struct operation op_add(unsigned who)
{
    struct operation op = {.type = OPERATION_ADD, .person = person_of(who)};
    memcpy(op.subject, cast_id(who), ID_LEN);
    return op;
}

static struct operation about(enum operation_type type, unsigned who)
{
    struct operation op = {.type = type};
    memcpy(op.subject, cast_id(who), ID_LEN);
    return op;
}

struct operation op_remove(unsigned who)
{
    return about(OPERATION_REMOVE, who);
}

struct operation op_leave(void)
{
    return (struct operation){.type = OPERATION_LEAVE};
}

struct operation op_promote(unsigned who)
{
    return about(OPERATION_PROMOTE, who);
}

struct operation op_demote(unsigned who)
{
    return about(OPERATION_DEMOTE, who);
}

struct operation op_rename(const char *name)
{
    struct operation op = {.type = OPERATION_RENAME};
    text_copy(op.name, sizeof op.name, name);
    return op;
}

struct operation op_history(uint8_t history)
{
    return (struct operation){.type = OPERATION_HISTORY, .history = history};
}

struct operation op_cut(struct operation op, uint64_t incarnation, uint64_t number)
{
    static uint8_t cut[CUT_ITEM_LEN];
    struct writer w = writer_over(cut, sizeof cut);
    const struct cut_item item = {.incarnation = incarnation, .number = number};
    cut_write(&w, &item);
    op.cut_count = 1;
    op.cut = cut;
    return op;
}

/* ---- scenes ---- */

struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->roster = roster_new();
    assert_non_null(s->roster);
    return s;
}

struct scene *scene_of(size_t others)
{
    struct scene *s = scene_new();
    tell(s, ANN, NULL, op_create(HISTORY_NONE, others));
    return s;
}

void scene_free(struct scene *s)
{
    roster_free(s->roster);
    for (size_t i = 0; i < s->count; i++)
        free(s->said[i]);
    free(s);
}

struct said *say(struct scene *s, unsigned who, const struct said *on, struct operation op)
{
    static uint8_t bytes[OPERATION_MAX];
    size_t len;
    const uint8_t *parent = on ? on->hash : roster_head(s->roster);
    if (parent)
        memcpy(op.parent, parent, HASH_LEN);
    memcpy(op.group, s->group, HASH_LEN);
    op.time_ms = ++s->time_ms;
    assert_int_equal(operation_sign(cast_secret(who), &op, bytes, sizeof bytes, &len), LTH_OK);
    struct said *said = malloc(sizeof *said + len);
    assert_non_null(said);
    assert_in_range(s->count, 0, SAID_MAX - 1);
    memcpy(said->hash, op.hash, HASH_LEN);
    memcpy(said->bytes, bytes, len);
    said->len = len;
    return s->said[s->count++] = said;
}

static struct said *say_until(struct scene *s, unsigned who, const struct said *on,
                              const struct operation *op, const struct said *other, bool above)
{
    for (;;) {
        struct said *said = say(s, who, on, *op);
        if ((memcmp(said->hash, other->hash, HASH_LEN) > 0) == above)
            return said;
    }
}

struct said *say_above(struct scene *s, unsigned who, const struct said *on, struct operation op,
                       const struct said *other)
{
    return say_until(s, who, on, &op, other, true);
}

struct said *say_below(struct scene *s, unsigned who, const struct said *on, struct operation op,
                       const struct said *other)
{
    return say_until(s, who, on, &op, other, false);
}

enum lth_err take(struct scene *s, const struct said *said)
{
    enum lth_err err = roster_take(s->roster, said->bytes, said->len);
    if (err == LTH_OK)
        memcpy(s->group, roster_id(s->roster), HASH_LEN);
    return err;
}

struct said *tell(struct scene *s, unsigned who, const struct said *on, struct operation op)
{
    struct said *said = say(s, who, on, op);
    CHECK_ERR(take(s, said), LTH_OK, "told");
    return said;
}

bool is_head(const struct scene *s, const struct said *said)
{
    return memcmp(roster_head(s->roster), said->hash, HASH_LEN) == 0;
}
