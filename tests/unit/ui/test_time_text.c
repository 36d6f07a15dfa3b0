/* A moment is written in one form, and only that form is read. */
#include "check.h"

#include "ui/time_text.h"

static void test_what_is_written_is_read_back(void **state)
{
    static const struct {
        uint64_t time_ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {1795244747999, "2026-11-21T07:05:47.999Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[TIME_TEXT_LEN + 1];
        uint64_t time_ms = 7;
        time_write(rows[i].time_ms, text);
        CHECK(strcmp(text, rows[i].text) == 0, rows[i].text);
        CHECK_ERR(time_parse(text, &time_ms), LTH_OK, rows[i].text);
        CHECK(time_ms == rows[i].time_ms, rows[i].text);
    }
}

static void test_a_time_behind_the_last_year_is_its_last_moment(void **state)
{
    (void)state;
    char text[TIME_TEXT_LEN + 1];
    time_write(UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void test_nothing_else_is_read(void **state)
{
    static const char *const rows[] = {
        "",
        "2026-11-21",
        "2026-11-21T07:05:47Z",
        "2026-11-21T07:05:47.999",
        "2026-11-21T07:05:47.999Z ",
        "2026-11-21 07:05:47.999Z",
        "2026-11-21T07:05:47.99aZ",
        "2026-02-30T07:05:47.999Z",
        "2026-13-21T07:05:47.999Z",
        "2026-11-21T24:05:47.999Z",
        "2026-11-21T07:05:60.999Z",
        "1969-12-31T23:59:59.999Z",
        "-026-11-21T07:05:47.999Z",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint64_t time_ms = 7;
        CHECK_ERR(time_parse(rows[i], &time_ms), LTH_MALFORMED, rows[i]);
        CHECK(time_ms == 7, rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_a_time_behind_the_last_year_is_its_last_moment),
        cmocka_unit_test(test_nothing_else_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
