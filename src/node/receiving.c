#include "node/receiving.h"

#include "node/gaps.h"
#include "node/handed.h"
#include "node/keys.h"
#include "node/quota.h"
#include "node/receipts.h"
#include "node/restoring.h"
#include "node/rosters.h"
#include "node/sending.h"
#include "node/state.h"
#include "store/record.h"
#include "wire/entries.h"
#include "wire/have.h"
#include "wire/statement.h"

#include <sodium.h>
#include <string.h>

enum {
    HAVE_ITEMS_MAX = 512, /* in one HAVE message */
    ACCOUNT_MS = 1000     /* between looks at what a peer says it holds */
};

/* Up to where a head of its author's is kept. */
static uint64_t head_held(const struct feed *f)
{
    return proofs_highest(&f->proofs, UINT64_MAX);
}

static void write_have(struct writer *w, const struct exchange *x, size_t first, size_t count,
                       uint8_t flags)
{
    const struct conversation *c = x->conversation;
    have_begin(w, c->id, first + count == c->feed_count ? flags | HAVE_LAST : flags);
    for (size_t i = first; i < first + count; i++) {
        const struct feed *f = c->feeds[i];
        struct have_item item = {.incarnation = f->id.incarnation,
                                 .number = f->durable,
                                 .proved =
                                     f->mine ? exchange_reach(x, f)->receipt_seen : head_held(f)};
        memcpy(item.author, f->id.author, ID_LEN);
        have_add(w, &item);
    }
}

static void tell(struct node *n, struct link *l, struct exchange *x, uint8_t flags)
{
    const struct conversation *c = x->conversation;
    size_t first = 0;
    x->told_on = l->id;
    do {
        size_t count = c->feed_count - first;
        count = count > HAVE_ITEMS_MAX ? HAVE_ITEMS_MAX : count;
        size_t len = HAVE_HEADER_LEN + count * HAVE_ITEM_LEN;
        uint8_t *body = todo_room(n->todo, len);
        if (!body)
            return;
        struct writer w = writer_over(body, len);
        write_have(&w, x, first, count, flags);
        link_send_kept(n, l, MESSAGE_HAVE, body, len);
        first += count;
    } while (first < c->feed_count);
}

void receiving_tell(struct node *n, struct link *l, struct exchange *x)
{
    tell(n, l, x, 0);
}

void receiving_ask(struct node *n, struct link *l, struct exchange *x)
{
    tell(n, l, x, HAVE_ASKS);
}

void receiving_ask_if_refused(struct node *n, struct exchange *x)
{
    struct link *l = exchange_session(x);
    if (x->is_refused && l)
        receiving_tell(n, l, x);
    x->is_refused = false;
}

void receiving_tell_again(struct node *n, struct link *l, struct exchange *x)
{
    if (l->was_told && x->told_on != l->id)
        receiving_tell(n, l, x);
}

static void note_have_item(struct node *n, struct exchange *x, const struct have_item *item,
                           uint64_t by)
{
    struct feed *f = feeds_find(x->conversation, item->author, item->incarnation);
    struct reach *r = f ? exchange_reach(x, f) : NULL;
    if (!r)
        return; /* its author will send us what we lack */
    r->peer_has = item->number;
    r->peer_proves = f->mine ? item->proved : 0;
    if (f->mine)
        restoring_on_claim(n, r, item->number, by);
    else if (exchange_is_author(x, f) && item->proved < f->durable && item->proved < item->number)
        r->receipt_wanted = item->number;
}

/* What a whole account asks for is done at once for the first on a session, and later no more than
 * once a second: it costs the peer little and us a look at everything. */
static void act_on_account(struct node *n, struct link *l, struct exchange *x)
{
    l->has_told = true;
    x->acted_link = l->id;
    x->account_due = false;
    x->account_ms = n->now.mono_ms;
    receipts_send_wanted(n, l, x);
    if (x->is_asked)
        receiving_tell(n, l, x);
    x->is_asked = false;
    if (exchange_session(x) != l)
        return;
    if (x->conversation->group)
        keys_ask(n, x);
    sending_rewind(n, x, true);
}

static void on_account(struct node *n, struct link *l, struct exchange *x)
{
    x->account_link = 0;
    x->account_of = l->incarnation;
    if (x->acted_link != l->id || n->now.mono_ms - x->account_ms >= ACCOUNT_MS) {
        act_on_account(n, l, x);
        return;
    }
    x->account_due = true;
    n->accounts_ms =
        n->accounts_ms < n->now.mono_ms + ACCOUNT_MS ? n->accounts_ms : n->now.mono_ms + ACCOUNT_MS;
}

static void on_late_account(struct node *n, struct exchange *x)
{
    struct link *l = exchange_session(x);
    if (x->account_due && l)
        act_on_account(n, l, x);
    x->account_due = false;
}

void receiving_late_accounts(struct node *n)
{
    n->accounts_ms = UINT64_MAX;
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        for (size_t i = 0; i < c->exchange_count; i++)
            on_late_account(n, c->exchanges[i]);
}

/* What is not named in it is not held. */
static void begin_account(struct exchange *x)
{
    const struct conversation *c = x->conversation;
    for (size_t i = 0; i < c->feed_count; i++) {
        struct reach *r = exchange_reach(x, c->feeds[i]);
        if (r)
            r->peer_has = r->peer_proves = 0;
    }
}

static enum lth_err on_have(struct node *n, struct link *l, const struct frame_message *m)
{
    struct have have;
    struct have_item item;
    if (have_parse(m->body, m->len, &have) != LTH_OK)
        return LTH_MALFORMED;
    struct exchange *x = delivery_exchange(n, l, have.conversation);
    if (!x)
        return LTH_OK; /* a conversation we do not share */
    if (x->account_link != l->id)
        begin_account(x);
    x->account_link = l->id;
    if (x->conversation->group && exchange_session(x) == l)
        wants_on_account(n, x, have);
    while (have_next(&have, &item))
        note_have_item(n, x, &item, l->incarnation);
    if (!have.last)
        return LTH_OK;
    x->is_asked = x->is_asked || have.asks;
    on_account(n, l, x);
    return LTH_OK;
}

void receiving_say_fork(struct node *n, struct feed *f, uint64_t number)
{
    n->dropped[DROP_FORK]++;
    if (f->fork_told)
        return;
    f->fork_told = true;
    struct event *event = say(n, EVENT_FORK);
    memcpy(event->fork.conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(event->fork.from, f->id.author, ID_LEN);
    event->fork.number = number;
}

void receiving_resync_later(struct node *n)
{
    if (n->resync_ms == UINT64_MAX)
        n->resync_ms = n->now.mono_ms + RESYNC_MS;
}

void receiving_ask_again(struct node *n, struct exchange *x)
{
    x->resync = true;
    receiving_resync_later(n);
}

void receiving_ask_all_again(struct node *n, const struct conversation *c)
{
    for (size_t i = 0; i < c->exchange_count; i++)
        receiving_ask_again(n, c->exchanges[i]);
}

/* A feed costs memory for good: it begins with a whole first entry, and nothing less. */
static bool begins_a_feed(struct entries run)
{
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    return run.first == 1 && sodium_is_zero(run.prev, HASH_LEN) &&
           entries_next(&run, &content, &len) == LTH_OK &&
           entry_content_parse(content, len, &parsed) == LTH_OK;
}

static void tell_feed_limit(struct node *n, struct contact *peer)
{
    if (peer->limit_told)
        return;
    peer->limit_told = true;
    say_warning(n, "limit",
                "%.64s has said something after each of %d starts, and that is all that fits: what "
                "they say after further starts cannot be taken here.",
                contact_label(peer), FEEDS_OF_ONE_MAX);
}

/* The feed a run of their own belongs to; NULL in *out, and LTH_OK, when the run is to be
 * passed over. */
static enum lth_err feed_of_run(struct node *n, const struct exchange *x, const struct entries *run,
                                struct feed **out)
{
    struct conversation *c = x->conversation;
    *out = feeds_find(c, run->feed.author, run->feed.incarnation);
    if (*out || !begins_a_feed(*run))
        return LTH_OK;
    if (!quota_allows(n, x->contact, QUOTA_PER_FEED))
        return LTH_OK;
    if (!feeds_have_room(&n->feeds, c, run->feed.author)) {
        n->dropped[DROP_LIMIT]++;
        tell_feed_limit(n, x->contact);
        return LTH_OK;
    }
    enum lth_err err = feeds_add(&n->feeds, c, 0, run->feed.author, run->feed.incarnation, out);
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    return err == LTH_LIMIT ? LTH_OK : err;
}

/* The roster under which something was said is not known here: what is it? */
static void ask_for_roster(struct node *n, struct exchange *x, const struct feed *f,
                           const struct entry_content *content)
{
    struct link *l = exchange_session(x);
    struct chain_body body;
    bool is_news = chain_body_parse(content, &body) == LTH_OK &&
                   roster_await(x->conversation->group->roster, body.roster_head, f->id.author);
    if (l && (is_news || !x->is_refused))
        rosters_tell(n, l, x->conversation->group, false);
    x->is_refused = true;
}

enum lth_err receiving_may_take(struct node *n, struct exchange *x, struct feed *f,
                                const struct entry_content *content, size_t len)
{
    enum lth_err err = f->conversation->group ? group_admits(f, content) : LTH_OK;
    if (err == LTH_NOT_FOUND)
        ask_for_roster(n, x, f, content);
    if (err != LTH_OK) {
        n->dropped[DROP_ROSTER]++;
        return err;
    }
    struct contact *author = contacts_get(&n->contacts, f->id.author); /* who is charged for it */
    if (f->mine || quota_allows(n, author ? author : x->contact, len + QUOTA_PER_ENTRY))
        return LTH_OK;
    if (exchange_is_author(x, f))
        x->awaited = f;
    return LTH_LIMIT;
}

/* One entry of a run, number of f; prev is the hash before it in the run, and becomes its own.
 * LTH_NOT_FOUND: a fork, the rest of the run is not ours to take. LTH_LIMIT: nor is it for now. */
static enum lth_err take_entry(struct node *n, struct reach *r, uint64_t number,
                               uint8_t prev[HASH_LEN], const uint8_t *content, size_t len)
{
    struct feed *f = r->feed;
    struct exchange *x = r->exchange;
    struct entry_content parsed;
    uint8_t hash[HASH_LEN];
    if (memcmp(prev, feed_hash(f, number - 1), HASH_LEN) != 0) {
        receiving_say_fork(n, f, number - 1);
        return LTH_NOT_FOUND;
    }
    if (number <= f->count) { /* known: it must be the same */
        entry_hash(&f->id, number, prev, content, len, hash);
        if (memcmp(hash, feed_hash(f, number), HASH_LEN) != 0) {
            receiving_say_fork(n, f, number);
            return LTH_NOT_FOUND;
        }
    } else if (entry_content_parse(content, len, &parsed) != LTH_OK) {
        return LTH_MALFORMED;
    } else {
        enum lth_err err = receiving_may_take(n, x, f, &parsed, len);
        if (err == LTH_OK)
            err = store_entry(n, f, content, len, &parsed, JOURNAL_THEIR_ENTRY, 0);
        if (err != LTH_OK)
            return err;
        n->sign_ahead = f;
        if (x->awaited == f)
            x->awaited = NULL;
    }
    memcpy(prev, feed_hash(f, number), HASH_LEN);
    return LTH_OK;
}

static enum lth_err take_run(struct node *n, struct link *l, struct reach *r, struct entries *run)
{
    struct feed *f = r->feed;
    struct exchange *x = r->exchange;
    const uint8_t *content;
    size_t len;
    uint64_t before = f->count;
    enum lth_err err = LTH_OK;
    if (run->first > f->count + 1 || (x->awaited && x->awaited != f)) {
        n->dropped[DROP_GAP]++; /* our disk refused what is missing, or its author lost it */
        feed_note_known(f, run->first - 1);
        receiving_ask_again(n, x);
        return LTH_OK;
    }
    for (uint64_t number = run->first; err == LTH_OK; number++) {
        err = entries_next(run, &content, &len);
        if (err == LTH_OK)
            err = take_entry(n, r, number, run->prev, content, len);
        if (err == LTH_OK && number > r->peer_has && x->account_of == l->incarnation)
            r->peer_has = number; /* who sends it holds it */
    }
    if (f->count == before && before == f->durable)
        receipts_send_again(n, l, r, before); /* it came again because the receipt was lost */
    return err == LTH_NOT_FOUND || err == LTH_LIMIT ? LTH_OK : err;
}

/* Somebody else wrote it than who sends it; or they did, in a process before this one, and lost
 * it, and another member gives it back. */
static bool is_handed_on(const struct exchange *x, const uint8_t author[ID_LEN])
{
    return memcmp(author, x->contact->identity.id, ID_LEN) != 0;
}

static enum lth_err on_entries(struct node *n, struct link *l, const struct frame_message *m)
{
    struct entries run;
    struct feed *f;
    if (entries_parse(m->body, m->len, &run) != LTH_OK)
        return LTH_MALFORMED;
    struct exchange *x = delivery_exchange(n, l, run.feed.conversation);
    if (!x) {
        n->dropped[DROP_FOREIGN]++; /* a conversation we do not share */
        return LTH_OK;
    }
    enum lth_err err;
    if (is_handed_on(x, run.feed.author)) {
        err = handed_on_entries(n, x, &run);
    } else {
        err = feed_of_run(n, x, &run, &f);
        if (err == LTH_OK && f)
            err = take_run(n, l, exchange_reach(x, f), &run);
    }
    if (x->conversation->group)
        wants_on_doubt(n, x);
    gaps_look(n, x->conversation);
    return err;
}

static void store_head(struct node *n, const struct feed *f, const struct feed_point *point,
                       const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t bytes[RECORD_HEAD_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct head_record record = {.feed = f->handle, .number = point->number};
    memcpy(record.hash, point->hash, HASH_LEN);
    memcpy(record.signature, signature, SIGNATURE_LEN);
    record_head_write(&w, &record);
    store_note(n, &w);
}

enum lth_err receiving_keep_proof(struct node *n, struct feed *f, const struct feed_point *point,
                                  const uint8_t signature[SIGNATURE_LEN])
{
    if (point->number > f->count || point->number <= head_held(f))
        return LTH_OK;
    enum lth_err err = proofs_add(&f->proofs, point->number, f->durable, signature);
    if (err == LTH_OK)
        store_head(n, f, point, signature);
    return err;
}

/* A head of the peer's is evidence: kept when it fits what we hold. */
static enum lth_err keep_head(struct node *n, struct reach *r, const struct head *head)
{
    struct feed *f = r->feed;
    uint64_t number = head->point.number;
    if (number > f->count) {
        feed_note_known(f, number);
        return LTH_OK;
    }
    if (memcmp(head->point.hash, feed_hash(f, number), HASH_LEN) != 0) {
        receiving_say_fork(n, f, number);
        return LTH_OK;
    }
    enum lth_err err = receiving_keep_proof(n, f, &head->point, head->signature);
    if (err != LTH_OK)
        return err;
    sending_offer_back(r);
    sending_pump(n, r->exchange);
    return LTH_OK;
}

/* A head that tells nothing new is not worth a look at its signature. */
static bool is_news(const struct feed *f, uint64_t number)
{
    return number > head_held(f) && (number <= f->count || number > f->known);
}

static enum lth_err on_head(struct node *n, struct link *l, const struct frame_message *m)
{
    struct head head;
    if (head_parse(m->body, m->len, &head) != LTH_OK)
        return LTH_MALFORMED;
    struct exchange *x = delivery_exchange(n, l, head.point.feed.conversation);
    if (!x)
        return LTH_OK;
    enum lth_err err = LTH_OK;
    struct feed *f =
        feeds_find(x->conversation, head.point.feed.author, head.point.feed.incarnation);
    if (is_handed_on(x, head.point.feed.author)) {
        err = handed_on_head(n, x, &head);
    } else if (f && exchange_is_author(x, f) && f->in_log && is_news(f, head.point.number)) {
        err = head_verify(&head, &l->contact->identity);
        if (err == LTH_OK)
            err = keep_head(n, exchange_reach(x, f), &head);
    }
    gaps_look(n, x->conversation);
    return err;
}

/* What a member of a group says to another; from anybody else it is passed over. */
static enum lth_err on_member_message(struct node *n, struct link *l, const struct frame_message *m)
{
    struct exchange *x = m->len >= HASH_LEN ? delivery_exchange(n, l, m->body) : NULL;
    if (!x || !x->conversation->group) {
        n->dropped[DROP_FOREIGN]++;
        return m->len >= HASH_LEN ? LTH_OK : LTH_MALFORMED;
    }
    switch (m->type) {
    case MESSAGE_WANT: return wants_on_message(n, x, m);
    case MESSAGE_KEY: return keys_on_key(n, x, m);
    default: return keys_on_wanted(n, x, m);
    }
}

enum lth_err delivery_on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    switch (m->type) {
    case MESSAGE_HAVE: return on_have(n, l, m);
    case MESSAGE_ENTRIES: return on_entries(n, l, m);
    case MESSAGE_HEAD: return on_head(n, l, m);
    case MESSAGE_RECEIPT: return receipts_on_message(n, l, m);
    case MESSAGE_ROSTER: return rosters_on_roster(n, l, m);
    case MESSAGE_OPERATION: return rosters_on_operation(n, l, m);
    case MESSAGE_WANT:
    case MESSAGE_KEY:
    case MESSAGE_KEY_WANTED: return on_member_message(n, l, m);
    default: return m->flags & FRAME_MUST_UNDERSTAND ? LTH_MALFORMED : LTH_OK;
    }
}

static void tell_if_due(struct node *n, struct exchange *x)
{
    struct link *l = exchange_session(x);
    if (!x->resync || !l)
        return;
    x->resync = false;
    receiving_tell(n, l, x);
}

void receiving_resync(struct node *n)
{
    n->resync_ms = UINT64_MAX;
    rosters_resync(n);
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next) {
        for (size_t i = 0; i < c->exchange_count; i++)
            tell_if_due(n, c->exchanges[i]);
        if (c->group)
            keys_open_all(n, c->group);
    }
}
