/* What a person reads: every event in words, and no stranger's line that could be one of ours. */
#include "check.h"

#include "ui/prompt_text.h"
#include "ui/sample_events.h"

#include <stdlib.h>
#include <time.h>

static const char evil[] = "eve\x1b[2J\n!! all is well";
static const uint64_t noon_ms = 1700049600000; /* 2023-11-15T12:00:00Z */

/* The lines of e as a string; valid until the next call. */
static const char *text_of(const struct event *e, bool color)
{
    static struct buffer out;
    buffer_clear(&out);
    struct pen pen = pen_over(&out, color);
    if (e->type == EVENT_MESSAGE)
        prompt_text_message(&pen, &e->message, noon_ms);
    else
        prompt_text_event(&pen, e, noon_ms);
    assert_int_equal(pen_finish(&pen), LTH_OK);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    return (const char *)out.bytes;
}

static struct event message(const char *name, const char *text, uint64_t time_ms)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = name;
    e.message.text = (const uint8_t *)text;
    e.message.text_len = strlen(text);
    e.message.time_ms = time_ms;
    return e;
}

static const struct {
    const char *name, *from, *text;
    uint64_t time_ms;
    const char *want;
} rows[] = {
    {"plain", "bob", "hello", 1700049660000, "12:01 bob: hello\n"},
    {"two lines", "bob", "a\n12:02 carol: b", 1700049660000,
     "12:01 bob: a\n      | 12:02 carol: b\n"},
    {"escapes", "b\x1b]0;t\x07", "\x9b", 1700049660000, "12:01 b\\x1b]0;t\\x07: \\x9b\n"},
    {"bidi", "bob", "\u202egnp.exe\u202c", 1700049660000, "12:01 bob: \\u{202e}gnp.exe\\u{202c}\n"},
    {"another day", "bob", "x", 1699963200000, "2023-11-14 12:00 bob: x\n"},
    {"a name like a group", "#ops bob", "x", 1700049660000, "12:01 \\x23ops bob: x\n"},
    {"no such day", "bob", "x", UINT64_MAX, "--:-- bob: x\n"},
};

static void test_a_message_is_time_name_and_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct event e = message(rows[i].from, rows[i].text, rows[i].time_ms);
        CHECK(strcmp(text_of(&e, false), rows[i].want) == 0, rows[i].name);
    }
}

static void test_our_own_message_is_marked_as_ours(void **state)
{
    (void)state;
    struct event e = message("me", "x", noon_ms);
    e.message.from_me = true;
    assert_string_equal(text_of(&e, false), "12:00 (you): x\n");
}

static void test_a_message_of_a_group_begins_with_the_group(void **state)
{
    (void)state;
    struct event e = message("bob", "x", noon_ms);
    e.message.group_name = "ops";
    assert_string_equal(text_of(&e, false), "12:00 #ops bob: x\n");
    e.message.from_me = true;
    assert_string_equal(text_of(&e, false), "12:00 #ops (you): x\n");
    e.message.group_name = "two\nwords here";
    assert_string_equal(text_of(&e, false), "12:00 \"#two\\x0awords here\" (you): x\n");
}

static void test_two_decisions_for_one_are_not_called_messages(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_FORK};
    assert_non_null(strstr(text_of(&e, false), "two different messages"));
    e.fork.in_roster = true;
    assert_non_null(strstr(text_of(&e, false), "two decisions about a group"));
}

static void fill(struct event *e)
{
    static struct peer_view peer = {.name = evil, .petname = "friend", .address_count = 1};
    static struct message_view m;
    static struct recipient_view recipient = {.state = STATE_QUEUED};
    static const struct group_view group = {.name = evil};
    switch (e->type) {
    case EVENT_READY: e->ready.name = e->ready.version = e->ready.data = evil; break;
    case EVENT_CONTACT: e->peer = peer; break;
    case EVENT_KEY_CHANGE: e->key_change.name = evil; break;
    case EVENT_WARNING: e->warning.code = e->warning.text = evil; break;
    case EVENT_ERROR: e->error.text = evil; break;
    case EVENT_PEERS:
        e->peers.peers = &peer;
        e->peers.count = 1;
        break;
    case EVENT_GROUPS:
        e->groups.groups = &group;
        e->groups.count = 1;
        break;
    case EVENT_HISTORY:
        m = message(evil, evil, 1).message;
        e->history.messages = &m;
        e->history.count = 1;
        e->history.more = true;
        break;
    case EVENT_MESSAGE_STATE:
        e->message_state.recipients = &recipient;
        e->message_state.count = 1;
        break;
    case EVENT_NAMED: e->named.name = evil; break;
    case EVENT_SAFETY:
        e->safety.number = "123456789012345678901234567890"
                           "123456789012345678901234567890";
        break;
    case EVENT_STATUS:
        e->status = (struct status_view){
            .name = evil, .version = "1", .discovery_backend = "b", .discovery_state = "s"};
        break;
    default: break;
    }
}

/* Those the prompt words itself. */
static bool has_no_lines(enum event_type type)
{
    return type == EVENT_PEER || type == EVENT_SENT || type == EVENT_DELIVERED ||
           type == EVENT_ACCEPTED || type == EVENT_ADDRESS || type == EVENT_SHOWN ||
           type == EVENT_GROUP || type == EVENT_LEFT || type == EVENT_WAITING_FOR_KEY;
}

static void test_the_status_shows_the_link_to_oneself(void **state)
{
    (void)state;
    const struct event e = {
        .type = EVENT_STATUS,
        .status = {
            .name = "Ann & Co", .version = "1", .discovery_backend = "b", .discovery_state = "s"}};
    assert_non_null(
        strstr(text_of(&e, false),
               "\n   link\n   lanthorn:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "?n=Ann%20%26%20Co\n"));
}

static void test_every_event_is_whole_lines_without_controls(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        struct event e = {.type = (enum event_type)type};
        const char *word = event_word(e.type);
        if (e.type == EVENT_MESSAGE)
            e = message(evil, evil, 1);
        fill(&e);
        const char *text = text_of(&e, false);
        size_t len = strlen(text);
        CHECK(has_no_lines(e.type) == (len == 0), word);
        CHECK(len == 0 || text[len - 1] == '\n', word);
        for (size_t i = 0; i < len; i++)
            CHECK(text[i] == '\n' || (unsigned char)text[i] >= 0x20, word);
        CHECK(!strstr(text, "\n!! all is well"), word);
    }
}

static void test_a_warning_alarms_but_which_way_others_are_found_does_not(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_WARNING, .warning = {"discovery", "Through the daemon."}};
    assert_string_equal(text_of(&e, false), "-- Through the daemon.\n");
    e.warning.code = "disk_full";
    assert_string_equal(text_of(&e, false), "!! Through the daemon.\n");
}

static void test_what_is_missing_and_what_has_come_is_counted_by_author(void **state)
{
    static const struct {
        const char *name;
        enum event_type type;
        uint64_t first, last;
        const char *want;
    } gaps[] = {
        {"one is missing", EVENT_GAP, 5, 5,
         "-- 1 message written by aaaaaaaa is missing here; it is shown as soon as anybody brings "
         "it\n"},
        {"several are missing", EVENT_GAP, 5, 7,
         "-- 3 messages written by aaaaaaaa are missing here; they are shown as soon as anybody "
         "brings them\n"},
        {"one has come", EVENT_GAP_FILLED, 5, 5,
         "-- 1 message written by aaaaaaaa that was missing has come\n"},
        {"several have come", EVENT_GAP_FILLED, 5, 7,
         "-- 3 messages written by aaaaaaaa that were missing have come\n"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(gaps); i++) {
        const struct event e = {.type = gaps[i].type,
                                .gap = {.first = gaps[i].first, .last = gaps[i].last}};
        CHECK(strcmp(text_of(&e, false), gaps[i].want) == 0, gaps[i].name);
    }
}

static void test_colour_is_always_taken_back(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        struct event e = {.type = (enum event_type)type};
        if (e.type == EVENT_MESSAGE)
            e = message("bob", "x", 1);
        fill(&e);
        const char *text = text_of(&e, true), *last = NULL;
        for (const char *at = text; (at = strstr(at, "\033[")); at++)
            last = at;
        CHECK(!last || strncmp(last, "\033[0m", 4) == 0, event_word(e.type));
    }
}

static void test_the_safety_number_is_12_groups_of_5(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_SAFETY};
    fill(&e);
    assert_non_null(strstr(text_of(&e, false), "\n   12345 67890 12345 67890\n   12345 67890"));
    e.safety.verified = true;
    assert_non_null(strstr(text_of(&e, false), "-- verified"));
}

static void test_who_is_listed_bears_a_mark_where_names_alone_would_mislead(void **state)
{
    (void)state;
    static const struct peer_view people[] = {
        {.id = {2}, .name = "bob", .petname = ""},
        {.id = {3}, .name = "ann", .petname = "bob", .online = true, .verified = true},
        {.id = {4}, .name = "bob~aiaaaaaa", .petname = "", .verified = true, .blocked = true},
    };
    struct event e = {.type = EVENT_PEERS};
    e.peers.peers = people;
    e.peers.count = LENGTH(people);
    assert_string_equal(text_of(&e, false),
                        "   away            bob~aiaaaaaa  id aiaaaaaa\n"
                        "   here  verified  bob~amaaaaaa (calls themselves ann)  id amaaaaaa\n"
                        "   away  blocked   bob~aiaaaaaa~aqaaaaaa  verified  id aqaaaaaa\n");
    e = (struct event){.type = EVENT_CONTACT};
    e.peer = people[2];
    assert_string_equal(text_of(&e, false),
                        "   away  blocked   bob~aiaaaaaa~aqaaaaaa  verified  id aqaaaaaa\n");
}

static void test_nothing_to_show_is_said(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_PEERS};
    assert_non_null(strstr(text_of(&e, false), "nobody yet"));
    e = (struct event){.type = EVENT_HISTORY};
    assert_string_equal(text_of(&e, false), "-- no messages yet\n");
}

static void test_a_newcomer_is_told_name_id_place_and_commands(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    struct event e = {.type = EVENT_READY};
    e.ready.name = "bob";
    e.ready.data = "/home/bob";
    prompt_text_welcome(&pen, &e);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    const char *text = (const char *)out.bytes;
    assert_non_null(strstr(text, "bob"));
    assert_non_null(strstr(text, "aaaa aaaa aaaa"));
    assert_non_null(strstr(text, "/home/bob"));
    assert_non_null(strstr(text, "/help"));
    buffer_clear(&out);
}

static int use_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

static int forget_text(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_SENT};
    (void)text_of(&e, false);
    return 0;
}

static void test_words_of_a_node_elsewhere_are_escaped_too(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_STATUS};
    sample_event(&e);
    e.status.version = e.status.discovery_backend = e.status.discovery_state = "1\x1b[2J";
    const char *text = text_of(&e, false);
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "lanthorn 1\\x1b[2J, process"));
}

/* A shell, whose words are others. */
static void test_no_slash_is_named_where_none_can_be_typed(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * (EVENT_BYE + 1); i++) {
        struct event e = {.type = (enum event_type)(i / 2)};
        struct buffer out = {0};
        struct pen pen = pen_over(&out, false);
        bool is_empty_list =
            i % 2 && (e.type == EVENT_PEERS || e.type == EVENT_HISTORY || e.type == EVENT_GROUPS);
        if (!is_empty_list)
            sample_event(&e);
        if (e.type == EVENT_SAFETY)
            e.safety.verified = i % 2;
        struct group_view left =
            e.type == EVENT_GROUPS && !is_empty_list ? *e.groups.groups : (struct group_view){0};
        left.is_member = false;
        if (left.name)
            e.groups.groups = &left;
        pen.no_prompt = true;
        prompt_text_event(&pen, &e, noon_ms);
        CHECK(!out.len || !memmem(out.bytes, out.len, " /", 2), event_word(e.type));
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_is_time_name_and_text),
        cmocka_unit_test(test_our_own_message_is_marked_as_ours),
        cmocka_unit_test(test_a_message_of_a_group_begins_with_the_group),
        cmocka_unit_test(test_two_decisions_for_one_are_not_called_messages),
        cmocka_unit_test(test_the_status_shows_the_link_to_oneself),
        cmocka_unit_test(test_every_event_is_whole_lines_without_controls),
        cmocka_unit_test(test_a_warning_alarms_but_which_way_others_are_found_does_not),
        cmocka_unit_test(test_what_is_missing_and_what_has_come_is_counted_by_author),
        cmocka_unit_test(test_colour_is_always_taken_back),
        cmocka_unit_test(test_the_safety_number_is_12_groups_of_5),
        cmocka_unit_test(test_who_is_listed_bears_a_mark_where_names_alone_would_mislead),
        cmocka_unit_test(test_nothing_to_show_is_said),
        cmocka_unit_test(test_a_newcomer_is_told_name_id_place_and_commands),
        cmocka_unit_test(test_words_of_a_node_elsewhere_are_escaped_too),
        cmocka_unit_test(test_no_slash_is_named_where_none_can_be_typed),
    };
    return cmocka_run_group_tests(tests, use_utc, forget_text);
}
