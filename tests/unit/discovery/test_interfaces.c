/* Interfaces are kept by name; loopback is the one every host has. */
#include "check.h"

#include "discovery/interfaces.h"

static void test_names_the_kernel_cannot_have_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *interface;
        enum lth_err want;
    } rows[] = {
        {"usual", "eth0", LTH_OK},
        {"longest", "abcdefghijklmno", LTH_OK},
        {"one over", "abcdefghijklmnop", LTH_TOO_LONG},
        {"far over", "abcdefghijklmnopabcdefghijklmnopabcdefghijklmnop", LTH_TOO_LONG},
        {"empty", "", LTH_TOO_LONG},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct interfaces in = {.count = 77};
        CHECK_ERR(interfaces_set(&rows[i].interface, 1, &in), rows[i].want, rows[i].name);
        CHECK(in.count == (rows[i].want == LTH_OK ? 1 : 77), rows[i].name);
        CHECK(rows[i].want != LTH_OK || interfaces_name(&in, rows[i].interface), rows[i].name);
    }
}

static void test_more_names_than_the_limit_are_refused(void **state)
{
    (void)state;
    const char *names[INTERFACES_MAX + 1];
    struct interfaces in;
    for (size_t i = 0; i < LENGTH(names); i++)
        names[i] = "eth0";
    assert_int_equal(interfaces_set(names, INTERFACES_MAX, &in), LTH_OK);
    assert_int_equal(interfaces_set(names, INTERFACES_MAX + 1, &in), LTH_LIMIT);
    assert_int_equal(interfaces_set(names, 1000000, &in), LTH_LIMIT);
}

static void test_an_index_is_allowed_by_its_name(void **state)
{
    (void)state;
    const char *lo = "lo", *other = "no-such-one";
    int index = (int)if_nametoindex("lo");
    struct interfaces all, only_lo, only_other;
    assert_true(index > 0);
    assert_int_equal(interfaces_set(NULL, 0, &all), LTH_OK);
    assert_int_equal(interfaces_set(&lo, 1, &only_lo), LTH_OK);
    assert_int_equal(interfaces_set(&other, 1, &only_other), LTH_OK);
    assert_true(interfaces_allow(&all, index));
    assert_true(interfaces_allow(&all, 999999));
    assert_true(interfaces_allow(&only_lo, index));
    assert_false(interfaces_allow(&only_lo, 999999));
    assert_false(interfaces_allow(&only_lo, -1));
    assert_false(interfaces_allow(&only_other, index));
}

static void test_only_loopback_means_nothing_else(void **state)
{
    (void)state;
    const char *names[] = {"lo", "eth0"};
    struct interfaces in;
    assert_int_equal(interfaces_set(names, 1, &in), LTH_OK);
    assert_true(interfaces_only_loopback(&in));
    assert_int_equal(interfaces_set(names, 2, &in), LTH_OK);
    assert_false(interfaces_only_loopback(&in));
    assert_int_equal(interfaces_set(names, 0, &in), LTH_OK);
    assert_false(interfaces_only_loopback(&in));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_the_kernel_cannot_have_are_refused),
        cmocka_unit_test(test_more_names_than_the_limit_are_refused),
        cmocka_unit_test(test_an_index_is_allowed_by_its_name),
        cmocka_unit_test(test_only_loopback_means_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
