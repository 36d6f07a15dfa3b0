/* What is told about a group: the first byte chooses the parser. What it takes, written again, is
 * the same bytes; and what is sealed opens again. */
#include "wire/group.h"
#include "wire/operation.h"
#include "wire/sealed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static struct identity_secret me;
static uint8_t again[1 << 16], plain[1 << 16];

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
    require(memcmp(again, bytes, len) == 0);
}

/* ---- operations ---- */

static void require_persons(const struct operation *op)
{
    struct reader r = reader_over(op->persons, op->persons_len);
    struct person person;
    size_t count = 0;
    for (; person_read(&r, &person); count++)
        require(hello_name_is_good((const uint8_t *)person.name, strlen(person.name)));
    require(reader_finish(&r) == LTH_OK && count == op->person_count);
}

static void require_cut(const struct operation *op)
{
    struct reader r = reader_over(op->cut, op->cut_count * CUT_ITEM_LEN);
    while (reader_left(&r) > 0) {
        uint64_t incarnation = read_u64(&r);
        require(operation_cut_of(op, incarnation) == read_u64(&r));
    }
}

/* Said by us it is the same, but for the author and the signature. */
static void require_written_again(const struct operation *op, const uint8_t *bytes, size_t len)
{
    enum { AUTHOR = 2 * HASH_LEN };
    bool mine = memcmp(op->author, me.public.id, ID_LEN) == 0;
    struct operation same = *op;
    size_t written;
    if (op->type == OPERATION_CREATE && !mine)
        return; /* there the author's keys stand inside too */
    require(operation_sign(&me, &same, again, sizeof again, &written) == LTH_OK && written == len);
    require(operation_verify(again, written, me.public.ed25519) == LTH_OK);
    memcpy(again + AUTHOR, op->author, ID_LEN);
    require(memcmp(again, bytes, len - SIGNATURE_LEN) == 0);
    require(mine == (memcmp(same.hash, op->hash, HASH_LEN) == 0));
    if (mine && operation_verify(bytes, len, me.public.ed25519) == LTH_OK)
        require(memcmp(again, bytes, len) == 0);
}

static void fuzz_operation(const uint8_t *bytes, size_t len)
{
    struct operation op;
    if (operation_parse(bytes, len, &op) != LTH_OK)
        return;
    require(len <= OPERATION_MAX);
    require_persons(&op);
    require_cut(&op);
    require_written_again(&op, bytes, len);
}

/* ---- lists and the key ---- */

static void fuzz_roster(const uint8_t *bytes, size_t len)
{
    struct writer w = writer_over(again, sizeof again);
    struct group_list list;
    uint8_t hash[HASH_LEN];
    if (group_roster_parse(bytes, len, &list) != LTH_OK)
        return;
    require(list.is_answer == (bytes[HASH_LEN] & GROUP_ANSWER));
    group_roster_begin(&w, list.group, bytes[HASH_LEN]);
    while (group_next_hash(&list, hash))
        group_add_hash(&w, hash);
    require_same(bytes, len, &w);
}

static void fuzz_key_wanted(const uint8_t *bytes, size_t len)
{
    struct writer w = writer_over(again, sizeof again);
    struct group_list list;
    uint8_t hash[HASH_LEN];
    size_t count = 0;
    if (group_key_wanted_parse(bytes, len, &list) != LTH_OK)
        return;
    group_begin(&w, list.group);
    for (; group_next_hash(&list, hash); count++)
        group_add_hash(&w, hash);
    require(count == list.count && count - 1 < GROUP_LIST_MAX);
    require_same(bytes, len, &w);
}

static void fuzz_want(const uint8_t *bytes, size_t len)
{
    struct writer w = writer_over(again, sizeof again);
    struct group_list list;
    struct group_want item;
    size_t count = 0;
    if (group_want_parse(bytes, len, &list) != LTH_OK)
        return;
    group_begin(&w, list.group);
    for (; group_next_want(&list, &item); count++)
        group_add_want(&w, &item);
    require(count == list.count && count - 1 < GROUP_LIST_MAX);
    require_same(bytes, len, &w);
}

static void fuzz_key(const uint8_t *bytes, size_t len)
{
    struct group_key key;
    if (group_key_parse(bytes, len, &key) != LTH_OK)
        return;
    group_key_write(&key, again);
    require(len == GROUP_KEY_LEN && memcmp(again, bytes, len) == 0);
}

/* ---- entries ---- */

static const uint8_t key[CHAIN_KEY_LEN] = {3}, prev[HASH_LEN] = {4};
static const struct feed_id feed = {.conversation = {5}, .author = {6}, .incarnation = 7};
static const struct sealed_place place = {.feed = &feed, .number = 8, .prev = prev};

/* Seals what stands in content, and opens it. */
static void require_opens_again(const struct entry_content *content)
{
    struct entry_content opened;
    size_t len;
    require(sealed_write(content, &place, 9, key, content->kind, content->body, content->body_len,
                         again, sizeof again, &len) == LTH_OK);
    enum lth_err want = content->body_len > 0 && len <= ENTRY_CONTENT_MAX ? LTH_OK : LTH_MALFORMED;
    require(sealed_open(again, len, &place, key, plain, &opened) == want);
    if (want != LTH_OK)
        return;
    require(opened.kind == content->kind && opened.body_len == content->body_len);
    require(memcmp(opened.body, content->body, opened.body_len) == 0);
    require(opened.time_ms == content->time_ms && opened.order_ms == content->order_ms);
    require(opened.parent_count == content->parent_count);
}

static void require_chain_again(const struct entry_content *content)
{
    struct chain_body body;
    if (chain_body_parse(content, &body) != LTH_OK)
        return;
    chain_body_write(&body, again);
    require(content->body_len == CHAIN_BODY_LEN);
    require(memcmp(again, content->body, CHAIN_BODY_LEN) == 0);
}

static void require_sealed_again(const struct entry_content *content, const uint8_t *bytes,
                                 size_t len)
{
    struct entry_content opened;
    uint32_t index;
    size_t written;
    enum lth_err form = sealed_index(content, &index);
    enum lth_err err = sealed_open(bytes, len, &place, key, plain, &opened);
    require(form == LTH_OK || err == LTH_MALFORMED);
    if (err != LTH_OK)
        return;
    require(index < CHAIN_LEN_MAX);
    require(sealed_write(&opened, &place, index, key, opened.kind, opened.body, opened.body_len,
                         again, sizeof again, &written) == LTH_OK);
    require(written == len && memcmp(again, bytes, len) == 0);
}

static void fuzz_entry(const uint8_t *bytes, size_t len)
{
    struct entry_content content;
    if (len > sizeof plain || entry_content_parse(bytes, len, &content) != LTH_OK)
        return;
    require_chain_again(&content);
    require_sealed_again(&content, bytes, len);
    require_opens_again(&content);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    static void (*const parsers[])(const uint8_t *, size_t) = {
        fuzz_operation, fuzz_roster, fuzz_want, fuzz_key, fuzz_key_wanted, fuzz_entry};
    init();
    if (len > 0)
        parsers[input[0] % LENGTH(parsers)](input + 1, len - 1);
    return 0;
}
