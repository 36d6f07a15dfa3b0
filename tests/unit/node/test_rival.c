/* Of several sessions with one person one lives: which, and what becomes of the others. */
#include "check.h"

#include "node/exchange.h"
#include "node/guest.h"
#include "node/link.h"
#include "node/state.h"
#include "wire/message.h"

#define THEIR_ADDRESS "192.0.2.1:7327"

static struct stage s;
static struct guest ours, theirs; /* one person; over the link that we dialled, and that they did */

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s, 1);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    guest_clear(&s, &ours);
    guest_clear(&s, &theirs);
    stage_close(&s);
    return 0;
}

/* The person is one whose id stands on the wanted side of ours. */
static void init_guests(bool we_are_lower)
{
    uint8_t seed = 2;
    guest_init(&ours, seed, "bob");
    while ((memcmp(node_id(s.node), ours.me.public.id, ID_LEN) < 0) != we_are_lower)
        guest_init(&ours, ++seed, "bob");
    guest_init(&theirs, seed, "bob");
}

static uint32_t begin_dial(void)
{
    stage_found(&s, "bob", THEIR_ADDRESS, false);
    return stage_todo(&s, TODO_DIAL, 0)->dial.link;
}

/* Our session, which by the rule is the one to stay. */
static void dial_ours(void)
{
    init_guests(true);
    guest_accept(&s, &ours, begin_dial(), THEIR_ADDRESS);
}

static uint32_t connect_theirs(uint32_t number)
{
    guest_connect(&s, &theirs, NODE_INCOMING_LINK | number);
    return theirs.link;
}

/* Our session, silent for so long that theirs, by the rule the one to go, has it probed. */
static void probe_ours(void)
{
    dial_ours();
    stage_wait(&s, PROBE_MS / 2);
    connect_theirs(1);
    s.guest = NULL;
}

/* The one session that the person is reached over; 0 = none. */
static uint32_t active(void)
{
    const struct contact *c = contacts_get(&s.node->contacts, ours.me.public.id);
    return c->link ? c->link->id : 0;
}

/* True when the last step wrote something to link. */
static bool wrote_to(uint32_t link)
{
    const struct todo *write;
    for (size_t i = 0; (write = stage_todo(&s, TODO_WRITE, i)); i++)
        if (write->write.link == link)
            return true;
    return false;
}

static void test_of_two_dials_that_of_the_lower_id_lives(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool we_are_lower, ours_comes_first;
    } rows[] = {
        {"we are lower, ours comes first", true, true},
        {"we are lower, theirs comes first", true, false},
        {"they are lower, ours comes first", false, true},
        {"they are lower, theirs comes first", false, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        init_guests(rows[i].we_are_lower);
        uint32_t dialled = begin_dial();
        if (!rows[i].ours_comes_first)
            connect_theirs(1);
        guest_accept(&s, &ours, dialled, THEIR_ADDRESS);
        if (rows[i].ours_comes_first)
            connect_theirs(1);
        CHECK(active() == (rows[i].we_are_lower ? ours.link : theirs.link), rows[i].name);
        CHECK(stage_closed(&s, rows[i].we_are_lower ? theirs.link : ours.link), rows[i].name);
        guest_clear(&s, &ours);
        guest_clear(&s, &theirs);
        stage_close(&s);
        stage_open(&s, 1);
    }
}

static void test_a_session_heard_within_a_second_makes_the_second_one_close(void **state)
{
    (void)state;
    dial_ours();
    stage_wait(&s, PROBE_MS / 2 - 1);
    assert_true(stage_closed(&s, connect_theirs(1)));
    assert_int_equal(active(), ours.link);
    stage_wait(&s, 1); /* a second of silence: it is asked */
    assert_false(stage_closed(&s, connect_theirs(2)));
    assert_true(wrote_to(ours.link));
}

static void test_a_probed_session_that_answers_lives_and_the_new_one_goes(void **state)
{
    (void)state;
    probe_ours();
    stage_wait(&s, PROBE_MS - 1);
    guest_send(&s, &ours, MESSAGE_PONG, 0, "12345678", 8); /* just in time */
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, theirs.link));
    assert_int_equal(active(), ours.link);
    assert_int_equal(stage_status(&s)->sessions, 1);
}

static void test_a_probed_session_that_does_not_answer_is_replaced(void **state)
{
    (void)state;
    probe_ours();
    stage_wait(&s, PROBE_MS - 1);
    assert_int_equal(active(), ours.link);
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, ours.link));
    assert_null(stage_event(&s, EVENT_PEER)); /* online it was, online it is */
    assert_int_equal(active(), theirs.link);
    assert_int_equal(stage_status(&s)->sessions, 1);
}

static void test_a_new_process_replaces_all_sessions_of_the_old_one(void **state)
{
    (void)state;
    struct guest again;
    probe_ours(); /* two of the old one */
    guest_init(&again, 2, "bob");
    memcpy(&again.me, &ours.me, sizeof again.me);
    again.incarnation = ours.incarnation + 1;
    guest_connect(&s, &again, NODE_INCOMING_LINK | 7);
    assert_int_equal(active(), again.link);
    assert_int_equal(stage_status(&s)->sessions, 1);
    guest_clear(&s, &again);
}

static void test_a_stalled_session_is_replaced_at_once(void **state)
{
    (void)state;
    dial_ours();
    const struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = ours.link}};
    stage_wait(&s, PING_AFTER_MS + DOUBT_AFTER_MS);
    stage_input(&s, &stalled);
    connect_theirs(1);
    assert_true(stage_closed(&s, ours.link));
    assert_int_equal(active(), theirs.link);
}

static void test_a_spare_session_takes_over_when_the_active_one_ends(void **state)
{
    (void)state;
    struct frame_message m;
    probe_ours();
    stage_link_down(&s, ours.link);
    assert_null(stage_event(&s, EVENT_PEER));
    assert_int_equal(active(), theirs.link);
    stage_wait(&s, PROBE_MS); /* nothing is left of the probe */
    assert_int_equal(active(), theirs.link);
    s.guest = &theirs;
    guest_send(&s, &theirs, MESSAGE_PING, 0, "12345678", 8);
    assert_true(guest_heard(&theirs, MESSAGE_PONG, &m));
}

static void test_an_account_that_a_dead_session_swallowed_is_told_again(void **state)
{
    (void)state;
    struct frame_message m;
    probe_ours();
    contacts_get(&s.node->contacts, ours.me.public.id)->exchanges->told_on = ours.link;
    s.guest = &theirs;
    stage_link_down(&s, ours.link);
    assert_int_equal(active(), theirs.link);
    assert_true(guest_heard(&theirs, MESSAGE_HAVE, &m));
}

static void test_of_two_spare_sessions_one_is_left(void **state)
{
    (void)state;
    struct guest third;
    probe_ours();
    guest_init(&third, 2, "bob");
    third.me = theirs.me;
    third.incarnation = theirs.incarnation;
    guest_connect(&s, &third, NODE_INCOMING_LINK | 2);
    assert_int_equal(stage_status(&s)->sessions, 3);
    stage_link_down(&s, ours.link);
    assert_true(stage_closed(&s, theirs.link)); /* their dial of today counts */
    assert_int_equal(active(), third.link);
    assert_int_equal(stage_status(&s)->sessions, 1);
    guest_clear(&s, &third);
}

static void test_a_spare_session_that_told_what_it_holds_is_served_when_it_takes_over(void **state)
{
    (void)state;
    static const struct command hello = {
        .type = COMMAND_SEND, .who = "bob", .text = (const uint8_t *)"hello", .text_len = 5};
    struct frame_message m;
    probe_ours();
    s.guest = &theirs;
    stage_command(&s, &hello);
    stage_disk_done(&s);
    guest_send_have(&s, &theirs);
    assert_false(guest_heard(&theirs, MESSAGE_ENTRIES, &m)); /* not the one, yet */
    stage_link_down(&s, ours.link);
    assert_true(guest_heard(&theirs, MESSAGE_ENTRIES, &m));
}

static void test_what_another_process_told_meanwhile_makes_a_spare_session_go(void **state)
{
    (void)state;
    probe_ours();
    guest_send_have(&s, &theirs);
    contacts_get(&s.node->contacts, theirs.me.public.id)->exchanges->account_of++;
    stage_link_down(&s, ours.link);
    assert_true(stage_closed(&s, theirs.link)); /* the next one tells anew */
}

static void test_a_receipt_told_to_a_dead_session_is_told_again_to_its_successor(void **state)
{
    (void)state;
    static const uint8_t none[HASH_LEN];
    uint8_t hash[HASH_LEN];
    struct frame_message m;
    probe_ours();
    s.guest = &theirs;
    guest_send_texts(&s, &theirs, 1, 2, none, hash);
    stage_disk_done(&s); /* the session that lives is ours, as far as we know */
    assert_false(guest_heard(&theirs, MESSAGE_RECEIPT, &m));
    stage_wait(&s, PROBE_MS);
    assert_true(guest_heard(&theirs, MESSAGE_RECEIPT, &m));
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_of_two_dials_that_of_the_lower_id_lives),
        ON_A_STAGE(test_a_session_heard_within_a_second_makes_the_second_one_close),
        ON_A_STAGE(test_a_probed_session_that_answers_lives_and_the_new_one_goes),
        ON_A_STAGE(test_a_probed_session_that_does_not_answer_is_replaced),
        ON_A_STAGE(test_a_new_process_replaces_all_sessions_of_the_old_one),
        ON_A_STAGE(test_a_stalled_session_is_replaced_at_once),
        ON_A_STAGE(test_a_spare_session_takes_over_when_the_active_one_ends),
        ON_A_STAGE(test_an_account_that_a_dead_session_swallowed_is_told_again),
        ON_A_STAGE(test_of_two_spare_sessions_one_is_left),
        ON_A_STAGE(test_a_spare_session_that_told_what_it_holds_is_served_when_it_takes_over),
        ON_A_STAGE(test_what_another_process_told_meanwhile_makes_a_spare_session_go),
        ON_A_STAGE(test_a_receipt_told_to_a_dead_session_is_told_again_to_its_successor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
