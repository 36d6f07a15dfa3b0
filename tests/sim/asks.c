#include "asks.h"

#include "need.h"
#include "world.h"

#include <string.h>

#define ASK_BIT ((uint64_t)1 << 40) /* tickets below are sayings */

void asks_clear(struct asks *a)
{
    free(a->items);
    *a = (struct asks){0};
}

bool asks_has(uint64_t ticket)
{
    return ticket & ASK_BIT;
}

void asks_put(struct world *w, struct host *h, uint32_t council, struct command *c)
{
    struct asks *a = &w->asks;
    a->items = grown(a->items, a->count, &a->size, sizeof *a->items);
    a->items[a->count] =
        (struct ask){.host = h->index, .life = h->life, .council = council, .type = c->type};
    c->ticket = ASK_BIT | a->count++;
    a->is_asking = true;
    host_command(w, h, c);
    a->is_asking = false;
}

void asks_on_operation(struct world *w, const struct host *h, uint64_t record)
{
    struct asks *a = &w->asks;
    struct ask *ask = a->is_asking ? &a->items[a->count - 1] : NULL;
    if (ask && ask->host == h->index && !ask->record)
        ask->record = record;
}

static struct ask *answered(struct world *w, const struct host *h, uint64_t ticket)
{
    uint64_t index = ticket & ~ASK_BIT;
    struct ask *ask = asks_has(ticket) && index < w->asks.count ? &w->asks.items[index] : NULL;
    if (!ask || ask->is_answered || ask->host != h->index || ask->life != h->life) {
        broken(w, RULE_ONE_ANSWER, "h%u, question %u", h->index, (unsigned)index);
        return NULL;
    }
    ask->is_answered = true;
    return ask;
}

void asks_on_error(struct world *w, struct host *h, const struct event *e)
{
    if (!answered(w, h, e->ticket))
        return;
    w->tally.not_decided++;
    tell(w, h, "does not: %s", h->witness.last_error);
}

/* ---- what users are told ---- */

static uint32_t council_of(const struct world *w, const struct host *h, const struct group_view *g)
{
    uint32_t council = registry_find(&w->registry, g->id);
    if (council != NO_COUNCIL && h->minutes[council].head != NO_DECISION)
        return council;
    return NO_COUNCIL;
}

static void on_answer(struct world *w, struct host *h, const struct event *e)
{
    struct ask *ask = answered(w, h, e->ticket);
    if (!ask)
        return;
    w->tally.decisions++;
    if (ask->type == COMMAND_GROUP_REKEY)
        h->witness.rekey_asked |= (uint32_t)1 << ask->council;
    else if (!ask->record || ask->record > h->disk.durable)
        broken(w, RULE_ACCEPTED_DURABLE, "h%u, a decision", h->index);
}

void asks_on_group(struct world *w, struct host *h, const struct event *e)
{
    const struct group_change *change = &e->group.change;
    uint32_t council = council_of(w, h, &e->group);
    if (council == NO_COUNCIL) {
        broken(w, RULE_SAME_ROSTER, "h%u tells of a group that is none", h->index);
        return;
    }
    tell(w, h, "%s g%u: %s by p%u", e->is_answer ? "has done" : "tells of", council,
         change->is_any ? change->what : "nothing", world_person(w, change->by));
    w->tally.overturned += change->is_any && strcmp(change->what, "overturn") == 0;
    if (e->is_answer)
        on_answer(w, h, e);
}

void asks_on_left(struct world *w, struct host *h, const struct event *e)
{
    uint32_t council = council_of(w, h, &e->group);
    tell(w, h, "is told to have left g%u", council);
    w->tally.left++;
    if (council == NO_COUNCIL || !h->witness.may_leave[council]) {
        broken(w, RULE_LEFT, "g%u at h%u", council, h->index);
        return;
    }
    h->witness.may_leave[council]--;
    if (!registry_is_member(w, h, council))
        h->witness.was_in &= ~((uint32_t)1 << council);
}

static bool is_as_it_is(const struct world *w, const struct host *h, uint32_t council,
                        const struct group_view *g)
{
    const struct council *c = &w->registry.councils[council];
    const struct decision *d = &c->decisions[h->minutes[council].head];
    uint64_t members = 0, admins = 0;
    for (size_t i = 0; i < g->member_count; i++) {
        uint64_t person = (uint64_t)1 << world_person(w, g->members[i].id);
        members |= person;
        admins |= g->members[i].admin ? person : 0;
    }
    return g->epoch == d->height && members == d->after.members && admins == d->after.admins &&
           g->all_history == (d->after.history == HISTORY_ALL) && g->is_member &&
           g->is_admin == (d->after.admins >> h->person & 1) &&
           strcmp(g->name, c->decisions[d->after.named].op.name) == 0;
}

/* The list that a user asks for: the groups they are in, each as it is. */
void asks_on_groups(struct world *w, struct host *h, const struct event *e)
{
    uint32_t listed = 0, expected = 0;
    if (!answered(w, h, e->ticket))
        return;
    for (size_t i = 0; i < e->groups.count; i++) {
        uint32_t council = council_of(w, h, &e->groups.groups[i]);
        if (council == NO_COUNCIL || !is_as_it_is(w, h, council, &e->groups.groups[i]))
            broken(w, RULE_SAME_ROSTER, "h%u lists g%u as it is not", h->index, council);
        else
            listed |= (uint32_t)1 << council;
    }
    for (uint32_t i = 0; i < w->registry.count; i++)
        expected |= (uint32_t)registry_is_member(w, h, i) << i;
    if (listed != expected)
        broken(w, RULE_SAME_ROSTER, "h%u lists %x instead of %x", h->index, listed, expected);
}
