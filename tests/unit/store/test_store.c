/* What a store promises, whatever the disk does: nothing acknowledged is lost, nothing altered is
 * read, and what is wrong is said. */
#include "store/segment.h"
#include "store/stores.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_1 "s/log/00000001.seg"

static struct memdisk *filled(unsigned count)
{
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    fill(s, count);
    must_close(s);
    return m;
}

/* --- the everyday --- */

static void test_what_was_appended_comes_back(void **state)
{
    (void)state;
    struct store_report report;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, &report);
    assert_true(report.created);
    fill(s, 10);
    must_close(s);
    s = must_open(m, &report);
    assert_false(report.created);
    assert_false(report.read_only || report.rolled_back || report.torn_tail_bytes);
    assert_int_equal(check_all(s, NULL, "replay"), 10);
    assert_int_equal(store_next(s), 11);
    must_close(s);
    assert_int_equal(memdisk_open_handles(m), 0);
    memdisk_free(m);
}

static void test_a_batch_is_one_frame_and_one_write(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    static char texts[COUNT][128];
    static struct store_record records[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        test_record(i + 2, texts[i]);
        records[i] = (struct store_record){(uint8_t *)texts[i], strlen(texts[i])};
    }
    fill(s, 1);
    memdisk_fail(m, MEM_PWRITE, 3, EIO, true); /* the frame, then zeros ahead */
    CHECK_ERR(store_append(s, records, COUNT), LTH_OK, "one write");
    memdisk_fail(m, 0, 0, 0, false);
    must_close(s);
    s = must_open(m, NULL);
    assert_int_equal(check_all(s, NULL, "replay"), COUNT + 1);
    must_close(s);
    memdisk_free(m);
}

static void test_any_record_can_be_read_by_its_number(void **state)
{
    (void)state;
    struct memdisk *m = filled(150); /* over several segments */
    struct store *s = must_open(m, NULL);
    struct store_stats stats;
    fill(s, 5);
    store_stats(s, &stats);
    assert_true(stats.segments > 2 && stats.writable);
    assert_int_equal(stats.records, 155);
    for (uint64_t n = 155; n >= 1; n--) {
        char text[128];
        struct buffer got = {0};
        test_record(n, text);
        CHECK_ERR(store_read(s, n, &got), LTH_OK, text);
        CHECK(got.len == strlen(text) && memcmp(got.bytes, text, got.len) == 0, text);
        buffer_clear(&got);
    }
    struct buffer none = {0};
    CHECK_ERR(store_read(s, 0, &none), LTH_NOT_FOUND, "0");
    CHECK_ERR(store_read(s, 156, &none), LTH_NOT_FOUND, "after the last");
    must_close(s);
    memdisk_free(m);
}

static void test_a_record_just_appended_can_be_read(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    for (uint64_t n = 1; n < 20; n++) {
        struct buffer got = {0};
        CHECK_ERR(append_one(s), LTH_OK, "append");
        CHECK_ERR(store_read(s, n, &got), LTH_OK, "newest");
        got.len = 0;
        CHECK_ERR(store_read(s, 1, &got), LTH_OK, "first");
        buffer_clear(&got);
    }
    must_close(s);
    memdisk_free(m);
}

static void test_records_have_their_limits(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    uint8_t *bytes = calloc(1, STORE_RECORD_MAX + 1);
    static struct store_record many[300];
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = (struct store_record){bytes, STORE_RECORD_MAX};
    struct store_record longest = {bytes, STORE_RECORD_MAX}, over = {bytes, STORE_RECORD_MAX + 1},
                        empty = {bytes, 0};
    CHECK_ERR(store_append(s, &longest, 1), LTH_OK, "longest");
    CHECK_ERR(store_append(s, &over, 1), LTH_TOO_LONG, "over");
    CHECK_ERR(store_append(s, &empty, 1), LTH_MALFORMED, "empty");
    CHECK_ERR(store_append(s, many, LENGTH(many)), LTH_TOO_LONG, "too many at once");
    CHECK_ERR(store_append(s, many, 40), LTH_OK, "several frames");
    CHECK_ERR(store_append(s, NULL, 0), LTH_OK, "none");
    assert_int_equal(store_next(s), 42);
    must_close(s);
    s = must_open(m, NULL);
    struct buffer got = {0};
    CHECK_ERR(store_read(s, 41, &got), LTH_OK, "last");
    assert_int_equal(got.len, STORE_RECORD_MAX);
    buffer_clear(&got);
    must_close(s);
    memdisk_free(m);
    free(bytes);
}

static void test_a_start_without_an_append_changes_nothing(void **state)
{
    (void)state;
    struct memdisk *m = filled(3);
    size_t segment_len, vault_len, len;
    memdisk_bytes(m, SEGMENT_1, &segment_len);
    memdisk_bytes(m, "s/vault", &vault_len);
    must_close(must_open(m, NULL));
    must_close(must_open(m, NULL));
    memdisk_bytes(m, SEGMENT_1, &len);
    assert_int_equal(len, segment_len);
    memdisk_bytes(m, "s/vault", &len);
    assert_int_equal(len, vault_len);
    assert_null(memdisk_bytes(m, "s/log/00000002.seg", &len));
    memdisk_free(m);
}

static enum lth_err stop_at_3(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    *(uint64_t *)ctx = number;
    return number == 3 ? LTH_LIMIT : LTH_OK;
}

static void test_an_error_of_the_callback_ends_the_replay(void **state)
{
    (void)state;
    struct memdisk *m = filled(5);
    struct store *s = must_open(m, NULL);
    uint64_t last = 0;
    CHECK_ERR(store_replay(s, stop_at_3, &last), LTH_LIMIT, "replay");
    assert_int_equal(last, 3);
    must_close(s);
    memdisk_free(m);
}

static void test_a_new_store_survives_a_crash_at_once(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store_report report;
    uint8_t secret[STORE_SECRET_LEN];
    struct store *s = must_open(m, NULL);
    memcpy(secret, store_secret(s), sizeof secret);
    struct memdisk *after = memdisk_after_crash(m, m->change_count, 0, false);
    must_close(s);
    s = must_open(after, &report);
    assert_false(report.created);
    assert_memory_equal(store_secret(s), secret, sizeof secret);
    must_close(s);
    memdisk_free(after);
    memdisk_free(m);
}

/* --- keys --- */

static void test_the_wrong_key_is_told_as_such(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = NULL;
    struct store_report report;
    static const uint8_t other[32] = {9};
    struct store_key passphrase = {STORE_KEY_PASSPHRASE, (const uint8_t *)"correct horse", 13};
    struct store_key wrong = {STORE_KEY_PASSPHRASE, (const uint8_t *)"correct house", 13};
    struct store_key file = {STORE_KEY_FILE, other, sizeof other};
    assert_false(store_exists(&m->disk, "s"));
    CHECK_ERR(open_with(&m->disk, "s", &passphrase, &s, &report), LTH_OK, "new");
    uint8_t secret[STORE_SECRET_LEN];
    memcpy(secret, store_secret(s), sizeof secret);
    must_close(s);
    assert_true(store_exists(&m->disk, "s"));
    CHECK_ERR(open_with(&m->disk, "s", &wrong, &s, &report), LTH_WRONG_KEY, "wrong passphrase");
    CHECK_ERR(open_with(&m->disk, "s", &file, &s, &report), LTH_WRONG_KEY, "key file");
    CHECK_ERR(open_with(&m->disk, "s", &passphrase, &s, &report), LTH_OK, "right");
    assert_memory_equal(store_secret(s), secret, sizeof secret);
    must_close(s);
    memdisk_free(m);
}

static void test_a_changed_key_opens_what_the_old_one_wrote(void **state)
{
    (void)state;
    struct memdisk *m = filled(3);
    struct store_report report;
    struct store_key next = {STORE_KEY_PASSPHRASE, (const uint8_t *)"new", 3}, empty = next;
    empty.len = 0;
    struct store *s = must_open(m, NULL);
    CHECK_ERR(store_change_key(s, &empty), LTH_MALFORMED, "empty");
    memdisk_fail(m, MEM_RENAME, 1, EIO, false);
    CHECK_ERR(store_change_key(s, &next), LTH_IO, "rename fails");
    memdisk_fail(m, 0, 0, 0, false);
    fill(s, 1); /* rewrites the vault, which must still be under the old key */
    must_close(s);
    s = must_open(m, NULL);
    CHECK_ERR(store_change_key(s, &next), LTH_OK, "change");
    fill(s, 1);
    must_close(s);
    CHECK_ERR(open_on(m, &s, &report), LTH_WRONG_KEY, "old key");
    CHECK_ERR(open_with(&m->disk, "s", &next, &s, &report), LTH_OK, "new key");
    assert_int_equal(check_all(s, NULL, "replay"), 5);
    must_close(s);
    memdisk_free(m);
}

/* --- a log cut short --- */

static void check_cut(struct memdisk *whole, size_t len, bool with_head, uint64_t count)
{
    struct memdisk *m = memdisk_copy(whole);
    struct store_report report;
    uint64_t skipped;
    char row[64];
    snprintf(row, sizeof row, "cut at %zu, head %d", len, with_head);
    memdisk_cut(m, SEGMENT_1, len);
    if (!with_head)
        memdisk_remove(m, "s/head");
    struct store *s = must_open(m, &report);
    uint64_t got = check_all(s, &skipped, row);
    CHECK(skipped == 0 && got <= count, row);
    if (with_head)
        CHECK(got == count || report.rolled_back || report.read_only, row);
    if (!report.read_only)
        CHECK_ERR(append_one(s), LTH_OK, row);
    must_close(s);
    memdisk_free(m);
}

static void test_a_log_cut_at_every_byte_yields_its_first_records(void **state)
{
    (void)state;
    struct memdisk *m = filled(5);
    size_t len;
    memdisk_bytes(m, SEGMENT_1, &len);
    for (size_t cut = 0; cut <= len; cut++) {
        check_cut(m, cut, true, 5);
        check_cut(m, cut, false, 5);
    }
    memdisk_free(m);
}

static void test_a_torn_tail_is_kept_aside_and_cut_off(void **state)
{
    (void)state;
    struct memdisk *m = filled(5);
    struct store_report report;
    size_t len, kept;
    uint8_t *bytes = memdisk_bytes(m, SEGMENT_1, &len);
    memdisk_remove(m, "s/head"); /* with it, this would be damage */
    bytes[len - 1] ^= 1;
    struct store *s = must_open(m, &report);
    assert_false(report.read_only);
    assert_true(report.torn_tail_bytes > 0);
    assert_int_equal(check_all(s, NULL, "replay"), 4);
    assert_non_null(memdisk_bytes(m, "s/log/00000001.torn", &kept));
    assert_int_equal(kept, report.torn_tail_bytes);
    fill(s, 2);
    must_close(s);
    s = must_open(m, &report);
    assert_int_equal(report.torn_tail_bytes, 0);
    assert_int_equal(check_all(s, NULL, "after"), 6);
    must_close(s);
    memdisk_free(m);
}

static size_t frame_len(uint64_t n)
{
    char text[128];
    test_record(n, text);
    return FRAME_OVERHEAD + 2 + strlen(text);
}

/* As if the blocks of frame 5 of 6 never reached the disk, up to its tag, and those of frame 6
 * did. */
static void lose_frame_5(struct memdisk *m)
{
    size_t len, at = SEGMENT_HEADER_LEN;
    for (uint64_t n = 1; n < 5; n++)
        at += frame_len(n);
    memset(memdisk_bytes(m, SEGMENT_1, &len) + at, 0, frame_len(5) - SEGMENT_TAG_LEN);
}

static void test_unsynced_frames_after_a_lost_one_are_a_torn_tail(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store_report report;
    struct store *s = must_open(m, NULL);
    fill(s, 3);
    for (int i = 0; i < 3; i++)
        CHECK_ERR(append_one(s), LTH_OK, "append");
    struct memdisk *after = memdisk_copy(m);
    must_close(s);
    lose_frame_5(after);
    s = must_open(after, &report);
    assert_false(report.read_only);
    assert_int_equal(report.torn_tail_bytes, frame_len(5) + frame_len(6));
    assert_int_equal(check_all(s, NULL, "replay"), 4);
    must_close(s);
    memdisk_free(after);
    memdisk_free(m);
}

static void test_a_lost_frame_before_one_that_knew_it_durable_is_damage(void **state)
{
    (void)state;
    struct memdisk *m = filled(6);
    struct store_report report;
    uint64_t skipped;
    memdisk_remove(m, "s/head");
    lose_frame_5(m);
    struct store *s = must_open(m, &report);
    assert_true(report.read_only);
    assert_int_equal(report.damaged_from, 5);
    assert_int_equal(report.damaged_count, 1);
    assert_int_equal(check_all(s, &skipped, "replay"), 6);
    assert_int_equal(skipped, 1);
    must_close(s);
    memdisk_free(m);
}

/* --- damage --- */

static const char *const all_files[] = {SEGMENT_1, "s/log/00000002.seg", "s/vault", "s/head"};

static struct memdisk *two_segments(void)
{
    struct memdisk *m = filled(4);
    struct store *s = must_open(m, NULL);
    fill(s, 3);
    must_close(s);
    return m;
}

static void check_flip(const struct memdisk *whole, const char *path, size_t at, uint8_t bit)
{
    struct memdisk *m = memdisk_copy(whole);
    struct store_report report;
    struct store *s = NULL;
    uint64_t skipped;
    size_t len;
    char row[64];
    snprintf(row, sizeof row, "%s byte %zu", path, at);
    memdisk_bytes(m, path, &len)[at] ^= bit;
    enum lth_err err = open_on(m, &s, &report);
    if (err == LTH_OK) {
        uint64_t last = check_all(s, &skipped, row);
        bool all = last == 7 && skipped == 0;
        CHECK(all || report.read_only, row);
        CHECK(all || report.damaged_count == skipped + (7 - last), row);
        CHECK(report.damaged_count == 0 || report.damaged_from > 0, row);
        must_close(s);
    } else {
        CHECK(strcmp(path, "s/vault") == 0, row);
        CHECK(err == LTH_DAMAGED || err == LTH_TOO_NEW, row);
    }
    CHECK(memdisk_open_handles(m) == 0, row);
    memdisk_free(m);
}

static void test_no_flipped_byte_goes_unnoticed_or_alters_a_record(void **state)
{
    (void)state;
    struct memdisk *m = two_segments();
    for (size_t file = 0; file < LENGTH(all_files); file++) {
        size_t len;
        assert_non_null(memdisk_bytes(m, all_files[file], &len));
        for (size_t at = 0; at < len; at++)
            check_flip(m, all_files[file], at, (uint8_t)(1 << (at % 8)));
    }
    memdisk_free(m);
}

static void test_a_missing_segment_is_named_and_the_rest_can_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
        uint64_t from, count, readable;
    } rows[] = {
        {"first", SEGMENT_1, 1, 4, 3},
        {"last", "s/log/00000002.seg", 5, 3, 4},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = two_segments();
        struct store_report report;
        uint64_t skipped;
        memdisk_remove(m, rows[i].path);
        struct store *s = must_open(m, &report);
        CHECK(report.read_only, rows[i].name);
        CHECK(report.damaged_from == rows[i].from, rows[i].name);
        CHECK(report.damaged_count == rows[i].count, rows[i].name);
        CHECK(check_all(s, &skipped, rows[i].name) - skipped == rows[i].readable, rows[i].name);
        CHECK_ERR(append_one(s), LTH_READ_ONLY, rows[i].name);
        struct buffer none = {0};
        CHECK_ERR(store_read(s, rows[i].from, &none), LTH_DAMAGED, rows[i].name);
        must_close(s);
        memdisk_free(m);
    }
}

static void test_a_log_put_back_is_noticed_by_its_head(void **state)
{
    (void)state;
    struct memdisk *m = filled(3), *old = memdisk_copy(m);
    struct store *s = must_open(m, NULL);
    struct store_report report;
    fill(s, 3);
    must_close(s);
    size_t len;
    uint8_t *head = memdisk_bytes(m, "s/head", &len);
    memdisk_put(old, "s/head", head, len);
    s = must_open(old, &report);
    assert_true(report.rolled_back);
    assert_false(report.read_only);
    assert_int_equal(check_all(s, NULL, "replay"), 3);
    fill(s, 1);
    must_close(s);
    s = must_open(old, &report);
    assert_false(report.rolled_back); /* told once, then gone on from */
    must_close(s);
    memdisk_free(old);
    memdisk_free(m);
}

/* --- failing disks --- */

/* What the scenario below was told, and when. */
struct told {
    uint64_t synced;    /* records acknowledged */
    uint64_t at[64];    /* by sync i ... */
    size_t changes[64]; /* ... when so many changes had been made */
    size_t count;
};

static void note(struct told *told, struct memdisk *m, struct store *s)
{
    told->synced = store_next(s) - 1;
    told->at[told->count] = told->synced;
    told->changes[told->count++] = m->change_count;
}

static void run_once(struct memdisk *m, struct told *told)
{
    struct store *s;
    struct store_report report;
    if (open_on(m, &s, &report) != LTH_OK)
        return;
    for (int i = 0; i < 4; i++) {
        (void)!append_one(s);
        (void)!append_one(s);
        if (store_sync(s) == LTH_OK)
            note(told, m, s);
    }
    (void)!append_one(s);
    uint64_t last = store_next(s) - 1;
    if (store_close(s) == LTH_OK && last > told->synced) {
        told->synced = told->at[told->count] = last;
        told->changes[told->count++] = m->change_count;
    }
}

static void run_scenario(struct memdisk *m, struct told *told)
{
    run_once(m, told);
    test_now_ms += 2000;
    run_once(m, told);
}

static void check_survived(struct memdisk *m, const struct told *told, const char *row)
{
    struct store_report report;
    uint64_t skipped;
    memdisk_fail(m, 0, 0, 0, false);
    struct store *s = must_open(m, &report);
    uint64_t got = check_all(s, &skipped, row);
    CHECK(skipped == 0 && got >= told->synced, row);
    CHECK(!report.read_only && !report.rolled_back && !report.damaged_from, row);
    CHECK_ERR(append_one(s), LTH_OK, row);
    must_close(s);
    CHECK(memdisk_open_handles(m) == 0, row);
}

static const struct {
    const char *name;
    unsigned calls;
    int error;
} failures[] = {
    {"any call, I/O error", MEM_ANY, EIO},
    {"any call, disk full", MEM_ANY, ENOSPC},
    {"open", MEM_OPEN, EMFILE},
    {"write", MEM_PWRITE, EIO},
    {"write, full", MEM_PWRITE, ENOSPC},
    {"datasync", MEM_DATASYNC, EIO},
    {"datasync, full", MEM_DATASYNC, ENOSPC},
    {"sync", MEM_SYNC, EIO},
    {"write or datasync", MEM_PWRITE | MEM_DATASYNC, EIO},
    {"rename", MEM_RENAME, EIO},
    {"truncate", MEM_TRUNCATE, EIO},
    {"write or truncate", MEM_PWRITE | MEM_TRUNCATE, ENOSPC},
};

static bool fail_nth(size_t row, unsigned nth, bool for_ever)
{
    struct memdisk *m = memdisk_new();
    struct told told = {0};
    char name[96];
    snprintf(name, sizeof name, "%s, call %u%s", failures[row].name, nth,
             for_ever ? " and all after it" : "");
    memdisk_fail(m, failures[row].calls, nth, failures[row].error, for_ever);
    run_scenario(m, &told);
    bool reached = m->calls >= nth;
    check_survived(m, &told, name);
    memdisk_free(m);
    return reached;
}

static void test_nothing_acknowledged_is_lost_when_the_nth_call_fails(void **state)
{
    (void)state;
    for (size_t row = 0; row < LENGTH(failures); row++)
        for (int for_ever = 0; for_ever < 2; for_ever++)
            for (unsigned nth = 1; fail_nth(row, nth, for_ever); nth++)
                ;
}

static void test_nothing_acknowledged_is_lost_in_a_crash_at_any_moment(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct told told = {0};
    run_scenario(m, &told);
    for (size_t changes = 0; changes <= m->change_count; changes++) {
        struct told then = {0};
        for (size_t i = 0; i < told.count && told.changes[i] <= changes; i++)
            then.synced = told.at[i];
        size_t unsynced = memdisk_unsynced(m, changes);
        for (size_t kept = 0; kept <= unsynced; kept++)
            for (int torn = 0; torn < 2; torn++) {
                char row[64];
                snprintf(row, sizeof row, "after %zu changes, %zu kept, torn %d", changes, kept,
                         torn);
                struct memdisk *after = memdisk_after_crash(m, changes, kept, torn);
                check_survived(after, &then, row);
                memdisk_free(after);
            }
    }
    memdisk_free(m);
}

static void test_a_full_disk_refuses_and_resumes(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    fill(s, 3);
    size_t used = 0, len;
    for (size_t i = 0; i < LENGTH(all_files); i++)
        used += memdisk_bytes(m, all_files[i], &len) ? len : 0;
    m->limit = used + 2500;
    enum lth_err err = LTH_OK;
    uint64_t next = store_next(s);
    for (int i = 0; i < 2000 && err == LTH_OK; i++) {
        next = store_next(s);
        err = append_one(s);
    }
    CHECK_ERR(err, LTH_DISK_FULL, "full");
    assert_int_equal(store_next(s), next);
    CHECK_ERR(append_one(s), LTH_DISK_FULL, "still full");
    CHECK_ERR(store_sync(s), LTH_OK, "what fitted can be synced");
    m->limit = 0;
    CHECK_ERR(append_one(s), LTH_OK, "room again");
    must_close(s);
    s = must_open(m, NULL);
    assert_int_equal(check_all(s, NULL, "replay"), next);
    must_close(s);
    memdisk_free(m);
}

static void test_after_a_failed_datasync_a_new_segment_takes_over(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    struct store_stats stats;
    struct buffer got = {0};
    fill(s, 3);
    CHECK_ERR(append_one(s), LTH_OK, "append");
    memdisk_fail(m, MEM_DATASYNC, 1, EIO, false);
    CHECK_ERR(store_sync(s), LTH_OK, "sync");
    assert_int_equal(m->calls, 2); /* one failed, one on another file */
    store_stats(s, &stats);
    assert_int_equal(stats.segments, 2);
    CHECK_ERR(store_read(s, 4, &got), LTH_OK, "the record is there");
    buffer_clear(&got);
    struct told told = {.synced = 4};
    struct memdisk *after = memdisk_after_crash(m, m->change_count, 0, false);
    must_close(s);
    check_survived(after, &told, "power cut after it");
    memdisk_free(after);
    memdisk_free(m);
}

static void test_after_a_failed_write_a_new_segment_takes_over(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    struct store_stats stats;
    fill(s, 2);
    CHECK_ERR(append_one(s), LTH_OK, "append");
    memdisk_fail(m, MEM_PWRITE, 1, EIO, false);
    CHECK_ERR(append_one(s), LTH_OK, "append");
    store_stats(s, &stats);
    assert_int_equal(stats.segments, 2);
    must_close(s);
    s = must_open(m, NULL);
    assert_int_equal(check_all(s, NULL, "replay"), 4);
    must_close(s);
    memdisk_free(m);
}

static void test_a_record_waiting_for_a_new_segment_can_be_read(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    struct buffer got = {0};
    char text[128];
    fill(s, 1);
    CHECK_ERR(append_one(s), LTH_OK, "append");
    memdisk_fail(m, MEM_DATASYNC | MEM_PWRITE | MEM_OPEN, 1, ENOSPC, true);
    CHECK_ERR(store_sync(s), LTH_DISK_FULL, "sync");
    memdisk_fail(m, 0, 0, 0, false);
    test_record(2, text);
    CHECK_ERR(store_read(s, 2, &got), LTH_OK, "read");
    assert_memory_equal(got.bytes, text, got.len);
    buffer_clear(&got);
    CHECK_ERR(store_sync(s), LTH_OK, "room again");
    must_close(s);
    s = must_open(m, NULL);
    assert_int_equal(check_all(s, NULL, "replay"), 2);
    must_close(s);
    memdisk_free(m);
}

static void test_a_disk_that_fails_for_ever_makes_the_store_read_only(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    struct store_stats stats;
    fill(s, 3);
    CHECK_ERR(append_one(s), LTH_OK, "append");
    memdisk_fail(m, MEM_DATASYNC, 1, EIO, true);
    CHECK_ERR(store_sync(s), LTH_READ_ONLY, "sync");
    CHECK_ERR(append_one(s), LTH_READ_ONLY, "append");
    store_stats(s, &stats);
    assert_false(stats.writable);
    CHECK_ERR(store_close(s), LTH_READ_ONLY, "close says what was lost");
    memdisk_free(m);
}

static void test_a_read_only_disk_can_be_read(void **state)
{
    (void)state;
    struct memdisk *m = filled(3);
    struct store_report report;
    m->read_only = true;
    struct store *s = must_open(m, &report);
    assert_true(report.read_only);
    assert_int_equal(report.os_error, EROFS);
    assert_int_equal(check_all(s, NULL, "replay"), 3);
    CHECK_ERR(append_one(s), LTH_READ_ONLY, "append");
    store_set_shown(s, 2);
    assert_int_equal(store_shown(s), 2);
    must_close(s);
    memdisk_free(m);
    m = memdisk_new();
    m->read_only = true;
    CHECK_ERR(open_on(m, &s, &report), LTH_READ_ONLY, "nothing there");
    memdisk_free(m);
}

/* --- the real disk --- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static void test_a_second_opener_learns_who_holds_the_store(void **state)
{
    (void)state;
    char dir[] = "/tmp/lanthorn-store-XXXXXX", path[64];
    struct store *s, *second;
    struct store_report report;
    struct stat about;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    CHECK_ERR(open_with(disk_posix(), path, &test_key, &s, &report), LTH_OK, "first");
    fill(s, 20);
    store_set_shown(s, 7);
    CHECK_ERR(open_with(disk_posix(), path, &test_key, &second, &report), LTH_IN_USE, "second");
    assert_int_equal(report.holder, getpid());
    must_close(s);
    CHECK_ERR(open_with(disk_posix(), path, &test_key, &s, &report), LTH_OK,
              "after the first has gone");
    assert_int_equal(check_all(s, NULL, "replay"), 20);
    assert_int_equal(store_shown(s), 7);
    must_close(s);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_appended_comes_back),
        cmocka_unit_test(test_a_batch_is_one_frame_and_one_write),
        cmocka_unit_test(test_any_record_can_be_read_by_its_number),
        cmocka_unit_test(test_a_record_just_appended_can_be_read),
        cmocka_unit_test(test_records_have_their_limits),
        cmocka_unit_test(test_a_start_without_an_append_changes_nothing),
        cmocka_unit_test(test_an_error_of_the_callback_ends_the_replay),
        cmocka_unit_test(test_a_new_store_survives_a_crash_at_once),
        cmocka_unit_test(test_the_wrong_key_is_told_as_such),
        cmocka_unit_test(test_a_changed_key_opens_what_the_old_one_wrote),
        cmocka_unit_test(test_a_log_cut_at_every_byte_yields_its_first_records),
        cmocka_unit_test(test_a_torn_tail_is_kept_aside_and_cut_off),
        cmocka_unit_test(test_unsynced_frames_after_a_lost_one_are_a_torn_tail),
        cmocka_unit_test(test_a_lost_frame_before_one_that_knew_it_durable_is_damage),
        cmocka_unit_test(test_no_flipped_byte_goes_unnoticed_or_alters_a_record),
        cmocka_unit_test(test_a_missing_segment_is_named_and_the_rest_can_be_read),
        cmocka_unit_test(test_a_log_put_back_is_noticed_by_its_head),
        cmocka_unit_test(test_nothing_acknowledged_is_lost_when_the_nth_call_fails),
        cmocka_unit_test(test_nothing_acknowledged_is_lost_in_a_crash_at_any_moment),
        cmocka_unit_test(test_a_full_disk_refuses_and_resumes),
        cmocka_unit_test(test_after_a_failed_datasync_a_new_segment_takes_over),
        cmocka_unit_test(test_after_a_failed_write_a_new_segment_takes_over),
        cmocka_unit_test(test_a_record_waiting_for_a_new_segment_can_be_read),
        cmocka_unit_test(test_a_disk_that_fails_for_ever_makes_the_store_read_only),
        cmocka_unit_test(test_a_read_only_disk_can_be_read),
        cmocka_unit_test(test_a_second_opener_learns_who_holds_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
