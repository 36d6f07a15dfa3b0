/* What is on the disk and was not shown is shown in the order it came, before what is newer. */
#include "check.h"
#include "guest.h"
#include "stage.h"

#include <stdio.h>

static struct stage s;
static struct guest g;

/* The texts shown in the last step, from the first on: "text N". */
static size_t check_shown(unsigned first)
{
    size_t count = 0;
    for (const struct todo *t = s.todo.first; t; t = t->next) {
        char want[16];
        if (t->type != TODO_EVENT || t->event.type != EVENT_MESSAGE)
            continue;
        int len = snprintf(want, sizeof want, "text %u", first + (unsigned)count++);
        assert_int_equal(t->event.message.text_len, len);
        assert_memory_equal(t->event.message.text, want, (size_t)len);
    }
    return count;
}

/* A node that was sent count texts, and died before it showed any. */
static void die_with(size_t count, uint8_t hash[HASH_LEN])
{
    static const uint8_t none[HASH_LEN];
    stage_open(&s, 1);
    guest_init(&g, 2, "ben");
    guest_connect(&s, &g, NODE_INCOMING_LINK | 1);
    guest_send_texts(&s, &g, 1, count, none, hash);
    stage_disk_done(&s);
    guest_clear(&s, &g);
    stage_restart(&s, 1); /* its shown mark is 0 */
}

static void test_unseen_messages_come_a_few_at_a_time(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    size_t shown = 0;
    die_with(600, hash);
    while (shown < 600) {
        assert_int_equal(stage_count(&s, TODO_READ), 1);
        stage_answer_read(&s);
        size_t now = check_shown((unsigned)shown + 1);
        assert_in_range(now, 1, 256);
        shown += now;
    }
    assert_int_equal(stage_count(&s, TODO_READ), 0);
    stage_close(&s);
}

static void test_held_before_the_first_few_nothing_is_read_until_release(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    static const struct node_input hold = {.type = INPUT_HOLD}, release = {.type = INPUT_RELEASE};
    die_with(300, hash);
    struct todo_list kept = s.todo; /* the read that is under way */
    todo_init(&s.todo);
    stage_input(&s, &hold);
    todo_clear(&s.todo);
    s.todo = kept;
    if (!kept.first)
        s.todo.last = &s.todo.first;
    stage_answer_read(&s);
    assert_int_equal(check_shown(1), 256);
    assert_int_equal(stage_count(&s, TODO_READ), 0);
    stage_input(&s, &release);
    assert_int_equal(stage_count(&s, TODO_READ), 1);
    stage_answer_read(&s);
    assert_int_equal(check_shown(257), 44);
    stage_close(&s);
}

/* Asks what was told and not shown; the answer is in the last step. Each of them must be text N,
 * from first on. */
static const struct event *ask_unseen(unsigned first)
{
    static const struct command unseen = {.type = COMMAND_UNSEEN, .ticket = 7};
    stage_command(&s, &unseen);
    if (stage_count(&s, TODO_READ))
        stage_answer_read(&s);
    const struct event *e = stage_event(&s, EVENT_HISTORY);
    assert_non_null(e);
    assert_true(e->is_answer && e->ticket == 7);
    for (size_t i = 0; i < e->history.count; i++) {
        char want[16];
        snprintf(want, sizeof want, "text %u", first + (unsigned)i);
        assert_memory_equal(e->history.messages[i].text, want, strlen(want));
    }
    return e;
}

static void test_who_sits_down_gets_what_was_told_to_nobody_until_it_is_shown(void **state)
{
    (void)state;
    uint8_t hash[HASH_LEN];
    die_with(300, hash);
    while (stage_count(&s, TODO_READ)) /* told to whoever listens */
        stage_answer_read(&s);
    const struct event *e = ask_unseen(1);
    assert_int_equal(e->history.count, 256);
    assert_true(e->history.more);
    uint64_t last = e->history.messages[255].record;
    assert_int_equal(node_shown(s.node, last), last);
    e = ask_unseen(257);
    assert_int_equal(e->history.count, 44);
    assert_false(e->history.more);
    assert_int_equal(ask_unseen(257)->history.count, 44); /* asking is not showing */
    last = s.appended;
    assert_in_range(node_shown(s.node, UINT64_MAX), 1, last);
    assert_int_equal(ask_unseen(1)->history.count, 0);
    stage_close(&s);
}

static void test_what_does_not_fit_into_one_answer_is_in_the_next(void **state)
{
    (void)state;
    static const struct command unseen = {.type = COMMAND_UNSEEN, .ticket = 7};
    uint8_t hash[HASH_LEN];
    die_with(5, hash);
    stage_answer_read(&s);
    stage_command(&s, &unseen);
    for (struct todo *t = s.todo.first; t; t = t->next) {
        if (t->type != TODO_READ)
            continue;
        assert_int_equal(t->read.max_bytes, HISTORY_BYTES);
        t->read.max_bytes = 1; /* as if the texts were so long */
    }
    stage_answer_read(&s);
    const struct event *e = stage_event(&s, EVENT_HISTORY);
    assert_int_equal(e->history.count, 1);
    assert_memory_equal(e->history.messages[0].text, "text 1", 6);
    assert_true(e->history.more);
    node_shown(s.node, e->history.messages[0].record);
    assert_int_equal(ask_unseen(2)->history.count, 4);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unseen_messages_come_a_few_at_a_time),
        cmocka_unit_test(test_held_before_the_first_few_nothing_is_read_until_release),
        cmocka_unit_test(test_who_sits_down_gets_what_was_told_to_nobody_until_it_is_shown),
        cmocka_unit_test(test_what_does_not_fit_into_one_answer_is_in_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
