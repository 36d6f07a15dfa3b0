/* What a member hands on of somebody else's is believed when its author signed for all of it. */
#include "check.h"

#include "node/band.h"
#include "wire/entries.h"
#include "wire/message.h"

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;
static struct voice cats;

enum { SAID = 5 }; /* a chain, and four texts */

static int open_stage(void **state)
{
    (void)state;
    band_of_three(&b, &s, &bob, &cat, &dan, HISTORY_NONE);
    voice_open(&cats, &b, &cat.me, cat.incarnation);
    voice_chain(&cats, &b, NULL);
    for (unsigned i = 1; i < SAID; i++)
        voice_text(&cats, &b, "hello");
    band_part(&b, &cat);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

static const struct feed *cats_feed(void)
{
    return feeds_find(band_group(&b)->conversation, cat.me.public.id, cats.feed.incarnation);
}

static void hand_on(uint64_t first, uint64_t number)
{
    voice_send_head(&cats, &s, &bob, number);
    voice_send(&cats, &s, &bob, first, number);
}

/* With the key that bob gives, what is durable can be read. */
static size_t shown_with_the_key(void)
{
    stage_disk_done(&s);
    voice_send_key(&cats, &s, &bob, 1);
    return band_rest(&b, EVENT_MESSAGE);
}

static void test_a_chunk_is_taken_when_the_last_of_it_came(void **state)
{
    (void)state;
    voice_send_head(&cats, &s, &bob, SAID);
    voice_send(&cats, &s, &bob, 1, 2);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    voice_send(&cats, &s, &bob, 3, SAID - 1);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    voice_send_key(&cats, &s, &bob, 1);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0); /* of what is not here */
    voice_send(&cats, &s, &bob, SAID, SAID);
    assert_true(cats_feed()->count == SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
    assert_null(exchange_of_author(cats_feed())->exchange->lost);
}

static void test_the_key_may_come_in_the_same_breath(void **state)
{
    (void)state;
    hand_on(1, SAID);
    voice_send_key(&cats, &s, &bob, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), SAID - 1);
}

static void test_what_is_handed_on_can_be_handed_on(void **state)
{
    (void)state;
    struct frame_message m;
    const struct person person = band_person(&dan);
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_bring(&person)));
    stage_disk_done(&s);
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
    hand_on(1, SAID);
    shown_with_the_key();
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 0);
    assert_true(guest_heard(&dan, MESSAGE_HEAD, &m));
    assert_true(guest_heard(&dan, MESSAGE_ENTRIES, &m));
    assert_false(guest_heard(&dan, MESSAGE_KEY, &m)); /* dan was not in when it was said */
}

static void test_without_a_head_of_its_author_nothing_is_taken(void **state)
{
    (void)state;
    voice_send(&cats, &s, &bob, 1, SAID);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, bob.link));
    assert_true(stage_dropped(&s, "not_the_author") == 1);
    assert_null(cats_feed());
}

static void test_a_head_that_its_author_did_not_sign_ends_the_session(void **state)
{
    (void)state;
    cats.who = &bob.me;
    voice_send_head(&cats, &s, &bob, SAID);
    assert_true(stage_closed(&s, bob.link));
    assert_null(cats_feed());
}

static void test_an_invented_entry_ends_the_session_and_leaves_nothing(void **state)
{
    (void)state;
    static const uint64_t rows[] = {1, 3, SAID};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct voice false_one = cats;
        false_one.said[rows[i]].bytes[0] ^= 1;
        voice_send_head(&cats, &s, &bob, SAID);
        voice_send(&false_one, &s, &bob, 1, SAID);
        CHECK(stage_closed(&s, bob.link), "an entry was changed");
        CHECK(!cats_feed(), "nothing is kept");
        band_meet_again(&b, &bob);
        band_send_have(&b, &bob, HAVE_LAST, NULL, 0);
    }
}

static void test_a_head_of_somebody_who_never_was_in_is_passed_over(void **state)
{
    (void)state;
    struct voice dans;
    voice_open(&dans, &b, &dan.me, dan.incarnation);
    voice_chain(&dans, &b, NULL);
    voice_send_head(&dans, &s, &bob, 1);
    voice_send(&dans, &s, &bob, 1, 1);
    assert_false(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_null(feeds_find(band_group(&b)->conversation, dan.me.public.id, dan.incarnation));
}

static void test_nothing_is_handed_on_by_who_is_no_member(void **state)
{
    (void)state;
    voice_send_head(&cats, &s, &dan, SAID);
    voice_send(&cats, &s, &dan, 1, SAID);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_null(cats_feed());
}

static void test_chunks_follow_each_other_and_what_is_known_is_passed_over(void **state)
{
    (void)state;
    hand_on(1, 2);
    hand_on(3, 4);
    assert_true(cats_feed()->count == 4);
    hand_on(1, 4);
    assert_true(cats_feed()->count == 4);
    voice_send_head(&cats, &s, &bob, SAID);
    voice_send(&cats, &s, &bob, 2, SAID); /* begins with what is held */
    assert_true(cats_feed()->count == SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
}

static void test_half_a_chunk_goes_with_its_session(void **state)
{
    (void)state;
    voice_send_head(&cats, &s, &bob, SAID);
    voice_send(&cats, &s, &bob, 1, 2);
    band_part(&b, &bob);
    band_meet_again(&b, &bob);
    band_send_have(&b, &bob, HAVE_LAST, NULL, 0);
    voice_send(&cats, &s, &bob, 3, SAID);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    hand_on(1, SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
}

static void test_what_the_author_brings_meanwhile_is_not_taken_twice(void **state)
{
    (void)state;
    voice_send_head(&cats, &s, &bob, SAID);
    voice_send(&cats, &s, &bob, 1, 2);
    band_meet_again(&b, &cat);
    band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
    voice_send(&cats, &s, &cat, 1, 3);
    assert_true(cats_feed()->count == 3);
    voice_send(&cats, &s, &bob, 3, SAID); /* stood on less than is here now */
    assert_true(cats_feed()->count == 3);
    voice_send(&cats, &s, &cat, 4, SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
    assert_false(stage_closed(&s, bob.link));
}

/* ---- what counts ---- */

static void test_of_who_was_removed_counts_what_the_removal_says(void **state)
{
    (void)state;
    const struct operation op =
        op_about_cut(OPERATION_REMOVE, cat.me.public.id, cats.feed.incarnation, 3);
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op));
    stage_disk_done(&s);
    hand_on(1, SAID);
    assert_true(cats_feed()->count == 3);
    assert_true(stage_dropped(&s, "not_in_the_roster") == 1);
    assert_int_equal(shown_with_the_key(), 2);
    hand_on(4, SAID);
    assert_true(cats_feed()->count == 3);
    assert_false(stage_closed(&s, bob.link));
}

static void test_what_came_before_the_removal_stays_and_what_counts_of_it_is_handed_on(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t first_head, goes; /* entries, up to a head */
    } rows[] = {{"a head at the cut", 3, 3}, {"a head behind it", SAID, SAID}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct frame_message m;
        struct entries run;
        const uint8_t *content;
        size_t len, count = 0;
        if (i) {
            close_stage(NULL);
            open_stage(NULL);
        }
        hand_on(1, rows[i].first_head);
        CHECK(shown_with_the_key() == rows[i].first_head - 1, rows[i].name);
        const struct operation op =
            op_about_cut(OPERATION_REMOVE, cat.me.public.id, cats.feed.incarnation, 3);
        band_send(&b, &bob, band_say(&b, &bob.me, NULL, op));
        stage_disk_done(&s);
        CHECK(cats_feed()->count == rows[i].first_head, rows[i].name);
        band_send_want(&b, &bob, cat.me.public.id, cats.feed.incarnation, 0);
        CHECK(guest_heard(&bob, MESSAGE_ENTRIES, &m), rows[i].name);
        CHECK(entries_parse(m.body, m.len, &run) == LTH_OK, rows[i].name);
        while (entries_next(&run, &content, &len) == LTH_OK)
            count++;
        CHECK(count == rows[i].goes, rows[i].name);
    }
}

static void test_what_stands_under_an_unknown_roster_waits_until_it_is_known(void **state)
{
    (void)state;
    const struct operation_record *later = band_say(&b, &bob.me, NULL, op_name("later"));
    voice_take_back(&cats, 0);
    voice_chain(&cats, &b, later->op.hash);
    voice_text(&cats, &b, "hello");
    size_t rosters = bob.heard_of[MESSAGE_ROSTER], accounts = bob.heard_of[MESSAGE_HAVE];
    hand_on(1, 2);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_int_equal(bob.heard_of[MESSAGE_ROSTER], rosters + 1); /* what is it? */
    hand_on(1, 2);
    assert_int_equal(bob.heard_of[MESSAGE_ROSTER], rosters + 1); /* once is enough */
    band_send(&b, &bob, later);
    assert_int_equal(bob.heard_of[MESSAGE_HAVE], accounts + 1); /* now it can come */
    hand_on(1, 2);
    assert_int_equal(shown_with_the_key(), 1);
    assert_false(stage_closed(&s, bob.link));
}

static void test_a_chain_under_a_roster_that_its_author_was_not_in_ends_the_session(void **state)
{
    (void)state;
    const struct person person = band_person(&dan);
    const uint8_t *create = roster_nth(b.roster, 0)->op.hash;
    struct voice dans;
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_bring(&person)));
    stage_disk_done(&s);
    voice_open(&dans, &b, &dan.me, dan.incarnation);
    voice_chain(&dans, &b, create);
    voice_send_head(&dans, &s, &bob, 1);
    voice_send(&dans, &s, &bob, 1, 1);
    assert_true(stage_closed(&s, bob.link));
}

/* ---- forks, and a disk that refuses ---- */

static void test_another_entry_that_its_author_signed_is_a_fork(void **state)
{
    (void)state;
    struct voice other = cats;
    voice_take_back(&other, 2);
    chain_init(&other.chain, other.said[1].key);
    other.chain.index = 0;
    voice_text(&other, &b, "not the first of this index");
    voice_text(&other, &b, "nor this");
    hand_on(1, 3);
    stage_disk_done(&s);
    voice_send_head(&other, &s, &bob, 4);
    voice_send(&other, &s, &bob, 4, 4); /* whole, and stands on another 3 */
    assert_int_equal(stage_events(&s, EVENT_FORK), 1);
    assert_true(stage_event(&s, EVENT_FORK)->fork.number == 3);
    assert_true(cats_feed()->count == 3);
    assert_false(stage_closed(&s, bob.link));
}

static void test_a_chunk_that_the_disk_refused_is_asked_for_again(void **state)
{
    (void)state;
    const struct have_item item = voice_item(&cats, SAID);
    uint64_t from = s.appended + 1;
    hand_on(1, SAID);
    stage_disk_refuses(&s, from, LTH_DISK_FULL);
    assert_true(cats_feed()->count == 0);
    size_t accounts = bob.heard_of[MESSAGE_HAVE];
    band_wait(&b, 5001);
    assert_true(bob.heard_of[MESSAGE_HAVE] > accounts);
    size_t wants = bob.heard_of[MESSAGE_WANT];
    band_send_have(&b, &bob, HAVE_LAST, &item, 1);
    assert_int_equal(bob.heard_of[MESSAGE_WANT], wants + 1);
    hand_on(1, SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
}

static void test_it_is_there_after_a_restart(void **state)
{
    (void)state;
    hand_on(1, SAID);
    assert_int_equal(shown_with_the_key(), SAID - 1);
    s.shown = s.appended;
    band_restart(&b, s.appended);
    assert_true(cats_feed()->count == SAID);
    band_meet_again(&b, &bob);
    const struct have_item item = voice_item(&cats, SAID);
    band_send_have(&b, &bob, HAVE_LAST, &item, 1);
    assert_int_equal(bob.heard_of[MESSAGE_WANT], 0);
    band_send_want(&b, &bob, cat.me.public.id, cats.feed.incarnation, 0);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0);
    assert_int_equal(bob.heard_of[MESSAGE_HEAD], 2); /* the proof was kept: shown, and handed on */
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_chunk_is_taken_when_the_last_of_it_came),
        ON_A_STAGE(test_the_key_may_come_in_the_same_breath),
        ON_A_STAGE(test_what_is_handed_on_can_be_handed_on),
        ON_A_STAGE(test_without_a_head_of_its_author_nothing_is_taken),
        ON_A_STAGE(test_a_head_that_its_author_did_not_sign_ends_the_session),
        ON_A_STAGE(test_an_invented_entry_ends_the_session_and_leaves_nothing),
        ON_A_STAGE(test_a_head_of_somebody_who_never_was_in_is_passed_over),
        ON_A_STAGE(test_nothing_is_handed_on_by_who_is_no_member),
        ON_A_STAGE(test_chunks_follow_each_other_and_what_is_known_is_passed_over),
        ON_A_STAGE(test_half_a_chunk_goes_with_its_session),
        ON_A_STAGE(test_what_the_author_brings_meanwhile_is_not_taken_twice),
        ON_A_STAGE(test_of_who_was_removed_counts_what_the_removal_says),
        ON_A_STAGE(test_what_came_before_the_removal_stays_and_what_counts_of_it_is_handed_on),
        ON_A_STAGE(test_what_stands_under_an_unknown_roster_waits_until_it_is_known),
        ON_A_STAGE(test_a_chain_under_a_roster_that_its_author_was_not_in_ends_the_session),
        ON_A_STAGE(test_another_entry_that_its_author_signed_is_a_fork),
        ON_A_STAGE(test_a_chunk_that_the_disk_refused_is_asked_for_again),
        ON_A_STAGE(test_it_is_there_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
