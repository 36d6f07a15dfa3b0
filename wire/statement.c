#include "wire/statement.h"

#include <assert.h>
#include <string.h>

static const char head_domain[] = "lanthorn/head/1";
static const char receipt_domain[] = "lanthorn/receipt/1";

static void head_claim(const struct head *head, struct writer *w)
{
    feed_point_write(w, &head->point);
}

void head_sign(const struct identity_secret *me, const struct feed_point *point, struct head *out)
{
    uint8_t claim[FEED_POINT_LEN];
    struct writer w = writer_over(claim, sizeof claim);
    out->point = *point;
    head_claim(out, &w);
    identity_sign(me, head_domain, claim, sizeof claim, out->signature);
}

void head_write(const struct head *head, uint8_t out[HEAD_LEN])
{
    struct writer w = writer_over(out, HEAD_LEN);
    head_claim(head, &w);
    write_bytes(&w, head->signature, SIGNATURE_LEN);
    assert(!w.spoiled);
}

enum lth_err head_parse(const uint8_t *bytes, size_t len, struct head *out)
{
    struct reader r = reader_over(bytes, len);
    struct head head;
    feed_point_read(&r, &head.point);
    read_bytes(&r, head.signature, SIGNATURE_LEN);
    if (reader_finish(&r) != LTH_OK || head.point.number == 0)
        return LTH_MALFORMED;
    *out = head;
    return LTH_OK;
}

enum lth_err head_verify(const struct head *head, const struct identity *author)
{
    uint8_t claim[FEED_POINT_LEN];
    struct writer w = writer_over(claim, sizeof claim);
    head_claim(head, &w);
    if (memcmp(head->point.feed.author, author->id, ID_LEN) != 0)
        return LTH_FORGED;
    return identity_verify(author->ed25519, head_domain, claim, sizeof claim, head->signature);
}

static void receipt_claim(const struct receipt *receipt, struct writer *w)
{
    write_bytes(w, receipt->reader, ID_LEN);
    feed_point_write(w, &receipt->point);
}

void receipt_sign(const struct identity_secret *me, const struct feed_point *point,
                  struct receipt *out)
{
    uint8_t claim[ID_LEN + FEED_POINT_LEN];
    struct writer w = writer_over(claim, sizeof claim);
    memcpy(out->reader, me->public.id, ID_LEN);
    out->point = *point;
    receipt_claim(out, &w);
    identity_sign(me, receipt_domain, claim, sizeof claim, out->signature);
}

void receipt_with(const struct identity *reader, const struct feed_point *point,
                  const uint8_t signature[SIGNATURE_LEN], struct receipt *out)
{
    memcpy(out->reader, reader->id, ID_LEN);
    out->point = *point;
    memcpy(out->signature, signature, SIGNATURE_LEN);
}

void receipt_write(const struct receipt *receipt, uint8_t out[RECEIPT_LEN])
{
    struct writer w = writer_over(out, RECEIPT_LEN);
    receipt_claim(receipt, &w);
    write_bytes(&w, receipt->signature, SIGNATURE_LEN);
    assert(!w.spoiled);
}

enum lth_err receipt_parse(const uint8_t *bytes, size_t len, struct receipt *out)
{
    struct reader r = reader_over(bytes, len);
    struct receipt receipt;
    read_bytes(&r, receipt.reader, ID_LEN);
    feed_point_read(&r, &receipt.point);
    read_bytes(&r, receipt.signature, SIGNATURE_LEN);
    if (reader_finish(&r) != LTH_OK || receipt.point.number == 0)
        return LTH_MALFORMED;
    *out = receipt;
    return LTH_OK;
}

enum lth_err receipt_verify(const struct receipt *receipt, const struct identity *reader)
{
    uint8_t claim[ID_LEN + FEED_POINT_LEN];
    struct writer w = writer_over(claim, sizeof claim);
    receipt_claim(receipt, &w);
    if (memcmp(receipt->reader, reader->id, ID_LEN) != 0)
        return LTH_FORGED;
    return identity_verify(reader->ed25519, receipt_domain, claim, sizeof claim,
                           receipt->signature);
}
