/* Whoever was never answered leaves so much here, and no more; then it waits with them. */
#include "check.h"

#include "node/guest.h"
#include "node/quota.h"
#include "node/state.h"

static struct stage s;
static struct guest bob;
static const uint8_t none[HASH_LEN];

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s, 1);
    guest_init(&bob, 2, "bob");
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 1);
    guest_send_have(&s, &bob);
    stage_disk_done(&s);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    guest_clear(&s, &bob);
    stage_close(&s);
    return 0;
}

/* As if bob had used up what strangers may. */
static void use_up(uint64_t but)
{
    contacts_get(&s.node->contacts, bob.me.public.id)->taken = QUOTA_STRANGERS - but;
    s.node->strangers = QUOTA_STRANGERS - but;
}

static bool is_warned(void)
{
    const struct event *e = stage_event(&s, EVENT_WARNING);
    return e && strcmp(e->warning.code, "quota") == 0;
}

static void test_what_is_taken_is_counted_and_counted_again_after_a_restart(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 3, none, hash);
    stage_disk_done(&s);
    uint64_t taken = contacts_get(&s.node->contacts, bob.me.public.id)->taken;
    assert_in_range(taken, 3 * QUOTA_PER_ENTRY + QUOTA_PER_FEED,
                    3 * QUOTA_PER_ENTRY + QUOTA_PER_FEED + 100);
    s.guest = NULL;
    stage_restart(&s, 1);
    assert_true(contacts_get(&s.node->contacts, bob.me.public.id)->taken == taken);
    assert_true(s.node->strangers == taken);
}

static void test_beyond_the_budget_nothing_is_taken_and_the_user_is_told_once(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_done(&s);
    use_up(0);
    guest_send_texts(&s, &bob, 2, 1, hash, hash);
    assert_true(is_warned());
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    guest_send_texts(&s, &bob, 2, 1, hash, hash);
    assert_false(is_warned());
    assert_false(stage_closed(&s, bob.link));
}

static void test_a_feed_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    use_up(QUOTA_PER_FEED - 1);
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    assert_true(is_warned());
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
}

static void test_an_answer_lifts_the_limit_and_asks_for_the_rest(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN], again[HASH_LEN];
    struct frame_message m;
    const struct command answer = {
        .type = COMMAND_SEND, .who = "bob", .text = (const uint8_t *)"yes?", .text_len = 4};
    guest_send_texts(&s, &bob, 1, 1, none, hash);
    stage_disk_done(&s);
    use_up(0);
    guest_send_texts(&s, &bob, 2, 1, hash, again);
    stage_command(&s, &answer);
    stage_wait(&s, RESYNC_MS);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    guest_send_texts(&s, &bob, 2, 1, hash, again);
    assert_int_equal(stage_count(&s, TODO_APPEND), 1);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_what_is_taken_is_counted_and_counted_again_after_a_restart),
        ON_A_STAGE(test_beyond_the_budget_nothing_is_taken_and_the_user_is_told_once),
        ON_A_STAGE(test_a_feed_that_does_not_fit_is_not_begun),
        ON_A_STAGE(test_an_answer_lifts_the_limit_and_asks_for_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
