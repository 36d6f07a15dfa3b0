#include "node/group.h"

#include "node/keys.h"
#include "node/link.h"
#include "node/quota.h"
#include "node/receiving.h"
#include "node/rosters.h"
#include "node/sending.h"
#include "node/state.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANNOUNCE_MS = 1000, /* after a change: whoever cannot reach its author hears of it through us */
    REPEAT_MS = 2000    /* after a change: the others that came with it are here by then */
};

static void group_free(struct group *g)
{
    roster_free(g->roster);
    wants_clear(&g->wants);
    sodium_memzero(g, sizeof *g);
    free(g);
}

static void forget(struct node *n, struct group *g)
{
    struct group **at = &n->groups.first;
    while (*at != g)
        at = &(*at)->next;
    *at = g->next;
    group_free(g);
}

void groups_clear(struct groups *groups)
{
    for (struct group *next; groups->first; groups->first = next) {
        next = groups->first->next;
        group_free(groups->first);
    }
}

struct group *group_find(const struct node *n, const uint8_t id[HASH_LEN])
{
    struct group *g = n->groups.first;
    while (g && memcmp(roster_id(g->roster), id, HASH_LEN) != 0)
        g = g->next;
    return g;
}

/* At a limit, the group heard of first goes: what makes us a member follows within moments. */
static void make_room(struct node *n, const struct contact *teller)
{
    struct group *oldest = NULL, *oldest_of_them = NULL;
    size_t count = 0, by_them = 0;
    for (struct group *g = n->groups.first; g; g = g->next) {
        if (g->conversation)
            continue;
        oldest = g; /* the newest is the first */
        count++;
        if (g->teller != teller)
            continue;
        oldest_of_them = g;
        by_them++;
    }
    if (by_them >= GROUPS_HEARD_OF_ONE_MAX)
        forget(n, oldest_of_them);
    else if (count >= GROUPS_HEARD_OF_MAX)
        forget(n, oldest);
}

bool groups_are_full(const struct node *n)
{
    size_t count = 0;
    for (const struct group *g = n->groups.first; g; g = g->next)
        count += g->is_member && g->conversation; /* and not the one that would be next */
    return count >= GROUPS_MAX;
}

enum lth_err group_new(struct node *n, const uint8_t *create, size_t len,
                       const struct contact *teller, struct group **out)
{
    if (teller)
        make_room(n, teller);
    struct group *g = calloc(1, sizeof *g);
    if (!g || !(g->roster = roster_new())) {
        free(g);
        return LTH_NO_MEMORY;
    }
    enum lth_err err = roster_take(g->roster, create, len);
    if (err != LTH_OK) {
        group_free(g);
        return err;
    }
    g->teller = teller;
    if (teller)
        memcpy(g->told_by, teller->identity.id, ID_LEN);
    g->announce_ms = g->repeat_ms = g->poll_ms = UINT64_MAX;
    g->poll_wait_ms = POLL_FIRST_MS;
    g->next = n->groups.first;
    n->groups.first = g;
    *out = g;
    return LTH_OK;
}

/* ---- settling ---- */

static bool is_of_stranger(const struct node *n, const struct group *g)
{
    const struct member *me = roster_member(g->roster, n->me.public.id);
    const struct contact *by = me ? contacts_get(&n->contacts, me->added_by) : NULL;
    return by && quota_is_stranger(by);
}

static bool is_welcome(struct node *n, const struct group *g)
{
    size_t of_strangers = 0;
    if (groups_are_full(n))
        return false;
    if (!is_of_stranger(n, g))
        return true;
    for (const struct group *at = n->groups.first; at; at = at->next)
        of_strangers += at->conversation && is_of_stranger(n, at);
    return of_strangers < GROUPS_OF_STRANGERS_MAX;
}

/* While the log is read there is no to-do list to say it in. */
static void out_of_memory(struct node *n)
{
    if (n->todo)
        n->todo->out_of_memory = true;
}

/* We are in it: from now on it is kept. */
static void adopt(struct node *n, struct group *g, bool is_replay)
{
    if (!is_replay && g->teller && !is_welcome(n, g)) {
        n->dropped[DROP_LIMIT]++;
        return;
    }
    struct conversation *c = feeds_conversation(&n->feeds, roster_id(g->roster), NULL);
    if (!c) {
        out_of_memory(n);
        return;
    }
    c->group = g;
    g->conversation = c;
    if (!is_replay && g->teller)
        rosters_store_all(n, g);
    g->teller = NULL;
}

/* What we say when we come back is a feed of its own: the old one does not count any more. */
static void stop_speaking(struct group *g)
{
    g->conversation->writing = NULL;
    g->has_chain = false;
    chain_clear(&g->chain);
    randombytes_buf(&g->incarnation, sizeof g->incarnation);
}

static void greet(struct node *n, const struct group *g, struct exchange *x)
{
    struct link *l = exchange_session(x);
    if (!x->is_new || !l || !l->was_told)
        return; /* the session will begin with it */
    x->is_new = false;
    rosters_tell(n, l, g, false);
    receiving_ask(n, l, x);
}

void group_greet(struct node *n, const struct group *g)
{
    for (size_t i = 0; i < g->conversation->exchange_count; i++)
        greet(n, g, g->conversation->exchanges[i]);
}

/* Nobody's word alone may fill the contacts. */
static bool may_introduce(const struct node *n, const struct group *g)
{
    size_t count = 0;
    for (const struct contact *c = n->contacts.table; c; c = c->hh.next)
        count += c->introduced && quota_is_stranger(c);
    return count < (is_of_stranger(n, g) ? INTRODUCED_BY_STRANGERS : INTRODUCED_MAX);
}

/* Whoever added them; of the creator, whom nobody added, whoever added us. */
static const uint8_t *introducer(const struct node *n, const struct group *g,
                                 const struct member *m)
{
    const struct member *me = roster_member(g->roster, n->me.public.id);
    bool is_creator = memcmp(m->added_by, m->identity.id, ID_LEN) == 0;
    return is_creator && me ? me->added_by : m->added_by;
}

static struct contact *contact_of(struct node *n, const struct group *g, const struct member *m,
                                  bool is_replay)
{
    struct contact *c = contacts_get(&n->contacts, m->identity.id);
    const uint8_t *by = introducer(n, g, m);
    if (!c && (!may_introduce(n, g) || people_introduce(n, m, by, is_replay, &c) != LTH_OK))
        return NULL; /* as soon as they are met */
    c->in_group = true;
    return c;
}

static void open_with(struct node *n, struct group *g, const struct member *m, bool is_replay)
{
    if (memcmp(m->identity.id, n->me.public.id, ID_LEN) == 0)
        return;
    struct contact *c = contact_of(n, g, m, is_replay);
    if (!c)
        return;
    struct exchange *x = exchange_with(g->conversation, c);
    bool was_open = x && x->is_open;
    if (!(x = exchange_open(g->conversation, c)))
        out_of_memory(n);
    else if (!was_open)
        x->is_new = true;
}

static void close_with(struct group *g, struct exchange *x)
{
    x->is_open = x->is_new = x->synced = x->resync = false;
    x->account_due = x->is_asked = x->is_refused = false;
    x->account_of = 0;
    x->acted_link = x->account_link = 0;
    x->awaited = NULL;
    sending_forget(x);
    sending_drop_lost(x);
    wants_forget(g, x);
}

static void settle_exchanges(struct node *n, struct group *g, bool is_replay)
{
    struct conversation *c = g->conversation;
    for (size_t i = 0; i < c->exchange_count; i++) {
        struct exchange *x = c->exchanges[i];
        bool stays = g->is_member && roster_member(g->roster, x->contact->identity.id);
        if (x->is_open && !stays)
            close_with(g, x);
    }
    const struct member *members = roster_members(g->roster);
    for (size_t i = 0; g->is_member && i < roster_member_count(g->roster); i++)
        open_with(n, g, &members[i], is_replay);
}

static uint64_t end_of(const struct group *g, const struct feed *f, const struct feed_chain *chain)
{
    return roster_end(g->roster, chain->body.roster_head, f->id.author, f->id.incarnation);
}

/* The last entry of f that counts. Within one chain those that count come first. */
static uint64_t limit_of(const struct group *g, const struct feed *f)
{
    if (!roster_ever_left(g->roster, f->id.author))
        return UINT64_MAX;
    for (size_t i = 0; i < f->chains.count; i++) {
        const struct feed_chain *chain = f->chains.items[i];
        bool is_last = i + 1 == f->chains.count;
        uint64_t end = end_of(g, f, chain);
        if (end == UINT64_MAX || (!is_last && end >= f->chains.items[i + 1]->number - 1))
            continue;
        return end >= chain->number ? end : chain->number - 1;
    }
    return UINT64_MAX;
}

/* True when something counts again that did not: a departure was overturned. */
static bool settle_feeds(struct group *g)
{
    bool is_more = false;
    for (size_t i = 0; i < g->conversation->feed_count; i++) {
        struct feed *f = g->conversation->feeds[i];
        uint64_t limit = limit_of(g, f);
        is_more = is_more || limit > f->limit;
        f->limit = limit;
    }
    return is_more;
}

/* What was passed over, or held back, while it did not count is told and sent now. */
static void ask_everybody(struct node *n, const struct group *g)
{
    for (size_t i = 0; i < g->conversation->exchange_count; i++) {
        struct exchange *x = g->conversation->exchanges[i];
        struct link *l = exchange_session(x);
        if (l && l->was_told && !x->is_new)
            receiving_ask(n, l, x);
    }
}

static void say_forks(struct node *n, struct group *g)
{
    uint8_t author[ID_LEN];
    uint32_t height;
    while (roster_equivocation(g->roster, author, &height)) {
        struct event *event = say(n, EVENT_FORK);
        memcpy(event->fork.conversation, roster_id(g->roster), HASH_LEN);
        memcpy(event->fork.from, author, ID_LEN);
        event->fork.number = height;
        event->fork.in_roster = true;
    }
}

void group_settle(struct node *n, struct group *g, bool is_replay)
{
    bool was_member = g->is_member;
    g->settled++;
    g->is_member = roster_member(g->roster, n->me.public.id) != NULL;
    if (g->is_member && !g->conversation)
        adopt(n, g, is_replay);
    if (!g->conversation) {
        g->is_member = false;
        return;
    }
    if (was_member && !g->is_member)
        stop_speaking(g);
    settle_exchanges(n, g, is_replay);
    bool counts_more = settle_feeds(g);
    g->told_left = !g->is_member && (g->told_left || is_replay);
    if (is_replay)
        return;
    say_forks(n, g);
    g->announce_ms = n->now.mono_ms + ANNOUNCE_MS;
    g->repeat_ms = n->now.mono_ms + REPEAT_MS;
    wants_look(n, g); /* of those who came, some may not be where we hear them */
    for (size_t i = 0; i < g->conversation->exchange_count; i++)
        receiving_ask_if_refused(n, g->conversation->exchanges[i]);
    if (counts_more)
        ask_everybody(n, g);
}

/* ---- what members say ---- */

bool group_may_read(const struct group *g, const struct feed_chain *chain, const uint8_t id[ID_LEN])
{
    const struct member *m = roster_member(g->roster, id);
    return m && (m->all_history || roster_was_member(g->roster, chain->body.roster_head, id));
}

/* It is asked for every message and member, and changes with the roster only. */
static bool may_read(struct reach *r, const struct group *g, const struct feed_chain *chain)
{
    if (r->asked_chain == chain->number && r->asked_settled == g->settled)
        return r->may_read;
    r->asked_chain = chain->number;
    r->asked_settled = g->settled;
    return r->may_read = group_may_read(g, chain, r->exchange->contact->identity.id);
}

bool group_is_for(struct reach *r, uint64_t number)
{
    const struct feed *f = r->feed;
    const struct group *g = f->conversation->group;
    if (!g)
        return true;
    if (feed_entry(f, number)->kind != ENTRY_SEALED || number > f->limit)
        return false;
    const struct feed_chain *chain = chains_of(&f->chains, number);
    return chain && may_read(r, g, chain);
}

bool group_was_for(const struct reach *r, uint64_t number)
{
    const struct feed *f = r->feed;
    const struct group *g = f->conversation->group;
    const struct feed_chain *chain = g ? chains_of(&f->chains, number) : NULL;
    return !g || (chain && roster_was_member(g->roster, chain->body.roster_head,
                                             r->exchange->contact->identity.id));
}

static enum lth_err admits_chain(const struct feed *f, const struct roster *roster,
                                 const struct entry_content *content)
{
    struct chain_body body;
    if (chain_body_parse(content, &body) != LTH_OK)
        return LTH_MALFORMED;
    if (!roster_knows(roster, body.roster_head))
        return LTH_NOT_FOUND;
    if (!roster_was_member(roster, body.roster_head, f->id.author))
        return LTH_MALFORMED;
    return f->count < roster_end(roster, body.roster_head, f->id.author, f->id.incarnation)
               ? LTH_OK
               : LTH_LIMIT;
}

static bool is_good_index(const struct feed *f, const struct entry_content *content)
{
    uint32_t index, next = feed_next_index(f);
    return sealed_index(content, &index) == LTH_OK && index >= next &&
           index - next <= CHAIN_JUMP_MAX && index < CHAIN_LEN_MAX;
}

enum lth_err group_admits(const struct feed *f, const struct entry_content *content)
{
    const struct roster *roster = f->conversation->group->roster;
    const struct feed_chain *chain = chains_of(&f->chains, f->count);
    if (content->kind == ENTRY_CHAIN)
        return admits_chain(f, roster, content);
    if (!chain || content->kind == ENTRY_TEXT)
        return LTH_MALFORMED;
    if (content->kind == ENTRY_SEALED && !is_good_index(f, content))
        return LTH_MALFORMED;
    return f->count < end_of(f->conversation->group, f, chain) ? LTH_OK : LTH_LIMIT;
}

void groups_start_over(struct node *n)
{
    for (struct group *g = n->groups.first; g; g = g->next) {
        g->incarnation = 0;
        g->has_chain = false;
    }
}

/* ---- sessions and time ---- */

void group_undo(struct node *n, struct group *g)
{
    const struct contact *teller = contacts_get(&n->contacts, g->told_by);
    n->sign_ahead = NULL;
    if (g->conversation)
        feeds_remove_conversation(&n->feeds, g->conversation);
    if (!teller || !teller->link) {
        forget(n, g);
        return;
    }
    g->conversation = NULL;
    g->is_member = g->has_chain = false;
    g->incarnation = 0;
    g->announce_ms = g->repeat_ms = g->poll_ms = UINT64_MAX;
    g->wants.count = 0;
    g->teller = teller;
}

void groups_on_offline(struct node *n, const struct contact *contact)
{
    for (struct group *g = n->groups.first, *next; g; g = next) {
        next = g->next;
        struct exchange *x = g->conversation ? exchange_with(g->conversation, contact) : NULL;
        if (g->teller == contact) {
            forget(n, g);
        } else if (x && x->is_open) {
            wants_forget(g, x);
            wants_look(n, g);
        }
    }
}

void groups_on_contact(struct node *n, struct contact *contact, bool is_replay)
{
    for (struct group *g = n->groups.first; g; g = g->next) {
        const struct member *m = roster_member(g->roster, contact->identity.id);
        if (g->is_member && m)
            open_with(n, g, m, is_replay);
    }
}

void groups_on_ready(struct node *n, struct contact *contact)
{
    groups_on_contact(n, contact, false);
    for (struct exchange *x = contact->exchanges; x; x = x->next_of_contact) {
        x->is_new = false; /* the session begins with it */
        if (x->is_open && x->conversation->group)
            wants_look(n, x->conversation->group);
    }
}

void groups_on_start(struct node *n)
{
    for (struct group *g = n->groups.first, *next; g; g = next) {
        next = g->next;
        g->repeat_ms = n->now.mono_ms + REPEAT_MS;
        if (g->conversation)
            keys_open_all(n, g);
        else
            forget(n,
                   g); /* the log has not all of what made us a member: we shall hear of it again */
    }
}

static void on_time(struct node *n, struct group *g)
{
    if (n->now.mono_ms >= g->announce_ms) {
        g->announce_ms = UINT64_MAX;
        rosters_announce(n, g);
    }
    if (n->now.mono_ms >= g->repeat_ms) {
        g->repeat_ms = UINT64_MAX;
        rosters_repeat(n, g);
    }
    if (n->now.mono_ms >= g->poll_ms)
        wants_poll(n, g);
}

void groups_on_time(struct node *n)
{
    for (struct group *g = n->groups.first; g; g = g->next)
        on_time(n, g);
}

uint64_t groups_wake_ms(const struct node *n)
{
    uint64_t wake = UINT64_MAX;
    for (const struct group *g = n->groups.first; g; g = g->next) {
        wake = g->announce_ms < wake ? g->announce_ms : wake;
        wake = g->repeat_ms < wake ? g->repeat_ms : wake;
        wake = g->poll_ms < wake ? g->poll_ms : wake;
    }
    return wake;
}
