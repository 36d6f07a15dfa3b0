/* A line of a node is read as the event it was, and no other bytes do harm. */
#include "check.h"

#include "ui/json_event_read.h"
#include "ui/sample_events.h"

#include <stdio.h>
#include <stdlib.h>

/* The line of the sample of a type, without its line feed, on the heap so that reading past its
 * end is seen. */
struct line {
    char *bytes;
    size_t len;
};

static struct line write(const struct event *e, const char *ref)
{
    struct buffer out = {0};
    struct json_ref text = {ref, ref ? strlen(ref) : 0};
    assert_int_equal(json_event_write(&out, e, 42, text), LTH_OK);
    struct line line = {malloc(out.len), out.len - 1};
    assert_non_null(line.bytes);
    memcpy(line.bytes, out.bytes, out.len);
    buffer_clear(&out);
    return line;
}

static struct line write_sample(enum event_type type, const char *ref)
{
    struct event e = {.type = type};
    sample_event(&e);
    return write(&e, ref);
}

static struct read_event read_sample(enum event_type type, const char *ref)
{
    struct read_event read;
    struct line line = write_sample(type, ref);
    CHECK_ERR(json_event_read(line.bytes, line.len, sample_me, &read), LTH_OK, event_word(type));
    free(line.bytes);
    return read;
}

static void test_what_is_read_is_written_as_it_was(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        const char *word = event_word((enum event_type)type);
        struct line before = write_sample((enum event_type)type, "7");
        struct read_event read;
        CHECK_ERR(json_event_read(before.bytes, before.len, sample_me, &read), LTH_OK, word);
        CHECK(read.seq == 42 && read.event.is_answer && read.event.ticket == 7, word);
        struct line after = write(&read.event, "7");
        CHECK(before.len == after.len && !memcmp(before.bytes, after.bytes, after.len), word);
        free(before.bytes);
        free(after.bytes);
        json_event_clear(&read);
    }
}

static void test_what_follows_from_whose_node_it_is_is_read_too(void **state)
{
    (void)state;
    struct read_event read = read_sample(EVENT_GROUP, NULL);
    const struct group_view *g = &read.event.group;
    assert_true(g->is_member && g->is_admin && g->members[0].is_me && !g->members[1].is_me);
    assert_true(g->change.by_me && !g->change.subject_is_me);
    assert_false(read.event.is_answer);
    json_event_clear(&read);

    struct event e = {.type = EVENT_MESSAGE};
    sample_event(&e);
    memcpy(e.message.from, sample_me, ID_LEN);
    struct line line = write(&e, NULL);
    assert_int_equal(json_event_read(line.bytes, line.len, sample_me, &read), LTH_OK);
    assert_true(read.event.message.from_me);
    assert_memory_equal(read.event.message.with, e.message.with, ID_LEN);
    json_event_clear(&read);
    assert_int_equal(json_event_read(line.bytes, line.len, NULL, &read), LTH_OK);
    assert_false(read.event.message.from_me);
    json_event_clear(&read);
    free(line.bytes);
}

static void test_a_message_of_a_group_has_its_name_and_no_other_side(void **state)
{
    (void)state;
    struct read_event read;
    struct event e = {.type = EVENT_MESSAGE};
    sample_event(&e);
    e.message.with = NULL;
    e.message.group_name = "ops";
    struct line line = write(&e, NULL);
    assert_int_equal(json_event_read(line.bytes, line.len, sample_me, &read), LTH_OK);
    assert_string_equal(read.event.message.group_name, "ops");
    assert_null(read.event.message.with);
    json_event_clear(&read);
    free(line.bytes);
}

static void test_a_text_may_hold_a_zero(void **state)
{
    (void)state;
    struct read_event read;
    struct event e = {.type = EVENT_MESSAGE};
    sample_event(&e);
    e.message.text = (const uint8_t *)"a\0b";
    e.message.text_len = 3;
    struct line line = write(&e, NULL);
    assert_int_equal(json_event_read(line.bytes, line.len, sample_me, &read), LTH_OK);
    assert_int_equal(read.event.message.text_len, 3);
    assert_memory_equal(read.event.message.text, "a\0b", 3);
    json_event_clear(&read);
    free(line.bytes);
}

#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *line;
    enum lth_err want;
} rows[] = {
    {"{\"event\":\"bye\",\"seq\":1}", LTH_OK},
    {"{\"event\":\"bye\",\"seq\":1,\"later_version\":{}}", LTH_OK},
    {"{\"event\":\"bye\",\"seq\":1,\"ref\":\"whatever\"}", LTH_OK},
    {"{\"event\":\"dance\",\"seq\":1}", LTH_NOT_FOUND},
    {"{\"event\":\"bye\"}", LTH_MALFORMED},
    {"{\"event\":\"bye\",\"seq\":-1}", LTH_MALFORMED},
    {"{\"event\":\"bye\",\"seq\":1.5}", LTH_MALFORMED},
    {"{\"event\":\"bye\",\"seq\":1,\"seq\":2}", LTH_MALFORMED},
    {"{\"event\":\"bye\",\"seq\":1,\"ref\":7}", LTH_MALFORMED},
    {"{\"event\":7,\"seq\":1}", LTH_MALFORMED},
    {"{\"event\":\"b\\u0000ye\",\"seq\":1}", LTH_MALFORMED},
    {"{\"seq\":1}", LTH_MALFORMED},
    {"{}", LTH_MALFORMED},
    {"[]", LTH_MALFORMED},
    {"", LTH_MALFORMED},
    {"hello", LTH_MALFORMED},
    {"{\"event\":\"named\",\"seq\":1,\"name\":\"ada\"}", LTH_OK},
    {"{\"event\":\"named\",\"seq\":1,\"name\":\"" NAME_64 "\"}", LTH_OK},
    {"{\"event\":\"named\",\"seq\":1,\"name\":\"x" NAME_64 "\"}", LTH_MALFORMED},
    {"{\"event\":\"named\",\"seq\":1,\"name\":null}", LTH_MALFORMED},
    {"{\"event\":\"named\",\"seq\":1,\"name\":\"a\\u0000\"}", LTH_MALFORMED},
    {"{\"event\":\"synced\",\"seq\":1,\"queued\":\"1\"}", LTH_MALFORMED},
    {"{\"event\":\"error\",\"seq\":1,\"ref\":null,\"code\":\"usage\",\"text\":\"No.\"}", LTH_OK},
    {"{\"event\":\"error\",\"seq\":1,\"code\":\"later\",\"text\":\"No.\"}", LTH_OK},
    {"{\"event\":\"groups\",\"seq\":1,\"groups\":[]}", LTH_OK},
    {"{\"event\":\"groups\",\"seq\":1,\"groups\":[7]}", LTH_MALFORMED},
    {"{\"event\":\"groups\",\"seq\":1,\"groups\":{}}", LTH_MALFORMED},
    {"{\"event\":\"group\",\"seq\":1,\"group\":null,\"change\":null}", LTH_MALFORMED},
    {"{\"event\":\"peers\",\"seq\":1,\"peers\":null}", LTH_MALFORMED},
};

static void test_each_line_is_an_event_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct read_event read;
        CHECK_ERR(json_event_read(rows[i].line, strlen(rows[i].line), NULL, &read), rows[i].want,
                  rows[i].line);
        CHECK(rows[i].want == LTH_OK || !read.root, rows[i].line);
        json_event_clear(&read);
    }
}

static void test_a_code_of_a_later_version_is_an_error_all_the_same(void **state)
{
    static const char line[] =
        "{\"event\":\"error\",\"seq\":1,\"code\":\"later\",\"text\":\"No.\"}";
    struct read_event read;
    (void)state;
    assert_int_equal(json_event_read(line, sizeof line - 1, NULL, &read), LTH_OK);
    assert_int_equal(read.event.error.code, CODE_INTERNAL);
    json_event_clear(&read);
}

/* A node of the version before tells less. */
static void test_what_was_added_later_may_be_missing(void **state)
{
    static const char *const added[] = {"group_name", "with", "conversation", "introducer"};
    (void)state;
    for (size_t i = 0; i < LENGTH(added); i++) {
        enum event_type type = i == 2 ? EVENT_SENT : i == 3 ? EVENT_GROUPS : EVENT_MESSAGE;
        struct line line = write_sample(type, NULL);
        char quoted[40];
        struct read_event read;
        snprintf(quoted, sizeof quoted, "\"%s\":", added[i]);
        line.bytes[line.len] = '\0';
        char *at = strstr(line.bytes, quoted);
        CHECK(at, added[i]);
        at[1] = '_'; /* another field, which nobody knows */
        CHECK_ERR(json_event_read(line.bytes, line.len, sample_me, &read), LTH_OK, added[i]);
        json_event_clear(&read);
        free(line.bytes);
    }
}

static void test_no_beginning_of_a_line_is_an_event(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        struct line line = write_sample((enum event_type)type, "7");
        for (size_t len = 0; len < line.len; len++) {
            struct read_event read;
            assert_int_equal(json_event_read(line.bytes, len, sample_me, &read), LTH_MALFORMED);
        }
        free(line.bytes);
    }
}

static void test_a_cause_that_is_no_word_is_none(void **state)
{
    (void)state;
    struct line line = write_sample(EVENT_STATUS, NULL);
    struct read_event read;
    line.bytes[line.len] = '\0';
    memcpy(strstr(line.bytes, "bad_frame"), "bad frame", 9);
    assert_int_equal(json_event_read(line.bytes, line.len, sample_me, &read), LTH_MALFORMED);
    free(line.bytes);
}

/* What comes of it is no matter, but the sanitizers look on. */
static void test_no_wrong_byte_does_harm(void **state)
{
    static const char wrong[] = "0-\"{[]}:,n\xff";
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        struct line line = write_sample((enum event_type)type, "7");
        for (size_t i = 0; i < line.len * (sizeof wrong - 1); i++) {
            struct read_event read;
            char *at = &line.bytes[i / (sizeof wrong - 1)], was = *at;
            *at = wrong[i % (sizeof wrong - 1)];
            if (json_event_read(line.bytes, line.len, sample_me, &read) == LTH_OK)
                json_event_clear(&read);
            *at = was;
        }
        free(line.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_is_written_as_it_was),
        cmocka_unit_test(test_what_follows_from_whose_node_it_is_is_read_too),
        cmocka_unit_test(test_a_message_of_a_group_has_its_name_and_no_other_side),
        cmocka_unit_test(test_a_text_may_hold_a_zero),
        cmocka_unit_test(test_each_line_is_an_event_or_none),
        cmocka_unit_test(test_a_code_of_a_later_version_is_an_error_all_the_same),
        cmocka_unit_test(test_what_was_added_later_may_be_missing),
        cmocka_unit_test(test_no_beginning_of_a_line_is_an_event),
        cmocka_unit_test(test_a_cause_that_is_no_word_is_none),
        cmocka_unit_test(test_no_wrong_byte_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
