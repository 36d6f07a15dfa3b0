#include "wiretap.h"

#include "need.h"
#include "wire/entries.h"
#include "wire/frame.h"
#include "wire/group.h"
#include "wire/message.h"
#include "wire/session.h"
#include "world.h"

#include <string.h>

void wiretap_clear(struct wiretap *t)
{
    free(t->items);
    free(t->bytes);
    *t = (struct wiretap){0};
}

void wiretap_reset(struct wiretap *t)
{
    t->count = t->used = 0;
}

/* How much of a message is worth keeping: its conversation, a key, a whole operation. */
static size_t worth(const struct frame_message *m)
{
    switch (m->type) {
    case MESSAGE_ENTRIES: return m->len < FEED_ID_LEN ? 0 : FEED_ID_LEN;
    case MESSAGE_HAVE:
    case MESSAGE_HEAD:
    case MESSAGE_ROSTER:
    case MESSAGE_WANT:
    case MESSAGE_KEY_WANTED: return m->len < HASH_LEN ? 0 : HASH_LEN;
    case MESSAGE_RECEIPT: /* begins with its reader */
    case MESSAGE_KEY:
    case MESSAGE_OPERATION: return m->len;
    default: return 0;
    }
}

static void keep(struct wiretap *t, const uint8_t *sealed, const struct frame_message *m,
                 size_t len)
{
    while (t->used + len > t->room) {
        t->room = t->room ? 2 * t->room : 4096;
        t->bytes = need(realloc(t->bytes, t->room));
    }
    memcpy(t->bytes + t->used, m->body, len);
    t->items = grown(t->items, t->count, &t->size, sizeof *t->items);
    t->items[t->count++] = (struct tapped){sealed, m->type, t->used, len};
    t->used += len;
}

/* Else it is the payload of a handshake, or what somebody said to a group. */
static bool is_frame(const uint8_t *plain, size_t len)
{
    struct reader r = reader_over(plain, len);
    struct frame_message m;
    enum lth_err err = LTH_OK;
    if (len > SESSION_PLAIN_MAX || len != frame_bucket(len, SESSION_PLAIN_MAX))
        return false;
    while (err == LTH_OK)
        err = frame_next(&r, &m);
    return err == LTH_NOT_FOUND;
}

void wiretap_on_seal(void *wiretap, const uint8_t *sealed, const uint8_t *plain, size_t len)
{
    struct reader r = reader_over(plain, len);
    struct frame_message m;
    if (!is_frame(plain, len))
        return;
    while (frame_next(&r, &m) == LTH_OK)
        if (worth(&m))
            keep(wiretap, sealed, &m, worth(&m));
}

/* ---- judging ---- */

static bool is_member(const struct standing_orders *orders, uint32_t person)
{
    return orders && orders->members >> person & 1;
}

/* By the sender's roster, of now or of before this step. */
static bool is_with(const struct world *w, const struct host *h, uint32_t council, uint32_t person)
{
    return is_member(registry_now(w, h, council), person) ||
           is_member(registry_before(w, h, council), person);
}

static void judge_words(struct world *w, const struct host *h, uint32_t to, uint8_t type,
                        const uint8_t *body)
{
    uint32_t council = registry_find(&w->registry, body);
    if (council != NO_COUNCIL && !is_with(w, h, council, to))
        broken(w, RULE_TO_MEMBERS, "a message of type %u from h%u to p%u", type, h->index, to);
}

static void note_handing_on(struct world *w, uint32_t from, uint32_t to, const uint8_t *body)
{
    struct reader r = reader_over(body + CONVERSATION_ID_LEN, FEED_ID_LEN - CONVERSATION_ID_LEN);
    uint32_t author = world_person(w, read_view(&r, ID_LEN));
    uint64_t incarnation = read_u64(&r);
    if (author != from && author != to)
        registry_hand_on(&w->registry, incarnation, to);
}

static void judge_key(struct world *w, const struct host *h, uint32_t to, const uint8_t *body,
                      size_t len)
{
    struct group_key key;
    const struct chain_known *chain = NULL;
    if (group_key_parse(body, len, &key) == LTH_OK)
        chain = registry_chain(&w->registry, key.chain);
    if (!chain) {
        broken(w, RULE_KEY_GIVEN, "h%u gives p%u one of no chain", h->index, to);
        return;
    }
    w->tally.keys++;
    tell(w, h, "gives p%u a key of p%u", to, chain->person);
    judge_words(w, h, to, MESSAGE_KEY, body);
    const struct standing_orders *made =
        &w->registry.councils[chain->council].decisions[chain->head].after;
    if (!registry_may_read(registry_now(w, h, chain->council), made, to) &&
        !registry_may_read(registry_before(w, h, chain->council), made, to))
        broken(w, RULE_KEY_GIVEN, "h%u gives p%u one of p%u's", h->index, to, chain->person);
}

/* Whoever has gone is told up to how they went; and whoever was brought in by a decision that lost,
 * up to what came in its place. */
static bool leads_to_their_end(const struct council *c, const struct minutes *m, uint32_t decision,
                               uint32_t person)
{
    for (uint32_t i = 0; i < c->count; i++) {
        const struct decision *d = &c->decisions[i];
        if (d->subject != person || !registry_holds(m, i))
            continue;
        bool is_end = d->op.type == OPERATION_REMOVE || d->op.type == OPERATION_LEAVE;
        uint32_t instead = d->op.type == OPERATION_ADD ? registry_instead(c, m, i) : NO_DECISION;
        if (is_end && registry_is_before(c, decision, i))
            return true;
        if (instead != NO_DECISION && registry_is_before(c, decision, instead))
            return true;
    }
    return false;
}

static void judge_decision(struct world *w, const struct host *h, uint32_t to, const uint8_t *body,
                           size_t len)
{
    struct operation op;
    if (operation_parse(body, len, &op) != LTH_OK)
        return;
    uint32_t council = registry_find(&w->registry, op.group);
    const struct council *c = council == NO_COUNCIL ? NULL : &w->registry.councils[council];
    uint32_t decision = c ? registry_decision(c, op.hash) : NO_DECISION;
    if (decision == NO_DECISION) {
        broken(w, RULE_DECISIONS_TO_MEMBERS, "h%u tells p%u of none", h->index, to);
        return;
    }
    const struct decision *d = &c->decisions[decision];
    tell(w, h, "tells p%u of g%u, height %u, by p%u", to, council, d->height, d->author);
    if (d->author == h->person && !holdings_has_operation(h, body, len))
        broken(w, RULE_SENT_DURABLE, "h%u tells p%u of height %u in g%u", h->index, to, d->height,
               council);
    bool was_with = is_member(&d->after, to) ||
                    (d->parent != NO_DECISION && is_member(&c->decisions[d->parent].after, to));
    if (!was_with && !is_with(w, h, council, to) &&
        !leads_to_their_end(c, &h->minutes[council], decision, to))
        broken(w, RULE_DECISIONS_TO_MEMBERS, "h%u tells p%u of height %u in g%u", h->index, to,
               d->height, council);
}

static void judge(struct world *w, const struct host *h, uint32_t to, const struct tapped *t)
{
    const uint8_t *body = w->wiretap.bytes + t->at;
    switch (t->type) {
    case MESSAGE_OPERATION: judge_decision(w, h, to, body, t->len); return;
    case MESSAGE_ROSTER: tell(w, h, "tells p%u of a roster", to); return; /* anybody: only hashes */
    case MESSAGE_RECEIPT: judge_words(w, h, to, t->type, body + ID_LEN); return;
    case MESSAGE_KEY: judge_key(w, h, to, body, t->len); return;
    case MESSAGE_ENTRIES: note_handing_on(w, h->person, to, body); break;
    case MESSAGE_WANT: tell(w, h, "wants something of p%u", to); break;
    case MESSAGE_KEY_WANTED: tell(w, h, "wants a key of p%u", to); break;
    default: break;
    }
    judge_words(w, h, to, t->type, body);
}

void wiretap_on_write(struct world *w, const struct host *h, uint32_t to, const uint8_t *bytes,
                      size_t len)
{
    for (size_t i = 0; i < w->wiretap.count; i++) {
        const struct tapped *t = &w->wiretap.items[i];
        if (t->sealed >= bytes && t->sealed < bytes + len)
            judge(w, h, to, t);
    }
}
