/* WHO is asked for when somebody appears, one question at a time, until it is settled. */
#include "check.h"

#include "ui/seek.h"

static const struct event peer_event = {.type = EVENT_PEER};

static struct event answer(enum event_type type)
{
    return (struct event){.type = type, .is_answer = true, .ticket = SEEK_TICKET};
}

static struct event refusal(enum error_code code)
{
    struct event e = answer(EVENT_ERROR);
    e.error.code = code;
    return e;
}

static void test_one_question_for_each_appearance(void **state)
{
    (void)state;
    struct seek s;
    struct command c;
    struct event no = refusal(CODE_UNKNOWN_PEER), yes = answer(EVENT_SAFETY);
    seek_init(&s, "bob");
    assert_false(seek_ask(&s, &c)); /* not before the node is ready */
    assert_int_equal(seek_event(&s, &(struct event){.type = EVENT_READY}), SEEK_OTHER);
    assert_true(seek_ask(&s, &c));
    assert_int_equal(c.type, COMMAND_VERIFY);
    assert_string_equal(c.who, "bob");
    assert_null(c.number);
    assert_int_equal(seek_event(&s, &peer_event), SEEK_OTHER);
    assert_false(seek_ask(&s, &c)); /* one is open */
    assert_int_equal(seek_event(&s, &no), SEEK_WAITING);
    assert_true(seek_ask(&s, &c)); /* for the one that came meanwhile */
    yes.safety.peer[0] = 9;
    assert_int_equal(seek_event(&s, &yes), SEEK_FOUND);
    assert_int_equal(s.id[0], 9);
    assert_int_equal(seek_event(&s, &peer_event), SEEK_OTHER);
    assert_false(seek_ask(&s, &c)); /* the search is over */
}

static void test_a_group_is_sought_in_the_list_until_it_is_there(void **state)
{
    (void)state;
    struct seek s;
    struct command c;
    struct event list = answer(EVENT_GROUPS);
    const struct group_view groups[] = {{.id = {7}, .name = "op"}, {.id = {8}, .name = "ops"}};
    list.groups.groups = groups;
    list.groups.count = 1;
    seek_init(&s, "#ops");
    seek_event(&s, &(struct event){.type = EVENT_READY});
    assert_true(seek_ask(&s, &c));
    assert_int_equal(c.type, COMMAND_GROUPS);
    assert_int_equal(seek_event(&s, &list), SEEK_WAITING);
    assert_false(seek_ask(&s, &c));
    seek_event(&s, &(struct event){.type = EVENT_GROUP});
    assert_true(seek_ask(&s, &c));
    list.groups.count = 2;
    assert_int_equal(seek_event(&s, &list), SEEK_FOUND);
    assert_true(s.is_group);
    assert_int_equal(s.id[0], 8);
    seek_event(&s, &peer_event);
    assert_false(seek_ask(&s, &c));
}

static void test_two_groups_of_the_name_end_the_search(void **state)
{
    (void)state;
    struct seek s;
    struct command c;
    struct event list = answer(EVENT_GROUPS);
    const struct group_view groups[] = {{.id = {7}, .name = "ops"}, {.id = {8}, .name = "ops"}};
    list.groups.groups = groups;
    list.groups.count = 2;
    seek_init(&s, "#ops");
    seek_event(&s, &peer_event);
    assert_true(seek_ask(&s, &c));
    assert_int_equal(seek_event(&s, &list), SEEK_AMBIGUOUS);
    seek_event(&s, &peer_event);
    assert_false(seek_ask(&s, &c));
}

static void test_any_other_error_ends_the_search(void **state)
{
    (void)state;
    struct seek s;
    struct command c;
    struct event no = refusal(CODE_AMBIGUOUS);
    seek_init(&s, "bob");
    seek_event(&s, &peer_event);
    assert_true(seek_ask(&s, &c));
    assert_int_equal(seek_event(&s, &no), SEEK_REFUSED);
    seek_event(&s, &peer_event);
    assert_false(seek_ask(&s, &c));
}

static void test_nobody_is_never_asked_for(void **state)
{
    (void)state;
    struct seek s;
    struct command c;
    struct event late = answer(EVENT_SAFETY);
    seek_init(&s, NULL);
    seek_event(&s, &peer_event);
    assert_false(seek_ask(&s, &c));
    assert_int_equal(seek_event(&s, &late), SEEK_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_question_for_each_appearance),
        cmocka_unit_test(test_a_group_is_sought_in_the_list_until_it_is_there),
        cmocka_unit_test(test_two_groups_of_the_name_end_the_search),
        cmocka_unit_test(test_any_other_error_ends_the_search),
        cmocka_unit_test(test_nobody_is_never_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
