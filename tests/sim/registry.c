#include "registry.h"

#include "need.h"
#include "node/state.h"
#include "world.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static uint64_t bit(uint32_t person)
{
    return person == NOBODY ? 0 : (uint64_t)1 << person;
}

void registry_clear(struct registry *r)
{
    for (size_t c = 0; c < r->count; c++) {
        for (size_t i = 0; i < r->councils[c].count; i++)
            free(r->councils[c].decisions[i].bytes);
        free(r->councils[c].decisions);
    }
    free(r->chains);
    free(r->handed);
    *r = (struct registry){0};
}

const uint8_t *registry_id(const struct registry *r, uint32_t council)
{
    return r->councils[council].decisions[0].op.hash;
}

uint32_t registry_find(const struct registry *r, const uint8_t id[HASH_LEN])
{
    for (uint32_t i = 0; i < r->count; i++)
        if (memcmp(registry_id(r, i), id, HASH_LEN) == 0)
            return i;
    return NO_COUNCIL;
}

uint32_t registry_decision(const struct council *c, const uint8_t hash[HASH_LEN])
{
    for (uint32_t i = (uint32_t)c->count; i-- > 0;)
        if (memcmp(c->decisions[i].op.hash, hash, HASH_LEN) == 0)
            return i;
    return NO_DECISION;
}

/* ---- what is valid, and what it comes to ---- */

static bool is_valid_about(const struct standing_orders *at, const struct decision *d)
{
    uint64_t subject = bit(d->subject);
    bool is_last = at->admins == subject && at->members != subject;
    switch (d->op.type) {
    case OPERATION_CREATE: return false;
    case OPERATION_ADD: return subject && !(at->members & subject);
    case OPERATION_REMOVE: return at->members & subject && d->subject != d->author;
    case OPERATION_LEAVE: return !is_last;
    case OPERATION_PROMOTE: return at->members & subject && !(at->admins & subject);
    case OPERATION_DEMOTE: return at->admins & subject && at->admins != subject;
    case OPERATION_RENAME:
    case OPERATION_HISTORY: return true;
    }
    return false;
}

static bool is_valid(const struct standing_orders *at, const struct decision *d)
{
    uint64_t author = bit(d->author);
    if (!(at->members & author))
        return false;
    if (d->op.type != OPERATION_LEAVE && !(at->admins & author))
        return false;
    return is_valid_about(at, d);
}

static void found(const struct world *w, struct decision *d)
{
    struct standing_orders *s = &d->after;
    struct reader rest = reader_over(d->op.persons, d->op.persons_len);
    struct person person;
    s->members = s->admins = bit(d->author);
    s->appointed[d->author] = 1;
    while (d->op.person_count && person_read(&rest, &person))
        s->members |= bit(world_person(w, person.identity.id));
    s->history = d->op.history;
    s->all_history = s->history == HISTORY_ALL ? s->members : 0;
    s->named = s->entered = 0;
}

static void forget(struct standing_orders *s, uint32_t person)
{
    s->members &= ~bit(person);
    s->admins &= ~bit(person);
    s->all_history &= ~bit(person);
}

/* Behind d, the index-th of its group, which stands behind s. */
static void follow(struct standing_orders *s, const struct decision *d, uint32_t index)
{
    switch (d->op.type) {
    case OPERATION_CREATE: return;
    case OPERATION_ADD:
        s->members |= bit(d->subject);
        s->all_history |= s->history == HISTORY_ALL ? bit(d->subject) : 0;
        s->entered = index;
        return;
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
        forget(s, d->subject);
        s->entered = index;
        return;
    case OPERATION_PROMOTE:
        s->admins |= bit(d->subject);
        s->appointed[d->subject] = (uint16_t)d->height;
        return;
    case OPERATION_DEMOTE: s->admins &= ~bit(d->subject); return;
    case OPERATION_RENAME: s->named = index; return;
    case OPERATION_HISTORY: s->history = d->op.history; return;
    }
}

/* ---- which path counts ---- */

bool registry_holds(const struct minutes *m, uint32_t decision)
{
    return m->held[decision / 64] >> decision % 64 & 1;
}

/* The appointment of its author at its parent; behind all when they were no admin there. */
static uint32_t seniority(const struct council *c, const struct decision *d)
{
    const struct standing_orders *at = &c->decisions[d->parent].after;
    return at->admins & bit(d->author) ? at->appointed[d->author] : UINT32_MAX;
}

bool registry_is_before(const struct council *c, uint32_t decision, uint32_t of)
{
    while (of != NO_DECISION && c->decisions[of].height > c->decisions[decision].height)
        of = c->decisions[of].parent;
    return of == decision;
}

/* Behind it one is held whose author was an admin at its parent. */
static bool is_built(const struct council *c, const struct minutes *m, uint32_t decision)
{
    for (uint32_t i = decision + 1; i < c->count; i++)
        if (registry_holds(m, i) && registry_is_before(c, decision, i) &&
            seniority(c, &c->decisions[i]) != UINT32_MAX)
            return true;
    return false;
}

static bool goes_first(const struct council *c, const struct minutes *m, uint32_t a, uint32_t b)
{
    const struct decision *x = &c->decisions[a], *y = &c->decisions[b];
    if (seniority(c, x) != seniority(c, y))
        return seniority(c, x) < seniority(c, y);
    if (seniority(c, x) == UINT32_MAX && is_built(c, m, a) != is_built(c, m, b))
        return is_built(c, m, a);
    return memcmp(x->op.hash, y->op.hash, HASH_LEN) < 0;
}

static uint32_t head_of(const struct council *c, const struct minutes *m)
{
    uint32_t best[DECISIONS_MAX], at = 0;
    memset(best, 0xff, c->count * sizeof *best); /* NO_DECISION */
    for (uint32_t i = 1; i < c->count; i++) {
        uint32_t *rival = &best[c->decisions[i].parent];
        if (registry_holds(m, i) && (*rival == NO_DECISION || goes_first(c, m, i, *rival)))
            *rival = i;
    }
    while (best[at] != NO_DECISION)
        at = best[at];
    return at;
}

/* ---- what hosts hold ---- */

static bool init_decision(struct world *w, struct council *c, struct decision *d, uint32_t index)
{
    d->author = world_person(w, d->op.author);
    d->subject = world_person(w, d->op.subject);
    d->height = 1;
    d->parent = NO_DECISION;
    if (index == 0) {
        found(w, d);
        return true;
    }
    d->parent = registry_decision(c, d->op.parent);
    d->height = c->decisions[d->parent].height + 1;
    d->after = c->decisions[d->parent].after;
    bool valid = is_valid(&d->after, d);
    follow(&d->after, d, index);
    return valid;
}

static uint32_t add_decision(struct world *w, const struct host *h, struct council *c,
                             const struct operation_record *record)
{
    struct decision d = {.bytes = need(malloc(record->len))};
    uint32_t index = (uint32_t)c->count;
    memcpy(d.bytes, record->bytes, record->len);
    if (operation_parse(d.bytes, record->len, &d.op) != LTH_OK || index == DECISIONS_MAX)
        abort();
    if (!init_decision(w, c, &d, index))
        broken(w, RULE_VALID_DECISIONS, "h%u, type %d at height %u", h->index, (int)d.op.type,
               d.height);
    c->decisions = grown(c->decisions, c->count, &c->size, sizeof d);
    c->decisions[c->count++] = d;
    w->tally.said_again += !sodium_is_zero(d.op.again, HASH_LEN);
    return index;
}

static uint32_t council_of(struct registry *r, const struct roster *roster)
{
    uint32_t council = registry_find(r, roster_id(roster));
    if (council != NO_COUNCIL)
        return council;
    if (r->count == COUNCILS_MAX)
        abort();
    return (uint32_t)r->count++;
}

/* Behind one that is new here h may be out, or may have been for a moment of this step. */
static void note_moment(const struct world *w, struct host *h, uint32_t council,
                        const struct decision *d, bool is_first_look)
{
    if (d->after.members & bit(h->person))
        return;
    h->witness.may_leave[council]++;
    if (!is_first_look)
        h->witness.out_ms[council] = w->now_ms;
}

static void note_held(struct world *w, struct host *h, uint32_t council, struct minutes *m)
{
    struct council *c = &w->registry.councils[council];
    const struct minutes before = *m;
    memset(m->held, 0, sizeof m->held);
    for (size_t i = 0; i < m->count; i++) {
        const struct operation_record *record = roster_nth(m->roster, i);
        uint32_t d = registry_decision(c, record->op.hash);
        if (d == NO_DECISION)
            d = add_decision(w, h, c, record);
        m->held[d / 64] |= (uint64_t)1 << d % 64;
        if (!registry_holds(&before, d))
            note_moment(w, h, council, &c->decisions[d], before.count == 0);
    }
    m->head = head_of(c, m);
}

static bool is_as_core_says(const struct world *w, const struct council *c, uint32_t head,
                            const struct roster *roster)
{
    const struct decision *d = &c->decisions[head];
    const struct standing_orders *s = &d->after;
    uint64_t members = 0, admins = 0, all_history = 0;
    for (size_t i = 0; i < roster_member_count(roster); i++) {
        const struct member *m = &roster_members(roster)[i];
        uint64_t person = bit(world_person(w, m->identity.id));
        members |= person;
        admins |= m->admin ? person : 0;
        all_history |= m->all_history ? person : 0;
    }
    return memcmp(roster_head(roster), d->op.hash, HASH_LEN) == 0 &&
           roster_epoch(roster) == d->height && members == s->members && admins == s->admins &&
           all_history == s->all_history && roster_history(roster) == s->history &&
           strcmp(roster_name(roster), c->decisions[s->named].op.name) == 0;
}

/* The disk refused an operation, so it never was: nobody has to leave what they were never in. */
static void take_back(struct host *h, uint32_t council)
{
    h->witness.was_in &= ~((uint32_t)1 << council);
}

static const char *word_of(const struct decision *d)
{
    static const char *const words[] = {"nothing", "create", "add",    "remove", "leave",
                                        "promote", "demote", "rename", "history"};
    return words[d->op.type];
}

static void look_at(struct world *w, struct host *h, const struct group *g)
{
    uint32_t council = council_of(&w->registry, g->roster);
    struct council *c = &w->registry.councils[council];
    struct minutes *m = &h->minutes[council];
    bool is_refused = roster_count(g->roster) < m->count || (!g->conversation && !m->is_heard);
    m->is_seen = true;
    m->is_heard = !g->conversation;
    if (is_refused)
        take_back(h, council);
    if (m->roster == g->roster && m->count == roster_count(g->roster))
        return;
    m->roster = g->roster;
    m->count = roster_count(g->roster);
    note_held(w, h, council, m);
    tell(w, h, "has g%u at epoch %u: %s by p%u, members %" PRIx64, council,
         c->decisions[m->head].height, word_of(&c->decisions[m->head]),
         c->decisions[m->head].author, c->decisions[m->head].after.members);
    if (!is_as_core_says(w, c, m->head, g->roster))
        broken(w, RULE_SAME_ROSTER, "g%u at h%u", council, h->index);
    if (registry_is_member(w, h, council))
        h->witness.was_in |= (uint32_t)1 << council;
}

void registry_before_step(const struct world *w, struct host *h)
{
    for (uint32_t i = 0; i < w->registry.count; i++) {
        unsigned *times = &h->witness.may_leave[i];
        h->minutes[i].before = h->minutes[i].head;
        *times = *times && !registry_is_member(w, h, i) ? 1 : 0;
    }
}

void registry_after_step(struct world *w, struct host *h)
{
    for (size_t i = 0; i < w->registry.count; i++)
        h->minutes[i].is_seen = false;
    for (const struct group *g = h->core->groups.first; g; g = g->next)
        look_at(w, h, g);
    for (uint32_t i = 0; i < w->registry.count; i++) {
        struct minutes *m = &h->minutes[i];
        if (m->is_seen || m->head == NO_DECISION)
            continue;
        *m = (struct minutes){.head = NO_DECISION, .before = m->before};
        take_back(h, i);
    }
}

void registry_on_life(struct host *h)
{
    for (size_t i = 0; i < COUNCILS_MAX; i++)
        h->minutes[i] = (struct minutes){.head = NO_DECISION, .before = NO_DECISION};
}

/* ---- questions ---- */

static const struct standing_orders *orders_at(const struct world *w, uint32_t council,
                                               uint32_t head)
{
    return head == NO_DECISION ? NULL : &w->registry.councils[council].decisions[head].after;
}

const struct standing_orders *registry_now(const struct world *w, const struct host *h,
                                           uint32_t council)
{
    return orders_at(w, council, h->minutes[council].head);
}

const struct standing_orders *registry_before(const struct world *w, const struct host *h,
                                              uint32_t council)
{
    return orders_at(w, council, h->minutes[council].before);
}

bool registry_is_member(const struct world *w, const struct host *h, uint32_t council)
{
    const struct standing_orders *now = registry_now(w, h, council);
    return now && now->members & bit(h->person) && !h->minutes[council].is_heard;
}

bool registry_was_member(const struct world *w, const struct host *h, uint32_t council)
{
    const struct council *c = &w->registry.councils[council];
    for (uint32_t i = 0; i < c->count; i++)
        if (registry_holds(&h->minutes[council], i) &&
            c->decisions[i].after.members & bit(h->person))
            return true;
    return false;
}

bool registry_could_read_all(const struct world *w, const struct host *h, uint32_t council)
{
    const struct council *c = &w->registry.councils[council];
    for (uint32_t i = 0; i < c->count; i++)
        if (registry_holds(&h->minutes[council], i) &&
            c->decisions[i].after.all_history & bit(h->person))
            return true;
    return false;
}

bool registry_may_read(const struct standing_orders *now, const struct standing_orders *made,
                       uint32_t person)
{
    return now && now->members & bit(person) && (now->all_history | made->members) & bit(person);
}

/* The last decision that both have behind them. */
static uint32_t parting(const struct council *c, uint32_t a, uint32_t b)
{
    while (a != b) {
        uint32_t *higher = c->decisions[a].height > c->decisions[b].height ? &a : &b;
        *higher = c->decisions[*higher].parent;
    }
    return a;
}

uint32_t registry_instead(const struct council *c, const struct minutes *m, uint32_t decision)
{
    uint32_t end = parting(c, m->head, decision), above = m->head;
    if (end == decision || end == m->head)
        return NO_DECISION;
    while (c->decisions[above].parent != end)
        above = c->decisions[above].parent;
    return above;
}

bool registry_counts(const struct world *w, const struct chain_known *chain, uint32_t head,
                     uint64_t number)
{
    const struct council *c = &w->registry.councils[chain->council];
    const struct decision *first = NULL;
    uint32_t end = parting(c, head, chain->head);
    for (uint32_t at = head; at != end; at = c->decisions[at].parent) {
        const struct decision *d = &c->decisions[at];
        if ((d->op.type == OPERATION_REMOVE || d->op.type == OPERATION_LEAVE) &&
            d->subject == chain->person)
            first = d;
    }
    return c->decisions[chain->head].after.members & bit(chain->person) &&
           (!first || number <= operation_cut_of(&first->op, chain->incarnation));
}

/* ---- what is to be said again ---- */

static bool are_about_the_same(const struct decision *a, const struct decision *b)
{
    bool is_of_group = a->op.type == OPERATION_RENAME || a->op.type == OPERATION_HISTORY;
    return is_of_group ? a->op.type == b->op.type : a->subject == b->subject;
}

static bool was_settled(const struct council *c, uint32_t head, uint32_t lost)
{
    uint32_t end = parting(c, head, lost);
    for (uint32_t at = head; at != end; at = c->decisions[at].parent)
        if (are_about_the_same(&c->decisions[lost], &c->decisions[at]))
            return true;
    return false;
}

static bool was_repeated(const struct council *c, const struct minutes *m, uint32_t lost)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (registry_holds(m, i) && c->decisions[i].author == c->decisions[lost].author &&
            memcmp(c->decisions[i].op.again, c->decisions[lost].op.hash, HASH_LEN) == 0)
            return true;
    return false;
}

uint32_t registry_unrepeated(const struct world *w, const struct host *h, uint32_t council,
                             uint32_t person)
{
    const struct council *c = &w->registry.councils[council];
    const struct minutes *m = &h->minutes[council];
    for (uint32_t i = 1; m->head != NO_DECISION && i < c->count; i++)
        if (registry_holds(m, i) && c->decisions[i].author == person &&
            !registry_is_before(c, i, m->head) && !was_repeated(c, m, i) &&
            !was_settled(c, m->head, i) && is_valid(&c->decisions[m->head].after, &c->decisions[i]))
            return i;
    return NO_DECISION;
}

/* ---- feeds and chains ---- */

static struct handed_on *find_handed(const struct registry *r, uint64_t incarnation)
{
    for (size_t i = 0; i < r->handed_count; i++)
        if (r->handed[i].incarnation == incarnation)
            return &r->handed[i];
    return NULL;
}

void registry_hand_on(struct registry *r, uint64_t incarnation, uint32_t person)
{
    struct handed_on *handed = find_handed(r, incarnation);
    if (!handed) {
        r->handed = grown(r->handed, r->handed_count, &r->handed_size, sizeof *handed);
        handed = &r->handed[r->handed_count++];
        *handed = (struct handed_on){.incarnation = incarnation};
    }
    handed->people |= bit(person);
}

bool registry_was_handed_on(const struct registry *r, uint64_t incarnation, uint32_t person)
{
    const struct handed_on *handed = find_handed(r, incarnation);
    return handed && handed->people & bit(person);
}

void registry_add_chain(struct registry *r, const struct chain_known *chain)
{
    r->chains = grown(r->chains, r->chain_count, &r->chain_size, sizeof *chain);
    r->chains[r->chain_count++] = *chain;
}

const struct chain_known *registry_chain(const struct registry *r, const uint8_t id[HASH_LEN])
{
    for (size_t i = r->chain_count; i-- > 0;)
        if (memcmp(r->chains[i].id, id, HASH_LEN) == 0)
            return &r->chains[i];
    return NULL;
}
