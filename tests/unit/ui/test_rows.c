/* A program gets a line for each thing, with the same columns, whatever strangers write. */
#include "check.h"

#include "ui/rows.h"
#include "ui/sample_events.h"

#include <stdio.h>

typedef void write_rows(struct pen *pen, const struct names *names, const struct event *e);

/* The rows of e as a string; valid until the next call. */
static const char *text_of(write_rows *write, const struct event *e)
{
    static struct buffer out;
    struct names names = {0};
    buffer_clear(&out);
    struct pen pen = pen_over(&out, false);
    names_learn(&names, e);
    write(&pen, &names, e);
    names_clear(&names);
    assert_int_equal(pen_finish(&pen), LTH_OK);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    return (const char *)out.bytes;
}

/* How many lines, and tabs in each, an event of the type has; no lines: it tells nothing. */
static const struct {
    enum event_type type;
    size_t lines, tabs;
} shapes[] = {
    {EVENT_READY, 1, 1},      {EVENT_PEER, 1, 5},
    {EVENT_MESSAGE, 1, 3},    {EVENT_SENT, 0, 0},
    {EVENT_DELIVERED, 0, 0},  {EVENT_GROUP, 1, 3},
    {EVENT_LEFT, 1, 3},       {EVENT_GAP, 1, 1},
    {EVENT_GAP_FILLED, 1, 1}, {EVENT_WAITING_FOR_KEY, 0, 0},
    {EVENT_FORK, 1, 1},       {EVENT_KEY_CHANGE, 1, 2},
    {EVENT_WARNING, 1, 1},    {EVENT_ERROR, 1, 0},
    {EVENT_ACCEPTED, 1, 0},   {EVENT_PEERS, 1, 5},
    {EVENT_HISTORY, 1, 3},    {EVENT_MESSAGE_STATE, 0, 0},
    {EVENT_NAMED, 1, 0},      {EVENT_CONTACT, 1, 5},
    {EVENT_SAFETY, 1, 1},     {EVENT_ADDRESS, 1, 0},
    {EVENT_GROUPS, 1, 3},     {EVENT_STATUS, 21, 1},
    {EVENT_SYNCED, 0, 0},     {EVENT_SHOWN, 0, 0},
    {EVENT_BYE, 0, 0},
};

static size_t count(const char *text, char of)
{
    size_t found = 0;
    for (; *text; text++)
        found += *text == of;
    return found;
}

static bool has_controls(const char *text)
{
    for (; *text; text++)
        if ((*text > 0 && *text < ' ' && *text != '\t' && *text != '\n') || *text == 0x7f)
            return true;
    return false;
}

static void test_every_row_of_an_event_has_its_columns(void **state)
{
    (void)state;
    assert_int_equal(LENGTH(shapes), EVENT_BYE + 1);
    for (size_t i = 0; i < LENGTH(shapes); i++) {
        struct event e = {.type = shapes[i].type};
        sample_event(&e);
        const char *word = event_word(e.type), *text = text_of(rows_event, &e);
        CHECK(count(text, '\n') == shapes[i].lines, word);
        CHECK(count(text, '\t') == shapes[i].lines * shapes[i].tabs, word);
        CHECK(!has_controls(text), word);
        CHECK(!strstr(text, "\t\t") && !strstr(text, "\t\n"), word); /* none is empty */
    }
}

static void test_news_say_what_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(shapes); i++) {
        struct event e = {.type = shapes[i].type};
        char wanted[2000] = "";
        sample_event(&e);
        if (shapes[i].lines)
            snprintf(wanted, sizeof wanted, "%s\t%s", event_word(e.type), text_of(rows_event, &e));
        CHECK(strcmp(text_of(rows_news, &e), wanted) == 0, event_word(e.type));
    }
}

static void test_a_message_has_its_time_its_place_its_author_and_one_line_of_text(void **state)
{
    static const uint8_t bob[ID_LEN] = {2};
    struct event e = {.type = EVENT_MESSAGE};
    (void)state;
    e.message = (struct message_view){.from = {2}, .with = bob, .name = "bob", .time_ms = 1000};
    e.message.text = (const uint8_t *)"one\ntwo\tthree";
    e.message.text_len = 13;
    assert_non_null(strstr(text_of(rows_event, &e), "1970-01-01T00:00:01.000Z\taiaaaaaa\tbob\t"
                                                    "one\\x0atwo\\x09three\n"));
    e.message.from_me = true;
    e.message.group_name = "two words";
    assert_string_equal(text_of(rows_event, &e), "1970-01-01T00:00:01.000Z\t\"#two words\"\t(you)\t"
                                                 "one\\x0atwo\\x09three\n");
}

static void test_two_of_one_name_are_told_apart(void **state)
{
    static const struct peer_view both[] = {{.id = {2}, .name = "bob", .petname = ""},
                                            {.id = {3}, .name = "bob", .petname = ""}};
    struct event e = {.type = EVENT_PEERS};
    (void)state;
    e.peers.peers = both;
    e.peers.count = 2;
    const char *text = text_of(rows_event, &e);
    assert_non_null(strstr(text, "bob~aiaaaaaa\taway\t-\t-\t"));
    assert_non_null(strstr(text, "\nbob~amaaaaaa\taway\t-\t-\t"));
}

static void test_two_groups_of_one_name_are_told_apart(void **state)
{
    static const struct group_view both[] = {{.id = {2}, .name = "ops"},
                                             {.id = {3}, .name = "ops"}};
    struct event e = {.type = EVENT_GROUPS};
    (void)state;
    e.groups.groups = both;
    e.groups.count = 2;
    const char *text = text_of(rows_event, &e);
    assert_memory_equal(text, "#ops~02000000\tleft\t0\t02", 23);
    assert_non_null(strstr(text, "\n#ops~03000000\tleft\t0\t03"));
}

static void write_members(struct pen *pen, const struct names *names, const struct event *e)
{
    rows_members(pen, names, &e->group);
}

static void test_members_are_rows_and_we_are_one_of_them(void **state)
{
    struct event e = {.type = EVENT_GROUP};
    (void)state;
    sample_event(&e);
    const char *text = text_of(write_members, &e);
    assert_int_equal(count(text, '\n'), 2);
    assert_int_equal(count(text, '\t'), 8);
    assert_memory_equal(text, "(you)\tadmin\there\t-\t", 19);
    assert_non_null(strstr(text, "\nbob\tmember\there\tverified\t"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_of_an_event_has_its_columns),
        cmocka_unit_test(test_news_say_what_they_are),
        cmocka_unit_test(test_a_message_has_its_time_its_place_its_author_and_one_line_of_text),
        cmocka_unit_test(test_two_of_one_name_are_told_apart),
        cmocka_unit_test(test_two_groups_of_one_name_are_told_apart),
        cmocka_unit_test(test_members_are_rows_and_we_are_one_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
