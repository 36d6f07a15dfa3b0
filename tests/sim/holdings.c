#include "holdings.h"

#include "need.h"
#include "node/state.h"
#include "world.h"

#include <string.h>

enum { CHAIN_MESSAGES_MAX = 100 };

struct knowledge *holdings_known(struct world *w, struct host *h, uint32_t saying)
{
    struct holdings *o = &h->witness.holdings;
    if (saying >= o->known_size) {
        size_t size = w->ledger.size > saying ? w->ledger.size : saying + 1;
        o->known = need(realloc(o->known, size * sizeof *o->known));
        memset(o->known + o->known_size, 0, (size - o->known_size) * sizeof *o->known);
        o->known_size = size;
    }
    return &o->known[saying];
}

void holdings_on_start(struct holdings *o)
{
    for (size_t i = 0; i < o->feed_size; i++)
        free(o->feeds[i].hashes);
    free(o->feeds);
    o->feeds = NULL;
    o->feed_size = 0;
}

static struct feed_trace *feed_of(struct holdings *o, uint32_t handle)
{
    return handle >= 1 && handle <= o->feed_size ? &o->feeds[handle - 1] : NULL;
}

static void note_feed(struct holdings *o, const uint8_t *bytes, size_t len)
{
    struct feed_record record;
    if (record_feed_parse(bytes, len, &record) != LTH_OK)
        return;
    if (record.handle > o->feed_size) {
        o->feeds = need(realloc(o->feeds, record.handle * sizeof *o->feeds));
        memset(o->feeds + o->feed_size, 0, (record.handle - o->feed_size) * sizeof *o->feeds);
        o->feed_size = record.handle;
    }
    struct feed_trace *f = &o->feeds[record.handle - 1];
    if (f->incarnation == record.incarnation)
        return; /* told again, after a full disk */
    memcpy(f->conversation, record.conversation, sizeof f->conversation);
    memcpy(f->author, record.author, sizeof f->author);
    f->incarnation = record.incarnation;
}

/* The id of an entry that h just made: the hash, once more, by what PROTOCOL.md says of it; NULL
 * when it did not begin the feed. */
static const uint8_t *note_own(struct host *h, const struct entry_record *e)
{
    static const uint8_t none[HASH_LEN];
    struct feed_trace *f = feed_of(&h->witness.holdings, e->feed);
    struct feed_id id;
    if (!f || e->number > f->count + 1)
        return NULL;
    memcpy(id.conversation, f->conversation, sizeof id.conversation);
    memcpy(id.author, f->author, sizeof id.author);
    id.incarnation = f->incarnation;
    f->hashes = grown(f->hashes, e->number, &f->size, HASH_LEN);
    entry_hash(&id, e->number, e->number > 1 ? f->hashes[e->number - 2] : none, e->content,
               e->content_len, f->hashes[e->number - 1]);
    f->count = e->number;
    return f->hashes[e->number - 1];
}

static void on_given_back(struct world *w, const struct host *h, uint32_t saying)
{
    w->tally.given_back++;
    if (!h->witness.rollbacks_now)
        broken(w, RULE_ROLLBACK_TOLD, "h%u, s%u", h->index, saying);
}

static void note_saying(struct world *w, struct host *h, uint32_t saying, uint64_t number,
                        const struct entry_record *e)
{
    const struct saying *s = w->ledger.sayings[saying];
    struct knowledge *k = holdings_known(w, h, saying);
    if (k->record)
        broken(w, RULE_NEVER_TWICE_ON_DISK, "h%u, s%u", h->index, saying);
    k->record = (uint32_t)number;
    if (s->author == h->index && s->life == h->life) {
        const uint8_t *id = note_own(h, e);
        if (id)
            ledger_set_id(&w->ledger, saying, id);
    } else if (w->hosts[s->author].person == h->person) {
        on_given_back(w, h, saying);
    }
}

static void note_text(struct world *w, struct host *h, uint64_t number, struct disk_record *record,
                      const struct entry_record *e, const struct entry_content *content)
{
    record->saying = ledger_find(&w->ledger, content->body, content->body_len);
    if (record->saying == NO_SAYING)
        broken(w, RULE_SHOWN_AS_SAID, "h%u stores what nobody said", h->index);
    else
        note_saying(w, h, record->saying, number, e);
}

/* ---- in a group ---- */

static void note_chain(struct world *w, struct host *h, const struct feed *f,
                       const struct entry_record *e, const struct entry_content *content)
{
    const uint8_t *id = feed_hash(f, e->number);
    if (registry_chain(&w->registry, id))
        return;
    const uint8_t *own = f->mine ? note_own(h, e) : NULL;
    struct feed_trace *trace = feed_of(&h->witness.holdings, e->feed);
    struct chain_known chain = {.council = registry_find(&w->registry, f->id.conversation),
                                .person = h->person,
                                .incarnation = f->id.incarnation};
    struct chain_body body;
    if (!own || memcmp(own, id, HASH_LEN) != 0 || chain.council == NO_COUNCIL ||
        chain_body_parse(content, &body) != LTH_OK) {
        broken(w, RULE_SHOWN_AS_SAID, "h%u stores a chain that nobody opened", h->index);
        return;
    }
    memcpy(chain.id, id, HASH_LEN);
    chain.head = registry_decision(&w->registry.councils[chain.council], body.roster_head);
    if (chain.head != h->minutes[chain.council].head)
        broken(w, RULE_CHAIN_CHANGES, "h%u opens one for another roster", h->index);
    trace->chain = (uint32_t)w->registry.chain_count;
    trace->messages = 0;
    h->witness.rekey_asked &= ~((uint32_t)1 << chain.council);
    registry_add_chain(&w->registry, &chain);
}

/* What was just sealed by h, which holds the key. */
static uint32_t open_own(struct world *w, const struct feed *f, const struct entry_record *e)
{
    const struct feed_chain *held = chains_of(&f->chains, e->number);
    const struct sealed_place place = {&f->id, e->number, feed_hash(f, e->number - 1)};
    uint8_t key[CHAIN_KEY_LEN], plain[ENTRY_CONTENT_MAX];
    struct entry_content opened;
    struct chain chain;
    if (!held || !held->has_key)
        return NO_SAYING;
    chain_init(&chain, held->key);
    if (chain_message_key(&chain, feed_entry(f, e->number)->index, key) != LTH_OK ||
        sealed_open(e->content, e->content_len, &place, key, plain, &opened) != LTH_OK)
        return NO_SAYING;
    return ledger_find(&w->ledger, opened.body, opened.body_len);
}

/* Of the one that h's saying was just sealed with. */
static void check_chain(struct world *w, struct host *h, struct saying *s,
                        const struct entry_record *e)
{
    struct feed_trace *trace = feed_of(&h->witness.holdings, e->feed);
    const struct chain_known *chain = &w->registry.chains[trace->chain];
    const struct council *c = &w->registry.councils[chain->council];
    uint32_t made = c->decisions[chain->head].after.entered;
    uint32_t now = c->decisions[h->minutes[chain->council].head].after.entered;
    s->chain = trace->chain;
    s->entry = (uint32_t)e->number;
    if (made != now)
        broken(w, RULE_CHAIN_CHANGES, "h%u, s%u: others were in", h->index, s->index);
    if (++trace->messages > CHAIN_MESSAGES_MAX)
        broken(w, RULE_CHAIN_CHANGES, "h%u, s%u: it is full", h->index, s->index);
    if (h->witness.rekey_asked >> chain->council & 1)
        broken(w, RULE_CHAIN_CHANGES, "h%u, s%u: another was asked for", h->index, s->index);
}

/* Nobody takes what its author said after they left. */
static void check_cut(struct world *w, const struct host *h, const struct saying *s)
{
    const struct chain_known *chain = &w->registry.chains[s->chain];
    const struct minutes *m = &h->minutes[chain->council];
    const uint32_t heads[] = {m->head, m->before};
    for (size_t i = 0; i < LENGTH(heads); i++)
        if (heads[i] != NO_DECISION && registry_counts(w, chain, heads[i], s->entry))
            return;
    broken(w, RULE_CUT, "h%u, s%u", h->index, s->index);
}

static void note_sealed(struct world *w, struct host *h, uint64_t number,
                        struct disk_record *record, const struct feed *f,
                        const struct entry_record *e)
{
    bool is_own = false;
    record->saying = ledger_find_id(&w->ledger, feed_hash(f, e->number));
    if (record->saying == NO_SAYING && f->mine) {
        record->saying = open_own(w, f, e);
        is_own = true;
    }
    if (record->saying == NO_SAYING) {
        broken(w, RULE_SHOWN_AS_SAID, "h%u stores what nobody said", h->index);
        return;
    }
    note_saying(w, h, record->saying, number, e);
    record->waits = feed_entry(f, e->number)->waits;
    if (is_own)
        check_chain(w, h, w->ledger.sayings[record->saying], e);
    else
        check_cut(w, h, w->ledger.sayings[record->saying]);
}

static void note_entry(struct world *w, struct host *h, uint64_t number, struct disk_record *record)
{
    struct entry_record e;
    struct entry_content content;
    const struct feed *f = NULL;
    if (record_entry_parse(record->bytes, record->len, &e) == LTH_OK)
        f = feeds_by_handle(&h->core->feeds, e.feed);
    if (!f || entry_content_parse(e.content, e.content_len, &content) != LTH_OK)
        broken(w, RULE_NO_DAMAGE, "h%u stores an entry that is none", h->index);
    else if (content.kind == ENTRY_TEXT)
        note_text(w, h, number, record, &e, &content);
    else if (content.kind == ENTRY_CHAIN)
        note_chain(w, h, f, &e, &content);
    else
        note_sealed(w, h, number, record, f, &e);
}

/* Nobody holds what they may not read with. */
static void check_key(struct world *w, const struct host *h, const struct disk_record *record)
{
    struct key_record key;
    const struct feed *f = NULL;
    const struct chain_known *chain = NULL;
    if (record_key_parse(record->bytes, record->len, &key) == LTH_OK &&
        (f = feeds_by_handle(&h->core->feeds, key.feed)) != NULL)
        chain = registry_chain(&w->registry, feed_hash(f, key.number));
    if (!chain) {
        broken(w, RULE_KEY_HELD, "h%u has one of no chain", h->index);
        return;
    }
    const struct standing_orders *made =
        &w->registry.councils[chain->council].decisions[chain->head].after;
    if (!registry_may_read(registry_now(w, h, chain->council), made, h->person) &&
        !registry_may_read(registry_before(w, h, chain->council), made, h->person))
        broken(w, RULE_KEY_HELD, "h%u, of p%u in g%u", h->index, chain->person, chain->council);
}

static void note_opened(struct world *w, struct host *h, struct disk_record *record)
{
    struct opened_record opened;
    const struct feed *f = NULL;
    if (record_opened_parse(record->bytes, record->len, &opened) == LTH_OK)
        f = feeds_by_handle(&h->core->feeds, opened.feed);
    if (f && opened.number >= 1 && opened.number <= f->count)
        record->opened = ledger_find_id(&w->ledger, feed_hash(f, opened.number));
}

void holdings_on_append(struct world *w, struct host *h, uint64_t number,
                        struct disk_record *record)
{
    record->saying = record->opened = NO_SAYING;
    switch (record_type(record->bytes)) {
    case RECORD_FEED: note_feed(&h->witness.holdings, record->bytes, record->len); return;
    case RECORD_ENTRY: note_entry(w, h, number, record); return;
    case RECORD_KEY: check_key(w, h, record); return;
    case RECORD_OPERATION: asks_on_operation(w, h, number); return;
    case RECORD_OPENED: note_opened(w, h, record); return;
    default: return;
    }
}

void holdings_on_copy(struct world *w, struct host *h)
{
    for (size_t at = 0; at < h->disk.count; at++)
        if (h->disk.records[at].saying != NO_SAYING)
            holdings_known(w, h, h->disk.records[at].saying)->record = (uint32_t)at + 1;
}

bool holdings_is_shown_by(const struct host *h, uint32_t saying, uint64_t number)
{
    const struct disk_record *record = &h->disk.records[number - 1];
    if (number > h->disk.durable)
        return false;
    return record->opened == saying || (record->saying == saying && !record->waits);
}

bool holdings_is_for(const struct world *w, const struct host *h, const struct saying *s)
{
    return s->to == h->person || (s->to >= w->people && w->hosts[s->author].person != h->person);
}

/* What was shown before is what stands before the mark. */
static void forget_shown(struct host *h, uint64_t mark)
{
    struct holdings *o = &h->witness.holdings;
    h->witness.progress_count = 0;
    for (size_t i = 0; i < o->known_size; i++)
        if (o->known[i].shown > mark)
            o->known[i].shown = 0;
}

void holdings_on_truncate(struct host *h, uint64_t left)
{
    for (uint64_t at = left; at < h->disk.count; at++)
        if (h->disk.records[at].saying != NO_SAYING)
            h->witness.holdings.known[h->disk.records[at].saying].record = 0;
    if (!h->core)
        forget_shown(h, left < h->disk.shown ? left : h->disk.shown);
}

void holdings_on_restored_mark(struct world *w, struct host *h)
{
    for (uint64_t at = 0; at < h->disk.shown; at++) {
        const struct disk_record *r = &h->disk.records[at];
        uint32_t saying = r->opened != NO_SAYING ? r->opened : r->waits ? NO_SAYING : r->saying;
        if (saying != NO_SAYING && holdings_is_for(w, h, w->ledger.sayings[saying]))
            holdings_known(w, h, saying)->shown = (uint32_t)at + 1;
    }
}

void holdings_on_durable(struct world *w, struct host *h, uint64_t from, uint64_t upto)
{
    for (uint64_t at = from; at < upto; at++) {
        uint32_t saying = h->disk.records[at].saying;
        if (saying != NO_SAYING && holdings_is_for(w, h, w->ledger.sayings[saying]))
            w->ledger.sayings[saying]->arrived |= (uint64_t)1 << h->person;
    }
}

bool holdings_is_durable(struct world *w, struct host *h, uint32_t saying)
{
    uint32_t record = holdings_known(w, h, saying)->record;
    return record && record <= h->disk.durable;
}

bool holdings_has_operation(const struct host *h, const uint8_t *bytes, size_t len)
{
    for (uint64_t at = h->disk.durable; at-- > 0;) {
        const struct disk_record *r = &h->disk.records[at];
        if (record_type(r->bytes) == RECORD_OPERATION && r->len == 1 + len &&
            memcmp(r->bytes + 1, bytes, len) == 0)
            return true;
    }
    return false;
}

void holdings_clear(struct holdings *o)
{
    holdings_on_start(o);
    free(o->known);
}
