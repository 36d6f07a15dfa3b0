/* Entries of our own that we lost come back, proved by our own signature, and nothing else does. */
#include "check.h"

#include "node/gaps.h"
#include "node/guest.h"
#include "wire/entries.h"
#include "wire/entry.h"
#include "wire/have.h"
#include "wire/message.h"
#include "wire/statement.h"

static struct stage s;
static struct guest bob;

enum { OLD = 77, COUNT = 4 }; /* a process of ours that wrote entries this store does not hold */

/* What that process wrote. */
struct past {
    struct identity_secret me;
    struct feed_id feed;
    uint8_t content[COUNT + 1][32], hash[COUNT + 1][HASH_LEN]; /* entry n at n */
    size_t len[COUNT + 1];
};

static struct past past;

/* Hashes of what was written, in the feed as it is named now. */
static void rehash_past(void)
{
    for (uint64_t n = 1; n <= COUNT; n++)
        entry_hash(&past.feed, n, past.hash[n - 1], past.content[n], past.len[n], past.hash[n]);
}

static void write_past(uint64_t time_ms)
{
    uint8_t seed[64];
    memset(seed, 1, sizeof seed); /* as stage_open makes it */
    memset(&past, 0, sizeof past);
    identity_secret_init(&past.me, seed, seed + 32);
    guest_feed(&s, &bob, &past.feed);
    memcpy(past.feed.author, past.me.public.id, ID_LEN);
    past.feed.incarnation = OLD;
    for (uint64_t n = 1; n <= COUNT; n++) {
        uint8_t letter = (uint8_t)('a' + n);
        struct entry_content content = {.time_ms = time_ms + n,
                                        .order_ms = time_ms + n,
                                        .kind = ENTRY_TEXT,
                                        .body = &letter,
                                        .body_len = 1};
        assert_int_equal(entry_content_write(&content, past.content[n], 32, &past.len[n]), LTH_OK);
    }
    rehash_past();
}

static int open_stage(void **state)
{
    (void)state;
    stage_open(&s, 1);
    guest_init(&bob, 2, "bob");
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 1);
    guest_send_have(&s, &bob);
    stage_disk_done(&s);
    write_past(s.now.wall_ms - 1000000);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    guest_clear(&s, &bob);
    stage_close(&s);
    return 0;
}

static void send_head(uint64_t number, const struct identity_secret *signer)
{
    struct head head;
    struct feed_point point = {.feed = past.feed, .number = number};
    uint8_t body[HEAD_LEN];
    memcpy(point.hash, past.hash[number], HASH_LEN);
    head_sign(signer, &point, &head);
    head_write(&head, body);
    guest_send(&s, &bob, MESSAGE_HEAD, 0, body, sizeof body);
}

static void send_entries(uint64_t first, uint64_t last)
{
    uint8_t body[1024];
    struct writer w = writer_over(body, sizeof body);
    entries_begin(&w, &past.feed, first, past.hash[first - 1]);
    for (uint64_t n = first; n <= last; n++)
        assert_true(entries_add(&w, past.content[n], past.len[n]));
    guest_send(&s, &bob, MESSAGE_ENTRIES, 0, body, writer_len(&w));
}

/* Bob says that he holds the lost feed up to number. */
static void claim(uint64_t number)
{
    uint8_t body[HAVE_HEADER_LEN + HAVE_ITEM_LEN];
    struct writer w = writer_over(body, sizeof body);
    struct have_item item = {.incarnation = OLD, .number = number};
    memcpy(item.author, past.feed.author, ID_LEN);
    have_begin(&w, past.feed.conversation, HAVE_LAST);
    have_add(&w, &item);
    guest_send(&s, &bob, MESSAGE_HAVE, 0, body, writer_len(&w));
}

static size_t messages_in_history(void)
{
    char id[ID_TEXT_LEN + 1];
    id_write(bob.me.public.id, id);
    const struct command c = {.type = COMMAND_HISTORY, .who = id, .last = 50};
    stage_command(&s, &c);
    if (stage_count(&s, TODO_READ))
        stage_answer_read(&s);
    return stage_event(&s, EVENT_HISTORY)->history.count;
}

static bool is_warned_of(const char *code)
{
    const struct event *e = stage_event(&s, EVENT_WARNING);
    return e && strcmp(e->warning.code, code) == 0;
}

static void test_what_we_lost_comes_back_and_the_user_is_told_once(void **state)
{
    (void)state;
    claim(COUNT);
    assert_null(stage_event(&s, EVENT_WARNING)); /* a claim proves nothing */
    send_head(COUNT, &past.me);
    assert_true(is_warned_of("rollback"));
    send_entries(1, 2);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0); /* not before the end is there */
    send_entries(3, COUNT);
    stage_disk_done(&s);
    assert_null(stage_event(&s, EVENT_MESSAGE)); /* our own: nothing new to show */
    assert_null(stage_event(&s, EVENT_ACCEPTED));
    assert_int_equal(messages_in_history(), COUNT);
    send_head(COUNT, &past.me);
    assert_null(stage_event(&s, EVENT_WARNING));
    assert_false(stage_closed(&s, bob.link));
}

static void test_it_is_there_after_a_restart_and_nobody_is_sent_it_who_gave_it(void **state)
{
    (void)state;
    struct frame_message m;
    claim(COUNT);
    send_head(COUNT, &past.me);
    send_entries(1, COUNT);
    stage_disk_done(&s);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    guest_clear(&s, &bob);
    stage_restart(&s, 1);
    guest_init(&bob, 2, "bob");
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    claim(COUNT);
    assert_false(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    send_head(COUNT, &past.me);
    assert_null(stage_event(&s, EVENT_WARNING)); /* we hold it */
    assert_int_equal(messages_in_history(), COUNT);
}

static void test_without_a_head_of_ours_nothing_is_taken(void **state)
{
    (void)state;
    claim(COUNT);
    send_entries(1, COUNT);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    assert_true(stage_dropped(&s, "not_the_author") == 1);
    send_head(COUNT, &bob.me);
    assert_true(stage_closed(&s, bob.link)); /* signed by another */
    assert_int_equal(messages_in_history(), 0);
}

static void test_an_invented_entry_ends_the_session_and_leaves_nothing(void **state)
{
    (void)state;
    send_head(COUNT, &past.me);
    past.content[2][past.len[2] - 1] ^= 1;
    send_entries(1, COUNT);
    assert_true(stage_closed(&s, bob.link));
    stage_disk_done(&s);
    assert_int_equal(messages_in_history(), 0);
}

static void test_chunks_follow_each_other(void **state)
{
    (void)state;
    send_head(2, &past.me);
    send_entries(1, 2);
    send_head(COUNT, &past.me);
    send_entries(3, COUNT);
    stage_disk_done(&s);
    assert_int_equal(messages_in_history(), COUNT);
}

static void test_what_the_disk_refused_is_asked_for_again(void **state)
{
    (void)state;
    struct frame_message m;
    send_head(2, &past.me);
    uint64_t from = s.appended + 1;
    send_entries(1, 2);
    stage_disk_refuses(&s, from, LTH_DISK_FULL);
    send_head(COUNT, &past.me);
    send_entries(3, COUNT); /* stands on what is not there */
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    stage_wait(&s, 5000);
    assert_true(guest_heard(&bob, MESSAGE_HAVE, &m));
    send_head(COUNT, &past.me);
    send_entries(1, COUNT);
    stage_disk_done(&s);
    assert_int_equal(messages_in_history(), COUNT);
}

static void test_a_copy_that_goes_on_writing_is_told(void **state)
{
    (void)state;
    write_past(s.now.wall_ms + 5); /* after our own start */
    claim(2);
    send_head(2, &past.me);
    send_entries(1, 2);
    assert_false(is_warned_of("clone"));
    stage_disk_done(&s);
    claim(2);
    claim(COUNT); /* more than before */
    send_head(COUNT, &past.me);
    send_entries(3, COUNT);
    assert_true(is_warned_of("clone"));
    assert_false(stage_closed(&s, bob.link));
}

/* The node says text to bob; the ENTRIES message it sends for that. */
static void say_to_bob(const char *text, struct entries *run)
{
    char id[ID_TEXT_LEN + 1];
    struct frame_message m;
    id_write(bob.me.public.id, id);
    const struct command c = {
        .type = COMMAND_SEND, .who = id, .text = (const uint8_t *)text, .text_len = strlen(text)};
    stage_command(&s, &c);
    stage_disk_done(&s);
    assert_true(guest_heard(&bob, MESSAGE_ENTRIES, &m));
    assert_int_equal(entries_parse(m.body, m.len, run), LTH_OK);
}

static void test_a_process_set_back_under_its_own_feet_uses_no_number_twice(void **state)
{
    (void)state;
    struct entries run;
    say_to_bob("one", &run);
    past.feed.incarnation = run.feed.incarnation; /* and this very process wrote more */
    send_head(COUNT, &past.me);
    assert_true(is_warned_of("rollback"));
    say_to_bob("two", &run);
    assert_true(run.feed.incarnation != past.feed.incarnation);
    assert_true(run.first == 1);
}

static void test_a_process_set_back_that_wrote_over_it_tells_a_fork_and_stays(void **state)
{
    (void)state;
    struct entries run;
    say_to_bob("one", &run);
    write_past(s.now.wall_ms);
    past.feed.incarnation = run.feed.incarnation; /* and bob holds another entry 1 of it */
    rehash_past();
    send_head(COUNT, &past.me);
    send_entries(2, COUNT); /* bob was told that we hold 1 */
    assert_non_null(stage_event(&s, EVENT_FORK));
    assert_true(stage_event(&s, EVENT_FORK)->fork.number == 1);
    assert_false(stage_closed(&s, bob.link));
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
}

static void test_half_a_chunk_goes_with_its_session(void **state)
{
    (void)state;
    send_head(COUNT, &past.me);
    send_entries(1, 2);
    stage_link_down(&s, bob.link);
    guest_connect(&s, &bob, NODE_INCOMING_LINK | 2);
    guest_send_have(&s, &bob);
    send_entries(3, COUNT);
    assert_true(stage_dropped(&s, "not_the_author") == 1);
    send_head(COUNT, &past.me);
    send_entries(1, COUNT);
    stage_disk_done(&s);
    assert_int_equal(messages_in_history(), COUNT);
}

static void test_a_gap_is_told_and_so_is_its_end(void **state)
{
    (void)state;
    send_head(COUNT, &past.me);
    stage_wait(&s, GAP_MS - 1);
    assert_null(stage_event(&s, EVENT_GAP));
    stage_wait(&s, 1);
    const struct event *gap = stage_event(&s, EVENT_GAP);
    assert_non_null(gap);
    assert_true(gap->gap.first == 1 && gap->gap.last == COUNT);
    assert_memory_equal(gap->gap.from, past.me.public.id, ID_LEN);
    send_entries(1, COUNT);
    stage_disk_done(&s);
    gap = stage_event(&s, EVENT_GAP_FILLED);
    assert_non_null(gap);
    assert_true(gap->gap.first == 1 && gap->gap.last == COUNT);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_what_we_lost_comes_back_and_the_user_is_told_once),
        ON_A_STAGE(test_it_is_there_after_a_restart_and_nobody_is_sent_it_who_gave_it),
        ON_A_STAGE(test_without_a_head_of_ours_nothing_is_taken),
        ON_A_STAGE(test_an_invented_entry_ends_the_session_and_leaves_nothing),
        ON_A_STAGE(test_chunks_follow_each_other),
        ON_A_STAGE(test_what_the_disk_refused_is_asked_for_again),
        ON_A_STAGE(test_a_copy_that_goes_on_writing_is_told),
        ON_A_STAGE(test_a_process_set_back_under_its_own_feet_uses_no_number_twice),
        ON_A_STAGE(test_a_process_set_back_that_wrote_over_it_tells_a_fork_and_stays),
        ON_A_STAGE(test_half_a_chunk_goes_with_its_session),
        ON_A_STAGE(test_a_gap_is_told_and_so_is_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
