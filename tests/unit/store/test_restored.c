/* What a store makes of a copy of itself: a backup put back, its files of slightly different
 * moments, or a second machine that goes on from the same point. */
#include "store/segment.h"
#include "store/stores.h"
#include "store/vault.h"

#include <stdio.h>

#define SEGMENT_1 "s/log/00000001.seg"
#define SEGMENT_2 "s/log/00000002.seg"

/* The life that copies were taken of: records 1 to 4, closed; 5 to 7 by a second process, which
 * ran on; 8 and 9, closed. */
enum moment { CLOSED, RUNNING, LATER, MOMENTS };

static struct memdisk *moments[MOMENTS];

static int live(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct store *s = must_open(m, NULL);
    fill(s, 4);
    store_set_shown(s, 4);
    must_close(s);
    moments[CLOSED] = memdisk_copy(m);
    s = must_open(m, NULL);
    fill(s, 3);
    moments[RUNNING] = memdisk_copy(m);
    fill(s, 2);
    store_set_shown(s, 9);
    must_close(s);
    moments[LATER] = m;
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOMENTS; i++)
        memdisk_free(moments[i]);
    return 0;
}

static void take(struct memdisk *to, const char *path, enum moment moment)
{
    size_t len;
    const uint8_t *bytes = memdisk_bytes(moments[moment], path, &len);
    if (bytes)
        memdisk_put(to, path, bytes, len);
    else
        memdisk_remove(to, path);
}

/* Opens what was copied: writable, with the first `records` records; goes on, and opens it again
 * as if nothing had been. */
static void check_goes_on(struct memdisk *m, uint64_t records, bool rolled_back, const char *row)
{
    struct store_report report;
    struct store *s = must_open(m, &report);
    CHECK(!report.read_only && !report.damaged_from, row);
    CHECK(report.rolled_back == rolled_back, row);
    CHECK(check_all(s, NULL, row) == records, row);
    CHECK(store_next(s) == records + 1, row);
    fill(s, 3);
    must_close(s);
    s = must_open(m, &report);
    CHECK(!report.read_only && !report.rolled_back && !report.torn_tail_bytes, row);
    CHECK(check_all(s, NULL, row) == records + 3, row);
    must_close(s);
    CHECK(memdisk_open_handles(m) == 0, row);
}

static void test_files_of_different_moments_open_and_go_on(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum moment vault, segment_1, segment_2, head;
        uint64_t records;
        bool rolled_back;
    } rows[] = {
        {"stopped, all of it", CLOSED, CLOSED, CLOSED, CLOSED, 4, false},
        {"running, all of it", RUNNING, RUNNING, RUNNING, RUNNING, 7, false},
        {"head later than the log", CLOSED, CLOSED, CLOSED, LATER, 4, true},
        {"head and shown of before", LATER, LATER, LATER, CLOSED, 9, false},
        {"zeros written ahead, head later", LATER, LATER, RUNNING, LATER, 7, true},
        {"a segment without its key", CLOSED, CLOSED, LATER, LATER, 4, true},
        {"a segment without its key, head of before", CLOSED, CLOSED, LATER, CLOSED, 4, false},
        {"a key without its segment", LATER, LATER, CLOSED, CLOSED, 4, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = memdisk_copy(moments[LATER]);
        take(m, "s/vault", rows[i].vault);
        take(m, SEGMENT_1, rows[i].segment_1);
        take(m, SEGMENT_2, rows[i].segment_2);
        take(m, "s/head", rows[i].head);
        check_goes_on(m, rows[i].records, rows[i].rolled_back, rows[i].name);
        memdisk_free(m);
    }
}

static void test_small_files_missing_cut_or_copied_along_block_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
        size_t len;
    } rows[] = {
        {"no head", "s/head", 0},      {"half of head", "s/head", 512},
        {"torn head", "s/head", 700},  {"no shown", "s/shown", 0},
        {"torn shown", "s/shown", 13}, {"no lock", "s/lock", 0},
        {"lock copied", "s/lock", 11},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = memdisk_copy(moments[LATER]);
        if (rows[i].len)
            memdisk_cut(m, rows[i].path, rows[i].len);
        else
            memdisk_remove(m, rows[i].path);
        check_goes_on(m, 9, false, rows[i].name);
        memdisk_free(m);
    }
}

static size_t frame_len(uint64_t n)
{
    char text[128];
    test_record(n, text);
    return FRAME_OVERHEAD + 2 + strlen(text);
}

/* How many records are whole in the first len bytes of segment 2; *into: of the next frame. */
static uint64_t whole_records(size_t len, size_t *into)
{
    uint64_t n = 4;
    size_t at = SEGMENT_HEADER_LEN;
    while (n < 9 && at + frame_len(n + 1) <= len)
        at += frame_len(++n);
    *into = len > at ? len - at : 0;
    return n;
}

static struct memdisk *half_copied(size_t copied, bool zeros)
{
    struct memdisk *m = memdisk_copy(moments[LATER]);
    size_t len;
    uint8_t *bytes = memdisk_bytes(m, SEGMENT_2, &len);
    if (zeros)
        memset(bytes + copied, 0, len - copied);
    else
        memdisk_cut(m, SEGMENT_2, copied);
    return m;
}

static void test_a_segment_copied_up_to_any_byte_yields_its_first_records_and_goes_on(void **state)
{
    (void)state;
    size_t len, into;
    memdisk_bytes(moments[LATER], SEGMENT_2, &len);
    for (size_t copied = SEGMENT_HEADER_LEN; copied < len; copied++)
        for (int zeros = 0; zeros < 2; zeros++) {
            char row[64];
            snprintf(row, sizeof row, "%zu bytes, then %s", copied, zeros ? "zeros" : "nothing");
            uint64_t records = whole_records(copied, &into);
            if (zeros && into + 4 > frame_len(records + 1))
                continue; /* a tag may end so */
            struct memdisk *m = half_copied(copied, zeros);
            check_goes_on(m, records, true, row);
            memdisk_free(m);
        }
}

static void test_bytes_of_a_frame_copied_in_part_are_kept_aside(void **state)
{
    (void)state;
    struct store_report report;
    size_t len;
    struct memdisk *m = half_copied(SEGMENT_HEADER_LEN + frame_len(5) + 30, false);
    struct store *s = must_open(m, &report);
    assert_int_equal(report.torn_tail_bytes, 30);
    assert_non_null(memdisk_bytes(m, "s/log/00000002.torn", &len));
    assert_int_equal(len, 30);
    must_close(s);
    memdisk_free(m);
}

static void test_a_missing_segment_that_head_knows_records_of_is_damage(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_copy(moments[LATER]);
    struct store_report report;
    memdisk_cut(m, SEGMENT_2, SEGMENT_HEADER_LEN - 1); /* as good as missing */
    struct store *s = must_open(m, &report);
    assert_true(report.read_only);
    assert_int_equal(report.damaged_from, 5);
    assert_int_equal(report.damaged_count, 5);
    must_close(s);
    memdisk_free(m);
}

static void read_vault(struct memdisk *m, struct vault *v)
{
    size_t len;
    const uint8_t *bytes = memdisk_bytes(m, "s/vault", &len);
    CHECK_ERR(vault_parse(v, bytes, len, &test_key), LTH_OK, "vault");
}

/* Opens the store on m, appends record 5 and closes it; yields the key of its new segment. */
static void go_on_alone(struct memdisk *m, uint8_t key[SEGMENT_KEY_LEN])
{
    struct vault v;
    struct store *s = must_open(m, NULL);
    fill(s, 1);
    must_close(s);
    read_vault(m, &v);
    assert_int_equal(vault_segments(&v), 2);
    assert_int_equal(vault_segment_number(&v, 1), 2);
    CHECK_ERR(vault_segment_key(&v, 1, key), LTH_OK, "key");
    vault_clear(&v);
}

static void test_two_machines_that_go_on_from_one_copy_never_share_a_key(void **state)
{
    (void)state;
    struct memdisk *here = memdisk_copy(moments[CLOSED]), *there = memdisk_copy(moments[CLOSED]);
    uint8_t ours[SEGMENT_KEY_LEN], theirs[SEGMENT_KEY_LEN];
    size_t len, other_len;
    go_on_alone(here, ours);
    go_on_alone(there, theirs);
    assert_memory_not_equal(ours, theirs, SEGMENT_KEY_LEN);
    const uint8_t *bytes = memdisk_bytes(here, SEGMENT_1, &len);
    const uint8_t *others = memdisk_bytes(there, SEGMENT_1, &other_len);
    assert_int_equal(len, other_len); /* and nothing was added under the key that both have */
    assert_memory_equal(bytes, others, len);
    memdisk_free(here);
    memdisk_free(there);
}

static void test_a_shown_mark_of_later_hides_no_record(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_copy(moments[CLOSED]);
    take(m, "s/shown", LATER);
    for (int start = 0; start < 2; start++) {
        struct store *s = must_open(m, NULL);
        assert_int_equal(store_shown(s), 4);
        fill(s, 3); /* not shown */
        must_close(s);
    }
    memdisk_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_different_moments_open_and_go_on),
        cmocka_unit_test(test_small_files_missing_cut_or_copied_along_block_nothing),
        cmocka_unit_test(test_a_segment_copied_up_to_any_byte_yields_its_first_records_and_goes_on),
        cmocka_unit_test(test_bytes_of_a_frame_copied_in_part_are_kept_aside),
        cmocka_unit_test(test_a_missing_segment_that_head_knows_records_of_is_damage),
        cmocka_unit_test(test_two_machines_that_go_on_from_one_copy_never_share_a_key),
        cmocka_unit_test(test_a_shown_mark_of_later_hides_no_record),
    };
    return cmocka_run_group_tests(tests, live, end);
}
