#include "node/restoring.h"

#include "node/lost.h"
#include "node/receiving.h"
#include "node/state.h"

#include <sodium.h>
#include <string.h>

void restoring_on_clone(struct node *n)
{
    if (n->clone_told)
        return;
    n->clone_told = true;
    say_warning(n, "clone",
                "Another machine on this network runs with this identity: both receive what is "
                "sent to it; keep one, and give the other a data directory of its own.");
}

static void tell_rollback(struct node *n)
{
    if (n->rollback_told)
        return;
    n->rollback_told = true;
    say_warning(n, "rollback",
                "Messages were sent with this identity that this store does not hold, so it is an "
                "older copy, or a copy is in use elsewhere: those whom they were sent to give "
                "them back.");
}

/* In a group they have it perhaps from whoever said so before. */
static bool is_first_to_claim(const struct reach *r, uint64_t number)
{
    for (size_t i = 0; i < r->feed->reach_count; i++) {
        const struct reach *other = r->feed->reaches[i];
        if (other && other != r && other->claimed >= number)
            return false;
    }
    return true;
}

void restoring_on_claim(struct node *n, struct reach *r, uint64_t number, uint64_t by)
{
    bool is_same = r->claimed_by == by; /* they may run twice themselves, and hold more there */
    if (r->feed->id.incarnation == n->incarnation || (is_same && number <= r->claimed))
        return;
    r->claim_grew = is_same && number > r->feed->count && is_first_to_claim(r, number);
    r->claimed = number;
    r->claimed_by = by;
}

/* This very process was set back, as a snapshot of a machine does: its feeds go on elsewhere,
 * in feeds of a new incarnation and under new keys. */
static void start_over(struct node *n)
{
    randombytes_buf(&n->incarnation, sizeof n->incarnation);
    groups_start_over(n);
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        c->writing = NULL;
}

void restoring_on_proof(struct node *n, struct reach *r, uint64_t number)
{
    if (r->feed->id.incarnation == delivery_incarnation(n, r->feed->conversation))
        start_over(n);
    tell_rollback(n);
    if (r->peer_has < number)
        r->peer_has = number; /* whoever gives it holds it */
}

/* A copy of ours has been writing while this process runs: a peer holds more of its feed than
 * before, and that is younger than we are. Two signs, for clocks may lie. */
void restoring_on_entry(struct node *n, const struct reach *r, const struct entry_content *entry)
{
    if (r->claim_grew && entry->time_ms > n->started_wall_ms)
        restoring_on_clone(n);
}

void restoring_on_durable(struct node *n, struct feed *f, uint64_t number)
{
    for (size_t i = 0; i < f->reach_count; i++) {
        struct reach *r = f->reaches[i];
        if (r && r->peer_has >= number && r->sent < number)
            r->sent = number; /* who gave it back need not get it */
    }
    receiving_ask_all_again(n, f->conversation); /* for the receipts we lost with it */
}
