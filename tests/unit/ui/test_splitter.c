/* Lines come out the same however the bytes are cut, and a long one costs no more than its limit.
 */
#include "check.h"

#include "ui/splitter.h"

enum { LIMIT = 8 };

static void append(struct buffer *out, const char *text, size_t len)
{
    assert_int_equal(buffer_append(out, text, len), LTH_OK);
}

/* Appends what comes out: lines in <>, too long ones as !. */
static void drain(struct splitter *s, struct buffer *out)
{
    const char *line;
    size_t len;
    for (;;) {
        switch (splitter_next(s, &line, &len)) {
        case SPLIT_NONE: return;
        case SPLIT_TOO_LONG: append(out, "!", 1); break;
        case SPLIT_LINE:
            append(out, "<", 1);
            append(out, line, len);
            append(out, ">", 1);
        }
    }
}

static const struct {
    const char *name, *in, *want;
} rows[] = {
    {"nothing", "", ""},
    {"one line", "abc\n", "<abc>"},
    {"no line feed at the end", "abc\ndef", "<abc><def>"},
    {"empty lines", "\n\na\n", "<><><a>"},
    {"carriage returns", "a\r\n\r\nb\r", "<a><><b>"},
    {"carriage return inside", "a\rb\n", "<a\rb>"},
    {"at the limit", "12345678\nx\n", "<12345678><x>"},
    {"at the limit, with carriage return", "12345678\r\nx\n", "<12345678><x>"},
    {"one over", "123456789\nx\n", "!<x>"},
    {"far over", "1234567890123456789012345678901234567890\nx\n", "!<x>"},
    {"over at the end", "x\n1234567890123", "<x>!"},
    {"twice over", "1234567890\n1234567890\n", "!!"},
};

static void test_lines_come_out_however_the_bytes_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t len = strlen(rows[i].in);
        for (size_t step = 1; step <= len + 1; step++) {
            struct splitter s;
            struct buffer out = {0};
            splitter_init(&s, LIMIT);
            for (size_t at = 0; at < len; at += step) {
                size_t part = len - at < step ? len - at : step;
                CHECK_ERR(splitter_feed(&s, rows[i].in + at, part), LTH_OK, rows[i].name);
                drain(&s, &out);
            }
            splitter_end(&s);
            drain(&s, &out);
            append(&out, "", 1);
            CHECK(strcmp((char *)out.bytes, rows[i].want) == 0, rows[i].name);
            buffer_clear(&out);
            splitter_clear(&s);
        }
    }
}

static void test_an_endless_line_takes_no_memory(void **state)
{
    (void)state;
    static const char chunk[4096] = {'x'};
    struct splitter s;
    struct buffer out = {0};
    splitter_init(&s, LIMIT);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(splitter_feed(&s, chunk, sizeof chunk), LTH_OK);
        drain(&s, &out);
        assert_true(s.held.size <= 4 * sizeof chunk);
    }
    append(&out, "", 1);
    assert_string_equal(out.bytes, "!");
    buffer_clear(&out);
    splitter_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_come_out_however_the_bytes_are_cut),
        cmocka_unit_test(test_an_endless_line_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
