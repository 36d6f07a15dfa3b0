/* The bodies of messages: the first byte chooses the parser. What it takes, written again, is the
 * same bytes; a hello or a statement is taken from nobody but the one key that can sign here. */
#include "wire/entries.h"
#include "wire/have.h"
#include "wire/hello.h"
#include "wire/statement.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static struct identity_secret me;
static uint8_t again[1 << 16];

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void init(void)
{
    static const uint8_t secret[64] = {[0] = 1, [32] = 2};
    static bool done;
    if (done)
        return;
    require(sodium_init() >= 0);
    identity_secret_init(&me, secret, secret + 32);
    done = true;
}

static void require_same(const uint8_t *bytes, size_t len, const struct writer *w)
{
    size_t written;
    require(writer_finish(w, &written) == LTH_OK && written == len);
    require(len == 0 || memcmp(again, bytes, len) == 0);
}

static void fuzz_hello(const uint8_t *bytes, size_t len)
{
    struct hello hello;
    if (hello_parse(bytes, len, me.public.x25519, &hello) != LTH_OK)
        return;
    require(memcmp(&hello.identity, &me.public, sizeof me.public) == 0);
    require(hello_name_is_good((const uint8_t *)hello.name, strlen(hello.name)));
}

static void fuzz_content(const uint8_t *bytes, size_t len)
{
    struct entry_content content;
    size_t written;
    if (len > sizeof again || entry_content_parse(bytes, len, &content) != LTH_OK)
        return;
    require(content.kind != ENTRY_TEXT || content.body_len - 1 < ENTRY_TEXT_MAX);
    require(entry_content_write(&content, again, sizeof again, &written) == LTH_OK);
    require(written == len && memcmp(again, bytes, len) == 0);
}

static void fuzz_entries(const uint8_t *bytes, size_t len)
{
    struct entries run;
    struct writer w = writer_over(again, sizeof again);
    const uint8_t *content;
    size_t content_len;
    enum lth_err err;
    if (len > sizeof again || entries_parse(bytes, len, &run) != LTH_OK)
        return;
    entries_begin(&w, &run.feed, run.first, run.prev);
    while ((err = entries_next(&run, &content, &content_len)) == LTH_OK)
        require(entries_add(&w, content, content_len));
    require(memcmp(again, bytes, writer_len(&w)) == 0);
    require(err == (writer_len(&w) == len ? LTH_NOT_FOUND : LTH_MALFORMED));
}

static void fuzz_have(const uint8_t *bytes, size_t len)
{
    struct have have;
    struct have_item item;
    struct writer w = writer_over(again, sizeof again);
    if (len > sizeof again || have_parse(bytes, len, &have) != LTH_OK)
        return;
    have_begin(&w, have.conversation, (have.last ? HAVE_LAST : 0) | (have.asks ? HAVE_ASKS : 0));
    while (have_next(&have, &item))
        have_add(&w, &item);
    again[HASH_LEN] = bytes[HASH_LEN]; /* flags we do not know are not kept */
    require_same(bytes, len, &w);
}

static void fuzz_head(const uint8_t *bytes, size_t len)
{
    struct head head;
    uint8_t written[HEAD_LEN];
    if (head_parse(bytes, len, &head) != LTH_OK)
        return;
    head_write(&head, written);
    require(len == HEAD_LEN && memcmp(written, bytes, len) == 0);
    if (head_verify(&head, &me.public) == LTH_OK)
        require(memcmp(head.point.feed.author, me.public.id, ID_LEN) == 0);
}

static void fuzz_receipt(const uint8_t *bytes, size_t len)
{
    struct receipt receipt;
    uint8_t written[RECEIPT_LEN];
    if (receipt_parse(bytes, len, &receipt) != LTH_OK)
        return;
    receipt_write(&receipt, written);
    require(len == RECEIPT_LEN && memcmp(written, bytes, len) == 0);
    if (receipt_verify(&receipt, &me.public) == LTH_OK)
        require(memcmp(receipt.reader, me.public.id, ID_LEN) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    static void (*const parsers[])(const uint8_t *, size_t) = {
        fuzz_hello, fuzz_content, fuzz_entries, fuzz_have, fuzz_head, fuzz_receipt};
    init();
    if (len > 0)
        parsers[input[0] % LENGTH(parsers)](input + 1, len - 1);
    return 0;
}
