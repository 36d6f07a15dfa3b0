#include "holdings.h"

#include "need.h"
#include "store/record.h"
#include "wire/entry.h"
#include "world.h"

#include <string.h>

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
    if (record_feed_parse(bytes, len, &record) != LTH_OK || feed_of(o, record.handle))
        return;
    o->feeds = need(realloc(o->feeds, record.handle * sizeof *o->feeds));
    memset(o->feeds + o->feed_size, 0, (record.handle - o->feed_size) * sizeof *o->feeds);
    o->feed_size = record.handle;
    struct feed_trace *f = &o->feeds[record.handle - 1];
    memcpy(f->conversation, record.conversation, sizeof f->conversation);
    memcpy(f->author, record.author, sizeof f->author);
    f->incarnation = record.incarnation;
}

/* The id of an entry that h just made: the hash, once more, by what PROTOCOL.md says of it. */
static void note_own(struct world *w, struct host *h, uint32_t saying, const struct entry_record *e)
{
    static const uint8_t none[HASH_LEN];
    struct feed_trace *f = feed_of(&h->witness.holdings, e->feed);
    struct feed_id id;
    if (!f || e->number > f->count + 1)
        return;
    memcpy(id.conversation, f->conversation, sizeof id.conversation);
    memcpy(id.author, f->author, sizeof id.author);
    id.incarnation = f->incarnation;
    f->hashes = grown(f->hashes, e->number, &f->size, HASH_LEN);
    entry_hash(&id, e->number, e->number > 1 ? f->hashes[e->number - 2] : none, e->content,
               e->content_len, f->hashes[e->number - 1]);
    f->count = e->number;
    ledger_set_id(&w->ledger, saying, f->hashes[e->number - 1]);
}

static void on_given_back(struct world *w, const struct host *h, uint32_t saying)
{
    w->tally.given_back++;
    if (!h->witness.rollbacks_now)
        broken(w, RULE_ROLLBACK_TOLD, "h%u, s%u", h->index, saying);
}

static uint32_t note_entry(struct world *w, struct host *h, uint64_t record, const uint8_t *bytes,
                           size_t len)
{
    struct entry_record e;
    struct entry_content content;
    if (record_entry_parse(bytes, len, &e) != LTH_OK ||
        entry_content_parse(e.content, e.content_len, &content) != LTH_OK) {
        broken(w, RULE_NO_DAMAGE, "h%u stores an entry that is none", h->index);
        return NO_SAYING;
    }
    uint32_t saying = ledger_find(&w->ledger, content.body, content.body_len);
    if (saying == NO_SAYING) {
        broken(w, RULE_SHOWN_AS_SAID, "h%u stores what nobody said", h->index);
        return NO_SAYING;
    }
    const struct saying *s = w->ledger.sayings[saying];
    struct knowledge *k = holdings_known(w, h, saying);
    if (k->record)
        broken(w, RULE_NEVER_TWICE_ON_DISK, "h%u, s%u", h->index, saying);
    k->record = (uint32_t)record;
    if (s->author == h->index && s->life == h->life)
        note_own(w, h, saying, &e);
    else if (w->hosts[s->author].person == h->person && h->core)
        on_given_back(w, h, saying);
    return saying;
}

uint32_t holdings_on_append(struct world *w, struct host *h, uint64_t record, const uint8_t *bytes,
                            size_t len)
{
    if (record_type(bytes) == RECORD_FEED)
        note_feed(&h->witness.holdings, bytes, len);
    return record_type(bytes) == RECORD_ENTRY ? note_entry(w, h, record, bytes, len) : NO_SAYING;
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

void holdings_on_restored_mark(const struct world *w, struct host *h)
{
    for (uint64_t at = 0; at < h->disk.shown; at++) {
        uint32_t saying = h->disk.records[at].saying;
        if (saying != NO_SAYING && w->ledger.sayings[saying]->to == h->person)
            h->witness.holdings.known[saying].shown = (uint32_t)at + 1;
    }
}

void holdings_on_durable(struct world *w, struct host *h, uint64_t from, uint64_t upto)
{
    for (uint64_t at = from; at < upto; at++) {
        uint32_t saying = h->disk.records[at].saying;
        if (saying != NO_SAYING && w->ledger.sayings[saying]->to == h->person)
            w->ledger.sayings[saying]->has_arrived = true;
    }
}

bool holdings_is_durable(struct world *w, struct host *h, uint32_t saying)
{
    uint32_t record = holdings_known(w, h, saying)->record;
    return record && record <= h->disk.durable;
}

void holdings_clear(struct holdings *o)
{
    holdings_on_start(o);
    free(o->known);
}
