/* Strict UTF-8: every code point there is, every boundary of Unicode table 3-7, and nothing else.
 */
#include "check.h"

#include "base/utf8.h"

enum { POINTS = 0x110000, SURROGATE_FIRST = 0xd800, SURROGATE_LAST = 0xdfff };

/* The encoding as RFC 3629 §3 draws it, without a look at what is allowed. */
static size_t encode(uint32_t point, uint8_t out[4])
{
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)(marks[len] | point);
    return len;
}

static bool is_scalar(uint32_t point)
{
    return point < POINTS && (point < SURROGATE_FIRST || point > SURROGATE_LAST);
}

static void test_every_code_point_comes_back_and_no_surrogate_does(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < POINTS + 0x1000; point++) {
        uint8_t bytes[4];
        uint32_t back = UINT32_MAX;
        size_t len = encode(point, bytes), want = is_scalar(point) ? len : 0;
        assert_int_equal(utf8_next(bytes, len, &back), want);
        assert_int_equal(back, want ? point : UINT32_MAX);
        assert_int_equal(utf8_is_valid(bytes, len), want != 0);
        assert_int_equal(utf8_next(bytes, len - (len > 1), &back), len > 1 ? 0 : want);
    }
}

static void test_all_sequences_of_two_bytes(void **state)
{
    (void)state;
    static bool good[0x10000];
    for (unsigned i = 0; i < 0x80 * 0x80; i++)
        good[i / 0x80 << 8 | i % 0x80] = true;
    for (uint32_t point = 0x80; point < 0x800; point++) {
        uint8_t bytes[4];
        encode(point, bytes);
        good[bytes[0] << 8 | bytes[1]] = true;
    }
    for (unsigned i = 0; i < LENGTH(good); i++) {
        uint8_t bytes[] = {(uint8_t)(i >> 8), (uint8_t)i};
        if (utf8_is_valid(bytes, 2) != good[i])
            fail_msg("%02x %02x", bytes[0], bytes[1]);
    }
}

/* All of them that start with E0 to EF: only an encoding that gives back the same bytes counts. */
static void test_all_sequences_of_three_bytes_with_a_lead_of_three(void **state)
{
    (void)state;
    for (uint32_t i = 0xe00000; i <= 0xefffff; i++) {
        uint8_t bytes[] = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}, again[4];
        uint32_t point = (i >> 4 & 0xf000) | (i >> 2 & 0xfc0) | (i & 0x3f);
        bool good = is_scalar(point) && encode(point, again) == 3 && !memcmp(bytes, again, 3);
        if (utf8_is_valid(bytes, 3) != good)
            fail_msg("%06x", i);
    }
}

static const struct {
    const char *name;
    uint8_t bytes[8];
    size_t len;
    bool valid;
} rows[] = {
    {"nothing", {0}, 0, true},
    {"a zero byte is a code point", {0}, 1, true},
    {"last of one byte", {0x7f}, 1, true},
    {"a continuation alone", {0x80}, 1, false},
    {"last continuation alone", {0xbf}, 1, false},
    {"C0 is always overlong", {0xc0, 0x80}, 2, false},
    {"C1 is always overlong", {0xc1, 0xbf}, 2, false},
    {"first of two bytes", {0xc2, 0x80}, 2, true},
    {"second below its range", {0xc2, 0x7f}, 2, false},
    {"second above its range", {0xc2, 0xc0}, 2, false},
    {"last of two bytes", {0xdf, 0xbf}, 2, true},
    {"two bytes cut", {0xdf}, 1, false},
    {"overlong of three", {0xe0, 0x9f, 0xbf}, 3, false},
    {"first of three bytes", {0xe0, 0xa0, 0x80}, 3, true},
    {"last under E0", {0xe0, 0xbf, 0xbf}, 3, true},
    {"first under E1", {0xe1, 0x80, 0x80}, 3, true},
    {"last under EC", {0xec, 0xbf, 0xbf}, 3, true},
    {"last before the surrogates", {0xed, 0x9f, 0xbf}, 3, true},
    {"first surrogate", {0xed, 0xa0, 0x80}, 3, false},
    {"last surrogate", {0xed, 0xbf, 0xbf}, 3, false},
    {"a pair of surrogates (CESU-8)", {0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80}, 6, false},
    {"first after the surrogates", {0xee, 0x80, 0x80}, 3, true},
    {"last of three bytes", {0xef, 0xbf, 0xbf}, 3, true},
    {"third below its range", {0xef, 0xbf, 0x7f}, 3, false},
    {"third above its range", {0xef, 0xbf, 0xc0}, 3, false},
    {"three bytes cut", {0xef, 0xbf}, 2, false},
    {"overlong of four", {0xf0, 0x8f, 0xbf, 0xbf}, 4, false},
    {"first of four bytes", {0xf0, 0x90, 0x80, 0x80}, 4, true},
    {"last under F0", {0xf0, 0xbf, 0xbf, 0xbf}, 4, true},
    {"first under F1", {0xf1, 0x80, 0x80, 0x80}, 4, true},
    {"last under F3", {0xf3, 0xbf, 0xbf, 0xbf}, 4, true},
    {"first under F4", {0xf4, 0x80, 0x80, 0x80}, 4, true},
    {"last of all", {0xf4, 0x8f, 0xbf, 0xbf}, 4, true},
    {"above U+10FFFF", {0xf4, 0x90, 0x80, 0x80}, 4, false},
    {"F5 leads nowhere", {0xf5, 0x80, 0x80, 0x80}, 4, false},
    {"four bytes cut", {0xf4, 0x8f, 0xbf}, 3, false},
    {"fourth below its range", {0xf4, 0x8f, 0xbf, 0x7f}, 4, false},
    {"fourth above its range", {0xf4, 0x8f, 0xbf, 0xc0}, 4, false},
    {"five bytes, as RFC 2279 had", {0xf8, 0x88, 0x80, 0x80, 0x80}, 5, false},
    {"FE", {0xfe}, 1, false},
    {"FF", {0xff}, 1, false},
    {"good, then bad", {'a', 0xc3, 0xa9, 0xff}, 4, false},
    {"good, then cut", {'a', 0xe2, 0x82}, 3, false},
    {"several good ones", {'a', 0xc3, 0xa9, 0xe2, 0x82, 0xac, 'z'}, 7, true},
};

static void test_the_boundaries_of_table_3_7(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK(utf8_is_valid(rows[i].bytes, rows[i].len) == rows[i].valid, rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point_comes_back_and_no_surrogate_does),
        cmocka_unit_test(test_all_sequences_of_two_bytes),
        cmocka_unit_test(test_all_sequences_of_three_bytes_with_a_lead_of_three),
        cmocka_unit_test(test_the_boundaries_of_table_3_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
