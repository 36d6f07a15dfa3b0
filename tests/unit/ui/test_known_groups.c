/* A group's id has a name, two of one name are told apart, the start of a name can be completed. */
#include "check.h"

#include "ui/known_groups.h"

#include <stdio.h>
#include <stdlib.h>

static struct group_view group(uint8_t number, const char *name)
{
    return (struct group_view){.id = {number}, .name = name, .is_member = true, .member_count = 2};
}

static void update(struct known_groups *k, struct group_view view)
{
    known_groups_update(k, &view);
}

static void check_name(const struct known_groups *k, uint8_t number, const char *want)
{
    char name[KNOWN_GROUP_SIZE];
    known_groups_name(k, group(number, "").id, name);
    assert_string_equal(name, want);
}

static void check_completion(const struct known_groups *k, const char *start, size_t nth,
                             const char *want)
{
    char *got = known_groups_complete(k, start, &nth);
    CHECK(want ? got && strcmp(got, want) == 0 : !got, start);
    free(got);
}

static void test_the_newest_name_counts_and_an_unknown_group_has_its_id(void **state)
{
    (void)state;
    struct known_groups k = {0};
    check_name(&k, 1, "01000000");
    assert_false(known_groups_has(&k, group(1, "").id));
    update(&k, group(1, "ops"));
    check_name(&k, 1, "ops");
    update(&k, group(1, "crew"));
    check_name(&k, 1, "crew");
    assert_true(known_groups_has(&k, group(1, "").id));
    known_groups_clear(&k);
}

static void test_namesakes_are_told_apart(void **state)
{
    (void)state;
    struct known_groups k = {0};
    update(&k, group(1, "ops"));
    update(&k, group(0xab, "ops"));
    check_name(&k, 1, "ops~01000000");
    check_name(&k, 0xab, "ops~ab000000");
    check_completion(&k, "#o", 1, "#ops~ab000000");
    check_completion(&k, "#ops~a", 0, "#ops~ab000000");
    check_completion(&k, "#ops~b", 0, NULL);
    known_groups_clear(&k);
}

static void test_no_group_is_called_like_the_mark_of_another(void **state)
{
    (void)state;
    struct known_groups k = {0};
    update(&k, group(1, "ops"));
    update(&k, group(0xab, "ops~01000000"));
    check_name(&k, 1, "ops");
    check_name(&k, 0xab, "ops~01000000~ab000000");
    check_completion(&k, "#ops~", 0, "#ops~01000000~ab000000");
    known_groups_clear(&k);
}

static void test_it_is_known_who_is_in(void **state)
{
    (void)state;
    struct known_groups k = {0};
    struct group_view g = group(1, "ops");
    assert_false(known_groups_is_left(&k, g.id) || known_groups_is_empty(&k, g.id));
    update(&k, g);
    assert_false(known_groups_is_left(&k, g.id) || known_groups_is_empty(&k, g.id));
    g.member_count = 1;
    update(&k, g);
    assert_true(known_groups_is_empty(&k, g.id));
    g.is_member = false;
    update(&k, g);
    assert_true(known_groups_is_left(&k, g.id));
    assert_false(known_groups_is_empty(&k, g.id)); /* somebody else is left there */
    known_groups_clear(&k);
}

static void test_names_are_completed_as_they_can_be_typed(void **state)
{
    (void)state;
    struct known_groups k = {0};
    update(&k, group(1, "ops"));
    update(&k, group(2, "op art"));
    update(&k, group(3, "bad\x1b[2J"));
    check_completion(&k, "#o", 0, "#ops");
    check_completion(&k, "#o", 1, "\"#op art\"");
    check_completion(&k, "#o", 2, NULL);
    check_completion(&k, "#bad", 0,
                     "0300000000000000000000000000000000000000000000000000000000000000");
    check_completion(&k, "", 2, "0300000000000000000000000000000000000000000000000000000000000000");
    check_completion(&k, "o", 0, NULL);
    size_t nth = 5;
    assert_null(known_groups_complete(&k, "#o", &nth));
    assert_int_equal(nth, 3);
    known_groups_clear(&k);
}

static void test_a_name_of_any_length_is_held(void **state)
{
    (void)state;
    static char endless[1000];
    char name[KNOWN_GROUP_SIZE];
    struct known_groups k = {0};
    memset(endless, 'n', sizeof endless - 1);
    update(&k, group(1, endless));
    update(&k, group(2, endless));
    known_groups_name(&k, group(1, "").id, name);
    assert_int_equal(strlen(name), KNOWN_GROUP_SIZE - 1);
    known_groups_clear(&k);
}

static void test_groups_beyond_the_limit_are_not_kept(void **state)
{
    (void)state;
    struct known_groups k = {0};
    for (unsigned i = 0; i < KNOWN_GROUPS_MAX + 10; i++) {
        struct group_view view = group((uint8_t)i, "n");
        view.id[1] = (uint8_t)(i >> 8);
        update(&k, view);
        assert_int_equal(known_groups_has(&k, view.id), i < KNOWN_GROUPS_MAX);
    }
    known_groups_clear(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_name_counts_and_an_unknown_group_has_its_id),
        cmocka_unit_test(test_namesakes_are_told_apart),
        cmocka_unit_test(test_no_group_is_called_like_the_mark_of_another),
        cmocka_unit_test(test_it_is_known_who_is_in),
        cmocka_unit_test(test_names_are_completed_as_they_can_be_typed),
        cmocka_unit_test(test_a_name_of_any_length_is_held),
        cmocka_unit_test(test_groups_beyond_the_limit_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
