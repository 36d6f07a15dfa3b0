/* The worked group of wire/PROTOCOL.md against our code, written and read. */
#include "check.h"
#include "wire/operation.h"
#include "wire/page.h"
#include "wire/sealed.h"
#include "wire/statement.h"

#include <sodium.h>
#include <stdio.h>

enum { START_S = 1700000000 };

static const uint8_t none[HASH_LEN];

static uint64_t at_second(uint64_t n)
{
    return (START_S + n) * 1000;
}

static void hash_on_page(const char *name, uint8_t out[HASH_LEN])
{
    struct hex_bytes value;
    page_value(name, &value);
    assert_int_equal(value.len, HASH_LEN);
    memcpy(out, value.bytes, HASH_LEN);
}

/* ---- operations ---- */

/* Signed it must be the bytes of the page, and those are read as what was signed. */
static void expect_operation(struct operation *op, const char *name, const char *hash_name)
{
    const struct identity_secret alice = page_identity("initiator");
    uint8_t bytes[VECTOR_BYTES];
    struct hex_bytes wire;
    struct operation back;
    size_t len;

    CHECK_ERR(operation_sign(&alice, op, bytes, sizeof bytes, &len), LTH_OK, name);
    page_expect(name, bytes, len);
    page_value(name, &wire);
    CHECK_ERR(operation_parse(wire.bytes, wire.len, &back), LTH_OK, name);
    CHECK_ERR(operation_verify(wire.bytes, wire.len, alice.public.ed25519), LTH_OK, name);
    page_expect(hash_name, back.hash, HASH_LEN);
    assert_memory_equal(back.author, alice.public.id, ID_LEN);
    assert_int_equal(back.type, op->type);
    assert_true(back.time_ms == op->time_ms);
}

static struct operation operation_after(const char *parent, uint64_t second)
{
    struct operation op = {.time_ms = at_second(second)};
    hash_on_page("group id", op.group);
    hash_on_page(parent, op.parent);
    return op;
}

static void test_the_create(void **state)
{
    const struct person bob = {page_identity("responder").public, "bob"};
    struct operation op = {.type = OPERATION_CREATE,
                           .time_ms = at_second(0),
                           .name = "team",
                           .person.name = "alice",
                           .person_count = 1};
    uint8_t persons[PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    struct hex_bytes nonce;

    (void)state;
    page_value("group nonce", &nonce);
    memcpy(op.nonce, nonce.bytes, GROUP_NONCE_LEN);
    person_write(&w, &bob);
    op.persons = persons;
    op.persons_len = writer_len(&w);
    expect_operation(&op, "create operation", "group id");
}

static void test_the_add(void **state)
{
    struct operation op = operation_after("group id", 1);
    (void)state;
    op.type = OPERATION_ADD;
    op.person = (struct person){page_identity("carol").public, "carol"};
    expect_operation(&op, "add operation", "add hash");
}

static void test_the_remove(void **state)
{
    static const struct cut_item feeds[] = {{0x1112131415161718, 7}, {0x2122232425262728, 3}};
    struct operation op = operation_after("add hash", 2);
    uint8_t cut[2 * CUT_ITEM_LEN];
    struct writer w = writer_over(cut, sizeof cut);

    (void)state;
    op.type = OPERATION_REMOVE;
    memcpy(op.subject, page_identity("responder").public.id, ID_LEN);
    for (size_t i = 0; i < LENGTH(feeds); i++)
        cut_write(&w, &feeds[i]);
    op.cut = cut;
    op.cut_count = LENGTH(feeds);
    expect_operation(&op, "remove operation", "remove hash");
}

/* ---- what alice says ---- */

static struct feed_id feed_of_alice(void)
{
    struct feed_id feed = {.incarnation = 0x0102030405060708};
    hash_on_page("group id", feed.conversation);
    memcpy(feed.author, page_identity("initiator").public.id, ID_LEN);
    return feed;
}

static struct entry_content outer(uint64_t second)
{
    return (struct entry_content){.time_ms = at_second(second), .order_ms = at_second(second)};
}

static void expect_entry(uint64_t number, const uint8_t prev[HASH_LEN], const uint8_t *content,
                         size_t len, const char *name, const char *hash_name)
{
    const struct feed_id feed = feed_of_alice();
    uint8_t hash[HASH_LEN];

    page_expect(name, content, len);
    entry_hash(&feed, number, prev, content, len, hash);
    page_expect(hash_name, hash, HASH_LEN);
}

static void test_the_entry_that_opens_the_chain(void **state)
{
    const struct feed_id feed = feed_of_alice();
    struct entry_content content = outer(3), parsed;
    uint8_t body[CHAIN_BODY_LEN], bytes[VECTOR_BYTES];
    struct chain_body chain, back;
    struct hex_bytes key;
    size_t len;

    (void)state;
    page_value("first chain key", &key);
    hash_on_page("remove hash", chain.roster_head);
    chain_commitment(&feed, chain.roster_head, key.bytes, chain.commitment);
    page_expect("chain commitment", chain.commitment, HASH_LEN);
    chain_body_write(&chain, body);
    content.kind = ENTRY_CHAIN;
    content.body = body;
    content.body_len = sizeof body;
    CHECK_ERR(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK, "write");
    expect_entry(1, none, bytes, len, "chain content", "chain id");
    CHECK_ERR(entry_content_parse(bytes, len, &parsed), LTH_OK, "parse");
    CHECK_ERR(chain_body_parse(&parsed, &back), LTH_OK, "body");
    assert_memory_equal(&back, &chain, sizeof chain);
}

static void test_the_message_keys(void **state)
{
    static const uint32_t indices[] = {0, 1, 5};
    uint8_t message_key[CHAIN_KEY_LEN];
    struct hex_bytes key;
    struct chain chain;

    (void)state;
    page_value("first chain key", &key);
    chain_init(&chain, key.bytes);
    for (size_t i = 0; i < LENGTH(indices); i++) {
        char name[] = "message key 0";
        name[sizeof name - 2] = (char)('0' + indices[i]);
        CHECK_ERR(chain_message_key(&chain, indices[i], message_key), LTH_OK, name);
        page_expect(name, message_key, sizeof message_key);
    }
}

static void expect_sealed(const struct entry_content *content, const struct sealed_place *place,
                          uint32_t index, const char *text, const char *name)
{
    uint8_t bytes[VECTOR_BYTES], plain[VECTOR_BYTES];
    char key_name[] = "message key 0", hash_name[64];
    struct entry_content opened;
    struct hex_bytes key, sealed;
    size_t len;

    key_name[sizeof key_name - 2] = (char)('0' + index);
    page_value(key_name, &key);
    CHECK_ERR(sealed_write(content, place, index, key.bytes, ENTRY_TEXT, (const uint8_t *)text,
                           strlen(text), bytes, sizeof bytes, &len),
              LTH_OK, name);
    snprintf(hash_name, sizeof hash_name, "hash of %s", name);
    expect_entry(place->number, place->prev, bytes, len, name, hash_name);
    page_value(name, &sealed);
    CHECK_ERR(sealed_open(sealed.bytes, sealed.len, place, key.bytes, plain, &opened), LTH_OK,
              name);
    assert_int_equal(opened.kind, ENTRY_TEXT);
    assert_int_equal(opened.body_len, strlen(text));
    assert_memory_equal(opened.body, text, strlen(text));
}

static void test_the_first_text(void **state)
{
    const struct feed_id feed = feed_of_alice();
    const struct entry_content content = outer(4);
    uint8_t prev[HASH_LEN];
    const struct sealed_place place = {&feed, 2, prev};

    (void)state;
    hash_on_page("chain id", prev);
    expect_sealed(&content, &place, 0, "hello", "sealed hello");
}

static void test_a_text_that_jumps_and_has_seen_something(void **state)
{
    const struct feed_id feed = feed_of_alice();
    struct entry_content content = outer(5);
    uint8_t prev[HASH_LEN];
    const struct sealed_place place = {&feed, 3, prev};

    (void)state;
    hash_on_page("hash of sealed hello", prev);
    content.order_ms++;
    content.parent_count = 1;
    content.parents[0] = (struct entry_parent){.incarnation = 0x3132333435363738, .number = 2};
    memcpy(content.parents[0].author, page_identity("carol").public.id, ID_LEN);
    hash_on_page("hash of hello", content.parents[0].hash);
    expect_sealed(&content, &place, 5, "again", "sealed again");
}

static void test_the_head(void **state)
{
    const struct identity_secret alice = page_identity("initiator");
    struct feed_point point = {.feed = feed_of_alice(), .number = 3};
    uint8_t bytes[HEAD_LEN];
    struct head head;

    (void)state;
    hash_on_page("hash of sealed again", point.hash);
    head_sign(&alice, &point, &head);
    head_write(&head, bytes);
    page_expect("head of three", bytes, sizeof bytes);
    CHECK_ERR(head_verify(&head, &alice.public), LTH_OK, "head of three");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_create),
        cmocka_unit_test(test_the_add),
        cmocka_unit_test(test_the_remove),
        cmocka_unit_test(test_the_entry_that_opens_the_chain),
        cmocka_unit_test(test_the_message_keys),
        cmocka_unit_test(test_the_first_text),
        cmocka_unit_test(test_a_text_that_jumps_and_has_seen_something),
        cmocka_unit_test(test_the_head),
    };

    if (sodium_init() < 0)
        return 1;
    page_load();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
