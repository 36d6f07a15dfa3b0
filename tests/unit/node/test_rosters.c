/* Members come to hold the same operations, and who has left learns how, and nothing later. */
#include "check.h"

#include "node/band.h"
#include "wire/message.h"

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;

static int open_stage(void **state)
{
    (void)state;
    band_of_three(&b, &s, &bob, &cat, &dan, HISTORY_NONE);
    band_wait(&b, 2000); /* what was announced is announced */
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

static const struct operation_record *bob_says(struct operation op)
{
    const struct operation_record *record = band_say(&b, &bob.me, NULL, op);
    band_send(&b, &bob, record);
    stage_disk_done(&s);
    return record;
}

/* We are an admin, too. */
static void promote_us(void)
{
    bob_says(op_about(OPERATION_PROMOTE, b.host.public.id));
}

static void rename_it(const char *name)
{
    const struct command c = {.type = COMMAND_GROUP_RENAME, .group = "#band", .name = name};
    stage_command(&s, &c);
}

static const uint8_t *nth(size_t i)
{
    return roster_nth(b.roster, i)->op.hash;
}

static const uint8_t *our_head(void)
{
    return roster_head(band_group(&b)->roster);
}

/* The ROSTER that g heard in the last step names this operation. */
static bool roster_names(const struct guest *g, const uint8_t hash[HASH_LEN])
{
    struct frame_message m;
    struct group_list list;
    uint8_t named[HASH_LEN];
    assert_true(guest_heard(g, MESSAGE_ROSTER, &m));
    assert_int_equal(group_roster_parse(m.body, m.len, &list), LTH_OK);
    while (group_next_hash(&list, named))
        if (memcmp(named, hash, HASH_LEN) == 0)
            return true;
    return false;
}

/* ---- ROSTER ---- */

static void test_a_roster_is_answered_with_what_its_sender_lacks(void **state)
{
    (void)state;
    static const uint8_t unknown[HASH_LEN] = {1, 2, 3};
    enum { NONE, CREATE, HEAD, UNKNOWN };
    static const struct {
        const char *name;
        bool by_dan; /* who never was in */
        uint8_t flags;
        int names;
        size_t operations;
        bool is_answered; /* by a ROSTER */
    } rows[] = {
        {"nothing", false, 0, NONE, 3, false},
        {"nothing, an answer", false, GROUP_ANSWER, NONE, 3, false},
        {"the create", false, 0, CREATE, 2, false},
        {"all", false, 0, HEAD, 0, false},
        {"something else", false, 0, UNKNOWN, 3, true},
        {"something else, an answer", false, GROUP_ANSWER, UNKNOWN, 3, false},
        {"nothing, by a stranger", true, 0, NONE, 0, false},
        {"all, by a stranger", true, 0, HEAD, 0, false},
        {"something else, by a stranger", true, 0, UNKNOWN, 0, true},
    };
    bob_says(op_name("second"));
    bob_says(op_name("third"));
    const uint8_t *const names[] = {NULL, nth(0), nth(2), unknown};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct guest *g = rows[i].by_dan ? &dan : &cat;
        size_t operations = g->heard_of[MESSAGE_OPERATION], rosters = g->heard_of[MESSAGE_ROSTER];
        band_send_roster(&b, g, rows[i].flags, names[rows[i].names]);
        CHECK(g->heard_of[MESSAGE_OPERATION] == operations + rows[i].operations, rows[i].name);
        CHECK((g->heard_of[MESSAGE_ROSTER] > rosters) == rows[i].is_answered, rows[i].name);
        CHECK(!stage_closed(&s, g->link), rows[i].name);
    }
}

static void test_an_answer_says_that_it_is_one(void **state)
{
    (void)state;
    static const uint8_t unknown[HASH_LEN] = {1, 2, 3};
    struct frame_message m;
    struct group_list list;
    band_send_roster(&b, &cat, 0, unknown);
    assert_true(guest_heard(&cat, MESSAGE_ROSTER, &m));
    assert_int_equal(group_roster_parse(m.body, m.len, &list), LTH_OK);
    assert_true(list.is_answer);
    assert_true(roster_names(&cat, nth(0)));
}

static void test_of_a_group_we_know_nothing_of_we_ask_for_all(void **state)
{
    (void)state;
    struct frame_message m;
    struct group_list list;
    const struct person other = band_host_person(&b);
    band_create(&b, &dan, HISTORY_NONE, &other, 1);
    band_send_roster(&b, &dan, GROUP_ANSWER, nth(0));
    assert_false(guest_heard(&dan, MESSAGE_ROSTER, &m));
    band_send_roster(&b, &dan, 0, nth(0));
    assert_true(guest_heard(&dan, MESSAGE_ROSTER, &m));
    assert_int_equal(group_roster_parse(m.body, m.len, &list), LTH_OK);
    assert_memory_equal(list.group, band_id(&b), HASH_LEN);
    assert_int_equal(list.count, 0);
    assert_true(list.is_answer);
}

static void test_bad_rosters_and_operations_end_the_session(void **state)
{
    (void)state;
    uint8_t bytes[OPERATION_MAX];
    const struct operation_record *record = band_say(&b, &bob.me, NULL, op_name("second"));
    memcpy(bytes, record->bytes, record->len);
    bytes[record->len - 1] ^= 1; /* the signature */
    const struct {
        const char *name;
        uint8_t type;
        size_t len;
    } rows[] = {
        {"no flags", MESSAGE_ROSTER, HASH_LEN},
        {"half a hash", MESSAGE_ROSTER, HASH_LEN + 1 + 31},
        {"nothing", MESSAGE_OPERATION, 0},
        {"cut", MESSAGE_OPERATION, record->len - 1},
        {"a byte too much", MESSAGE_OPERATION, record->len + 1},
        {"not signed by its author", MESSAGE_OPERATION, record->len},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        guest_send(&s, &cat, rows[i].type, 0, bytes, rows[i].len);
        CHECK(stage_closed(&s, cat.link), rows[i].name);
        CHECK(stage_count(&s, TODO_APPEND) == 0, rows[i].name);
        band_meet_again(&b, &cat);
    }
    assert_int_equal(roster_count(band_group(&b)->roster), 1);
}

/* ---- OPERATION ---- */

static void test_an_operation_may_come_from_anybody_and_again(void **state)
{
    (void)state;
    const struct operation_record *record = band_say(&b, &bob.me, NULL, op_name("second"));
    band_send(&b, &cat, record);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 0); /* not durable yet */
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_non_null(event);
    assert_string_equal(event->group.name, "second");
    assert_string_equal(event->group.change.what, "rename");
    assert_string_equal(event->group.change.by_name, "bob");
    assert_true(event->group.epoch == 2);
    assert_false(event->is_answer);
    band_send(&b, &bob, record);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, bob.link));
}

static void test_an_operation_whose_parent_is_not_here_is_asked_for(void **state)
{
    (void)state;
    const struct operation_record *second = band_say(&b, &bob.me, NULL, op_name("second"));
    const struct operation_record *third = band_say(&b, &bob.me, NULL, op_name("third"));
    size_t rosters = cat.heard_of[MESSAGE_ROSTER];
    band_send(&b, &cat, third);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER], rosters + 1);
    assert_true(roster_names(&cat, nth(0)));
    band_send(&b, &cat, second);
    band_send(&b, &cat, third);
    assert_memory_equal(our_head(), third->op.hash, HASH_LEN);
}

static void test_an_operation_that_is_not_valid_is_passed_over(void **state)
{
    (void)state;
    struct operation op = op_name("by no admin");
    uint8_t bytes[OPERATION_MAX];
    size_t len;
    memcpy(op.group, band_id(&b), HASH_LEN);
    memcpy(op.parent, nth(0), HASH_LEN);
    assert_int_equal(operation_sign(&cat.me, &op, bytes, sizeof bytes, &len), LTH_OK);
    guest_send(&s, &cat, MESSAGE_OPERATION, 0, bytes, len);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(stage_closed(&s, cat.link));
    assert_true(stage_dropped(&s, "not_in_the_roster") == 1);
}

static void test_what_we_decide_is_told_to_all_members_once_it_is_durable(void **state)
{
    (void)state;
    promote_us();
    rename_it("ours");
    assert_int_equal(stage_count(&s, TODO_WRITE), 0);
    stage_disk_done(&s);
    assert_true(band_heard(&bob, our_head()) && band_heard(&cat, our_head()));
    assert_false(band_heard(&dan, our_head()));
}

static void test_what_we_decide_is_sent_to_nobody_who_asks_before_it_is_durable(void **state)
{
    (void)state;
    uint8_t before[HASH_LEN];
    memcpy(before, our_head(), HASH_LEN);
    promote_us();
    rename_it("ours");
    size_t heard = cat.heard_of[MESSAGE_OPERATION];
    band_send_roster(&b, &cat, 0, before);
    assert_int_equal(cat.heard_of[MESSAGE_OPERATION], heard + 1); /* bob's, that promotes us */
    stage_disk_done(&s);
    assert_true(band_heard(&cat, our_head()));
    heard = cat.heard_of[MESSAGE_OPERATION];
    band_send_roster(&b, &cat, 0, before);
    assert_int_equal(cat.heard_of[MESSAGE_OPERATION], heard + 2);
    band_restart(&b, s.appended);
    band_meet_again(&b, &cat);
    heard = cat.heard_of[MESSAGE_OPERATION];
    band_send_roster(&b, &cat, 0, before);
    assert_int_equal(cat.heard_of[MESSAGE_OPERATION], heard + 2);
}

static void test_what_is_new_here_is_announced_a_little_later(void **state)
{
    (void)state;
    const struct operation_record *second = bob_says(op_name("second"));
    size_t before = cat.heard_of[MESSAGE_ROSTER];
    band_wait(&b, 999);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER], before);
    band_wait(&b, 1);
    assert_true(roster_names(&cat, second->op.hash) && roster_names(&bob, second->op.hash));
    before = cat.heard_of[MESSAGE_ROSTER];
    band_wait(&b, 60000);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER], before);
    assert_int_equal(dan.heard_of[MESSAGE_ROSTER], 0);
}

static void test_a_session_begins_with_the_roster(void **state)
{
    (void)state;
    size_t before = cat.heard_of[MESSAGE_ROSTER];
    band_part(&b, &cat);
    band_meet_again(&b, &cat);
    assert_int_equal(cat.heard_of[MESSAGE_ROSTER], before + 1);
    band_part(&b, &dan);
    band_meet_again(&b, &dan);
    assert_int_equal(dan.heard_of[MESSAGE_ROSTER], 0);
}

/* ---- who has left ---- */

static void test_who_was_removed_is_told_how_and_nothing_that_came_after(void **state)
{
    (void)state;
    band_part(&b, &cat);
    const struct operation_record *before = bob_says(op_name("with cat"));
    const struct operation_record *removal = bob_says(op_about(OPERATION_REMOVE, cat.me.public.id));
    const struct operation_record *after = bob_says(op_name("without"));
    guest_connect(&s, &cat, cat.link + 1);
    assert_true(roster_names(&cat, removal->op.hash));
    assert_false(roster_names(&cat, after->op.hash));
    size_t heard = cat.heard_of[MESSAGE_OPERATION];
    band_send_roster(&b, &cat, 0, nth(0));
    assert_int_equal(cat.heard_of[MESSAGE_OPERATION], heard + 2);
    assert_true(band_heard(&cat, before->op.hash) && band_heard(&cat, removal->op.hash));
    assert_false(band_heard(&cat, after->op.hash));
    band_wait(&b, 70000);
    assert_int_equal(cat.heard_of[MESSAGE_OPERATION], heard + 2);
}

static void test_who_we_remove_hears_of_it_at_once(void **state)
{
    (void)state;
    const struct command c = {.type = COMMAND_GROUP_REMOVE, .group = "#band", .who = "cat"};
    promote_us();
    stage_command(&s, &c);
    stage_disk_done(&s);
    assert_true(band_heard(&cat, our_head()));
    rename_it("without");
    stage_disk_done(&s);
    assert_true(band_heard(&bob, our_head()));
    assert_false(band_heard(&cat, our_head()));
}

/* ---- decisions of the same moment ---- */

static void test_our_decision_that_lost_is_told_as_overturned_and_said_again(void **state)
{
    (void)state;
    promote_us();
    const uint8_t *parent = our_head();
    uint8_t fork[HASH_LEN], lost[HASH_LEN];
    const struct person person = band_person(&dan);
    memcpy(fork, parent, HASH_LEN);
    rename_it("ours");
    stage_disk_done(&s);
    memcpy(lost, our_head(), HASH_LEN);
    band_send(&b, &bob, band_say(&b, &bob.me, fork, op_bring(&person)));
    assert_null(stage_event(&s, EVENT_GROUP)); /* not before it is durable */
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_non_null(event);
    assert_string_equal(event->group.change.what, "overturn");
    assert_memory_equal(event->group.change.by, bob.me.public.id, ID_LEN);
    assert_memory_equal(event->group.change.subject, b.host.public.id, ID_LEN);
    assert_true(event->group.change.subject_is_me && !event->group.change.by_me);
    assert_string_equal(event->group.name, "band");
    stage_disk_done(&s);
    band_wait(&b, 1999);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    uint64_t before = s.appended;
    band_wait(&b, 1);
    assert_true(s.appended == before + 1);
    stage_disk_done(&s);
    const struct operation_record *again = roster_find(band_group(&b)->roster, our_head());
    assert_memory_equal(again->op.again, lost, HASH_LEN);
    assert_string_equal(roster_name(band_group(&b)->roster), "ours");
    assert_true(band_heard(&bob, our_head()) && band_heard(&cat, our_head()));
    before = s.appended;
    band_wait(&b, 60000);
    assert_true(s.appended == before);
}

static void test_a_decision_of_others_that_lost_is_not_said_again_by_us(void **state)
{
    (void)state;
    promote_us();
    bob_says(op_about(OPERATION_PROMOTE, cat.me.public.id));
    const struct operation_record *parent = roster_find(b.roster, roster_head(b.roster));
    band_send(&b, &cat, band_say(&b, &cat.me, parent->op.hash, op_name("cat's")));
    stage_disk_done(&s);
    band_send(&b, &bob,
              band_say(&b, &bob.me, parent->op.hash, op_about(OPERATION_DEMOTE, cat.me.public.id)));
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_string_equal(event->group.change.what, "overturn");
    assert_memory_equal(event->group.change.subject, cat.me.public.id, ID_LEN);
    assert_false(event->group.change.subject_is_me);
    uint64_t before = s.appended;
    band_wait(&b, 10000);
    assert_true(s.appended == before);
}

static void test_two_operations_of_one_author_on_one_parent_are_a_fork_told_once(void **state)
{
    (void)state;
    bob_says(op_name("one"));
    assert_null(stage_event(&s, EVENT_FORK));
    band_send(&b, &bob, band_say(&b, &bob.me, nth(0), op_name("two")));
    const struct event *fork = stage_event(&s, EVENT_FORK);
    assert_non_null(fork);
    assert_true(fork->fork.number == 2);
    assert_true(fork->fork.in_roster);
    assert_memory_equal(fork->fork.from, bob.me.public.id, ID_LEN);
    assert_memory_equal(fork->fork.conversation, band_id(&b), HASH_LEN);
    stage_disk_done(&s);
    bob_says(op_name("three"));
    assert_null(stage_event(&s, EVENT_FORK));
}

/* ---- a disk that refuses ---- */

static void test_a_decision_that_the_disk_refused_was_never_made(void **state)
{
    (void)state;
    promote_us();
    uint8_t before[HASH_LEN];
    memcpy(before, our_head(), HASH_LEN);
    rename_it("refused");
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_DISK_FULL);
    assert_memory_equal(our_head(), before, HASH_LEN);
    assert_string_equal(roster_name(band_group(&b)->roster), "band");
    stage_disk_done(&s);
    assert_false(guest_heard(&bob, MESSAGE_OPERATION, &(struct frame_message){0}));
    rename_it("taken");
    stage_disk_done(&s);
    assert_true(stage_event(&s, EVENT_GROUP)->is_answer);
    assert_true(band_heard(&bob, our_head()));
}

static void test_a_removal_that_the_disk_refused_leaves_them_in(void **state)
{
    (void)state;
    const struct command c = {.type = COMMAND_GROUP_REMOVE, .group = "#band", .who = "cat"};
    promote_us();
    stage_command(&s, &c);
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL);
    size_t entries = cat.heard_of[MESSAGE_ENTRIES];
    band_wait(&b, 10000);
    band_send_have(&b, &cat, HAVE_LAST, NULL, 0);
    band_host_says(&b, "hello");
    assert_int_equal(cat.heard_of[MESSAGE_ENTRIES], entries + 2);
}

static void test_an_operation_of_others_that_the_disk_refused_is_asked_for_again(void **state)
{
    (void)state;
    const struct operation_record *second = band_say(&b, &bob.me, NULL, op_name("second"));
    band_send(&b, &bob, second);
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL);
    assert_null(stage_event(&s, EVENT_ERROR));
    assert_memory_equal(our_head(), nth(0), HASH_LEN);
    size_t rosters = bob.heard_of[MESSAGE_ROSTER];
    band_wait(&b, 1000);
    assert_true(bob.heard_of[MESSAGE_ROSTER] > rosters);
    assert_false(roster_names(&bob, second->op.hash));
    band_send(&b, &bob, second);
    stage_disk_done(&s);
    assert_memory_equal(our_head(), second->op.hash, HASH_LEN);
}

static void test_a_group_that_the_disk_refused_is_not_there(void **state)
{
    (void)state;
    static const char *const members[] = {"bob"};
    const struct command c = {
        .type = COMMAND_GROUP_CREATE, .name = "new", .members = members, .member_count = 1};
    const struct command leave = {.type = COMMAND_GROUP_LEAVE, .group = "#new"};
    stage_command(&s, &c);
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_DISK_FULL);
    stage_command(&s, &leave);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_UNKNOWN_PEER);
    stage_command(&s, &c);
    stage_disk_done(&s);
    assert_true(stage_event(&s, EVENT_GROUP)->is_answer);
}

static void test_an_invitation_that_the_disk_refused_in_part_comes_again(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    band_create(&b, &dan, HISTORY_NONE, NULL, 0);
    band_say(&b, &dan.me, NULL, op_bring(&host));
    for (uint64_t taken = 0; taken < 2; taken++) {
        band_send_all(&b, &dan);
        stage_disk_refuses(&s, s.appended - 1 + taken, LTH_DISK_FULL);
        assert_false(band_group(&b) && band_group(&b)->is_member);
        stage_disk_done(&s);
        band_part(&b, &dan);
        band_meet_again(&b, &dan);
    }
    band_send_roster(&b, &dan, 0, nth(1));
    assert_true(guest_heard(&dan, MESSAGE_ROSTER, &(struct frame_message){0}));
    band_send_all(&b, &dan);
    stage_disk_done(&s);
    assert_true(band_group(&b)->is_member);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_non_null(event);
    assert_string_equal(event->group.change.by_name, "dan");
    band_restart(&b, s.appended);
    assert_true(band_group(&b)->is_member);
}

static void test_half_an_invitation_in_the_log_is_nothing_and_the_whole_comes_again(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    for (uint64_t kept = 0; kept < 3; kept++) { /* of the create, another member and us */
        const struct person person = band_person(&cat);
        band_create(&b, &dan, HISTORY_NONE, NULL, 0);
        band_say(&b, &dan.me, NULL, op_bring(&person));
        band_say(&b, &dan.me, NULL, op_bring(&host));
        uint64_t before = s.appended;
        band_send_all(&b, &dan);
        assert_true(s.appended == before + 3);
        band_restart(&b, before + kept);
        assert_null(band_group(&b));
        band_meet_again(&b, &dan);
        band_send_all(&b, &dan);
        stage_disk_done(&s);
        assert_int_equal(stage_events(&s, EVENT_GROUP), 1);
        band_restart(&b, s.appended);
        assert_true(band_group(&b)->is_member);
        band_meet_again(&b, &dan);
    }
}

static void test_what_the_disk_refused_has_overturned_nothing(void **state)
{
    (void)state;
    promote_us();
    uint8_t parent[HASH_LEN], ours[HASH_LEN];
    memcpy(parent, our_head(), HASH_LEN);
    rename_it("ours");
    stage_disk_done(&s);
    memcpy(ours, our_head(), HASH_LEN);
    band_send(&b, &bob, band_say(&b, &bob.me, parent, op_name("bob's")));
    stage_disk_refuses(&s, s.appended, LTH_DISK_FULL);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 0);
    assert_memory_equal(our_head(), ours, HASH_LEN);
    bob_says(op_name("bob's again"));
    assert_int_equal(stage_events(&s, EVENT_GROUP), 0); /* its parent is not here */
    stage_disk_done(&s);
    assert_string_equal(roster_name(band_group(&b)->roster), "ours");
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_roster_is_answered_with_what_its_sender_lacks),
        ON_A_STAGE(test_an_answer_says_that_it_is_one),
        ON_A_STAGE(test_of_a_group_we_know_nothing_of_we_ask_for_all),
        ON_A_STAGE(test_bad_rosters_and_operations_end_the_session),
        ON_A_STAGE(test_an_operation_may_come_from_anybody_and_again),
        ON_A_STAGE(test_an_operation_whose_parent_is_not_here_is_asked_for),
        ON_A_STAGE(test_an_operation_that_is_not_valid_is_passed_over),
        ON_A_STAGE(test_what_we_decide_is_told_to_all_members_once_it_is_durable),
        ON_A_STAGE(test_what_we_decide_is_sent_to_nobody_who_asks_before_it_is_durable),
        ON_A_STAGE(test_what_is_new_here_is_announced_a_little_later),
        ON_A_STAGE(test_a_session_begins_with_the_roster),
        ON_A_STAGE(test_who_was_removed_is_told_how_and_nothing_that_came_after),
        ON_A_STAGE(test_who_we_remove_hears_of_it_at_once),
        ON_A_STAGE(test_our_decision_that_lost_is_told_as_overturned_and_said_again),
        ON_A_STAGE(test_a_decision_of_others_that_lost_is_not_said_again_by_us),
        ON_A_STAGE(test_two_operations_of_one_author_on_one_parent_are_a_fork_told_once),
        ON_A_STAGE(test_a_decision_that_the_disk_refused_was_never_made),
        ON_A_STAGE(test_a_removal_that_the_disk_refused_leaves_them_in),
        ON_A_STAGE(test_an_operation_of_others_that_the_disk_refused_is_asked_for_again),
        ON_A_STAGE(test_a_group_that_the_disk_refused_is_not_there),
        ON_A_STAGE(test_an_invitation_that_the_disk_refused_in_part_comes_again),
        ON_A_STAGE(test_half_an_invitation_in_the_log_is_nothing_and_the_whole_comes_again),
        ON_A_STAGE(test_what_the_disk_refused_has_overturned_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
