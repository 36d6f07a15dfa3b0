/* Keys of chains: to those who may read and nobody else, and what waited for one is shown once. */
#include "check.h"

#include "node/band.h"
#include "wire/entries.h"
#include "wire/message.h"

#include <stdio.h>

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;
static struct voice cats;

static void open_band(uint8_t history)
{
    band_of_three(&b, &s, &bob, &cat, &dan, history);
    voice_open(&cats, &b, &cat.me, cat.incarnation);
}

static int open_stage(void **state)
{
    (void)state;
    open_band(HISTORY_NONE);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

/* Cat opens a chain and says so many texts, but the key is not told. */
static void cat_says(unsigned texts)
{
    voice_chain(&cats, &b, NULL);
    for (unsigned i = 1; i <= texts; i++)
        voice_text(&cats, &b, i == 1 ? "one" : "two");
    voice_send(&cats, &s, &cat, 1, cats.count);
}

static struct group_key key_heard(const struct guest *g)
{
    struct frame_message m;
    struct group_key key;
    assert_true(guest_heard(g, MESSAGE_KEY, &m));
    assert_int_equal(group_key_parse(m.body, m.len, &key), LTH_OK);
    return key;
}

/* ---- giving ---- */

static void test_a_key_comes_right_behind_the_entry_that_opens_its_chain(void **state)
{
    (void)state;
    static const uint8_t want[] = {MESSAGE_ENTRIES, MESSAGE_KEY, MESSAGE_ENTRIES};
    struct guest *const guests[] = {&bob, &cat};
    band_host_says(&b, "hello");
    for (size_t i = 0; i < LENGTH(guests); i++) {
        struct reader r = reader_over(guests[i]->heard.bytes, guests[i]->heard.len);
        struct frame_message m;
        for (size_t at = 0; at < LENGTH(want); at++) {
            assert_int_equal(frame_next(&r, &m), LTH_OK);
            CHECK(m.type == want[at], guests[i]->name);
        }
    }
}

static void test_the_key_is_what_the_chain_committed_to(void **state)
{
    (void)state;
    uint8_t commitment[HASH_LEN];
    band_host_says(&b, "hello");
    const struct group_key key = key_heard(&bob);
    const struct feed *f = band_host_feed(&b);
    assert_memory_equal(key.group, band_id(&b), HASH_LEN);
    assert_memory_equal(key.chain, feed_hash(f, 1), HASH_LEN);
    chain_commitment(&f->id, roster_head(b.roster), key.key, commitment);
    assert_memory_equal(commitment, f->chains.items[0]->body.commitment, HASH_LEN);
}

static void test_a_key_goes_with_one_chain_and_not_with_each_message(void **state)
{
    (void)state;
    band_host_says(&b, "one");
    band_host_says(&b, "two");
    assert_int_equal(bob.heard_of[MESSAGE_KEY], 1);
    assert_int_equal(cat.heard_of[MESSAGE_KEY], 1);
}

static void test_who_joins_later_gets_the_old_keys_only_when_all_may_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t history;
        bool gets_old;
    } rows[] = {{"none", HISTORY_NONE, false}, {"all", HISTORY_ALL, true}};
    band_close(&b);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        open_band(rows[i].history);
        const struct person person = band_person(&dan);
        band_host_says(&b, "before");
        band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_bring(&person)));
        stage_disk_done(&s);
        band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
        CHECK(dan.heard_of[MESSAGE_ENTRIES] > 0, rows[i].name);
        CHECK((dan.heard_of[MESSAGE_KEY] == 1) == rows[i].gets_old, rows[i].name);
        band_send_key_wanted(&b, &dan, feed_hash(band_host_feed(&b), 1));
        CHECK((dan.heard_of[MESSAGE_KEY] == 2) == rows[i].gets_old, rows[i].name);
        band_send_key_wanted(&b, &cat, feed_hash(band_host_feed(&b), 1));
        CHECK(cat.heard_of[MESSAGE_KEY] == 2, rows[i].name);
        size_t before = dan.heard_of[MESSAGE_KEY];
        band_host_says(&b, "after");
        CHECK(dan.heard_of[MESSAGE_KEY] == before + 1, rows[i].name);
        if (i + 1 < LENGTH(rows))
            band_close(&b);
    }
}

static void test_whoever_is_not_in_gets_no_key(void **state)
{
    (void)state;
    band_host_says(&b, "hello");
    band_send_key_wanted(&b, &dan, feed_hash(band_host_feed(&b), 1));
    assert_int_equal(dan.heard_of[MESSAGE_KEY], 0);
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_about(OPERATION_REMOVE, cat.me.public.id)));
    stage_disk_done(&s);
    band_send_key_wanted(&b, &cat, feed_hash(band_host_feed(&b), 1));
    assert_int_equal(cat.heard_of[MESSAGE_KEY], 1); /* from when it was said */
    band_host_says(&b, "without cat");
    assert_int_equal(cat.heard_of[MESSAGE_KEY], 1);
    assert_int_equal(bob.heard_of[MESSAGE_KEY], 2);
    assert_false(stage_closed(&s, cat.link));
}

static void test_what_others_said_is_opened_by_the_key_that_we_hand_on(void **state)
{
    (void)state;
    cat_says(1);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    band_send_key_wanted(&b, &bob, cats.said[1].hash);
    const struct group_key key = key_heard(&bob);
    assert_memory_equal(key.key, cats.said[1].key, CHAIN_KEY_LEN);
    band_wait(&b, 500);
    band_send_key_wanted(&b, &bob, cats.said[2].hash); /* no chain */
    assert_int_equal(bob.heard_of[MESSAGE_KEY], 1);
}

static void test_keys_are_given_twice_a_second_at_most(void **state)
{
    (void)state;
    static const struct {
        uint64_t after_ms;
        bool is_given;
    } rows[] = {{0, true}, {0, false}, {499, false}, {1, true}, {500, true}, {100, false}};
    cat_says(0);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t before = bob.heard_of[MESSAGE_KEY];
        stage_wait(&s, rows[i].after_ms);
        band_send_key_wanted(&b, &bob, cats.said[1].hash);
        assert_int_equal(bob.heard_of[MESSAGE_KEY] - before, rows[i].is_given);
    }
}

/* ---- taking ---- */

static void test_bad_messages_about_keys_end_the_session(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t type;
        size_t len;
    } rows[] = {
        {"a short key", MESSAGE_KEY, GROUP_KEY_LEN - 1},
        {"a long key", MESSAGE_KEY, GROUP_KEY_LEN + 1},
        {"nothing wanted", MESSAGE_KEY_WANTED, HASH_LEN},
        {"half a chain wanted", MESSAGE_KEY_WANTED, HASH_LEN + 20},
        {"not even a group", MESSAGE_KEY_WANTED, HASH_LEN - 1},
    };
    uint8_t body[GROUP_KEY_LEN + 1] = {0};
    memcpy(body, band_id(&b), HASH_LEN);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        guest_send(&s, &cat, rows[i].type, 0, body, rows[i].len);
        CHECK(stage_closed(&s, cat.link), rows[i].name);
        band_meet_again(&b, &cat);
    }
}

static void test_a_false_key_ends_the_session_and_opens_nothing(void **state)
{
    (void)state;
    cat_says(1);
    stage_disk_done(&s);
    cats.said[1].key[0] ^= 1;
    voice_send_key(&cats, &s, &bob, 1);
    assert_true(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    cats.said[1].key[0] ^= 1;
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
}

static void test_a_key_of_something_unknown_is_passed_over(void **state)
{
    (void)state;
    voice_chain(&cats, &b, NULL);
    voice_send_key(&cats, &s, &cat, 1); /* its entry did not come yet */
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, cat.link));
    memset(cats.feed.conversation, 9, HASH_LEN);
    voice_send_key(&cats, &s, &cat, 1); /* nor such a group */
    assert_false(stage_closed(&s, cat.link));
    assert_true(stage_dropped(&s, "not_the_author") == 1);
}

static void test_what_was_said_before_we_came_is_neither_waited_for_nor_opened(void **state)
{
    (void)state;
    band_close(&b);
    band_open(&b, &s);
    band_meet(&b, &bob, 2, "bob");
    band_meet(&b, &cat, 3, "cat");
    band_meet(&b, &dan, 4, "dan");
    const struct person host = band_host_person(&b), others[] = {band_person(&cat)};
    band_create(&b, &bob, HISTORY_NONE, others, 1);
    voice_open(&cats, &b, &cat.me, cat.incarnation);
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "before");
    band_say(&b, &bob.me, NULL, op_bring(&host));
    band_send_all(&b, &bob);
    stage_disk_done(&s);
    voice_send(&cats, &s, &cat, 1, 2);
    assert_int_equal(band_rest(&b, EVENT_WAITING_FOR_KEY), 0);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    band_wait(&b, 70000);
    assert_int_equal(cat.heard_of[MESSAGE_KEY_WANTED], 0);
}

static void test_with_its_key_a_message_is_shown_as_soon_as_it_is_durable(void **state)
{
    (void)state;
    cat_says(0);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    voice_text(&cats, &b, "hello");
    voice_send(&cats, &s, &cat, 2, 2);
    assert_int_equal(stage_events(&s, EVENT_MESSAGE), 0);
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_WAITING_FOR_KEY), 0);
    const struct event *event = stage_event(&s, EVENT_MESSAGE);
    assert_non_null(event);
    assert_memory_equal(event->message.text, "hello", 5);
    assert_string_equal(event->message.group_name, "band");
    assert_memory_equal(event->message.from, cat.me.public.id, ID_LEN);
    assert_null(event->message.with);
}

/* ---- a key that comes later ---- */

static void test_a_message_waits_for_its_key_is_told_once_and_then_shown_once(void **state)
{
    (void)state;
    cat_says(2);
    assert_int_equal(band_rest(&b, EVENT_WAITING_FOR_KEY), 2); /* each of the two */
    voice_send(&cats, &s, &cat, 1, 3);
    assert_int_equal(band_rest(&b, EVENT_WAITING_FOR_KEY), 0);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(stage_events(&s, EVENT_MESSAGE), 0); /* the key is not durable yet */
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 2);
    voice_send_key(&cats, &s, &bob, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0);
    voice_send(&cats, &s, &cat, 1, 3);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0);
    voice_text(&cats, &b, "three");
    voice_send(&cats, &s, &cat, 4, 4);
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL); /* and all is asked for again */
    stage_wait(&s, 5001);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0);
}

static void test_what_waits_is_asked_of_whoever_is_here_until_it_comes(void **state)
{
    (void)state;
    struct frame_message m;
    struct group_list wanted;
    uint8_t id[HASH_LEN];
    band_part(&b, &cat);
    band_meet_again(&b, &cat);
    band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
    cat_says(1);
    stage_disk_done(&s);
    band_wait(&b, 5000);
    size_t asked = bob.heard_of[MESSAGE_KEY_WANTED] + cat.heard_of[MESSAGE_KEY_WANTED];
    assert_in_range(asked, 2, 4); /* after 1 and 3 seconds, in turn */
    assert_true(bob.heard_of[MESSAGE_KEY_WANTED] > 0 && cat.heard_of[MESSAGE_KEY_WANTED] > 0);
    band_send_have(&b, &bob, HAVE_LAST, NULL, 0);
    assert_true(guest_heard(&bob, MESSAGE_KEY_WANTED, &m)); /* and of whoever tells what is there */
    assert_int_equal(group_key_wanted_parse(m.body, m.len, &wanted), LTH_OK);
    assert_true(group_next_hash(&wanted, id));
    assert_memory_equal(id, cats.said[1].hash, HASH_LEN);
    voice_send_key(&cats, &s, &bob, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    asked = bob.heard_of[MESSAGE_KEY_WANTED] + cat.heard_of[MESSAGE_KEY_WANTED];
    band_wait(&b, 200000);
    assert_int_equal(bob.heard_of[MESSAGE_KEY_WANTED] + cat.heard_of[MESSAGE_KEY_WANTED], asked);
}

static void test_a_key_that_comes_while_the_message_is_on_its_way_to_the_disk_opens_it(void **state)
{
    (void)state;
    cat_says(1);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    assert_int_equal(stage_events(&s, EVENT_WAITING_FOR_KEY), 0);
}

/* ---- restarts ---- */

/* The guests are there again; cat gives the key when asked for it. */
static size_t meet_and_count_shown(void)
{
    size_t count = band_rest(&b, EVENT_MESSAGE);
    band_meet_again(&b, &bob);
    band_meet_again(&b, &cat);
    const struct have_item held = voice_item(&cats, cats.count);
    size_t asked = cat.heard_of[MESSAGE_KEY_WANTED];
    band_send_have(&b, &cat, HAVE_LAST, &held, 1);
    if (cat.heard_of[MESSAGE_KEY_WANTED] > asked)
        voice_send_key(&cats, &s, &cat, 1);
    count += band_rest(&b, EVENT_MESSAGE);
    voice_send(&cats, &s, &cat, 1, cats.count);
    return count + band_rest(&b, EVENT_MESSAGE);
}

static void test_wherever_the_process_dies_what_waited_is_shown_once(void **state)
{
    (void)state;
    uint64_t first = 0, last = 1;
    for (uint64_t at = 0; at <= last - first; at++) {
        char row[32];
        snprintf(row, sizeof row, "%u records behind", (unsigned)at);
        band_close(&b);
        open_band(HISTORY_NONE);
        cat_says(2);
        stage_disk_done(&s);
        first = s.appended;
        voice_send_key(&cats, &s, &cat, 1);
        band_rest(&b, EVENT_MESSAGE);
        last = s.appended; /* the key, and two that are opened */
        CHECK(last == first + 3, row);
        band_restart(&b, first + at);
        CHECK(meet_and_count_shown() == 2, row);
        band_restart(&b, s.appended); /* nothing was marked as shown: both again, and once */
        CHECK(meet_and_count_shown() == 2, row);
    }
}

static void test_wherever_the_process_dies_before_the_key_it_is_shown_once(void **state)
{
    (void)state;
    for (uint64_t cut = 0; cut <= 4; cut++) { /* feed, chain and two texts */
        char row[32];
        snprintf(row, sizeof row, "%u records less", (unsigned)cut);
        band_close(&b);
        open_band(HISTORY_NONE);
        cat_says(2);
        stage_disk_done(&s);
        band_restart(&b, s.appended - cut);
        band_meet_again(&b, &cat);
        band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
        voice_send(&cats, &s, &cat, 1, cats.count);
        band_rest(&b, EVENT_MESSAGE);
        voice_send_key(&cats, &s, &cat, 1);
        CHECK(band_rest(&b, EVENT_MESSAGE) == 2, row);
    }
}

static void test_the_mark_of_what_was_shown_counts_what_waited(void **state)
{
    (void)state;
    uint64_t marks[2] = {0};
    size_t count = 0;
    cat_says(2);
    stage_disk_done(&s);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    while (stage_count(&s, TODO_READ) && count < 2) {
        stage_answer_read(&s);
        marks[count++] = stage_event(&s, EVENT_MESSAGE)->message.record;
    }
    assert_int_equal(count, 2);
    assert_true(marks[0] < marks[1] && marks[1] == s.appended);
    s.shown = marks[0];
    band_restart(&b, s.appended);
    assert_int_equal(meet_and_count_shown(), 1);
    s.shown = marks[1];
    band_restart(&b, s.appended);
    assert_int_equal(meet_and_count_shown(), 0);
}

static void test_after_a_restart_what_came_opened_is_not_waited_for(void **state)
{
    (void)state;
    cat_says(0);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    voice_text(&cats, &b, "hello");
    voice_send(&cats, &s, &cat, 2, 2);
    stage_disk_done(&s);
    s.shown = s.appended;
    band_restart(&b, s.appended);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_int_equal(meet_and_count_shown(), 0);
    s.shown = 0;
    band_restart(&b, s.appended);
    assert_int_equal(meet_and_count_shown(), 1);
}

/* ---- the order ---- */

/* The first letters of the messages of the last step join out. */
static void note_letters(char out[8])
{
    for (const struct todo *t = s.todo.first; t; t = t->next)
        if (t->type == TODO_EVENT && t->event.type == EVENT_MESSAGE && strlen(out) < 7)
            out[strlen(out)] = (char)t->event.message.text[0];
}

static void rest_and_note(char out[8])
{
    note_letters(out);
    while (stage_count(&s, TODO_READ) || s.reported < s.appended) {
        if (stage_count(&s, TODO_READ))
            stage_answer_read(&s);
        else
            stage_disk_done(&s);
        note_letters(out);
    }
}

/* Cat says three things; the key comes behind the first of them, while that is on its way. */
static void say_around_the_key(void)
{
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "one");
    voice_text(&cats, &b, "two");
    voice_text(&cats, &b, "three");
    voice_send(&cats, &s, &cat, 1, 2);
    voice_send_key(&cats, &s, &cat, 1);
    voice_send(&cats, &s, &cat, 3, 4);
}

static void test_what_waited_is_shown_before_what_came_after_it(void **state)
{
    (void)state;
    char letters[8] = "";
    say_around_the_key();
    rest_and_note(letters);
    assert_string_equal(letters, "ott");
}

static void test_wherever_the_process_dies_the_order_stays(void **state)
{
    (void)state;
    for (uint64_t cut = 0; cut <= 8; cut++) { /* feed, chain, text, key, two texts, three opened */
        char letters[8] = "", row[32];
        snprintf(row, sizeof row, "%u records less", (unsigned)cut);
        band_close(&b);
        open_band(HISTORY_NONE);
        say_around_the_key();
        band_rest(&b, EVENT_MESSAGE);
        band_restart(&b, s.appended - cut);
        rest_and_note(letters);
        band_meet_again(&b, &cat);
        band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
        voice_send(&cats, &s, &cat, 1, 4);
        voice_send_key(&cats, &s, &cat, 1);
        rest_and_note(letters);
        CHECK(strcmp(letters, "ott") == 0, row);
    }
}

/* ---- a disk that refuses ---- */

static void test_a_key_that_the_disk_refused_is_asked_for_again(void **state)
{
    (void)state;
    static const uint64_t rows[] = {0, 20000}; /* how long the disk took to say so */
    for (size_t i = 0; i < LENGTH(rows); i++) {
        band_close(&b);
        open_band(HISTORY_NONE);
        cat_says(1);
        stage_disk_done(&s);
        uint64_t from = s.appended + 1;
        voice_send_key(&cats, &s, &cat, 1);
        band_wait(&b, rows[i]);
        stage_disk_refuses(&s, from, LTH_DISK_FULL);
        size_t asked = cat.heard_of[MESSAGE_KEY_WANTED] + bob.heard_of[MESSAGE_KEY_WANTED];
        band_wait(&b, 20000);
        CHECK(cat.heard_of[MESSAGE_KEY_WANTED] + bob.heard_of[MESSAGE_KEY_WANTED] > asked,
              i ? "late" : "at once");
        voice_send_key(&cats, &s, &cat, 1);
        CHECK(band_rest(&b, EVENT_MESSAGE) == 1, i ? "late" : "at once");
    }
}

static void test_showing_that_the_disk_refused_is_tried_again(void **state)
{
    (void)state;
    cat_says(2);
    stage_disk_done(&s);
    uint64_t key = s.appended + 1;
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_refuses(&s, key + 1, LTH_DISK_FULL); /* the key is there */
    stage_disk_done(&s);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0);
    stage_wait(&s, 5001);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 2);
}

static void test_a_chain_whose_key_the_disk_refused_is_not_gone_on_with(void **state)
{
    (void)state;
    const struct command c = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"lost", .text_len = 4};
    uint64_t from = s.appended + 1; /* feed, chain, key, text */
    stage_command(&s, &c);
    assert_true(s.appended == from + 3);
    stage_disk_refuses(&s, from + 2, LTH_DISK_FULL);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_DISK_FULL);
    stage_disk_done(&s);
    band_host_says(&b, "again");
    assert_int_equal(band_host_feed(&b)->chains.count, 2);
    const struct group_key key = key_heard(&bob);
    assert_memory_equal(key.chain, feed_hash(band_host_feed(&b), 2), HASH_LEN);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_key_comes_right_behind_the_entry_that_opens_its_chain),
        ON_A_STAGE(test_the_key_is_what_the_chain_committed_to),
        ON_A_STAGE(test_a_key_goes_with_one_chain_and_not_with_each_message),
        ON_A_STAGE(test_who_joins_later_gets_the_old_keys_only_when_all_may_be_read),
        ON_A_STAGE(test_whoever_is_not_in_gets_no_key),
        ON_A_STAGE(test_what_others_said_is_opened_by_the_key_that_we_hand_on),
        ON_A_STAGE(test_keys_are_given_twice_a_second_at_most),
        ON_A_STAGE(test_bad_messages_about_keys_end_the_session),
        ON_A_STAGE(test_a_false_key_ends_the_session_and_opens_nothing),
        ON_A_STAGE(test_a_key_of_something_unknown_is_passed_over),
        ON_A_STAGE(test_what_was_said_before_we_came_is_neither_waited_for_nor_opened),
        ON_A_STAGE(test_with_its_key_a_message_is_shown_as_soon_as_it_is_durable),
        ON_A_STAGE(test_a_message_waits_for_its_key_is_told_once_and_then_shown_once),
        ON_A_STAGE(test_what_waits_is_asked_of_whoever_is_here_until_it_comes),
        ON_A_STAGE(test_a_key_that_comes_while_the_message_is_on_its_way_to_the_disk_opens_it),
        ON_A_STAGE(test_wherever_the_process_dies_what_waited_is_shown_once),
        ON_A_STAGE(test_wherever_the_process_dies_before_the_key_it_is_shown_once),
        ON_A_STAGE(test_the_mark_of_what_was_shown_counts_what_waited),
        ON_A_STAGE(test_after_a_restart_what_came_opened_is_not_waited_for),
        ON_A_STAGE(test_what_waited_is_shown_before_what_came_after_it),
        ON_A_STAGE(test_wherever_the_process_dies_the_order_stays),
        ON_A_STAGE(test_a_key_that_the_disk_refused_is_asked_for_again),
        ON_A_STAGE(test_showing_that_the_disk_refused_is_tried_again),
        ON_A_STAGE(test_a_chain_whose_key_the_disk_refused_is_not_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
