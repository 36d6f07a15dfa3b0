/* A group is there when an operation made us a member; what follows its roster follows at once. */
#include "check.h"

#include "node/band.h"
#include "wire/message.h"

#include <sodium.h>
#include <stdio.h>

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;

/* Three people we have met, and no group. */
static int open_stage(void **state)
{
    (void)state;
    band_open(&b, &s);
    band_meet(&b, &bob, 2, "bob");
    band_meet(&b, &cat, 3, "cat");
    band_meet(&b, &dan, 4, "dan");
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
}

/* Bob's, with cat in it, and not us. */
static void create_without_us(void)
{
    const struct person others[] = {band_person(&cat)};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 1));
}

static struct person eve(void) /* whom we have not met */
{
    uint8_t seed[64];
    struct identity_secret secret;
    struct person person = {.name = "eve"};
    memset(seed, 9, sizeof seed);
    identity_secret_init(&secret, seed, seed + 32);
    person.identity = secret.public;
    return person;
}

static const struct peer_view *peer(const char *name)
{
    static const struct command c = {.type = COMMAND_PEERS};
    stage_command(&s, &c);
    const struct event *event = stage_event(&s, EVENT_PEERS);
    for (size_t i = 0; i < event->peers.count; i++)
        if (strcmp(event->peers.peers[i].name, name) == 0)
            return &event->peers.peers[i];
    return NULL;
}

static size_t groups_held(void)
{
    size_t count = 0;
    for (const struct group *g = s.node->groups.first; g; g = g->next)
        count++;
    return count;
}

/* ---- how it begins ---- */

static void test_a_group_appears_with_the_operation_that_adds_us(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    create_without_us();
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_false(band_group(&b)->is_member);
    bob_says(op_bring(&host));
    assert_int_equal(stage_events(&s, EVENT_GROUP), 0); /* not durable yet */
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 1);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_false(event->is_answer);
    assert_string_equal(event->group.change.what, "add");
    assert_string_equal(event->group.change.by_name, "bob");
    assert_true(event->group.change.subject_is_me);
    assert_int_equal(event->group.member_count, 3);
    assert_true(event->group.is_member && !event->group.is_admin);
}

static void test_a_group_in_whose_create_we_are_appears_with_who_made_it(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_ALL, &host, 1));
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_string_equal(event->group.change.what, "create");
    assert_string_equal(event->group.change.by_name, "bob");
    assert_true(event->group.all_history);
    assert_true(event->group.epoch == 1);
}

static void test_what_came_before_us_is_told_as_one(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    const struct person others[] = {band_person(&cat)};
    band_create(&b, &bob, HISTORY_NONE, others, 1);
    band_say(&b, &bob.me, NULL, op_name("second"));
    band_say(&b, &bob.me, NULL, op_bring(&host));
    band_say(&b, &bob.me, NULL, op_name("third"));
    band_send_all(&b, &bob);
    stage_disk_done(&s);
    size_t count = stage_events(&s, EVENT_GROUP);
    assert_int_equal(count, 2); /* that we are in, and the name after */
    assert_string_equal(stage_event(&s, EVENT_GROUP)->group.change.what, "add");
    band_restart(&b, s.appended);
    assert_true(band_group(&b)->is_member);
    assert_string_equal(roster_name(band_group(&b)->roster), "third");
}

static void test_after_a_restart_nothing_is_told_again(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, &host, 1));
    stage_disk_done(&s);
    bob_says(op_about(OPERATION_REMOVE, b.host.public.id));
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_LEFT), 1);
    band_restart(&b, s.appended);
    assert_int_equal(stage_events(&s, EVENT_GROUP) + stage_events(&s, EVENT_LEFT), 0);
    assert_false(band_group(&b)->is_member);
    band_meet_again(&b, &bob);
    band_send_all(&b, &bob);
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP) + stage_events(&s, EVENT_LEFT), 0);
}

static void test_of_a_group_that_we_left_nothing_more_is_told(void **state)
{
    (void)state;
    const struct person others[] = {band_host_person(&b), band_person(&cat)};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    bob_says(op_about(OPERATION_REMOVE, b.host.public.id));
    stage_disk_done(&s);
    bob_says(op_name("without us"));
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP) + stage_events(&s, EVENT_LEFT), 0);
    bob_says(op_bring(&others[0]));
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 1); /* and we are back */
    assert_true(stage_event(&s, EVENT_GROUP)->group.is_member);
}

/* ---- heard of ---- */

static void test_what_we_only_hear_of_is_forgotten_with_who_told_it(void **state)
{
    (void)state;
    create_without_us();
    assert_int_equal(groups_held(), 1);
    band_part(&b, &cat);
    assert_int_equal(groups_held(), 1);
    band_part(&b, &bob);
    assert_int_equal(groups_held(), 0);
    const struct person host = band_host_person(&b);
    band_meet_again(&b, &bob);
    bob_says(op_bring(&host)); /* of what? */
    assert_int_equal(groups_held(), 0);
    band_send_all(&b, &bob);
    stage_disk_done(&s);
    assert_true(band_group(&b)->is_member);
    band_part(&b, &bob);
    assert_int_equal(groups_held(), 1);
}

static void test_we_hear_of_two_groups_from_one_person_and_of_eight_at_a_time(void **state)
{
    (void)state;
    static struct guest others[3];
    struct guest *const tellers[] = {&bob, &cat, &dan, &others[0], &others[1]};
    size_t held = 0;
    for (size_t i = 0; i < LENGTH(others); i++)
        band_meet(&b, &others[i], (uint8_t)(20 + i), "another");
    for (size_t i = 0; i < LENGTH(tellers); i++) {
        for (size_t told = 1; told <= GROUPS_HEARD_OF_ONE_MAX + 1; told++) {
            band_send(&b, tellers[i], band_create(&b, &bob, HISTORY_NONE, NULL, 0));
            held += told <= GROUPS_HEARD_OF_ONE_MAX && held < GROUPS_HEARD_OF_MAX;
            assert_int_equal(groups_held(), held);
        }
        assert_false(stage_closed(&s, tellers[i]->link));
    }
    assert_int_equal(held, GROUPS_HEARD_OF_MAX);
    band_part(&b, &cat);
    band_send(&b, &others[2], band_create(&b, &bob, HISTORY_NONE, NULL, 0));
    assert_int_equal(groups_held(), held - 1);
}

static void test_of_what_we_only_hear_of_nothing_is_said_and_nobody_met(void **state)
{
    (void)state;
    const struct person others[] = {eve()};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 1));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_null(peer("eve"));
    band_send_have(&b, &bob, HAVE_LAST | HAVE_ASKS, NULL, 0);
    assert_int_equal(bob.heard_of[MESSAGE_HAVE], 1); /* of the two of us */
    band_wait(&b, 5000);
    assert_int_equal(bob.heard_of[MESSAGE_ROSTER], 0);
}

/* ---- limits ---- */

static void test_people_whom_we_never_answered_bring_us_into_32_groups(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    for (size_t i = 1; i <= GROUPS_OF_STRANGERS_MAX; i++) {
        band_send(&b, i % 2 ? &bob : &cat,
                  band_create(&b, i % 2 ? &bob : &cat, HISTORY_NONE, &host, 1));
        stage_disk_done(&s);
        assert_int_equal(stage_events(&s, EVENT_GROUP), 1);
    }
    band_send(&b, &cat, band_create(&b, &cat, HISTORY_NONE, &host, 1));
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 0);
    assert_false(band_group(&b)->is_member);
    assert_true(stage_dropped(&s, "limit") == 1);
    const struct command c = {.type = COMMAND_PETNAME, .who = "bob", .name = "robert"};
    stage_command(&s, &c); /* bob is no stranger any more */
    stage_disk_done(&s);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, &host, 1));
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 1);
}

static void test_nobody_brings_us_into_more_than_256_groups(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    const struct command name = {.type = COMMAND_PETNAME, .who = "bob", .name = "robert"};
    const struct command make = {.type = COMMAND_GROUP_CREATE, .name = "ours"};
    stage_command(&s, &name);
    for (size_t i = 1; i < GROUPS_MAX; i++)
        stage_command(&s, &make);
    stage_disk_done(&s);
    for (size_t i = 0; i < 2; i++) {
        band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, &host, 1));
        stage_disk_done(&s);
        assert_int_equal(stage_events(&s, EVENT_GROUP), 1 - i);
    }
    assert_false(stage_closed(&s, bob.link));
}

/* ---- people ---- */

static void test_who_is_in_and_not_met_is_introduced_by_who_added_them(void **state)
{
    (void)state;
    const struct person others[] = {band_host_person(&b), eve()};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    const struct member_view *view = &event->group.members[2];
    assert_string_equal(view->name, "eve");
    assert_true(view->introduced && !view->verified && !view->online && !view->admin);
    assert_memory_equal(view->introduced_by, bob.me.public.id, ID_LEN);
    assert_string_equal(view->introducer, "bob");
    assert_false(event->group.members[0].introduced); /* bob himself */
    for (int again = 0; again < 2; again++) {
        const struct peer_view *known = peer("eve");
        assert_non_null(known);
        assert_false(known->verified || known->online);
        assert_memory_equal(known->id, others[1].identity.id, ID_LEN);
        band_restart(&b, s.appended);
    }
    static const struct command c = {.type = COMMAND_GROUPS};
    stage_command(&s, &c);
    view = &stage_event(&s, EVENT_GROUPS)->groups.groups[0].members[2];
    assert_true(view->introduced);
    assert_memory_equal(view->introduced_by, bob.me.public.id, ID_LEN);
}

/* Somebody nobody has met, the nth of them. */
static struct person extra(size_t nth, struct identity_secret *secret)
{
    uint8_t seed[64];
    struct person person = {.name = "extra"};
    memset(seed, 200, sizeof seed);
    seed[0] = seed[32] = (uint8_t)nth;
    seed[1] = seed[33] = (uint8_t)(nth >> 8);
    identity_secret_init(secret, seed, seed + 32);
    person.identity = secret->public;
    return person;
}

static size_t people_known(void)
{
    static const struct command c = {.type = COMMAND_PEERS};
    stage_command(&s, &c);
    return stage_event(&s, EVENT_PEERS)->peers.count;
}

static void test_strangers_introduce_128_people_and_whoever_is_met_is_in_too(void **state)
{
    (void)state;
    enum { EACH = 100 };
    static struct person persons[EACH + 1];
    static struct guest last;
    size_t met = people_known();
    guest_init(&last, 9, "extra");
    persons[0] = band_host_person(&b);
    for (size_t group = 0; group < 2; group++) {
        for (size_t i = 1; i <= EACH; i++)
            persons[i] = extra(group * EACH + i, &last.me);
        band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, persons, EACH + 1));
        stage_disk_done(&s);
        assert_int_equal(stage_event(&s, EVENT_GROUP)->group.member_count, EACH + 2);
    }
    assert_int_equal(people_known(), met + INTRODUCED_BY_STRANGERS);
    guest_stay(&s, &last);
    guest_connect(&s, &last, NODE_INCOMING_LINK | 99);
    assert_int_equal(people_known(), met + INTRODUCED_BY_STRANGERS + 1);
    assert_int_equal(last.heard_of[MESSAGE_ROSTER], 1);
    assert_int_equal(last.heard_of[MESSAGE_HAVE], 2);
    guest_send_have(&s, &last);
    band_send_have(&b, &last, HAVE_LAST, NULL, 0);
    band_host_says(&b, "hello");
    assert_int_equal(last.heard_of[MESSAGE_KEY], 1);
}

static void
test_whoever_was_brought_in_by_a_decision_that_lost_is_out_until_it_is_repeated(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b), others[] = {band_person(&cat)};
    band_create(&b, &bob, HISTORY_NONE, others, 1);
    const struct operation_record *parent =
        band_say(&b, &bob.me, NULL, op_about(OPERATION_PROMOTE, cat.me.public.id));
    const struct operation_record *lost = band_say(&b, &cat.me, NULL, op_bring(&host));
    band_send_all(&b, &cat);
    stage_disk_done(&s);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 1);
    band_send(&b, &bob, band_say(&b, &bob.me, parent->op.hash, op_name("bob's")));
    size_t left = stage_events(&s, EVENT_LEFT);
    stage_disk_done(&s);
    assert_int_equal(left + stage_events(&s, EVENT_LEFT), 1);
    assert_false(band_group(&b)->is_member);
    struct operation again = op_bring(&host);
    memcpy(again.again, lost->op.hash, HASH_LEN);
    band_send(&b, &cat, band_say(&b, &cat.me, NULL, again));
    stage_disk_done(&s);
    assert_true(band_group(&b)->is_member);
    assert_true(stage_event(&s, EVENT_GROUP)->group.change.subject_is_me);
    assert_int_equal(stage_events(&s, EVENT_LEFT), 0);
}

static void test_who_was_introduced_is_pinned(void **state)
{
    (void)state;
    struct guest real, other;
    guest_init(&real, 9, "eve");
    const struct person others[] = {band_host_person(&b), band_person(&real)};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    band_meet(&b, &other, 10, "eve");
    guest_connect(&s, &other, other.link + 1);
    assert_false(guest_heard(&other, MESSAGE_ROSTER, &(struct frame_message){0}));
    band_meet(&b, &real, 9, "eve");
    assert_true(real.heard_of[MESSAGE_ROSTER] > 0);
    band_part(&b, &other);
    guest_clear(&s, &other);
    band_part(&b, &real);
    guest_clear(&s, &real);
}

static void test_somebody_else_of_an_introduced_name_is_told(void **state)
{
    (void)state;
    static struct guest other;
    const struct person others[] = {band_host_person(&b), eve()};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    guest_init(&other, 10, "eve");
    guest_connect(&s, &other, NODE_INCOMING_LINK | 77);
    const struct event *event = stage_event(&s, EVENT_KEY_CHANGE);
    assert_non_null(event);
    assert_memory_equal(event->key_change.old_id, others[1].identity.id, ID_LEN);
    assert_memory_equal(event->key_change.new_id, other.me.public.id, ID_LEN);
    guest_clear(&s, &other);
}

static void test_members_are_shown_by_the_names_we_gave_them(void **state)
{
    (void)state;
    const struct command name = {.type = COMMAND_PETNAME, .who = "cat", .name = "kitty"};
    const struct person others[] = {band_host_person(&b), band_person(&cat)};
    stage_command(&s, &name);
    stage_disk_done(&s);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    const struct event *event = stage_event(&s, EVENT_GROUP);
    assert_string_equal(event->group.members[0].name, "bob");
    assert_string_equal(event->group.members[1].name, "host");
    assert_string_equal(event->group.members[2].name, "kitty");
    assert_true(event->group.members[2].online);
}

/* ---- a session ---- */

static void test_a_session_with_a_member_begins_with_every_group_they_are_in(void **state)
{
    (void)state;
    const struct person others[] = {band_host_person(&b), band_person(&cat)};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 1)); /* without cat */
    stage_disk_done(&s);
    struct guest *const guests[] = {&bob, &cat, &dan};
    for (size_t i = 0; i < LENGTH(guests); i++) {
        band_part(&b, guests[i]);
        size_t accounts = guests[i]->heard_of[MESSAGE_HAVE];
        size_t rosters = guests[i]->heard_of[MESSAGE_ROSTER];
        guest_connect(&s, guests[i], guests[i]->link + 1);
        CHECK(guests[i]->heard_of[MESSAGE_HAVE] == accounts + 3 - i, guests[i]->name);
        CHECK(guests[i]->heard_of[MESSAGE_ROSTER] == rosters + 2 - i, guests[i]->name);
    }
}

static void test_who_is_added_while_here_is_told_at_once_when_it_is_durable(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b), person = band_person(&dan);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, &host, 1));
    stage_disk_done(&s);
    bob_says(op_bring(&person));
    assert_int_equal(dan.heard_of[MESSAGE_ROSTER], 0);
    stage_disk_done(&s);
    assert_int_equal(dan.heard_of[MESSAGE_ROSTER], 1);
    assert_int_equal(dan.heard_of[MESSAGE_HAVE], 2); /* of the two of us, and of the group */
    band_send_roster(&b, &dan, GROUP_ANSWER, NULL);
    assert_int_equal(dan.heard_of[MESSAGE_OPERATION], 2);
}

/* ---- said with our keys elsewhere ---- */

static void test_a_process_set_back_goes_on_in_another_feed_under_another_key(void **state)
{
    (void)state;
    struct voice ours;
    const struct person others[] = {band_host_person(&b), band_person(&cat)};
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
    stage_disk_done(&s);
    band_send_have(&b, &bob, HAVE_LAST, NULL, 0);
    band_host_says(&b, "first");
    uint64_t incarnation = band_host_feed(&b)->id.incarnation;
    voice_open(&ours, &b, &b.host, incarnation);
    voice_chain(&ours, &b, NULL);
    voice_text(&ours, &b, "second");
    voice_text(&ours, &b, "third");
    voice_send_head(&ours, &s, &bob, 3); /* that we do not remember */
    assert_string_equal(stage_event(&s, EVENT_WARNING)->warning.code, "rollback");
    band_host_says(&b, "again");
    assert_true(band_host_feed(&b)->id.incarnation != incarnation);
    assert_true(band_host_feed(&b)->count == 2);
    assert_false(stage_closed(&s, bob.link));
}

static void claim(struct guest *g, const struct voice *v, uint64_t number)
{
    const struct have_item item = voice_item(v, number);
    band_send_have(&b, g, HAVE_LAST, &item, 1);
}

static void test_a_copy_is_told_when_somebody_holds_more_than_anybody_did(void **state)
{
    (void)state;
    const struct person others[] = {band_host_person(&b), band_person(&cat)};
    for (int cat_was_first = 0; cat_was_first < 2; cat_was_first++) {
        struct voice ours;
        band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, others, 2));
        stage_disk_done(&s);
        voice_open(&ours, &b, &b.host, 77);
        voice_chain(&ours, &b, NULL);
        band_wait(&b, 5); /* after our own start */
        voice_text(&ours, &b, "lost");
        voice_text(&ours, &b, "lost, or said by a copy");
        voice_send_head(&ours, &s, &bob, 2);
        voice_send(&ours, &s, &bob, 1, 2);
        stage_disk_done(&s);
        claim(&bob, &ours, 2);
        if (cat_was_first)
            claim(&cat, &ours, 3);
        claim(&bob, &ours, 3); /* from cat, perhaps */
        voice_send_head(&ours, &s, &bob, 3);
        voice_send(&ours, &s, &bob, 3, 3);
        const struct event *event = stage_event(&s, EVENT_WARNING);
        bool is_told = event && strcmp(event->warning.code, "clone") == 0;
        CHECK(is_told != cat_was_first, cat_was_first ? "cat was first" : "bob alone");
        band_restart(&b, s.appended);
        band_meet_again(&b, &bob);
        band_meet_again(&b, &cat);
    }
}

static void test_what_we_lost_comes_back_with_its_key(void **state)
{
    (void)state;
    struct voice ours;
    static const struct command history = {.type = COMMAND_HISTORY, .who = "#band"};
    const struct person host = band_host_person(&b);
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, &host, 1));
    stage_disk_done(&s);
    band_send_have(&b, &bob, HAVE_LAST, NULL, 0);
    voice_open(&ours, &b, &b.host, 77);
    voice_chain(&ours, &b, NULL);
    voice_text(&ours, &b, "lost");
    const struct have_item item = voice_item(&ours, 2);
    band_wait(&b, 1000);
    band_send_have(&b, &bob, HAVE_LAST, &item, 1);
    assert_true(guest_heard(&bob, MESSAGE_WANT, &(struct frame_message){0}));
    voice_send_head(&ours, &s, &bob, 2);
    voice_send(&ours, &s, &bob, 1, 2);
    voice_send_key(&ours, &s, &bob, 1);
    assert_int_equal(band_rest(&b, EVENT_MESSAGE), 0); /* our own: nothing new to show */
    stage_command(&s, &history);
    stage_answer_read(&s);
    assert_int_equal(stage_event(&s, EVENT_HISTORY)->history.count, 1);
    assert_true(stage_event(&s, EVENT_HISTORY)->history.messages[0].from_me);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_group_appears_with_the_operation_that_adds_us),
        ON_A_STAGE(test_a_group_in_whose_create_we_are_appears_with_who_made_it),
        ON_A_STAGE(test_what_came_before_us_is_told_as_one),
        ON_A_STAGE(test_after_a_restart_nothing_is_told_again),
        ON_A_STAGE(test_of_a_group_that_we_left_nothing_more_is_told),
        ON_A_STAGE(test_what_we_only_hear_of_is_forgotten_with_who_told_it),
        ON_A_STAGE(test_we_hear_of_two_groups_from_one_person_and_of_eight_at_a_time),
        ON_A_STAGE(test_of_what_we_only_hear_of_nothing_is_said_and_nobody_met),
        ON_A_STAGE(test_people_whom_we_never_answered_bring_us_into_32_groups),
        ON_A_STAGE(test_nobody_brings_us_into_more_than_256_groups),
        ON_A_STAGE(test_who_is_in_and_not_met_is_introduced_by_who_added_them),
        ON_A_STAGE(test_strangers_introduce_128_people_and_whoever_is_met_is_in_too),
        ON_A_STAGE(test_whoever_was_brought_in_by_a_decision_that_lost_is_out_until_it_is_repeated),
        ON_A_STAGE(test_who_was_introduced_is_pinned),
        ON_A_STAGE(test_somebody_else_of_an_introduced_name_is_told),
        ON_A_STAGE(test_members_are_shown_by_the_names_we_gave_them),
        ON_A_STAGE(test_a_session_with_a_member_begins_with_every_group_they_are_in),
        ON_A_STAGE(test_who_is_added_while_here_is_told_at_once_when_it_is_durable),
        ON_A_STAGE(test_a_process_set_back_goes_on_in_another_feed_under_another_key),
        ON_A_STAGE(test_a_copy_is_told_when_somebody_holds_more_than_anybody_did),
        ON_A_STAGE(test_what_we_lost_comes_back_with_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
