/* Two nodes, or three, whose network, disk and clock are in our hand. The simulator itself
 * checks that nothing is shown twice, out of order, altered, or before it is durable. */
#include "check.h"

#include "sim.h"

static struct sim *meet(uint64_t seed)
{
    struct sim *s = sim_new(seed, 2);
    sim_start(s, 0);
    sim_start(s, 1);
    sim_run(s, 3000);
    assert_true(sim_online(s, 0, 1));
    assert_true(sim_online(s, 1, 0));
    return s;
}

static void send_many(struct sim *s, size_t from, size_t to, size_t count, uint64_t pause_ms)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(sim_send(s, from, to, NULL));
        sim_run(s, pause_ms);
    }
}

static void check_all_there(struct sim *s, size_t from, size_t to, size_t count)
{
    assert_int_equal(sim_shown(s, to, from), count);
    assert_int_equal(sim_delivered(s, from, to), count);
    assert_int_equal(sim_accepted(s, from, to), count);
}

static void test_what_is_said_is_shown_and_delivered_both_ways(void **state)
{
    (void)state;
    struct sim *s = meet(1);
    send_many(s, 0, 1, 100, 3);
    send_many(s, 1, 0, 100, 0);
    sim_run(s, 1000);
    check_all_there(s, 0, 1, 100);
    check_all_there(s, 1, 0, 100);
    assert_int_equal(sim_status(s, 0)->queued, 0);
    sim_free(s);
}

static void test_there_is_one_session_however_both_dial(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct sim *s = meet(seed);
        sim_run(s, 20000);
        assert_int_equal(sim_status(s, 0)->sessions, 1);
        assert_int_equal(sim_status(s, 1)->sessions, 1);
        sim_free(s);
    }
}

static void test_a_message_for_somebody_away_waits_and_survives_our_restart(void **state)
{
    (void)state;
    struct sim *s = meet(2);
    sim_crash(s, 1);
    sim_run(s, 1000);
    send_many(s, 0, 1, 20, 5);
    sim_run(s, 1000);
    assert_int_equal(sim_status(s, 0)->queued, 20);
    sim_crash(s, 0);
    sim_start(s, 0);
    send_many(s, 0, 1, 5, 5); /* of another process start, and still shown after the others */
    sim_start(s, 1);
    sim_run(s, 10000);
    check_all_there(s, 0, 1, 25);
    sim_free(s);
}

static void test_a_long_queue_is_read_back_from_the_log(void **state)
{
    (void)state;
    struct sim *s = meet(3);
    sim_crash(s, 1);
    sim_run(s, 100);
    send_many(s, 0, 1, 5000, 0);
    sim_run(s, 1000);
    sim_crash(s, 0);
    sim_start(s, 0);
    sim_start(s, 1);
    sim_run(s, 10000);
    check_all_there(s, 0, 1, 5000);
    sim_free(s);
}

static void test_a_crash_in_the_middle_loses_nothing_acknowledged(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct sim *s = meet(seed);
        send_many(s, 0, 1, 30, seed % 4);
        sim_crash(s, 1);
        sim_run(s, 50);
        sim_start(s, 1);
        send_many(s, 0, 1, 30, seed % 3);
        sim_run(s, 20000);
        check_all_there(s, 0, 1, 60);
        sim_free(s);
    }
}

static const struct {
    const char *name;
    enum sim_fault fault;
    unsigned per_mille;
} faults[] = {
    {"dropped", SIM_DROP, 30},
    {"doubled", SIM_DOUBLE, 30},
    {"swapped", SIM_SWAP, 30},
    {"one bit flipped", SIM_FLIP, 30},
};

static void test_a_hostile_stream_ends_sessions_but_nothing_is_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(faults); i++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            struct sim *s = meet(seed);
            sim_fault_rate(s, faults[i].fault, faults[i].per_mille);
            send_many(s, 0, 1, 100, 20);
            send_many(s, 1, 0, 100, 20);
            sim_fault_rate(s, faults[i].fault, 0);
            sim_run(s, 120000);
            CHECK(sim_shown(s, 1, 0) == 100 && sim_shown(s, 0, 1) == 100, faults[i].name);
            CHECK(sim_delivered(s, 0, 1) == 100 && sim_delivered(s, 1, 0) == 100, faults[i].name);
            CHECK(sim_status(s, 0)->handshakes_ok > 1, faults[i].name); /* faults there were */
            sim_free(s);
        }
    }
}

static void test_a_cut_cable_is_noticed_within_30_seconds_and_healed(void **state)
{
    (void)state;
    struct sim *s = meet(4);
    sim_run(s, 5000);
    sim_cut(s, 0, 1, true);
    send_many(s, 0, 1, 5, 10);
    sim_run(s, 30000);
    assert_false(sim_online(s, 0, 1));
    assert_false(sim_online(s, 1, 0));
    sim_cut(s, 0, 1, false);
    sim_run(s, 10000);
    assert_true(sim_online(s, 0, 1));
    check_all_there(s, 0, 1, 5);
    sim_free(s);
}

static void test_a_full_disk_refuses_and_resumes(void **state)
{
    (void)state;
    struct sim *s = meet(5);
    send_many(s, 0, 1, 3, 5);
    sim_refuse_disk(s, 1, LTH_DISK_FULL);
    send_many(s, 0, 1, 3, 5);
    assert_true(sim_send(s, 1, 0, NULL)); /* refused, but told only later */
    sim_run(s, 1000);
    assert_string_equal(sim_last_error(s, 1), "disk_full");
    assert_int_equal(sim_shown(s, 1, 0), 3);
    assert_int_equal(sim_delivered(s, 0, 1), 3);
    sim_refuse_disk(s, 1, LTH_OK);
    sim_run(s, 20000);
    check_all_there(s, 0, 1, 6);
    sim_free(s);
}

static void test_somebody_met_while_the_disk_was_full_is_known_after_a_restart(void **state)
{
    (void)state;
    struct sim *s = sim_new(9, 2);
    sim_start(s, 0);
    sim_refuse_disk(s, 1, LTH_DISK_FULL);
    sim_start(s, 1);
    sim_run(s, 3000);
    assert_true(sim_online(s, 1, 0));
    sim_refuse_disk(s, 1, LTH_OK);
    send_many(s, 1, 0, 3, 5);
    send_many(s, 0, 1, 3, 5);
    sim_run(s, 20000);
    sim_crash(s, 1);
    sim_start(s, 1); /* reads its log, or the simulator says that it cannot */
    send_many(s, 1, 0, 3, 5);
    sim_run(s, 10000);
    assert_int_equal(sim_shown(s, 0, 1), 6);
    assert_int_equal(sim_shown(s, 1, 0), 3);
    sim_free(s);
}

static void test_what_nobody_saw_is_shown_later_across_crashes(void **state)
{
    (void)state;
    struct sim *s = sim_new(10, 3);
    for (size_t i = 0; i < 3; i++)
        sim_start(s, i);
    sim_run(s, 3000);
    sim_blind(s, 0, true);
    for (size_t i = 0; i < 600; i++) {
        send_many(s, 1, 0, 1, 0);
        send_many(s, 2, 0, 1, 1);
    }
    sim_run(s, 1000);
    assert_int_equal(sim_shown(s, 0, 1), 0);
    sim_crash(s, 0);
    sim_blind(s, 0, false);
    sim_start(s, 0);
    sim_run(s, 2); /* some of them, not all */
    sim_crash(s, 0);
    assert_in_range(sim_shown(s, 0, 1), 1, 599);
    sim_start(s, 0);
    send_many(s, 1, 0, 5, 1);
    sim_run(s, 10000);
    assert_int_equal(sim_shown(s, 0, 1), 605);
    assert_int_equal(sim_shown(s, 0, 2), 600);
    sim_free(s);
}

static void test_an_idle_session_stays_and_stays_alone(void **state)
{
    (void)state;
    struct sim *s = meet(6);
    sim_run(s, (uint64_t)30 * 60 * 1000);
    assert_true(sim_online(s, 0, 1));
    assert_int_equal(sim_status(s, 0)->handshakes_ok, 1);
    send_many(s, 0, 1, 10, 1);
    sim_run(s, 1000);
    check_all_there(s, 0, 1, 10);
    sim_free(s);
}

static void test_a_session_is_renewed_after_an_hour(void **state)
{
    (void)state;
    struct sim *s = meet(7);
    for (size_t i = 0; i < 140; i++) {
        send_many(s, 0, 1, 1, 1000);
        sim_run(s, 59000);
    }
    assert_in_range(sim_status(s, 0)->handshakes_ok, 3, 4);
    assert_int_equal(sim_status(s, 0)->sessions, 1);
    assert_true(sim_status(s, 0)->rekeys > 20);
    check_all_there(s, 0, 1, 140);
    sim_free(s);
}

static void test_the_same_seed_gives_the_same_trace(void **state)
{
    (void)state;
    struct sim *a = meet(8);
    send_many(a, 0, 1, 50, 2);
    struct sim *b = meet(8);
    send_many(b, 0, 1, 50, 2);
    assert_string_equal(sim_trace(a), sim_trace(b));
    sim_free(a);
    sim_free(b);
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
