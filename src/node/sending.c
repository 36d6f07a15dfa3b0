#include "node/sending.h"

#include "node/keys.h"
#include "node/lost.h"
#include "node/receipts.h"
#include "node/receiving.h"
#include "node/state.h"
#include "store/record.h"
#include "wire/entries.h"
#include "wire/statement.h"

#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_BODY_MAX = 48 * 1024, /* of one ENTRIES message */
    ENTRIES_BODY_MIN = 20 * 1024, /* on a slow link; the longest entry fits */
    ENTRIES_COUNT_MAX = 1024,     /* read back at once */
    PROVED_AGAIN_MAX = 64,        /* heads signed again for one HAVE */
    HEADS_SHOWN_MAX = 32,         /* when a session begins */
};

/* What they have yet to read goes first, in the order it was said: before our last restart,
 * and after. What they wrote themselves and lost can wait. */
static bool is_more_urgent(const struct feed *f, const struct feed *other)
{
    if (f->mine != other->mine)
        return f->mine;
    return feed_entry(f, 1)->order_ms < feed_entry(other, 1)->order_ms;
}

void sending_enqueue(struct reach *r)
{
    struct reach **at = &r->exchange->queue;
    if (r->queued || r->sent >= feed_sendable(r->feed))
        return;
    while (*at && !is_more_urgent(r->feed, (*at)->feed))
        at = &(*at)->next_queued;
    r->queued = true;
    r->next_queued = *at;
    *at = r;
}

/* The feed is theirs, of another process than the one we talk to. */
static bool is_elsewhere(const struct reach *r)
{
    const struct link *l = exchange_session(r->exchange);
    return !r->exchange->conversation->group && !r->feed->mine && l &&
           l->incarnation != r->feed->id.incarnation;
}

void sending_offer_back(struct reach *r)
{
    if (!is_elsewhere(r))
        return;
    uint64_t held = r->peer_has < r->feed->durable ? r->peer_has : r->feed->durable;
    if (r->sent < held)
        r->sent = held; /* it has sent us that much of it itself */
    sending_enqueue(r);
}

static int compare_urgency(const void *left, const void *right)
{
    const struct reach *a = *(struct reach *const *)left, *b = *(struct reach *const *)right;
    return is_more_urgent(b->feed, a->feed) - is_more_urgent(a->feed, b->feed);
}

/* Into the empty queue. Many at once, so they are sorted before. */
static void enqueue_all(struct exchange *x, struct reach **reaches, size_t count)
{
    struct reach **at = &x->queue;
    qsort(reaches, count, sizeof(struct reach *), compare_urgency);
    for (size_t i = 0; i < count; i++) {
        reaches[i]->queued = true;
        *at = reaches[i];
        at = &reaches[i]->next_queued;
    }
    *at = NULL;
}

static struct reach *dequeue(struct exchange *x)
{
    struct reach *r = x->queue;
    r->queued = false;
    x->queue = r->next_queued;
    return r;
}

void sending_say_sent(struct node *n, struct reach *r, uint64_t upto)
{
    for (; r->sent_high < upto; r->sent_high++) {
        if (!group_is_for(r, r->sent_high + 1))
            continue;
        struct event *event = say(n, EVENT_SENT);
        memcpy(event->delivery.id, feed_hash(r->feed, r->sent_high + 1), HASH_LEN);
        memcpy(event->delivery.conversation, r->feed->id.conversation, CONVERSATION_ID_LEN);
        memcpy(event->delivery.peer, r->exchange->contact->identity.id, ID_LEN);
        event->delivery.time_ms = n->now.wall_ms;
    }
}

/* One signature serves everybody who has been sent as much. */
static void send_head(struct node *n, struct link *l, struct reach *r)
{
    struct feed *f = r->feed;
    struct head head;
    uint8_t body[HEAD_LEN];
    feed_point_of(f, r->sent, &head.point);
    if (f->signed_number != r->sent) {
        head_sign(&n->me, &head.point, &head);
        f->signed_number = r->sent;
        memcpy(f->signature, head.signature, SIGNATURE_LEN);
    }
    memcpy(head.signature, f->signature, SIGNATURE_LEN);
    head_write(&head, body);
    link_send(n, l, MESSAGE_HEAD, body, sizeof body);
    r->since_head = 0;
}

/* One signature a burst, and not while the burst's first entry waits to leave. */
static void head_is_due(struct node *n, struct reach *r)
{
    if (r->head_due)
        return;
    if (!n->heads)
        n->heads_ms = n->now.mono_ms + HEAD_MS;
    r->head_due = true;
    r->next_head = n->heads;
    n->heads = r;
}

/* What the peer holds of our feeds it should be able to prove, even when we were cut off between
 * entries and head. Bounded, for a peer may say that it never got one. */
static void prove_again(struct node *n, const struct exchange *x)
{
    const struct conversation *c = x->conversation;
    size_t count = 0;
    for (size_t i = c->feed_count; i-- > 0 && count < PROVED_AGAIN_MAX;) {
        struct reach *r = exchange_reach(x, c->feeds[i]);
        if (!r || !r->feed->mine || !r->sent || r->peer_proves >= r->sent)
            continue;
        head_is_due(n, r);
        count++;
    }
}

/* In a group, what is not ours goes to whom asks for it. */
static bool is_owed(const struct reach *r, bool is_fresh)
{
    if (r->feed->mine)
        return true;
    return r->exchange->conversation->group ? r->is_wanted : is_fresh || is_elsewhere(r);
}

static void rewind(struct reach *r)
{
    uint64_t end = feed_sendable(r->feed);
    if (r->is_wanted)
        return; /* it is under way */
    r->sent = r->keys_sent = r->peer_has < end ? r->peer_has : end;
    r->proof_sent = 0;
}

void sending_forget(struct exchange *x)
{
    while (x->queue)
        dequeue(x);
    sending_forget_wants(x);
}

void sending_forget_wants(struct exchange *x)
{
    for (size_t i = 0; i < x->conversation->feed_count; i++) {
        struct reach *r = exchange_reach(x, x->conversation->feeds[i]);
        if (r)
            r->is_wanted = false;
    }
}

static void show_head(struct node *n, struct link *l, const struct feed *f)
{
    struct head head;
    uint8_t body[HEAD_LEN];
    const struct proof *newest = &f->proofs.items[f->proofs.count - 1];
    if (newest->number > f->durable)
        return;
    feed_point_of(f, newest->number, &head.point);
    memcpy(head.signature, newest->signature, SIGNATURE_LEN);
    head_write(&head, body);
    link_send(n, l, MESSAGE_HEAD, body, sizeof body);
}

void sending_show_heads(struct node *n, struct link *l, const struct exchange *x)
{
    const struct conversation *c = x->conversation;
    size_t count = 0;
    for (size_t i = c->feed_count; i-- > 0 && count < HEADS_SHOWN_MAX;) {
        const struct feed *f = c->feeds[i];
        if (f->mine || exchange_is_author(x, f) || !f->proofs.count)
            continue;
        show_head(n, l, f);
        count++;
    }
}

void sending_on_want(struct reach *r, uint64_t number)
{
    uint64_t end = feed_sendable(r->feed);
    r->is_wanted = true;
    r->peer_has = number;
    r->sent = r->keys_sent = number < end ? number : end;
    r->proof_sent = 0;
    sending_enqueue(r);
}

/* From here on, what they lack is what their last HAVE left out. The queue starts over. */
void sending_rewind(struct node *n, struct exchange *x, bool is_fresh)
{
    const struct conversation *c = x->conversation;
    struct reach **owed = todo_room(n->todo, c->feed_count * sizeof(struct reach *) + 1);
    size_t count = 0;
    if (!owed)
        return;
    x->synced = true;
    while (x->queue)
        dequeue(x);
    for (size_t i = 0; i < c->feed_count; i++) {
        struct reach *r = exchange_reach(x, c->feeds[i]);
        if (!r)
            continue;
        rewind(r);
        if (r->sent < feed_sendable(r->feed) && is_owed(r, is_fresh))
            owed[count++] = r;
    }
    enqueue_all(x, owed, count);
    prove_again(n, x);
    sending_pump(n, x);
}

static uint64_t unreceipted(struct reach *r, uint64_t end, uint64_t max)
{
    uint64_t count = 0;
    if (!r->feed->conversation->group)
        return end - r->receipted;
    for (uint64_t at = r->receipted + 1; r->exchange->is_open && at <= end && count < max; at++)
        count += group_is_for(r, at);
    return count;
}

uint64_t sending_unreceipted(const struct exchange *x)
{
    const struct conversation *c = x->conversation;
    uint64_t count = 0;
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i]->mine)
            count += unreceipted(exchange_reach(x, c->feeds[i]), c->feeds[i]->durable, UINT64_MAX);
    return count;
}

bool sending_owes(const struct exchange *x)
{
    const struct conversation *c = x->conversation;
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i]->mine && unreceipted(exchange_reach(x, c->feeds[i]), c->feeds[i]->count, 1))
            return true;
    return false;
}

void sending_drop_lost(struct exchange *x)
{
    lost_free(x->lost);
    x->lost = NULL;
}

void sending_heads(struct node *n)
{
    for (struct reach *r = n->heads; r; r = r->next_head) {
        struct link *l = exchange_session(r->exchange);
        r->head_due = false;
        if (l && r->sent)
            send_head(n, l, r);
    }
    n->heads = NULL;
}

/* The content of an entry inside the bytes of its record. */
bool entry_content_of(const uint8_t *bytes, size_t len, const uint8_t **content,
                      size_t *content_len)
{
    struct entry_record record;
    if (!bytes || record_entry_parse(bytes, len, &record) != LTH_OK)
        return false;
    *content = record.content;
    *content_len = record.content_len;
    return true;
}

static size_t run_max(const struct link *l)
{
    if (l->window < ENTRIES_BODY_MIN)
        return ENTRIES_BODY_MIN;
    return l->window < ENTRIES_BODY_MAX ? l->window : ENTRIES_BODY_MAX;
}

/* Gives the record of entry number of f, or NULL bytes. */
typedef struct node_record record_source(void *ctx, const struct feed *f, uint64_t number);

/* The head in front of entries that are given back to their author. */
static void send_proof(struct node *n, struct link *l, struct reach *r, const struct proof *proof)
{
    struct head head;
    uint8_t body[HEAD_LEN];
    if (r->proof_sent == proof->number)
        return;
    r->proof_sent = proof->number;
    feed_point_of(r->feed, proof->number, &head.point);
    memcpy(head.signature, proof->signature, SIGNATURE_LEN);
    head_write(&head, body);
    link_send(n, l, MESSAGE_HEAD, body, sizeof body);
}

/* Where the next run ends at the latest. There is something to be sent. */
static uint64_t end_of_run(struct node *n, struct link *l, struct reach *r)
{
    if (r->feed->mine)
        return feed_sendable(r->feed);
    const struct proof *proof = proofs_next(&r->feed->proofs, r->sent);
    send_proof(n, l, r, proof);
    return proof->number;
}

static void on_run_sent(struct node *n, struct link *l, struct reach *r, size_t len)
{
    if (!r->feed->mine)
        return;
    link_expects_answer(n, l);
    r->since_head += len;
    if (r->since_head >= PROOF_SPACING)
        send_head(n, l, r);
    else
        head_is_due(n, r);
    sending_say_sent(n, r, r->sent);
}

/* Sends one ENTRIES message from what source gives; returns how many entries went. */
static uint64_t send_run(struct node *n, struct link *l, struct reach *r, record_source *source,
                         void *ctx)
{
    const struct feed *f = r->feed;
    struct writer w = writer_over(n->plain, run_max(l)); /* scratch until the step's end */
    uint64_t count = 0, end = end_of_run(n, l, r);
    const uint8_t *content;
    size_t len;
    entries_begin(&w, &f->id, r->sent + 1, feed_hash(f, r->sent));
    while (r->sent + count < end) {
        struct node_record record = source(ctx, f, r->sent + count + 1);
        if (!entry_content_of(record.bytes, record.len, &content, &len) ||
            !entries_add(&w, content, len))
            break;
        count++;
        if (f->mine && f->conversation->group &&
            feed_entry(f, r->sent + count)->kind == ENTRY_CHAIN)
            break; /* its key comes before what is sealed with it */
    }
    if (count == 0)
        return 0;
    link_send(n, l, MESSAGE_ENTRIES, n->plain, writer_len(&w));
    r->sent += count;
    if (f->conversation->group && (f->mine || r->sent == end))
        keys_follow(n, l, r);
    on_run_sent(n, l, r, writer_len(&w));
    return count;
}

static struct node_record from_journal(void *ctx, const struct feed *f, uint64_t number)
{
    const struct journal_item *item = journal_get(ctx, feed_entry(f, number)->record);
    return item ? (struct node_record){item->bytes, item->len} : (struct node_record){0};
}

static void read_back(struct node *n, struct link *l, const struct reach *r)
{
    struct place places[ENTRIES_COUNT_MAX];
    struct feed *f = r->feed;
    size_t count = 0;
    for (uint64_t at = r->sent + 1; at <= feed_sendable(f) && count < ENTRIES_COUNT_MAX; at++)
        places[count++] = (struct place){f, at};
    struct pending_read *read = reads_ask(n, READ_TO_SEND, places, count, l->window);
    if (!read)
        return;
    read->exchange = r->exchange;
    read->link = l->id;
    r->exchange->reading = true;
}

static bool has_room(const struct link *l)
{
    return l->unsent + l->packing < l->window;
}

void sending_pump(struct node *n, struct exchange *x)
{
    struct link *l = exchange_session(x);
    while (l && x->synced && !x->reading && x->queue && has_room(l)) {
        struct reach *r = x->queue;
        if (r->sent < feed_sendable(r->feed) && send_run(n, l, r, from_journal, &n->journal) == 0) {
            read_back(n, l, r);
            return;
        }
        if (r->sent >= feed_sendable(r->feed))
            dequeue(x)->is_wanted = false;
    }
}

void sending_pump_all(struct node *n, const struct conversation *c)
{
    for (size_t i = 0; i < c->exchange_count; i++)
        sending_pump(n, c->exchanges[i]);
}

struct read_cursor {
    const struct pending_read *read;
    const struct node_record *records;
};

static struct node_record from_read(void *ctx, const struct feed *f, uint64_t number)
{
    const struct read_cursor *cursor = ctx;
    const struct pending_read *read = cursor->read;
    uint64_t first = read->places[0].number;
    if (read->places[0].feed != f || number < first || number - first >= read->count)
        return (struct node_record){0};
    return cursor->records[number - first];
}

/* True when the record of entry number was asked for and did not come. */
static bool is_unreadable(const struct pending_read *read, const struct node_record *records,
                          uint64_t number)
{
    uint64_t first = read->places[0].number;
    return number >= first && number - first < read->count && !records[number - first].bytes;
}

void sending_on_read(struct node *n, const struct pending_read *read,
                     const struct node_record *records)
{
    struct exchange *x = read->exchange;
    struct link *l = exchange_session(x);
    struct read_cursor cursor = {read, records};
    x->reading = false;
    struct reach *r = exchange_reach(x, read->places[0].feed);
    bool is_wanted = l && l->id == read->link && x->synced; /* else it was for another session */
    if (is_wanted && is_unreadable(read, records, r->sent + 1)) {
        say_warning(
            n, "damaged",
            "Message %llu to %s cannot be read back from the log, so it and what follows it "
            "waits: put the directory back from a backup.",
            (unsigned long long)r->sent + 1, contact_label(x->contact));
        return;
    }
    while (is_wanted && r->sent < feed_sendable(r->feed) &&
           send_run(n, l, r, from_read, &cursor) > 0)
        ;
    sending_pump(n, x);
}
