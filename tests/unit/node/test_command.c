/* Commands and their answers: each gets exactly one, with its ticket, and errors have codes. */
#include "check.h"

#include "base/text.h"
#include "node/guest.h"
#include "wire/message.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKET = 4711 };

static struct stage s;
static struct guest bob;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s, 1);
    guest_init(&bob, 2, "bob");
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 1);
    guest_send_have(&s, &bob);
    stage_disk_done(&s);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    guest_clear(&s, &bob);
    stage_close(&s);
    return 0;
}

/* The one answer in the last step, or NULL. */
static const struct event *answer(void)
{
    const struct event *found = NULL;
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(&s, TODO_EVENT, i)); i++) {
        if (!t->event.is_answer)
            continue;
        assert_null(found);
        assert_true(t->event.ticket == TICKET);
        found = &t->event;
    }
    return found;
}

static const struct event *ask(const struct command *c)
{
    struct command asked = *c;
    asked.ticket = TICKET;
    stage_command(&s, &asked);
    return answer();
}

static void expect_error(const struct command *c, enum error_code code, const char *row)
{
    const struct event *event = ask(c);
    CHECK(event != NULL && event->type == EVENT_ERROR, row);
    if (event->error.code != code)
        fail_msg("%s: got %s", row, error_code_word(event->error.code));
    CHECK(strlen(event->error.text) > 20 && strchr(event->error.text, '.'), row);
    CHECK(stage_count(&s, TODO_APPEND) == 0, row);
}

/* At once, or, when something is to be kept, once it is durable. */
static void expect_event(const struct command *c, enum event_type type, const char *row)
{
    const struct event *event = ask(c);
    if (!event) {
        stage_disk_done(&s);
        event = answer();
    }
    if (!event || event->type != type)
        fail_msg("%s: got %s", row, event ? event_word(event->type) : "nothing");
}

static struct command send_command(const void *text, size_t len)
{
    return (struct command){.type = COMMAND_SEND, .who = "bob", .text = text, .text_len = len};
}

/* ---- send ---- */

static void test_what_cannot_be_sent_is_refused_with_its_reason(void **state)
{
    (void)state;
    static uint8_t large[1 << 20];
    static const struct {
        const char *name;
        const char *text;
        size_t len; /* 0: strlen */
        enum error_code code;
    } rows[] = {
        {"empty", "", 0, CODE_EMPTY_TEXT},
        {"one over the limit", (const char *)large, TEXT_MAX + 1, CODE_TOO_LONG},
        {"far over the limit", (const char *)large, sizeof large, CODE_TOO_LONG},
        {"a byte that is never UTF-8", "a\xff", 0, CODE_BAD_UTF8},
        {"a surrogate", "\xed\xa0\x80", 0, CODE_BAD_UTF8},
        {"cut inside a code point", "\xe2\x82", 0, CODE_BAD_UTF8},
        {"overlong", "\xc0\xaf", 0, CODE_BAD_UTF8},
    };
    memset(large, 'x', sizeof large);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct command c =
            send_command(rows[i].text, rows[i].len ? rows[i].len : strlen(rows[i].text));
        expect_error(&c, rows[i].code, rows[i].name);
    }
    const struct command none = send_command(NULL, 0);
    expect_error(&none, CODE_EMPTY_TEXT, "no text at all");
}

static void test_the_longest_text_is_accepted_once_it_is_durable(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MAX];
    const struct command c = send_command(text, sizeof text);
    memset(text, 'x', sizeof text);
    assert_null(ask(&c));
    stage_disk_done(&s);
    const struct event *event = answer();
    assert_non_null(event);
    assert_int_equal(event->type, EVENT_ACCEPTED);
    assert_non_null(stage_event(&s, EVENT_SENT));
}

static void test_whom_it_is_for_must_be_known(void **state)
{
    (void)state;
    static const char *const rows[] = {"nobody", "bo", "", "BOB", "zzzzzzzz"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = send_command("hello", 5);
        c.who = rows[i];
        expect_error(&c, CODE_UNKNOWN_PEER, rows[i]);
    }
    struct command c = send_command("hello", 5);
    c.who = NULL;
    expect_error(&c, CODE_UNKNOWN_PEER, "nobody named");
}

static void test_a_name_that_two_have_is_ambiguous(void **state)
{
    (void)state;
    struct guest other;
    guest_init(&other, 3, "bob");
    guest_connect(&s, &other, NODE_INCOMING_LINK | 2);
    const struct command c = send_command("hello", 5);
    expect_error(&c, CODE_AMBIGUOUS, "two are called bob");
    guest_clear(&s, &other);
}

static void test_nothing_is_sent_to_somebody_blocked(void **state)
{
    (void)state;
    const struct command block = {.type = COMMAND_BLOCK, .who = "bob"};
    const struct command unblock = {.type = COMMAND_UNBLOCK, .who = "bob"};
    const struct command c = send_command("hello", 5);
    expect_event(&block, EVENT_CONTACT, "block");
    assert_true(answer()->peer.blocked);
    expect_error(&c, CODE_BLOCKED, "blocked");
    expect_event(&unblock, EVENT_CONTACT, "unblock");
    assert_null(ask(&c));
}

static void test_a_disk_that_refuses_is_told_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum lth_err why;
        enum error_code code;
    } rows[] = {
        {"full", LTH_DISK_FULL, CODE_DISK_FULL},
        {"read-only", LTH_READ_ONLY, CODE_STORE_READ_ONLY},
        {"broken", LTH_IO, CODE_STORE_READ_ONLY},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct command c = send_command("hello", 5);
        uint64_t first = s.appended + 1;
        assert_null(ask(&c));
        stage_disk_refuses(&s, first, rows[i].why);
        CHECK(answer() && answer()->error.code == rows[i].code, rows[i].name);
    }
    const struct command c = send_command("hello", 5); /* there is room again */
    assert_null(ask(&c));
    stage_disk_done(&s);
    assert_int_equal(answer()->type, EVENT_ACCEPTED);
    assert_int_equal(stage_status(&s)->queued, 1);
}

/* ---- names ---- */

static void test_our_name_has_1_to_64_bytes_of_utf8(void **state)
{
    (void)state;
    char name[NAME_MAX_LEN + 2] = "";
    memset(name, 'n', NAME_MAX_LEN);
    const struct command c = {.type = COMMAND_NAME, .name = name};
    const struct command none = {.type = COMMAND_NAME};
    const struct command bad = {.type = COMMAND_NAME, .name = "a\xff"};
    struct frame_message m;
    expect_event(&c, EVENT_NAMED, "64 bytes");
    assert_string_equal(answer()->named.name, name);
    assert_true(guest_heard(&bob, MESSAGE_NAME, &m));
    assert_int_equal(m.len, NAME_MAX_LEN);
    name[NAME_MAX_LEN] = 'n';
    expect_error(&c, CODE_TOO_LONG, "65 bytes");
    name[0] = '\0';
    expect_error(&c, CODE_USAGE, "empty");
    expect_error(&none, CODE_USAGE, "no name");
    expect_error(&bad, CODE_BAD_UTF8, "not UTF-8");
    assert_int_equal(strlen(node_name(s.node)), NAME_MAX_LEN);
}

static void test_a_petname_is_ours_to_give_and_to_take(void **state)
{
    (void)state;
    char name[NAME_MAX_LEN + 2] = "";
    memset(name, 'p', NAME_MAX_LEN);
    struct command c = {.type = COMMAND_PETNAME, .who = "bob", .name = name};
    expect_event(&c, EVENT_CONTACT, "64 bytes");
    assert_string_equal(answer()->peer.petname, name);
    name[NAME_MAX_LEN] = 'p';
    expect_error(&c, CODE_TOO_LONG, "65 bytes");
    c.name = "\x80";
    expect_error(&c, CODE_BAD_UTF8, "not UTF-8");
    c.name = "";
    expect_event(&c, EVENT_CONTACT, "removed");
    assert_string_equal(answer()->peer.petname, "");
    c.name = "pet~abcdefgh";
    expect_error(&c, CODE_USAGE, "like one of two of one name");
    c.name = "pet~";
    expect_event(&c, EVENT_CONTACT, "with a tilde");
    c.who = "nobody";
    expect_error(&c, CODE_UNKNOWN_PEER, "of nobody");
}

static void test_what_the_disk_refuses_to_keep_is_not_changed(void **state)
{
    (void)state;
    const struct command rows[] = {
        {.type = COMMAND_NAME, .name = "other"},
        {.type = COMMAND_PETNAME, .who = "bob", .name = "other"},
        {.type = COMMAND_BLOCK, .who = "bob"},
        {.type = COMMAND_PEER_ADD, .address = "example.org:7327"},
    };
    const struct command peers = {.type = COMMAND_PEERS};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *row = command_word(rows[i].type);
        uint64_t first = s.appended + 1;
        CHECK(!ask(&rows[i]), row);
        stage_disk_refuses(&s, first, LTH_DISK_FULL);
        CHECK(answer() && answer()->type == EVENT_ERROR, row);
        CHECK(answer()->error.code == CODE_DISK_FULL, row);
        CHECK(stage_count(&s, TODO_DIAL) == 0, row);
    }
    expect_event(&peers, EVENT_PEERS, "peers");
    assert_string_equal(answer()->peers.peers[0].petname, "");
    assert_false(answer()->peers.peers[0].blocked);
    assert_string_equal(node_name(s.node), "host");
}

/* What the last answer of the last step tells of bob. */
static const struct peer_view *last_contact(void)
{
    const struct peer_view *last = NULL;
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(&s, TODO_EVENT, i)); i++)
        if (t->event.type == EVENT_CONTACT)
            last = &t->event.peer;
    assert_non_null(last);
    return last;
}

static void test_two_changes_on_their_way_to_the_disk_both_count(void **state)
{
    (void)state;
    const struct command name = {.type = COMMAND_PETNAME, .who = "bob", .name = "pet"};
    const struct command block = {.type = COMMAND_BLOCK, .who = "bob"};
    stage_command(&s, &name);
    stage_command(&s, &block);
    stage_disk_done(&s);
    assert_true(last_contact()->blocked);
    assert_string_equal(last_contact()->petname, "pet");
}

static void test_a_name_announced_meanwhile_undoes_no_setting_nor_is_undone(void **state)
{
    (void)state;
    const struct command name = {.type = COMMAND_PETNAME, .who = "bob", .name = "pet"};
    const struct command peers = {.type = COMMAND_PEERS};
    stage_wait(&s, 5000);
    stage_command(&s, &name);
    guest_send(&s, &bob, MESSAGE_NAME, 0, "robert", 6);
    stage_disk_done(&s);
    for (int i = 0; i < 2; i++) { /* now, and as the log has it */
        expect_event(&peers, EVENT_PEERS, "peers");
        assert_string_equal(answer()->peers.peers[0].petname, "pet");
        assert_string_equal(answer()->peers.peers[0].name, "robert");
        s.guest = NULL;
        stage_restart(&s, 1);
    }
}

/* ---- addresses ---- */

static void test_an_address_that_cannot_be_reached_is_refused(void **state)
{
    (void)state;
    static char long_name[300] = "";
    static const char *const rows[] = {
        "",
        "example.org",
        "example.org:",
        "example.org:0",
        "example.org:65536",
        "example.org:seven",
        ":7327",
        "192.0.2.1",
        "192.0.2.1:0",
        "0.0.0.0:7327",
        "224.0.0.251:7327",
        "255.255.255.255:7327",
        "[::]:7327",
        "[ff02::fb]:7327",
        "[fe80::1]:7327",
        "[fe80::1%lanthorn-none]:7327",
        "2001:db8::1",
        "[2001:db8::1:7327",
        long_name,
    };
    memset(long_name, 'h', 251);
    snprintf(long_name + 251, 6, ":7327"); /* 256 bytes */
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = {.type = COMMAND_PEER_ADD, .address = rows[i]};
        expect_error(&c, CODE_USAGE, rows[i]);
        c.type = COMMAND_PEER_REMOVE;
        expect_error(&c, CODE_USAGE, rows[i]);
    }
    const struct command none = {.type = COMMAND_PEER_ADD};
    expect_error(&none, CODE_USAGE, "no address");
}

static void test_a_good_address_is_kept_in_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kept;
    } rows[] = {
        {"192.0.2.1:7327", "192.0.2.1:7327"},
        {"[::ffff:192.0.2.2]:7327", "192.0.2.2:7327"},
        {"[2001:DB8:0::1]:07327", "[2001:db8::1]:7327"},
        {"[fe80::1%lo]:7327", "[fe80::1%lo]:7327"},
        {"example.org:7327", "example.org:7327"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = {.type = COMMAND_PEER_ADD, .address = rows[i].text};
        uint64_t appended = s.appended;
        expect_event(&c, EVENT_ADDRESS, rows[i].text);
        assert_string_equal(answer()->address.address, rows[i].kept);
        CHECK(s.appended == appended + 1, rows[i].text);
        expect_event(&c, EVENT_ADDRESS, rows[i].text);
        CHECK(s.appended == appended + 1, rows[i].text); /* it is known */
        c.type = COMMAND_PEER_REMOVE;
        expect_event(&c, EVENT_ADDRESS, rows[i].text);
        expect_error(&c, CODE_USAGE, rows[i].text); /* it is gone */
    }
}

static void test_typed_addresses_survive_a_restart_and_removed_ones_do_not(void **state)
{
    (void)state;
    const struct command stays = {.type = COMMAND_PEER_ADD, .address = "stays.example:1"};
    const struct command goes = {.type = COMMAND_PEER_ADD, .address = "goes.example:1"};
    const struct command gone = {.type = COMMAND_PEER_REMOVE, .address = "goes.example:1"};
    expect_event(&stays, EVENT_ADDRESS, "stays");
    expect_event(&goes, EVENT_ADDRESS, "goes");
    expect_event(&gone, EVENT_ADDRESS, "gone");
    s.guest = NULL;
    stage_restart(&s, 1);
    assert_int_equal(stage_count(&s, TODO_DIAL), 1);
    assert_string_equal(stage_todo(&s, TODO_DIAL, 0)->dial.address, "stays.example:1");
}

/* ---- what was said ---- */

/* Sends "1", "2" ... to bob; all durable. The id of the last one, as text. */
static void say_some(unsigned count, char id[2 * MESSAGE_ID_LEN + 1])
{
    for (unsigned i = 1; i <= count; i++) {
        char text[16];
        snprintf(text, sizeof text, "%u", i);
        const struct command c = send_command(text, strlen(text));
        assert_null(ask(&c));
        stage_disk_done(&s);
        sodium_bin2hex(id, 2 * MESSAGE_ID_LEN + 1, answer()->accepted.id, MESSAGE_ID_LEN);
    }
}

/* Asks for history and has the disk answer it; first and last text are checked. */
static void expect_history(const struct command *c, size_t count, const char *first,
                           const char *last, bool more)
{
    assert_null(ask(c));
    stage_answer_read(&s);
    const struct event *event = answer();
    assert_non_null(event);
    assert_int_equal(event->type, EVENT_HISTORY);
    assert_int_equal(event->history.count, count);
    assert_int_equal(event->history.more, more);
    const struct message_view *one = &event->history.messages[0];
    assert_int_equal(one->text_len, strlen(first));
    assert_memory_equal(one->text, first, one->text_len);
    one = &event->history.messages[count - 1];
    assert_int_equal(one->text_len, strlen(last));
    assert_memory_equal(one->text, last, one->text_len);
}

static void test_history_is_the_end_of_what_was_said(void **state)
{
    (void)state;
    char id[2 * MESSAGE_ID_LEN + 1];
    struct command c = {.type = COMMAND_HISTORY, .who = "bob"};
    expect_event(&c, EVENT_HISTORY, "nothing was said yet");
    assert_int_equal(answer()->history.count, 0);
    say_some(60, id);
    expect_history(&c, HISTORY_DEFAULT, "11", "60", true);
    c.last = 3;
    expect_history(&c, 3, "58", "60", true);
    c.last = UINT32_MAX;
    expect_history(&c, 60, "1", "60", false);
    c.id = id;
    c.last = 2;
    expect_history(&c, 2, "58", "59", true);
}

static void test_a_history_holds_no_more_than_its_bytes(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MAX];
    enum { COUNT = 100, FITS = HISTORY_BYTES / TEXT_MAX };
    char before[2 * MESSAGE_ID_LEN + 1];
    struct command c = {.type = COMMAND_HISTORY, .who = "bob", .last = HISTORY_MAX};
    size_t seen = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof text);
        const struct command send = {
            .type = COMMAND_SEND, .who = "bob", .text = text, .text_len = sizeof text};
        expect_event(&send, EVENT_ACCEPTED, "a long text");
    }
    for (bool more = true; more; c.id = before) {
        assert_null(ask(&c));
        stage_answer_read(&s);
        const struct event *e = answer();
        assert_in_range(e->history.count, 1, FITS);
        for (size_t i = e->history.count; i > 0; i--)
            assert_int_equal(e->history.messages[i - 1].text[0],
                             'a' + (int)((COUNT - ++seen) % 26));
        more = e->history.more;
        sodium_bin2hex(before, sizeof before, e->history.messages[0].id, MESSAGE_ID_LEN);
    }
    assert_int_equal(seen, COUNT);
}

static void test_there_is_no_history_before_a_message_that_is_not_there(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "12",
        "not a number",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000000",
        "zz00000000000000000000000000000000000000000000000000000000000000"};
    char id[2 * MESSAGE_ID_LEN + 1];
    say_some(1, id);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct command history = {.type = COMMAND_HISTORY, .who = "bob", .id = rows[i]};
        const struct command message = {.type = COMMAND_MESSAGE, .id = rows[i]};
        expect_error(&history, CODE_USAGE, rows[i]);
        expect_error(&message, CODE_USAGE, rows[i]);
    }
    const struct command none = {.type = COMMAND_MESSAGE};
    expect_error(&none, CODE_USAGE, "no id");
}

static void test_a_message_tells_its_state(void **state)
{
    (void)state;
    char id[2 * MESSAGE_ID_LEN + 1];
    const struct command c = {.type = COMMAND_MESSAGE, .id = id};
    say_some(1, id);
    expect_event(&c, EVENT_MESSAGE_STATE, "sent");
    assert_int_equal(answer()->message_state.count, 1);
    assert_int_equal(answer()->message_state.recipients[0].state, STATE_SENT);
    assert_memory_equal(answer()->message_state.recipients[0].peer, bob.me.public.id, ID_LEN);
    stage_link_down(&s, bob.link);
    say_some(1, id);
    expect_event(&c, EVENT_MESSAGE_STATE, "queued");
    assert_int_equal(answer()->message_state.recipients[0].state, STATE_QUEUED);
}

/* ---- people ---- */

static void test_people_are_listed(void **state)
{
    (void)state;
    const struct command c = {.type = COMMAND_PEERS};
    expect_event(&c, EVENT_PEERS, "peers");
    assert_int_equal(answer()->peers.count, 1);
    assert_string_equal(answer()->peers.peers[0].name, "bob");
    assert_true(answer()->peers.peers[0].online);
}

static void test_a_safety_number_marks_only_when_it_is_the_right_one(void **state)
{
    (void)state;
    char digits[SAFETY_DIGITS + 1], spaced[2 * SAFETY_DIGITS + 1];
    struct command c = {.type = COMMAND_VERIFY, .who = "bob"};
    expect_event(&c, EVENT_SAFETY, "the number");
    assert_false(answer()->safety.verified);
    text_copy(digits, sizeof digits, answer()->safety.number);
    assert_int_equal(strlen(digits), SAFETY_DIGITS);
    for (size_t i = 0; i <= SAFETY_DIGITS; i++) {
        spaced[2 * i] = digits[i];
        if (i < SAFETY_DIGITS)
            spaced[2 * i + 1] = ' ';
    }
    digits[59] = digits[59] == '9' ? '0' : '9';
    c.number = digits;
    expect_error(&c, CODE_USAGE, "the last digit is another");
    digits[59] = '\0';
    expect_error(&c, CODE_USAGE, "a digit short");
    c.number = "";
    expect_error(&c, CODE_USAGE, "no digits");
    c.number = spaced;
    expect_event(&c, EVENT_SAFETY, "spaces do not count");
    assert_true(answer()->safety.verified);
    c.who = "nobody";
    expect_error(&c, CODE_UNKNOWN_PEER, "of nobody");
}

/* ---- the node ---- */

static void test_status_counts(void **state)
{
    (void)state;
    const struct command c = {.type = COMMAND_STATUS};
    expect_event(&c, EVENT_STATUS, "status");
    assert_memory_equal(answer()->status.id, node_id(s.node), ID_LEN);
    assert_int_equal(answer()->status.port, 7327);
    assert_int_equal(answer()->status.sessions, 1);
    assert_int_equal(answer()->status.handshakes_ok, 1);
    assert_int_equal(answer()->status.dropped_count, 0);
}

static void test_sync_ends_at_once_when_nothing_is_queued(void **state)
{
    (void)state;
    const struct command c = {.type = COMMAND_SYNC, .timeout_s = 10};
    expect_event(&c, EVENT_SYNCED, "nothing queued");
    assert_int_equal(answer()->synced.queued, 0);
}

static void test_sync_waits_for_those_online_until_its_time_is_up(void **state)
{
    (void)state;
    char id[2 * MESSAGE_ID_LEN + 1];
    const struct command c = {.type = COMMAND_SYNC, .timeout_s = 5};
    say_some(2, id);
    assert_null(ask(&c));
    stage_wait(&s, 4999);
    assert_null(answer());
    stage_wait(&s, 1);
    assert_non_null(answer());
    assert_int_equal(answer()->type, EVENT_SYNCED);
    assert_int_equal(answer()->synced.queued, 2);
}

static void test_sync_does_not_wait_for_somebody_away(void **state)
{
    (void)state;
    char id[2 * MESSAGE_ID_LEN + 1];
    const struct command c = {.type = COMMAND_SYNC, .timeout_s = UINT32_MAX};
    say_some(1, id);
    assert_null(ask(&c));
    stage_link_down(&s, bob.link);
    assert_non_null(answer());
    assert_int_equal(answer()->synced.queued, 1);
}

static void test_no_more_than_32_syncs_wait(void **state)
{
    (void)state;
    char id[2 * MESSAGE_ID_LEN + 1];
    const struct command c = {.type = COMMAND_SYNC, .timeout_s = 5};
    say_some(1, id);
    for (int i = 0; i < 32; i++)
        assert_null(ask(&c));
    expect_error(&c, CODE_LIMIT, "one more");
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_what_cannot_be_sent_is_refused_with_its_reason),
        ON_A_STAGE(test_the_longest_text_is_accepted_once_it_is_durable),
        ON_A_STAGE(test_whom_it_is_for_must_be_known),
        ON_A_STAGE(test_a_name_that_two_have_is_ambiguous),
        ON_A_STAGE(test_nothing_is_sent_to_somebody_blocked),
        ON_A_STAGE(test_a_disk_that_refuses_is_told_with_its_reason),
        ON_A_STAGE(test_our_name_has_1_to_64_bytes_of_utf8),
        ON_A_STAGE(test_a_petname_is_ours_to_give_and_to_take),
        ON_A_STAGE(test_what_the_disk_refuses_to_keep_is_not_changed),
        ON_A_STAGE(test_two_changes_on_their_way_to_the_disk_both_count),
        ON_A_STAGE(test_a_name_announced_meanwhile_undoes_no_setting_nor_is_undone),
        ON_A_STAGE(test_an_address_that_cannot_be_reached_is_refused),
        ON_A_STAGE(test_a_good_address_is_kept_in_one_form),
        ON_A_STAGE(test_typed_addresses_survive_a_restart_and_removed_ones_do_not),
        ON_A_STAGE(test_history_is_the_end_of_what_was_said),
        ON_A_STAGE(test_a_history_holds_no_more_than_its_bytes),
        ON_A_STAGE(test_there_is_no_history_before_a_message_that_is_not_there),
        ON_A_STAGE(test_a_message_tells_its_state),
        ON_A_STAGE(test_people_are_listed),
        ON_A_STAGE(test_a_safety_number_marks_only_when_it_is_the_right_one),
        ON_A_STAGE(test_status_counts),
        ON_A_STAGE(test_sync_ends_at_once_when_nothing_is_queued),
        ON_A_STAGE(test_sync_waits_for_those_online_until_its_time_is_up),
        ON_A_STAGE(test_sync_does_not_wait_for_somebody_away),
        ON_A_STAGE(test_no_more_than_32_syncs_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
