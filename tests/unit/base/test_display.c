/* Nothing a stranger wrote moves the cursor, reorders a line or hides. */
#include "check.h"

#include "base/display.h"

#include <stdio.h>

static const struct {
    const char *name, *text, *line;
} rows[] = {
    {"ASCII", "plain ~ text", "plain ~ text"},
    {"Latin, Greek, Hebrew", "é ß λ \xd7\x90", "é ß λ \xd7\x90"},
    {"CJK", "日本語 한국어 中文", "日本語 한국어 中文"},
    {"emoji", "😀 🚀", "😀 🚀"},
    {"combining marks", "e\xcc\x81", "e\xcc\x81"},
    {"escape sequence", "\x1b[2J", "\\x1b[2J"},
    {"bell, backspace, return", "\a\b\r", "\\x07\\x08\\x0d"},
    {"line feed and tab", "a\nb\tc", "a\\x0ab\\x09c"},
    {"DEL", "\x7f", "\\x7f"},
    {"C1: CSI",
     "\xc2\x9b"
     "2J",
     "\\x9b"
     "2J"},
    {"first and last of C1", "\xc2\x80\xc2\x9f", "\\x80\\x9f"},
    {"no-break space is printed", "\xc2\xa0", "\xc2\xa0"},
    {"soft hyphen", "\xc2\xad", "\\xad"},
    {"right-to-left override and its end",
     "\xe2\x80\xae"
     "evil\xe2\x80\xac",
     "\\u{202e}evil\\u{202c}"},
    {"left-to-right isolate and its end", "\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
    {"right-to-left mark", "\xe2\x80\x8f", "\\u{200f}"},
    {"Arabic letter mark", "\xd8\x9c", "\\u{061c}"},
    {"zero-width space", "\xe2\x80\x8b", "\\u{200b}"},
    {"zero-width joiner", "\xe2\x80\x8d", "\\u{200d}"},
    {"byte order mark", "\xef\xbb\xbf", "\\u{feff}"},
    {"line and paragraph separator", "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"},
    {"tag characters", "\xf3\xa0\x80\x81\xf3\xa0\x81\xbf", "\\u{e0001}\\u{e007f}"},
    {"unassigned", "\xcd\xb8", "\\u{0378}"},
    {"private use", "\xee\x80\x80\xf4\x8f\xbf\xbd", "\\u{e000}\\u{10fffd}"},
    {"noncharacters", "\xef\xbf\xbe\xef\xb7\x90\xf4\x8f\xbf\xbf", "\\u{fffe}\\u{fdd0}\\u{10ffff}"},
    {"letters without a shape", "\xe3\x85\xa4\xe1\x85\x9f\xe2\xa0\x80",
     "\\u{3164}\\u{115f}\\u{2800}"},
    {"bytes that are not UTF-8", "a\xff\xc3(", "a\\xff\\xc3("},
    {"a surrogate, byte by byte", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"cut at the end", "a\xe2\x82", "a\\xe2\\x82"},
    {"overlong slash", "\xc0\xaf", "\\xc0\\xaf"},
};

static void test_a_line_shows_what_is_safe_and_names_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buffer out = {0};
        const uint8_t *text = (const uint8_t *)rows[i].text;
        CHECK_ERR(display_line(&out, text, strlen(rows[i].text)), LTH_OK, rows[i].name);
        if (out.len != strlen(rows[i].line) || memcmp(out.bytes, rows[i].line, out.len) != 0)
            fail_msg("%s: got \"%.*s\"", rows[i].name, (int)out.len, (const char *)out.bytes);
        buffer_clear(&out);
    }
}

static void test_a_zero_byte_is_escaped_like_any_control(void **state)
{
    (void)state;
    struct buffer out = {0};
    assert_int_equal(display_line(&out, (const uint8_t *)"a\0b", 3), LTH_OK);
    assert_int_equal(out.len, 6);
    assert_memory_equal(out.bytes, "a\\x00b", 6);
    buffer_clear(&out);
}

static void test_whole_ranges_are_unsafe(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t first, last;
    } ranges[] = {
        {"C0", 0, 0x1f},
        {"DEL and C1", 0x7f, 0x9f},
        {"marks and embeddings", 0x200b, 0x200f},
        {"separators, bidi controls", 0x2028, 0x202e},
        {"joiners, isolates, old format characters", 0x2060, 0x206f},
        {"surrogates", 0xd800, 0xdfff},
        {"private use", 0xe000, 0xf8ff},
        {"noncharacters", 0xfdd0, 0xfdef},
        {"annotations", 0xfff9, 0xfffb},
        {"the plane of tags up to the variation selectors", 0xe0000, 0xe00ff},
        {"planes of private use", 0xf0000, 0x10ffff},
        {"beyond Unicode", 0x110000, 0x110100},
    };
    for (size_t i = 0; i < LENGTH(ranges); i++)
        for (uint32_t point = ranges[i].first; point <= ranges[i].last; point++)
            if (display_is_safe(point))
                fail_msg("%s: U+%04X", ranges[i].name, point);
    for (uint32_t point = 0x20; point < 0x7f; point++)
        assert_true(display_is_safe(point));
    for (uint32_t point = 0x4e00; point <= 0x9fef; point++)
        assert_true(display_is_safe(point));
}

static void check_text(const char *name, const char *text, const char *want)
{
    struct buffer out = {0};
    CHECK_ERR(display_text(&out, (const uint8_t *)text, strlen(text), "| "), LTH_OK, name);
    if (out.len != strlen(want) || memcmp(out.bytes, want, out.len) != 0)
        fail_msg("%s: got \"%.*s\"", name, (int)out.len, (const char *)out.bytes);
    buffer_clear(&out);
}

static void test_each_line_after_the_first_has_a_gutter(void **state)
{
    (void)state;
    check_text("one line", "one", "one");
    check_text("two lines", "one\ntwo", "one\n| two");
    check_text("empty lines", "\n\nx\n", "\n| \n| x\n| ");
    check_text("carriage return is no way out", "one\r\n> two", "one\\x0d\n| > two");
    check_text("other separators end no line",
               "a\xe2\x80\xa8"
               "b\xc2\x85"
               "c\v\f",
               "a\\u{2028}b\\x85"
               "c\\x0b\\x0c");
    check_text("tabs become spaces", "a\tb", "a    b");
}

static void test_every_single_byte_comes_out_printable(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        struct buffer out = {0};
        char want[8];
        uint8_t text = (uint8_t)byte;
        snprintf(want, sizeof want, byte >= 0x20 && byte < 0x7f ? "%c" : "\\x%02x", byte);
        assert_int_equal(display_line(&out, &text, 1), LTH_OK);
        assert_int_equal(out.len, strlen(want));
        assert_memory_equal(out.bytes, want, out.len);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_shows_what_is_safe_and_names_the_rest),
        cmocka_unit_test(test_a_zero_byte_is_escaped_like_any_control),
        cmocka_unit_test(test_whole_ranges_are_unsafe),
        cmocka_unit_test(test_each_line_after_the_first_has_a_gutter),
        cmocka_unit_test(test_every_single_byte_comes_out_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
