/* Meeting, renaming, and who makes room for whom. */
#include "check.h"
#include "guest.h"
#include "stage.h"

#include "node/contacts.h"
#include "wire/hello.h"

static struct stage s;

static size_t peers_known(void)
{
    const struct command c = {.type = COMMAND_PEERS, .ticket = 1};
    stage_command(&s, &c);
    return stage_event(&s, EVENT_PEERS)->peers.count;
}

/* Somebody connects, is met, and leaves. */
static void pass_by(struct guest *g, unsigned number)
{
    uint8_t seed = (uint8_t)number;
    guest_init(g, seed, "passer-by");
    uint8_t x25519[32] = {(uint8_t)(number >> 8), seed, 7},
            ed25519[32] = {seed, 9, (uint8_t)(number >> 8)};
    identity_secret_clear(&g->me);
    identity_secret_init(&g->me, x25519, ed25519);
    guest_connect(&s, g, NODE_INCOMING_LINK | (number + 1));
    assert_true(g->ready);
    stage_link_down(&s, g->link);
    stage_disk_done(&s);
    stage_wait(&s, 1);
    guest_clear(&s, g);
}

static void test_a_full_table_forgets_passers_by_and_nobody_else(void **state)
{
    (void)state;
    struct guest friend, other;
    stage_open(&s, 1);
    guest_init(&friend, 200, "friend");
    guest_connect(&s, &friend, NODE_INCOMING_LINK | 5000);
    char id[ID_TEXT_LEN + 1];
    id_write(friend.me.public.id, id);
    const struct command send = {
        .type = COMMAND_SEND, .who = id, .text = (const uint8_t *)"hi", .text_len = 2};
    for (unsigned i = 0; i < CONTACTS_MAX + 20; i++)
        pass_by(&other, i + 300);
    assert_int_equal(peers_known(), CONTACTS_MAX);
    stage_command(&s, &send); /* was here all the time, and nothing was said before */
    stage_disk_done(&s);
    assert_non_null(stage_event(&s, EVENT_ACCEPTED));
    stage_link_down(&s, friend.link);
    guest_clear(&s, &friend);
    stage_restart(&s, 1); /* reading the log makes room too, but not of a friend */
    assert_int_equal(stage_status(&s)->queued, 1);
    stage_command(&s, &send);
    assert_null(stage_event(&s, EVENT_ERROR));
    stage_disk_done(&s);
    stage_close(&s);
}

static void test_a_name_is_taken_once_a_second_and_the_last_of_several_stays(void **state)
{
    (void)state;
    struct guest g;
    stage_open(&s, 2);
    guest_init(&g, 3, "ann");
    guest_connect(&s, &g, NODE_INCOMING_LINK | 1);
    stage_wait(&s, 5000);
    guest_send(&s, &g, 6, 0, "anna", 4);
    assert_string_equal(stage_event(&s, EVENT_PEER)->peer.name, "anna");
    guest_send(&s, &g, 6, 0, "hannah", 6);
    assert_null(stage_event(&s, EVENT_PEER));
    guest_send(&s, &g, 6, 0, "annabel", 7);
    assert_null(stage_event(&s, EVENT_PEER));
    stage_wait(&s, 1000);
    assert_string_equal(stage_event(&s, EVENT_PEER)->peer.name, "annabel");
    guest_clear(&s, &g);
    stage_close(&s);
}

static void test_a_name_that_looks_like_another_is_told(void **state)
{
    (void)state;
    struct guest ann, twin;
    stage_open(&s, 4);
    guest_init(&ann, 5, "Ann");
    guest_connect(&s, &ann, NODE_INCOMING_LINK | 1);
    assert_null(stage_event(&s, EVENT_KEY_CHANGE));
    guest_clear(&s, &ann);
    guest_init(&twin, 6, "\xef\xbc\xa1nn"); /* a full-width A */
    guest_begin(&s, &twin, NODE_INCOMING_LINK | 2, 2);
    uint8_t hello[HELLO_LEN], out[512];
    size_t len;
    assert_int_equal(hello_write(&twin.me, twin.incarnation, 0, twin.name, hello, &len), LTH_OK);
    len = guest_write_handshake(&twin, hello, len, out);
    stage_bytes(&s, twin.link, out, len);
    const struct event *e = stage_event(&s, EVENT_KEY_CHANGE);
    assert_non_null(e);
    assert_memory_equal(e->key_change.old_id, ann.me.public.id, ID_LEN);
    assert_memory_equal(e->key_change.new_id, twin.me.public.id, ID_LEN);
    guest_clear(&s, &twin);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_table_forgets_passers_by_and_nobody_else),
        cmocka_unit_test(test_a_name_is_taken_once_a_second_and_the_last_of_several_stays),
        cmocka_unit_test(test_a_name_that_looks_like_another_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
