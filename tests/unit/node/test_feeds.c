/* The order in which a conversation reads, whatever the clocks say, and the feeds under it. */
#include "check.h"

#include "node/exchange.h"

static const uint64_t noon = 1700000000000, ten_years = 10ull * 365 * 24 * 3600 * 1000;

/* A conversation of two with a feed of each. */
struct talk {
    struct contact peer;
    struct feeds feeds;
    struct conversation *c;
    struct feed *ours, *theirs;
    uint64_t records;
};

static const uint8_t our_id[ID_LEN] = {1}, their_id[ID_LEN] = {2}, conversation_id[HASH_LEN] = {3};

static struct talk *begin(void)
{
    static struct talk t;
    memset(&t, 0, sizeof t);
    memcpy(t.feeds.me, our_id, ID_LEN);
    memcpy(t.peer.identity.id, their_id, ID_LEN);
    t.c = feeds_conversation(&t.feeds, conversation_id, &t.peer);
    assert_non_null(t.c);
    assert_int_equal(feeds_add(&t.feeds, t.c, 0, our_id, 11, &t.ours), LTH_OK);
    assert_int_equal(feeds_add(&t.feeds, t.c, 0, their_id, 22, &t.theirs), LTH_OK);
    return &t;
}

static void end(struct talk *t)
{
    feeds_clear(&t->feeds);
}

/* Adds an entry whose hash begins with mark; after: the feed whose last entry it names, or NULL. */
static void push(struct talk *t, struct feed *f, uint8_t mark, uint64_t time_ms,
                 const struct feed *after)
{
    const uint8_t hash[HASH_LEN] = {mark};
    struct entry_content content = {.time_ms = time_ms, .order_ms = time_ms, .kind = ENTRY_TEXT};
    if (after) {
        content.parent_count = 1;
        memcpy(content.parents[0].author, after->id.author, ID_LEN);
        content.parents[0].incarnation = after->id.incarnation;
        content.parents[0].number = after->count;
    }
    assert_int_equal(feed_push(f, hash, &content, ++t->records), LTH_OK);
}

static void say(struct talk *t, struct feed *f, uint8_t mark, uint64_t time_ms,
                const struct feed *after)
{
    push(t, f, mark, time_ms, after);
    assert_int_equal(feed_commit(f), LTH_OK);
}

/* marks: of all durable entries, in order. */
static void check_order(const struct talk *t, const char *marks)
{
    const struct place *order = conversation_order(t->c);
    char got[64] = "";
    assert_int_equal(t->c->order_count, strlen(marks));
    for (size_t i = 0; i < t->c->order_count; i++)
        got[i] = (char)feed_hash(order[i].feed, order[i].number)[0];
    assert_string_equal(got, marks);
}

static void test_time_decides_between_entries_that_know_nothing_of_each_other(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->ours, 'b', noon + 2, NULL);
    say(t, t->theirs, 'a', noon + 1, NULL);
    say(t, t->theirs, 'c', noon + 3, NULL);
    check_order(t, "abc");
    end(t);
}

static void test_an_answer_stands_behind_what_it_answers_whatever_its_clock(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->theirs, 'q', noon + ten_years, NULL);
    say(t, t->ours, 'a', noon, t->theirs);
    say(t, t->theirs, 't', noon + 5, t->ours);
    say(t, t->ours, 'w', noon + 6, t->theirs);
    check_order(t, "qatw");
    end(t);
}

static void test_an_answer_is_written_down_as_later_than_what_it_answers(void **state)
{
    (void)state;
    struct talk *t = begin();
    struct entry_content answer = {.parent_count = 1};
    say(t, t->theirs, 'q', noon + ten_years, NULL);
    memcpy(answer.parents[0].author, t->theirs->id.author, ID_LEN);
    answer.parents[0].incarnation = t->theirs->id.incarnation;
    answer.parents[0].number = 1;
    assert_true(feed_next_order(t->ours, noon, &answer) == noon + ten_years + 1);
    answer.parent_count = 0;
    assert_true(feed_next_order(t->ours, noon, &answer) == noon);
    assert_true(feed_next_order(t->theirs, noon, &answer) == noon + ten_years);
    end(t);
}

static void test_a_parent_far_in_the_future_moves_nobody(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->theirs, 'z', UINT64_MAX, NULL);
    say(t, t->ours, 'a', noon, t->theirs);
    say(t, t->theirs, 'y', UINT64_MAX, t->ours);
    say(t, t->ours, 'b', noon + 1, t->theirs);
    check_order(t, "abzy");
    end(t);
}

static void test_a_parent_or_a_head_that_is_not_here_is_known_to_be_missing(void **state)
{
    (void)state;
    struct talk *t = begin();
    struct feed ahead = *t->theirs;
    ahead.count = 7;
    say(t, t->theirs, 'a', noon, NULL);
    say(t, t->ours, 'b', noon, t->theirs);
    assert_false(t->c->gap_untold);
    say(t, t->ours, 'c', noon, &ahead);
    assert_true(t->c->gap_untold);
    assert_true(t->theirs->known == 7);
    end(t);
}

static void test_a_feed_keeps_its_own_order_when_its_clock_goes_back(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->ours, 'a', noon, NULL);
    say(t, t->ours, 'b', noon - ten_years, NULL);
    say(t, t->ours, 'c', 0, NULL);
    say(t, t->theirs, 'x', noon - 1, NULL);
    check_order(t, "xabc");
    end(t);
}

static void test_equal_orders_fall_to_the_author_and_the_number(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->ours, 'z', noon, NULL);
    say(t, t->ours, 'y', noon, NULL);
    say(t, t->theirs, 'n', noon, NULL);
    say(t, t->theirs, 'm', noon, NULL);
    check_order(t, "zynm");
    end(t);
}

static void test_the_order_does_not_depend_on_who_came_first(void **state)
{
    (void)state;
    for (unsigned mask = 0; mask < 256; mask++) { /* every way to mix four and four */
        struct talk *t = begin();
        if (__builtin_popcount(mask) != 4) {
            end(t);
            continue;
        }
        for (uint8_t bit = 0, ours = 0, theirs = 0; bit < 8; bit++) {
            bool is_ours = mask >> bit & 1;
            uint8_t place = is_ours ? 2 * ours++ : 2 * theirs++ + 1;
            say(t, is_ours ? t->ours : t->theirs, 'a' + place, noon + place, NULL);
        }
        check_order(t, "abcdefgh");
        end(t);
    }
}

static void test_an_entry_is_in_the_order_once_it_is_durable(void **state)
{
    (void)state;
    struct talk *t = begin();
    push(t, t->ours, 'a', noon, NULL);
    push(t, t->ours, 'b', noon, NULL);
    check_order(t, "");
    assert_int_equal(feed_commit(t->ours), LTH_OK);
    check_order(t, "a");
    assert_int_equal(feed_commit(t->ours), LTH_OK);
    check_order(t, "ab");
    end(t);
}

static void test_what_is_not_durable_can_be_taken_away_again(void **state)
{
    (void)state;
    struct talk *t = begin();
    say(t, t->ours, 'a', noon, NULL);
    push(t, t->ours, 'b', noon + ten_years, NULL);
    feed_pop(t->ours);
    assert_true(t->ours->count == 1);
    assert_int_equal(feed_hash(t->ours, 1)[0], 'a');
    push(t, t->ours, 'c', noon + 1, NULL); /* not behind b, which never was */
    assert_int_equal(feed_commit(t->ours), LTH_OK);
    say(t, t->theirs, 'x', noon + 2, NULL);
    check_order(t, "acx");
    end(t);
}

static void test_a_parent_that_is_not_known_changes_nothing(void **state)
{
    (void)state;
    struct talk *t = begin();
    struct feed stranger = {.id = {.author = {9}, .incarnation = 9}, .count = 5};
    struct feed ahead = *t->theirs;
    ahead.count = 7;
    say(t, t->ours, 'b', noon + 2, &stranger);
    say(t, t->ours, 'c', noon + 3, &ahead);
    say(t, t->theirs, 'a', noon, NULL);
    check_order(t, "abc");
    end(t);
}

static void test_an_entry_is_found_by_its_id(void **state)
{
    (void)state;
    struct talk *t = begin();
    static const uint8_t other_id[HASH_LEN] = {77};
    const uint8_t a[HASH_LEN] = {'a'}, b[HASH_LEN] = {'b'}, none[HASH_LEN] = {'n'};
    struct place place = {0};
    struct conversation *other = feeds_conversation(&t->feeds, other_id, NULL);
    say(t, t->ours, 'a', noon, NULL);
    say(t, t->theirs, 'b', noon, NULL);
    assert_true(feeds_find_entry(&t->feeds, NULL, a, &place));
    assert_ptr_equal(place.feed, t->ours);
    assert_true(place.number == 1);
    assert_true(feeds_find_entry(&t->feeds, t->c, b, &place));
    assert_ptr_equal(place.feed, t->theirs);
    assert_false(feeds_find_entry(&t->feeds, other, b, &place));
    assert_false(feeds_find_entry(&t->feeds, NULL, none, &place));
    end(t);
}

static void test_a_point_names_feed_number_and_hash(void **state)
{
    (void)state;
    struct talk *t = begin();
    static const uint8_t none[HASH_LEN];
    struct feed_point point;
    say(t, t->ours, 'a', noon, NULL);
    feed_point_of(t->ours, 1, &point);
    assert_memory_equal(&point.feed, &t->ours->id, sizeof point.feed);
    assert_true(point.number == 1);
    assert_int_equal(point.hash[0], 'a');
    assert_memory_equal(feed_hash(t->ours, 0), none, HASH_LEN);
    end(t);
}

static void test_feeds_know_whose_they_are(void **state)
{
    (void)state;
    struct talk *t = begin();
    assert_true(t->ours->mine);
    assert_false(t->theirs->mine);
    assert_ptr_equal(feeds_find(t->c, our_id, 11), t->ours);
    assert_null(feeds_find(t->c, our_id, 12));
    assert_null(feeds_find(t->c, their_id, 11));
    assert_ptr_equal(feeds_conversation(&t->feeds, conversation_id, &t->peer), t->c);
    assert_ptr_equal(t->peer.direct, t->c);
    end(t);
}

static void test_handles_may_leave_gaps_and_are_never_shared(void **state)
{
    (void)state;
    struct talk *t = begin();
    struct feed *f = NULL;
    assert_int_equal(feeds_add(&t->feeds, t->c, 7, our_id, 100, &f), LTH_OK);
    assert_ptr_equal(feeds_by_handle(&t->feeds, 7), f);
    for (uint32_t handle = 3; handle <= 6; handle++)
        assert_null(feeds_by_handle(&t->feeds, handle));
    assert_null(feeds_by_handle(&t->feeds, 0));
    assert_null(feeds_by_handle(&t->feeds, 8));
    assert_null(feeds_by_handle(&t->feeds, UINT32_MAX));
    assert_int_equal(feeds_add(&t->feeds, t->c, 0, our_id, 101, &f), LTH_OK);
    assert_int_equal(f->handle, 8); /* behind the highest */
    assert_int_equal(feeds_add(&t->feeds, t->c, 5, our_id, 102, &f), LTH_OK);
    assert_ptr_equal(feeds_by_handle(&t->feeds, 5), f);
    assert_int_equal(feeds_add(&t->feeds, t->c, 7, our_id, 103, &f), LTH_DAMAGED);
    assert_int_equal(feeds_add(&t->feeds, t->c, HANDLES_MAX + 1, our_id, 104, &f), LTH_LIMIT);
    end(t);
}

static void test_a_conversation_has_room_for_4096_feeds(void **state)
{
    (void)state;
    struct talk *t = begin();
    struct feed *f;
    for (uint64_t i = 2; i < FEEDS_MAX; i++)
        assert_int_equal(feeds_add(&t->feeds, t->c, 0, their_id, 1000 + i, &f), LTH_OK);
    assert_int_equal(feeds_add(&t->feeds, t->c, 0, their_id, 1, &f), LTH_LIMIT);
    end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_decides_between_entries_that_know_nothing_of_each_other),
        cmocka_unit_test(test_an_answer_stands_behind_what_it_answers_whatever_its_clock),
        cmocka_unit_test(test_an_answer_is_written_down_as_later_than_what_it_answers),
        cmocka_unit_test(test_a_parent_far_in_the_future_moves_nobody),
        cmocka_unit_test(test_a_parent_or_a_head_that_is_not_here_is_known_to_be_missing),
        cmocka_unit_test(test_a_feed_keeps_its_own_order_when_its_clock_goes_back),
        cmocka_unit_test(test_equal_orders_fall_to_the_author_and_the_number),
        cmocka_unit_test(test_the_order_does_not_depend_on_who_came_first),
        cmocka_unit_test(test_an_entry_is_in_the_order_once_it_is_durable),
        cmocka_unit_test(test_what_is_not_durable_can_be_taken_away_again),
        cmocka_unit_test(test_a_parent_that_is_not_known_changes_nothing),
        cmocka_unit_test(test_an_entry_is_found_by_its_id),
        cmocka_unit_test(test_a_point_names_feed_number_and_hash),
        cmocka_unit_test(test_feeds_know_whose_they_are),
        cmocka_unit_test(test_handles_may_leave_gaps_and_are_never_shared),
        cmocka_unit_test(test_a_conversation_has_room_for_4096_feeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
