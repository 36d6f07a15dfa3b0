/* Plain lines over pipes: the whole way of a run, with a host in the place of a node. */
#include "fake_host.h"

#include <stdlib.h>
#include <unistd.h>

static const struct ui_config config = {
    .kind = UI_LINES, .in_fd = -1, .out_fd = -1, .to = "bob", .timeout_s = 1};

static struct fake_host h;

static void tell_answer(const struct command *c, enum event_type type)
{
    struct event e = {.type = type, .is_answer = true, .ticket = c->ticket};
    if (type == EVENT_SAFETY)
        e.safety.number = "1";
    if (type == EVENT_ACCEPTED)
        memcpy(e.accepted.id, &c->ticket, sizeof c->ticket);
    ui_event(h.ui, &e);
}

static void tell_delivered(uint64_t ticket)
{
    struct event e = {.type = EVENT_DELIVERED};
    memcpy(e.delivery.id, &ticket, sizeof ticket);
    ui_event(h.ui, &e);
}

/* Bob is known, and takes everything at once. */
static void deliver(struct fake_host *host, const struct command *c)
{
    (void)host;
    tell_answer(c, c->type == COMMAND_VERIFY ? EVENT_SAFETY : EVENT_ACCEPTED);
    if (c->type == COMMAND_SEND)
        tell_delivered(c->ticket);
}

/* Bob is known, and away. */
static void queue(struct fake_host *host, const struct command *c)
{
    (void)host;
    tell_answer(c, c->type == COMMAND_VERIFY ? EVENT_SAFETY : EVENT_ACCEPTED);
}

static void refuse_unknown(struct fake_host *host, const struct command *c)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = true, .ticket = c->ticket};
    e.error.code = CODE_UNKNOWN_PEER;
    e.error.text = "No bob.";
    ui_event(host->ui, &e);
}

static void test_every_line_is_delivered_and_it_ends_with_0(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = deliver;
    fake_host_ready(&h);
    fake_host_say(&h, "one\ntwo\r\nthree");
    fake_host_end_input(&h);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.submitted, 4); /* the question, and three lines */
    assert_int_equal(h.text_bytes, 11);
    assert_int_equal(strlen(h.last_who), ID_TEXT_LEN);
    fake_host_close(&h);
    assert_int_equal(h.status, 0);
}

static void test_nothing_is_read_until_the_person_appears(void **state)
{
    (void)state;
    struct event peer = {.type = EVENT_PEER};
    peer.peer.name = peer.peer.petname = "bob";
    fake_host_open(&h, config);
    h.answer = refuse_unknown;
    fake_host_ready(&h);
    assert_int_equal(write(h.to_ui, "one\n", 4), 4);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.submitted, 1);
    h.answer = deliver;
    ui_event(h.ui, &peer);
    fake_host_until_size(&h, &h.submitted, 3);
    assert_int_equal(h.last.type, COMMAND_SEND);
    fake_host_close(&h);
}

static void test_a_person_who_never_appears_ends_it_with_3(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = refuse_unknown;
    fake_host_ready(&h);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 3);
}

static void test_what_is_not_delivered_in_time_ends_it_with_4(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = queue;
    fake_host_ready(&h);
    fake_host_say(&h, "one\n");
    fake_host_end_input(&h);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 4);
}

static void test_without_any_time_a_line_for_somebody_known_is_kept_and_it_ends_with_4(void **state)
{
    (void)state;
    struct ui_config now = config;
    now.timeout_s = 0;
    fake_host_open(&h, now);
    h.answer = queue;
    fake_host_turn(&h, 20, true); /* the store is still being read */
    assert_int_equal(h.stops, 0);
    fake_host_ready(&h);
    fake_host_say(&h, "one\n");
    fake_host_end_input(&h);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.text_bytes, 3);
    fake_host_close(&h);
    assert_int_equal(h.status, 4);
}

static void test_without_any_time_somebody_unknown_ends_it_with_3(void **state)
{
    (void)state;
    struct ui_config now = config;
    now.timeout_s = 0;
    fake_host_open(&h, now);
    h.answer = refuse_unknown;
    fake_host_ready(&h);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 3);
}

static void test_nobody_without_discovery_ends_it_with_8_unless_an_address_was_typed(void **state)
{
    (void)state;
    for (int typed = 0; typed <= 1; typed++) {
        struct ui_config now = config;
        struct event lost = {.type = EVENT_WARNING};
        lost.warning.code = "discovery_lost";
        lost.warning.text = "No network is up.";
        now.timeout_s = 0;
        now.has_addresses = typed;
        fake_host_open(&h, now);
        h.answer = refuse_unknown;
        ui_event(h.ui, &lost);
        fake_host_ready(&h);
        fake_host_until_int(&h, &h.stops, 1);
        fake_host_close(&h);
        assert_int_equal(h.status, typed ? 3 : 8);
    }
}

static void test_a_stop_while_something_is_not_delivered_ends_it_with_4(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = queue;
    fake_host_ready(&h);
    fake_host_say(&h, "one\n");
    fake_host_until_size(&h, &h.text_bytes, 3);
    fake_host_close(&h);
    assert_int_equal(h.status, 4);
}

static void test_a_stop_while_nothing_is_sent_ends_it_with_1(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = refuse_unknown;
    fake_host_ready(&h);
    fake_host_until_size(&h, &h.submitted, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 1);
}

static void test_a_late_delivery_in_time_ends_it_with_0(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = queue;
    fake_host_ready(&h);
    fake_host_say(&h, "one\n");
    fake_host_end_input(&h);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.stops, 0);
    tell_delivered(h.last.ticket);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 0);
}

static void test_a_busy_node_is_left_alone_until_it_resumes(void **state)
{
    (void)state;
    fake_host_open(&h, config);
    h.answer = deliver;
    fake_host_ready(&h);
    fake_host_until_size(&h, &h.submitted, 1);
    h.busy = true;
    fake_host_say(&h, "one\ntwo\n");
    fake_host_end_input(&h);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.submitted, 1);
    h.busy = false;
    ui_resume(h.ui);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.submitted, 3);
    fake_host_close(&h);
}

static void test_200000_lines_are_read_without_a_pause(void **state)
{
    (void)state;
    enum { LINES = 200000 };
    static char many[LINES * 2];
    memset(many, 'x', sizeof many);
    for (size_t i = 0; i < sizeof many; i += 2)
        many[i + 1] = '\n';
    fake_host_open(&h, config);
    h.answer = deliver;
    fake_host_ready(&h);
    fake_host_until_size(&h, &h.submitted, 1);
    fake_host_write(&h, many, sizeof many);
    fake_host_end_input(&h);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.text_bytes, LINES);
    fake_host_close(&h);
    assert_int_equal(h.status, 0);
}

static void test_a_line_longer_than_a_message_is_left_out(void **state)
{
    (void)state;
    static char line[TEXT_MAX + 2];
    memset(line, 'x', sizeof line);
    line[TEXT_MAX] = '\n';
    fake_host_open(&h, config);
    h.answer = deliver;
    fake_host_ready(&h);
    fake_host_write(&h, line, TEXT_MAX + 1);
    fake_host_until_size(&h, &h.text_bytes, TEXT_MAX);
    line[TEXT_MAX] = 'x';
    line[TEXT_MAX + 1] = '\n';
    fake_host_write(&h, line, TEXT_MAX + 2);
    fake_host_say(&h, "last\n");
    fake_host_end_input(&h);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.text_bytes, TEXT_MAX + 4);
    fake_host_close(&h);
    assert_int_equal(h.status, 1);
}

static void test_a_reader_that_does_not_read_is_told_to_the_host(void **state)
{
    (void)state;
    static char text[TEXT_MAX];
    struct event e = {.type = EVENT_MESSAGE};
    memset(text, 'm', sizeof text);
    e.message.name = "bob";
    e.message.text = (const uint8_t *)text;
    e.message.text_len = sizeof text;
    fake_host_open(&h, config);
    for (e.message.record = 1; e.message.record <= 80; e.message.record++)
        ui_event(h.ui, &e);
    assert_true(ui_is_full(h.ui));
    for (int i = 0; i < 2000 && h.shown < 80; i++) {
        h.got_len = 0;
        fake_host_turn(&h, 1, true);
    }
    assert_int_equal(h.shown, 80);
    assert_int_equal(h.drains, 1);
    assert_false(ui_is_full(h.ui));
    fake_host_close(&h);
}

static void test_messages_of_others_come_out_as_lines_and_are_shown(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = "bob";
    e.message.text = (const uint8_t *)"hi";
    e.message.text_len = 2;
    e.message.record = 5;
    fake_host_open(&h, config);
    ui_event(h.ui, &e);
    fake_host_until_got(&h, "bob: hi\n");
    e.message.from_me = true;
    e.message.record = 6; /* ours is not printed, and shown all the same */
    ui_event(h.ui, &e);
    fake_host_turn(&h, 10, true);
    assert_int_equal(h.shown, 6);
    assert_string_equal(h.got, "bob: hi\n");
    fake_host_close(&h);
}

static void test_a_reader_that_went_away_ends_it_with_1(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = "bob";
    e.message.record = 5;
    fake_host_open(&h, config);
    close(h.from_ui);
    h.from_ui = -1;
    ui_event(h.ui, &e);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_int_equal(h.status, 1);
    assert_int_equal(h.shown, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_line_is_delivered_and_it_ends_with_0),
        cmocka_unit_test(test_nothing_is_read_until_the_person_appears),
        cmocka_unit_test(test_a_person_who_never_appears_ends_it_with_3),
        cmocka_unit_test(test_what_is_not_delivered_in_time_ends_it_with_4),
        cmocka_unit_test(
            test_without_any_time_a_line_for_somebody_known_is_kept_and_it_ends_with_4),
        cmocka_unit_test(test_without_any_time_somebody_unknown_ends_it_with_3),
        cmocka_unit_test(test_nobody_without_discovery_ends_it_with_8_unless_an_address_was_typed),
        cmocka_unit_test(test_a_stop_while_something_is_not_delivered_ends_it_with_4),
        cmocka_unit_test(test_a_stop_while_nothing_is_sent_ends_it_with_1),
        cmocka_unit_test(test_a_late_delivery_in_time_ends_it_with_0),
        cmocka_unit_test(test_a_busy_node_is_left_alone_until_it_resumes),
        cmocka_unit_test(test_200000_lines_are_read_without_a_pause),
        cmocka_unit_test(test_a_line_longer_than_a_message_is_left_out),
        cmocka_unit_test(test_a_reader_that_does_not_read_is_told_to_the_host),
        cmocka_unit_test(test_messages_of_others_come_out_as_lines_and_are_shown),
        cmocka_unit_test(test_a_reader_that_went_away_ends_it_with_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
