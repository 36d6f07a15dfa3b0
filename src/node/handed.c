#include "node/handed.h"

#include "node/lost.h"
#include "node/receiving.h"
#include "node/restoring.h"
#include "node/state.h"

#include <string.h>

/* Who must have signed; NULL: nobody who speaks here. */
static const struct identity *author_of(const struct node *n, const struct exchange *x,
                                        const uint8_t id[ID_LEN])
{
    const struct group *g = x->conversation->group;
    if (memcmp(id, n->me.public.id, ID_LEN) == 0)
        return &n->me.public;
    return g ? roster_identity(g->roster, id) : NULL;
}

/* The feed with this id, made if need be. */
static enum lth_err feed_with(struct node *n, const struct exchange *x, const struct feed_id *id,
                              struct feed **out)
{
    struct conversation *c = x->conversation;
    *out = feeds_find(c, id->author, id->incarnation);
    if (*out)
        return LTH_OK;
    if (!feeds_have_room(&n->feeds, c, id->author))
        return LTH_LIMIT;
    x->contact->has_feeds = true; /* not to be forgotten any more */
    return feeds_add(&n->feeds, c, 0, id->author, id->incarnation, out);
}

/* Its author has signed another entry than the one we hold. */
static void look_for_fork(struct node *n, struct feed *f, const struct feed_point *point)
{
    if (memcmp(point->hash, feed_hash(f, point->number), HASH_LEN) != 0)
        receiving_say_fork(n, f, point->number);
}

static enum lth_err expect(struct exchange *x, const struct feed *f, const struct head *head)
{
    static const uint8_t none[HASH_LEN];
    lost_free(x->lost);
    x->lost = lost_new(&head->point, f ? f->count : 0, f ? feed_hash(f, f->count) : none);
    if (!x->lost)
        return LTH_NO_MEMORY;
    memcpy(x->lost->signature, head->signature, SIGNATURE_LEN);
    return LTH_OK;
}

/* Of ours: we lost what it speaks of, or this very process was set back. */
static enum lth_err expect_ours(struct node *n, struct exchange *x, const struct head *head)
{
    struct feed *f = NULL;
    enum lth_err err = feed_with(n, x, &head->point.feed, &f);
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    if (err != LTH_OK || head->point.number <= f->count)
        return err == LTH_LIMIT ? LTH_OK : err;
    restoring_on_proof(n, exchange_reach(x, f), head->point.number);
    feed_note_known(f, head->point.number);
    return expect(x, f, head);
}

/* Of somebody else's, in a group: what comes with it, or a sign that they say different things
 * to different people. What costs memory for good waits for the entries themselves. */
static enum lth_err expect_theirs(struct node *n, struct exchange *x, const struct head *head)
{
    const struct feed_point *point = &head->point;
    struct feed *f = feeds_find(x->conversation, point->feed.author, point->feed.incarnation);
    if (f && point->number <= f->count) {
        look_for_fork(n, f, point);
        return LTH_OK;
    }
    if (f)
        feed_note_known(f, point->number);
    return expect(x, f, head);
}

/* Not worth a look at its signature: what we hold is what it speaks of. */
static bool is_no_news(const struct exchange *x, const struct feed_point *point)
{
    const struct feed *f = feeds_find(x->conversation, point->feed.author, point->feed.incarnation);
    return f && point->number <= f->count &&
           memcmp(point->hash, feed_hash(f, point->number), HASH_LEN) == 0;
}

enum lth_err handed_on_head(struct node *n, struct exchange *x, const struct head *head)
{
    const struct identity *author = author_of(n, x, head->point.feed.author);
    if (!author || is_no_news(x, &head->point))
        return LTH_OK;
    if (head_verify(head, author) != LTH_OK)
        return LTH_FORGED;
    bool mine = author == &n->me.public;
    return mine ? expect_ours(n, x, head) : expect_theirs(n, x, head);
}

/* What its author was waited for has come another way. */
static void await_no_more(const struct feed *f)
{
    struct reach *r = exchange_of_author(f);
    if (r && r->exchange->awaited == f)
        r->exchange->awaited = NULL;
}

/* One entry of a whole chunk. LTH_LIMIT and LTH_NOT_FOUND: it and what follows is not for now. */
static enum lth_err take(struct node *n, struct exchange *x, struct feed *f, const uint8_t *content,
                         size_t len)
{
    struct entry_content parsed;
    enum lth_err err = entry_content_parse(content, len, &parsed);
    if (err == LTH_OK)
        err = receiving_may_take(n, x, f, &parsed, len);
    if (err == LTH_OK)
        err = store_entry(n, f, content, len, &parsed,
                          f->mine ? JOURNAL_GIVEN_BACK : JOURNAL_THEIR_ENTRY, 0);
    if (err == LTH_OK && f->mine)
        restoring_on_entry(n, exchange_reach(x, f), &parsed);
    else if (err == LTH_OK)
        await_no_more(f);
    return err;
}

/* The chunk is whole: its entries join the feed. */
static enum lth_err keep(struct node *n, struct exchange *x, struct feed *f,
                         const struct lost *lost)
{
    struct entries run = {.rest = reader_over(lost->bytes.bytes, lost->bytes.len)};
    const uint8_t *content;
    size_t len;
    if (memcmp(lost->before, feed_hash(f, lost->after), HASH_LEN) != 0) {
        receiving_say_fork(n, f, lost->after); /* its author was set back, and wrote over it */
        return LTH_OK;
    }
    while (entries_next(&run, &content, &len) == LTH_OK) {
        enum lth_err err = take(n, x, f, content, len);
        if (err == LTH_LIMIT || err == LTH_NOT_FOUND)
            return LTH_OK;
        if (err != LTH_OK)
            return err;
    }
    return f->mine ? LTH_OK : receiving_keep_proof(n, f, &lost->end, lost->signature);
}

/* Takes what is next of run; what stands before it is passed over. */
static enum lth_err gather(struct lost *lost, struct entries *run)
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

static bool is_expected(const struct lost *lost, const struct entries *run)
{
    return lost && run->feed.incarnation == lost->end.feed.incarnation &&
           memcmp(run->feed.author, lost->end.feed.author, ID_LEN) == 0 &&
           run->first <= lost->number + 1;
}

/* The chunk that came: whole, or of no use. */
static enum lth_err finish(struct node *n, struct exchange *x, const struct lost *lost)
{
    struct feed *f = NULL;
    enum lth_err err = feed_with(n, x, &lost->end.feed, &f);
    if (err != LTH_OK)
        return err;
    if (lost->after == f->count)
        return keep(n, x, f, lost);
    receiving_ask_again(n, x); /* the disk refused what the chunk stands on */
    return LTH_OK;
}

enum lth_err handed_on_entries(struct node *n, struct exchange *x, struct entries *run)
{
    struct lost *lost = x->lost;
    if (!is_expected(lost, run)) {
        n->dropped[DROP_FOREIGN]++; /* no head vouches for it */
        return LTH_OK;
    }
    if (run->first == lost->after + 1)
        lost_begin(lost, run->prev);
    enum lth_err err = gather(lost, run);
    if (err == LTH_OK && !lost_is_whole(lost))
        return LTH_OK;
    x->lost = NULL;
    if (err == LTH_OK)
        err = finish(n, x, lost);
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    lost_free(lost);
    return err == LTH_LIMIT ? LTH_OK : err;
}
