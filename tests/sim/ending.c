#include "ending.h"

#include "need.h"
#include "store/record.h"
#include "world.h"

#include <string.h>

enum { READ_MS = 20 };

/* Asking for it checks it. */
static void ask_for_status(struct world *w, struct host *h)
{
    const struct command status = {.type = COMMAND_STATUS};
    host_command(w, h, &status);
}

void ending_check_online(struct world *w)
{
    for (uint32_t h = 0; h < w->people; h++)
        ask_for_status(w, &w->hosts[h]);
    for (uint32_t h = 0; h < w->people; h++)
        for (uint32_t p = 0; p < w->people; p++)
            if (p != h && !w->hosts[h].witness.online[p])
                broken(w, RULE_ALL_ONLINE, "p%u at h%u", p, h);
}

struct host *ending_host(struct world *w, uint32_t person)
{
    return &w->hosts[person];
}

static void hex(const uint8_t *bytes, char *text)
{
    for (size_t i = 0; i < HASH_LEN; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

void ending_ask_for_state(struct world *w, struct host *h, const struct saying *s)
{
    char id[2 * HASH_LEN + 1];
    const struct command c = {.type = COMMAND_MESSAGE, .id = id};
    hex(s->id, id);
    h->witness.recipients = 0;
    host_command(w, h, &c);
}

/* Somebody h says they should have got it, and have not. */
static uint32_t waiting_reader(struct world *w, struct host *h, const struct saying *s)
{
    ending_ask_for_state(w, h, s);
    for (uint32_t p = 0; p < w->people; p++)
        if (h->witness.recipients >> p & 1 && h->witness.states[p] != STATE_DELIVERED)
            return p;
    return NOBODY;
}

/* Names one of those that are queued. */
static void name_queued(struct world *w, struct host *h)
{
    for (uint32_t i = 0; i < w->ledger.count; i++) {
        const struct saying *s = w->ledger.sayings[i];
        if (w->hosts[s->author].person != h->person || !holdings_known(w, h, i)->record)
            continue;
        uint32_t reader = waiting_reader(w, h, s);
        if (reader != NOBODY)
            broken(w, RULE_NOTHING_QUEUED, "s%u of h%u to p%u", i, h->index, reader);
    }
    broken(w, RULE_NOTHING_QUEUED, "h%u: a wrong count", h->index);
}

static void check_queues(struct world *w, struct host *h)
{
    ask_for_status(w, h);
    if (h->witness.status.sessions != w->people - 1)
        broken(w, RULE_BOUNDED, "h%u has %u sessions in the end", h->index,
               (unsigned)h->witness.status.sessions);
    w->tally.rekeys += h->witness.status.rekeys;
    if (h->witness.status.queued)
        name_queued(w, h);
}

static void check_saying(struct world *w, const struct saying *s)
{
    struct host *from = ending_host(w, w->hosts[s->author].person), *to = ending_host(w, s->to);
    const struct knowledge *sent = holdings_known(w, from, s->index);
    const struct knowledge *got = holdings_known(w, to, s->index);
    if (sent->record && (!got->record || got->record > to->disk.durable))
        broken(w, RULE_ALL_STORED, "s%u of h%u at h%u", s->index, from->index, to->index);
    else if (sent->record && !got->shown)
        broken(w, RULE_ALL_SHOWN, "s%u of h%u at h%u", s->index, from->index, to->index);
}

/* ---- who can prove what ---- */

/* How far the disk of h holds a signed head of the feed that record belongs to. */
static uint64_t proved_upto(const struct host *h, uint32_t feed)
{
    struct head_record head;
    uint64_t upto = 0;
    for (size_t i = 0; i < h->disk.count; i++) {
        const struct disk_record *r = &h->disk.records[i];
        if (record_type(r->bytes) == RECORD_HEAD &&
            record_head_parse(r->bytes, r->len, &head) == LTH_OK && head.feed == feed &&
            head.number > upto)
            upto = head.number;
    }
    return upto;
}

/* What its reader can prove, its author has, even if it lost it. */
static void check_given_back(struct world *w, const struct saying *s)
{
    struct host *from = ending_host(w, w->hosts[s->author].person), *to = ending_host(w, s->to);
    const struct knowledge *got = holdings_known(w, to, s->index);
    struct entry_record e;
    if (!got->record || holdings_known(w, from, s->index)->record)
        return;
    const struct disk_record *r = &to->disk.records[holdings_known(w, to, s->index)->record - 1];
    if (record_entry_parse(r->bytes, r->len, &e) == LTH_OK && e.number <= proved_upto(to, e.feed))
        broken(w, RULE_GIVEN_BACK, "s%u, held by h%u, to h%u", s->index, to->index, from->index);
}

/* ---- history ---- */

/* Puts the answer in front of what is there. */
static void add_page(struct world *w, struct account *a, const struct history *page)
{
    struct account longer = {0};
    for (size_t i = 0; i < page->count + a->count; i++) {
        uint32_t saying = i < page->count ? ledger_find_id(&w->ledger, page->ids[i])
                                          : a->sayings[i - page->count];
        longer.sayings = grown(longer.sayings, longer.count, &longer.size, sizeof saying);
        longer.sayings[longer.count++] = saying;
    }
    free(a->sayings);
    *a = longer;
}

struct account ending_history(struct world *w, struct host *h, size_t with)
{
    struct account account = {0};
    char who[AUDIENCE_TEXT_LEN + 1], before[2 * HASH_LEN + 1];
    const struct history *page = &h->witness.history;
    struct command c = {.type = COMMAND_HISTORY, .who = who, .last = HISTORY_MAX};
    world_name(w, with, who);
    do {
        h->witness.history.count = 0;
        h->witness.history.more = false;
        host_command(w, h, &c);
        world_run(w, READ_MS);
        add_page(w, &account, page);
        if (page->count)
            hex(page->ids[0], before);
        c.id = before;
    } while (page->more && page->count && w->verdict.rule == RULE_NONE);
    return account;
}

/* Without what the other side does not have: it was lost for good, and there is no proof. */
static void keep_shared(struct world *w, struct account *a, struct host *other)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->sayings[i] != NO_SAYING && holdings_known(w, other, a->sayings[i])->record)
            a->sayings[kept++] = a->sayings[i];
    a->count = kept;
}

void ending_check_causality(struct world *w, const struct account *a)
{
    uint32_t *place = need(calloc(w->ledger.count + 1, sizeof *place)); /* from 1; 0 = not there */
    for (size_t i = 0; i < a->count; i++)
        place[a->sayings[i]] = (uint32_t)i + 1;
    for (size_t i = 0; i < a->count; i++) {
        uint32_t answers = w->ledger.sayings[a->sayings[i]]->answers;
        if (answers != NO_SAYING && place[answers] > i)
            broken(w, RULE_CAUSALITY, "s%u answers s%u", a->sayings[i], answers);
    }
    free(place);
}

static void check_conversation(struct world *w, struct host *a, struct host *b)
{
    struct account here = ending_history(w, a, b->person), there = ending_history(w, b, a->person);
    keep_shared(w, &here, b);
    keep_shared(w, &there, a);
    if (here.count != there.count ||
        (here.count && memcmp(here.sayings, there.sayings, here.count * sizeof(uint32_t)) != 0))
        broken(w, RULE_SAME_HISTORY, "h%u has %zu, h%u has %zu", a->index, here.count, b->index,
               there.count);
    else
        ending_check_causality(w, &here);
    free(here.sayings);
    free(there.sayings);
}

static void check_gaps(struct world *w, const struct host *h)
{
    for (size_t i = 0; i < h->witness.gap_count; i++) {
        const struct gap *gap = &h->witness.gaps[i];
        if (gap->to == h->person && !gap->filled && !witness_may_have_lost(w, h, gap->person))
            broken(w, RULE_GAP_STAYS, "%u to %u of p%u at h%u", (unsigned)gap->first,
                   (unsigned)gap->last, gap->person, h->index);
    }
}

static void check_done(struct world *w, const struct host *h)
{
    const struct disk *d = &h->disk;
    if (d->reads || d->durable < d->count || d->refused)
        broken(w, RULE_ALL_DONE, "h%u: %zu reads, %zu records of which %u are durable", h->index,
               d->reads, d->count, (unsigned)d->durable);
}

/* Of the processes that run in the end. */
static void check_answers(struct world *w)
{
    for (size_t i = 0; i < w->ledger.count; i++) {
        const struct saying *s = w->ledger.sayings[i];
        if (w->hosts[s->author].core && w->hosts[s->author].life == s->life && !s->is_answered)
            broken(w, RULE_ALL_ANSWERED, "h%u, s%zu", s->author, i);
    }
    for (size_t i = 0; i < w->asks.count; i++) {
        const struct ask *ask = &w->asks.items[i];
        if (w->hosts[ask->host].core && w->hosts[ask->host].life == ask->life && !ask->is_answered)
            broken(w, RULE_ALL_ANSWERED, "h%u, question %zu", ask->host, i);
    }
}

void ending_check(struct world *w)
{
    ending_check_online(w);
    for (size_t i = 0; i < w->ledger.count; i++) {
        if (w->ledger.sayings[i]->to >= w->people)
            continue;
        check_saying(w, w->ledger.sayings[i]);
        check_given_back(w, w->ledger.sayings[i]);
    }
    for (uint32_t i = 0; i < w->people; i++) {
        check_queues(w, &w->hosts[i]);
        check_done(w, &w->hosts[i]);
        check_gaps(w, &w->hosts[i]);
    }
    for (uint32_t a = 0; a < w->people; a++)
        for (uint32_t b = a + 1; b < w->people && w->verdict.rule == RULE_NONE; b++)
            check_conversation(w, &w->hosts[a], &w->hosts[b]);
    if (w->verdict.rule == RULE_NONE)
        ending_check_groups(w);
    check_answers(w);
}
