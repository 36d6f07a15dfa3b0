#include "node/keys.h"

#include "node/state.h"
#include "store/record.h"
#include "wire/group.h"

#include <sodium.h>
#include <string.h>

enum {
    KEYS_MS = 500,   /* between two answers to one person: each looks through all chains */
    ASK_OF_FEED = 16 /* keys of one feed, at once */
};

static bool is_mine_to_read(const struct node *n, const struct group *g,
                            const struct feed_chain *chain)
{
    return group_may_read(g, chain, n->me.public.id);
}

/* ---- giving ---- */

static void give(struct node *n, struct link *l, const struct feed *f,
                 const struct feed_chain *chain)
{
    struct group_key key;
    uint8_t body[GROUP_KEY_LEN];
    memcpy(key.group, f->id.conversation, HASH_LEN);
    memcpy(key.chain, feed_hash(f, chain->number), HASH_LEN);
    memcpy(key.key, chain->key, CHAIN_KEY_LEN);
    group_key_write(&key, body);
    link_send(n, l, MESSAGE_KEY, body, sizeof body);
    sodium_memzero(&key, sizeof key);
    sodium_memzero(body, sizeof body);
}

static void give_to(struct node *n, struct link *l, const struct exchange *x, const struct feed *f,
                    const struct feed_chain *chain)
{
    if (chain->has_key && group_may_read(x->conversation->group, chain, x->contact->identity.id))
        give(n, l, f, chain);
}

void keys_follow(struct node *n, struct link *l, struct reach *r)
{
    const struct chains *chains = &r->feed->chains;
    size_t first = chains->count;
    while (first > 0 && chains->items[first - 1]->number > r->keys_sent)
        first--;
    for (size_t i = first; i < chains->count && chains->items[i]->number <= r->sent; i++)
        give_to(n, l, r->exchange, r->feed, chains->items[i]); /* the oldest is shown first */
    r->keys_sent = r->sent;
}

/* The chain with this id; NULL when we hold none. */
static struct feed_chain *find_chain(const struct conversation *c, const uint8_t id[HASH_LEN],
                                     struct feed **feed)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        *feed = c->feeds[i];
        for (size_t at = (*feed)->chains.count; at-- > 0;) {
            struct feed_chain *chain = (*feed)->chains.items[at];
            if (memcmp(feed_hash(*feed, chain->number), id, HASH_LEN) == 0)
                return chain;
        }
    }
    return NULL;
}

enum lth_err keys_on_wanted(struct node *n, struct exchange *x, const struct frame_message *m)
{
    struct group_list wanted;
    uint8_t id[HASH_LEN];
    struct feed *f;
    if (group_key_wanted_parse(m->body, m->len, &wanted) != LTH_OK)
        return LTH_MALFORMED;
    struct link *l = exchange_session(x);
    if (x->keys_ms && n->now.mono_ms - x->keys_ms < KEYS_MS)
        return LTH_OK;
    x->keys_ms = n->now.mono_ms;
    while (l && group_next_hash(&wanted, id)) {
        const struct feed_chain *chain = find_chain(x->conversation, id, &f);
        if (chain)
            give_to(n, l, x, f, chain);
    }
    return LTH_OK;
}

/* ---- asking ---- */

static bool is_lacking(const struct node *n, const struct feed *f, const struct feed_chain *chain)
{
    bool is_used = chain->number < f->durable && /* what nobody spoke under nobody needs */
                   feed_entry(f, chain->number + 1)->kind == ENTRY_SEALED;
    return !chain->has_key && is_used && is_mine_to_read(n, f->conversation->group, chain);
}

bool keys_are_missing(const struct node *n, const struct group *g)
{
    for (size_t i = 0; i < g->conversation->feed_count; i++) {
        const struct feed *f = g->conversation->feeds[i];
        for (size_t at = 0; at < f->chains.count; at++)
            if (is_lacking(n, f, f->chains.items[at]))
                return true;
    }
    return false;
}

/* The newest first. What nobody gives does not keep others from being asked for: each time it is
 * others' turn. */
static size_t ask_of_feed(const struct node *n, struct feed *f, struct writer *w)
{
    size_t count = 0, seen = 0;
    for (size_t at = f->chains.count; at-- > 0 && count < ASK_OF_FEED;) {
        if (!is_lacking(n, f, f->chains.items[at]) || seen++ < f->keys_asked)
            continue;
        group_add_hash(w, feed_hash(f, f->chains.items[at]->number));
        count++;
    }
    f->keys_asked = count == ASK_OF_FEED ? f->keys_asked + count : 0;
    return count;
}

void keys_ask(struct node *n, struct exchange *x)
{
    const struct conversation *c = x->conversation;
    uint8_t body[HASH_LEN + GROUP_LIST_MAX * HASH_LEN];
    struct writer w = writer_over(body, sizeof body);
    struct link *l = exchange_session(x);
    size_t count = 0;
    group_begin(&w, c->id);
    for (size_t i = 0; i < c->feed_count && count + ASK_OF_FEED <= GROUP_LIST_MAX; i++)
        count += ask_of_feed(n, c->feeds[i], &w);
    if (l && count)
        link_send(n, l, MESSAGE_KEY_WANTED, body, writer_len(&w));
}

/* ---- taking ---- */

enum lth_err keys_store(struct node *n, struct feed *f, struct feed_chain *chain)
{
    uint8_t bytes[RECORD_KEY_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct key_record record = {.feed = f->handle, .number = chain->number};
    const struct journal_item item = {.kind = JOURNAL_KEY, .feed = f, .number = chain->number};
    memcpy(record.key, chain->key, CHAIN_KEY_LEN);
    record_key_write(&w, &record);
    enum lth_err err = store_item(n, &item, &w, true);
    sodium_memzero(&record, sizeof record);
    sodium_memzero(bytes, sizeof bytes);
    return err;
}

/* A record of its own, so that showing it is remembered like any other. */
static void open_late(struct node *n, struct feed *f, uint64_t number)
{
    uint8_t bytes[RECORD_OPENED_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    const struct opened_record record = {f->handle, number};
    const struct journal_item item = {.kind = JOURNAL_OPENED, .feed = f, .number = number};
    record_opened_write(&w, &record);
    if (store_item(n, &item, &w, true) != LTH_OK)
        n->todo->out_of_memory = true;
    feed_set_waiting(f, number, false);
}

static void open_waiting(struct node *n, struct feed *f, const struct feed_chain *chain)
{
    if (f->mine || !chain->has_key)
        return;
    for (uint64_t number = chain->number + 1; number <= f->durable; number++) {
        const struct entry *e = feed_entry(f, number);
        if (e->kind == ENTRY_CHAIN)
            return;
        if (e->kind == ENTRY_SEALED && e->waits)
            open_late(n, f, number);
    }
}

enum lth_err keys_on_key(struct node *n, struct exchange *x, const struct frame_message *m)
{
    struct group_key key;
    struct feed *f;
    if (group_key_parse(m->body, m->len, &key) != LTH_OK)
        return LTH_MALFORMED;
    struct feed_chain *chain = find_chain(x->conversation, key.chain, &f);
    enum lth_err err = LTH_OK;
    if (chain && !chain->has_key && is_mine_to_read(n, x->conversation->group, chain))
        err = chains_take_key(chain, &f->id, key.key);
    else
        chain = NULL; /* known, or none of our business */
    sodium_memzero(&key, sizeof key);
    if (err != LTH_OK || !chain)
        return err;
    err = keys_store(n, f, chain);
    if (err == LTH_OK)
        open_waiting(n, f, chain);
    return err;
}

static void say_waiting(struct node *n, const struct feed *f, uint64_t number)
{
    struct event *event = say(n, EVENT_WAITING_FOR_KEY);
    memcpy(event->waiting_for_key.conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(event->waiting_for_key.from, f->id.author, ID_LEN);
    memcpy(event->waiting_for_key.id, feed_hash(f, number), HASH_LEN);
}

bool keys_on_entry(struct node *n, struct feed *f, uint64_t number)
{
    const struct entry *e = feed_entry(f, number);
    const struct group *g = f->conversation->group;
    const struct feed_chain *chain = chains_of(&f->chains, number);
    if (!g || e->kind != ENTRY_SEALED || !e->waits)
        return !g || e->kind == ENTRY_SEALED;
    if (chain && chain->has_key) { /* it came while the entry was on its way to the disk */
        open_late(n, f, number);
        return false;
    }
    if (!chain || !is_mine_to_read(n, g, chain))
        return false; /* said before we joined */
    say_waiting(n, f, number);
    wants_look(n, f->conversation->group);
    return false;
}

void keys_open_all(struct node *n, const struct group *g)
{
    for (size_t i = 0; i < g->conversation->feed_count; i++) {
        struct feed *f = g->conversation->feeds[i];
        for (size_t at = 0; at < f->chains.count; at++)
            open_waiting(n, f, f->chains.items[at]);
    }
}

void keys_on_refused(struct node *n, const struct journal_item *item)
{
    struct feed *f = item->feed;
    struct feed_chain *chain = chains_of(&f->chains, item->number);
    if (item->kind == JOURNAL_OPENED) {
        feed_set_waiting(f, item->number, true);
        return;
    }
    if (chain && chain->number == item->number)
        chains_drop_key(chain);
    if (f->mine)
        f->conversation->group->has_chain = false; /* nobody will get its key */
    else
        wants_look(n, f->conversation->group);
}
