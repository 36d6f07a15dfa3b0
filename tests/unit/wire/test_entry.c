/* One thing an author said. The hashes come from another implementation, Python's:
 *   place(n, prev) = bytes(range(64)) + 0x0102030405060708.to_bytes(8) + n.to_bytes(8) + prev
 *   hash = hashlib.blake2b(b"lanthorn/entry/1\0" + place + content, digest_size=32)
 */
#include "check.h"

#include "wire/entry.h"
#include "wire/vector.h"

#include <stdlib.h>

static const struct entry_content hello = {.time_ms = 1700000000000,
                                           .order_ms = 1700000000000,
                                           .kind = ENTRY_TEXT,
                                           .body = (const uint8_t *)"hello",
                                           .body_len = 5};

/* From memory of exactly len bytes, so that a read beyond them is found. The body is not kept. */
static enum lth_err parse(const uint8_t *bytes, size_t len)
{
    struct entry_content content;
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    if (len)
        memcpy(exact, bytes, len);
    enum lth_err err = entry_content_parse(exact, len, &content);
    free(exact);
    return err;
}

static void add_parents(struct entry_content *content, uint8_t count)
{
    content->parent_count = count;
    for (uint8_t i = 0; i < count; i++) {
        struct entry_parent *parent = &content->parents[i];
        memset(parent->author, 7 + i, ID_LEN);
        parent->incarnation = 9 + i;
        parent->number = 3 + i;
        memset(parent->hash, 8 + i, HASH_LEN);
    }
}

static void test_content_comes_back_as_it_went_in(void **state)
{
    (void)state;
    static const uint8_t counts[] = {0, 1, ENTRY_PARENTS_MAX};
    static uint8_t bytes[ENTRY_CONTENT_MAX];
    for (size_t i = 0; i < LENGTH(counts); i++) {
        struct entry_content content = hello, back;
        size_t len;
        add_parents(&content, counts[i]);
        assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
        assert_int_equal(len, (size_t)8 + 1 + counts[i] * (size_t)ENTRY_PARENT_LEN + 1 + 5);
        assert_int_equal(entry_content_parse(bytes, len, &back), LTH_OK);
        assert_true(back.time_ms == content.time_ms);
        assert_true(back.order_ms == content.order_ms);
        assert_int_equal(back.parent_count, counts[i]);
        assert_memory_equal(back.parents, content.parents, counts[i] * sizeof *content.parents);
        assert_int_equal(back.kind, ENTRY_TEXT);
        assert_int_equal(back.body_len, 5);
        assert_memory_equal(back.body, "hello", 5);
    }
}

static void test_the_longest_content_fits_and_no_longer_one(void **state)
{
    (void)state;
    enum { LONGEST_TEXT = ENTRY_FRONT_MAX + ENTRY_TEXT_MAX };
    static uint8_t text[ENTRY_TEXT_MAX + SEALED_OVERHEAD + 1], bytes[ENTRY_CONTENT_MAX + 1];
    struct entry_content content = hello;
    size_t len;
    memset(text, 'x', sizeof text);
    add_parents(&content, ENTRY_PARENTS_MAX);
    content.order_ms++;
    content.body = text;
    content.body_len = ENTRY_TEXT_MAX;
    assert_int_equal(entry_content_write(&content, bytes, LONGEST_TEXT, &len), LTH_OK);
    assert_int_equal(len, LONGEST_TEXT);
    assert_int_equal(parse(bytes, len), LTH_OK);
    assert_int_equal(entry_content_write(&content, bytes, LONGEST_TEXT - 1, &len), LTH_TOO_LONG);
    content.body_len++;
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    assert_int_equal(parse(bytes, len), LTH_MALFORMED);
    content.kind = 200; /* whose body is not read: only the whole has a limit */
    content.body_len = ENTRY_TEXT_MAX + SEALED_OVERHEAD;
    assert_int_equal(entry_content_write(&content, bytes, ENTRY_CONTENT_MAX, &len), LTH_OK);
    assert_int_equal(parse(bytes, len), LTH_OK);
    content.body_len++;
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    assert_int_equal(parse(bytes, len), LTH_MALFORMED);
}

static void test_content_cut_before_its_text_is_malformed(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct entry_content content = hello;
    size_t len;
    add_parents(&content, 3);
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    for (size_t cut = 0; cut <= len; cut++) /* with a byte of text left it is another text */
        assert_int_equal(parse(bytes, cut), cut > len - 5 ? LTH_OK : LTH_MALFORMED);
}

static void test_an_order_other_than_the_time_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct entry_content content = hello, back;
    size_t len;
    content.order_ms = UINT64_MAX;
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    assert_int_equal(len, 8 + 1 + 8 + 1 + 5);
    assert_int_equal(entry_content_parse(bytes, len, &back), LTH_OK);
    assert_true(back.time_ms == content.time_ms);
    assert_true(back.order_ms == UINT64_MAX);
    assert_int_equal(back.parent_count, 0);
}

static void test_rows_of_contents(void **state)
{
    (void)state;
    const enum lth_err bad = LTH_MALFORMED;
    const struct {
        const char *name;
        uint8_t bytes[24];
        size_t len;
        enum lth_err want;
    } rows[] = {
        /*                              time_ms       parents kind body */
        {"one letter", {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 'h'}, 11, LTH_OK},
        {"latest time", {255, 255, 255, 255, 255, 255, 255, 255, 0, 1, 'h'}, 11, LTH_OK},
        {"empty text", {0, 0, 0, 0, 0, 0, 0, 1, 0, 1}, 10, LTH_MALFORMED},
        {"not UTF-8", {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0xff}, 11, LTH_MALFORMED},
        {"cut code point", {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 'h', 0xc3}, 12, LTH_MALFORMED},
        {"a zero byte is text", {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0}, 11, LTH_OK},
        {"unknown kind, no body", {0, 0, 0, 0, 0, 0, 0, 1, 0, 2}, 10, LTH_OK},
        {"unknown kind, any body", {0, 0, 0, 0, 0, 0, 0, 1, 0, 200, 0xff, 0xfe}, 12, LTH_OK},
        {"no kind", {0, 0, 0, 0, 0, 0, 0, 1, 0}, 9, LTH_MALFORMED},
        {"a parent that is not there", {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 'h'}, 11, LTH_MALFORMED},
        {"127 parents", {0, 0, 0, 0, 0, 0, 0, 1, 127, 1, 'h'}, 11, LTH_MALFORMED},
        {"later order", {0, 0, 0, 0, 0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0, 2, 1, 'h'}, 19, LTH_OK},
        {"order as time", {0, 0, 0, 0, 0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'h'}, 19, bad},
        {"earlier order", {0, 0, 0, 0, 0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'h'}, 19, bad},
        {"order cut", {0, 0, 0, 0, 0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0}, 16, bad},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(parse(rows[i].bytes, rows[i].len), rows[i].want, rows[i].name);
}

static void test_seventeen_parents_are_too_many(void **state)
{
    (void)state;
    uint8_t bytes[8 + 1 + (ENTRY_PARENTS_MAX + 1) * ENTRY_PARENT_LEN + 2] = {0};
    bytes[8] = ENTRY_PARENTS_MAX + 1;
    bytes[sizeof bytes - 2] = ENTRY_TEXT;
    bytes[sizeof bytes - 1] = 'h';
    assert_int_equal(parse(bytes, sizeof bytes), LTH_MALFORMED);
}

static struct feed_id place(void)
{
    struct feed_id feed = {.incarnation = 0x0102030405060708};
    for (uint8_t i = 0; i < 32; i++) {
        feed.conversation[i] = i;
        feed.author[i] = (uint8_t)(32 + i);
    }
    return feed;
}

static void check_hash(const uint8_t got[HASH_LEN], const char *hex)
{
    struct hex_bytes want;
    hex_parse(hex, &want);
    assert_memory_equal(got, want.bytes, HASH_LEN);
}

static void test_hashes_are_those_of_another_implementation(void **state)
{
    (void)state;
    uint8_t bytes[256], ones[HASH_LEN], first[HASH_LEN], hash[HASH_LEN];
    static const uint8_t none[HASH_LEN];
    const struct feed_id feed = place();
    struct entry_content content = hello;
    size_t len;

    /* number 1 after zeros; content = 1700000000000.to_bytes(8) + b"\0\1hello" */
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    entry_hash(&feed, 1, none, bytes, len, first);
    check_hash(first, "fc556e15f534942c9fe63698f80482bb10b752c97f604c97eba62fee60685706");

    /* number 2 after it; content = 1700000000001.to_bytes(8) + b"\1" + b"\7" * 32 +
     * 9.to_bytes(8) + 3.to_bytes(8) + b"\x08" * 32 + b"\1" + "ü".encode() */
    content.time_ms = ++content.order_ms;
    add_parents(&content, 1);
    content.body = (const uint8_t *)"ü";
    content.body_len = 2;
    assert_int_equal(entry_content_write(&content, bytes, sizeof bytes, &len), LTH_OK);
    entry_hash(&feed, 2, first, bytes, len, hash);
    check_hash(hash, "c7aa6b398e08125cb0484954409fc427ee85f1323e2d6274ede32ae4cee89020");

    /* number 2**64 - 1 after b"\xff" * 32, no content */
    memset(ones, 0xff, sizeof ones);
    entry_hash(&feed, UINT64_MAX, ones, NULL, 0, hash);
    check_hash(hash, "7dbf025685fca8711fbd049ddde95f443268e31289d12795d6ab3673b96c69be");
}

static void test_where_an_entry_stands_is_part_of_its_hash(void **state)
{
    (void)state;
    static const uint8_t prev[HASH_LEN] = {1}, content[] = "content";
    uint8_t hash[HASH_LEN], other[HASH_LEN], moved[HASH_LEN] = {2};
    struct feed_id feeds[3];
    entry_hash(&(struct feed_id){.incarnation = 1}, 1, prev, content, sizeof content, hash);
    for (size_t i = 0; i < LENGTH(feeds); i++) {
        feeds[i] = (struct feed_id){.incarnation = 1 + (i == 0)};
        feeds[i].author[31] = i == 1;
        feeds[i].conversation[0] = i == 2;
        entry_hash(&feeds[i], 1, prev, content, sizeof content, other);
        assert_memory_not_equal(other, hash, HASH_LEN);
    }
    entry_hash(&(struct feed_id){.incarnation = 1}, 2, prev, content, sizeof content, other);
    assert_memory_not_equal(other, hash, HASH_LEN);
    entry_hash(&(struct feed_id){.incarnation = 1}, 1, moved, content, sizeof content, other);
    assert_memory_not_equal(other, hash, HASH_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_comes_back_as_it_went_in),
        cmocka_unit_test(test_the_longest_content_fits_and_no_longer_one),
        cmocka_unit_test(test_content_cut_before_its_text_is_malformed),
        cmocka_unit_test(test_an_order_other_than_the_time_comes_back),
        cmocka_unit_test(test_rows_of_contents),
        cmocka_unit_test(test_seventeen_parents_are_too_many),
        cmocka_unit_test(test_hashes_are_those_of_another_implementation),
        cmocka_unit_test(test_where_an_entry_stands_is_part_of_its_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
