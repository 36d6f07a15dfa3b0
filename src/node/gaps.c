#include "node/gaps.h"

#include "node/receiving.h"
#include "node/state.h"

#include <string.h>

void gaps_look(struct node *n, const struct conversation *c)
{
    if (c->gap_untold && n->gaps_ms == UINT64_MAX)
        n->gaps_ms = n->now.mono_ms + GAP_MS;
}

static void say_gap(struct node *n, enum event_type type, const struct feed *f)
{
    struct event *event = say(n, type);
    memcpy(event->gap.conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(event->gap.from, f->id.author, ID_LEN);
    event->gap.first = f->gap_first;
    event->gap.last = f->gap_last;
}

/* What does not count is not missed. */
static uint64_t missing_to(const struct feed *f)
{
    return f->known < f->limit ? f->known : f->limit;
}

static void tell(struct node *n, struct feed *f)
{
    f->gap_first = f->count + 1;
    f->gap_last = missing_to(f);
    say_gap(n, EVENT_GAP, f);
    receiving_ask_all_again(n, f->conversation);
}

/* One gap of a feed is told at a time: what else is said to be missing waits until it is filled. */
static void tell_missing(struct node *n, struct conversation *c)
{
    c->gap_untold = false;
    for (size_t i = 0; i < c->feed_count; i++) {
        struct feed *f = c->feeds[i];
        if (missing_to(f) > f->count && !f->gap_first)
            tell(n, f);
    }
}

void gaps_on_time(struct node *n)
{
    n->gaps_ms = UINT64_MAX;
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        if (c->gap_untold)
            tell_missing(n, c);
}

void gaps_on_durable(struct node *n, struct feed *f)
{
    if (!f->gap_first || f->durable < f->gap_last)
        return;
    say_gap(n, EVENT_GAP_FILLED, f);
    f->gap_first = f->gap_last = 0;
    f->conversation->gap_untold = f->conversation->gap_untold || f->known > f->count;
    gaps_look(n, f->conversation);
}
