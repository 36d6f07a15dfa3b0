/* What is said of a network that is not there, and when; on a loopback of our own. */
#include "check.h"

#include "discovery/network.h"
#include "private_network.h"

#include <stdio.h>

static const struct outlook well = {"embedded", "published", "All is well.", true};

static struct interfaces only(const char *a, const char *b)
{
    const char *names[] = {a, b};
    struct interfaces in;
    assert_int_equal(interfaces_set(names, b ? 2 : 1, &in), LTH_OK);
    return in;
}

static struct network look(const struct interfaces *in, bool up, uint64_t now_ms)
{
    struct network n;
    network_init(&n);
    assert_true(private_network_set_loopback(up));
    network_look(&n, in, now_ms);
    return n;
}

static void test_with_a_network_the_outlook_is_the_responders(void **state)
{
    (void)state;
    struct interfaces lo = only("lo", NULL);
    struct network n = look(&lo, true, 1000);
    assert_string_equal(network_outlook(&n, well, 1000).sentence, "All is well.");
    assert_true(network_wait_ms(&n, 1000) == UINT64_MAX);
    assert_null(network_take_missing(&n));
}

static void test_a_network_that_stays_away_is_spoken_of_after_the_grace(void **state)
{
    (void)state;
    struct interfaces lo = only("lo", NULL);
    struct network n = look(&lo, false, 1000);
    struct outlook o = network_outlook(&n, well, 1000);
    assert_null(o.sentence);
    assert_false(o.healthy);
    assert_string_equal(o.backend, "embedded");
    assert_string_equal(o.state, "waiting");
    assert_true(network_wait_ms(&n, 1400) == NETWORK_GRACE_MS - 400);
    network_look(&n, &lo, 2000); /* still away: the grace does not begin anew */
    assert_true(network_wait_ms(&n, 1000 + NETWORK_GRACE_MS) == UINT64_MAX);
    o = network_outlook(&n, well, 1000 + NETWORK_GRACE_MS);
    assert_string_equal(o.sentence, "No network is up; waiting for one.");
    assert_ptr_equal(o.sentence, network_outlook(&n, well, 99999).sentence);
}

static void test_a_network_that_comes_back_has_a_new_grace(void **state)
{
    (void)state;
    struct interfaces lo = only("lo", NULL);
    struct network n = look(&lo, false, 1000);
    assert_true(private_network_set_loopback(true));
    network_look(&n, &lo, 2000);
    assert_string_equal(network_outlook(&n, well, 9999).state, "published");
    assert_true(private_network_set_loopback(false));
    network_look(&n, &lo, 9000);
    assert_null(network_outlook(&n, well, 9000).sentence);
    assert_true(network_wait_ms(&n, 9000) == NETWORK_GRACE_MS);
}

static void test_without_names_loopback_is_no_network(void **state)
{
    (void)state;
    struct interfaces all = {0};
    struct network n = look(&all, true, 1000);
    assert_string_equal(network_outlook(&n, well, 9999).state, "waiting");
}

static void test_missing_interfaces_are_named_once_each_time_they_change(void **state)
{
    (void)state;
    struct interfaces both = only("eth8", "eth9"), one = only("lo", "eth9"), lo = only("lo", NULL);
    struct network n = look(&both, true, 1000);
    assert_string_equal(network_take_missing(&n), "No network interface here is called eth8 or "
                                                  "eth9; one that comes later will be used.");
    assert_null(network_take_missing(&n));
    network_look(&n, &both, 1000);
    assert_null(network_take_missing(&n));
    assert_null(network_outlook(&n, well, 9999).sentence); /* everything is said */
    network_look(&n, &one, 1000);                          /* as if eth8 had come */
    assert_non_null(strstr(network_take_missing(&n), "called eth9;"));
    assert_string_equal(network_outlook(&n, well, 9999).state, "published");
    network_look(&n, &lo, 1000);
    assert_null(network_take_missing(&n));
}

static void test_the_sentence_has_room_for_the_longest_names(void **state)
{
    (void)state;
    const char *names[INTERFACES_MAX];
    struct interfaces in;
    for (size_t i = 0; i < INTERFACES_MAX; i++)
        names[i] = "abcdefghijklmno";
    assert_int_equal(interfaces_set(names, INTERFACES_MAX, &in), LTH_OK);
    struct network n = look(&in, true, 1000);
    const char *said = network_take_missing(&n);
    assert_non_null(strstr(said, "; one that comes later will be used."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_a_network_the_outlook_is_the_responders),
        cmocka_unit_test(test_a_network_that_stays_away_is_spoken_of_after_the_grace),
        cmocka_unit_test(test_a_network_that_comes_back_has_a_new_grace),
        cmocka_unit_test(test_without_names_loopback_is_no_network),
        cmocka_unit_test(test_missing_interfaces_are_named_once_each_time_they_change),
        cmocka_unit_test(test_the_sentence_has_room_for_the_longest_names),
    };
    if (!private_network_enter()) {
        puts("skipped: no network namespace to be had");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
