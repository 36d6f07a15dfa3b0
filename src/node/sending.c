#include "node/sending.h"

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
};

/* What the peer has yet to read goes first, in the order it was said: before our last restart,
 * and after. What the peer wrote itself and lost can wait. */
static bool is_more_urgent(const struct feed *f, const struct feed *other)
{
    if (f->mine != other->mine)
        return f->mine;
    return feed_entry(f, 1)->order_ms < feed_entry(other, 1)->order_ms;
}

void sending_enqueue(struct conversation *c, struct feed *f)
{
    struct feed **at = &c->queue;
    if (f->queued || f->sent >= feed_sendable(f))
        return;
    while (*at && !is_more_urgent(f, *at))
        at = &(*at)->next_queued;
    f->queued = true;
    f->next_queued = *at;
    *at = f;
}

/* f is the peer's, of another process than the one we talk to. */
static bool is_elsewhere(const struct conversation *c, const struct feed *f)
{
    const struct link *l = delivery_session(c);
    return !f->mine && l && l->incarnation != f->id.incarnation;
}

void sending_offer_back(struct conversation *c, struct feed *f)
{
    if (!is_elsewhere(c, f))
        return;
    uint64_t held = f->peer_has < f->durable ? f->peer_has : f->durable;
    if (f->sent < held)
        f->sent = held; /* it has sent us that much of it itself */
    sending_enqueue(c, f);
}

static int compare_urgency(const void *left, const void *right)
{
    const struct feed *a = *(struct feed *const *)left, *b = *(struct feed *const *)right;
    return is_more_urgent(b, a) - is_more_urgent(a, b);
}

/* Into the empty queue. Many at once, so they are sorted before. */
static void enqueue_all(struct conversation *c, struct feed **feeds, size_t count)
{
    struct feed **at = &c->queue;
    qsort(feeds, count, sizeof(struct feed *), compare_urgency);
    for (size_t i = 0; i < count; i++) {
        feeds[i]->queued = true;
        *at = feeds[i];
        at = &feeds[i]->next_queued;
    }
    *at = NULL;
}

static void dequeue(struct conversation *c)
{
    struct feed *f = c->queue;
    f->queued = false;
    c->queue = f->next_queued;
}

void sending_say_sent(struct node *n, const struct conversation *c, struct feed *f, uint64_t upto)
{
    for (; f->sent_high < upto; f->sent_high++) {
        struct event *event = say(n, EVENT_SENT);
        memcpy(event->delivery.id, feed_hash(f, f->sent_high + 1), HASH_LEN);
        memcpy(event->delivery.peer, c->peer->identity.id, ID_LEN);
        event->delivery.time_ms = n->now.wall_ms;
    }
}

static void send_head(struct node *n, struct link *l, struct feed *f)
{
    struct feed_point point;
    struct head head;
    uint8_t body[HEAD_LEN];
    feed_point_of(f, f->sent, &point);
    head_sign(&n->me, &point, &head);
    head_write(&head, body);
    link_send(n, l, MESSAGE_HEAD, body, sizeof body);
    f->since_head = 0;
}

/* One signature a burst, and not while the burst's first entry waits to leave. */
static void head_is_due(struct node *n, struct feed *f)
{
    if (f->head_due)
        return;
    if (!n->heads)
        n->heads_ms = n->now.mono_ms + HEAD_MS;
    f->head_due = true;
    f->next_head = n->heads;
    n->heads = f;
}

/* What the peer holds of our feeds it should be able to prove, even when we were cut off between
 * entries and head. Bounded, for a peer may say that it never got one. */
static void prove_again(struct node *n, const struct conversation *c)
{
    size_t count = 0;
    for (size_t i = c->feed_count; i-- > 0 && count < PROVED_AGAIN_MAX;) {
        struct feed *f = c->feeds[i];
        if (!f->mine || !f->sent || f->peer_proves >= f->sent)
            continue;
        head_is_due(n, f);
        count++;
    }
}

/* From here on, what the peer lacks is what its last HAVE left out. The queue starts over. */
void sending_rewind(struct node *n, struct conversation *c, bool is_fresh)
{
    struct feed **wanting = todo_room(n->todo, c->feed_count * sizeof(struct feed *) + 1);
    size_t count = 0;
    if (!wanting)
        return;
    c->synced = true;
    while (c->queue)
        dequeue(c);
    for (size_t i = 0; i < c->feed_count; i++) {
        struct feed *f = c->feeds[i];
        uint64_t end = feed_sendable(f);
        f->sent = f->peer_has < end ? f->peer_has : end;
        f->proof_sent = 0;
        if (f->sent < end && (f->mine || is_fresh || is_elsewhere(c, f)))
            wanting[count++] = f;
    }
    enqueue_all(c, wanting, count);
    prove_again(n, c);
    delivery_pump(n, c);
}

/* Half a chunk of a session that is over is of no use. */
static void drop_lost(struct conversation *c)
{
    lost_free(c->lost);
    c->lost = NULL;
}

void delivery_on_offline(const struct contact *contact)
{
    if (contact->direct)
        drop_lost(contact->direct);
}

void delivery_on_active(struct node *n, struct link *l)
{
    struct conversation *c = delivery_conversation(n, l->contact);
    if (!c)
        return;
    c->synced = false;
    c->awaited = NULL; /* a new session begins with the oldest */
    drop_lost(c);
    receipts_repeat(n, l, c);
    receiving_tell_again(n, l, c);
    if (l->has_told && c->account_of == l->incarnation)
        sending_rewind(n, c, false);
    else if (l->has_told)
        link_close(n, l, true); /* another process told since: a new session tells anew */
}

void sending_heads(struct node *n)
{
    for (struct feed *f = n->heads; f; f = f->next_head) {
        struct link *l = delivery_session(f->conversation);
        f->head_due = false;
        if (l && f->sent)
            send_head(n, l, f);
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
static void send_proof(struct node *n, struct link *l, struct feed *f, const struct proof *proof)
{
    struct head head;
    uint8_t body[HEAD_LEN];
    if (f->proof_sent == proof->number)
        return;
    f->proof_sent = proof->number;
    feed_point_of(f, proof->number, &head.point);
    memcpy(head.signature, proof->signature, SIGNATURE_LEN);
    head_write(&head, body);
    link_send(n, l, MESSAGE_HEAD, body, sizeof body);
}

/* Where the next run ends at the latest. There is something to be sent. */
static uint64_t end_of_run(struct node *n, struct link *l, struct feed *f)
{
    if (f->mine)
        return f->durable;
    const struct proof *proof = proofs_next(&f->proofs, f->sent);
    send_proof(n, l, f, proof);
    return proof->number;
}

static void on_run_sent(struct node *n, struct link *l, struct feed *f, size_t len)
{
    if (!f->mine)
        return;
    link_expects_answer(n, l);
    f->since_head += len;
    if (f->since_head >= PROOF_SPACING)
        send_head(n, l, f);
    else
        head_is_due(n, f);
    sending_say_sent(n, f->conversation, f, f->sent);
}

/* Sends one ENTRIES message from what source gives; returns how many entries went. */
static uint64_t send_run(struct node *n, struct link *l, struct feed *f, record_source *source,
                         void *ctx)
{
    struct writer w = writer_over(n->plain, run_max(l)); /* scratch until the step's end */
    uint64_t count = 0, end = end_of_run(n, l, f);
    const uint8_t *content;
    size_t len;
    entries_begin(&w, &f->id, f->sent + 1, feed_hash(f, f->sent));
    while (f->sent + count < end) {
        struct node_record record = source(ctx, f, f->sent + count + 1);
        if (!entry_content_of(record.bytes, record.len, &content, &len) ||
            !entries_add(&w, content, len))
            break;
        count++;
    }
    if (count == 0)
        return 0;
    link_send(n, l, MESSAGE_ENTRIES, n->plain, writer_len(&w));
    f->sent += count;
    on_run_sent(n, l, f, writer_len(&w));
    return count;
}

static struct node_record from_journal(void *ctx, const struct feed *f, uint64_t number)
{
    const struct journal_item *item = journal_get(ctx, feed_entry(f, number)->record);
    return item ? (struct node_record){item->bytes, item->len} : (struct node_record){0};
}

static void read_back(struct node *n, struct conversation *c, struct feed *f, struct link *l)
{
    struct place places[ENTRIES_COUNT_MAX];
    size_t count = 0;
    for (uint64_t at = f->sent + 1; at <= feed_sendable(f) && count < ENTRIES_COUNT_MAX; at++)
        places[count++] = (struct place){f, at};
    struct pending_read *read = reads_ask(n, READ_TO_SEND, places, count, l->window);
    if (!read)
        return;
    read->conversation = c;
    read->link = l->id;
    c->reading = true;
}

static bool has_room(const struct link *l)
{
    return l->unsent + l->packing < l->window;
}

void delivery_pump(struct node *n, struct conversation *c)
{
    struct link *l = delivery_session(c);
    while (l && c->synced && !c->reading && c->queue && has_room(l)) {
        struct feed *f = c->queue;
        if (f->sent < feed_sendable(f) && send_run(n, l, f, from_journal, &n->journal) == 0) {
            read_back(n, c, f, l);
            return;
        }
        if (f->sent >= feed_sendable(f))
            dequeue(c);
    }
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
    struct conversation *c = read->conversation;
    struct link *l = delivery_session(c);
    struct read_cursor cursor = {read, records};
    c->reading = false;
    struct feed *f = read->places[0].feed;
    bool is_wanted = l && l->id == read->link && c->synced; /* else it was for another session */
    if (is_wanted && is_unreadable(read, records, f->sent + 1)) {
        say_warning(
            n, "damaged",
            "Message %llu to %s cannot be read back from the log, so it and what follows it "
            "waits: put the directory back from a backup.",
            (unsigned long long)f->sent + 1, contact_label(c->peer));
        return;
    }
    while (is_wanted && f->sent < feed_sendable(f) && send_run(n, l, f, from_read, &cursor) > 0)
        ;
    delivery_pump(n, c);
}
