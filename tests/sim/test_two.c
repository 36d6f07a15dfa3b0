/* Two nodes, or three, whose network, disk and clock are in our hand: stories told by hand. The
 * world itself checks that nothing is shown twice, out of order, altered, or before it is
 * durable. */
#include "check.h"

#include "story.h"

#include <stdlib.h>

/* Lets time pass; a broken rule fails the test. */
static void run(struct world *w, uint64_t ms)
{
    world_run(w, ms);
    if (w->verdict.rule != RULE_NONE)
        fail_msg("seed %llu: %s (%s)", (unsigned long long)w->seed, rule_words(w->verdict.rule),
                 w->verdict.detail);
}

static struct witness *at(struct world *w, size_t i)
{
    return &w->hosts[i].witness;
}

static void crash(struct world *w, size_t i)
{
    host_end(w, &w->hosts[i], END_POWER);
}

static void start(struct world *w, size_t i)
{
    host_start(w, &w->hosts[i]);
}

static void cut(struct world *w, bool is_cut)
{
    ways_cut(w, 0, 1, is_cut);
    ways_cut(w, 1, 0, is_cut);
}

static const struct status_view *status(struct world *w, size_t i)
{
    const struct command c = {.type = COMMAND_STATUS};
    host_command(w, &w->hosts[i], &c);
    return &at(w, i)->status;
}

static struct world *meet(uint64_t seed)
{
    struct world *w = world_new(seed, 2, NULL);
    start(w, 0);
    start(w, 1);
    run(w, 3000);
    assert_true(at(w, 0)->online[1]);
    assert_true(at(w, 1)->online[0]);
    return w;
}

static void send_many(struct world *w, size_t from, size_t to, size_t count, uint64_t pause_ms)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(host_say(w, &w->hosts[from], to, 0));
        run(w, pause_ms);
    }
}

static void check_all_there(struct world *w, size_t from, size_t to, size_t count)
{
    assert_int_equal(at(w, to)->shown[from], count);
    assert_int_equal(at(w, from)->delivered[to], count);
    assert_int_equal(at(w, from)->accepted[to], count);
}

static void test_what_is_said_is_shown_and_delivered_both_ways(void **state)
{
    (void)state;
    struct world *w = meet(1);
    send_many(w, 0, 1, 100, 3);
    send_many(w, 1, 0, 100, 0);
    run(w, 1000);
    check_all_there(w, 0, 1, 100);
    check_all_there(w, 1, 0, 100);
    assert_int_equal(status(w, 0)->queued, 0);
    world_free(w);
}

static void test_there_is_one_session_however_both_dial(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct world *w = meet(seed);
        run(w, 20000);
        assert_int_equal(status(w, 0)->sessions, 1);
        assert_int_equal(status(w, 1)->sessions, 1);
        world_free(w);
    }
}

static void test_a_message_for_somebody_away_waits_and_survives_our_restart(void **state)
{
    (void)state;
    struct world *w = meet(2);
    crash(w, 1);
    run(w, 1000);
    send_many(w, 0, 1, 20, 5);
    run(w, 1000);
    assert_int_equal(status(w, 0)->queued, 20);
    crash(w, 0);
    start(w, 0);
    send_many(w, 0, 1, 5, 5); /* of another process start, and still shown after the others */
    start(w, 1);
    run(w, 10000);
    check_all_there(w, 0, 1, 25);
    world_free(w);
}

static void test_a_long_queue_is_read_back_from_the_log(void **state)
{
    (void)state;
    struct world *w = meet(3);
    crash(w, 1);
    run(w, 100);
    send_many(w, 0, 1, 5000, 0);
    run(w, 1000);
    crash(w, 0);
    start(w, 0);
    start(w, 1);
    run(w, 10000);
    check_all_there(w, 0, 1, 5000);
    world_free(w);
}

static void test_a_crash_in_the_middle_loses_nothing_acknowledged(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct world *w = meet(seed);
        send_many(w, 0, 1, 30, seed % 4);
        crash(w, 1);
        run(w, 50);
        start(w, 1);
        send_many(w, 0, 1, 30, seed % 3);
        run(w, 20000);
        check_all_there(w, 0, 1, 60);
        world_free(w);
    }
}

static const struct {
    const char *name;
    enum fault fault;
    unsigned per_mille;
} faults[] = {
    {"dropped", FAULT_DROP, 30},
    {"doubled", FAULT_DOUBLE, 30},
    {"swapped", FAULT_SWAP, 30},
    {"one bit flipped", FAULT_FLIP, 30},
};

static void test_a_hostile_stream_ends_sessions_but_nothing_is_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(faults); i++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            struct world *w = meet(seed);
            w->network.faults[faults[i].fault] = faults[i].per_mille;
            send_many(w, 0, 1, 100, 20);
            send_many(w, 1, 0, 100, 20);
            w->network.faults[faults[i].fault] = 0;
            run(w, 120000);
            CHECK(at(w, 1)->shown[0] == 100 && at(w, 0)->shown[1] == 100, faults[i].name);
            CHECK(at(w, 0)->delivered[1] == 100 && at(w, 1)->delivered[0] == 100, faults[i].name);
            CHECK(status(w, 0)->handshakes_ok > 1, faults[i].name); /* faults there were */
            world_free(w);
        }
    }
}

static void test_a_cut_cable_is_noticed_within_30_seconds_and_healed(void **state)
{
    (void)state;
    struct world *w = meet(4);
    run(w, 5000);
    cut(w, true);
    send_many(w, 0, 1, 5, 10);
    run(w, 30000);
    assert_false(at(w, 0)->online[1]);
    assert_false(at(w, 1)->online[0]);
    cut(w, false);
    run(w, 10000);
    assert_true(at(w, 0)->online[1]);
    check_all_there(w, 0, 1, 5);
    world_free(w);
}

static void test_a_full_disk_refuses_and_resumes(void **state)
{
    (void)state;
    struct world *w = meet(5);
    send_many(w, 0, 1, 3, 5);
    w->hosts[1].disk.refuse = LTH_DISK_FULL;
    send_many(w, 0, 1, 3, 5);
    assert_true(host_say(w, &w->hosts[1], 0, 0)); /* refused, but told only later */
    run(w, 1000);
    assert_string_equal(at(w, 1)->last_error, "disk_full");
    assert_int_equal(at(w, 1)->shown[0], 3);
    assert_int_equal(at(w, 0)->delivered[1], 3);
    w->hosts[1].disk.refuse = LTH_OK;
    run(w, 20000);
    check_all_there(w, 0, 1, 6);
    world_free(w);
}

static void test_somebody_met_while_the_disk_was_full_is_known_after_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new(9, 2, NULL);
    start(w, 0);
    w->hosts[1].disk.refuse = LTH_DISK_FULL;
    start(w, 1);
    run(w, 3000);
    assert_true(at(w, 1)->online[0]);
    w->hosts[1].disk.refuse = LTH_OK;
    send_many(w, 1, 0, 3, 5);
    send_many(w, 0, 1, 3, 5);
    run(w, 20000);
    crash(w, 1);
    start(w, 1); /* reads its log, or the simulator says that it cannot */
    send_many(w, 1, 0, 3, 5);
    run(w, 10000);
    assert_int_equal(at(w, 0)->shown[1], 6);
    assert_int_equal(at(w, 1)->shown[0], 3);
    world_free(w);
}

static void test_what_nobody_saw_is_shown_later_across_crashes(void **state)
{
    (void)state;
    struct world *w = world_new(10, 3, NULL);
    for (size_t i = 0; i < 3; i++)
        start(w, i);
    run(w, 3000);
    w->hosts[0].blind = true;
    for (size_t i = 0; i < 600; i++) {
        send_many(w, 1, 0, 1, 0);
        send_many(w, 2, 0, 1, 1);
    }
    run(w, 1000);
    assert_int_equal(at(w, 0)->shown[1], 0);
    crash(w, 0);
    w->hosts[0].blind = false;
    start(w, 0);
    run(w, 2); /* some of them, not all */
    crash(w, 0);
    assert_in_range(at(w, 0)->shown[1], 1, 599);
    start(w, 0);
    send_many(w, 1, 0, 5, 1);
    run(w, 10000);
    assert_int_equal(at(w, 0)->shown[1], 605);
    assert_int_equal(at(w, 0)->shown[2], 600);
    world_free(w);
}

static void test_an_idle_session_stays_and_stays_alone(void **state)
{
    (void)state;
    struct world *w = meet(6);
    run(w, (uint64_t)30 * 60 * 1000);
    assert_true(at(w, 0)->online[1]);
    assert_int_equal(status(w, 0)->handshakes_ok, 1);
    send_many(w, 0, 1, 10, 1);
    run(w, 1000);
    check_all_there(w, 0, 1, 10);
    world_free(w);
}

static void test_a_session_is_renewed_after_an_hour(void **state)
{
    (void)state;
    struct world *w = meet(7);
    for (size_t i = 0; i < 140; i++) {
        send_many(w, 0, 1, 1, 1000);
        run(w, 59000);
    }
    assert_in_range(status(w, 0)->handshakes_ok, 3, 4);
    assert_int_equal(status(w, 0)->sessions, 1);
    assert_true(status(w, 0)->rekeys > 20);
    check_all_there(w, 0, 1, 140);
    world_free(w);
}

/* The trace of a whole story with everything in it; the caller frees it. */
static char *tell_story(uint64_t seed)
{
    const struct story_options options = {.people = 4, .minutes = 3, .surely = UINT32_MAX};
    char *text = NULL;
    size_t len;
    FILE *trace = open_memstream(&text, &len);
    assert_non_null(trace);
    struct world *w = story_run(seed, &options, trace);
    world_free(w);
    assert_int_equal(fclose(trace), 0);
    return text;
}

static void test_the_same_seed_gives_the_same_trace(void **state)
{
    (void)state;
    char *once = tell_story(8), *again = tell_story(8), *other = tell_story(9);
    assert_string_equal(once, again);
    assert_string_not_equal(once, other);
    free(once);
    free(again);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_said_is_shown_and_delivered_both_ways),
        cmocka_unit_test(test_there_is_one_session_however_both_dial),
        cmocka_unit_test(test_a_message_for_somebody_away_waits_and_survives_our_restart),
        cmocka_unit_test(test_a_long_queue_is_read_back_from_the_log),
        cmocka_unit_test(test_a_crash_in_the_middle_loses_nothing_acknowledged),
        cmocka_unit_test(test_a_hostile_stream_ends_sessions_but_nothing_is_lost),
        cmocka_unit_test(test_a_cut_cable_is_noticed_within_30_seconds_and_healed),
        cmocka_unit_test(test_a_full_disk_refuses_and_resumes),
        cmocka_unit_test(test_somebody_met_while_the_disk_was_full_is_known_after_a_restart),
        cmocka_unit_test(test_what_nobody_saw_is_shown_later_across_crashes),
        cmocka_unit_test(test_an_idle_session_stays_and_stays_alone),
        cmocka_unit_test(test_a_session_is_renewed_after_an_hour),
        cmocka_unit_test(test_the_same_seed_gives_the_same_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
