/* What is said in a group goes to its members, once sealed for all, and to nobody who has left. */
#include "check.h"

#include "node/band.h"
#include "wire/entries.h"
#include "wire/message.h"
#include "wire/statement.h"

#include <sodium.h>
#include <stdio.h>

enum { MANY = 12 };

static struct stage s;
static struct band b;
static struct guest bob, cat, dan, crowd[MANY];
static struct voice cats;
static size_t heads_signed;

/* Called for every head that anybody signs. */
void __wrap_head_sign(const struct identity_secret *me, const struct feed_point *point,
                      struct head *out);
void __real_head_sign(const struct identity_secret *me, const struct feed_point *point,
                      struct head *out);

void __wrap_head_sign(const struct identity_secret *me, const struct feed_point *point,
                      struct head *out)
{
    heads_signed++;
    __real_head_sign(me, point, out);
}

static int open_stage(void **state)
{
    (void)state;
    band_of_three(&b, &s, &bob, &cat, &dan, HISTORY_NONE);
    voice_open(&cats, &b, &cat.me, cat.incarnation);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

static void bob_says(struct operation op)
{
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op));
    stage_disk_done(&s);
}

static void bob_removes_cat(void)
{
    bob_says(op_about(OPERATION_REMOVE, cat.me.public.id));
}

static void bob_adds(const struct guest *g)
{
    const struct person person = band_person(g);
    bob_says(op_bring(&person));
}

static size_t heard_of_group(const struct guest *g)
{
    static const uint8_t types[] = {MESSAGE_ENTRIES, MESSAGE_HEAD, MESSAGE_KEY, MESSAGE_WANT,
                                    MESSAGE_KEY_WANTED};
    size_t count = 0;
    for (size_t i = 0; i < LENGTH(types); i++)
        count += g->heard_of[types[i]];
    return count;
}

/* ---- one sealing for all ---- */

/* All that g heard in the last step of this type, one behind the other. */
static size_t gather(const struct guest *g, uint8_t type, uint8_t *out, size_t *count)
{
    struct reader r = reader_over(g->heard.bytes, g->heard.len);
    struct frame_message m;
    size_t len = 0;
    *count = 0;
    while (frame_next(&r, &m) == LTH_OK) {
        if (m.type != type)
            continue;
        memcpy(out + len, m.body, m.len);
        len += m.len;
        ++*count;
    }
    return len;
}

/* All of the crowd heard so many of this type in the last step, the same bytes each. */
static void expect_the_same(size_t members, uint8_t type, size_t want, const char *row)
{
    static uint8_t first[4096], other[4096];
    size_t count, len = gather(&crowd[0], type, first, &count);
    CHECK(count == want, row);
    for (size_t i = 1; i < members; i++) {
        CHECK(gather(&crowd[i], type, other, &count) == len, row);
        CHECK(memcmp(first, other, len) == 0, row);
    }
}

static void test_one_sealing_and_one_signature_serve_all_members(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, MANY};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *ids[MANY];
        char id[MANY][ID_TEXT_LEN + 1], row[16];
        snprintf(row, sizeof row, "%zu others", rows[i]);
        band_close(&b);
        band_open(&b, &s);
        for (size_t at = 0; at < rows[i]; at++) {
            band_meet(&b, &crowd[at], (uint8_t)(10 + at), "one of them");
            id_write(crowd[at].me.public.id, id[at]);
            ids[at] = id[at];
        }
        const struct command c = {
            .type = COMMAND_GROUP_CREATE, .name = "crowd", .members = ids, .member_count = rows[i]};
        stage_command(&s, &c);
        stage_disk_done(&s);
        band_learn(&b);
        for (size_t at = 0; at < rows[i]; at++)
            band_send_have(&b, &crowd[at], HAVE_LAST, NULL, 0);
        heads_signed = 0;
        band_host_says(&b, "hello, all");
        CHECK(band_host_feed(&b)->count == 2, row); /* a chain, and what was said */
        expect_the_same(rows[i], MESSAGE_ENTRIES, 2, row);
        expect_the_same(rows[i], MESSAGE_KEY, 1, row);
        stage_wait(&s, HEAD_MS);
        expect_the_same(rows[i], MESSAGE_HEAD, 1, row);
        CHECK(heads_signed == 1, row);
    }
}

/* ---- who has left ---- */

static void test_who_was_removed_gets_nothing_that_is_said_after(void **state)
{
    (void)state;
    band_host_says(&b, "before");
    stage_wait(&s, HEAD_MS);
    bob_removes_cat();
    size_t before = heard_of_group(&cat), bobs = heard_of_group(&bob);
    size_t accounts = cat.heard_of[MESSAGE_HAVE];
    size_t rosters = cat.heard_of[MESSAGE_ROSTER] + cat.heard_of[MESSAGE_OPERATION];
    band_host_says(&b, "after");
    bob_says(op_name("without cat"));
    band_wait(&b, 70000);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER] + cat.heard_of[MESSAGE_OPERATION], rosters);
    assert_int_equal(heard_of_group(&cat), before);
    assert_int_equal(cat.heard_of[MESSAGE_HAVE], accounts);
    assert_true(heard_of_group(&bob) > bobs);
    band_part(&b, &cat);
    band_meet_again(&b, &cat);
    band_send_have(&b, &cat, HAVE_LAST | HAVE_ASKS, NULL, 0);
    band_send_want(&b, &cat, b.host.public.id, band_host_feed(&b)->id.incarnation, 0);
    band_send_key_wanted(&b, &cat, feed_hash(band_host_feed(&b), 1));
    band_wait(&b, 20000);
    assert_int_equal(heard_of_group(&cat), before);
    assert_int_equal(cat.heard_of[MESSAGE_HAVE], accounts + 1); /* of the two of us */
    assert_false(stage_closed(&s, cat.link));
}

static void test_what_was_queued_for_whom_we_remove_does_not_leave(void **state)
{
    (void)state;
    const struct command remove = {.type = COMMAND_GROUP_REMOVE, .group = "#band", .who = "cat"};
    const struct command text = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"x", .text_len = 1};
    bob_says(op_about(OPERATION_PROMOTE, b.host.public.id));
    stage_command(&s, &text);
    stage_command(&s, &remove);
    stage_disk_done(&s);
    assert_int_equal(cat.heard_of[MESSAGE_ENTRIES], 0);
    assert_int_equal(bob.heard_of[MESSAGE_ENTRIES], 2);
}

static void test_nothing_is_taken_from_who_was_removed(void **state)
{
    (void)state;
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "too late");
    bob_removes_cat();
    uint64_t before = s.appended;
    voice_send(&cats, &s, &cat, 1, 2);
    voice_send_head(&cats, &s, &cat, 2);
    voice_send_key(&cats, &s, &cat, 1);
    assert_true(s.appended == before);
    assert_true(stage_dropped(&s, "not_the_author") > 0);
    assert_false(stage_closed(&s, cat.link));
}

static void test_what_a_removed_member_said_before_stays_and_can_be_read(void **state)
{
    (void)state;
    const struct command history = {.type = COMMAND_HISTORY, .who = "#band"};
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "hello");
    voice_send(&cats, &s, &cat, 1, 2);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    bob_removes_cat(); /* and nothing of theirs counts */
    stage_command(&s, &history);
    stage_answer_read(&s);
    assert_int_equal(stage_event(&s, EVENT_HISTORY)->history.count, 1);
}

static void test_when_we_are_removed_nothing_goes_to_anybody_nor_comes(void **state)
{
    (void)state;
    bob_says(op_about(OPERATION_REMOVE, b.host.public.id));
    const struct event *event = stage_event(&s, EVENT_LEFT);
    assert_non_null(event);
    assert_false(event->group.is_member);
    assert_true(event->group.change.subject_is_me);
    const struct command text = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"x", .text_len = 1};
    stage_command(&s, &text);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_NOT_A_MEMBER);
    uint64_t before = s.appended;
    voice_chain(&cats, &b, NULL);
    voice_send(&cats, &s, &cat, 1, 1);
    assert_true(s.appended == before);
    band_wait(&b, 70000);
    assert_int_equal(heard_of_group(&bob) + heard_of_group(&cat), 0);
}

static void test_who_is_added_again_gets_what_is_said_then_and_no_older_key(void **state)
{
    (void)state;
    band_host_says(&b, "before");
    bob_removes_cat();
    band_host_says(&b, "without them");
    size_t keys = cat.heard_of[MESSAGE_KEY];
    size_t rosters = cat.heard_of[MESSAGE_ROSTER], accounts = cat.heard_of[MESSAGE_HAVE];
    bob_adds(&cat);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER], rosters + 1);
    assert_int_equal(cat.heard_of[MESSAGE_HAVE], accounts + 1);
    band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
    assert_int_equal(cat.heard_of[MESSAGE_KEY], keys + 1); /* of the first chain, as before */
    band_host_says(&b, "with them");
    assert_int_equal(cat.heard_of[MESSAGE_KEY], keys + 2);
    assert_int_equal(band_host_feed(&b)->chains.count, 3);
}

static void test_exchanges_are_as_they_were_after_a_restart(void **state)
{
    (void)state;
    band_host_says(&b, "one"); /* is read back later */
    bob_removes_cat();
    bob_adds(&dan);
    size_t cats_before = heard_of_group(&cat);
    band_restart(&b, s.appended);
    struct guest *const guests[] = {&bob, &cat, &dan};
    for (size_t i = 0; i < LENGTH(guests); i++) {
        band_meet_again(&b, guests[i]);
        band_send_have(&b, guests[i], HAVE_LAST, NULL, 0);
        band_rest(&b, EVENT_SENT);
    }
    size_t keys = dan.heard_of[MESSAGE_KEY];
    assert_int_equal(keys, 0);
    assert_true(dan.heard_of[MESSAGE_ENTRIES] > 0); /* sealed */
    band_host_says(&b, "two");
    assert_int_equal(dan.heard_of[MESSAGE_KEY], 1);
    assert_int_equal(heard_of_group(&cat), cats_before);
}

/* ---- who has what ---- */

static const struct event *state_of(const uint8_t id[MESSAGE_ID_LEN])
{
    char text[2 * MESSAGE_ID_LEN + 1];
    sodium_bin2hex(text, sizeof text, id, MESSAGE_ID_LEN);
    const struct command c = {.type = COMMAND_MESSAGE, .id = text};
    stage_command(&s, &c);
    assert_non_null(stage_event(&s, EVENT_MESSAGE_STATE));
    return stage_event(&s, EVENT_MESSAGE_STATE);
}

/* STATE_DELIVERED + 1 when g is no recipient. */
static enum delivery_state state_for(const struct event *event, const struct guest *g)
{
    for (size_t i = 0; i < event->message_state.count; i++)
        if (memcmp(event->message_state.recipients[i].peer, g->me.public.id, ID_LEN) == 0)
            return event->message_state.recipients[i].state;
    return STATE_DELIVERED + 1;
}

static void test_each_member_has_a_state_of_their_own(void **state)
{
    (void)state;
    uint8_t id[MESSAGE_ID_LEN];
    band_part(&b, &cat);
    band_host_says(&b, "hello");
    memcpy(id, stage_event(&s, EVENT_ACCEPTED)->accepted.id, sizeof id);
    assert_int_equal(stage_events(&s, EVENT_SENT), 1); /* the chain is no message */
    assert_memory_equal(stage_event(&s, EVENT_SENT)->delivery.peer, bob.me.public.id, ID_LEN);
    assert_int_equal(stage_status(&s)->queued, 2);
    assert_int_equal(state_for(state_of(id), &bob), STATE_SENT);
    assert_int_equal(state_for(state_of(id), &cat), STATE_QUEUED);
    band_send_receipt(&b, &bob, 2);
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_DELIVERED), 1);
    assert_memory_equal(stage_event(&s, EVENT_DELIVERED)->delivery.id, id, sizeof id);
    assert_int_equal(state_for(state_of(id), &bob), STATE_DELIVERED);
    assert_int_equal(state_of(id)->message_state.count, 2);
    assert_int_equal(stage_status(&s)->queued, 1);
    band_restart(&b, s.appended);
    assert_int_equal(state_for(state_of(id), &bob), STATE_DELIVERED);
    assert_int_equal(state_for(state_of(id), &cat), STATE_QUEUED);
}

static void test_who_has_left_is_waited_for_no_more(void **state)
{
    (void)state;
    uint8_t id[MESSAGE_ID_LEN];
    band_part(&b, &cat);
    band_host_says(&b, "hello");
    memcpy(id, stage_event(&s, EVENT_ACCEPTED)->accepted.id, sizeof id);
    assert_int_equal(stage_status(&s)->queued, 2);
    bob_removes_cat();
    assert_int_equal(stage_status(&s)->queued, 1);
    assert_int_equal(state_of(id)->message_state.count, 1);
    assert_int_equal(state_for(state_of(id), &bob), STATE_SENT);
}

static void test_when_we_have_left_nobody_is_waited_for(void **state)
{
    (void)state;
    uint8_t id[MESSAGE_ID_LEN];
    band_host_says(&b, "hello");
    memcpy(id, stage_event(&s, EVENT_ACCEPTED)->accepted.id, sizeof id);
    band_send_receipt(&b, &bob, 2);
    stage_disk_done(&s);
    bob_says(
        op_about_cut(OPERATION_REMOVE, b.host.public.id, band_host_feed(&b)->id.incarnation, 2));
    assert_int_equal(stage_status(&s)->queued, 0);
    assert_int_equal(state_of(id)->message_state.count, 1); /* cat never said that it came */
    assert_int_equal(state_for(state_of(id), &bob), STATE_DELIVERED);
}

static void test_who_had_it_before_leaving_is_still_named(void **state)
{
    (void)state;
    uint8_t id[MESSAGE_ID_LEN];
    band_host_says(&b, "hello");
    memcpy(id, stage_event(&s, EVENT_ACCEPTED)->accepted.id, sizeof id);
    band_send_receipt(&b, &cat, 2);
    stage_disk_done(&s);
    bob_removes_cat();
    assert_int_equal(state_for(state_of(id), &cat), STATE_DELIVERED);
    assert_int_equal(stage_status(&s)->queued, 1);
}

static void test_who_joins_later_is_no_recipient_of_what_was_said_before(void **state)
{
    (void)state;
    uint8_t id[MESSAGE_ID_LEN];
    band_host_says(&b, "before");
    memcpy(id, stage_event(&s, EVENT_ACCEPTED)->accepted.id, sizeof id);
    bob_adds(&dan);
    assert_int_equal(state_of(id)->message_state.count, 2);
    assert_int_equal(stage_status(&s)->queued, 2);
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
    assert_int_equal(stage_events(&s, EVENT_SENT), 0);
    assert_int_equal(state_for(state_of(id), &dan), STATE_DELIVERED + 1);
}

static void test_a_receipt_of_a_member_is_their_own_word_and_nobody_elses(void **state)
{
    (void)state;
    band_host_says(&b, "hello");
    struct feed_point point;
    struct receipt receipt;
    uint8_t body[RECEIPT_LEN];
    feed_point_of(band_host_feed(&b), 2, &point);
    receipt_sign(&cat.me, &point, &receipt);
    receipt_write(&receipt, body);
    guest_send(&s, &bob, MESSAGE_RECEIPT, 0, body, sizeof body); /* cat's, from bob */
    assert_true(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
}

static void test_we_receipt_to_the_author_and_to_nobody_else(void **state)
{
    (void)state;
    struct frame_message m;
    struct receipt receipt;
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "hello");
    voice_send(&cats, &s, &cat, 1, 2);
    assert_false(guest_heard(&cat, MESSAGE_RECEIPT, &m));
    stage_disk_done(&s);
    assert_true(guest_heard(&cat, MESSAGE_RECEIPT, &m)); /* though its key is not here */
    assert_int_equal(receipt_parse(m.body, m.len, &receipt), LTH_OK);
    assert_true(receipt.point.number == 2);
    assert_int_equal(receipt_verify(&receipt, &b.host.public), LTH_OK);
    assert_int_equal(bob.heard_of[MESSAGE_RECEIPT], 0);
}

/* ---- what ends a session ---- */

static void test_what_no_member_would_say_ends_the_session(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t kind;
        size_t chain_len, body_len; /* of the first entry, and of what follows it */
        uint32_t index;
    } rows[] = {
        {"a text, first", ENTRY_TEXT, 0, 4, 0},
        {"sealed, before any chain", ENTRY_SEALED, 0, 22, 0},
        {"a text, later", ENTRY_TEXT, CHAIN_BODY_LEN, 4, 0},
        {"a chain that is too short", ENTRY_CHAIN, 0, CHAIN_BODY_LEN - 1, 0},
        {"sealed, and nothing in it", ENTRY_SEALED, CHAIN_BODY_LEN, 21, 0},
        {"an index too far ahead", ENTRY_SEALED, CHAIN_BODY_LEN, 22, CHAIN_JUMP_MAX + 1},
        {"an index that no chain has", ENTRY_SEALED, CHAIN_BODY_LEN, 22, CHAIN_LEN_MAX},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t body[CHAIN_BODY_LEN] = "text";
        struct entry_content content = {.time_ms = 1,
                                        .order_ms = 1,
                                        .kind = rows[i].kind,
                                        .body = body,
                                        .body_len = rows[i].body_len};
        if (rows[i].kind == ENTRY_SEALED) {
            struct writer w = writer_over(body, sizeof body);
            write_u32(&w, rows[i].index);
        }
        voice_open(&cats, &b, &cat.me, 100 + i);
        if (rows[i].chain_len)
            voice_chain(&cats, &b, NULL);
        voice_add(&cats, &content);
        voice_send(&cats, &s, &cat, 1, cats.count);
        CHECK(stage_closed(&s, cat.link), rows[i].name);
        stage_disk_done(&s);
        band_meet_again(&b, &cat);
        band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
    }
}

static void test_an_index_may_jump_but_not_come_back(void **state)
{
    (void)state;
    voice_chain(&cats, &b, NULL);
    cats.chain.index = 0;
    for (unsigned i = 0; i < CHAIN_JUMP_MAX; i++) {
        uint8_t key[CHAIN_KEY_LEN];
        assert_int_equal(chain_message_key(&cats.chain, i, key), LTH_OK);
    }
    voice_text(&cats, &b, "far ahead");
    voice_send(&cats, &s, &cat, 1, 2);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    chain_init(&cats.chain, cats.said[1].key);
    voice_text(&cats, &b, "index 0 again");
    voice_send(&cats, &s, &cat, 3, 3);
    assert_true(stage_closed(&s, cat.link));
}

static void test_what_does_not_open_is_kept_and_not_shown(void **state)
{
    (void)state;
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "hello");
    cats.said[2].bytes[cats.said[2].len - 1] ^= 1; /* and its author says that */
    entry_hash(&cats.feed, 2, cats.said[1].hash, cats.said[2].bytes, cats.said[2].len,
               cats.said[2].hash);
    voice_text(&cats, &b, "readable");
    voice_send(&cats, &s, &cat, 1, 1);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    voice_send(&cats, &s, &cat, 2, 3);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    assert_false(stage_closed(&s, cat.link));
    assert_true(stage_dropped(&s, "does_not_open") == 1);
}

static void test_a_kind_we_do_not_know_is_kept_and_not_shown(void **state)
{
    (void)state;
    const struct entry_content later = {.time_ms = 1,
                                        .order_ms = 1,
                                        .kind = 77,
                                        .body = (const uint8_t *)"of a later version",
                                        .body_len = 18};
    voice_chain(&cats, &b, NULL);
    voice_add(&cats, &later);
    voice_text(&cats, &b, "hello");
    voice_send(&cats, &s, &cat, 1, 3);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 1);
    assert_false(stage_closed(&s, cat.link));
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_one_sealing_and_one_signature_serve_all_members),
        ON_A_STAGE(test_who_was_removed_gets_nothing_that_is_said_after),
        ON_A_STAGE(test_what_was_queued_for_whom_we_remove_does_not_leave),
        ON_A_STAGE(test_nothing_is_taken_from_who_was_removed),
        ON_A_STAGE(test_what_a_removed_member_said_before_stays_and_can_be_read),
        ON_A_STAGE(test_when_we_are_removed_nothing_goes_to_anybody_nor_comes),
        ON_A_STAGE(test_who_is_added_again_gets_what_is_said_then_and_no_older_key),
        ON_A_STAGE(test_exchanges_are_as_they_were_after_a_restart),
        ON_A_STAGE(test_each_member_has_a_state_of_their_own),
        ON_A_STAGE(test_who_has_left_is_waited_for_no_more),
        ON_A_STAGE(test_when_we_have_left_nobody_is_waited_for),
        ON_A_STAGE(test_who_had_it_before_leaving_is_still_named),
        ON_A_STAGE(test_who_joins_later_is_no_recipient_of_what_was_said_before),
        ON_A_STAGE(test_a_receipt_of_a_member_is_their_own_word_and_nobody_elses),
        ON_A_STAGE(test_we_receipt_to_the_author_and_to_nobody_else),
        ON_A_STAGE(test_what_no_member_would_say_ends_the_session),
        ON_A_STAGE(test_an_index_may_jump_but_not_come_back),
        ON_A_STAGE(test_what_does_not_open_is_kept_and_not_shown),
        ON_A_STAGE(test_a_kind_we_do_not_know_is_kept_and_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
