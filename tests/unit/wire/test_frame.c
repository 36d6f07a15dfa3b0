#include "check.h"
#include "wire/frame.h"
#include "wire/session.h"

#include <stdio.h>

static void test_a_length_is_padded_to_its_bucket(void **state)
{
    static const struct {
        size_t len, want;
    } rows[] = {
        {0, 128},     {1, 128},       {127, 128},     {128, 128},     {129, 256},
        {896, 896},   {897, 1024},    {1024, 1024},   {1025, 2048},   {2048, 2048},
        {2049, 3072}, {64512, 64512}, {64513, 65519}, {65518, 65519}, {65519, 65519},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu bytes", rows[i].len);
        CHECK(frame_bucket(rows[i].len, SESSION_PLAIN_MAX) == rows[i].want, name);
    }
    assert_int_equal(frame_bucket(100, 110), 110);
}

static void test_what_is_added_is_read_back_and_then_the_frame_ends(void **state)
{
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct frame_message m;

    (void)state;
    assert_true(frame_add(&w, 2, 0, NULL, 0));
    assert_true(frame_add(&w, 200, FRAME_MUST_UNDERSTAND, "body", 4));
    assert_int_equal(frame_pad(&w, sizeof bytes), 128);
    assert_memory_equal(bytes,
                        "\x02\0\0\0\xc8\x01\0\x04"
                        "body\0",
                        13);

    struct reader r = reader_over(bytes, 128);
    CHECK_ERR(frame_next(&r, &m), LTH_OK, "the first");
    assert_int_equal(m.type, 2);
    assert_int_equal(m.flags, 0);
    assert_int_equal(m.len, 0);
    CHECK_ERR(frame_next(&r, &m), LTH_OK, "a type nobody knows");
    assert_int_equal(m.type, 200);
    assert_int_equal(m.flags, FRAME_MUST_UNDERSTAND);
    assert_int_equal(m.len, 4);
    assert_ptr_equal(m.body, bytes + 8);
    CHECK_ERR(frame_next(&r, &m), LTH_NOT_FOUND, "the padding");
    CHECK_ERR(frame_next(&r, &m), LTH_NOT_FOUND, "the padding again");
}

static void test_a_message_that_does_not_fit_writes_nothing(void **state)
{
    static const uint8_t body[UINT16_MAX + 1];
    static uint8_t bytes[2 * sizeof body];
    static const struct {
        const char *name;
        size_t room, len;
        bool want;
    } rows[] = {
        {"exactly full", 14, 10, true},
        {"one byte over", 13, 10, false},
        {"no room for the header", 3, 0, false},
        {"header only", 4, 0, true},
        {"no room", 0, 0, false},
        {"the longest body", sizeof bytes, UINT16_MAX, true},
        {"a body longer than its length field", sizeof bytes, UINT16_MAX + 1, false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct writer w = writer_over(bytes, rows[i].room);
        CHECK(frame_add(&w, 9, 0, body, rows[i].len) == rows[i].want, rows[i].name);
        CHECK(writer_len(&w) == (rows[i].want ? rows[i].len + FRAME_HEADER_LEN : 0), rows[i].name);
        CHECK(!w.spoiled, rows[i].name);
    }
}

static void test_a_spoiled_writer_takes_no_message(void **state)
{
    uint8_t bytes[16];
    struct writer w = writer_over(bytes, sizeof bytes);

    (void)state;
    write_bytes(&w, bytes, sizeof bytes + 1);
    assert_false(frame_add(&w, 9, 0, NULL, 0));
}

static void test_an_exactly_full_frame_needs_no_padding(void **state)
{
    static const uint8_t body[SESSION_PLAIN_MAX];
    static uint8_t bytes[SESSION_PLAIN_MAX];
    static const size_t lens[] = {128, 1024, 3072, SESSION_PLAIN_MAX};
    struct frame_message m;

    (void)state;
    for (size_t i = 0; i < LENGTH(lens); i++) {
        struct writer w = writer_over(bytes, sizeof bytes);
        assert_true(frame_add(&w, 9, 0, body, lens[i] - FRAME_HEADER_LEN));
        assert_int_equal(frame_pad(&w, SESSION_PLAIN_MAX), lens[i]);
        struct reader r = reader_over(bytes, lens[i]);
        CHECK_ERR(frame_next(&r, &m), LTH_OK, "the message");
        assert_int_equal(m.len, lens[i] - FRAME_HEADER_LEN);
        CHECK_ERR(frame_next(&r, &m), LTH_NOT_FOUND, "the end");
    }
}

/* The frame's buffer is dirty from the one before. */
static void test_padding_is_zeros(void **state)
{
    uint8_t bytes[1024], zeros[1024] = {0};
    struct writer w = writer_over(bytes, sizeof bytes);

    (void)state;
    memset(bytes, 0xee, sizeof bytes);
    assert_true(frame_add(&w, 9, 0, zeros, 300));
    assert_int_equal(frame_pad(&w, sizeof bytes), 384);
    assert_memory_equal(bytes + 304, zeros, 80);
    assert_int_equal(bytes[384], 0xee);
}

static void test_frames_of_every_form(void **state)
{
    static const struct {
        const char *name;
        uint8_t bytes[10];
        size_t len;
        unsigned messages; /* before the end */
        enum lth_err end;
    } rows[] = {
        {"nothing", {0}, 0, 0, LTH_NOT_FOUND},
        {"one byte of padding", {0}, 1, 0, LTH_NOT_FOUND},
        {"padding only", {0}, 10, 0, LTH_NOT_FOUND},
        {"padding with a last byte", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 10, 0, LTH_MALFORMED},
        {"padding with a length", {0, 0, 0, 2, 0, 0}, 6, 0, LTH_MALFORMED},
        {"type alone", {7}, 1, 0, LTH_MALFORMED},
        {"cut in the length", {7, 0, 0}, 3, 0, LTH_MALFORMED},
        {"empty body", {7, 0, 0, 0}, 4, 1, LTH_NOT_FOUND},
        {"body cut", {7, 0, 0, 2, 'a'}, 5, 0, LTH_MALFORMED},
        {"longest length, no body", {7, 0, 255, 255}, 4, 0, LTH_MALFORMED},
        {"body, then padding", {7, 0, 0, 1, 'a', 0, 0}, 7, 1, LTH_NOT_FOUND},
        {"padding, then a message", {0, 0, 7, 0, 0, 0}, 6, 0, LTH_MALFORMED},
        {"two messages", {7, 0, 0, 0, 8, 1, 0, 1, 'b'}, 9, 2, LTH_NOT_FOUND},
        {"second one cut", {7, 0, 0, 0, 8, 1, 0, 1}, 8, 1, LTH_MALFORMED},
        {"all flags", {7, 255, 0, 0}, 4, 1, LTH_NOT_FOUND},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct reader r = reader_over(rows[i].bytes, rows[i].len);
        struct frame_message m;
        for (unsigned j = 0; j < rows[i].messages; j++)
            CHECK_ERR(frame_next(&r, &m), LTH_OK, rows[i].name);
        m.type = 99;
        CHECK_ERR(frame_next(&r, &m), rows[i].end, rows[i].name);
        CHECK(m.type == 99, rows[i].name);
    }
}

static void test_a_malformed_frame_stays_malformed(void **state)
{
    static const struct {
        const char *name;
        uint8_t bytes[5];
    } rows[] = {
        {"a cut message", {7, 0, 0, 9, 'a'}},
        {"padding with a last byte", {0, 0, 0, 0, 1}},
    };
    struct frame_message m;

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct reader r = reader_over(rows[i].bytes, sizeof rows[i].bytes);
        CHECK_ERR(frame_next(&r, &m), LTH_MALFORMED, rows[i].name);
        CHECK_ERR(frame_next(&r, &m), LTH_MALFORMED, rows[i].name);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_length_is_padded_to_its_bucket),
        cmocka_unit_test(test_what_is_added_is_read_back_and_then_the_frame_ends),
        cmocka_unit_test(test_a_message_that_does_not_fit_writes_nothing),
        cmocka_unit_test(test_a_spoiled_writer_takes_no_message),
        cmocka_unit_test(test_an_exactly_full_frame_needs_no_padding),
        cmocka_unit_test(test_padding_is_zeros),
        cmocka_unit_test(test_frames_of_every_form),
        cmocka_unit_test(test_a_malformed_frame_stays_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
