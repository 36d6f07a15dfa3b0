#include "node/band.h"

#include "base/text.h"
#include "check.h"
#include "wire/entries.h"
#include "wire/message.h"
#include "wire/statement.h"

#include <sodium.h>
#include <stdlib.h>

void band_open(struct band *b, struct stage *s)
{
    uint8_t seed[64];
    memset(seed, 1, sizeof seed); /* as stage_open makes it */
    stage_open(s, 1);
    *b = (struct band){.s = s, .roster = roster_new(), .time_ms = s->now.wall_ms};
    assert_non_null(b->roster);
    identity_secret_init(&b->host, seed, seed + 32);
}

void band_close(struct band *b)
{
    while (b->s->staying_count)
        guest_clear(b->s, b->s->staying[0]);
    roster_free(b->roster);
    stage_close(b->s);
}

void band_of_three(struct band *b, struct stage *s, struct guest *bob, struct guest *cat,
                   struct guest *dan, uint8_t history)
{
    band_open(b, s);
    band_meet(b, bob, 2, "bob");
    band_meet(b, cat, 3, "cat");
    band_meet(b, dan, 4, "dan");
    const struct person others[] = {band_host_person(b), band_person(cat)};
    band_send(b, bob, band_create(b, bob, history, others, LENGTH(others)));
    stage_disk_done(s);
    band_send_have(b, bob, HAVE_LAST, NULL, 0);
    band_send_have(b, cat, HAVE_LAST, NULL, 0);
}

void band_restart(struct band *b, uint64_t record)
{
    b->s->reported = record;
    stage_restart(b->s, 1);
    for (size_t i = 0; i < b->s->staying_count; i++)
        b->s->staying[i]->ready = false;
}

const uint8_t *band_id(const struct band *b)
{
    return roster_id(b->roster);
}

struct group *band_group(const struct band *b)
{
    return band_id(b) ? group_find(b->s->node, band_id(b)) : NULL;
}

void band_meet(struct band *b, struct guest *g, uint8_t seed, const char *name)
{
    guest_init(g, seed, name);
    guest_stay(b->s, g);
    g->link = NODE_INCOMING_LINK | (uint32_t)seed << 8;
    band_meet_again(b, g);
}

void band_meet_again(struct band *b, struct guest *g)
{
    guest_connect(b->s, g, g->link + 1);
    guest_send_have(b->s, g);
    stage_disk_done(b->s);
}

void band_part(struct band *b, struct guest *g)
{
    stage_link_down(b->s, g->link);
    g->ready = false;
}

/* All that are here say something, so that nobody takes them for dead. */
static void ping(struct band *b)
{
    static const uint8_t token[8];
    for (size_t i = 0; i < b->s->staying_count; i++)
        if (b->s->staying[i]->ready)
            guest_send(b->s, b->s->staying[i], MESSAGE_PING, 0, token, sizeof token);
}

void band_wait(struct band *b, uint64_t ms)
{
    enum { OFTEN_MS = 9000 };
    for (; ms > OFTEN_MS; ms -= OFTEN_MS) {
        ping(b);
        stage_wait(b->s, OFTEN_MS);
    }
    ping(b);
    stage_wait(b->s, ms);
}

size_t band_rest(struct band *b, enum event_type type)
{
    size_t count = stage_events(b->s, type);
    for (;;) {
        if (stage_count(b->s, TODO_READ))
            stage_answer_read(b->s);
        else if (b->s->reported < b->s->appended)
            stage_disk_done(b->s);
        else
            return count;
        count += stage_events(b->s, type);
    }
}

void band_host_says(struct band *b, const char *text)
{
    char id[2 * HASH_LEN + 1];
    sodium_bin2hex(id, sizeof id, band_id(b), HASH_LEN);
    const struct command c = {
        .type = COMMAND_SEND, .who = id, .text = (const uint8_t *)text, .text_len = strlen(text)};
    stage_command(b->s, &c);
    stage_disk_done(b->s);
}

/* ---- operations ---- */

static struct person person_of(const struct identity *identity, const char *name)
{
    struct person person = {.identity = *identity};
    text_copy(person.name, sizeof person.name, name);
    return person;
}

struct person band_person(const struct guest *g)
{
    return person_of(&g->me.public, g->name);
}

struct person band_host_person(const struct band *b)
{
    return person_of(&b->host.public, "host");
}

struct operation op_bring(const struct person *person)
{
    struct operation op = {.type = OPERATION_ADD, .person = *person};
    memcpy(op.subject, person->identity.id, ID_LEN);
    return op;
}

struct operation op_about(enum operation_type type, const uint8_t id[ID_LEN])
{
    struct operation op = {.type = type};
    memcpy(op.subject, id, ID_LEN);
    return op;
}

struct operation op_about_cut(enum operation_type type, const uint8_t id[ID_LEN],
                              uint64_t incarnation, uint64_t number)
{
    static uint8_t cut[CUT_ITEM_LEN];
    struct operation op = op_about(type, id);
    struct writer w = writer_over(cut, sizeof cut);
    const struct cut_item item = {incarnation, number};
    cut_write(&w, &item);
    op.cut = cut;
    op.cut_count = 1;
    return op;
}

struct operation op_name(const char *name)
{
    struct operation op = {.type = OPERATION_RENAME};
    text_copy(op.name, sizeof op.name, name);
    return op;
}

const struct operation_record *band_say(struct band *b, const struct identity_secret *who,
                                        const uint8_t *parent, struct operation op)
{
    static uint8_t bytes[OPERATION_MAX];
    size_t len;
    if (op.type != OPERATION_CREATE) {
        memcpy(op.group, roster_id(b->roster), HASH_LEN);
        memcpy(op.parent, parent ? parent : roster_head(b->roster), HASH_LEN);
    }
    op.time_ms = ++b->time_ms;
    assert_int_equal(operation_sign(who, &op, bytes, sizeof bytes, &len), LTH_OK);
    CHECK_ERR(roster_take(b->roster, bytes, len), LTH_OK, "said");
    return roster_find(b->roster, op.hash);
}

const struct operation_record *band_create(struct band *b, const struct guest *g, uint8_t history,
                                           const struct person *others, size_t count)
{
    static uint8_t persons[GROUP_MEMBERS_MAX * PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    struct operation op = {.type = OPERATION_CREATE, .history = history, .name = "band"};
    roster_free(b->roster);
    b->roster = roster_new();
    assert_non_null(b->roster);
    for (size_t i = 0; i < count; i++)
        person_write(&w, &others[i]);
    op.person = band_person(g);
    op.persons = persons;
    op.persons_len = writer_len(&w);
    op.person_count = count;
    return band_say(b, &g->me, NULL, op);
}

void band_learn(struct band *b)
{
    const struct group *g = band_id(b) ? band_group(b) : b->s->node->groups.first;
    assert_non_null(g);
    for (size_t i = 0; i < roster_count(g->roster); i++) {
        const struct operation_record *record = roster_nth(g->roster, i);
        enum lth_err err = roster_take(b->roster, record->bytes, record->len);
        assert_true(err == LTH_OK || err == LTH_BAD_STATE);
    }
}

void band_send(struct band *b, struct guest *via, const struct operation_record *record)
{
    guest_send(b->s, via, MESSAGE_OPERATION, 0, record->bytes, record->len);
}

void band_send_all(struct band *b, struct guest *via)
{
    for (size_t i = 0; i < roster_count(b->roster); i++)
        band_send(b, via, roster_nth(b->roster, i));
}

bool band_heard(const struct guest *g, const uint8_t hash[HASH_LEN])
{
    struct reader r = reader_over(g->heard.bytes, g->heard.len);
    struct frame_message m;
    struct operation op;
    while (frame_next(&r, &m) == LTH_OK)
        if (m.type == MESSAGE_OPERATION && operation_parse(m.body, m.len, &op) == LTH_OK &&
            memcmp(op.hash, hash, HASH_LEN) == 0)
            return true;
    return false;
}

/* ---- what is asked ---- */

void band_send_roster(struct band *b, struct guest *via, uint8_t flags, const uint8_t *hash)
{
    uint8_t body[HASH_LEN + 1 + HASH_LEN];
    struct writer w = writer_over(body, sizeof body);
    group_roster_begin(&w, band_id(b), flags);
    if (hash)
        group_add_hash(&w, hash);
    guest_send(b->s, via, MESSAGE_ROSTER, 0, body, writer_len(&w));
}

void band_send_have(struct band *b, struct guest *via, uint8_t flags, const struct have_item *items,
                    size_t count)
{
    static uint8_t body[HAVE_HEADER_LEN + 600 * HAVE_ITEM_LEN];
    struct writer w = writer_over(body, sizeof body);
    have_begin(&w, band_id(b), flags);
    for (size_t i = 0; i < count; i++)
        have_add(&w, &items[i]);
    guest_send(b->s, via, MESSAGE_HAVE, 0, body, writer_len(&w));
}

void band_send_want(struct band *b, struct guest *via, const uint8_t author[ID_LEN],
                    uint64_t incarnation, uint64_t number)
{
    uint8_t body[HASH_LEN + GROUP_WANT_LEN];
    struct writer w = writer_over(body, sizeof body);
    struct group_want want = {.incarnation = incarnation, .number = number};
    memcpy(want.author, author, ID_LEN);
    group_begin(&w, band_id(b));
    group_add_want(&w, &want);
    guest_send(b->s, via, MESSAGE_WANT, 0, body, writer_len(&w));
}

void band_send_key_wanted(struct band *b, struct guest *via, const uint8_t chain[HASH_LEN])
{
    uint8_t body[2 * HASH_LEN];
    struct writer w = writer_over(body, sizeof body);
    group_begin(&w, band_id(b));
    group_add_hash(&w, chain);
    guest_send(b->s, via, MESSAGE_KEY_WANTED, 0, body, writer_len(&w));
}

struct feed *band_host_feed(const struct band *b)
{
    return band_group(b)->conversation->writing;
}

void band_send_receipt(struct band *b, struct guest *via, uint64_t number)
{
    struct feed_point point;
    struct receipt receipt;
    uint8_t body[RECEIPT_LEN];
    feed_point_of(band_host_feed(b), number, &point);
    receipt_sign(&via->me, &point, &receipt);
    receipt_write(&receipt, body);
    guest_send(b->s, via, MESSAGE_RECEIPT, 0, body, sizeof body);
}

/* ---- voices ---- */

void voice_open(struct voice *v, const struct band *b, const struct identity_secret *who,
                uint64_t incarnation)
{
    memset(v, 0, sizeof *v);
    v->who = who;
    memcpy(v->feed.conversation, band_id(b), HASH_LEN);
    memcpy(v->feed.author, who->public.id, ID_LEN);
    v->feed.incarnation = incarnation;
}

static void append(struct voice *v, const uint8_t *bytes, size_t len)
{
    uint64_t number = ++v->count;
    assert_in_range(number, 1, VOICE_MAX);
    assert_in_range(len, 1, sizeof v->said[0].bytes);
    memcpy(v->said[number].bytes, bytes, len);
    v->said[number].len = len;
    entry_hash(&v->feed, number, v->said[number - 1].hash, bytes, len, v->said[number].hash);
}

void voice_add(struct voice *v, const struct entry_content *content)
{
    uint8_t bytes[sizeof v->said[0].bytes];
    size_t len;
    assert_int_equal(entry_content_write(content, bytes, sizeof bytes, &len), LTH_OK);
    append(v, bytes, len);
}

void voice_chain(struct voice *v, const struct band *b, const uint8_t *head)
{
    struct chain_body body;
    uint8_t bytes[CHAIN_BODY_LEN], key[CHAIN_KEY_LEN];
    uint64_t time_ms = b->s->now.wall_ms;
    memset(key, (int)v->count + 1, sizeof key);
    memcpy(body.roster_head, head ? head : roster_head(b->roster), HASH_LEN);
    chain_commitment(&v->feed, body.roster_head, key, body.commitment);
    chain_body_write(&body, bytes);
    const struct entry_content content = {.time_ms = time_ms,
                                          .order_ms = time_ms,
                                          .kind = ENTRY_CHAIN,
                                          .body = bytes,
                                          .body_len = sizeof bytes};
    voice_add(v, &content);
    memcpy(v->said[v->count].key, key, sizeof key);
    chain_init(&v->chain, key);
}

void voice_text(struct voice *v, const struct band *b, const char *text)
{
    uint8_t bytes[sizeof v->said[0].bytes], key[CHAIN_KEY_LEN];
    uint64_t time_ms = b->s->now.wall_ms;
    struct entry_content outer = {.time_ms = time_ms, .order_ms = time_ms};
    const struct sealed_place place = {&v->feed, v->count + 1, v->said[v->count].hash};
    uint32_t index = v->chain.index;
    size_t len;
    if (v->cites.number)
        outer.parents[outer.parent_count++] = v->cites;
    v->cites.number = 0;
    assert_int_equal(chain_message_key(&v->chain, index, key), LTH_OK);
    assert_int_equal(sealed_write(&outer, &place, index, key, ENTRY_TEXT, (const uint8_t *)text,
                                  strlen(text), bytes, sizeof bytes, &len),
                     LTH_OK);
    append(v, bytes, len);
}

void voice_take_back(struct voice *v, uint64_t number)
{
    v->count = number;
}

void voice_send(const struct voice *v, struct stage *s, struct guest *via, uint64_t first,
                uint64_t last)
{
    static uint8_t body[48 * 1024];
    struct writer w = writer_over(body, sizeof body);
    entries_begin(&w, &v->feed, first, v->said[first - 1].hash);
    for (uint64_t number = first; number <= last; number++)
        assert_true(entries_add(&w, v->said[number].bytes, v->said[number].len));
    guest_send(s, via, MESSAGE_ENTRIES, 0, body, writer_len(&w));
}

void voice_send_head(const struct voice *v, struct stage *s, struct guest *via, uint64_t number)
{
    struct head head;
    struct feed_point point = {.feed = v->feed, .number = number};
    uint8_t body[HEAD_LEN];
    memcpy(point.hash, v->said[number].hash, HASH_LEN);
    head_sign(v->who, &point, &head);
    head_write(&head, body);
    guest_send(s, via, MESSAGE_HEAD, 0, body, sizeof body);
}

void voice_send_key(const struct voice *v, struct stage *s, struct guest *via, uint64_t chain)
{
    struct group_key key;
    uint8_t body[GROUP_KEY_LEN];
    memcpy(key.group, v->feed.conversation, HASH_LEN);
    memcpy(key.chain, v->said[chain].hash, HASH_LEN);
    memcpy(key.key, v->said[chain].key, CHAIN_KEY_LEN);
    group_key_write(&key, body);
    guest_send(s, via, MESSAGE_KEY, 0, body, sizeof body);
}

struct have_item voice_item(const struct voice *v, uint64_t number)
{
    struct have_item item = {
        .incarnation = v->feed.incarnation, .number = number, .proved = number};
    memcpy(item.author, v->feed.author, ID_LEN);
    return item;
}
