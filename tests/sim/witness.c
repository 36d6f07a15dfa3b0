#include "witness.h"

#include "need.h"
#include "world.h"

#include <string.h>

enum { HALF_OPEN = 64 + 8 }; /* what DESIGN §10 allows, and dials at once */

/* ---- beginnings and ends ---- */

void witness_init(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    size_t audiences = w->people + COUNCILS_MAX;
    v->numbers = need(calloc(audiences, sizeof *v->numbers));
    v->last_shown = need(malloc(audiences * sizeof *v->last_shown));
    v->online = need(calloc(w->people, sizeof *v->online));
    v->shown = need(calloc(audiences, sizeof *v->shown));
    v->accepted = need(calloc(audiences, sizeof *v->accepted));
    v->delivered = need(calloc(audiences, sizeof *v->delivered));
    memset(v->last_shown, 0xff, audiences * sizeof *v->last_shown); /* NO_SAYING */
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
    v->rekey_asked = v->was_in = 0;
    memset(v->may_leave, 0, sizeof v->may_leave);
    memset(v->numbers, 0, (w->people + COUNCILS_MAX) * sizeof *v->numbers);
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

static uint64_t incarnation_of(const struct world *w, const struct saying *s, uint32_t chain)
{
    return s->to < w->people ? 0 : w->registry.chains[chain].incarnation;
}

/* Their author had gone without s, by the roster under which they said what p tells of: it did not
 * count then, and was not sent. When it counts again, because the departure was overturned, others
 * were long shown what came after it. */
static bool did_not_count(const struct world *w, const struct saying *s, const struct progress *p)
{
    const struct chain_known *chains = w->registry.chains;
    return s->to >= w->people &&
           !registry_counts(w, &chains[s->chain], chains[p->chain].head, s->entry);
}

/* While h was out of the group nothing of it came; what was said before comes when it is asked for
 * again, and does not keep back what is said since h is in again. */
static bool was_out(const struct world *w, const struct host *h, const struct saying *s)
{
    return s->to >= w->people && s->said_ms < h->witness.out_ms[s->to - w->people];
}

/* p tells of something of s's author that comes after s. Of another feed (it was another process,
 * or the author left a group and came back) that is sure only while nobody's disk was full or put
 * back, and while nobody but the author brings either to h. */
static bool comes_after(const struct world *w, const struct host *h, const struct saying *s,
                        const struct progress *p)
{
    uint64_t of = incarnation_of(w, s, s->chain), other = incarnation_of(w, s, p->chain);
    if (p->life == s->life && of == other)
        return p->number > s->number;
    if (!is_one_line(w, h, s) || registry_was_handed_on(&w->registry, other, h->person) ||
        did_not_count(w, s, p) || was_out(w, h, s))
        return false;
    return p->life > s->life || (p->life == s->life && p->number > s->number);
}

/* is_late: it had to wait for its key. What is sealed with one chain waits together, and keeps its
 * order; what other chains sealed does not wait for it. */
static bool comes_in_order(struct world *w, struct host *h, const struct saying *s, bool is_late)
{
    struct witness *v = &h->witness;
    struct progress *same = NULL;
    for (size_t i = v->progress_count; i-- > 0;) {
        struct progress *p = &v->progress[i];
        if (p->author != s->author || p->to != s->to)
            continue;
        if (!is_late && comes_after(w, h, s, p))
            return false;
        if (p->life == s->life && p->chain == s->chain)
            same = p;
    }
    if (!same) {
        v->progress = grown(v->progress, v->progress_count, &v->progress_size, sizeof *same);
        same = &v->progress[v->progress_count++];
        *same = (struct progress){s->author, s->life, s->to, s->chain, 0};
    }
    if (s->number <= same->number)
        return false;
    same->number = s->number;
    return true;
}

/* The audience that a message to h has: h itself, or a group. */
static uint32_t audience_of(const struct world *w, const struct host *h,
                            const struct message_view *m)
{
    uint32_t council = m->group_name ? registry_find(&w->registry, m->conversation) : NO_COUNCIL;
    if (m->group_name)
        return council == NO_COUNCIL ? NOBODY : (uint32_t)w->people + council;
    return m->with && world_person(w, m->with) == world_person(w, m->from) ? h->person : NOBODY;
}

/* Who was not with its author, and may not read all, is not shown it. What came while they might
 * may be shown later. */
static void check_reader(struct world *w, const struct host *h, const struct saying *s)
{
    uint32_t council = s->to - (uint32_t)w->people;
    if (s->readers >> h->person & 1 || registry_could_read_all(w, h, council))
        return;
    broken(w, registry_was_member(w, h, council) ? RULE_EX_MEMBER : RULE_SHOWN_ENTITLED, "h%u, s%u",
           h->index, s->index);
}

static void on_message(struct world *w, struct host *h, const struct message_view *m)
{
    struct witness *v = &h->witness;
    uint32_t saying = ledger_find(&w->ledger, m->text, m->text_len);
    const struct saying *s = saying == NO_SAYING ? NULL : w->ledger.sayings[saying];
    uint32_t from = world_person(w, m->from), audience = audience_of(w, h, m);
    if (!s || s->to != audience || s->is_refused || !s->is_stored ||
        w->hosts[s->author].person != from || memcmp(s->id, m->id, HASH_LEN) != 0) {
        broken(w, RULE_SHOWN_AS_SAID, "h%u is shown \"%.40s\"", h->index, (const char *)m->text);
        return;
    }
    struct knowledge *k = holdings_known(w, h, saying);
    if (!holdings_is_durable(w, h, saying) || !holdings_is_shown_by(h, saying, m->record))
        broken(w, RULE_SHOWN_DURABLE, "h%u, s%u", h->index, saying);
    if (m->group_name)
        check_reader(w, h, s);
    if (h->blind)
        return;
    tell(w, h, "shows s%u of p%u by %u of %u", saying, from, (unsigned)m->record, k->record);
    if (k->shown)
        broken(w, RULE_SHOWN_ONCE, "h%u, s%u", h->index, saying);
    else if (!comes_in_order(w, h, s, k->record != m->record))
        broken(w, RULE_SHOWN_IN_ORDER, "h%u, s%u", h->index, saying);
    else if (m->record <= h->disk.shown)
        broken(w, RULE_MARK_GROWS, "h%u, s%u", h->index, saying);
    k->shown = (uint32_t)m->record;
    h->disk.shown = m->record;
    v->last_shown[m->group_name ? audience : from] = saying;
    v->shown[m->group_name ? audience : from]++;
    w->tally.shown++;
    w->tally.shown_in_groups += m->group_name != NULL;
    w->tally.shown_late += k->record != m->record;
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
    h->witness.answered_error = true;
    snprintf(h->witness.last_error, sizeof h->witness.last_error, "%s",
             error_code_word(e->error.code));
    struct saying *s = asks_has(e->ticket) ? NULL : answered(w, h, e->ticket);
    if (asks_has(e->ticket))
        asks_on_error(w, h, e);
    if (!s)
        return;
    s->is_refused = true;
    w->tally.refused++;
    tell(w, h, "refuses s%u: %s", s->index, h->witness.last_error);
}

/* The saying an event speaks of, if it is one of h's to that peer, or to a group. */
static uint32_t own_saying(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = ledger_find_id(&w->ledger, e->delivery.id);
    uint32_t peer = world_person(w, e->delivery.peer);
    const struct saying *s = saying == NO_SAYING ? NULL : w->ledger.sayings[saying];
    if (s && w->hosts[s->author].person == h->person && peer != NOBODY &&
        (s->to == peer || s->to >= w->people))
        return saying;
    broken(w, RULE_SHOWN_AS_SAID, "h%u tells of something it never said", h->index);
    return NO_SAYING;
}

/* What this process told of it. */
static struct knowledge *told_of(struct world *w, struct host *h, uint32_t saying)
{
    struct knowledge *k = holdings_known(w, h, saying);
    if (k->told_by != h->life)
        k->sent = k->delivered = 0;
    k->told_by = h->life;
    return k;
}

static void on_sent(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = own_saying(w, h, e);
    if (saying == NO_SAYING)
        return;
    struct knowledge *k = told_of(w, h, saying);
    uint32_t peer = world_person(w, e->delivery.peer);
    tell(w, h, "sent s%u to p%u", saying, peer);
    if (!holdings_is_durable(w, h, saying))
        broken(w, RULE_SENT_DURABLE, "h%u, s%u", h->index, saying);
    if (k->sent >> peer & 1)
        broken(w, RULE_SENT_ONCE, "h%u, s%u to p%u", h->index, saying, peer);
    k->sent |= (uint64_t)1 << peer;
    w->tally.sent++;
}

/* They were not to read it when it was sent, and are now. */
static bool came_later(const struct world *w, const struct host *h, uint32_t saying, uint32_t peer)
{
    const struct saying *s = w->ledger.sayings[saying];
    uint64_t them = (uint64_t)1 << peer;
    return s->to >= w->people && !(s->readers & them) &&
           registry_now(w, h, s->to - (uint32_t)w->people)->all_history & them;
}

static void on_delivered(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = own_saying(w, h, e);
    if (saying == NO_SAYING)
        return;
    struct knowledge *k = told_of(w, h, saying);
    uint32_t peer = world_person(w, e->delivery.peer);
    tell(w, h, "delivered s%u to p%u", saying, peer);
    if (!(w->ledger.sayings[saying]->arrived >> peer & 1))
        broken(w, RULE_DELIVERED_STORED, "h%u, s%u to p%u", h->index, saying, peer);
    if (!(k->sent >> peer & 1) && !came_later(w, h, saying, peer))
        broken(w, RULE_DELIVERED_AFTER_SENT, "h%u, s%u to p%u", h->index, saying, peer);
    if (k->delivered >> peer & 1)
        broken(w, RULE_DELIVERED_ONCE, "h%u, s%u to p%u", h->index, saying, peer);
    k->delivered |= (uint64_t)1 << peer;
    h->witness.delivered[w->ledger.sayings[saying]->to]++;
    w->tally.delivered++;
}

/* ---- other events ---- */

static void on_peer(struct world *w, struct host *h, const struct event *e)
{
    uint32_t p = world_person(w, e->peer.id);
    if (p == NOBODY)
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

bool witness_was_set_back(const struct world *w, uint32_t person)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (w->hosts[i].person == person &&
            (w->hosts[i].witness.restores || w->hosts[i].witness.has_twin))
            return true;
    return false;
}

bool witness_may_have_lost(const struct world *w, const struct host *h, uint32_t person)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (is_concerned(&w->hosts[i], h, person) &&
            (w->hosts[i].witness.restores || w->hosts[i].witness.has_twin))
            return true;
    return false;
}

/* Who is held may have told in a new session how far they are, and hears no answer. */
static bool is_held(const struct world *w, uint32_t person)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (w->hosts[i].person == person && w->hosts[i].held)
            return true;
    return false;
}

/* True when something of a person's may be missing at h, for now. */
static bool may_have_gap(const struct world *w, const struct host *h, uint32_t person)
{
    if (is_held(w, person))
        return true;
    for (size_t i = 0; i < w->host_count; i++)
        if (is_concerned(&w->hosts[i], h, person) &&
            (w->hosts[i].witness.refusals || w->hosts[i].witness.crashes))
            return true;
    return witness_may_have_lost(w, h, person);
}

/* In a group others speak of what we were not given yet. */
static uint32_t audience_of_gap(const struct world *w, const struct host *h, const struct event *e)
{
    uint32_t council = registry_find(&w->registry, e->gap.conversation);
    return council == NO_COUNCIL ? h->person : (uint32_t)w->people + council;
}

static void on_gap(struct world *w, struct host *h, const struct event *e)
{
    struct witness *v = &h->witness;
    uint32_t from = world_person(w, e->gap.from), to = audience_of_gap(w, h, e);
    tell(w, h, "misses %u to %u of p%u", (unsigned)e->gap.first, (unsigned)e->gap.last, from);
    w->tally.gaps++;
    if (to == h->person && !may_have_gap(w, h, from))
        broken(w, RULE_GAP, "h%u", h->index);
    v->gaps = grown(v->gaps, v->gap_count, &v->gap_size, sizeof *v->gaps);
    v->gaps[v->gap_count++] = (struct gap){from, to, e->gap.first, e->gap.last, false};
}

static void on_gap_filled(struct world *w, struct host *h, const struct event *e)
{
    struct witness *v = &h->witness;
    tell(w, h, "has %u to %u", (unsigned)e->gap.first, (unsigned)e->gap.last);
    w->tally.gaps_filled++;
    for (size_t i = 0; i < v->gap_count; i++) {
        struct gap *gap = &v->gaps[i];
        if (gap->filled || gap->first != e->gap.first || gap->last != e->gap.last ||
            gap->person != world_person(w, e->gap.from) || gap->to != audience_of_gap(w, h, e))
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

/* Somebody who was set back, or runs twice, decides twice in one place. */
static void on_fork(struct world *w, struct host *h, const struct event *e)
{
    uint32_t from = world_person(w, e->fork.from);
    tell(w, h, "tells a fork of p%u at %u", from, (unsigned)e->fork.number);
    w->tally.forks++;
    if (!e->fork.in_roster || from == NOBODY || !witness_was_set_back(w, from))
        broken(w, RULE_NO_FORK, "of p%u at h%u", from, h->index);
}

static void on_message_state(struct world *w, struct host *h, const struct event *e)
{
    h->witness.recipients = 0;
    for (size_t i = 0; i < e->message_state.count; i++) {
        uint32_t p = world_person(w, e->message_state.recipients[i].peer);
        if (p == NOBODY)
            continue;
        h->witness.recipients |= (uint64_t)1 << p;
        h->witness.states[p] = e->message_state.recipients[i].state;
    }
}

static void on_waiting(struct world *w, struct host *h, const struct event *e)
{
    uint32_t saying = ledger_find_id(&w->ledger, e->waiting_for_key.id);
    w->tally.waited++;
    tell(w, h, "waits for the key of s%u", saying);
    if (saying == NO_SAYING || !holdings_is_durable(w, h, saying))
        broken(w, RULE_SHOWN_AS_SAID, "h%u waits for a key of nothing", h->index);
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
    case EVENT_FORK: on_fork(w, h, e); return;
    case EVENT_KEY_CHANGE: broken(w, RULE_NO_FORK, "at h%u", h->index); return;
    case EVENT_HISTORY: on_history(h, e); return;
    case EVENT_MESSAGE_STATE: on_message_state(w, h, e); return;
    case EVENT_GROUP: asks_on_group(w, h, e); return;
    case EVENT_LEFT: asks_on_left(w, h, e); return;
    case EVENT_GROUPS: asks_on_groups(w, h, e); return;
    case EVENT_WAITING_FOR_KEY: on_waiting(w, h, e); return;
    case EVENT_STATUS: on_status(w, h, &e->status); return;
    default: return;
    }
}
