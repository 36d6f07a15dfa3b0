#include "witness.h"

#include "need.h"
#include "world.h"

#include <string.h>

enum { HALF_OPEN = 64 + 8 }; /* what DESIGN §10 allows, and dials at once */

static uint32_t person_of(const struct world *w, const uint8_t *id)
{
    for (uint32_t p = 0; p < w->people; p++)
        if (memcmp(w->ids[p], id, ID_LEN) == 0)
            return p;
    return UINT32_MAX;
}

/* ---- beginnings and ends ---- */

void witness_init(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    v->numbers = need(calloc(w->people, sizeof *v->numbers));
    v->last_shown = need(malloc(w->people * sizeof *v->last_shown));
    v->online = need(calloc(w->people, sizeof *v->online));
    v->shown = need(calloc(w->people, sizeof *v->shown));
    v->accepted = need(calloc(w->people, sizeof *v->accepted));
    v->delivered = need(calloc(w->people, sizeof *v->delivered));
    memset(v->last_shown, 0xff, w->people * sizeof *v->last_shown); /* NO_SAYING */
}

void witness_clear(struct witness *v)
{
    holdings_clear(&v->holdings);
    free(v->progress);
    free(v->gaps);
    free(v->numbers);
    free(v->last_shown);
    free(v->online);
    free(v->shown);
    free(v->accepted);
    free(v->delivered);
    free(v->history.ids);
}

void witness_on_start(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    holdings_on_start(&v->holdings);
    v->gap_count = 0;
    v->rollbacks_now = v->clones_now = 0;
    v->stepped_ms = v->keys_from_ms = v->disturbed_ms = v->alone_ms = w->now_ms;
    memset(v->numbers, 0, w->people * sizeof *v->numbers);
    memset(v->online, 0, w->people * sizeof *v->online);
    for (size_t i = 0; i < w->host_count; i++)
        if (w->hosts[i].person == h->person && &w->hosts[i] != h)
            v->has_twin = w->hosts[i].witness.has_twin = true;
}

void witness_on_end(struct world *w, struct host *h)
{
    memset(h->witness.online, 0, w->people * sizeof *h->witness.online);
    h->witness.crashes++;
}

/* ---- shown ---- */

/* True when the author's processes follow each other on one disk that was never put back. */
static bool is_one_line(const struct world *w, const struct host *h, const struct saying *s)
{
    const struct witness *author = &w->hosts[s->author].witness;
    return !h->witness.refusals && !author->refusals && !author->restores && !author->has_twin;
}

static bool comes_in_order(struct world *w, struct host *h, const struct saying *s)
{
    struct witness *v = &h->witness;
    struct progress *same = NULL;
    for (size_t i = v->progress_count; i-- > 0;) {
        struct progress *p = &v->progress[i];
        if (p->author != s->author)
            continue;
        if (p->life > s->life && is_one_line(w, h, s))
            return false;
        if (p->life == s->life)
            same = p;
    }
    if (!same) {
        v->progress = grown(v->progress, v->progress_count, &v->progress_size, sizeof *same);
        same = &v->progress[v->progress_count++];
        *same = (struct progress){s->author, s->life, 0};
    }
    if (s->number <= same->number)
        return false;
    same->number = s->number;
    return true;
}

static void on_message(struct world *w, struct host *h, const struct message_view *m)
{
    struct witness *v = &h->witness;
    uint32_t saying = ledger_find(&w->ledger, m->text, m->text_len);
    const struct saying *s = saying == NO_SAYING ? NULL : w->ledger.sayings[saying];
    uint32_t from = person_of(w, m->from);
    if (!s || s->to != h->person || s->is_refused || !s->is_stored ||
        w->hosts[s->author].person != from || memcmp(s->id, m->id, HASH_LEN) != 0) {
        broken(w, RULE_SHOWN_AS_SAID, "h%u is shown \"%.40s\"", h->index, (const char *)m->text);
        return;
    }
    struct knowledge *k = holdings_known(w, h, saying);
    if (!holdings_is_durable(w, h, saying) || k->record != m->record)
        broken(w, RULE_SHOWN_DURABLE, "h%u, s%u", h->index, saying);
    if (h->blind)
        return;
    tell(w, h, "shows s%u of p%u", saying, from);
    if (k->shown)
        broken(w, RULE_SHOWN_ONCE, "h%u, s%u", h->index, saying);
    else if (!comes_in_order(w, h, s))
        broken(w, RULE_SHOWN_IN_ORDER, "h%u, s%u", h->index, saying);
    else if (m->record <= h->disk.shown)
        broken(w, RULE_MARK_GROWS, "h%u, s%u", h->index, saying);
    k->shown = (uint32_t)m->record;
    h->disk.shown = m->record;
    v->last_shown[from] = saying;
    v->shown[from]++;
    w->tally.shown++;
}

/* ---- accepted, sent, delivered ---- */

static struct saying *answered(struct world *w, struct host *h, uint64_t ticket)
{
    struct saying *s = ticket < w->ledger.count ? w->ledger.sayings[ticket] : NULL;
    if (!s || s->is_answered || s->author != h->index || s->life != h->life) {
        broken(w, RULE_ONE_ANSWER, "h%u, s%u", h->index, (unsigned)ticket);
        return NULL;
    }
    s->is_answered = true;
    return s;
}

static void on_accepted(struct world *w, struct host *h, const struct event *e)
{
    const struct saying *s = answered(w, h, e->ticket);
    if (!s)
        return;
    tell(w, h, "accepted s%u", s->index);
    if (!holdings_is_durable(w, h, s->index) || memcmp(s->id, e->accepted.id, HASH_LEN) != 0)
        broken(w, RULE_ACCEPTED_DURABLE, "h%u, s%u", h->index, s->index);
    h->witness.accepted[s->to]++;
    w->tally.accepted++;
}

static void on_error(struct world *w, struct host *h, const struct event *e)
{
    struct saying *s = answered(w, h, e->ticket);
    h->witness.answered_error = true;
    snprintf(h->witness.last_error, sizeof h->witness.last_error, "%s",
             error_code_word(e->error.code));
    if (!s)
        return;
    s->is_refused = true;
    w->tally.refused++;
    tell(w, h, "refuses s%u: %s", s->index, h->witness.last_error);
}

/* The saying an event speaks of, if it is one of h's to that peer. */
static uint32_t own_saying(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = ledger_find_id(&w->ledger, e->delivery.id);
    const struct saying *s = saying == NO_SAYING ? NULL : w->ledger.sayings[saying];
    if (s && w->hosts[s->author].person == h->person && s->to == person_of(w, e->delivery.peer))
        return saying;
    broken(w, RULE_SHOWN_AS_SAID, "h%u tells of something it never said", h->index);
    return NO_SAYING;
}

static void on_sent(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = own_saying(w, h, e);
    if (saying == NO_SAYING)
        return;
    struct knowledge *k = holdings_known(w, h, saying);
    tell(w, h, "sent s%u", saying);
    if (!holdings_is_durable(w, h, saying))
        broken(w, RULE_SENT_DURABLE, "h%u, s%u", h->index, saying);
    if (k->sent == h->life)
        broken(w, RULE_SENT_ONCE, "h%u, s%u", h->index, saying);
    k->sent = h->life;
    w->tally.sent++;
}

static void on_delivered(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = own_saying(w, h, e);
    if (saying == NO_SAYING)
        return;
    struct knowledge *k = holdings_known(w, h, saying);
    tell(w, h, "delivered s%u", saying);
    if (!w->ledger.sayings[saying]->has_arrived)
        broken(w, RULE_DELIVERED_STORED, "h%u, s%u", h->index, saying);
    if (k->sent != h->life)
        broken(w, RULE_DELIVERED_AFTER_SENT, "h%u, s%u", h->index, saying);
    if (k->delivered == h->life)
        broken(w, RULE_DELIVERED_ONCE, "h%u, s%u", h->index, saying);
    k->delivered = h->life;
    h->witness.delivered[w->ledger.sayings[saying]->to]++;
    w->tally.delivered++;
}

/* ---- other events ---- */

static void on_peer(struct world *w, struct host *h, const struct event *e)
{
    uint32_t p = person_of(w, e->peer.id);
    if (p == UINT32_MAX)
        return;
    tell(w, h, "p%u is %s", p, e->peer.online ? "online" : "offline");
    if (w->is_quiet && h->witness.online[p] && !e->peer.online)
        broken(w, RULE_QUIET_ONLINE, "p%u at h%u", p, h->index);
    h->witness.online[p] = e->peer.online;
}

static void on_rollback(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    w->tally.rollbacks++;
    v->rollbacks++;
    if (v->rollbacks_now++ || (!v->has_twin && !v->restores))
        broken(w, RULE_ROLLBACK, "h%u", h->index);
}

static void on_clone(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    w->tally.clones_told++;
    v->clones++;
    if (v->clones_now++ || !v->has_twin)
        broken(w, RULE_CLONE, "h%u", h->index);
}

static void on_warning(struct world *w, struct host *h, const struct event *e)
{
    tell(w, h, "warns: %s", e->warning.code);
    if (strcmp(e->warning.code, "rollback") == 0)
        on_rollback(w, h);
    else if (strcmp(e->warning.code, "clone") == 0)
        on_clone(w, h);
    else if (strcmp(e->warning.code, "damaged") == 0)
        broken(w, RULE_NO_DAMAGE, "h%u", h->index);
}

/* Who has to do with what h holds of a person's. */
static bool is_concerned(const struct host *other, const struct host *h, uint32_t person)
{
    return other == h || other->person == person;
}

bool witness_may_have_lost(const struct world *w, const struct host *h, uint32_t person)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (is_concerned(&w->hosts[i], h, person) &&
            (w->hosts[i].witness.restores || w->hosts[i].witness.has_twin))
            return true;
    return false;
}

/* True when something of a person's may be missing at h, for now. */
static bool may_have_gap(const struct world *w, const struct host *h, uint32_t person)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (is_concerned(&w->hosts[i], h, person) &&
            (w->hosts[i].witness.refusals || w->hosts[i].witness.crashes))
            return true;
    return witness_may_have_lost(w, h, person);
}

static void on_gap(struct world *w, struct host *h, const struct event *e)
{
    struct witness *v = &h->witness;
    uint32_t from = person_of(w, e->gap.from);
    tell(w, h, "misses %u to %u of p%u", (unsigned)e->gap.first, (unsigned)e->gap.last, from);
    w->tally.gaps++;
    if (!may_have_gap(w, h, from))
        broken(w, RULE_GAP, "h%u", h->index);
    v->gaps = grown(v->gaps, v->gap_count, &v->gap_size, sizeof *v->gaps);
    v->gaps[v->gap_count++] = (struct gap){from, e->gap.first, e->gap.last, false};
}

static void on_gap_filled(struct world *w, struct host *h, const struct event *e)
{
    struct witness *v = &h->witness;
    tell(w, h, "has %u to %u", (unsigned)e->gap.first, (unsigned)e->gap.last);
    w->tally.gaps_filled++;
    for (size_t i = 0; i < v->gap_count; i++) {
        struct gap *gap = &v->gaps[i];
        if (gap->filled || gap->first != e->gap.first || gap->last != e->gap.last ||
            gap->person != person_of(w, e->gap.from))
            continue;
        gap->filled = true;
        return;
    }
    broken(w, RULE_GAP_FILLED, "h%u", h->index);
}

static void on_history(struct host *h, const struct event *e)
{
    struct history *history = &h->witness.history;
    history->count = 0;
    history->more = e->history.more;
    for (size_t i = 0; i < e->history.count; i++) {
        history->ids = grown(history->ids, history->count, &history->size, HASH_LEN);
        memcpy(history->ids[history->count++], e->history.messages[i].id, HASH_LEN);
    }
}

/* Causes of drops that no honest bytes have. */
static bool is_wrong(const char *cause)
{
    return strcmp(cause, "forged") == 0 || strcmp(cause, "malformed") == 0;
}

static void on_status(struct world *w, struct host *h, const struct status_view *status)
{
    h->witness.status = *status;
    if (status->sessions > 2 * (w->people - 1) || status->half_open > HALF_OPEN)
        broken(w, RULE_BOUNDED, "h%u has %u sessions, %u half-open", h->index,
               (unsigned)status->sessions, (unsigned)status->half_open);
    for (size_t i = 0; !w->is_hostile && i < status->dropped_count; i++)
        if (is_wrong(status->dropped[i].cause))
            broken(w, RULE_UNDERSTOOD, "h%u dropped: %s", h->index, status->dropped[i].cause);
}

void witness_on_event(struct world *w, struct host *h, const struct event *e)
{
    switch (e->type) {
    case EVENT_MESSAGE: on_message(w, h, &e->message); return;
    case EVENT_ACCEPTED: on_accepted(w, h, e); return;
    case EVENT_ERROR: on_error(w, h, e); return;
    case EVENT_SENT: on_sent(w, h, e); return;
    case EVENT_DELIVERED: on_delivered(w, h, e); return;
    case EVENT_PEER: on_peer(w, h, e); return;
    case EVENT_WARNING: on_warning(w, h, e); return;
    case EVENT_GAP: on_gap(w, h, e); return;
    case EVENT_GAP_FILLED: on_gap_filled(w, h, e); return;
    case EVENT_FORK:
    case EVENT_KEY_CHANGE: broken(w, RULE_NO_FORK, "at h%u", h->index); return;
    case EVENT_HISTORY: on_history(h, e); return;
    case EVENT_MESSAGE_STATE: h->witness.state = e->message_state.recipients[0].state; return;
    case EVENT_STATUS: on_status(w, h, &e->status); return;
    default: return;
    }
}
