/* Names are learnt wherever they are told, and printed as the user knows them. */
#include "check.h"

#include "ui/names.h"

static const struct member_view members[] = {
    {.id = {1}, .name = "me", .is_me = true},
    {.id = {2}, .name = "bob"},
    {.id = {3}, .name = "cat"},
};
static const struct group_view ops = {
    .id = {9}, .name = "two words", .members = members, .member_count = LENGTH(members)};

static void check_person(const struct names *n, uint8_t number, const char *otherwise,
                         const char *want)
{
    const uint8_t id[ID_LEN] = {number};
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    names_quote_person(n, id, otherwise, &pen);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    assert_string_equal(out.bytes, want);
    buffer_clear(&out);
}

static void check_group(const struct names *n, const char *want)
{
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    names_quote_group(n, ops.id, &pen);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    assert_string_equal(out.bytes, want);
    buffer_clear(&out);
}

static void test_who_is_not_known_has_the_name_we_are_given_or_an_id(void **state)
{
    (void)state;
    struct names n = {0};
    check_person(&n, 2, NULL, "aiaaaaaa");
    check_person(&n, 2, "#bob", "\\x23bob");
    check_person(&n, 2, "bob~aeaaaaaa", "bob~aeaaaaaa~aiaaaaaa");
    check_group(&n, "#09000000");
}

static void test_a_group_tells_its_name_and_those_of_its_members_but_not_ours(void **state)
{
    (void)state;
    static const enum event_type types[] = {EVENT_GROUP, EVENT_LEFT};
    for (size_t i = 0; i < LENGTH(types); i++) {
        struct names n = {0};
        struct event e = {.type = types[i]};
        e.group = ops;
        names_learn(&n, &e);
        check_group(&n, "\"#two words\"");
        check_person(&n, 2, "eve", "bob");
        check_person(&n, 3, NULL, "cat");
        assert_false(known_peers_has(&n.peers, members[0].id));
        names_clear(&n);
    }
}

static void test_lists_tell_all_of_theirs(void **state)
{
    (void)state;
    struct names n = {0};
    struct event groups = {.type = EVENT_GROUPS}, people = {.type = EVENT_PEERS};
    const struct peer_view cat = {.id = {3}, .name = "cat", .petname = "Kitty"};
    groups.groups.groups = &ops;
    groups.groups.count = 1;
    people.peers.peers = &cat;
    people.peers.count = 1;
    names_learn(&n, &people);
    names_learn(&n, &groups);
    check_group(&n, "\"#two words\"");
    check_person(&n, 3, NULL, "Kitty"); /* not what the group calls them */
    names_clear(&n);
}

static void test_members_of_one_name_are_told_apart(void **state)
{
    (void)state;
    struct names n = {0};
    struct event e = {.type = EVENT_GROUP};
    const struct peer_view bob = {.id = {7}, .name = "bob", .petname = ""};
    known_peers_update(&n.peers, &bob);
    e.group = ops;
    names_learn(&n, &e);
    check_person(&n, 2, NULL, "bob~aiaaaaaa");
    names_clear(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_not_known_has_the_name_we_are_given_or_an_id),
        cmocka_unit_test(test_a_group_tells_its_name_and_those_of_its_members_but_not_ours),
        cmocka_unit_test(test_lists_tell_all_of_theirs),
        cmocka_unit_test(test_members_of_one_name_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
