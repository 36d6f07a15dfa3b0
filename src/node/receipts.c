#include "node/receipts.h"

#include "node/state.h"
#include "store/record.h"
#include "wire/statement.h"

#include <string.h>

enum {
    PREPARED_MAX = 4, /* entries on their way to the disk; with more, more will come */
    RECEIPT_IN_DOUBT_MS = 2 * DEAD_AFTER_MS /* a session that is gone may have swallowed it */
};

/* The signature is kept: who asks for the same again does not cost us another. */
static void sign_receipt(const struct node *n, struct feed *f, const struct feed_point *point,
                         struct receipt *receipt)
{
    receipt_sign(&n->me, point, receipt);
    memcpy(f->signature, receipt->signature, SIGNATURE_LEN);
    f->signed_number = point->number;
}

/* A receipt is signed before it is true, and sent only once it is: so that in a quiet
 * conversation the signature costs no time. In a busy one it would be made for nothing. */
void receipts_prepare(struct node *n)
{
    struct feed *f = n->sign_ahead;
    struct feed_point point;
    struct receipt receipt;
    n->sign_ahead = NULL;
    if (!f || f->signed_number == f->count || f->count - f->durable > PREPARED_MAX)
        return;
    feed_point_of(f, f->count, &point);
    sign_receipt(n, f, &point, &receipt);
}

void receipts_send(struct node *n, struct link *l, struct reach *r, uint64_t upto)
{
    struct feed *f = r->feed;
    struct feed_point point;
    struct receipt receipt;
    uint8_t body[RECEIPT_LEN];
    feed_point_of(f, upto, &point);
    if (f->signed_number == upto)
        receipt_with(&n->me.public, &point, f->signature, &receipt);
    else
        sign_receipt(n, f, &point, &receipt);
    receipt_write(&receipt, body);
    link_send(n, l, MESSAGE_RECEIPT, body, sizeof body);
    r->receipt_link = l->id;
    r->receipt_told_ms = n->now.mono_ms;
    r->receipt_due = false;
}

bool receipts_author_holds(const struct reach *r, const struct link *l)
{
    return r->feed->id.incarnation == l->incarnation || r->peer_has >= r->feed->durable;
}

/* The nth feed of the conversation towards them when it is theirs, else NULL. */
static struct reach *theirs(const struct exchange *x, size_t nth)
{
    const struct feed *f = x->conversation->feeds[nth];
    return exchange_is_author(x, f) ? exchange_reach(x, f) : NULL;
}

void receipts_repeat(struct node *n, struct link *l, const struct exchange *x)
{
    for (size_t i = 0; i < x->conversation->feed_count; i++) {
        struct reach *r = theirs(x, i);
        if (!r)
            continue;
        bool is_recent = n->now.mono_ms - r->receipt_told_ms < RECEIPT_IN_DOUBT_MS;
        bool was_told = r->receipt_link && r->receipt_link != l->id && is_recent;
        if ((r->receipt_due || was_told) && receipts_author_holds(r, l))
            receipts_send(n, l, r, r->feed->durable);
    }
}

void receipts_send_again(struct node *n, struct link *l, struct reach *r, uint64_t number)
{
    uint64_t upto = number < r->feed->durable ? number : r->feed->durable;
    if (upto)
        receipts_send(n, l, r, upto);
}

void receipts_send_wanted(struct node *n, struct link *l, const struct exchange *x)
{
    for (size_t i = 0; i < x->conversation->feed_count; i++) {
        struct reach *r = theirs(x, i);
        if (r && r->receipt_wanted)
            receipts_send_again(n, l, r, r->receipt_wanted);
        if (r)
            r->receipt_wanted = 0;
    }
}

static enum lth_err store_receipt(struct node *n, struct reach *r, const struct receipt *receipt)
{
    uint8_t bytes[RECORD_RECEIPT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct receipt_record record = {
        .feed = r->feed->handle, .number = receipt->point.number, .time_ms = n->now.wall_ms};
    const struct journal_item item = {
        .kind = JOURNAL_RECEIPT, .feed = r->feed, .reach = r, .number = receipt->point.number};
    memcpy(record.hash, receipt->point.hash, HASH_LEN);
    memcpy(record.reader, receipt->reader, ID_LEN);
    memcpy(record.signature, receipt->signature, SIGNATURE_LEN);
    record_receipt_write(&w, &record);
    return store_item(n, &item, &w, false);
}

enum lth_err receipts_on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    struct receipt receipt;
    if (receipt_parse(m->body, m->len, &receipt) != LTH_OK)
        return LTH_MALFORMED;
    link_answered(l);
    const struct feed_point *point = &receipt.point;
    struct exchange *x = delivery_exchange(n, l, point->feed.conversation);
    struct feed *f =
        x ? feeds_find(x->conversation, point->feed.author, point->feed.incarnation) : NULL;
    if (!f || !f->mine || point->number > f->durable ||
        memcmp(point->hash, feed_hash(f, point->number), HASH_LEN) != 0) {
        n->dropped[DROP_RECEIPT]++;
        return LTH_OK;
    }
    struct reach *r = exchange_reach(x, f);
    if (point->number <= r->receipt_seen)
        return LTH_OK;
    if (receipt_verify(&receipt, &l->contact->identity) != LTH_OK)
        return LTH_FORGED;
    r->receipt_seen = point->number;
    return store_receipt(n, r, &receipt);
}
