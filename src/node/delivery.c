#include "node/delivery.h"

#include "node/state.h"
#include "store/record.h"
#include "wire/entries.h"
#include "wire/have.h"
#include "wire/statement.h"

#include <string.h>

enum {
    ENTRIES_BODY_MAX = 48 * 1024, /* of one ENTRIES message */
    ENTRIES_COUNT_MAX = 1024,     /* read back at once */
    HAVE_ITEMS_MAX = 512,         /* in one HAVE message */
};

static const uint64_t time_max_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z */

struct conversation *delivery_conversation(struct node *n, struct contact *contact)
{
    uint8_t id[CONVERSATION_ID_LEN];
    if (contact->direct)
        return contact->direct;
    conversation_direct_id(n->me.public.id, contact->identity.id, id);
    struct conversation *c = feeds_conversation(&n->feeds, id, contact);
    if (!c)
        n->todo->out_of_memory = true;
    return c;
}

enum lth_err delivery_writing(struct node *n, struct conversation *c, struct feed **out)
{
    if (!c->writing) {
        enum lth_err err = feeds_add(&n->feeds, c, 0, n->me.public.id, n->incarnation, &c->writing);
        if (err != LTH_OK)
            return err;
    }
    *out = c->writing;
    return LTH_OK;
}

/* The live session over which things for this conversation go, or NULL. */
static struct link *session_of(const struct conversation *c)
{
    return c->peer ? c->peer->link : NULL;
}

/* ---- what we hold ---- */

static void write_have(struct writer *w, const struct conversation *c, size_t first, size_t count)
{
    have_begin(w, c->id, first + count == c->feed_count);
    for (size_t i = first; i < first + count; i++) {
        const struct feed *f = c->feeds[i];
        struct have_item item = {.incarnation = f->id.incarnation,
                                 .number = f->durable,
                                 .receipted = f->mine ? f->receipt_seen : 0};
        memcpy(item.author, f->id.author, ID_LEN);
        have_add(w, &item);
    }
}

static void send_have(struct node *n, struct link *l, const struct conversation *c)
{
    size_t first = 0;
    do {
        size_t count = c->feed_count - first;
        count = count > HAVE_ITEMS_MAX ? HAVE_ITEMS_MAX : count;
        size_t len = HAVE_HEADER_LEN + count * HAVE_ITEM_LEN;
        uint8_t *body = todo_room(n->todo, len);
        if (!body)
            return;
        struct writer w = writer_over(body, len);
        write_have(&w, c, first, count);
        link_send_kept(n, l, MESSAGE_HAVE, body, len);
        first += count;
    } while (first < c->feed_count);
}

void delivery_on_ready(struct node *n, struct link *l)
{
    struct conversation *c = delivery_conversation(n, l->contact);
    if (c)
        send_have(n, l, c);
}

/* ---- what the peer lacks ---- */

static void enqueue(struct conversation *c, struct feed *f)
{
    if (f->queued || !f->mine || f->sent >= f->durable)
        return;
    f->queued = true;
    f->next_queued = NULL;
    *c->queue_end = f;
    c->queue_end = &f->next_queued;
}

static void dequeue(struct conversation *c)
{
    struct feed *f = c->queue;
    f->queued = false;
    c->queue = f->next_queued;
    if (!c->queue)
        c->queue_end = &c->queue;
}

/* From here on, what the peer lacks is what its last HAVE left out. The queue starts over, older
 * feeds first: what was said before our last restart is shown before what was said after. */
static void rewind_to_told(struct node *n, struct conversation *c)
{
    c->synced = true;
    while (c->queue)
        dequeue(c);
    for (size_t i = 0; i < c->feed_count; i++) {
        struct feed *f = c->feeds[i];
        f->sent = f->told < f->durable ? f->told : f->durable;
        enqueue(c, f);
    }
    delivery_pump(n, c);
}

void delivery_on_active(struct node *n, struct link *l)
{
    struct conversation *c = delivery_conversation(n, l->contact);
    if (!c)
        return;
    c->synced = false;
    if (c->told_on == l->id)
        rewind_to_told(n, c);
}

static void send_receipt(struct node *n, struct link *l, struct feed *f)
{
    struct feed_point point;
    struct receipt receipt;
    uint8_t body[RECEIPT_LEN];
    feed_point_of(f, f->durable, &point);
    receipt_sign(&n->me, &point, &receipt);
    receipt_write(&receipt, body);
    link_send(n, l, MESSAGE_RECEIPT, body, sizeof body);
    f->receipted = f->durable;
    f->receipt_link = l->id;
    f->receipt_due = false;
}

static void note_have_item(struct node *n, struct link *l, struct conversation *c,
                           const struct have_item *item)
{
    struct feed *f = feeds_find(c, item->author, item->incarnation);
    if (!f)
        return; /* it will send us what we lack */
    f->told = item->number;
    bool told_already = f->receipt_link == l->id && f->receipted == f->durable;
    if (!f->mine && item->receipted < f->durable && !told_already)
        send_receipt(n, l, f);
}

static enum lth_err on_have(struct node *n, struct link *l, const struct frame_message *m)
{
    struct have have;
    struct have_item item;
    struct conversation *c = delivery_conversation(n, l->contact);
    if (!c)
        return LTH_NO_MEMORY;
    if (have_parse(m->body, m->len, &have) != LTH_OK)
        return LTH_MALFORMED;
    if (memcmp(have.conversation, c->id, sizeof c->id) != 0)
        return LTH_OK; /* a conversation we do not know of */
    for (size_t i = 0; c->telling_on != l->id && i < c->feed_count; i++)
        c->feeds[i]->told = 0; /* the first part of a new account: what it does not name is 0 */
    c->telling_on = l->id;
    while (have_next(&have, &item))
        note_have_item(n, l, c, &item);
    if (!have.last)
        return LTH_OK;
    c->telling_on = 0;
    c->told_on = l->id;
    if (session_of(c) == l)
        rewind_to_told(n, c);
    return LTH_OK;
}

/* ---- sending ---- */

static void say_sent(struct node *n, const struct conversation *c, struct feed *f, uint64_t upto)
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

static void send_heads(struct node *n)
{
    for (struct feed *f = n->heads; f; f = f->next_head) {
        struct link *l = session_of(f->conversation);
        f->head_due = false;
        if (l && f->sent)
            send_head(n, l, f);
    }
    n->heads = NULL;
}

/* The content of an entry inside the bytes of its record. */
static bool content_of(const uint8_t *bytes, size_t len, const uint8_t **content,
                       size_t *content_len)
{
    struct entry_record record;
    if (!bytes || record_entry_parse(bytes, len, &record) != LTH_OK)
        return false;
    *content = record.content;
    *content_len = record.content_len;
    return true;
}

/* Gives the record of entry number of f, or NULL bytes. */
typedef struct node_record record_source(void *ctx, const struct feed *f, uint64_t number);

/* Sends one ENTRIES message from what source gives; returns how many entries went. */
static uint64_t send_run(struct node *n, struct link *l, struct feed *f, record_source *source,
                         void *ctx)
{
    struct writer w = writer_over(n->plain, ENTRIES_BODY_MAX); /* scratch until the step's end */
    uint64_t count = 0;
    const uint8_t *content;
    size_t len;
    entries_begin(&w, &f->id, f->sent + 1, feed_hash(f, f->sent));
    while (f->sent + count < f->durable) {
        struct node_record record = source(ctx, f, f->sent + count + 1);
        if (!content_of(record.bytes, record.len, &content, &len) || !entries_add(&w, content, len))
            break;
        count++;
    }
    if (count == 0)
        return 0;
    link_send(n, l, MESSAGE_ENTRIES, n->plain, writer_len(&w));
    f->sent += count;
    head_is_due(n, f);
    say_sent(n, f->conversation, f, f->sent);
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
    for (uint64_t at = f->sent + 1; at <= f->durable && count < ENTRIES_COUNT_MAX; at++)
        places[count++] = (struct place){f, at};
    struct pending_read *read = reads_ask(n, READ_TO_SEND, places, count);
    if (!read)
        return;
    read->conversation = c;
    read->link = l->id;
    c->reading = true;
}

static bool has_room(const struct link *l)
{
    return l->unsent + l->packing < LINK_UNSENT_HIGH;
}

void delivery_pump(struct node *n, struct conversation *c)
{
    struct link *l = session_of(c);
    while (l && c->synced && !c->reading && c->queue && has_room(l)) {
        struct feed *f = c->queue;
        if (f->sent < f->durable && send_run(n, l, f, from_journal, &n->journal) == 0) {
            read_back(n, c, f, l);
            return;
        }
        if (f->sent == f->durable)
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

static void on_read_to_send(struct node *n, const struct pending_read *read,
                            const struct node_record *records)
{
    struct conversation *c = read->conversation;
    struct link *l = session_of(c);
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
    while (is_wanted && send_run(n, l, f, from_read, &cursor) > 0)
        ;
    delivery_pump(n, c);
}

/* ---- receiving ---- */

static void say_fork(struct node *n, struct feed *f, uint64_t number)
{
    n->dropped[DROP_FORK]++;
    if (f->fork_told)
        return;
    f->fork_told = true;
    struct event *event = say(n, EVENT_FORK);
    memcpy(event->fork.conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(event->fork.from, f->id.author, ID_LEN);
    event->fork.number = number;
}

static void ask_again(struct node *n, struct conversation *c)
{
    c->resync = true;
    if (n->resync_ms == UINT64_MAX)
        n->resync_ms = n->now.mono_ms + RESYNC_MS;
}

/* A feed costs memory for good: it begins with a whole first entry, and nothing less. */
static bool begins_a_feed(struct entries run)
{
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    return run.first == 1 && entries_next(&run, &content, &len) == LTH_OK &&
           entry_content_parse(content, len, &parsed) == LTH_OK;
}

/* The feed a run belongs to; NULL in *out, and LTH_OK, when the run is to be passed over. */
static enum lth_err feed_of_run(struct node *n, struct link *l, const struct entries *run,
                                struct feed **out)
{
    struct conversation *c = delivery_conversation(n, l->contact);
    *out = NULL;
    if (!c)
        return LTH_NO_MEMORY;
    if (memcmp(run->feed.conversation, c->id, sizeof c->id) != 0 ||
        memcmp(run->feed.author, l->contact->identity.id, ID_LEN) != 0) {
        n->dropped[DROP_FOREIGN]++; /* shown only over its author's own session */
        return LTH_OK;
    }
    *out = feeds_find(c, run->feed.author, run->feed.incarnation);
    if (*out || !begins_a_feed(*run))
        return LTH_OK;
    if (feeds_of(c, run->feed.author) >= FEEDS_OF_PEER_MAX ||
        n->feeds.handle_count >= HANDLES_MAX - HANDLES_KEPT) {
        n->dropped[DROP_LIMIT]++;
        return LTH_OK;
    }
    enum lth_err err = feeds_add(&n->feeds, c, 0, run->feed.author, run->feed.incarnation, out);
    if (err == LTH_LIMIT)
        n->dropped[DROP_LIMIT]++;
    return err == LTH_LIMIT ? LTH_OK : err;
}

/* One entry of a run, number of f; prev is the hash before it in the run, and becomes its own.
 * LTH_NOT_FOUND: a fork, the rest of the run is not ours to take. */
static enum lth_err take_entry(struct node *n, struct feed *f, uint64_t number,
                               uint8_t prev[HASH_LEN], const uint8_t *content, size_t len)
{
    struct entry_content parsed;
    uint8_t hash[HASH_LEN];
    if (memcmp(prev, feed_hash(f, number - 1), HASH_LEN) != 0) {
        say_fork(n, f, number - 1);
        return LTH_NOT_FOUND;
    }
    if (number <= f->count) { /* known: it must be the same */
        entry_hash(&f->id, number, prev, content, len, hash);
        if (memcmp(hash, feed_hash(f, number), HASH_LEN) != 0) {
            say_fork(n, f, number);
            return LTH_NOT_FOUND;
        }
    } else if (entry_content_parse(content, len, &parsed) != LTH_OK) {
        return LTH_MALFORMED;
    } else {
        enum lth_err err = store_entry(n, f, content, len, &parsed, 0);
        if (err != LTH_OK)
            return err;
    }
    memcpy(prev, feed_hash(f, number), HASH_LEN);
    return LTH_OK;
}

static enum lth_err on_entries(struct node *n, struct link *l, const struct frame_message *m)
{
    struct entries run;
    struct feed *f;
    const uint8_t *content;
    size_t len;
    if (entries_parse(m->body, m->len, &run) != LTH_OK)
        return LTH_MALFORMED;
    enum lth_err err = feed_of_run(n, l, &run, &f);
    if (err != LTH_OK || !f)
        return err;
    if (run.first > f->count + 1) {
        n->dropped[DROP_GAP]++; /* what is missing was refused by our disk; see resync */
        ask_again(n, f->conversation);
        return LTH_OK;
    }
    for (uint64_t number = run.first; err == LTH_OK; number++) {
        err = entries_next(&run, &content, &len);
        if (err == LTH_OK)
            err = take_entry(n, f, number, run.prev, content, len);
    }
    return err == LTH_NOT_FOUND ? LTH_OK : err;
}

/* A head is evidence: kept when it is the author's and fits what we hold. */
static enum lth_err on_head(struct node *n, struct link *l, const struct frame_message *m)
{
    struct head head;
    struct head_record record;
    uint8_t bytes[RECORD_HEAD_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct conversation *c = delivery_conversation(n, l->contact);
    if (head_parse(m->body, m->len, &head) != LTH_OK)
        return LTH_MALFORMED;
    struct feed *f = c ? feeds_find(c, head.point.feed.author, head.point.feed.incarnation) : NULL;
    if (!f || f->mine || head.point.number > f->count || head.point.number <= f->head_seen ||
        !f->in_log)
        return LTH_OK;
    if (head_verify(&head, &l->contact->identity) != LTH_OK)
        return LTH_FORGED;
    if (memcmp(head.point.hash, feed_hash(f, head.point.number), HASH_LEN) != 0) {
        say_fork(n, f, head.point.number);
        return LTH_OK;
    }
    f->head_seen = head.point.number;
    record.feed = f->handle;
    record.number = head.point.number;
    memcpy(record.hash, head.point.hash, HASH_LEN);
    memcpy(record.signature, head.signature, SIGNATURE_LEN);
    record_head_write(&w, &record);
    store_note(n, &w);
    return LTH_OK;
}

static enum lth_err store_receipt(struct node *n, struct feed *f, const struct receipt *receipt)
{
    uint8_t bytes[RECORD_RECEIPT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct receipt_record record = {
        .feed = f->handle, .number = receipt->point.number, .time_ms = n->now.wall_ms};
    const struct journal_item item = {
        .kind = JOURNAL_RECEIPT, .feed = f, .number = receipt->point.number};
    memcpy(record.hash, receipt->point.hash, HASH_LEN);
    memcpy(record.reader, receipt->reader, ID_LEN);
    memcpy(record.signature, receipt->signature, SIGNATURE_LEN);
    record_receipt_write(&w, &record);
    return store_item(n, &item, &w, false);
}

static enum lth_err on_receipt(struct node *n, struct link *l, const struct frame_message *m)
{
    struct receipt receipt;
    struct conversation *c = delivery_conversation(n, l->contact);
    if (receipt_parse(m->body, m->len, &receipt) != LTH_OK)
        return LTH_MALFORMED;
    const struct feed_point *point = &receipt.point;
    struct feed *f = c ? feeds_find(c, point->feed.author, point->feed.incarnation) : NULL;
    if (!f || !f->mine || point->number > f->durable ||
        memcmp(point->hash, feed_hash(f, point->number), HASH_LEN) != 0) {
        n->dropped[DROP_RECEIPT]++;
        return LTH_OK;
    }
    if (point->number <= f->receipt_seen)
        return LTH_OK;
    if (receipt_verify(&receipt, &l->contact->identity) != LTH_OK)
        return LTH_FORGED;
    f->receipt_seen = point->number;
    return store_receipt(n, f, &receipt);
}

enum lth_err delivery_on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    switch (m->type) {
    case MESSAGE_HAVE: return on_have(n, l, m);
    case MESSAGE_ENTRIES: return on_entries(n, l, m);
    case MESSAGE_HEAD: return on_head(n, l, m);
    case MESSAGE_RECEIPT: return on_receipt(n, l, m);
    default: return m->flags & FRAME_MUST_UNDERSTAND ? LTH_MALFORMED : LTH_OK;
    }
}

/* ---- when the disk has it ---- */

bool delivery_view(struct node *n, const struct place *place, const struct node_record *record,
                   struct message_view *out)
{
    const struct feed *f = place->feed;
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    if (!content_of(record->bytes, record->len, &content, &len) ||
        entry_content_parse(content, len, &parsed) != LTH_OK || parsed.kind != ENTRY_TEXT)
        return false;
    *out = (struct message_view){
        .from_me = f->mine,
        .name = f->mine ? n->name : contact_label(f->conversation->peer),
        .with = f->conversation->peer->identity.id,
        .number = place->number,
        .time_ms = parsed.time_ms > time_max_ms ? time_max_ms : parsed.time_ms,
        .record = feed_entry(f, place->number)->record,
        .text = parsed.body,
        .text_len = parsed.body_len,
    };
    memcpy(out->id, feed_hash(f, place->number), HASH_LEN);
    memcpy(out->conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(out->from, f->id.author, ID_LEN);
    return true;
}

static void show(struct node *n, const struct place *place, const struct node_record *record)
{
    struct message_view view;
    if (!delivery_view(n, place, record, &view))
        return;
    uint8_t *text = todo_room(n->todo, view.text_len);
    if (!text)
        return;
    view.text = memcpy(text, view.text, view.text_len);
    say(n, EVENT_MESSAGE)->message = view;
}

static void show_or_queue(struct node *n, const struct place *place,
                          const struct node_record *record)
{
    if (unseen_is_empty(&n->unseen))
        show(n, place, record);
    else if (unseen_add(&n->unseen, place) != LTH_OK)
        n->todo->out_of_memory = true;
}

static void say_accepted(struct node *n, const struct journal_item *item)
{
    struct event *event = say(n, EVENT_ACCEPTED);
    event->is_answer = true;
    event->ticket = item->ticket;
    memcpy(event->accepted.id, feed_hash(item->feed, item->number), HASH_LEN);
    memcpy(event->accepted.conversation, item->feed->id.conversation, CONVERSATION_ID_LEN);
}

static void say_delivered(struct node *n, struct feed *f, uint64_t upto)
{
    f->receipted_ms = n->now.wall_ms;
    f->receipted_first = f->receipted + 1;
    n->queued -= upto - f->receipted;
    say_sent(n, f->conversation, f, upto); /* a receipt proves that it was sent */
    while (f->receipted < upto) {
        struct event *event = say(n, EVENT_DELIVERED);
        memcpy(event->delivery.id, feed_hash(f, ++f->receipted), HASH_LEN);
        memcpy(event->delivery.peer, f->conversation->peer->identity.id, ID_LEN);
        event->delivery.time_ms = n->now.wall_ms;
    }
}

void delivery_on_written(struct node *n, uint64_t upto)
{
    struct journal *j = &n->journal;
    while (j->written < upto) {
        const struct journal_item *item = journal_get(j, ++j->written);
        if (item && item->kind == JOURNAL_RECEIPT && item->number > item->feed->receipted)
            say_delivered(n, item->feed, item->number);
    }
}

static void on_entry_durable(struct node *n, const struct journal_item *item)
{
    struct feed *f = item->feed;
    struct place place = {f, item->number};
    struct node_record record = {item->bytes, item->len};
    if (feed_commit(f) != LTH_OK) {
        n->todo->out_of_memory = true;
        return;
    }
    if (!f->mine) {
        show_or_queue(n, &place, &record);
        f->receipt_due = true;
        return;
    }
    n->queued++;
    say_accepted(n, item);
    enqueue(f->conversation, f);
}

static void after_durable(struct node *n, struct feed *f)
{
    struct link *l = session_of(f->conversation);
    if (f->receipt_due && l)
        send_receipt(n, l, f);
    delivery_pump(n, f->conversation);
}

void delivery_on_durable(struct node *n, uint64_t upto)
{
    struct journal *j = &n->journal;
    uint64_t first = j->durable + 1;
    struct feed *last = NULL;
    delivery_on_written(n, upto);
    while (j->durable < upto) {
        const struct journal_item *item = journal_get(j, ++j->durable);
        if (item->kind == JOURNAL_OUR_ENTRY || item->kind == JOURNAL_THEIR_ENTRY)
            on_entry_durable(n, item);
        else if (item->kind == JOURNAL_SETTING)
            commands_on_stored(n, item);
    }
    for (uint64_t at = first; at <= upto; at++) { /* once per feed and batch */
        const struct journal_item *item = journal_get(j, at);
        if (item->feed && item->feed != last)
            after_durable(n, last = item->feed);
    }
    journal_trim(j, JOURNAL_KEEP);
    n->disk_refused = false;
}

static void tell_refusal(struct node *n, enum lth_err why)
{
    if (n->disk_refused)
        return;
    n->disk_refused = true;
    if (why == LTH_DISK_FULL)
        say_warning(n, "disk_full",
                    "The disk is full: nothing new is accepted or acknowledged "
                    "until there is room; free some space.");
    else
        say_warning(n, "store_read_only",
                    "The message store takes no more writes (%s): nothing new is accepted or "
                    "acknowledged; see to the disk, then restart.",
                    lth_strerror(why));
}

static void refuse_ours(struct node *n, uint64_t ticket, enum lth_err why)
{
    if (why == LTH_DISK_FULL)
        say_error(n, ticket, CODE_DISK_FULL,
                  "Nothing was accepted, because the disk is full: free some space and try again.");
    else
        say_error(n, ticket, CODE_STORE_READ_ONLY,
                  "Nothing was accepted, because the store takes no writes (%s): see to the disk, "
                  "restart, and try again.",
                  lth_strerror(why));
}

void delivery_on_refused(struct node *n, uint64_t from, enum lth_err why)
{
    struct journal_item item;
    tell_refusal(n, why);
    while (journal_pop(&n->journal, from, &item)) {
        if (item.kind == JOURNAL_CONTACT && item.contact)
            item.contact->in_log = false;
        if (item.kind == JOURNAL_FEED)
            item.feed->in_log = false;
        if (item.kind == JOURNAL_RECEIPT)
            item.feed->receipt_seen = item.feed->receipted;
        if (item.kind == JOURNAL_OUR_ENTRY || item.kind == JOURNAL_THEIR_ENTRY)
            feed_pop(item.feed);
        if (item.kind == JOURNAL_OUR_ENTRY || item.kind == JOURNAL_SETTING)
            refuse_ours(n, item.ticket, why);
        if (item.kind == JOURNAL_THEIR_ENTRY || item.kind == JOURNAL_RECEIPT)
            ask_again(n, item.feed->conversation);
    }
}

static void resync(struct node *n)
{
    n->resync_ms = UINT64_MAX;
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next) {
        struct link *l = session_of(c);
        if (!c->resync || !l)
            continue;
        c->resync = false;
        send_have(n, l, c);
    }
}

void delivery_on_time(struct node *n)
{
    if (n->heads && n->now.mono_ms >= n->heads_ms)
        send_heads(n);
    if (n->now.mono_ms >= n->resync_ms)
        resync(n);
}

uint64_t delivery_wake_ms(const struct node *n)
{
    return n->heads && n->heads_ms < n->resync_ms ? n->heads_ms : n->resync_ms;
}

static void on_read_to_show(struct node *n, const struct pending_read *read,
                            const struct node_record *records)
{
    for (size_t i = 0; i < read->count; i++)
        show(n, &read->places[i], &records[i]);
    unseen_on_shown(n, read->count);
    if (!n->held)
        unseen_go_on(n);
}

void delivery_on_read(struct node *n, const struct pending_read *read,
                      const struct node_record *records)
{
    switch (read->purpose) {
    case READ_TO_SEND: on_read_to_send(n, read, records); return;
    case READ_TO_SHOW: on_read_to_show(n, read, records); return;
    case READ_FOR_HISTORY: commands_on_history(n, read, records); return;
    }
}
