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

void restoring_on_claim(struct node *n, struct reach *r, uint64_t number, uint64_t by)
{
    bool is_same = r->claimed_by == by; /* they may run twice themselves, and hold more there */
    if (r->feed->id.incarnation == n->incarnation || (is_same && number <= r->claimed))
        return;
    r->claim_grew = is_same && number > r->feed->count;
    r->claimed = number;
    r->claimed_by = by;
}

/* This very process was set back, as a snapshot of a machine does: its feeds go on elsewhere,
 * in feeds of a new incarnation. */
static void start_over(struct node *n)
{
    randombytes_buf(&n->incarnation, sizeof n->incarnation);
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        c->writing = NULL;
}

static enum lth_err feed_of_head(struct node *n, const struct exchange *x, const struct feed_id *id,
                                 struct feed **out)
{
    *out = feeds_find(x->conversation, id->author, id->incarnation);
    if (*out)
        return LTH_OK;
    x->contact->has_feeds = true; /* not to be forgotten any more */
    return feeds_add(&n->feeds, x->conversation, 0, id->author, id->incarnation, out);
}

enum lth_err restoring_on_head(struct node *n, struct exchange *x, const struct head *head)
{
    const struct feed_point *end = &head->point;
    struct feed *f;
    if (head_verify(head, &n->me.public) != LTH_OK)
        return LTH_FORGED;
    enum lth_err err = feed_of_head(n, x, &end->feed, &f);
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    if (err != LTH_OK || end->number <= f->count)
        return err == LTH_LIMIT ? LTH_OK : err;
    if (end->feed.incarnation == n->incarnation)
        start_over(n);
    tell_rollback(n);
    feed_note_known(f, end->number);
    struct reach *r = exchange_reach(x, f);
    if (r->peer_has < end->number)
        r->peer_has = end->number; /* whoever gives it holds it */
    lost_free(x->lost);
    x->lost = lost_new(end, f->count, feed_hash(f, f->count));
    return x->lost ? LTH_OK : LTH_NO_MEMORY;
}

/* A copy of ours has been writing while this process runs: a peer holds more of its feed than
 * before, and that is younger than we are. Two signs, for clocks may lie. */
static void look_for_clone(struct node *n, const struct reach *r, const struct entry_content *last)
{
    if (r->claim_grew && last->time_ms > n->started_wall_ms)
        restoring_on_clone(n);
}

/* The chunk is whole: its entries join the feed. */
static enum lth_err keep(struct node *n, const struct reach *r, struct lost *lost)
{
    struct feed *f = r->feed;
    struct entries run = {.rest = reader_over(lost->bytes.bytes, lost->bytes.len)};
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    enum lth_err err;
    if (memcmp(lost->before, feed_hash(f, lost->after), HASH_LEN) != 0) {
        receiving_say_fork(n, f, lost->after); /* we were set back, and wrote over it */
        return LTH_OK;
    }
    while ((err = entries_next(&run, &content, &len)) == LTH_OK) {
        err = entry_content_parse(content, len, &parsed);
        if (err == LTH_OK)
            err = store_entry(n, f, content, len, &parsed, JOURNAL_GIVEN_BACK, 0);
        if (err != LTH_OK)
            return err;
        look_for_clone(n, r, &parsed);
    }
    return err == LTH_NOT_FOUND ? LTH_OK : err;
}

/* Takes what is next of run; what stands before it is passed over. */
static enum lth_err take(struct lost *lost, struct entries *run)
{
    const uint8_t *content;
    size_t len;
    enum lth_err err = LTH_OK;
    for (uint64_t number = run->first; err == LTH_OK && !lost_is_whole(lost); number++) {
        err = entries_next(run, &content, &len);
        if (err == LTH_OK && number == lost->number + 1)
            err = lost_take(lost, content, len);
    }
    return err == LTH_NOT_FOUND ? LTH_OK : err;
}

enum lth_err restoring_on_entries(struct node *n, struct exchange *x, struct entries *run)
{
    struct feed *f = feeds_find(x->conversation, run->feed.author, run->feed.incarnation);
    struct lost *lost = x->lost;
    if (!f || !lost || run->feed.incarnation != lost->end.feed.incarnation ||
        run->first > lost->number + 1) {
        n->dropped[DROP_FOREIGN]++; /* no head of ours vouches for it */
        return LTH_OK;
    }
    if (run->first == lost->after + 1)
        lost_begin(lost, run->prev);
    enum lth_err err = take(lost, run);
    if (err == LTH_OK && !lost_is_whole(lost))
        return LTH_OK;
    x->lost = NULL;
    if (err == LTH_OK && lost->after == f->count)
        err = keep(n, exchange_reach(x, f), lost);
    else if (err == LTH_OK)
        receiving_ask_again(n, x); /* the disk refused what the chunk stands on */
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    lost_free(lost);
    return err == LTH_LIMIT ? LTH_OK : err;
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
