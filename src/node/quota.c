#include "node/quota.h"

#include "node/receiving.h"
#include "node/state.h"

bool quota_is_stranger(const struct contact *c)
{
    return !c->answered && !c->verified && !c->petname[0];
}

/* Counted anew only when the budget seems to be used up: people become friends meanwhile. */
static uint64_t count_strangers(const struct node *n)
{
    uint64_t sum = 0;
    for (const struct contact *c = n->contacts.table; c; c = c->hh.next)
        sum += quota_is_stranger(c) ? c->taken : 0;
    return sum;
}

static void tell(struct node *n, struct contact *c)
{
    if (c->limit_told)
        return;
    c->limit_told = true;
    say_warning(n, "quota",
                "People whom you never answered, %.64s among them, have sent more than is kept "
                "for strangers: what follows waits with them until you write to them, or name or "
                "verify them.",
                contact_label(c));
}

bool quota_allows(struct node *n, struct contact *c, uint64_t cost)
{
    if (!quota_is_stranger(c) || n->strangers + cost <= QUOTA_STRANGERS)
        return true;
    n->strangers = count_strangers(n);
    if (n->strangers + cost <= QUOTA_STRANGERS)
        return true;
    n->dropped[DROP_LIMIT]++;
    tell(n, c);
    return false;
}

void quota_take(struct node *n, struct contact *c, uint64_t cost)
{
    c->taken += cost;
    n->strangers += quota_is_stranger(c) ? cost : 0;
}

void quota_lift(struct node *n, struct contact *c)
{
    for (struct exchange *x = c->exchanges; x && c->limit_told; x = x->next_of_contact)
        receiving_ask_again(n, x);
    c->limit_told = false;
}
