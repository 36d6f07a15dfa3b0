/* Names of feeds and points in them, and the id of a conversation of two. */
#include "check.h"

#include "wire/feed.h"
#include "wire/vector.h"

static void fill(struct feed_point *p)
{
    for (uint8_t i = 0; i < 32; i++) {
        p->feed.conversation[i] = i;
        p->feed.author[i] = (uint8_t)(32 + i);
        p->hash[i] = (uint8_t)(200 + i);
    }
    p->feed.incarnation = 0x0102030405060708;
    p->number = 0x1112131415161718;
}

static void test_a_point_comes_back_as_it_went_in(void **state)
{
    (void)state;
    struct feed_point p = {0}, back = {0};
    uint8_t bytes[FEED_POINT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    fill(&p);
    feed_point_write(&w, &p);
    assert_false(w.spoiled);
    assert_int_equal(writer_len(&w), FEED_POINT_LEN);
    struct reader r = reader_over(bytes, sizeof bytes);
    feed_point_read(&r, &back);
    assert_int_equal(reader_finish(&r), LTH_OK);
    assert_memory_equal(&back, &p, sizeof p);
}

static void test_fields_stand_where_the_protocol_has_them(void **state)
{
    (void)state;
    struct feed_point p = {0};
    uint8_t bytes[FEED_POINT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    fill(&p);
    feed_point_write(&w, &p);
    assert_memory_equal(bytes, p.feed.conversation, 32);
    assert_memory_equal(bytes + 32, p.feed.author, 32);
    assert_memory_equal(bytes + 64, "\1\2\3\4\5\6\7\10", 8);
    assert_memory_equal(bytes + 72, "\x11\x12\x13\x14\x15\x16\x17\x18", 8);
    assert_memory_equal(bytes + 80, p.hash, 32);
}

static void test_a_point_cut_anywhere_spoils_the_reader(void **state)
{
    (void)state;
    struct feed_point p = {0}, back;
    uint8_t bytes[FEED_POINT_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    fill(&p);
    feed_point_write(&w, &p);
    for (size_t len = 0; len < sizeof bytes; len++) {
        struct reader r = reader_over(bytes, len);
        feed_point_read(&r, &back);
        assert_int_equal(reader_finish(&r), LTH_MALFORMED);
    }
}

/* hashlib.blake2b(b"lanthorn/direct/1\0" + b"\1" * 32 + b"\1" * 31 + b"\2", digest_size=32) */
static void test_a_conversation_of_two_has_one_id_on_both_sides(void **state)
{
    (void)state;
    uint8_t a[ID_LEN], b[ID_LEN], here[HASH_LEN], there[HASH_LEN];
    struct hex_bytes want;
    memset(a, 1, sizeof a);
    memset(b, 1, sizeof b);
    b[31] = 2;
    hex_parse("bb9d56487fe7fb4e04893c8b7a33fc8c73b3b3525d2ed55ac9229a891ea8dae1", &want);
    conversation_direct_id(a, b, here);
    conversation_direct_id(b, a, there);
    assert_memory_equal(here, want.bytes, HASH_LEN);
    assert_memory_equal(there, want.bytes, HASH_LEN);
    a[0] = 9;
    conversation_direct_id(a, b, there);
    assert_memory_not_equal(there, here, HASH_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_point_comes_back_as_it_went_in),
        cmocka_unit_test(test_fields_stand_where_the_protocol_has_them),
        cmocka_unit_test(test_a_point_cut_anywhere_spoils_the_reader),
        cmocka_unit_test(test_a_conversation_of_two_has_one_id_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
