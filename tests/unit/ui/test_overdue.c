/* What is said of messages that took long: one line for many, and none for what was quick. */
#include "check.h"

#include "ui/overdue.h"

enum { OPS = 1, BOB = 11, ANN, CAT, DAN };

struct fixture {
    struct overdue overdue;
    struct names names;
    struct buffer out;
    uint64_t now_ms;
};

static void know_person(struct fixture *f, uint8_t number, const char *name)
{
    const struct peer_view view = {.id = {number}, .name = name, .petname = ""};
    known_peers_update(&f->names.peers, &view);
}

static void know_group(struct fixture *f, uint8_t number, const char *name, size_t members)
{
    const struct group_view view = {
        .id = {number}, .name = name, .is_member = true, .member_count = members};
    known_groups_update(&f->names.groups, &view);
}

static void start(struct fixture *f)
{
    *f = (struct fixture){.now_ms = 1000};
    know_person(f, BOB, "bob");
    know_person(f, ANN, "ann");
    know_person(f, CAT, "cat");
    know_group(f, OPS, "ops", 30);
}

static void end(struct fixture *f)
{
    overdue_clear(&f->overdue);
    names_clear(&f->names);
    buffer_clear(&f->out);
}

static void tell(struct fixture *f, struct event e)
{
    overdue_event(&f->overdue, &f->names, &e, f->now_ms);
}

static void accepted(struct fixture *f, uint8_t number, uint8_t conversation)
{
    tell(f, (struct event){.type = EVENT_ACCEPTED,
                           .accepted = {.id = {number}, .conversation = {conversation}}});
}

static void delivered(struct fixture *f, uint8_t number, uint8_t conversation, uint8_t peer)
{
    tell(f, (struct event){
                .type = EVENT_DELIVERED,
                .delivery = {.id = {number}, .conversation = {conversation}, .peer = {peer}}});
}

static void waiting(struct fixture *f, uint8_t number, uint8_t conversation, uint8_t from)
{
    tell(f, (struct event){.type = EVENT_WAITING_FOR_KEY,
                           .waiting_for_key = {
                               .id = {number}, .conversation = {conversation}, .from = {from}}});
}

/* after_ms later, exactly this is said. */
static void read_after(struct fixture *f, uint64_t after_ms, const char *want)
{
    struct pen pen = pen_over(&f->out, false);
    f->now_ms += after_ms;
    overdue_settle(&f->overdue, &f->names, f->now_ms, &pen);
    assert_int_equal(buffer_append(&f->out, "", 1), LTH_OK);
    assert_string_equal(f->out.bytes, want);
    f->out.len = 0;
}

static void test_a_message_that_all_members_have_at_once_is_not_spoken_of(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    accepted(&f, 1, OPS);
    for (uint8_t member = 40; member < 69; member++)
        delivered(&f, 1, OPS, member);
    assert_false(overdue_wants_tick(&f.overdue));
    read_after(&f, 0, "");
    read_after(&f, UNSETTLED_PATIENCE_MS, "");
    end(&f);
}

static void test_a_message_that_one_member_has_is_not_said_to_wait(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    accepted(&f, 1, OPS);
    accepted(&f, 2, OPS);
    delivered(&f, 1, OPS, BOB);
    assert_true(overdue_wants_tick(&f.overdue));
    read_after(&f, UNSETTLED_PATIENCE_MS,
               "-- 1 message not delivered yet; kept, and sent when the other side can be "
               "reached\n");
    assert_false(overdue_wants_tick(&f.overdue));
    end(&f);
}

static void test_nobody_waits_for_a_group_of_oneself(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    know_group(&f, OPS, "ops", 1);
    accepted(&f, 1, OPS);
    read_after(&f, UNSETTLED_PATIENCE_MS, "");
    end(&f);
}

static void test_a_member_who_was_away_gets_one_line_for_all_messages(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (uint8_t message = 1; message <= 40; message++)
        delivered(&f, message, OPS, CAT); /* of an earlier run */
    assert_true(overdue_wants_tick(&f.overdue));
    read_after(&f, UNSETTLED_PATIENCE_MS - 1, "");
    read_after(&f, 1, "-- delivered in #ops to cat: 40 messages that had waited\n");
    assert_false(overdue_wants_tick(&f.overdue));
    end(&f);
}

static void test_many_late_members_are_one_line_too(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (uint8_t member = 40; member < 69; member++)
        delivered(&f, 1, OPS, member);
    read_after(&f, UNSETTLED_PATIENCE_MS,
               "-- delivered in #ops to faaaaaaa, feaaaaaa and 27 others: 1 message that had "
               "waited\n");
    delivered(&f, 1, OPS, BOB);
    delivered(&f, 2, OPS, BOB);
    delivered(&f, 1, OPS, ANN);
    read_after(&f, UNSETTLED_PATIENCE_MS,
               "-- delivered in #ops to bob and ann: up to 2 messages that had waited\n");
    end(&f);
}

static void test_between_two_people_a_late_delivery_is_told_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    delivered(&f, 1, 99, BOB);
    delivered(&f, 2, 99, BOB);
    read_after(&f, 0, "-- delivered to bob: 2 messages that had waited\n");
    end(&f);
}

static void test_a_key_that_comes_soon_is_not_spoken_of(void **state)
{
    (void)state;
    struct fixture f;
    struct event message = {.type = EVENT_MESSAGE, .message = {.id = {1}}};
    start(&f);
    waiting(&f, 1, OPS, BOB);
    assert_true(overdue_wants_tick(&f.overdue));
    tell(&f, message);
    assert_false(overdue_wants_tick(&f.overdue));
    read_after(&f, UNSETTLED_PATIENCE_MS, "");
    end(&f);
}

static void test_messages_without_their_key_are_one_line_for_each_group(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    waiting(&f, 1, OPS, BOB);
    read_after(&f, UNSETTLED_PATIENCE_MS,
               "-- #ops: 1 message by bob is here and its key is not yet; it is shown when "
               "somebody brings the key\n");
    know_group(&f, 2, "two words", 3);
    waiting(&f, 2, OPS, BOB);
    waiting(&f, 3, OPS, ANN);
    waiting(&f, 4, 2, DAN);
    waiting(&f, 5, OPS, CAT);
    waiting(&f, 6, OPS, BOB);
    read_after(&f, UNSETTLED_PATIENCE_MS,
               "-- #ops: 4 messages by bob, ann and cat are here and their keys are not yet; they "
               "are shown when somebody brings the keys\n"
               "-- \"#two words\": 1 message by byaaaaaa is here and its key is not yet; it is "
               "shown when somebody brings the key\n");
    read_after(&f, 100000, "");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_that_all_members_have_at_once_is_not_spoken_of),
        cmocka_unit_test(test_a_message_that_one_member_has_is_not_said_to_wait),
        cmocka_unit_test(test_nobody_waits_for_a_group_of_oneself),
        cmocka_unit_test(test_a_member_who_was_away_gets_one_line_for_all_messages),
        cmocka_unit_test(test_many_late_members_are_one_line_too),
        cmocka_unit_test(test_between_two_people_a_late_delivery_is_told_at_once),
        cmocka_unit_test(test_a_key_that_comes_soon_is_not_spoken_of),
        cmocka_unit_test(test_messages_without_their_key_are_one_line_for_each_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
