/* What the table of adverts promises: found once, lost at the end, bounded in between. */
#include "check.h"

#include "discovery/adverts.h"

#include <stdio.h>

#define OWN "mmmm"

static char story[4096]; /* "+name/last byte of address" found, "-" lost, "w" = we wait */

static void tell(char sign, const char *instance, const struct endpoint *e, const char *more)
{
    size_t len = strlen(story);
    snprintf(story + len, sizeof story - len, "%c%s/%u%s ", sign, instance, e->ip[15], more);
}

static void on_found(void *ctx, const char *instance, const struct endpoint *e, bool we_wait)
{
    (void)ctx;
    tell('+', instance, e, we_wait ? "w" : "");
}

static void on_lost(void *ctx, const char *instance, const struct endpoint *e)
{
    (void)ctx;
    tell('-', instance, e, "");
}

static struct adverts *table(bool loopback)
{
    const struct adverts_events events = {.on_found = on_found, .on_lost = on_lost};
    struct adverts *a = adverts_new(&events, loopback);
    assert_non_null(a);
    adverts_rename(a, OWN);
    story[0] = '\0';
    return a;
}

static struct sighting sighting(const char *instance, int32_t interface)
{
    struct sighting s;
    assert_int_equal(sighting_make(instance, interface, 0, &s), LTH_OK);
    return s;
}

static struct endpoint address(uint8_t last)
{
    return (struct endpoint){.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last},
                             .port = 7327};
}

static void see(struct adverts *a, const char *instance, int32_t interface)
{
    const struct sighting s = sighting(instance, interface);
    adverts_seen(a, &s, 0);
}

static void unsee(struct adverts *a, const char *instance, int32_t interface)
{
    const struct sighting s = sighting(instance, interface);
    adverts_unseen(a, &s);
}

/* The next resolution must be this one; it yields the address, 0 = fails. */
static void resolve(struct adverts *a, const char *instance, int32_t interface, uint8_t last)
{
    struct sighting s;
    const struct endpoint e = address(last);
    assert_true(adverts_next_resolve(a, 0, &s));
    assert_string_equal(s.instance, instance);
    assert_int_equal(s.interface, interface);
    adverts_resolved(a, &s, last ? &e : NULL, 0);
}

static void find(struct adverts *a, const char *instance, int32_t interface, uint8_t last)
{
    see(a, instance, interface);
    resolve(a, instance, interface, last);
}

static void test_an_endpoint_is_found_once_and_lost_with_its_last_sighting(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "zoe", 1, 7);
    find(a, "zoe", 2, 7);
    find(a, "zoe", 3, 8);
    unsee(a, "zoe", 1);
    assert_string_equal(story, "+zoe/7 +zoe/8 ");
    unsee(a, "zoe", 2);
    assert_string_equal(story, "+zoe/7 +zoe/8 -zoe/7 ");
    assert_int_equal(adverts_count(a), 1);
    unsee(a, "zoe", 3);
    assert_string_equal(story, "+zoe/7 +zoe/8 -zoe/7 -zoe/8 ");
    assert_int_equal(adverts_count(a), 0);
    adverts_free(a);
}

static void test_two_instances_at_one_endpoint_are_two(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "zoe", 1, 7);
    find(a, "zed", 1, 7);
    unsee(a, "zoe", 1);
    assert_string_equal(story, "+zoe/7 +zed/7 -zoe/7 ");
    adverts_free(a);
}

static void test_the_lower_name_dials_and_names_are_compared_exactly(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "mmml", 1, 1);
    find(a, "mmmmm", 1, 2);
    find(a, "mmm", 1, 3);
    find(a, "MMMM", 1, 4);
    find(a, "\xff", 1, 5);
    assert_string_equal(story, "+mmml/1w +mmmmm/2 +mmm/3w +MMMM/4w +\xff/5 ");
    adverts_free(a);
}

static void test_our_own_instance_is_ignored_under_its_present_name(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting s;
    see(a, OWN, 1);
    assert_int_equal(adverts_count(a), 0);
    adverts_rename(a, "other");
    see(a, "other", 1);
    assert_false(adverts_next_resolve(a, 0, &s));
    adverts_free(a);
}

static void test_sighting_the_same_twice_resolves_once(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting s;
    find(a, "zoe", 1, 7);
    see(a, "zoe", 1);
    assert_false(adverts_next_resolve(a, 1000000, &s));
    assert_int_equal(adverts_resolves(a), 1);
    adverts_free(a);
}

static void test_a_name_is_one_dns_label(void **state)
{
    (void)state;
    char name[66];
    static const struct {
        const char *name;
        size_t len;
        enum lth_err want;
    } rows[] = {
        {"empty", 0, LTH_MALFORMED},     {"one byte", 1, LTH_OK},
        {"at the limit", 63, LTH_OK},    {"one over", 64, LTH_MALFORMED},
        {"two over", 65, LTH_MALFORMED},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct sighting s;
        memset(name, 'x', sizeof name);
        name[rows[i].len] = '\0';
        CHECK_ERR(sighting_make(name, 1, 0, &s), rows[i].want, rows[i].name);
        CHECK(rows[i].want != LTH_OK || strcmp(s.instance, name) == 0, rows[i].name);
    }
}

static void test_only_what_can_be_dialled_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct endpoint e;
        bool loopback, want;
    } rows[] = {
        {"IPv4", {.ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 1}, false, true},
        {"port 0", {.ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}}, false, false},
        {"multicast", {.ip = {[10] = 0xff, 0xff, 224, 0, 0, 251}, .port = 1}, false, false},
        {"unspecified", {.port = 1}, false, false},
        {"link-local", {.ip = {0xfe, 0x80, [15] = 1}, .scope = 2, .port = 1}, false, true},
        {"no scope", {.ip = {0xfe, 0x80, [15] = 1}, .port = 1}, false, false},
        {"loopback", {.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1}, .port = 1}, false, false},
        {"loopback wanted", {.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1}, .port = 1}, true, true},
        {"loopback 6", {.ip = {[15] = 1}, .port = 1}, false, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct adverts *a = table(rows[i].loopback);
        struct sighting s;
        see(a, "zoe", 1);
        CHECK(adverts_next_resolve(a, 0, &s), rows[i].name);
        adverts_resolved(a, &s, &rows[i].e, 0);
        CHECK((story[0] == '+') == rows[i].want, rows[i].name);
        adverts_free(a);
    }
}

static void test_sixteen_are_resolved_at_once_and_the_rest_wait(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting first, s;
    const struct endpoint e = address(1);
    for (int32_t i = 0; i < 20; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        see(a, name, 1);
    }
    assert_true(adverts_next_resolve(a, 0, &first));
    for (size_t i = 1; i < ADVERTS_RESOLVES_MAX; i++)
        assert_true(adverts_next_resolve(a, 0, &s));
    assert_false(adverts_next_resolve(a, 0, &s));
    assert_true(adverts_wait_ms(a, 0) == UINT64_MAX);
    adverts_resolved(a, &first, &e, 0);
    assert_true(adverts_wait_ms(a, 0) == 0);
    assert_true(adverts_next_resolve(a, 0, &s));
    assert_false(adverts_next_resolve(a, 0, &s));
    adverts_free(a);
}

static void test_a_failed_resolution_is_tried_again_with_doubling_pauses(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    uint64_t now_ms = 0, pause_ms = 1000;
    struct sighting s;
    see(a, "zoe", 1);
    for (size_t i = 1; i < ADVERTS_TRIES_MAX; i++, pause_ms *= 2) {
        assert_true(adverts_next_resolve(a, now_ms, &s));
        adverts_resolved(a, &s, NULL, now_ms);
        assert_true(adverts_wait_ms(a, now_ms) == pause_ms);
        assert_false(adverts_next_resolve(a, now_ms + pause_ms - 1, &s));
        now_ms += pause_ms;
    }
    assert_true(adverts_next_resolve(a, now_ms, &s));
    adverts_resolved(a, &s, NULL, now_ms);
    assert_true(adverts_wait_ms(a, now_ms) == UINT64_MAX); /* given up ... */
    unsee(a, "zoe", 1);
    find(a, "zoe", 1, 7); /* ... until sighted anew */
    assert_string_equal(story, "+zoe/7 ");
    adverts_free(a);
}

static void test_a_fresh_sighting_goes_before_repeated_failures(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting s;
    see(a, "bad", 1);
    assert_true(adverts_next_resolve(a, 0, &s));
    adverts_resolved(a, &s, NULL, 0);
    const struct sighting fresh = sighting("zoe", 1);
    adverts_seen(a, &fresh, 5000);
    assert_true(adverts_next_resolve(a, 5000, &s));
    assert_string_equal(s.instance, "zoe");
    adverts_free(a);
}

static void test_an_answer_for_a_sighting_that_has_gone_is_ignored(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting s;
    const struct endpoint e = address(7);
    see(a, "zoe", 1);
    assert_true(adverts_next_resolve(a, 0, &s));
    unsee(a, "zoe", 1);
    adverts_resolved(a, &s, &e, 0);
    assert_string_equal(story, "");
    for (size_t i = 0; i < ADVERTS_RESOLVES_MAX; i++) /* its place is free again */
        see(a, "zed", (int32_t)i);
    for (size_t i = 0; i < ADVERTS_RESOLVES_MAX; i++)
        assert_true(adverts_next_resolve(a, 0, &s));
    adverts_free(a);
}

static void fill(struct adverts *a, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "flood%u", i);
        see(a, name, 1);
    }
}

static void test_a_flood_is_bounded_and_existing_adverts_stay(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "zoe", 1, 7);
    fill(a, 5000);
    assert_int_equal(adverts_count(a), ADVERTS_MAX);
    find(a, "zoe", 2, 8); /* another sighting of one that is tracked has room */
    assert_string_equal(story, "+zoe/7 +zoe/8 ");
    unsee(a, "zoe", 1);
    assert_string_equal(story, "+zoe/7 +zoe/8 -zoe/7 ");
    adverts_free(a);
}

static void test_sightings_of_one_instance_are_bounded(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    for (int32_t i = 1; i <= ADVERTS_SIGHTINGS_MAX; i++)
        find(a, "zoe", i, 7);
    see(a, "zoe", 99);
    struct sighting s;
    assert_false(adverts_next_resolve(a, 0, &s));
    adverts_free(a);
}

static void test_after_a_flood_a_rescan_is_asked_for_once(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    fill(a, ADVERTS_MAX);
    assert_false(adverts_needs_rescan(a)); /* full, but nobody was ignored */
    see(a, "late", 1);
    for (unsigned i = 0; i < ADVERTS_MAX / 4; i++) {
        char name[16];
        assert_false(adverts_needs_rescan(a));
        snprintf(name, sizeof name, "flood%u", i);
        unsee(a, name, 1);
    }
    assert_true(adverts_needs_rescan(a));
    assert_false(adverts_needs_rescan(a));
    adverts_free(a);
}

static void test_a_change_of_responder_is_not_seen_from_outside(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "zoe", 1, 7);
    adverts_doubt(a);
    find(a, "zoe", 1, 7);
    adverts_sweep(a);
    assert_string_equal(story, "+zoe/7 ");
    adverts_free(a);
}

static void test_what_the_next_responder_does_not_show_is_swept(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "past", 1, 1);
    find(a, "zoe", 1, 7);
    find(a, "zoe", 2, 8);
    see(a, "unresolved", 1);
    adverts_doubt(a);
    see(a, "zoe", 2);
    adverts_sweep(a);
    assert_int_equal(adverts_count(a), 1);
    assert_string_equal(story, "+past/1 +zoe/7 +zoe/8 -zoe/7 -past/1 ");
    adverts_free(a);
}

static void test_doubtful_sightings_are_not_resolved(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    struct sighting s;
    see(a, "zoe", 1);
    assert_true(adverts_next_resolve(a, 0, &s));
    adverts_doubt(a);
    assert_false(adverts_next_resolve(a, 0, &s));
    assert_true(adverts_wait_ms(a, 0) == UINT64_MAX);
    find(a, "zoe", 1, 7); /* shown again: the resolution that died is made anew */
    adverts_free(a);
}

static void test_a_new_address_is_found_before_the_old_one_is_lost(void **state)
{
    (void)state;
    struct adverts *a = table(false);
    find(a, "zoe", 1, 7);
    adverts_doubt(a);
    find(a, "zoe", 1, 9);
    assert_string_equal(story, "+zoe/7 +zoe/9 -zoe/7 ");
    adverts_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_endpoint_is_found_once_and_lost_with_its_last_sighting),
        cmocka_unit_test(test_two_instances_at_one_endpoint_are_two),
        cmocka_unit_test(test_the_lower_name_dials_and_names_are_compared_exactly),
        cmocka_unit_test(test_our_own_instance_is_ignored_under_its_present_name),
        cmocka_unit_test(test_sighting_the_same_twice_resolves_once),
        cmocka_unit_test(test_a_name_is_one_dns_label),
        cmocka_unit_test(test_only_what_can_be_dialled_is_found),
        cmocka_unit_test(test_sixteen_are_resolved_at_once_and_the_rest_wait),
        cmocka_unit_test(test_a_failed_resolution_is_tried_again_with_doubling_pauses),
        cmocka_unit_test(test_a_fresh_sighting_goes_before_repeated_failures),
        cmocka_unit_test(test_an_answer_for_a_sighting_that_has_gone_is_ignored),
        cmocka_unit_test(test_a_flood_is_bounded_and_existing_adverts_stay),
        cmocka_unit_test(test_sightings_of_one_instance_are_bounded),
        cmocka_unit_test(test_after_a_flood_a_rescan_is_asked_for_once),
        cmocka_unit_test(test_a_change_of_responder_is_not_seen_from_outside),
        cmocka_unit_test(test_what_the_next_responder_does_not_show_is_swept),
        cmocka_unit_test(test_doubtful_sightings_are_not_resolved),
        cmocka_unit_test(test_a_new_address_is_found_before_the_old_one_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
