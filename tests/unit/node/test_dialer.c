/* Whom to call and when: bounded, patient, and never twice for one person. */
#include "check.h"

#include "node/dialer.h"
#include "node/guest.h"
#include "node/link.h"
#include "wire/message.h"

#include <stdio.h>

static struct stage s;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s, 1);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void type_address(const char *address)
{
    const struct command c = {.type = COMMAND_PEER_ADD, .address = address};
    stage_command(&s, &c);
}

/* The link of the only dial of the last step, which must be to address. */
static uint32_t dialled(const char *address)
{
    const struct todo *dial = stage_todo(&s, TODO_DIAL, 0);
    CHECK(dial && stage_count(&s, TODO_DIAL) == 1, address);
    assert_string_equal(dial->dial.address, address);
    return dial->dial.link;
}

static size_t dials(void)
{
    return stage_count(&s, TODO_DIAL);
}

/* Milliseconds until the node wants to be woken. */
static uint64_t next_wake(void)
{
    return node_wake_ms(s.node) - s.now.mono_ms;
}

static void test_a_typed_address_is_dialled_at_once_and_once(void **state)
{
    (void)state;
    type_address("192.0.2.1:7327");
    dialled("192.0.2.1:7327");
    type_address("192.0.2.1:7327");
    assert_int_equal(dials(), 0);
}

static void test_after_each_failure_it_waits_twice_as_long(void **state)
{
    (void)state;
    type_address("192.0.2.1:7327");
    uint32_t link = dialled("192.0.2.1:7327");
    for (uint64_t wait = DIAL_FIRST_WAIT_MS, i = 0; i < 12; i++) {
        stage_link_down(&s, link);
        assert_int_equal(dials(), 0);
        assert_in_range(next_wake(), wait, wait + wait / 4);
        stage_wait(&s, next_wake());
        link = dialled("192.0.2.1:7327");
        wait = wait * 2 < DIAL_STRANGER_WAIT_MS ? wait * 2 : DIAL_STRANGER_WAIT_MS;
    }
}

static void test_a_failed_handshake_is_a_failure_too(void **state)
{
    (void)state;
    type_address("192.0.2.1:7327");
    uint32_t link = dialled("192.0.2.1:7327");
    stage_link_up(&s, link, true, "192.0.2.1:7327");
    stage_bytes(&s, link, "HTTP/1.1 400", 12);
    assert_true(stage_closed(&s, link));
    assert_int_equal(dials(), 0);
    assert_in_range(next_wake(), DIAL_FIRST_WAIT_MS, DIAL_FIRST_WAIT_MS * 5 / 4);
}

static void test_eight_are_dialled_at_once(void **state)
{
    (void)state;
    size_t all = 0;
    uint32_t link = 0;
    for (unsigned i = 1; i <= 20; i++) {
        char address[32];
        snprintf(address, sizeof address, "192.0.2.%u:7327", i);
        type_address(address);
        all += dials();
        link = dials() ? stage_todo(&s, TODO_DIAL, 0)->dial.link : link;
    }
    assert_int_equal(all, DIALS_AT_ONCE);
    stage_wait(&s, 1000);
    assert_int_equal(dials(), 0);
    stage_link_down(&s, link);
    assert_int_equal(dials(), 1);
}

static void test_of_these_adverts_get_no_more_than_six(void **state)
{
    (void)state;
    size_t all = 0;
    for (unsigned i = 1; i <= 20; i++) {
        char address[32];
        snprintf(address, sizeof address, "192.0.2.%u:7327", i);
        stage_found(&s, address, address, false);
        all += dials();
    }
    assert_int_equal(all, DIALS_AT_ONCE - DIALS_KEPT);
    type_address("198.51.100.1:7327");
    dialled("198.51.100.1:7327");
}

static void test_the_one_that_waits_its_turn_waits_a_second(void **state)
{
    (void)state;
    stage_found(&s, "name", "192.0.2.1:7327", true);
    assert_int_equal(dials(), 0);
    assert_true(next_wake() == DIAL_TURN_MS);
    stage_wait(&s, DIAL_TURN_MS);
    dialled("192.0.2.1:7327");
}

static void test_what_was_lost_is_not_dialled_any_more(void **state)
{
    (void)state;
    struct node_input lost = {.type = INPUT_LOST};
    stage_found(&s, "name", "192.0.2.1:7327", true);
    lost.sighting.instance = "name";
    assert_int_equal(endpoint_parse("192.0.2.1:7327", &lost.sighting.endpoint), LTH_OK);
    stage_input(&s, &lost);
    stage_wait(&s, 10000);
    assert_int_equal(dials(), 0);
    assert_true(node_wake_ms(s.node) == UINT64_MAX);
}

static void test_what_was_typed_stays_when_its_advert_is_lost(void **state)
{
    (void)state;
    struct node_input lost = {.type = INPUT_LOST};
    type_address("192.0.2.1:7327");
    uint32_t link = dialled("192.0.2.1:7327");
    stage_found(&s, "name", "192.0.2.1:7327", false);
    lost.sighting.instance = "name";
    assert_int_equal(endpoint_parse("192.0.2.1:7327", &lost.sighting.endpoint), LTH_OK);
    stage_input(&s, &lost);
    stage_link_down(&s, link);
    stage_wait(&s, next_wake());
    dialled("192.0.2.1:7327");
}

static void test_of_the_addresses_of_one_instance_one_is_dialled_at_a_time(void **state)
{
    (void)state;
    stage_found(&s, "name", "192.0.2.1:7327", false);
    uint32_t link = dialled("192.0.2.1:7327");
    stage_found(&s, "name", "[2001:db8::1]:7327", false);
    assert_int_equal(dials(), 0);
    stage_link_down(&s, link);
    dialled("[2001:db8::1]:7327");
}

static void test_somebody_new_at_an_address_is_dialled_at_once(void **state)
{
    (void)state;
    stage_found(&s, "old", "192.0.2.1:7327", false);
    for (int i = 0; i < 6; i++) {
        stage_link_down(&s, stage_todo(&s, TODO_DIAL, 0)->dial.link);
        if (i < 5)
            stage_wait(&s, next_wake());
    }
    assert_true(next_wake() > 5000);
    stage_found(&s, "new", "192.0.2.1:7327", false);
    dialled("192.0.2.1:7327");
}

static void test_no_more_than_512_addresses_are_tracked(void **state)
{
    (void)state;
    const unsigned adverts = CANDIDATES_MAX - CANDIDATES_KEPT;
    char address[32];
    for (unsigned i = 0; i < adverts + 10; i++) {
        snprintf(address, sizeof address, "192.0.%u.%u:7327", i / 200, i % 200 + 1);
        stage_found(&s, address, address, true);
    }
    assert_true(stage_dropped(&s, "limit") == 10);
    for (unsigned i = 0; i < CANDIDATES_KEPT; i++) {
        snprintf(address, sizeof address, "198.51.100.%u:7327", i + 1);
        type_address(address);
        assert_null(stage_event(&s, EVENT_ERROR));
    }
    type_address("203.0.113.1:7327");
    const struct event *event = stage_event(&s, EVENT_ERROR);
    assert_non_null(event);
    assert_int_equal(event->error.code, CODE_LIMIT);
}

static void test_an_instance_name_that_is_too_long_is_not_tracked(void **state)
{
    (void)state;
    char name[INSTANCE_MAX + 2];
    memset(name, 'n', sizeof name);
    name[INSTANCE_MAX + 1] = '\0';
    stage_found(&s, name, "192.0.2.1:7327", false);
    assert_int_equal(dials(), 0);
    name[INSTANCE_MAX] = '\0';
    stage_found(&s, name, "192.0.2.1:7327", false);
    assert_int_equal(dials(), 1);
}

static void test_somebody_online_is_not_dialled_at_another_address(void **state)
{
    (void)state;
    struct guest g;
    guest_init(&g, 2, "bob");
    type_address("192.0.2.1:7327");
    guest_accept(&s, &g, dialled("192.0.2.1:7327"), "192.0.2.1:7327");
    assert_non_null(stage_event(&s, EVENT_PEER));
    type_address("198.51.100.1:7327"); /* nobody knows yet that this is bob too */
    uint32_t other = dialled("198.51.100.1:7327");
    struct guest same;
    guest_init(&same, 2, "bob");
    guest_accept(&s, &same, other, "198.51.100.1:7327");
    assert_true(stage_closed(&s, other)); /* before message 3: the same key answered */
    s.guest = &g;
    for (int i = 0; i < 12; i++) {
        stage_wait(&s, 10000);
        assert_int_equal(dials(), 0);
        guest_send(&s, &g, MESSAGE_PING, 0, "12345678", 8);
    }
    guest_clear(&s, &same);
    guest_clear(&s, &g);
}

static void test_a_stalled_session_is_rescued_at_one_address_after_the_other(void **state)
{
    (void)state;
    static const char *const addresses[] = {"192.0.2.1:7327", "198.51.100.1:7327"};
    struct guest g, same;
    guest_init(&g, 2, "bob");
    guest_init(&same, 2, "bob");
    type_address(addresses[0]);
    guest_accept(&s, &g, dialled(addresses[0]), addresses[0]);
    type_address(addresses[1]);
    guest_accept(&s, &same, dialled(addresses[1]), addresses[1]); /* bob is there too */
    s.guest = &g;
    stage_wait(&s, PING_AFTER_MS + DOUBT_AFTER_MS);
    const struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = g.link}};
    for (size_t i = 0; i < 4; i++) {
        stage_input(&s, &stalled);
        uint32_t link = dialled(addresses[i % LENGTH(addresses)]);
        stage_input(&s, &stalled);
        assert_int_equal(dials(), 0); /* one at a time */
        stage_wait(&s, DIAL_AGAIN_MS);
        stage_link_down(&s, link);
        assert_int_equal(dials(), 0);
        stage_wait(&s, 1000); /* the other one waits longest now */
    }
    guest_clear(&s, &same);
    guest_clear(&s, &g);
}

static void test_somebody_who_went_is_called_again_soon(void **state)
{
    (void)state;
    struct guest g;
    guest_init(&g, 2, "bob");
    type_address("192.0.2.1:7327");
    guest_accept(&s, &g, dialled("192.0.2.1:7327"), "192.0.2.1:7327");
    uint64_t longest = DIAL_FIRST_WAIT_MS * 5 / 4 + DIAL_TURN_MS;
    stage_link_down(&s, g.link);
    assert_false(stage_event(&s, EVENT_PEER)->peer.online);
    assert_in_range(next_wake(), 1, longest);
    stage_wait(&s, next_wake());
    uint32_t link = dialled("192.0.2.1:7327");
    for (int i = 0; i < 10; i++) { /* a person we know is not left to wait as a stranger is */
        stage_link_down(&s, link);
        assert_in_range(next_wake(), 1, DIAL_KNOWN_WAIT_MS * 5 / 4);
        stage_wait(&s, next_wake());
        link = dialled("192.0.2.1:7327");
    }
    guest_clear(&s, &g);
}

/* Meets bob at 192.0.2.9, who accepts connections there, and starts again. */
static uint32_t meet_and_restart(struct guest *g)
{
    const struct command forget = {.type = COMMAND_PEER_REMOVE, .address = "192.0.2.9:7327"};
    guest_init(g, 2, "bob");
    type_address("192.0.2.9:7327");
    guest_accept(&s, g, dialled("192.0.2.9:7327"), "192.0.2.9:7327");
    stage_disk_done(&s);
    stage_command(&s, &forget);
    stage_disk_done(&s);
    s.guest = NULL;
    stage_restart(&s, 1);
    return dialled("192.0.2.9:7327");
}

static void test_where_somebody_was_met_is_dialled_after_a_restart(void **state)
{
    (void)state;
    struct guest g;
    guest_accept(&s, &g, meet_and_restart(&g), "192.0.2.9:7327");
    assert_non_null(stage_event(&s, EVENT_PEER));
    guest_clear(&s, &g);
}

static void test_nobody_else_is_told_who_we_are_there(void **state)
{
    (void)state;
    struct guest g, eve;
    uint32_t link = meet_and_restart(&g);
    guest_init(&eve, 3, "eve");
    guest_accept(&s, &eve, link, "192.0.2.9:7327");
    assert_true(stage_closed(&s, link));
    assert_int_equal(stage_count(&s, TODO_WRITE), 0); /* no message 3 */
    guest_clear(&s, &eve);
    guest_clear(&s, &g);
}

static void test_who_is_blocked_is_not_dialled(void **state)
{
    (void)state;
    const struct command block = {.type = COMMAND_BLOCK, .who = "bob"};
    struct guest g;
    guest_init(&g, 2, "bob");
    type_address("192.0.2.1:7327");
    guest_accept(&s, &g, dialled("192.0.2.1:7327"), "192.0.2.1:7327");
    stage_command(&s, &block);
    stage_disk_done(&s);
    stage_wait(&s, 20000);
    assert_int_equal(dials(), 0);
    assert_true(node_wake_ms(s.node) == UINT64_MAX);
    guest_clear(&s, &g);
}

static void test_when_our_network_changes_nobody_waits(void **state)
{
    (void)state;
    static const struct node_input network = {.type = INPUT_NETWORK};
    type_address("192.0.2.1:7327");
    uint32_t link = dialled("192.0.2.1:7327");
    for (int i = 0; i < 8; i++) {
        stage_link_down(&s, link);
        stage_wait(&s, next_wake());
        link = dialled("192.0.2.1:7327");
    }
    stage_input(&s, &network);
    assert_true(stage_closed(&s, link)); /* a dial that goes nowhere begins again */
    if (dials() == 0) {                  /* and not all of them at one moment */
        assert_in_range(next_wake(), 1, DIAL_AGAIN_MS);
        stage_wait(&s, next_wake());
    }
    assert_true(dialled("192.0.2.1:7327") != link);
}

static void test_when_our_network_changes_what_only_adverts_name_waits_on(void **state)
{
    (void)state;
    static const struct node_input network = {.type = INPUT_NETWORK};
    stage_found(&s, "a name", "192.0.2.1:7327", false);
    uint32_t link = dialled("192.0.2.1:7327");
    stage_input(&s, &network);
    assert_false(stage_closed(&s, link));
    for (int i = 0; i < 8; i++) {
        stage_link_down(&s, link);
        uint64_t wake = next_wake();
        stage_input(&s, &network);
        assert_true(next_wake() == wake);
        stage_wait(&s, wake);
        link = dialled("192.0.2.1:7327");
    }
}

static void test_who_hangs_up_at_once_and_again_is_not_called_at_once(void **state)
{
    (void)state;
    static const uint8_t none_sent[8];
    struct guest g;
    guest_init(&g, 2, "bob");
    type_address("192.0.2.1:7327");
    guest_accept(&s, &g, dialled("192.0.2.1:7327"), "192.0.2.1:7327");
    guest_send(&s, &g, MESSAGE_CLOSE, 0, none_sent, sizeof none_sent);
    assert_in_range(next_wake(), 1, DIAL_BACK_MS + DIAL_TURN_MS); /* once may be chance */
    stage_wait(&s, next_wake());
    guest_accept(&s, &g, dialled("192.0.2.1:7327"), "192.0.2.1:7327");
    guest_send(&s, &g, MESSAGE_CLOSE, 0, none_sent, sizeof none_sent);
    assert_in_range(next_wake(), DIAL_REBUFF_WAIT_MS, 2 * DIAL_REBUFF_WAIT_MS);
    guest_clear(&s, &g);
}

static void test_a_node_that_stops_dials_no_more(void **state)
{
    (void)state;
    static const struct node_input stop = {.type = INPUT_STOP}, tick = {.type = INPUT_TIME};
    stage_found(&s, "name", "192.0.2.1:7327", true);
    stage_input(&s, &stop);
    s.now.mono_ms += 5000;
    stage_input(&s, &tick);
    assert_int_equal(dials(), 0);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_typed_address_is_dialled_at_once_and_once),
        ON_A_STAGE(test_after_each_failure_it_waits_twice_as_long),
        ON_A_STAGE(test_a_failed_handshake_is_a_failure_too),
        ON_A_STAGE(test_eight_are_dialled_at_once),
        ON_A_STAGE(test_of_these_adverts_get_no_more_than_six),
        ON_A_STAGE(test_the_one_that_waits_its_turn_waits_a_second),
        ON_A_STAGE(test_what_was_lost_is_not_dialled_any_more),
        ON_A_STAGE(test_what_was_typed_stays_when_its_advert_is_lost),
        ON_A_STAGE(test_of_the_addresses_of_one_instance_one_is_dialled_at_a_time),
        ON_A_STAGE(test_somebody_new_at_an_address_is_dialled_at_once),
        ON_A_STAGE(test_no_more_than_512_addresses_are_tracked),
        ON_A_STAGE(test_an_instance_name_that_is_too_long_is_not_tracked),
        ON_A_STAGE(test_somebody_online_is_not_dialled_at_another_address),
        ON_A_STAGE(test_a_stalled_session_is_rescued_at_one_address_after_the_other),
        ON_A_STAGE(test_somebody_who_went_is_called_again_soon),
        ON_A_STAGE(test_where_somebody_was_met_is_dialled_after_a_restart),
        ON_A_STAGE(test_nobody_else_is_told_who_we_are_there),
        ON_A_STAGE(test_who_is_blocked_is_not_dialled),
        ON_A_STAGE(test_when_our_network_changes_nobody_waits),
        ON_A_STAGE(test_when_our_network_changes_what_only_adverts_name_waits_on),
        ON_A_STAGE(test_who_hangs_up_at_once_and_again_is_not_called_at_once),
        ON_A_STAGE(test_a_node_that_stops_dials_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
