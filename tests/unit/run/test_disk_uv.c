/* The disk thread: what it reports, in which order, and when the disk says no. */
#include "check.h"

#include "run/disk_uv.h"
#include "store/stores.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

enum { RECORD_TEXT_LEN = 128, RECORDS_MAX = 2000 };

/* A thread over a store on a memory disk, and what it reported. */
struct stage {
    uv_loop_t loop;
    uv_timer_t deadline;
    struct memdisk *disk;
    struct store *store;
    struct disk_thread *thread;
    char (*texts)[RECORD_TEXT_LEN]; /* of record n at n - 1; lent to the thread */
    uint64_t next;
    uint64_t written, durable, refused;
    unsigned refusals;
    enum lth_err why;
    struct {
        uint64_t token;
        size_t count;
        size_t lengths[4]; /* SIZE_MAX: unreadable */
        char first[RECORD_TEXT_LEN];
    } read;
    bool closed, late;
    bool stays_full; /* a refusal does not end the disk's failing */
};

static void on_written(void *ctx, uint64_t upto)
{
    struct stage *s = ctx;
    assert_true(upto > s->written && upto < s->next);
    s->written = upto;
}

static void on_durable(void *ctx, uint64_t upto)
{
    struct stage *s = ctx;
    assert_true(upto > s->durable && upto >= s->written && upto < s->next);
    s->written = s->durable = upto;
}

static void on_refused(void *ctx, uint64_t from, enum lth_err why)
{
    struct stage *s = ctx;
    s->refused = s->next = from;
    s->why = why;
    s->refusals++;
    if (!s->stays_full)
        memdisk_fail(s->disk, 0, 0, 0, false); /* the thread is idle */
}

static void on_read(void *ctx, uint64_t token, const struct node_record *records, size_t count)
{
    struct stage *s = ctx;
    s->read.token = token;
    s->read.count = count;
    for (size_t i = 0; i < count && i < LENGTH(s->read.lengths); i++)
        s->read.lengths[i] = records[i].bytes ? records[i].len : SIZE_MAX;
    if (count && records[0].bytes)
        memcpy(s->read.first, records[0].bytes, records[0].len);
}

static void on_deadline(uv_timer_t *timer)
{
    struct stage *s = timer->data;
    s->late = true;
}

static struct stage *open_stage(void)
{
    struct stage *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->texts = calloc(RECORDS_MAX, RECORD_TEXT_LEN);
    assert_non_null(s->texts);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    uv_timer_init(&s->loop, &s->deadline);
    s->deadline.data = s;
    s->disk = memdisk_new();
    s->store = must_open(s->disk, NULL);
    s->next = 1;
    const struct disk_callbacks callbacks = {on_written, on_durable, on_refused, on_read, s};
    assert_int_equal(disk_open(&s->loop, s->store, &callbacks, &s->thread), LTH_OK);
    return s;
}

static void append(struct stage *s, unsigned count, bool sync)
{
    for (unsigned i = 0; i < count; i++, s->next++) {
        char *text = s->texts[s->next - 1];
        test_record(s->next, text);
        assert_int_equal(disk_append(s->thread, s->next, (const uint8_t *)text, strlen(text), sync),
                         LTH_OK);
    }
}

/* Runs the loop until the number at `value` is `want`, or ms are over; returns how long. */
static uint64_t run_until(struct stage *s, const uint64_t *value, uint64_t want, uint64_t ms)
{
    uv_update_time(&s->loop);
    uint64_t start = uv_now(&s->loop);
    s->late = false;
    uv_timer_start(&s->deadline, on_deadline, ms, 0);
    while (*value != want && !s->late)
        uv_run(&s->loop, UV_RUN_ONCE);
    uv_timer_stop(&s->deadline);
    return uv_now(&s->loop) - start;
}

static void on_closed(void *ctx)
{
    struct stage *s = ctx;
    s->closed = true;
    uv_close((uv_handle_t *)&s->deadline, NULL);
}

/* Ends the thread, but not the store. Returns how long it took. */
static uint64_t close_thread(struct stage *s)
{
    uint64_t start = uv_hrtime();
    disk_close(s->thread, on_closed, s);
    assert_int_equal(uv_run(&s->loop, UV_RUN_DEFAULT), 0);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    return (uv_hrtime() - start) / 1000000;
}

/* Closes the store, and checks that opened again it holds so many records. */
static void end(struct stage *s, uint64_t records)
{
    memdisk_fail(s->disk, 0, 0, 0, false);
    (void)!store_close(s->store);
    s->store = must_open(s->disk, NULL);
    assert_int_equal(check_all(s->store, NULL, "reopened"), records);
    must_close(s->store);
    memdisk_free(s->disk);
    free(s->texts);
    free(s);
}

static void test_a_synced_record_becomes_durable(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 1, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 1, 5000);
    assert_true(s->durable == 1);
    close_thread(s);
    end(s, 1);
}

static void test_while_one_batch_is_worked_on_the_next_one_gathers(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    memdisk_fail(s->disk, MEM_DATASYNC, UINT_MAX, EIO, false); /* only counts them */
    for (int i = 0; i < 1000; i++) {
        append(s, 1, true);
        disk_kick(s->thread);
    }
    run_until(s, &s->durable, 1000, 5000);
    assert_true(s->durable == 1000);
    assert_int_equal(s->refusals, 0);
    assert_in_range(s->disk->calls, 1, 500);
    close_thread(s);
    end(s, 1000);
}

static void test_what_asks_for_no_sync_is_durable_a_second_later(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 3, false);
    disk_kick(s->thread);
    run_until(s, &s->written, 3, 500);
    assert_true(s->written == 3);
    assert_true(s->durable == 0);
    uint64_t took = run_until(s, &s->durable, 3, 5000);
    assert_true(s->durable == 3);
    assert_in_range(took, 500, DISK_LAZY_SYNC_MS + 1000);
    close_thread(s);
    end(s, 3);
}

static void test_a_synced_record_takes_the_earlier_ones_with_it(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 2, false);
    disk_kick(s->thread);
    run_until(s, &s->written, 2, 5000);
    append(s, 1, true);
    disk_kick(s->thread);
    assert_in_range(run_until(s, &s->durable, 3, 5000), 0, DISK_LAZY_SYNC_MS / 2);
    close_thread(s);
    end(s, 3);
}

static void test_what_is_queued_behind_a_refused_record_is_refused_with_it(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 2, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 2, 5000);
    memdisk_fail(s->disk, MEM_PWRITE, 1, ENOSPC, true);
    append(s, 1, true);
    disk_kick(s->thread);
    append(s, 5, true); /* gathered, for the thread is busy */
    run_until(s, &s->refused, 3, 5000);
    assert_int_equal(s->refusals, 1);
    assert_int_equal(s->why, LTH_DISK_FULL);
    append(s, 4, true); /* there is room now: the same numbers again */
    disk_kick(s->thread);
    run_until(s, &s->durable, 6, 5000);
    assert_true(s->durable == 6);
    assert_int_equal(s->refusals, 1);
    close_thread(s);
    end(s, 6);
}

static void test_reads_are_answered_and_what_cannot_be_read_is_null(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {2, 99, 1, 0};
    struct stage *s = open_stage();
    append(s, 2, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 2, 5000);
    assert_int_equal(disk_read(s->thread, 77, wanted, LENGTH(wanted), 0), LTH_OK);
    run_until(s, &s->read.token, 77, 5000);
    assert_int_equal(s->read.count, LENGTH(wanted));
    assert_int_equal(s->read.lengths[0], strlen(s->texts[1]));
    assert_string_equal(s->read.first, s->texts[1]);
    assert_int_equal(s->read.lengths[1], SIZE_MAX);
    assert_int_equal(s->read.lengths[2], strlen(s->texts[0]));
    assert_int_equal(s->read.lengths[3], SIZE_MAX);
    assert_int_equal(disk_read(s->thread, 78, NULL, 0, 0), LTH_OK);
    run_until(s, &s->read.token, 78, 5000);
    assert_int_equal(s->read.count, 0);
    close_thread(s);
    end(s, 2);
}

static void test_reading_stops_behind_the_record_that_reaches_the_limit(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {1, 2, 3, 4};
    struct stage *s = open_stage();
    append(s, 4, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 4, 5000);
    size_t one = strlen(s->texts[0]), two = one + strlen(s->texts[1]);
    size_t all = two + strlen(s->texts[2]) + strlen(s->texts[3]);
    const struct {
        const char *name;
        size_t max_bytes, count;
    } rows[] = {{"no limit", 0, 4},           {"less than a record", 1, 1},
                {"one record", one, 1},       {"a byte more", one + 1, 2},
                {"two records", two, 2},      {"all but a byte", all - 1, 4},
                {"more than all", all + 1, 4}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint64_t token = i + 1;
        assert_int_equal(disk_read(s->thread, token, wanted, LENGTH(wanted), rows[i].max_bytes),
                         LTH_OK);
        run_until(s, &s->read.token, token, 5000);
        CHECK(s->read.count == rows[i].count, rows[i].name);
        CHECK(strcmp(s->read.first, s->texts[0]) == 0, rows[i].name);
    }
    close_thread(s);
    end(s, 4);
}

/* With a segment that has room, which the first append makes. */
static struct stage *open_begun(void)
{
    struct stage *s = open_stage();
    append(s, 1, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 1, 5000);
    return s;
}

static void test_a_small_batch_without_a_sync_is_written_at_once_and_told_when_asked(void **state)
{
    (void)state;
    struct stage *s = open_begun();
    assert_false(disk_report(s->thread));
    append(s, 2, false);
    disk_kick(s->thread);
    assert_true(s->written == 1); /* not from inside the call */
    append(s, 1, true);
    disk_kick(s->thread); /* waits for its turn */
    assert_true(disk_report(s->thread));
    assert_true(s->written == 3);
    assert_false(disk_report(s->thread));
    run_until(s, &s->durable, 4, 5000);
    assert_true(s->durable == 4);
    close_thread(s);
    end(s, 4);
}

static void test_a_batch_that_is_refused_at_once_refuses_what_came_after_it(void **state)
{
    (void)state;
    struct stage *s = open_begun();
    memdisk_fail(s->disk, MEM_PWRITE, 1, ENOSPC, true);
    append(s, 2, false);
    disk_kick(s->thread);
    append(s, 3, true);
    disk_kick(s->thread);
    assert_true(disk_report(s->thread));
    assert_true(s->refused == 2);
    assert_int_equal(s->refusals, 1);
    assert_int_equal(s->why, LTH_DISK_FULL);
    append(s, 2, false); /* there is room now */
    disk_kick(s->thread);
    run_until(s, &s->durable, 3, 5000);
    assert_true(s->durable == 3);
    close_thread(s);
    end(s, 3);
}

static void test_what_may_have_to_wait_is_not_written_at_once(void **state)
{
    (void)state;
    struct stage *s = open_begun();
    append(s, 200, false); /* more than a few kilobytes */
    disk_kick(s->thread);
    assert_false(disk_report(s->thread));
    run_until(s, &s->written, 201, 5000);
    assert_true(s->written == 201);
    close_thread(s);
    end(s, 201);
}

static void test_closing_tells_what_was_written_at_once(void **state)
{
    (void)state;
    struct stage *s = open_begun();
    append(s, 2, false);
    disk_kick(s->thread);
    append(s, 2, false);
    close_thread(s);
    assert_true(s->durable == 5);
    end(s, 5);
}

static void test_closing_finishes_what_is_queued(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 10, false);
    disk_kick(s->thread);
    append(s, 10, false); /* not even handed over */
    close_thread(s);
    assert_true(s->durable == 20);
    end(s, 20);
}

static void test_closing_answers_the_reads_that_were_asked_for(void **state)
{
    (void)state;
    static const uint64_t one = 1;
    struct stage *s = open_stage();
    append(s, 1, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 1, 5000);
    assert_int_equal(disk_read(s->thread, 5, &one, 1, 0), LTH_OK);
    close_thread(s);
    assert_true(s->read.token == 5);
    end(s, 1);
}

static void test_a_sync_that_finds_the_disk_full_refuses_what_comes_and_is_tried_again(void **state)
{
    (void)state;
    static const uint64_t one = 1;
    struct stage *s = open_stage();
    s->stays_full = true;
    memdisk_fail(s->disk, MEM_DATASYNC, 1, ENOSPC, true);
    append(s, 3, true);
    disk_kick(s->thread);
    append(s, 3, true);
    run_until(s, &s->refused, 4, 400); /* at once, not when there is room */
    assert_true(s->refused == 4 && s->durable == 0);
    assert_int_equal(s->why, LTH_DISK_FULL);
    append(s, 2, true); /* the same numbers again, refused at the next try */
    disk_kick(s->thread);
    s->refused = 0;
    run_until(s, &s->refused, 4, 5000);
    assert_int_equal(s->refusals, 2);
    assert_int_equal(disk_read(s->thread, 9, &one, 1, 0), LTH_OK); /* does not wait for room */
    run_until(s, &s->read.token, 9, 400);
    assert_string_equal(s->read.first, s->texts[0]);
    memdisk_fail(s->disk, 0, 0, 0, false);
    run_until(s, &s->durable, 3, 5000); /* what was appended is not lost */
    append(s, 3, true);
    disk_kick(s->thread);
    run_until(s, &s->durable, 6, 5000);
    assert_true(s->durable == 6);
    close_thread(s);
    end(s, 6);
}

static void test_closing_does_not_wait_for_room(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    s->stays_full = true;
    memdisk_fail(s->disk, MEM_DATASYNC, 1, ENOSPC, true);
    append(s, 3, true);
    disk_kick(s->thread);
    append(s, 2, true);
    run_until(s, &s->durable, 3, 50);
    assert_in_range(close_thread(s), 0, 300);
    assert_true(s->durable == 0);
    assert_true(s->refused == 4); /* 1 to 3 may yet be there when the store is opened again */
    assert_int_equal(s->why, LTH_DISK_FULL);
    end(s, 3);
}

static void test_a_sync_that_fails_for_good_is_refused_and_closing_ends(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    append(s, 1, false);
    disk_kick(s->thread);
    run_until(s, &s->written, 1, 5000);
    memdisk_fail(s->disk, MEM_DATASYNC, 1, EIO, true);
    append(s, 1, true);
    disk_kick(s->thread);
    run_until(s, &s->refused, 2, 5000);
    assert_true(s->refused == 2);
    assert_int_equal(s->why, LTH_READ_ONLY);
    struct store_stats stats;
    disk_stats(s->thread, &stats);
    assert_false(stats.writable);
    append(s, 1, true); /* told again, and not tried */
    disk_kick(s->thread);
    close_thread(s);
    assert_int_equal(s->refusals, 2);
    memdisk_fail(s->disk, 0, 0, 0, false);
    (void)!store_close(s->store);
    memdisk_free(s->disk);
    free(s->texts);
    free(s);
}

static void test_an_idle_thread_closes(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    disk_kick(s->thread); /* nothing to hand over */
    close_thread(s);
    end(s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_synced_record_becomes_durable),
        cmocka_unit_test(test_while_one_batch_is_worked_on_the_next_one_gathers),
        cmocka_unit_test(test_what_asks_for_no_sync_is_durable_a_second_later),
        cmocka_unit_test(test_a_synced_record_takes_the_earlier_ones_with_it),
        cmocka_unit_test(test_what_is_queued_behind_a_refused_record_is_refused_with_it),
        cmocka_unit_test(test_reads_are_answered_and_what_cannot_be_read_is_null),
        cmocka_unit_test(test_reading_stops_behind_the_record_that_reaches_the_limit),
        cmocka_unit_test(test_a_small_batch_without_a_sync_is_written_at_once_and_told_when_asked),
        cmocka_unit_test(test_a_batch_that_is_refused_at_once_refuses_what_came_after_it),
        cmocka_unit_test(test_what_may_have_to_wait_is_not_written_at_once),
        cmocka_unit_test(test_closing_tells_what_was_written_at_once),
        cmocka_unit_test(test_closing_finishes_what_is_queued),
        cmocka_unit_test(test_closing_answers_the_reads_that_were_asked_for),
        cmocka_unit_test(
            test_a_sync_that_finds_the_disk_full_refuses_what_comes_and_is_tried_again),
        cmocka_unit_test(test_closing_does_not_wait_for_room),
        cmocka_unit_test(test_a_sync_that_fails_for_good_is_refused_and_closing_ends),
        cmocka_unit_test(test_an_idle_thread_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
