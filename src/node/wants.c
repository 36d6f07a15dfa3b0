#include "node/wants.h"

#include "node/keys.h"
#include "node/receiving.h"
#include "node/rosters.h"
#include "node/sending.h"
#include "node/state.h"
#include "wire/group.h"

#include <stdlib.h>
#include <string.h>

void wants_clear(struct wants *w)
{
    free(w->items);
    *w = (struct wants){0};
}

/* ---- what is asked of whom ---- */

static void drop(struct wants *w, size_t i)
{
    w->items[i] = w->items[--w->count];
}

static bool is_for(const struct want *want, const struct have_item *item)
{
    return want->incarnation == item->incarnation &&
           memcmp(want->author, item->author, ID_LEN) == 0;
}

static bool is_here_by_now(const struct group *g, const struct want *want)
{
    const struct feed *f = feeds_find(g->conversation, want->author, want->incarnation);
    return f && f->count >= want->number;
}

/* What has come, and what is long past. */
static void drop_done(struct group *g, uint64_t now_ms)
{
    struct wants *w = &g->wants;
    for (size_t i = w->count; i-- > 0;)
        if (is_here_by_now(g, &w->items[i]) || now_ms >= w->items[i].until_ms + PATIENCE_MS)
            drop(w, i);
}

static bool is_asked_last(const struct want *want, const struct exchange *x)
{
    return want->tries && want->asked[want->tries - 1] == x;
}

void wants_forget(struct group *g, const struct exchange *x)
{
    for (size_t i = g->wants.count; i-- > 0;)
        if (is_asked_last(&g->wants.items[i], x))
            drop(&g->wants, i);
}

static struct want *find(const struct wants *w, const struct have_item *item)
{
    for (size_t i = 0; i < w->count; i++)
        if (is_for(&w->items[i], item))
            return &w->items[i];
    return NULL;
}

/* How much of it counts: who has left has said no more than their departure names. */
static uint64_t counted(const struct group *g, const struct have_item *item)
{
    const struct operation_record *departure = roster_departure(g->roster, item->author);
    uint64_t end = departure ? operation_cut_of(&departure->op, item->incarnation) : item->number;
    return end < item->number ? end : item->number;
}

static void note(struct node *n, struct group *g, const struct have_item *item,
                 const struct exchange *x)
{
    struct wants *w = &g->wants;
    if (!w->items && !(w->items = calloc(WANTS_MAX, sizeof *w->items)))
        return; /* then it may be asked twice */
    struct want *want = find(w, item);
    if (!want && w->count == WANTS_MAX)
        return;
    if (!want) {
        want = &w->items[w->count++];
        *want = (struct want){.incarnation = item->incarnation};
        memcpy(want->author, item->author, ID_LEN);
    }
    want->number = counted(g, item);
    want->until_ms = n->now.mono_ms + WANT_MS;
    if (x)
        want->asked[want->tries++] = x;
}

/* They will bring it themselves. */
static bool is_here(const struct node *n, const struct group *g, const uint8_t id[ID_LEN])
{
    const struct contact *c = contacts_get(&n->contacts, id);
    const struct exchange *x = c ? exchange_with(g->conversation, c) : NULL;
    return exchange_session(x);
}

static void poll_by(struct group *g, uint64_t at_ms)
{
    g->poll_ms = g->poll_ms < at_ms ? g->poll_ms : at_ms;
}

/* Do we lack it, though it counts? Sets what we hold. */
static bool is_lacking(const struct group *g, const struct exchange *x,
                       const struct have_item *item, uint64_t *held)
{
    const struct feed *f = feeds_find(g->conversation, item->author, item->incarnation);
    bool is_theirs = memcmp(item->author, x->contact->identity.id, ID_LEN) == 0;
    *held = f ? f->count : 0;
    return *held < counted(g, item) && !(f && f->limit <= *held) && !is_theirs &&
           roster_identity(g->roster, item->author);
}

static bool was_asked(const struct want *want, const struct exchange *x)
{
    for (unsigned i = 0; i < want->tries; i++)
        if (want->asked[i] == x)
            return true;
    return false;
}

/* Is it time to ask whoever says that they hold it? */
static bool is_to_ask(struct node *n, struct group *g, const struct exchange *x,
                      const struct have_item *item)
{
    const struct want *want = find(&g->wants, item);
    if (want)
        return n->now.mono_ms >= want->until_ms && want->tries < WANT_TRIES && !was_asked(want, x);
    if (!is_here(n, g, item->author))
        return true;
    note(n, g, item, NULL);
    return false;
}

void wants_on_account(struct node *n, struct exchange *x, struct have have)
{
    struct group *g = x->conversation->group;
    struct link *l = exchange_session(x);
    uint8_t bytes[HASH_LEN + GROUP_LIST_MAX * GROUP_WANT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct have_item item;
    uint64_t held;
    size_t count = 0;
    drop_done(g, n->now.mono_ms);
    group_begin(&w, g->conversation->id);
    while (l && have_next(&have, &item) && count < GROUP_LIST_MAX) {
        if (!is_lacking(g, x, &item, &held) || !is_to_ask(n, g, x, &item))
            continue;
        note(n, g, &item, x);
        struct group_want want = {.incarnation = item.incarnation, .number = held};
        memcpy(want.author, item.author, ID_LEN);
        group_add_want(&w, &want);
        count++;
    }
    if (count)
        link_send(n, l, MESSAGE_WANT, bytes, writer_len(&w));
    if (g->wants.count)
        poll_by(g, n->now.mono_ms + WANT_MS);
}

static void ask_for_proof(struct node *n, struct link *l, struct feed *f)
{
    uint8_t bytes[HASH_LEN + GROUP_WANT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct group_want want = {.incarnation = f->id.incarnation, .number = f->doubted - 1};
    f->doubted = 0;
    memcpy(want.author, f->id.author, ID_LEN);
    group_begin(&w, f->id.conversation);
    group_add_want(&w, &want);
    link_send(n, l, MESSAGE_WANT, bytes, sizeof bytes);
}

void wants_on_doubt(struct node *n, struct exchange *x)
{
    struct conversation *c = x->conversation;
    struct link *l = exchange_session(x);
    for (size_t i = 0; l && c->has_doubt && i < c->feed_count; i++)
        if (c->feeds[i]->doubted)
            ask_for_proof(n, l, c->feeds[i]);
    c->has_doubt = false;
}

/* ---- what others ask of us ---- */

enum lth_err wants_on_message(struct node *n, struct exchange *x, const struct frame_message *m)
{
    struct group_list list;
    struct group_want item;
    if (group_want_parse(m->body, m->len, &list) != LTH_OK)
        return LTH_MALFORMED;
    while (group_next_want(&list, &item)) {
        struct feed *f = feeds_find(x->conversation, item.author, item.incarnation);
        struct reach *r = f ? exchange_make_reach(x, f) : NULL;
        if (r && !f->mine) /* ours they get unasked */
            sending_on_want(r, item.number);
    }
    sending_pump(n, x);
    return LTH_OK;
}

/* ---- polls ---- */

static bool is_somebody_away(const struct group *g)
{
    for (size_t i = 0; i < g->conversation->exchange_count; i++) {
        const struct exchange *x = g->conversation->exchanges[i];
        if (x->is_open && !x->contact->link)
            return true;
    }
    return false;
}

void wants_look(struct node *n, struct group *g)
{
    g->poll_wait_ms = POLL_FIRST_MS;
    poll_by(g, n->now.mono_ms + POLL_FIRST_MS);
}

/* The next one in turn who is online; NULL: nobody is. */
static struct exchange *next_online(struct group *g)
{
    const struct conversation *c = g->conversation;
    for (size_t i = 0; i < c->exchange_count; i++) {
        g->polled = (g->polled + 1) % c->exchange_count;
        if (exchange_session(c->exchanges[g->polled]))
            return c->exchanges[g->polled];
    }
    return NULL;
}

static bool is_something_missing(const struct node *n, const struct group *g)
{
    for (size_t i = 0; i < g->conversation->feed_count; i++) {
        const struct feed *f = g->conversation->feeds[i];
        if (f->known > f->count && f->limit > f->count)
            return true;
    }
    for (size_t i = 0; i < g->wants.count; i++)
        if (g->wants.items[i].tries < WANT_TRIES)
            return true;
    return keys_are_missing(n, g);
}

void wants_poll(struct node *n, struct group *g)
{
    struct exchange *x = g->is_member ? next_online(g) : NULL;
    g->poll_ms = UINT64_MAX;
    drop_done(g, n->now.mono_ms);
    if (!x || !(is_somebody_away(g) || is_something_missing(n, g)))
        return; /* a session will begin with what is to be asked */
    rosters_tell(n, exchange_session(x), g, false);
    receiving_ask(n, exchange_session(x), x);
    keys_ask(n, x);
    g->poll_ms = n->now.mono_ms + g->poll_wait_ms;
    g->poll_wait_ms = g->poll_wait_ms * 2 < POLL_LAST_MS ? g->poll_wait_ms * 2 : POLL_LAST_MS;
}
