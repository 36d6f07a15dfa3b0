#include "node/rival.h"

#include "node/delivery.h"
#include "node/state.h"

#include <string.h>

static void activate(struct node *n, struct link *l)
{
    struct contact *contact = l->contact;
    struct link *before = contact->link;
    l->rival = NULL;
    contact->link = l;
    contact->last_seen_ms = n->now.wall_ms;
    delivery_on_active(n, l);
    if (!before)
        say_contact(n, EVENT_PEER, contact);
}

/* Which of two sessions with one person lives when each side dialled one. */
static bool lower_id_dialled(const struct node *n, const struct link *l)
{
    bool we_are_lower = memcmp(n->me.public.id, l->contact->identity.id, ID_LEN) < 0;
    return l->dialled == we_are_lower;
}

static void replace(struct node *n, struct link *old, struct link *l)
{
    activate(n, l);
    link_close(n, old, true);
}

/* l is new, old was there before, and by the rule old should live: does it? */
static void probe(struct node *n, struct link *old, struct link *l)
{
    if (n->now.mono_ms - old->heard_ms < PROBE_MS / 2) {
        link_close(n, l, true);
        return;
    }
    l->rival = old;
    l->probe_until_ms = n->now.mono_ms + PROBE_MS;
    link_ping(n, old);
}

void rival_settle(struct node *n, struct link *l)
{
    struct link *old = l->contact->link;
    if (!old)
        activate(n, l);
    else if (old->incarnation != l->incarnation || old->dialled == l->dialled || old->stalled)
        replace(n, old, l); /* the peer's process is a new one, or its dialler wants it so */
    else if (lower_id_dialled(n, l))
        replace(n, old, l);
    else
        probe(n, old, l);
}

void rival_check(struct node *n, struct link *l)
{
    bool rival_lives = l->rival->heard_ms + PROBE_MS > l->probe_until_ms;
    if (rival_lives)
        link_close(n, l, true);
    else
        replace(n, l->rival, l);
}

static void go_offline(struct node *n, const struct link *ended)
{
    struct contact *c = ended->contact;
    c->link = NULL;
    delivery_on_offline(n, c);
    c->left_ms = n->now.mono_ms;
    c->last_seen_ms = n->now.wall_ms;
    bool was_short = ended->hung_up && n->now.mono_ms - ended->opened_ms < SHORT_SESSION_MS;
    c->rebuffs = was_short ? c->rebuffs + 1 : 0;
    if (c->rebuffs > 1) /* once may be chance */
        dialer_on_rebuff(n, c);
    else
        dialer_on_offline(n, c);
    if (!n->stopped)
        say_contact(n, EVENT_PEER, c);
}

/* A session with c that is neither the one nor waiting to be; NULL if none. */
static struct link *find_spare(const struct node *n, const struct contact *c)
{
    for (struct link *l = n->links.table; l; l = l->hh.next)
        if (l->contact == c && l->state == LINK_READY && l != c->link && !l->rival && !l->is_over)
            return l;
    return NULL;
}

static void forget_rival(const struct node *n, const struct link *ended)
{
    for (struct link *l = n->links.table; l; l = l->hh.next)
        if (l->rival == ended)
            l->rival = NULL;
}

/* Of two that are left, one again; with a process that has ended there is nothing to settle. */
static void settle_spare(struct node *n, struct link *spare)
{
    const struct link *active = spare->contact->link;
    if (spare->incarnation != active->incarnation && spare->opened_ms <= active->opened_ms)
        link_close(n, spare, true);
    else
        rival_settle(n, spare);
}

void rival_on_end(struct node *n, struct link *ended)
{
    struct contact *c = ended->contact;
    struct link *spare;
    forget_rival(n, ended);
    bool was_active = c->link == ended;
    if (was_active && !c->blocked && (spare = find_spare(n, c)))
        activate(n, spare);
    else if (was_active)
        go_offline(n, ended);
    while (c->link && (spare = find_spare(n, c)))
        settle_spare(n, spare);
}
