/* tests/sim/ending_groups.c - what must be true of groups in the end. */
#include "ending.h"

#include "need.h"
#include "node/state.h"
#include "world.h"

#include <string.h>

static bool is_in(uint64_t people, uint32_t person)
{
    return people >> person & 1;
}

/* ---- rosters ---- */

/* Somebody who is in it by their own roster; NULL: nobody is. */
static struct host *anybody_in(struct world *w, uint32_t council)
{
    for (uint32_t p = 0; p < w->people; p++)
        if (registry_is_member(w, ending_host(w, p), council))
            return ending_host(w, p);
    return NULL;
}

/* All who are in it hold the same, and it says that just they are in it. */
static void check_agreement(struct world *w, uint32_t council)
{
    struct host *one = anybody_in(w, council);
    const struct standing_orders *orders = one ? registry_now(w, one, council) : NULL;
    for (uint32_t p = 0; orders && p < w->people; p++) {
        struct host *h = ending_host(w, p);
        const struct minutes *a = &one->minutes[council], *b = &h->minutes[council];
        bool is_member = registry_is_member(w, h, council);
        if (is_member != is_in(orders->members, p))
            broken(w, RULE_ROSTERS_AGREE, "g%u: h%u and h%u differ about p%u", council, one->index,
                   h->index, p);
        else if (is_member && memcmp(a->held, b->held, sizeof a->held) != 0)
            broken(w, RULE_ROSTERS_AGREE, "g%u: h%u holds %zu, h%u %zu", council, one->index,
                   a->count, h->index, b->count);
    }
}

static void check_repeated(struct world *w, uint32_t council)
{
    for (uint32_t p = 0; p < w->people; p++) {
        struct host *h = ending_host(w, p);
        uint32_t lost = NO_DECISION;
        if (registry_is_member(w, h, council))
            lost = registry_unrepeated(w, h, council, p);
        if (lost != NO_DECISION)
            broken(w, RULE_REPEATED, "g%u, of p%u, height %u", council, p,
                   w->registry.councils[council].decisions[lost].height);
    }
}

/* Who left in this process was told so. */
static void check_told(struct world *w, uint32_t council)
{
    for (uint32_t p = 0; p < w->people; p++) {
        struct host *h = ending_host(w, p);
        if (h->witness.was_in >> council & 1 && !registry_is_member(w, h, council))
            broken(w, RULE_LEFT, "g%u: h%u was not told", council, h->index);
    }
}

static void ask_for_groups(struct world *w)
{
    for (uint32_t p = 0; p < w->people; p++) {
        struct command groups = {.type = COMMAND_GROUPS};
        asks_put(w, ending_host(w, p), NO_COUNCIL, &groups);
    }
}

/* ---- keys ---- */

static const struct conversation *conversation_at(const struct world *w, const struct host *h,
                                                  uint32_t council)
{
    return feeds_find_conversation(&h->core->feeds, registry_id(&w->registry, council));
}

static bool has_key(const struct world *w, const struct host *h, const struct chain_known *chain)
{
    const struct conversation *c = conversation_at(w, h, chain->council);
    const struct feed *f = c ? feeds_find(c, w->ids[chain->person], chain->incarnation) : NULL;
    for (size_t i = 0; f && i < f->chains.count; i++)
        if (memcmp(feed_hash(f, f->chains.items[i]->number), chain->id, HASH_LEN) == 0)
            return f->chains.items[i]->has_key;
    return false;
}

/* Whoever of the members has the key gives it to all who may have it. When nobody is left who has
 * it (all who were there have gone, or lost it with a backup that was put back), it stays away. */
static bool is_held_by_a_member(struct world *w, const struct chain_known *chain)
{
    for (uint32_t p = 0; p < w->people; p++)
        if (registry_is_member(w, ending_host(w, p), chain->council) &&
            has_key(w, ending_host(w, p), chain))
            return true;
    return false;
}

/* ---- what was said ---- */

static bool is_reader(const struct standing_orders *orders, const struct saying *s, uint32_t person)
{
    return is_in(orders->members, person) && is_in(s->readers | orders->all_history, person);
}

/* What its author has, and said before they left, everybody has who may read it. */
static void check_saying(struct world *w, const struct saying *s)
{
    uint32_t author = w->hosts[s->author].person, council = s->to - (uint32_t)w->people;
    struct host *from = ending_host(w, author);
    const struct chain_known *chain = &w->registry.chains[s->chain];
    if (!holdings_known(w, from, s->index)->record || !registry_is_member(w, from, council) ||
        !registry_counts(w, chain, from->minutes[council].head, s->entry))
        return;
    const struct standing_orders *orders = registry_now(w, from, council);
    ending_ask_for_state(w, from, s);
    for (uint32_t p = 0; p < w->people; p++) {
        struct host *to = ending_host(w, p);
        if (p == author || !is_reader(orders, s, p))
            continue;
        if (!holdings_is_durable(w, to, s->index))
            broken(w, RULE_ALL_STORED, "s%u of h%u at h%u", s->index, from->index, p);
        else if (!holdings_known(w, to, s->index)->shown && is_held_by_a_member(w, chain))
            broken(w, RULE_ALL_SHOWN, "s%u of h%u at h%u", s->index, from->index, p);
        else if (!is_in(from->witness.recipients, p) || from->witness.states[p] != STATE_DELIVERED)
            broken(w, RULE_NOTHING_QUEUED, "s%u of h%u to p%u", s->index, from->index, p);
    }
}

/* ---- history ---- */

/* Of two accounts what both have, in the order of the first: the same in that of the other? */
static bool are_in_one_order(const struct world *w, const struct account *a,
                             const struct account *b)
{
    uint32_t *place = need(calloc(w->ledger.count + 1, sizeof *place)); /* from 1; 0 = not there */
    uint32_t last = 0;
    bool same = true;
    for (size_t i = 0; i < b->count; i++)
        if (b->sayings[i] != NO_SAYING)
            place[b->sayings[i]] = (uint32_t)i + 1;
    for (size_t i = 0; i < a->count; i++) {
        uint32_t at = a->sayings[i] == NO_SAYING ? 0 : place[a->sayings[i]];
        same = same && (!at || at > last);
        last = at ? at : last;
    }
    free(place);
    return same;
}

static void check_history(struct world *w, uint32_t council)
{
    struct account accounts[PEOPLE_MAX] = {{0}};
    const struct host *one = anybody_in(w, council);
    uint64_t members = one ? registry_now(w, one, council)->members : 0;
    for (uint32_t p = 0; p < w->people; p++) {
        if (!is_in(members, p))
            continue;
        accounts[p] = ending_history(w, ending_host(w, p), w->people + council);
        ending_check_causality(w, &accounts[p]);
        for (uint32_t before = 0; before < p; before++)
            if (!are_in_one_order(w, &accounts[before], &accounts[p]))
                broken(w, RULE_SAME_HISTORY, "g%u at h%u and h%u", council, before, p);
    }
    for (uint32_t p = 0; p < w->people; p++)
        free(accounts[p].sayings);
}

/* ---- what waits ---- */

static bool is_lacking(struct world *w, const struct host *h, uint32_t council,
                       const struct feed *f, uint64_t number)
{
    const struct feed_chain *held = chains_of(&f->chains, number);
    const struct chain_known *chain =
        held ? registry_chain(&w->registry, feed_hash(f, held->number)) : NULL;
    if (!chain || !feed_entry(f, number)->waits)
        return false;
    const struct council *c = &w->registry.councils[council];
    return registry_may_read(registry_now(w, h, council), &c->decisions[chain->head].after,
                             h->person) &&
           registry_counts(w, chain, h->minutes[council].head, number) &&
           is_held_by_a_member(w, chain);
}

static void check_keys(struct world *w, uint32_t person, uint32_t council)
{
    const struct host *h = ending_host(w, person);
    const struct conversation *c = conversation_at(w, h, council);
    for (size_t i = 0; c && registry_is_member(w, h, council) && i < c->feed_count; i++)
        for (uint64_t number = 1; number <= c->feeds[i]->durable; number++)
            if (!c->feeds[i]->mine && is_lacking(w, h, council, c->feeds[i], number))
                broken(w, RULE_KEYS_COME, "s%u in g%u at h%u",
                       ledger_find_id(&w->ledger, feed_hash(c->feeds[i], number)), council,
                       h->index);
}

void ending_check_groups(struct world *w)
{
    for (uint32_t council = 0; council < w->registry.count; council++) {
        check_agreement(w, council);
        check_repeated(w, council);
        check_told(w, council);
    }
    for (size_t i = 0; i < w->ledger.count && w->verdict.rule == RULE_NONE; i++)
        if (w->ledger.sayings[i]->to >= w->people && w->ledger.sayings[i]->is_stored)
            check_saying(w, w->ledger.sayings[i]);
    for (uint32_t council = 0; council < w->registry.count; council++)
        for (uint32_t p = 0; p < w->people; p++)
            check_keys(w, p, council);
    for (uint32_t council = 0; council < w->registry.count && w->verdict.rule == RULE_NONE;
         council++)
        check_history(w, council);
    if (w->registry.count)
        ask_for_groups(w);
}
