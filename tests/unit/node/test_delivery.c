/* What is said gets there once: shown when durable, receipted when shown, never invented. */
#include "check.h"

#include "node/guest.h"
#include "node/link.h"
#include "node/state.h"
#include "wire/entries.h"
#include "wire/have.h"
#include "wire/message.h"
#include "wire/statement.h"

static struct stage s;
static struct guest bob;
static const uint8_t none[HASH_LEN];

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

static size_t shown(void)
{
    size_t count = 0;
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(&s, TODO_EVENT, i)); i++)
        count += t->event.type == EVENT_MESSAGE;
    return count;
}

/* The receipt in the last step is for this entry of bob's feed, and verifies. */
static void expect_receipt(uint64_t number, const uint8_t hash[HASH_LEN])
{
    struct frame_message m;
    struct receipt receipt;
    struct identity us;
    assert_true(guest_heard(&bob, MESSAGE_RECEIPT, &m));
    assert_int_equal(receipt_parse(m.body, m.len, &receipt), LTH_OK);
    assert_true(receipt.point.number == number);
    assert_memory_equal(receipt.point.hash, hash, HASH_LEN);
    assert_memory_equal(receipt.reader, node_id(s.node), ID_LEN);
    struct identity_secret secret;
    uint8_t seed[64];
    memset(seed, 1, sizeof seed); /* as stage_open makes it */
    identity_secret_init(&secret, seed, seed + 32);
    us = secret.public;
    assert_int_equal(receipt_verify(&receipt, &us), LTH_OK);
}

/* What the node knows of the feed that bob writes now; NULL if nothing. */
static struct feed *bobs_feed(void)
{
    struct feed_id id;
    guest_feed(&s, &bob, &id);
    return feeds_find(feeds_find_conversation(&s.node->feeds, id.conversation), id.author,
                      id.incarnation);
}

/* How many messages of a type bob heard in the last step. */
static size_t count_heard(uint8_t type)
{
    struct reader r = reader_over(bob.heard.bytes, bob.heard.len);
    struct frame_message m;
    size_t count = 0;
    while (frame_next(&r, &m) == LTH_OK)
        count += m.type == type;
    return count;
}

/* ---- what comes in ---- */

static void test_an_entry_is_shown_and_receipted_once_it_is_durable(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    assert_int_equal(shown(), 0);
    assert_false(guest_heard(&bob, MESSAGE_RECEIPT, &m));
    stage_disk_done(&s);
    assert_int_equal(shown(), 3);
    const struct message_view *first = &stage_event(&s, EVENT_MESSAGE)->message;
    assert_memory_equal(first->text, "text 1", 6);
    assert_memory_equal(first->from, bob.me.public.id, ID_LEN);
    assert_string_equal(first->name, "bob");
    assert_true(first->number == 1);
    expect_receipt(3, hash);
}

static void test_what_comes_twice_is_shown_once(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN], again[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    guest_send_texts(&s, &bob, 1, 3, none, again);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_memory_equal(again, hash, HASH_LEN);
    guest_send_texts(&s, &bob, 1, 4, none, again); /* and one that is new */
    stage_disk_done(&s);
    assert_int_equal(shown(), 1);
    expect_receipt(4, again);
    assert_false(stage_closed(&s, bob.link));
}

static void test_another_entry_under_a_known_number_is_a_fork(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN], other[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    s.now.wall_ms++; /* another time, so another entry */
    guest_send_texts(&s, &bob, 1, 4, none, other);
    const struct event *event = stage_event(&s, EVENT_FORK);
    assert_non_null(event);
    assert_true(event->fork.number == 1);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0); /* the rest of the run is not taken */
    guest_send_texts(&s, &bob, 4, 1, other, other);    /* nor what hangs on it */
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_null(stage_event(&s, EVENT_FORK)); /* told once */
    assert_false(stage_closed(&s, bob.link));
    guest_send_texts(&s, &bob, 4, 1, hash, other); /* what fits is taken */
    stage_disk_done(&s);
    assert_int_equal(shown(), 1);
}

static void test_a_gap_is_not_taken_and_asked_for_again(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_done(&s);
    guest_send_texts(&s, &bob, 5, 2, none, hash);
    stage_disk_done(&s);
    assert_int_equal(shown(), 0);
    stage_wait(&s, 4999);
    assert_false(guest_heard(&bob, MESSAGE_HAVE, &m));
    stage_wait(&s, 1);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    assert_true(stage_dropped(&s, "gap") == 1);
}

static void test_entries_of_another_author_are_not_taken(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct guest eve; /* her words, over bob's session */
    guest_init(&eve, 3, "eve");
    struct identity_secret me = bob.me;
    uint64_t incarnation = bob.incarnation;
    bob.me.public = eve.me.public;
    bob.incarnation = eve.incarnation;
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    bob.me = me;
    bob.incarnation = incarnation;
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, bob.link));
    assert_true(stage_dropped(&s, "not_the_author") == 1);
}

static void test_a_feed_begins_with_its_first_entry_and_nothing_less(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 5, 2, none, hash);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, bob.link));
}

/* As entry number 1 or 2 of bob's feed; prev: the hash before it. */
static void send_content(uint64_t number, const uint8_t prev[HASH_LEN], const uint8_t *content,
                         size_t len)
{
    uint8_t body[512];
    struct feed_id feed;
    struct writer w = writer_over(body, sizeof body);
    guest_feed(&s, &bob, &feed);
    entries_begin(&w, &feed, number, prev);
    assert_true(entries_add(&w, content, len));
    guest_send(&s, &bob, MESSAGE_ENTRIES, 0, body, writer_len(&w));
}

static void test_a_content_that_breaks_the_rules_ends_the_session(void **state)
{
    (void)state;
    static const uint8_t empty_text[10] = {[9] = ENTRY_TEXT};
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    send_content(2, hash, empty_text, sizeof empty_text);
    assert_true(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_true(stage_dropped(&s, "malformed") == 1);
}

static void test_a_kind_we_do_not_know_is_kept_and_not_shown(void **state)
{
    (void)state;
    static const uint8_t content[12] = {[9] = 99, 0xff, 0xfe};
    struct frame_message m;
    send_content(1, none, content, sizeof content);
    stage_disk_done(&s);
    assert_int_equal(shown(), 0);
    assert_true(guest_heard(&bob, MESSAGE_RECEIPT, &m));
}

static void test_what_the_disk_refused_is_asked_for_again(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    uint64_t first = s.appended + 1;
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_refuses(&s, first, LTH_DISK_FULL);
    assert_string_equal(stage_event(&s, EVENT_WARNING)->warning.code, "disk_full");
    assert_false(guest_heard(&bob, MESSAGE_RECEIPT, &m));
    stage_wait(&s, 5000);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    assert_int_equal(shown(), 3);
    expect_receipt(3, hash);
}

static void test_what_was_not_shown_before_a_crash_is_shown_after_it(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    s.guest = NULL;
    stage_restart(&s, 1); /* its shown mark says that nothing was */
    stage_answer_read(&s);
    assert_int_equal(shown(), 3);
}

/* The head of bob's feed at entry 3, which is sent before. */
static void make_head(uint8_t bytes[HEAD_LEN])
{
    struct head head;
    struct feed_point point = {.number = 3};
    guest_feed(&s, &bob, &point.feed);
    guest_send_texts(&s, &bob, 1, 3, none, point.hash);
    head_sign(&bob.me, &point, &head);
    head_write(&head, bytes);
}

static void test_a_head_is_kept_as_evidence_once(void **state)
{
    (void)state;
    uint8_t bytes[HEAD_LEN];
    make_head(bytes);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    assert_int_equal(stage_count(&s, TODO_APPEND), 1);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, bob.link));
}

static void test_a_forged_head_ends_the_session(void **state)
{
    (void)state;
    uint8_t bytes[HEAD_LEN];
    make_head(bytes);
    bytes[HEAD_LEN - 1] ^= 1;
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_true(stage_closed(&s, bob.link));
    assert_true(stage_dropped(&s, "forged") == 1);
}

/* A head of bob's for entry number, of which nothing else is known; signed by him, or not. */
static void send_far_head(uint64_t number, bool forged)
{
    uint8_t bytes[HEAD_LEN];
    struct feed_point point = {.number = number};
    struct head head;
    guest_feed(&s, &bob, &point.feed);
    head_sign(&bob.me, &point, &head);
    head_write(&head, bytes);
    bytes[HEAD_LEN - 1] ^= forged;
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
}

static void test_a_head_of_what_is_known_to_be_missing_is_not_looked_at_again(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_done(&s);
    send_far_head(3, false);
    send_far_head(3, true); /* tells nothing new: nobody sees that it is forged */
    assert_false(stage_closed(&s, bob.link));
    send_far_head(4, true);
    assert_true(stage_closed(&s, bob.link));
}

static void test_a_receipt_that_may_be_lost_is_told_again(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    stage_link_down(&s, bob.link); /* perhaps before it left */
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    expect_receipt(3, hash);
    stage_link_down(&s, bob.link);
    stage_wait(&s, 2ULL * DEAD_AFTER_MS);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 3);
    assert_false(guest_heard(&bob, MESSAGE_RECEIPT, &m)); /* who lacks it by now asks for it */
}

static void
test_a_receipt_for_what_became_durable_between_sessions_is_told_on_the_next(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_link_down(&s, bob.link);
    stage_disk_done(&s);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    expect_receipt(3, hash);
}

static void test_an_account_that_names_a_feed_many_times_gets_one_receipt(void **state)
{
    (void)state;
    static uint8_t body[HAVE_HEADER_LEN + 100 * HAVE_ITEM_LEN];
    uint8_t hash[HASH_LEN];
    struct feed_id feed;
    struct writer w = writer_over(body, sizeof body);
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    guest_feed(&s, &bob, &feed);
    struct have_item item = {.incarnation = feed.incarnation, .number = 3};
    memcpy(item.author, feed.author, ID_LEN);
    have_begin(&w, feed.conversation, HAVE_LAST);
    for (size_t i = 0; i < 100; i++)
        have_add(&w, &item);
    stage_wait(&s, 1000);
    guest_send(&s, &bob, MESSAGE_HAVE, 0, body, sizeof body);
    assert_int_equal(count_heard(MESSAGE_RECEIPT), 1);
    expect_receipt(3, hash);
}

/* ---- what goes out ---- */

static void tell_bob(const char *text)
{
    const struct command c = {.type = COMMAND_SEND,
                              .who = "bob",
                              .text = (const uint8_t *)text,
                              .text_len = strlen(text)};
    stage_command(&s, &c);
}

static void test_nothing_leaves_before_it_is_durable(void **state)
{
    (void)state;
    struct frame_message m;
    tell_bob("hello");
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_null(stage_event(&s, EVENT_ACCEPTED));
    stage_disk_done(&s);
    assert_non_null(stage_event(&s, EVENT_ACCEPTED));
    assert_non_null(stage_event(&s, EVENT_SENT));
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    struct entries run;
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    assert_true(run.first == 1);
    assert_int_equal(entries_next(&run, &content, &len), LTH_OK);
    assert_int_equal(entry_content_parse(content, len, &parsed), LTH_OK);
    assert_int_equal(parsed.body_len, 5);
    assert_memory_equal(parsed.body, "hello", 5);
}

static void test_a_head_follows_within_10_ms(void **state)
{
    (void)state;
    struct frame_message m;
    tell_bob("hello");
    stage_disk_done(&s);
    assert_false(guest_heard(&bob, MESSAGE_HEAD, &m));
    stage_wait(&s, 10);
    assert_true(guest_heard(&bob, MESSAGE_HEAD, &m));
}

/* Point of our entry that the node just said it accepted. */
static struct feed_point accepted_point(uint64_t number)
{
    struct frame_message m;
    struct entries run;
    struct feed_point point = {.number = number};
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    point.feed = run.feed;
    memcpy(point.hash, stage_event(&s, EVENT_ACCEPTED)->accepted.id, HASH_LEN);
    return point;
}

static void send_receipt(const struct identity_secret *signer, const struct feed_point *point)
{
    struct receipt receipt;
    uint8_t bytes[RECEIPT_LEN];
    receipt_sign(signer, point, &receipt);
    receipt_write(&receipt, bytes);
    guest_send(&s, &bob, MESSAGE_RECEIPT, 0, bytes, sizeof bytes);
}

static void test_a_receipt_delivers_once_it_is_written(void **state)
{
    (void)state;
    tell_bob("hello");
    stage_disk_done(&s);
    const struct feed_point point = accepted_point(1);
    send_receipt(&bob.me, &point);
    assert_null(stage_event(&s, EVENT_DELIVERED));
    const struct node_input written = {.type = INPUT_WRITTEN, .disk = {.number = s.appended}};
    stage_input(&s, &written);
    const struct event *event = stage_event(&s, EVENT_DELIVERED);
    assert_non_null(event);
    assert_memory_equal(event->delivery.id, point.hash, HASH_LEN);
    assert_int_equal(stage_status(&s)->queued, 0);
    send_receipt(&bob.me, &point); /* again: nothing new */
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
}

static void test_a_receipt_by_somebody_else_ends_the_session(void **state)
{
    (void)state;
    struct guest eve;
    guest_init(&eve, 3, "eve");
    tell_bob("hello");
    stage_disk_done(&s);
    const struct feed_point point = accepted_point(1);
    send_receipt(&eve.me, &point);
    assert_true(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_int_equal(stage_status(&s)->queued, 1);
}

static void test_a_receipt_for_what_we_never_said_is_passed_over(void **state)
{
    (void)state;
    tell_bob("hello");
    stage_disk_done(&s);
    struct feed_point point = accepted_point(1);
    point.hash[0] ^= 1;
    send_receipt(&bob.me, &point); /* another hash */
    point.hash[0] ^= 1;
    point.number = 2;
    send_receipt(&bob.me, &point); /* a number we did not reach */
    point.number = 1;
    point.feed.incarnation++;
    send_receipt(&bob.me, &point); /* a feed we do not have */
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_true(stage_dropped(&s, "bad_receipt") == 3);
    assert_int_equal(stage_status(&s)->queued, 1);
}

static void test_what_was_sent_and_not_held_is_sent_again_to_the_next_session(void **state)
{
    (void)state;
    struct frame_message m;
    tell_bob("hello");
    stage_disk_done(&s);
    stage_link_down(&s, bob.link);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m)); /* not before it told what it holds */
    guest_send_have(&s, &bob);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_null(stage_event(&s, EVENT_SENT)); /* told once */
}

static void test_an_old_queue_is_read_back_from_the_disk(void **state)
{
    (void)state;
    struct frame_message m;
    stage_link_down(&s, bob.link);
    for (int i = 0; i < 5; i++)
        tell_bob("hello");
    stage_disk_done(&s);
    s.guest = NULL;
    stage_restart(&s, 1);
    assert_int_equal(stage_status(&s)->queued, 5);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 3);
    guest_send_have(&s, &bob);
    stage_answer_read(&s);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_non_null(stage_event(&s, EVENT_SENT));
}

/* Bob says, on a new session, that he holds number entries of the feed, and heads up to proved. */
static void come_back_holding(const struct feed_id *feed, uint64_t number, uint64_t proved)
{
    static uint32_t last = 10;
    uint8_t body[HAVE_HEADER_LEN + HAVE_ITEM_LEN];
    struct writer w = writer_over(body, sizeof body);
    struct have_item item = {.incarnation = feed->incarnation, .number = number, .proved = proved};
    memcpy(item.author, feed->author, ID_LEN);
    have_begin(&w, feed->conversation, HAVE_LAST);
    have_add(&w, &item);
    stage_link_down(&s, bob.link);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | ++last);
    guest_send(&s, &bob, MESSAGE_HAVE, 0, body, writer_len(&w));
}

static void test_what_an_author_lost_is_given_back_behind_its_head(void **state)
{
    (void)state;
    uint8_t bytes[HEAD_LEN], hash[HASH_LEN];
    struct frame_message m;
    struct head head;
    struct entries run;
    struct feed_id feed;
    make_head(bytes); /* two texts, and a head for both */
    guest_feed(&s, &bob, &feed);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    assert_int_equal(head_parse(bytes, sizeof bytes, &head), LTH_OK);
    guest_send_texts(&s, &bob, head.point.number + 1, 1, head.point.hash, hash); /* without one */
    stage_disk_done(&s);
    come_back_holding(&feed, 1, 0);
    assert_true(guest_heard(&bob, MESSAGE_HEAD, &m));
    assert_memory_equal(m.body, bytes, sizeof bytes);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    assert_memory_equal(run.feed.author, bob.me.public.id, ID_LEN);
    assert_true(run.first == 2);
    const uint8_t *content;
    size_t len, count = 0;
    while (entries_next(&run, &content, &len) == LTH_OK)
        count++;
    assert_int_equal(count, head.point.number - 1); /* and not what no head covers */
    come_back_holding(&feed, head.point.number, 0);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m)); /* lacks nothing */
}

static void test_it_is_given_back_after_a_restart_too(void **state)
{
    (void)state;
    uint8_t bytes[HEAD_LEN];
    struct frame_message m;
    struct feed_id feed;
    make_head(bytes);
    guest_feed(&s, &bob, &feed);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    stage_disk_done(&s);
    guest_forget(&bob);
    s.guest = NULL;
    stage_restart(&s, 1);
    come_back_holding(&feed, 0, 0);
    assert_true(guest_heard(&bob, MESSAGE_HEAD, &m));
    assert_memory_equal(m.body, bytes, sizeof bytes);
    stage_answer_read(&s);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
}

static void test_a_head_that_the_peer_never_got_is_signed_again(void **state)
{
    (void)state;
    struct frame_message m;
    tell_bob("hello");
    stage_disk_done(&s);
    const struct feed_point point = accepted_point(1);
    come_back_holding(&point.feed, 1, 0);
    stage_wait(&s, 10);
    assert_true(guest_heard(&bob, MESSAGE_HEAD, &m));
    assert_memory_equal(m.body + FEED_ID_LEN + 8, point.hash, HASH_LEN);
    come_back_holding(&point.feed, 1, 1);
    stage_wait(&s, 10);
    assert_false(guest_heard(&bob, MESSAGE_HEAD, &m));
}

static void test_what_another_process_of_the_peers_holds_is_sent_to_this_one(void **state)
{
    (void)state;
    struct frame_message m;
    struct entries run;
    tell_bob("hello");
    stage_disk_done(&s);
    const struct feed_point point = accepted_point(1);
    come_back_holding(&point.feed, 1, 0);
    stage_link_down(&s, bob.link);
    bob.incarnation++; /* the next process, with an empty disk */
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    tell_bob("are you there?");
    stage_disk_done(&s);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m)); /* it has not told what it holds */
    guest_send_have(&s, &bob);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    assert_true(run.first == 1);
}

static void test_what_a_later_process_brought_is_not_given_back_to_it(void **state)
{
    (void)state;
    uint8_t bytes[HEAD_LEN];
    struct frame_message m;
    uint64_t today = bob.incarnation--; /* what an earlier process of his wrote */
    make_head(bytes);
    stage_disk_done(&s);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, bytes, sizeof bytes);
    assert_int_equal(bobs_feed()->durable, 3);
    assert_int_equal(stage_count(&s, TODO_APPEND), 1); /* the head vouches for them */
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    stage_disk_done(&s);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    bob.incarnation = today;
}

static void test_a_receipt_ends_the_doubt(void **state)
{
    (void)state;
    tell_bob("hello");
    stage_disk_done(&s);
    const struct feed_point point = accepted_point(1);
    stage_wait(&s, DOUBT_AFTER_MS - 1);
    send_receipt(&bob.me, &point);
    stage_wait(&s, DOUBT_AFTER_MS);
    assert_int_equal(stage_count(&s, TODO_LOOK), 0);
    tell_bob("hello again");
    stage_disk_done(&s);
    stage_wait(&s, DOUBT_AFTER_MS); /* and without one it is doubted */
    assert_int_equal(stage_count(&s, TODO_LOOK), 1);
}

static void test_what_was_said_after_a_restart_waits_for_what_the_disk_refused_before(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN], later[HASH_LEN];
    uint64_t from = s.appended + 1, first = bob.incarnation;
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_refuses(&s, from, LTH_DISK_FULL);
    bob.incarnation = first + 1; /* another feed, over the same session */
    guest_send_texts(&s, &bob, 1, 1, none, later);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    bob.incarnation = first;
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_done(&s);
    assert_int_equal(shown(), 1);
    bob.incarnation = first + 1;
    guest_send_texts(&s, &bob, 1, 1, none, later);
    stage_disk_done(&s);
    assert_int_equal(shown(), 1);
}

static void test_many_accounts_are_acted_upon_once_a_second(void **state)
{
    (void)state;
    struct frame_message m;
    tell_bob("hello");
    stage_disk_done(&s);
    guest_send_have(&s, &bob); /* a second one: what it asks for waits */
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    guest_send_have(&s, &bob);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    stage_wait(&s, 1000);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
}

static void test_who_does_not_read_is_not_read_either(void **state)
{
    (void)state;
    bool paused = false;
    for (size_t i = 0; i < 8192 && !paused; i++) {
        guest_send(&s, &bob, MESSAGE_PING, 0, "12345678", 8);
        paused = stage_count(&s, TODO_PAUSE) == 1;
    }
    assert_true(paused);
    assert_false(stage_closed(&s, bob.link));
    const struct node_input left = {.type = INPUT_LINK_SENT,
                                    .link = {.id = bob.link, .sent = LINK_UNSENT_HIGH}};
    stage_input(&s, &left);
    assert_int_equal(stage_count(&s, TODO_RESUME), 1);
}

static void test_a_receipt_signed_ahead_is_sent_once_it_is_true(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    node_prepare(s.node);
    assert_int_equal(bobs_feed()->signed_number, 1);
    assert_false(guest_heard(&bob, MESSAGE_RECEIPT, &m));
    stage_disk_done(&s);
    expect_receipt(1, hash);
    guest_send_texts(&s, &bob, 2, 1, hash, hash);
    node_prepare(s.node);
    guest_send_texts(&s, &bob, 3, 1, hash, hash); /* both are written at once */
    stage_disk_done(&s);
    expect_receipt(3, hash);
}

static void test_in_a_busy_conversation_nothing_is_signed_ahead(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 5, none, hash);
    node_prepare(s.node);
    assert_int_equal(bobs_feed()->signed_number, 0);
    stage_disk_done(&s);
    expect_receipt(5, hash);
    guest_send_texts(&s, &bob, 6, 4, hash, hash);
    node_prepare(s.node);
    assert_int_equal(bobs_feed()->signed_number, 9); /* what is on its way counts, not what was */
}

/* Bytes that the last step handed out, and those of a read that it asked for. */
static size_t handed_out(void)
{
    size_t bytes = 0;
    const struct todo *write;
    for (size_t i = 0; (write = stage_todo(&s, TODO_WRITE, i)); i++)
        bytes += write->write.len;
    if (!stage_count(&s, TODO_READ))
        return bytes;
    stage_answer_read(&s);
    return bytes + handed_out();
}

static void say_much(void)
{
    static char text[TEXT_MAX + 1];
    memset(text, 'x', TEXT_MAX);
    for (size_t i = 0; i < 100; i++)
        tell_bob(text);
    stage_disk_done(&s);
}

/* All that was ahead leaves, after took_ms; returns what is ahead then. */
static size_t let_leave(size_t ahead, uint64_t took_ms)
{
    const struct node_input left = {.type = INPUT_LINK_SENT,
                                    .link = {.id = bob.link, .sent = ahead}};
    s.now.mono_ms += took_ms;
    stage_input(&s, &left);
    return handed_out();
}

static void test_a_slow_link_is_not_handed_much_ahead(void **state)
{
    (void)state;
    say_much();
    size_t ahead = handed_out();
    assert_in_range(ahead, WINDOW_FIRST, 2 * WINDOW_FIRST);
    for (size_t i = 0; i < 4; i++)
        ahead = let_leave(ahead, 2ULL * WINDOW_SLOW_MS);
    assert_in_range(ahead, 1, 24 * 1024);
}

static void test_a_fast_link_is_handed_more_ahead(void **state)
{
    (void)state;
    say_much();
    size_t ahead = handed_out();
    for (size_t i = 0; i < 3; i++)
        ahead = let_leave(ahead, WINDOW_FAST_MS);
    assert_in_range(ahead, WINDOW_MAX, WINDOW_MAX + 64 * 1024);
    ahead = let_leave(ahead, WINDOW_FAST_MS);
    assert_in_range(ahead, WINDOW_MAX, WINDOW_MAX + 64 * 1024); /* and that is wide enough */
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_an_entry_is_shown_and_receipted_once_it_is_durable),
        ON_A_STAGE(test_what_comes_twice_is_shown_once),
        ON_A_STAGE(test_another_entry_under_a_known_number_is_a_fork),
        ON_A_STAGE(test_a_gap_is_not_taken_and_asked_for_again),
        ON_A_STAGE(test_a_feed_begins_with_its_first_entry_and_nothing_less),
        ON_A_STAGE(test_entries_of_another_author_are_not_taken),
        ON_A_STAGE(test_a_content_that_breaks_the_rules_ends_the_session),
        ON_A_STAGE(test_a_kind_we_do_not_know_is_kept_and_not_shown),
        ON_A_STAGE(test_what_the_disk_refused_is_asked_for_again),
        ON_A_STAGE(test_what_was_not_shown_before_a_crash_is_shown_after_it),
        ON_A_STAGE(test_a_head_is_kept_as_evidence_once),
        ON_A_STAGE(test_a_forged_head_ends_the_session),
        ON_A_STAGE(test_a_head_of_what_is_known_to_be_missing_is_not_looked_at_again),
        ON_A_STAGE(test_a_receipt_that_may_be_lost_is_told_again),
        ON_A_STAGE(test_a_receipt_for_what_became_durable_between_sessions_is_told_on_the_next),
        ON_A_STAGE(test_an_account_that_names_a_feed_many_times_gets_one_receipt),
        ON_A_STAGE(test_nothing_leaves_before_it_is_durable),
        ON_A_STAGE(test_a_head_follows_within_10_ms),
        ON_A_STAGE(test_a_receipt_delivers_once_it_is_written),
        ON_A_STAGE(test_a_receipt_by_somebody_else_ends_the_session),
        ON_A_STAGE(test_a_receipt_for_what_we_never_said_is_passed_over),
        ON_A_STAGE(test_what_was_sent_and_not_held_is_sent_again_to_the_next_session),
        ON_A_STAGE(test_an_old_queue_is_read_back_from_the_disk),
        ON_A_STAGE(test_what_an_author_lost_is_given_back_behind_its_head),
        ON_A_STAGE(test_it_is_given_back_after_a_restart_too),
        ON_A_STAGE(test_a_head_that_the_peer_never_got_is_signed_again),
        ON_A_STAGE(test_what_another_process_of_the_peers_holds_is_sent_to_this_one),
        ON_A_STAGE(test_what_a_later_process_brought_is_not_given_back_to_it),
        ON_A_STAGE(test_a_receipt_ends_the_doubt),
        ON_A_STAGE(test_what_was_said_after_a_restart_waits_for_what_the_disk_refused_before),
        ON_A_STAGE(test_many_accounts_are_acted_upon_once_a_second),
        ON_A_STAGE(test_who_does_not_read_is_not_read_either),
        ON_A_STAGE(test_a_receipt_signed_ahead_is_sent_once_it_is_true),
        ON_A_STAGE(test_in_a_busy_conversation_nothing_is_signed_ahead),
        ON_A_STAGE(test_a_slow_link_is_not_handed_much_ahead),
        ON_A_STAGE(test_a_fast_link_is_handed_more_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
