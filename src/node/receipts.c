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
    memcpy(f->signed_receipt, receipt->signature, SIGNATURE_LEN);
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

void receipts_send(struct node *n, struct link *l, struct feed *f, uint64_t upto)
{
    struct feed_point point;
    struct receipt receipt;
    uint8_t body[RECEIPT_LEN];
    feed_point_of(f, upto, &point);
    if (f->signed_number == upto)
        receipt_with(&n->me.public, &point, f->signed_receipt, &receipt);
    else
        sign_receipt(n, f, &point, &receipt);
    receipt_write(&receipt, body);
    link_send(n, l, MESSAGE_RECEIPT, body, sizeof body);
    f->receipt_link = l->id;
    f->receipt_told_ms = n->now.mono_ms;
    f->receipt_due = false;
}

bool receipts_author_holds(const struct feed *f, const struct link *l)
{
    return f->id.incarnation == l->incarnation || f->peer_has >= f->durable;
}

void receipts_repeat(struct node *n, struct link *l, struct conversation *c)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        struct feed *f = c->feeds[i];
        bool is_recent = n->now.mono_ms - f->receipt_told_ms < RECEIPT_IN_DOUBT_MS;
        bool was_told = f->receipt_link && f->receipt_link != l->id && is_recent;
        if (!f->mine && (f->receipt_due || was_told) && receipts_author_holds(f, l))
            receipts_send(n, l, f, f->durable);
    }
}

void receipts_send_again(struct node *n, struct link *l, struct feed *f, uint64_t number)
{
    uint64_t upto = number < f->durable ? number : f->durable;
    if (upto)
        receipts_send(n, l, f, upto);
}

void receipts_send_wanted(struct node *n, struct link *l, const struct conversation *c)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        struct feed *f = c->feeds[i];
        if (f->receipt_wanted)
            receipts_send_again(n, l, f, f->receipt_wanted);
        f->receipt_wanted = 0;
    }
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

enum lth_err receipts_on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    struct receipt receipt;
    struct conversation *c = delivery_conversation(n, l->contact);
    if (receipt_parse(m->body, m->len, &receipt) != LTH_OK)
        return LTH_MALFORMED;
    link_answered(l);
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
