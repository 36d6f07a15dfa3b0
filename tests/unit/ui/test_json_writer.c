/* What the writer appends is what jansson reads back. */
#include "check.h"

#include "ui/json_writer.h"

#include <jansson.h>

/* One object with one field "v", made by write; parsed. Caller decrefs. */
static json_t *round_trip(void (*write)(struct json_writer *w))
{
    struct buffer out = {0};
    struct json_writer w = json_writer_over(&out);
    json_put_open(&w, NULL, '{');
    write(&w);
    json_put_close(&w, '}');
    assert_int_equal(json_writer_finish(&w), LTH_OK);
    assert_int_equal(out.bytes[out.len - 1], '\n');
    json_t *root = json_loadb((char *)out.bytes, out.len, JSON_ALLOW_NUL, NULL);
    assert_non_null(root);
    buffer_clear(&out);
    return root;
}

static uint8_t every_ascii[128];

static void write_every_ascii(struct json_writer *w)
{
    for (size_t i = 0; i < sizeof every_ascii; i++)
        every_ascii[i] = (uint8_t)i;
    json_put_text(w, "v", every_ascii, sizeof every_ascii);
}

static void test_every_ascii_character_comes_back(void **state)
{
    (void)state;
    json_t *root = round_trip(write_every_ascii), *v = json_object_get(root, "v");
    assert_int_equal(json_string_length(v), sizeof every_ascii);
    assert_memory_equal(json_string_value(v), every_ascii, sizeof every_ascii);
    json_decref(root);
}

static void test_a_line_has_no_raw_control_character(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct json_writer w = json_writer_over(&out);
    write_every_ascii(&w);
    assert_int_equal(json_writer_finish(&w), LTH_OK);
    for (size_t i = 0; i + 1 < out.len; i++)
        assert_true(out.bytes[i] >= 0x20 && out.bytes[i] != 0x7f);
    buffer_clear(&out);
}

static const struct {
    const char *name, *text, *want; /* want: between the quotes */
    const char *back;               /* what jansson reads; NULL = text */
} texts[] = {
    {"letters and ideographs", "日本 é", "日本 é", NULL},
    {"emoji", "🏮 ✂", "🏮 ✂", NULL},
    {"a mark that combines", "e\u0301", "e\u0301", NULL},
    {"C1, CSI", "a\xc2\x9bm", "a\\u009bm", NULL},
    {"C1, the first and the last", "\xc2\x80\xc2\x9f", "\\u0080\\u009f", NULL},
    {"right behind C1", "\u00a0", "\u00a0", NULL},
    {"bidi override", "user\u202etxt\u202c", "user\\u202etxt\\u202c", NULL},
    {"bidi isolate", "\u2066a\u2069", "\\u2066a\\u2069", NULL},
    {"zero width", "pay\u200bpal", "pay\\u200bpal", NULL},
    {"joined emoji", "👩\u200d🚀", "👩\\u200d🚀", NULL},
    {"line separator", "\u2028", "\\u2028", NULL},
    {"blank letter", "\u3164", "\\u3164", NULL},
    {"private use", "\ue000", "\\ue000", NULL},
    {"not a character", "\uffff", "\\uffff", NULL},
    {"tag", "a\U000e0001b", "a\\udb40\\udc01b", NULL},
    {"the first beyond 16 bits, unassigned", "\U0001000c", "\\ud800\\udc0c", NULL},
    {"the last code point", "\U0010ffff", "\\udbff\\udfff", NULL},
    {"a replacement character", "\ufffd", "\\ufffd", NULL},
    {"a byte that is not UTF-8", "a\x9b", "a\\ufffd", "a\ufffd"},
    {"cut inside a code point", "\xe6\x97", "\\ufffd\\ufffd", "\ufffd\ufffd"},
};

static void check_text(const char *name, const char *text, const char *want, const char *back)
{
    struct buffer out = {0};
    struct json_writer w = json_writer_over(&out);
    json_put_string(&w, NULL, text);
    CHECK_ERR(json_writer_finish(&w), LTH_OK, name);
    CHECK(out.len == strlen(want) + 3, name); /* two quotes, line feed */
    CHECK(memcmp(out.bytes + 1, want, out.len - 3) == 0, name);
    json_t *v = json_loadb((char *)out.bytes, out.len, JSON_DECODE_ANY, NULL);
    CHECK(v && strcmp(json_string_value(v), back) == 0, name);
    json_decref(v);
    buffer_clear(&out);
}

static void test_only_what_may_not_be_shown_is_escaped(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++)
        check_text(texts[i].name, texts[i].text, texts[i].want,
                   texts[i].back ? texts[i].back : texts[i].text);
}

static const struct {
    const char *name;
    uint64_t time_ms;
    const char *want;
} times[] = {
    {"not known", 0, "null\n"},
    {"first millisecond", 1, "\"1970-01-01T00:00:00.001Z\"\n"},
    {"leap day", 1709164799999, "\"2024-02-28T23:59:59.999Z\"\n"},
    {"last that fits", 253402300799999, "\"9999-12-31T23:59:59.999Z\"\n"},
    {"one behind it", 253402300800000, "\"9999-12-31T23:59:59.999Z\"\n"},
    {"any 64 bits", UINT64_MAX, "\"9999-12-31T23:59:59.999Z\"\n"},
};

static void test_times_are_rfc_3339_in_utc(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(times); i++) {
        struct buffer out = {0};
        struct json_writer w = json_writer_over(&out);
        json_put_time(&w, NULL, times[i].time_ms);
        CHECK_ERR(json_writer_finish(&w), LTH_OK, times[i].name);
        CHECK(out.len == strlen(times[i].want) && !memcmp(out.bytes, times[i].want, out.len),
              times[i].name);
        buffer_clear(&out);
    }
}

static void test_numbers_ids_and_nesting(void **state)
{
    (void)state;
    static const uint8_t zeros[32], bytes[32] = {0x01, 0xfe};
    struct buffer out = {0};
    struct json_writer w = json_writer_over(&out);
    json_put_open(&w, NULL, '{');
    json_put_number(&w, "a", 0);
    json_put_number(&w, "b", UINT64_MAX);
    json_put_open(&w, "c", '[');
    json_put_close(&w, ']');
    json_put_open(&w, "d", '[');
    json_put_bool(&w, NULL, true);
    json_put_bool(&w, NULL, false);
    json_put_close(&w, ']');
    json_put_null(&w, "e");
    json_put_id(&w, "f", zeros);
    json_put_hash(&w, "g", bytes);
    json_put_close(&w, '}');
    assert_int_equal(json_writer_finish(&w), LTH_OK);
    const char *want = "{\"a\":0,\"b\":18446744073709551615,\"c\":[],\"d\":[true,false],\"e\":null,"
                       "\"f\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"g\":\"01fe"
                       "000000000000000000000000000000000000000000000000000000000000\"}\n";
    assert_int_equal(out.len, strlen(want));
    assert_memory_equal(out.bytes, want, out.len);
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_ascii_character_comes_back),
        cmocka_unit_test(test_a_line_has_no_raw_control_character),
        cmocka_unit_test(test_only_what_may_not_be_shown_is_escaped),
        cmocka_unit_test(test_times_are_rfc_3339_in_utc),
        cmocka_unit_test(test_numbers_ids_and_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
