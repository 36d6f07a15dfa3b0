/* What somebody said who is away is asked of one member who holds it, and given to who asks. */
#include "check.h"

#include "node/band.h"
#include "wire/entries.h"
#include "wire/message.h"
#include "wire/statement.h"

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;
static struct voice cats;

/* All three and we are members. */
static int open_stage(void **state)
{
    (void)state;
    band_of_three(&b, &s, &bob, &cat, &dan, HISTORY_NONE);
    const struct person person = band_person(&dan);
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_bring(&person)));
    stage_disk_done(&s);
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
    voice_open(&cats, &b, &cat.me, cat.incarnation);
    voice_chain(&cats, &b, NULL);
    voice_text(&cats, &b, "one");
    voice_text(&cats, &b, "two");
    band_wait(&b, 2000); /* what was announced is announced */
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

/* Via says that it holds the first so many of cat's entries. */
static void claim(struct guest *via, uint64_t number)
{
    const struct have_item item = voice_item(&cats, number);
    band_send_have(&b, via, HAVE_LAST, &item, 1);
}

/* Whether via was asked in the last step for what follows this number of cat's. */
static bool is_asked(const struct guest *via, uint64_t number)
{
    struct frame_message m;
    struct group_list list;
    struct group_want want;
    if (!guest_heard(via, MESSAGE_WANT, &m))
        return false;
    assert_int_equal(group_want_parse(m.body, m.len, &list), LTH_OK);
    assert_memory_equal(list.group, band_id(&b), HASH_LEN);
    assert_true(group_next_want(&list, &want));
    assert_memory_equal(want.author, cat.me.public.id, ID_LEN);
    assert_true(want.incarnation == cats.feed.incarnation);
    return want.number == number;
}

static size_t wants_heard(void)
{
    return bob.heard_of[MESSAGE_WANT] + dan.heard_of[MESSAGE_WANT] + cat.heard_of[MESSAGE_WANT];
}

/* Via hands on cat's entries up to number, as one chunk. */
static void hand_on(struct guest *via, uint64_t first, uint64_t number)
{
    voice_send_head(&cats, &s, via, number);
    voice_send(&cats, &s, via, first, number);
}

/* ---- what we lack ---- */

static void test_while_the_author_is_away_one_holder_is_asked(void **state)
{
    (void)state;
    band_part(&b, &cat);
    claim(&bob, 3);
    assert_true(is_asked(&bob, 0));
    claim(&dan, 3);
    assert_int_equal(wants_heard(), 1); /* bob is at it */
    hand_on(&bob, 1, 3);
    voice_send_key(&cats, &s, &bob, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 2);
    claim(&dan, 3);
    assert_int_equal(wants_heard(), 1);
}

static void test_who_does_not_answer_is_passed_over_for_another(void **state)
{
    (void)state;
    band_part(&b, &cat);
    claim(&bob, 3);
    band_wait(&b, WANT_MS - 1);
    claim(&dan, 3);
    assert_false(is_asked(&dan, 0));
    band_wait(&b, 1001);
    claim(&dan, 3);
    assert_true(is_asked(&dan, 0));
}

static void test_when_who_was_asked_goes_another_is_asked_at_once(void **state)
{
    (void)state;
    band_part(&b, &cat);
    claim(&bob, 3);
    band_part(&b, &bob);
    claim(&dan, 3);
    assert_true(is_asked(&dan, 0));
}

static void test_an_author_who_is_here_and_silent_gets_five_seconds(void **state)
{
    (void)state;
    claim(&bob, 3);
    band_wait(&b, WANT_MS - 1000);
    claim(&bob, 3);
    assert_int_equal(wants_heard(), 0);
    band_wait(&b, 1001);
    claim(&bob, 3);
    assert_true(is_asked(&bob, 0));
    assert_int_equal(cat.heard_of[MESSAGE_WANT], 0);
}

static void test_only_what_is_missing_is_asked_for(void **state)
{
    (void)state;
    voice_send(&cats, &s, &cat, 1, 2);
    stage_disk_done(&s);
    band_part(&b, &cat);
    claim(&bob, 2);
    assert_int_equal(wants_heard(), 0);
    band_wait(&b, 1000);
    claim(&bob, 3);
    assert_true(is_asked(&bob, 2));
}

static void test_what_does_not_count_is_not_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t incarnation, cut; /* in the removal */
        bool is_asked;
    } rows[] = {
        {"cut off", 0, 2, false},
        {"some of it counts", 1, 2, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        if (i) {
            close_stage(NULL);
            open_stage(NULL);
        }
        const struct operation op =
            op_about_cut(OPERATION_REMOVE, cat.me.public.id,
                         rows[i].incarnation ? cats.feed.incarnation : 5, rows[i].cut);
        band_send(&b, &bob, band_say(&b, &bob.me, NULL, op));
        stage_disk_done(&s);
        claim(&bob, 3);
        CHECK(is_asked(&bob, 0) == rows[i].is_asked, rows[i].name);
        hand_on(&bob, 1, 3);
        stage_disk_done(&s);
        band_wait(&b, 6000);
        size_t before = wants_heard();
        claim(&bob, 3);
        CHECK(wants_heard() == before, rows[i].name); /* the third is behind the cut */
    }
}

static void test_nobody_is_asked_for_feeds_of_people_we_do_not_know(void **state)
{
    (void)state;
    struct have_item item = voice_item(&cats, 3);
    memset(item.author, 9, ID_LEN);
    band_send_have(&b, &bob, HAVE_LAST, &item, 1);
    assert_int_equal(wants_heard(), 0);
}

/* ---- polls ---- */

static void test_polls_back_off_while_somebody_is_away_and_stop_when_all_are_here(void **state)
{
    (void)state;
    static const uint64_t rows[] = {1000,  1000,  2000,  4000,  8000,
                                    16000, 32000, 64000, 64000, 64000};
    band_part(&b, &cat);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t before = bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER];
        band_wait(&b, rows[i] - 1);
        assert_int_equal(bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER], before);
        band_wait(&b, 1);
        assert_int_equal(bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER], before + 1);
    }
    assert_true(bob.heard_of[MESSAGE_ROSTER] > 3 && dan.heard_of[MESSAGE_ROSTER] > 3); /* in turn */
    band_meet_again(&b, &cat);
    size_t before = bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER];
    band_wait(&b, 200000);
    assert_int_equal(bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER], before);
}

static void test_a_poll_asks_for_an_account(void **state)
{
    (void)state;
    struct frame_message m;
    struct have have;
    band_part(&b, &dan);
    band_part(&b, &cat);
    band_wait(&b, 1000);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    assert_int_equal(have_parse(m.body, m.len, &have), LTH_OK);
    assert_true(have.asks && have.last);
    assert_memory_equal(have.conversation, band_id(&b), HASH_LEN);
    band_send_have(&b, &bob, HAVE_LAST | HAVE_ASKS, NULL,
                   0); /* who is asked answers, and asks not */
    band_wait(&b, 1000);
    size_t before = bob.heard_of[MESSAGE_HAVE];
    band_send_have(&b, &bob, HAVE_LAST | HAVE_ASKS, NULL, 0);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    assert_int_equal(have_parse(m.body, m.len, &have), LTH_OK);
    assert_false(have.asks);
    assert_int_equal(bob.heard_of[MESSAGE_HAVE], before + 1);
}

static void test_when_the_author_brought_it_the_polls_stop(void **state)
{
    (void)state;
    claim(&bob, 3);
    voice_send(&cats, &s, &cat, 1, 3);
    voice_send_key(&cats, &s, &cat, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 2);
    band_wait(&b, 70000);
    size_t before = bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER];
    band_wait(&b, 200000);
    assert_int_equal(bob.heard_of[MESSAGE_ROSTER] + dan.heard_of[MESSAGE_ROSTER], before);
}

/* ---- what others lack ---- */

/* The types of what dan heard in the last step, in order, about entries and keys. */
static size_t types_heard(uint8_t out[8])
{
    struct reader r = reader_over(dan.heard.bytes, dan.heard.len);
    struct frame_message m;
    size_t count = 0;
    while (frame_next(&r, &m) == LTH_OK && count < 8)
        if (m.type == MESSAGE_HEAD || m.type == MESSAGE_ENTRIES || m.type == MESSAGE_KEY)
            out[count++] = m.type;
    return count;
}

/* We hold what cat said; a head covers the first so many of it. */
static void hear_cat(uint64_t proved)
{
    voice_send(&cats, &s, &cat, 1, 3);
    voice_send_key(&cats, &s, &cat, 1);
    stage_disk_done(&s);
    voice_send_head(&cats, &s, &cat, proved);
    band_rest(&b, EVENT_MESSAGE);
    band_part(&b, &cat);
}

static void test_who_asks_gets_the_head_then_the_entries_then_the_key(void **state)
{
    (void)state;
    static const uint8_t want[] = {MESSAGE_HEAD, MESSAGE_ENTRIES, MESSAGE_KEY};
    uint8_t types[8];
    struct frame_message m;
    struct entries run;
    struct head head;
    hear_cat(3);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 0);
    assert_int_equal(types_heard(types), LENGTH(want));
    assert_memory_equal(types, want, sizeof want);
    assert_true(guest_heard(&dan, MESSAGE_HEAD, &m));
    assert_int_equal(head_parse(m.body, m.len, &head), LTH_OK);
    assert_int_equal(head_verify(&head, &cat.me.public), LTH_OK);
    assert_true(guest_heard(&dan, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    assert_true(run.first == 1);
    assert_memory_equal(run.feed.author, cat.me.public.id, ID_LEN);
}

static void test_what_no_head_covers_is_not_handed_on(void **state)
{
    (void)state;
    struct frame_message m;
    struct entries run;
    const uint8_t *content;
    size_t len, count = 0;
    hear_cat(2);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 1);
    assert_true(guest_heard(&dan, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, &run), LTH_OK);
    assert_true(run.first == 2);
    while (entries_next(&run, &content, &len) == LTH_OK)
        count++;
    assert_int_equal(count, 1);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 2);
    assert_false(guest_heard(&dan, MESSAGE_ENTRIES, &m));
}

static void test_nobody_gets_unasked_what_others_said(void **state)
{
    (void)state;
    hear_cat(3);
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
    band_wait(&b, 2000);
    assert_int_equal(dan.heard_of[MESSAGE_ENTRIES] + bob.heard_of[MESSAGE_ENTRIES], 0);
}

static void test_a_want_beyond_what_we_hold_or_of_our_own_brings_nothing(void **state)
{
    (void)state;
    uint8_t types[8];
    hear_cat(3);
    band_host_says(&b, "ours");
    stage_wait(&s, HEAD_MS);
    const struct {
        const char *name;
        const uint8_t *author;
        uint64_t incarnation, number;
    } rows[] = {
        {"all is held", cat.me.public.id, cats.feed.incarnation, 3},
        {"more than there is", cat.me.public.id, cats.feed.incarnation, UINT64_MAX},
        {"another process", cat.me.public.id, cats.feed.incarnation + 1, 0},
        {"somebody unknown", band_id(&b), cats.feed.incarnation, 0},
        {"ours, which comes unasked", b.host.public.id, band_host_feed(&b)->id.incarnation, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        band_send_want(&b, &dan, rows[i].author, rows[i].incarnation, rows[i].number);
        CHECK(types_heard(types) == 0, rows[i].name);
        CHECK(!stage_closed(&s, dan.link), rows[i].name);
    }
}

static void test_what_is_under_way_is_not_begun_anew_by_an_account(void **state)
{
    (void)state;
    hear_cat(3);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 0);
    size_t before = dan.heard_of[MESSAGE_ENTRIES];
    band_wait(&b, 1500);
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0); /* its disk is slow */
    band_wait(&b, 1500);
    assert_int_equal(dan.heard_of[MESSAGE_ENTRIES], before);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 0);
    assert_int_equal(dan.heard_of[MESSAGE_ENTRIES], before + 1);
}

/* Cat said three things that we hold, and signed for two of them; dan asks for the third. */
static void ask_for_what_no_head_covers(void)
{
    voice_send(&cats, &s, &cat, 1, 3);
    stage_disk_done(&s);
    voice_send_head(&cats, &s, &cat, 2);
    band_send_want(&b, &dan, cat.me.public.id, cats.feed.incarnation, 2);
}

static void expect_nothing_unasked(void)
{
    voice_send_head(&cats, &s, &cat, 3);
    size_t before = dan.heard_of[MESSAGE_ENTRIES];
    band_send_have(&b, &dan, HAVE_LAST, NULL, 0);
    assert_int_equal(dan.heard_of[MESSAGE_ENTRIES], before);
}

static void test_what_was_asked_for_is_forgotten_with_the_session(void **state)
{
    (void)state;
    ask_for_what_no_head_covers();
    band_part(&b, &dan);
    band_meet_again(&b, &dan);
    expect_nothing_unasked();
}

static void test_what_was_asked_for_is_forgotten_when_they_leave(void **state)
{
    (void)state;
    const struct person person = band_person(&dan);
    ask_for_what_no_head_covers();
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_about(OPERATION_REMOVE, dan.me.public.id)));
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op_bring(&person)));
    stage_disk_done(&s);
    expect_nothing_unasked();
}

static void test_bad_wants_end_the_session_and_those_of_strangers_are_passed_over(void **state)
{
    (void)state;
    static const size_t rows[] = {HASH_LEN - 1, HASH_LEN, HASH_LEN + GROUP_WANT_LEN - 1,
                                  HASH_LEN + GROUP_WANT_LEN + 1};
    uint8_t body[HASH_LEN + GROUP_WANT_LEN + 1] = {0};
    memcpy(body, band_id(&b), HASH_LEN);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        guest_send(&s, &bob, MESSAGE_WANT, 0, body, rows[i]);
        CHECK(stage_closed(&s, bob.link), "a want of another length");
        band_meet_again(&b, &bob);
    }
    uint64_t before = stage_dropped(&s, "not_the_author");
    body[0] ^= 1; /* no group of ours */
    guest_send(&s, &bob, MESSAGE_WANT, 0, body, HASH_LEN + GROUP_WANT_LEN);
    assert_false(stage_closed(&s, bob.link));
    assert_true(stage_dropped(&s, "not_the_author") == before + 1);
}

/* ---- doubt ---- */

/* Bob says something, having seen this entry of cat's. */
static void bob_cites(struct voice *bobs, uint64_t number, const uint8_t hash[HASH_LEN])
{
    if (!bobs->count)
        voice_chain(bobs, &b, NULL);
    memcpy(bobs->cites.author, cat.me.public.id, ID_LEN);
    bobs->cites.incarnation = cats.feed.incarnation;
    bobs->cites.number = number;
    memcpy(bobs->cites.hash, hash, HASH_LEN);
    voice_text(bobs, &b, "I have seen that");
    voice_send(bobs, &s, &bob, bobs->count == 2 ? 1 : bobs->count, bobs->count);
}

static void test_another_entry_that_is_cited_is_a_fork_once_its_author_signed_it(void **state)
{
    (void)state;
    struct voice bobs, other = cats;
    hear_cat(3);
    voice_take_back(&other, 1);
    chain_init(&other.chain, other.said[1].key);
    voice_text(&other, &b, "something else");
    voice_open(&bobs, &b, &bob.me, bob.incarnation);
    bob_cites(&bobs, 2, cats.said[2].hash);
    assert_int_equal(bob.heard_of[MESSAGE_WANT], 0);
    bob_cites(&bobs, 2, other.said[2].hash);
    assert_true(is_asked(&bob, 1));
    assert_int_equal(stage_events(&s, EVENT_FORK), 0); /* bob may be mistaken, or lie */
    stage_disk_done(&s);
    voice_send_head(&other, &s, &bob, 2);
    const struct event *fork = stage_event(&s, EVENT_FORK);
    assert_non_null(fork);
    assert_true(fork->fork.number == 2);
    assert_memory_equal(fork->fork.from, cat.me.public.id, ID_LEN);
    assert_memory_equal(fork->fork.conversation, band_id(&b), HASH_LEN);
    voice_send_head(&other, &s, &dan, 2);
    assert_int_equal(stage_events(&s, EVENT_FORK), 0);
    bob_cites(&bobs, 2, other.said[2].hash);
    assert_int_equal(bob.heard_of[MESSAGE_WANT], 1);
    assert_false(stage_closed(&s, bob.link));
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_while_the_author_is_away_one_holder_is_asked),
        ON_A_STAGE(test_who_does_not_answer_is_passed_over_for_another),
        ON_A_STAGE(test_when_who_was_asked_goes_another_is_asked_at_once),
        ON_A_STAGE(test_an_author_who_is_here_and_silent_gets_five_seconds),
        ON_A_STAGE(test_only_what_is_missing_is_asked_for),
        ON_A_STAGE(test_what_does_not_count_is_not_asked_for),
        ON_A_STAGE(test_nobody_is_asked_for_feeds_of_people_we_do_not_know),
        ON_A_STAGE(test_polls_back_off_while_somebody_is_away_and_stop_when_all_are_here),
        ON_A_STAGE(test_a_poll_asks_for_an_account),
        ON_A_STAGE(test_when_the_author_brought_it_the_polls_stop),
        ON_A_STAGE(test_who_asks_gets_the_head_then_the_entries_then_the_key),
        ON_A_STAGE(test_what_no_head_covers_is_not_handed_on),
        ON_A_STAGE(test_nobody_gets_unasked_what_others_said),
        ON_A_STAGE(test_a_want_beyond_what_we_hold_or_of_our_own_brings_nothing),
        ON_A_STAGE(test_what_is_under_way_is_not_begun_anew_by_an_account),
        ON_A_STAGE(test_what_was_asked_for_is_forgotten_with_the_session),
        ON_A_STAGE(test_what_was_asked_for_is_forgotten_when_they_leave),
        ON_A_STAGE(test_bad_wants_end_the_session_and_those_of_strangers_are_passed_over),
        ON_A_STAGE(test_another_entry_that_is_cited_is_a_fork_once_its_author_signed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
