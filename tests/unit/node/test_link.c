/* Connections, friendly and not: limits, deadlines, and one silent answer to everything wrong. */
#include "check.h"

#include "node/guest.h"
#include "node/link.h"
#include "node/state.h"
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

static uint32_t incoming(uint32_t i)
{
    return NODE_INCOMING_LINK | i;
}

static struct guest *connect_guest(const char *name)
{
    static struct guest g;
    guest_init(&g, 2, name);
    guest_connect(&s, &g, incoming(1));
    assert_false(stage_closed(&s, g.link));
    assert_non_null(stage_event(&s, EVENT_PEER));
    return &g;
}

static void test_of_one_source_eight_may_be_half_open(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= HALF_OPEN_PER_SOURCE; i++) {
        stage_link_up(&s, incoming(i), false, "192.0.2.1:1000");
        assert_false(stage_closed(&s, incoming(i)));
    }
    stage_link_up(&s, incoming(10), false, "192.0.2.2:1000");
    assert_int_equal(stage_count(&s, TODO_CLOSE), 0);
    stage_link_up(&s, incoming(9), false, "192.0.2.1:2000"); /* another port is the same source */
    assert_true(stage_closed(&s, incoming(1)));              /* the oldest makes room */
    assert_int_equal(stage_count(&s, TODO_CLOSE), 1);
    stage_link_down(&s, incoming(3));
    stage_link_up(&s, incoming(11), false, "192.0.2.1:1000");
    assert_int_equal(stage_count(&s, TODO_CLOSE), 0);
    assert_true(stage_dropped(&s, "half_open_limit") == 1);
}

static void test_a_network_of_ipv6_is_one_source(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= HALF_OPEN_PER_SOURCE + 1; i++) {
        char remote[64];
        snprintf(remote, sizeof remote, "[2001:db8::%x]:1000", i);
        stage_link_up(&s, incoming(i), false, remote);
        assert_int_equal(stage_closed(&s, incoming(1)), i > HALF_OPEN_PER_SOURCE);
    }
    for (uint32_t i = 20; i < 40; i++) { /* link-local: each host is a source by itself */
        char remote[64];
        snprintf(remote, sizeof remote, "[fe80::%x%%lo]:1000", i);
        stage_link_up(&s, incoming(i), false, remote);
        assert_false(stage_closed(&s, incoming(i)));
    }
}

static void test_sixty_four_may_be_half_open_in_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        char remote[32];
        snprintf(remote, sizeof remote, "192.0.2.%u:1000", i + 1);
        stage_link_up(&s, incoming(i + 1), false, remote);
        assert_int_equal(stage_count(&s, TODO_CLOSE), i >= HALF_OPEN_MAX);
        assert_true(i < HALF_OPEN_MAX || stage_closed(&s, incoming(i + 1 - HALF_OPEN_MAX)));
    }
    assert_int_equal(stage_status(&s)->half_open, HALF_OPEN_MAX);
    assert_true(stage_dropped(&s, "half_open_limit") == 200 - HALF_OPEN_MAX);
    stage_wait(&s, HANDSHAKE_FIRST_MS);
    assert_int_equal(stage_status(&s)->half_open, 0);
    stage_link_up(&s, incoming(300), false, "192.0.2.1:1000");
    assert_false(stage_closed(&s, incoming(300)));
}

static void test_message_1_has_five_seconds(void **state)
{
    (void)state;
    stage_link_up(&s, incoming(1), false, "192.0.2.1:1000");
    stage_wait(&s, HANDSHAKE_FIRST_MS - 1);
    assert_int_equal(stage_status(&s)->half_open, 1);
    stage_bytes(&s, incoming(1), "\0", 1); /* a byte buys no time */
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, incoming(1)));
    assert_int_equal(stage_status(&s)->handshakes_failed, 1);
}

static void test_the_whole_handshake_has_ten_seconds(void **state)
{
    (void)state;
    struct guest g;
    guest_init(&g, 2, "bob");
    guest_begin(&s, &g, incoming(1), 2);
    stage_wait(&s, HANDSHAKE_MS - 1);
    assert_int_equal(stage_status(&s)->half_open, 1);
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, incoming(1)));
    guest_clear(&s, &g);
}

static void test_a_dial_that_nobody_answers_is_given_up_soon(void **state)
{
    (void)state;
    const struct command add = {.type = COMMAND_PEER_ADD, .address = "192.0.2.1:7327"};
    stage_command(&s, &add);
    const struct todo *dial = stage_todo(&s, TODO_DIAL, 0);
    assert_non_null(dial);
    uint32_t link = dial->dial.link;
    stage_wait(&s, CONNECT_MS - 1);
    assert_false(stage_closed(&s, link));
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, link));
}

static void test_a_name_may_take_longer_to_be_found(void **state)
{
    (void)state;
    const struct command add = {.type = COMMAND_PEER_ADD, .address = "ship.local:7327"};
    stage_command(&s, &add);
    uint32_t link = stage_todo(&s, TODO_DIAL, 0)->dial.link;
    stage_wait(&s, HANDSHAKE_MS - 1);
    assert_false(stage_closed(&s, link));
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, link));
}

static void test_a_dial_that_connects_has_ten_seconds_more(void **state)
{
    (void)state;
    const struct command add = {.type = COMMAND_PEER_ADD, .address = "192.0.2.1:7327"};
    stage_command(&s, &add);
    uint32_t link = stage_todo(&s, TODO_DIAL, 0)->dial.link;
    stage_wait(&s, CONNECT_MS - 1);
    stage_link_up(&s, link, true, "192.0.2.1:7327");
    assert_int_equal(stage_todo(&s, TODO_WRITE, 0)->write.len, 2 + NOISE_OVERHEAD_1);
    stage_wait(&s, HANDSHAKE_MS - 1);
    assert_int_equal(stage_status(&s)->half_open, 1);
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, link));
}

static void test_a_length_that_is_not_legal_closes_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t len;
        uint8_t message;
        bool closes;
    } rows[] = {
        {"message 1 of nothing", 0, 0, true},
        {"message 1 a byte short", 31, 0, true},
        {"message 1", 32, 0, false},
        {"message 1 with a payload", 33, 0, true},
        {"message 1 of all there is", 65535, 0, true},
        {"what a web client says", 'G' << 8 | 'E', 0, true},
        {"message 3 of nothing", 0, 2, true},
        {"message 3 without a hello", 64, 2, true},
        {"message 3 a byte short", HANDSHAKE_MESSAGE_3_LEN - 1, 2, true},
        {"message 3", HANDSHAKE_MESSAGE_3_LEN, 2, false},
        {"message 3 a byte too long", HANDSHAKE_MESSAGE_3_LEN + 1, 2, true},
        {"message 3 of all there is", 65535, 2, true},
    };
    struct guest g;
    guest_init(&g, 2, "bob");
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        const uint8_t length[2] = {(uint8_t)(rows[i].len >> 8), (uint8_t)rows[i].len};
        guest_begin(&s, &g, incoming(i + 1), rows[i].message);
        stage_bytes(&s, g.link, length, 1);
        CHECK(!stage_closed(&s, g.link), rows[i].name);
        stage_bytes(&s, g.link, length + 1, 1);
        CHECK(stage_closed(&s, g.link) == rows[i].closes, rows[i].name);
        stage_link_down(&s, g.link);
    }
    guest_clear(&s, &g);
}

static void test_a_key_of_low_order_closes_without_an_answer(void **state)
{
    (void)state;
    static const uint8_t rows[][2 + 32] = {{0, 32}, {0, 32, 1}};
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        stage_link_up(&s, incoming(i + 1), false, "192.0.2.1:1000");
        stage_bytes(&s, incoming(i + 1), rows[i], sizeof rows[i]);
        assert_true(stage_closed(&s, incoming(i + 1)));
        assert_int_equal(stage_count(&s, TODO_WRITE), 0);
    }
    assert_true(stage_dropped(&s, "handshake") == LENGTH(rows));
}

static void test_garbage_in_message_3_closes_silently(void **state)
{
    (void)state;
    struct guest g;
    uint8_t garbage[2 + HANDSHAKE_MESSAGE_3_LEN] = {0, HANDSHAKE_MESSAGE_3_LEN};
    guest_init(&g, 2, "bob");
    guest_begin(&s, &g, incoming(1), 2);
    memset(garbage + 2, 0x5a, sizeof garbage - 2);
    stage_bytes(&s, g.link, garbage, sizeof garbage);
    assert_true(stage_closed(&s, g.link));
    assert_int_equal(stage_count(&s, TODO_WRITE), 0);
    assert_int_equal(stage_count(&s, TODO_EVENT), 0);
    assert_int_equal(stage_status(&s)->handshakes_failed, 1);
    stage_bytes(&s, g.link, garbage, sizeof garbage); /* what comes late is passed over */
    assert_int_equal(stage_count(&s, TODO_CLOSE), 0);
    guest_clear(&s, &g);
}

static void test_a_hello_that_does_not_hold_closes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
    } rows[] = {{"key", 0},
                {"signature", 32},
                {"length of the name", 106},
                {"name", 107},
                {"padding", 170}};
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        struct guest g;
        uint8_t hello[HELLO_LEN], out[512];
        size_t len;
        guest_init(&g, 2, "bob");
        guest_begin(&s, &g, incoming(i + 1), 2);
        CHECK_ERR(hello_write(&g.me, 1, 0, g.name, hello, &len), LTH_OK, rows[i].name);
        hello[rows[i].at] ^= 0x80;
        stage_bytes(&s, g.link, out, guest_write_handshake(&g, hello, len, out));
        CHECK(stage_closed(&s, g.link), rows[i].name);
        CHECK(!stage_event(&s, EVENT_PEER), rows[i].name);
        guest_clear(&s, &g);
    }
    assert_true(stage_dropped(&s, "handshake") == LENGTH(rows));
}

static void test_a_handshake_may_come_byte_by_byte(void **state)
{
    (void)state;
    struct guest g;
    uint8_t hello[HELLO_LEN], out[512];
    size_t hello_len;
    guest_init(&g, 2, "bob");
    guest_begin(&s, &g, incoming(1), 2);
    assert_int_equal(hello_write(&g.me, 1, 0, g.name, hello, &hello_len), LTH_OK);
    size_t len = guest_write_handshake(&g, hello, hello_len, out);
    for (size_t i = 0; i < len; i++) {
        assert_null(stage_event(&s, EVENT_PEER));
        stage_bytes(&s, g.link, out + i, 1);
    }
    const struct event *event = stage_event(&s, EVENT_PEER);
    assert_non_null(event);
    assert_string_equal(event->peer.name, "bob");
    assert_true(event->peer.online);
    assert_memory_equal(event->peer.id, g.me.public.id, ID_LEN);
    guest_clear(&s, &g);
}

static void test_a_frame_may_follow_message_3_at_once(void **state)
{
    (void)state;
    struct guest g;
    uint8_t hello[HELLO_LEN], out[512 + 256], plain[128] = {MESSAGE_PING, 0, 0, 8, 1, 2, 3};
    size_t hello_len;
    guest_init(&g, 2, "bob");
    guest_begin(&s, &g, incoming(1), 2);
    assert_int_equal(hello_write(&g.me, 1, 0, g.name, hello, &hello_len), LTH_OK);
    size_t len = guest_write_handshake(&g, hello, hello_len, out);
    session_init(&g.session, &g.noise, 0);
    g.ready = true;
    assert_int_equal(session_seal(&g.session, plain, sizeof plain, out + len), LTH_OK);
    stage_bytes(&s, g.link, out, len + sizeof plain + SESSION_OVERHEAD);
    struct frame_message m;
    assert_true(guest_heard(&g, MESSAGE_HELLO, &m));
    assert_true(guest_heard(&g, MESSAGE_PONG, &m));
    assert_memory_equal(m.body, plain + 4, 8);
    guest_clear(&s, &g);
}

static void test_what_ends_a_session(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t type, flags;
        uint16_t len;
        bool closes;
    } rows[] = {
        {"a ping of 8 bytes", MESSAGE_PING, 0, 8, false},
        {"a ping of 7 bytes", MESSAGE_PING, 0, 7, true},
        {"a pong nobody asked for", MESSAGE_PONG, 0, 8, false},
        {"a second hello", MESSAGE_HELLO, 0, HELLO_LEN, true},
        {"a name of no bytes", MESSAGE_NAME, 0, 0, true},
        {"a name of zero bytes", MESSAGE_NAME, 0, 4, true},
        {"an unknown type", 200, 0, 100, false},
        {"an unknown type that must be understood", 200, FRAME_MUST_UNDERSTAND, 100, true},
        {"an unknown type with other flags", 200, 0xfe, 0, false},
        {"a rekey", MESSAGE_REKEY, FRAME_MUST_UNDERSTAND, 0, false},
        {"a rekey with a body", MESSAGE_REKEY, FRAME_MUST_UNDERSTAND, 1, true},
        {"a good-bye", MESSAGE_CLOSE, 0, 8, true},
        {"a short good-bye", MESSAGE_CLOSE, 0, 7, true},
        {"HAVE of no bytes", MESSAGE_HAVE, 0, 0, true},
        {"HAVE of half an item", MESSAGE_HAVE, 0, 33 + 28, true},
        {"ENTRIES cut in the header", MESSAGE_ENTRIES, 0, 111, true},
        {"ENTRIES from number 0", MESSAGE_ENTRIES, 0, 112, true},
        {"HEAD a byte short", MESSAGE_HEAD, 0, 175, true},
        {"RECEIPT a byte long", MESSAGE_RECEIPT, 0, 209, true},
    };
    static const uint8_t zeros[256];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct guest *g = connect_guest("bob");
        guest_send(&s, g, rows[i].type, rows[i].flags, zeros, rows[i].len);
        CHECK(stage_closed(&s, g->link) == rows[i].closes, rows[i].name);
        stage_link_down(&s, g->link);
        guest_clear(&s, g);
    }
}

static void test_frames_that_are_not_well_formed_end_the_session(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t plain[16];
        size_t len;
        bool closes;
    } rows[] = {
        {"padding only", {0}, 1, false},
        {"padding that is not zero", {0, 0, 1}, 3, true},
        {"a message cut in its header", {MESSAGE_PONG, 0, 0}, 3, true},
        {"a message cut in its body", {MESSAGE_PONG, 0, 0, 8, 1}, 5, true},
        {"something behind a rekey", {MESSAGE_REKEY, 1, 0, 0, MESSAGE_PONG, 0, 0, 0}, 8, true},
        {"padding behind a rekey", {MESSAGE_REKEY, 1, 0, 0, 0, 0}, 6, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct guest *g = connect_guest("bob");
        guest_send_frame(&s, g, rows[i].plain, rows[i].len);
        CHECK(stage_closed(&s, g->link) == rows[i].closes, rows[i].name);
        stage_link_down(&s, g->link);
        guest_clear(&s, g);
    }
}

static void test_a_changed_frame_ends_the_session(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob");
    uint8_t plain[128] = {MESSAGE_PING, 0, 0, 8}, frame[sizeof plain + SESSION_OVERHEAD];
    assert_int_equal(session_seal(&g->session, plain, sizeof plain, frame), LTH_OK);
    frame[50] ^= 1;
    stage_bytes(&s, g->link, frame, sizeof frame);
    assert_true(stage_closed(&s, g->link));
    assert_int_equal(stage_count(&s, TODO_WRITE), 0);
    assert_false(stage_event(&s, EVENT_PEER)->peer.online);
    assert_true(stage_dropped(&s, "forged") == 1);
    guest_clear(&s, g);
}

static void test_a_session_goes_on_under_the_next_key(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob");
    struct frame_message m;
    for (int i = 0; i < 3; i++) {
        guest_send(&s, g, MESSAGE_REKEY, FRAME_MUST_UNDERSTAND, NULL, 0);
        session_rekey_send(&g->session, 0);
        guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
        assert_true(guest_heard(g, MESSAGE_PONG, &m));
        assert_memory_equal(m.body, "12345678", 8);
    }
    assert_int_equal(stage_status(&s)->rekeys, 3);
    guest_clear(&s, g);
}

static void test_our_own_key_is_changed_after_ten_minutes(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob");
    struct frame_message m;
    for (uint64_t ms = 0; ms < SESSION_REKEY_MS; ms += 10000) {
        guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
        assert_true(guest_heard(g, MESSAGE_PONG, &m));
        assert_false(guest_heard(g, MESSAGE_REKEY, &m));
        stage_wait(&s, 10000);
    }
    guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
    assert_true(guest_heard(g, MESSAGE_REKEY, &m));
    guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
    assert_true(guest_heard(g, MESSAGE_PONG, &m));
    guest_clear(&s, g);
}

static void test_silence_is_answered_by_a_ping_and_then_by_the_end(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob");
    struct frame_message m;
    stage_wait(&s, PING_AFTER_MS - PING_EARLY_MS - 1);
    assert_false(guest_heard(g, MESSAGE_PING, &m));
    stage_wait(&s, PING_EARLY_MS + 1);
    assert_true(guest_heard(g, MESSAGE_PING, &m));
    guest_send(&s, g, MESSAGE_PONG, 0, m.body, 8);
    stage_wait(&s, DEAD_AFTER_MS - 1);
    assert_int_equal(stage_status(&s)->sessions, 1);
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, g->link));
    assert_false(stage_event(&s, EVENT_PEER)->peer.online);
    guest_clear(&s, g);
}

static void test_many_pings_leave_in_one_go(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob"), other;
    struct frame_message m;
    stage_wait(&s, PING_EARLY_MS);
    guest_init(&other, 3, "eve");
    guest_connect(&s, &other, incoming(2));
    stage_wait(&s, PING_AFTER_MS - PING_EARLY_MS); /* it is bob's turn */
    assert_int_equal(stage_count(&s, TODO_WRITE), 2);
    assert_true(node_wake_ms(s.node) > s.now.mono_ms + DOUBT_AFTER_MS - 1);
    assert_true(guest_heard(&other, MESSAGE_PING, &m));
    guest_clear(&s, g);
    guest_clear(&s, &other);
}

static void
test_when_our_network_changes_sessions_have_two_seconds_to_prove_themselves(void **state)
{
    (void)state;
    static const struct node_input network = {.type = INPUT_NETWORK};
    struct guest *g = connect_guest("bob");
    struct frame_message m;
    stage_input(&s, &network);
    assert_true(guest_heard(g, MESSAGE_PING, &m));
    stage_wait(&s, PROBE_MS - 1);
    guest_send(&s, g, MESSAGE_PONG, 0, m.body, 8); /* just in time */
    stage_wait(&s, PROBE_MS);
    assert_int_equal(stage_status(&s)->sessions, 1);
    stage_input(&s, &network);
    stage_wait(&s, PROBE_MS - 1);
    stage_input(&s, &network); /* more of the same does not lengthen it */
    stage_wait(&s, 1);
    assert_true(stage_closed(&s, g->link));
    guest_clear(&s, g);
}

/* A session that the node dialled, with somebody at 192.0.2.1:7327. */
static struct guest *dial_guest(void)
{
    static struct guest g;
    guest_init(&g, 2, "bob");
    stage_found(&s, "bob", "192.0.2.1:7327", false);
    guest_accept(&s, &g, stage_todo(&s, TODO_DIAL, 0)->dial.link, "192.0.2.1:7327");
    stage_disk_done(&s);
    return &g;
}

static void test_after_its_volume_a_session_is_replaced_by_a_fresh_handshake(void **state)
{
    (void)state;
    struct guest *g = dial_guest(), again;
    struct frame_message m;
    links_get(&s.node->links, g->link)->session.frames_sent = SESSION_MAX_FRAMES;
    stage_wait(&s, PING_AFTER_MS);
    uint32_t second = stage_todo(&s, TODO_DIAL, 0)->dial.link;
    guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
    assert_true(guest_heard(g, MESSAGE_PONG, &m)); /* the old one works until the new one does */
    guest_init(&again, 2, "bob");
    again.incarnation = g->incarnation;
    guest_accept(&s, &again, second, "192.0.2.1:7327");
    assert_null(stage_event(&s, EVENT_PEER));
    assert_int_equal(stage_status(&s)->sessions, 1);
    guest_clear(&s, g);
    guest_clear(&s, &again);
}

static void test_a_stalled_session_is_replaced_by_a_second_dial(void **state)
{
    (void)state;
    struct guest *g = dial_guest(), again;
    struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = g->link}};
    stage_wait(&s, PING_AFTER_MS + DOUBT_AFTER_MS - 1);
    assert_int_equal(stage_count(&s, TODO_LOOK), 0);
    stage_wait(&s, 1);
    assert_int_equal(stage_todo(&s, TODO_LOOK, 0)->link, g->link);
    stage_input(&s, &stalled);
    const struct todo *dial = stage_todo(&s, TODO_DIAL, 0);
    assert_string_equal(dial->dial.address, "192.0.2.1:7327");
    uint32_t second = dial->dial.link;
    stage_input(&s, &stalled);
    assert_int_equal(stage_count(&s, TODO_DIAL), 0); /* one at a time */
    guest_init(&again, 2, "bob");
    again.incarnation = g->incarnation;
    guest_accept(&s, &again, second, "192.0.2.1:7327");
    assert_int_equal(stage_status(&s)->sessions, 1);
    guest_send(&s, &again, MESSAGE_PING, 0, "12345678", 8);
    struct frame_message m;
    assert_true(guest_heard(&again, MESSAGE_PONG, &m));
    guest_clear(&s, g);
    guest_clear(&s, &again);
}

static void test_an_answer_ends_the_doubt(void **state)
{
    (void)state;
    struct guest *g = dial_guest();
    struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = g->link}};
    stage_wait(&s, PING_AFTER_MS + DOUBT_AFTER_MS);
    guest_send(&s, g, MESSAGE_PONG, 0, "12345678", 8); /* after all */
    stage_input(&s, &stalled);
    assert_int_equal(stage_count(&s, TODO_DIAL), 0);
    stage_wait(&s, DOUBT_AFTER_MS);
    assert_int_equal(stage_count(&s, TODO_LOOK), 0);
    guest_clear(&s, g);
}

static void test_a_peers_own_ping_does_not_end_the_doubt(void **state)
{
    (void)state;
    struct guest *g = dial_guest();
    struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = g->link}};
    stage_wait(&s, PING_AFTER_MS + DOUBT_AFTER_MS - 1);
    guest_send(&s, g, MESSAGE_PING, 0, "12345678", 8);
    guest_send(&s, g, MESSAGE_NAME, 0, "robert", 6);
    guest_send_have(&s, g);
    stage_wait(&s, 1); /* all that shows that we hear it, and not that it hears us */
    assert_int_equal(stage_todo(&s, TODO_LOOK, 0)->link, g->link);
    stage_input(&s, &stalled);
    assert_int_equal(stage_count(&s, TODO_DIAL), 1);
    guest_clear(&s, g);
}

static void test_a_process_that_stood_still_starts_its_sessions_afresh(void **state)
{
    (void)state;
    static const struct node_input tick = {.type = INPUT_TIME};
    struct guest *g = connect_guest("bob");
    s.now.mono_ms += STANDSTILL_MS + 1;
    stage_input(&s, &tick);
    assert_true(stage_closed(&s, g->link));
    assert_int_equal(stage_count(&s, TODO_WRITE), 0); /* nothing more under the old keys */
    guest_clear(&s, g);
}

static bool is_warned_of(const char *code)
{
    const struct event *e = stage_event(&s, EVENT_WARNING);
    return e && strcmp(e->warning.code, code) == 0;
}

static void test_the_clock_is_spoken_of_after_ten_minutes_and_not_before(void **state)
{
    (void)state;
    enum { TEN_MINUTES_MS = 10 * 60 * 1000 };
    static const struct node_input tick = {.type = INPUT_TIME};
    static const struct {
        const char *name;
        int64_t jump_ms;
        bool is_told;
    } rows[] = {
        {"ten minutes forward", TEN_MINUTES_MS, false},
        {"more than that forward", TEN_MINUTES_MS + 1, true},
        {"ten minutes back", -TEN_MINUTES_MS, false},
        {"more than that back", -TEN_MINUTES_MS - 1, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        s.now.wall_ms += (uint64_t)rows[i].jump_ms;
        stage_input(&s, &tick);
        CHECK(is_warned_of("clock") == rows[i].is_told, rows[i].name);
        stage_input(&s, &tick);
        CHECK(!is_warned_of("clock"), rows[i].name); /* once a jump */
    }
}

/* A handshake message as the node wrote it to link in the last step; returns its length. */
static size_t written(uint32_t link, uint8_t out[512])
{
    const struct todo *write = stage_todo(&s, TODO_WRITE, 0);
    assert_int_equal(write->write.link, link);
    assert_in_range(write->write.len, 1, 512);
    memcpy(out, write->write.bytes, write->write.len);
    return write->write.len;
}

static void test_a_dial_that_leads_back_to_ourselves_is_no_copy_of_us(void **state)
{
    (void)state;
    uint8_t message[512];
    stage_found(&s, "mirror", "192.0.2.1:7327", false);
    uint32_t link = stage_todo(&s, TODO_DIAL, 0)->dial.link;
    stage_link_up(&s, link, true, "192.0.2.1:7327");
    size_t len = written(link, message);
    stage_link_up(&s, incoming(1), false, "192.0.2.1:40000");
    stage_bytes(&s, incoming(1), message, len);
    len = written(incoming(1), message);
    stage_bytes(&s, link, message, len);
    assert_true(stage_closed(&s, link));
    assert_null(stage_event(&s, EVENT_WARNING));
}

static void test_a_copy_of_us_is_told_of_once(void **state)
{
    (void)state;
    static const char *const addresses[] = {"192.0.2.1:7327", "192.0.2.2:7327"};
    for (size_t i = 0; i < LENGTH(addresses); i++) {
        struct guest copy;
        guest_init(&copy, 1, "host"); /* the secret of the node itself */
        stage_found(&s, addresses[i], addresses[i], false);
        uint32_t link = stage_todo(&s, TODO_DIAL, 0)->dial.link;
        guest_accept(&s, &copy, link, addresses[i]);
        CHECK(stage_closed(&s, link), addresses[i]);
        CHECK(is_warned_of("clone") == (i == 0), addresses[i]);
        guest_clear(&s, &copy);
    }
}

static void test_a_new_name_is_told_and_a_namesake_is_warned_of(void **state)
{
    (void)state;
    struct guest *bob = connect_guest("bob"), eve;
    guest_send(&s, bob, MESSAGE_NAME, 0, "robert", 6);
    assert_string_equal(stage_event(&s, EVENT_PEER)->peer.name, "robert");
    guest_init(&eve, 3, "robert");
    guest_connect(&s, &eve, incoming(2));
    const struct event *event = stage_event(&s, EVENT_KEY_CHANGE);
    assert_non_null(event);
    assert_string_equal(event->key_change.name, "robert");
    assert_memory_equal(event->key_change.old_id, bob->me.public.id, ID_LEN);
    assert_memory_equal(event->key_change.new_id, eve.me.public.id, ID_LEN);
    guest_clear(&s, bob);
    guest_clear(&s, &eve);
}

static void test_somebody_blocked_is_put_out_and_not_let_in_again(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob");
    const struct command block = {.type = COMMAND_BLOCK, .who = "bob"};
    struct frame_message m;
    stage_command(&s, &block);
    stage_disk_done(&s);
    assert_true(stage_closed(&s, g->link));
    assert_true(guest_heard(g, MESSAGE_CLOSE, &m));
    guest_connect(&s, g, incoming(2));
    assert_true(stage_closed(&s, incoming(2)));
    assert_null(stage_event(&s, EVENT_PEER));
    assert_true(stage_dropped(&s, "blocked") == 1);
    guest_clear(&s, g);
}

static void test_a_new_process_of_the_same_person_replaces_the_old_session(void **state)
{
    (void)state;
    struct guest *g = connect_guest("bob"), again;
    guest_init(&again, 2, "bob");
    again.incarnation = 5;
    guest_connect(&s, &again, incoming(2));
    assert_true(stage_closed(&s, g->link));
    assert_false(stage_closed(&s, again.link));
    assert_null(stage_event(&s, EVENT_PEER)); /* online it was, online it is */
    assert_int_equal(stage_status(&s)->sessions, 1);
    guest_clear(&s, g);
    guest_clear(&s, &again);
}

static void test_while_the_user_interface_holds_no_link_is_read(void **state)
{
    (void)state;
    static const struct node_input hold = {.type = INPUT_HOLD}, release = {.type = INPUT_RELEASE};
    struct guest *g = connect_guest("bob"), late;
    stage_input(&s, &hold);
    assert_int_equal(stage_count(&s, TODO_PAUSE), 1);
    assert_int_equal(stage_todo(&s, TODO_PAUSE, 0)->link, g->link);
    stage_input(&s, &hold);
    assert_int_equal(stage_count(&s, TODO_PAUSE), 0);
    guest_init(&late, 3, "late"); /* somebody new may come in, but not talk */
    guest_connect(&s, &late, incoming(2));
    assert_int_equal(stage_count(&s, TODO_PAUSE), 1);
    assert_int_equal(stage_todo(&s, TODO_PAUSE, 0)->link, late.link);
    stage_input(&s, &release);
    assert_int_equal(stage_count(&s, TODO_RESUME), 2);
    guest_clear(&s, g);
    guest_clear(&s, &late);
}

static void test_stopping_says_good_bye_and_counts_the_frames(void **state)
{
    (void)state;
    static const struct node_input stop = {.type = INPUT_STOP};
    struct guest *g = connect_guest("bob");
    struct frame_message m;
    stage_input(&s, &stop);
    assert_true(guest_heard(g, MESSAGE_CLOSE, &m));
    struct reader r = reader_over(m.body, m.len);
    assert_true(read_u64(&r) == g->session.frames_received - 1);
    assert_int_equal(reader_finish(&r), LTH_OK);
    assert_true(stage_closed(&s, g->link));
    guest_clear(&s, g);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_of_one_source_eight_may_be_half_open),
        ON_A_STAGE(test_a_network_of_ipv6_is_one_source),
        ON_A_STAGE(test_sixty_four_may_be_half_open_in_all),
        ON_A_STAGE(test_message_1_has_five_seconds),
        ON_A_STAGE(test_the_whole_handshake_has_ten_seconds),
        ON_A_STAGE(test_a_dial_that_nobody_answers_is_given_up_soon),
        ON_A_STAGE(test_a_dial_that_connects_has_ten_seconds_more),
        ON_A_STAGE(test_a_name_may_take_longer_to_be_found),
        ON_A_STAGE(test_a_length_that_is_not_legal_closes_at_once),
        ON_A_STAGE(test_a_key_of_low_order_closes_without_an_answer),
        ON_A_STAGE(test_garbage_in_message_3_closes_silently),
        ON_A_STAGE(test_a_hello_that_does_not_hold_closes),
        ON_A_STAGE(test_a_handshake_may_come_byte_by_byte),
        ON_A_STAGE(test_a_frame_may_follow_message_3_at_once),
        ON_A_STAGE(test_what_ends_a_session),
        ON_A_STAGE(test_frames_that_are_not_well_formed_end_the_session),
        ON_A_STAGE(test_a_changed_frame_ends_the_session),
        ON_A_STAGE(test_a_session_goes_on_under_the_next_key),
        ON_A_STAGE(test_our_own_key_is_changed_after_ten_minutes),
        ON_A_STAGE(test_silence_is_answered_by_a_ping_and_then_by_the_end),
        ON_A_STAGE(test_many_pings_leave_in_one_go),
        ON_A_STAGE(test_when_our_network_changes_sessions_have_two_seconds_to_prove_themselves),
        ON_A_STAGE(test_after_its_volume_a_session_is_replaced_by_a_fresh_handshake),
        ON_A_STAGE(test_a_stalled_session_is_replaced_by_a_second_dial),
        ON_A_STAGE(test_an_answer_ends_the_doubt),
        ON_A_STAGE(test_a_peers_own_ping_does_not_end_the_doubt),
        ON_A_STAGE(test_a_process_that_stood_still_starts_its_sessions_afresh),
        ON_A_STAGE(test_the_clock_is_spoken_of_after_ten_minutes_and_not_before),
        ON_A_STAGE(test_a_dial_that_leads_back_to_ourselves_is_no_copy_of_us),
        ON_A_STAGE(test_a_copy_of_us_is_told_of_once),
        ON_A_STAGE(test_a_new_name_is_told_and_a_namesake_is_warned_of),
        ON_A_STAGE(test_somebody_blocked_is_put_out_and_not_let_in_again),
        ON_A_STAGE(test_a_new_process_of_the_same_person_replaces_the_old_session),
        ON_A_STAGE(test_while_the_user_interface_holds_no_link_is_read),
        ON_A_STAGE(test_stopping_says_good_bye_and_counts_the_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
