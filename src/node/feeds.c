#include "node/feeds.h"

#include "base/grow.h"
#include "node/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void feed_free(struct feed *f)
{
    proofs_clear(&f->proofs);
    chains_clear(&f->chains);
    reaches_free(f);
    free(f->entries);
    free(f);
}

static void conversation_free(struct conversation *c)
{
    for (size_t i = 0; i < c->feed_count; i++)
        feed_free(c->feeds[i]);
    exchanges_free(c);
    free(c->feeds);
    free(c->order);
    free(c);
}

void feeds_remove_conversation(struct feeds *f, struct conversation *c)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        assert(c->feeds[i]->count == 0);
        f->by_handle[c->feeds[i]->handle - 1] = NULL;
    }
    HASH_DEL(f->conversations, c);
    conversation_free(c);
}

void feeds_clear(struct feeds *f)
{
    struct conversation *c, *next;
    HASH_ITER(hh, f->conversations, c, next)
    {
        HASH_DEL(f->conversations, c);
        conversation_free(c);
    }
    free(f->by_handle);
    *f = (struct feeds){0};
}

struct conversation *feeds_find_conversation(const struct feeds *f, const uint8_t *id)
{
    struct conversation *found;
    HASH_FIND(hh, f->conversations, id, CONVERSATION_ID_LEN, found);
    return found;
}

struct conversation *feeds_conversation(struct feeds *f, const uint8_t id[CONVERSATION_ID_LEN],
                                        struct contact *peer)
{
    struct conversation *c = feeds_find_conversation(f, id);
    if (c || !(c = calloc(1, sizeof *c)))
        return c;
    memcpy(c->id, id, CONVERSATION_ID_LEN);
    c->peer = peer;
    if (peer && !exchange_open(c, peer)) {
        conversation_free(c);
        return NULL;
    }
    if (peer)
        peer->direct = c;
    HASH_ADD_KEYPTR(hh, f->conversations, c->id, CONVERSATION_ID_LEN, c);
    return c;
}

struct feed *feeds_find(const struct conversation *c, const uint8_t author[ID_LEN],
                        uint64_t incarnation)
{
    for (size_t i = c->feed_count; i-- > 0;) /* the newest are asked for most */
        if (c->feeds[i]->id.incarnation == incarnation &&
            memcmp(c->feeds[i]->id.author, author, ID_LEN) == 0)
            return c->feeds[i];
    return NULL;
}

size_t feeds_of(const struct conversation *c, const uint8_t author[ID_LEN])
{
    size_t count = 0;
    for (size_t i = 0; i < c->feed_count; i++)
        count += memcmp(c->feeds[i]->id.author, author, ID_LEN) == 0;
    return count;
}

bool feeds_have_room(const struct feeds *f, const struct conversation *c,
                     const uint8_t author[ID_LEN])
{
    bool mine = memcmp(author, f->me, ID_LEN) == 0;
    size_t max = c->group ? FEEDS_IN_GROUP_MAX : FEEDS_OF_ONE_MAX;
    return feeds_of(c, author) < max && (mine || f->handle_count < HANDLES_MAX - HANDLES_KEPT);
}

struct feed *feeds_by_handle(const struct feeds *f, uint32_t handle)
{
    return handle >= 1 && handle <= f->handle_count ? f->by_handle[handle - 1] : NULL;
}

/* Makes by_handle reach as far as handle. */
static enum lth_err reserve_handle(struct feeds *f, uint32_t handle)
{
    if (handle > HANDLES_MAX)
        return LTH_LIMIT;
    while (f->handle_count < handle) {
        if (!grow((void **)&f->by_handle, f->handle_count, &f->handle_capacity,
                  sizeof(struct feed *)))
            return LTH_NO_MEMORY;
        f->by_handle[f->handle_count++] = NULL;
    }
    return f->by_handle[handle - 1] ? LTH_DAMAGED : LTH_OK;
}

static struct feed *feed_new(struct conversation *c, uint32_t handle, const uint8_t author[ID_LEN],
                             uint64_t incarnation, bool mine)
{
    /* Feeds are rare: the array grows one at a time. */
    struct feed **feeds = realloc(c->feeds, (c->feed_count + 1) * sizeof(struct feed *));
    if (!feeds)
        return NULL;
    c->feeds = feeds;
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return NULL;
    memcpy(feed->id.conversation, c->id, CONVERSATION_ID_LEN);
    memcpy(feed->id.author, author, ID_LEN);
    feed->id.incarnation = incarnation;
    feed->handle = handle;
    feed->mine = mine;
    feed->limit = UINT64_MAX;
    feed->conversation = c;
    if (exchange_cover(c, feed) != LTH_OK) {
        feed_free(feed);
        return NULL;
    }
    c->feeds[c->feed_count++] = feed;
    return feed;
}

enum lth_err feeds_add(struct feeds *f, struct conversation *c, uint32_t handle,
                       const uint8_t author[ID_LEN], uint64_t incarnation, struct feed **out)
{
    handle = handle ? handle : (uint32_t)f->handle_count + 1;
    bool fits = c->group || c->feed_count < FEEDS_MAX; /* a group's are bounded for each author */
    enum lth_err err = fits ? reserve_handle(f, handle) : LTH_LIMIT;
    if (err != LTH_OK)
        return err;
    bool mine = memcmp(author, f->me, ID_LEN) == 0;
    struct feed *feed = feed_new(c, handle, author, incarnation, mine);
    if (!feed)
        return LTH_NO_MEMORY;
    f->by_handle[handle - 1] = feed;
    *out = feed;
    return LTH_OK;
}

const struct entry *feed_entry(const struct feed *f, uint64_t number)
{
    assert(number >= 1 && number <= f->count);
    return &f->entries[number - 1];
}

const uint8_t *feed_hash(const struct feed *f, uint64_t number)
{
    static const uint8_t none[HASH_LEN];
    return number ? feed_entry(f, number)->hash : none;
}

void feed_point_of(const struct feed *f, uint64_t number, struct feed_point *out)
{
    out->feed = f->id;
    out->number = number;
    memcpy(out->hash, feed_hash(f, number), HASH_LEN);
}

uint64_t feed_sendable(const struct feed *f)
{
    uint64_t end = f->durable < f->limit ? f->durable : f->limit;
    if (f->mine || !end)
        return end;
    const struct proof *proof = proofs_next(&f->proofs, end - 1);
    return proof && proof->number <= f->durable ? proof->number : proofs_highest(&f->proofs, end);
}

bool feed_is_readable(const struct feed *f, uint64_t number)
{
    if (!f->conversation->group)
        return true;
    const struct feed_chain *chain = chains_of(&f->chains, number);
    return feed_entry(f, number)->kind == ENTRY_SEALED && chain && chain->has_key;
}

void feed_set_waiting(struct feed *f, uint64_t number, bool waits)
{
    assert(number >= 1 && number <= f->count);
    f->entries[number - 1].waits = waits;
}

uint32_t feed_next_index(const struct feed *f)
{
    for (uint64_t number = f->count; number >= 1; number--) {
        const struct entry *e = feed_entry(f, number);
        if (e->kind == ENTRY_CHAIN)
            return 0;
        if (e->kind == ENTRY_SEALED)
            return e->index + 1;
    }
    return 0;
}

void feed_note_known(struct feed *f, uint64_t number)
{
    if (number <= f->known)
        return;
    f->known = number;
    f->conversation->gap_untold = f->conversation->gap_untold || number > f->count;
}

void conversation_add_parents(struct conversation *c, struct entry_content *content)
{
    for (size_t i = c->feed_count; i-- > 0;) {
        struct feed *f = c->feeds[i];
        if (f == c->writing || f->cited == f->durable || content->parent_count == ENTRY_PARENTS_MAX)
            continue;
        struct entry_parent *parent = &content->parents[content->parent_count++];
        memcpy(parent->author, f->id.author, ID_LEN);
        parent->incarnation = f->id.incarnation;
        parent->number = f->durable;
        memcpy(parent->hash, feed_hash(f, f->durable), HASH_LEN);
        f->cited = f->durable;
    }
}

/* The feed a parent speaks of; NULL when we know nothing of it, or it is none of its business. */
static struct feed *feed_of_parent(const struct feed *f, const struct entry_parent *parent)
{
    return feeds_find(f->conversation, parent->author, parent->incarnation);
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t after_parents(const struct feed *f, const struct entry_content *content,
                              uint64_t order_ms)
{
    for (size_t i = 0; i < content->parent_count; i++) {
        const struct entry_parent *parent = &content->parents[i];
        const struct feed *of = feed_of_parent(f, parent);
        if (!of || parent->number < 1 || parent->number > of->count)
            continue;
        uint64_t before = feed_entry(of, parent->number)->order_ms;
        if (before < content->time_ms || before - content->time_ms < ENTRY_ORDER_AHEAD_MS)
            order_ms = later(order_ms, before + 1);
    }
    return order_ms;
}

uint64_t feed_next_order(const struct feed *f, uint64_t time_ms,
                         const struct entry_content *content)
{
    uint64_t order_ms = f->count ? feed_entry(f, f->count)->order_ms : 0;
    return after_parents(f, content, later(order_ms, time_ms));
}

/* The entry of f with that number is not the one that somebody names. */
static void doubt(struct feed *f, uint64_t number)
{
    f->doubted = number;
    f->conversation->has_doubt = true;
}

/* Somebody names an entry of f that is not here yet. */
static void hear(struct feed *f, const struct entry_parent *parent)
{
    if (parent->number < f->heard)
        return;
    f->heard = parent->number;
    memcpy(f->heard_hash, parent->hash, HASH_LEN);
}

/* f's next entry names one of another feed. */
static void note_parent(const struct feed *f, const struct entry_parent *parent)
{
    struct feed *of = feed_of_parent(f, parent);
    if (!of || of == f || of->mine || parent->number < 1)
        return;                  /* of our own we know better than anybody else */
    if (!f->conversation->group) /* there, anybody could say anything of somebody else */
        feed_note_known(of, parent->number);
    if (parent->number > of->count)
        hear(of, parent);
    else if (!of->fork_told && memcmp(parent->hash, feed_hash(of, parent->number), HASH_LEN) != 0)
        doubt(of, parent->number);
}

void feed_covers(const struct feed *f, const struct entry_content *content)
{
    for (size_t i = 0; i < content->parent_count; i++) {
        const struct entry_parent *parent = &content->parents[i];
        struct feed *of = feed_of_parent(f, parent);
        if (of && of != f && parent->number > of->cited && parent->number <= of->durable &&
            memcmp(parent->hash, feed_hash(of, parent->number), HASH_LEN) == 0)
            of->cited = parent->number;
    }
}

/* What was sealed last before the next entry still waits to be shown, though its key has come: so
 * must what follows, or it would be shown first. */
static bool is_behind_waiting(const struct feed *f)
{
    uint64_t number = f->count;
    while (number >= 1 && feed_entry(f, number)->kind != ENTRY_SEALED)
        number--;
    const struct feed_chain *chain = chains_of(&f->chains, number);
    return number && feed_entry(f, number)->waits && chain && chain->has_key;
}

/* What an entry of a group opens, or belongs to. */
static enum lth_err link_to_chain(struct feed *f, const struct entry_content *content,
                                  struct entry *e)
{
    struct chain_body body;
    if (e->kind == ENTRY_CHAIN && chain_body_parse(content, &body) == LTH_OK)
        return chains_open(&f->chains, f->count + 1, &body);
    if (e->kind == ENTRY_SEALED && sealed_index(content, &e->index) == LTH_OK) {
        const struct feed_chain *chain = chains_of(&f->chains, f->count);
        e->waits = !chain || !chain->has_key || is_behind_waiting(f);
    }
    return LTH_OK;
}

enum lth_err feed_push(struct feed *f, const uint8_t hash[HASH_LEN],
                       const struct entry_content *content, uint64_t record)
{
    if (!grow((void **)&f->entries, f->count, &f->capacity, sizeof *f->entries))
        return LTH_NO_MEMORY;
    struct entry e = {.record = record, .kind = content->kind};
    if (f->conversation->group && link_to_chain(f, content, &e) != LTH_OK)
        return LTH_NO_MEMORY;
    memcpy(e.hash, hash, HASH_LEN);
    e.order_ms = feed_next_order(f, content->order_ms, content);
    for (size_t i = 0; i < content->parent_count; i++)
        note_parent(f, &content->parents[i]);
    proofs_on_entry(&f->proofs, 2 + entry_content_len(content));
    f->entries[f->count++] = e;
    if (f->count == f->heard && !f->mine && memcmp(hash, f->heard_hash, HASH_LEN) != 0)
        doubt(f, f->count);
    return LTH_OK;
}

void feed_pop(struct feed *f)
{
    assert(f->count > f->durable);
    f->count--;
    f->signed_number = 0; /* another entry may come in its place */
    proofs_cut(&f->proofs, f->count);
    chains_cut(&f->chains, f->count);
    for (size_t i = 0; i < f->reach_count; i++)
        if (f->reaches[i] && f->reaches[i]->sent > f->count)
            f->reaches[i]->sent = f->count;
    f->cited = f->cited < f->count ? f->cited : f->count;
}

static int compare_feeds(const struct feed *a, const struct feed *b)
{
    int by_author = memcmp(a->id.author, b->id.author, ID_LEN);
    if (by_author)
        return by_author;
    return a->id.incarnation < b->id.incarnation ? -1 : 1;
}

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    const struct entry *x = feed_entry(a->feed, a->number), *y = feed_entry(b->feed, b->number);
    if (x->order_ms != y->order_ms)
        return x->order_ms < y->order_ms ? -1 : 1;
    if (a->feed != b->feed)
        return compare_feeds(a->feed, b->feed);
    return a->number < b->number ? -1 : a->number > b->number;
}

enum lth_err feed_commit(struct feed *f)
{
    struct conversation *c = f->conversation;
    assert(f->durable < f->count);
    if (!grow((void **)&c->order, c->order_count, &c->order_capacity, sizeof *c->order))
        return LTH_NO_MEMORY;
    struct place place = {f, ++f->durable};
    if (c->order_count && compare_places(&c->order[c->order_count - 1], &place) > 0)
        c->unsorted = true; /* rare: news is newest. Sorted when somebody wants to read */
    c->order[c->order_count++] = place;
    return LTH_OK;
}

const struct place *conversation_order(struct conversation *c)
{
    if (c->unsorted)
        qsort(c->order, c->order_count, sizeof *c->order, compare_places);
    c->unsorted = false;
    return c->order;
}

static bool find_in_feed(struct feed *f, const uint8_t id[HASH_LEN], struct place *out)
{
    for (uint64_t n = f->count; n >= 1; n--) {
        if (memcmp(feed_hash(f, n), id, HASH_LEN) == 0) {
            *out = (struct place){f, n};
            return true;
        }
    }
    return false;
}

bool feeds_find_entry(const struct feeds *f, const struct conversation *c,
                      const uint8_t id[HASH_LEN], struct place *out)
{
    for (size_t i = f->handle_count; i-- > 0;)
        if (f->by_handle[i] && (!c || f->by_handle[i]->conversation == c) &&
            find_in_feed(f->by_handle[i], id, out))
            return true;
    return false;
}
