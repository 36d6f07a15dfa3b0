/* Another key for a store: only the vault changes, and whenever that is cut short either the old
 * key or the new one opens it, with all that was in it. */
#include "store/stores.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#define SEGMENT_2 "s/log/00000002.seg"

enum { RECORDS = 6 };

static const uint8_t other_bytes[32] = {7};
static const struct store_key other = {STORE_KEY_FILE, other_bytes, sizeof other_bytes};

static struct memdisk *filled(void)
{
    struct memdisk *m = memdisk_new();
    for (int i = 0; i < 2; i++) {
        struct store *s = must_open(m, NULL);
        fill(s, RECORDS / 2);
        must_close(s);
    }
    return m;
}

static enum lth_err look_at(struct memdisk *m, struct store **out, struct store_report *report)
{
    return store_open_with(&m->disk, "s", &test_key, &test_options, out, report);
}

static void tear_the_tail(struct memdisk *m)
{
    size_t len;
    memdisk_bytes(m, SEGMENT_2, &len);
    memdisk_remove(m, "s/head");
    memdisk_cut(m, SEGMENT_2, len - 5);
}

static void test_a_key_is_changed_and_nothing_but_the_vault(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *s;
    struct store_report report;
    tear_the_tail(m);
    size_t len, after;
    memdisk_bytes(m, SEGMENT_2, &len);
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look");
    CHECK_ERR(store_change_key(s, &other), LTH_OK, "change");
    must_close(s);
    memdisk_bytes(m, SEGMENT_2, &after);
    assert_int_equal(len, after); /* only the vault is new */
    CHECK_ERR(look_at(m, &s, &report), LTH_WRONG_KEY, "old key");
    CHECK_ERR(open_with(&m->disk, "s", &other, &s, &report), LTH_OK, "new key");
    assert_int_equal(check_all(s, NULL, "replay"), RECORDS - 1);
    must_close(s);
    memdisk_free(m);
}

/* True when the new key opens the store, false when the old one does. */
static bool is_changed(struct memdisk *m, const char *row)
{
    struct store *s;
    struct store_report report;
    enum lth_err old = open_on(m, &s, &report);
    if (old != LTH_OK) {
        CHECK_ERR(old, LTH_WRONG_KEY, row);
        CHECK_ERR(open_with(&m->disk, "s", &other, &s, &report), LTH_OK, row);
    }
    CHECK(check_all(s, NULL, row) == RECORDS, row);
    fill(s, 1); /* and it goes on */
    must_close(s);
    return old != LTH_OK;
}

static void test_a_crash_at_any_moment_leaves_one_key_or_the_other(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *s;
    struct store_report report;
    size_t before = m->change_count;
    bool was_either[2] = {false, false};
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look");
    CHECK_ERR(store_change_key(s, &other), LTH_OK, "change");
    size_t done = m->change_count;
    must_close(s);
    for (size_t changes = before; changes <= done; changes++) {
        size_t unsynced = memdisk_unsynced(m, changes);
        for (size_t kept = 0; kept <= unsynced; kept++)
            for (int torn = 0; torn < 2; torn++) {
                char row[64];
                snprintf(row, sizeof row, "after %zu changes, %zu kept, torn %d", changes, kept,
                         torn);
                struct memdisk *after = memdisk_after_crash(m, changes, kept, torn);
                bool is_new = is_changed(after, row);
                CHECK(is_new || changes < done, row); /* what was answered holds */
                was_either[is_new] = true;
                memdisk_free(after);
            }
    }
    assert_true(was_either[false] && was_either[true]);
    memdisk_free(m);
}

/* False once fewer than nth calls are made. */
static bool fail_nth(unsigned nth)
{
    struct memdisk *m = filled();
    struct store *s;
    struct store_report report;
    char row[32];
    snprintf(row, sizeof row, "call %u", nth);
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, row);
    memdisk_fail(m, MEM_ANY, nth, EIO, false);
    enum lth_err err = store_change_key(s, &other);
    bool was_met = m->calls >= nth;
    memdisk_fail(m, 0, 0, 0, false);
    must_close(s);
    bool is_new = is_changed(m, row);
    CHECK(err == LTH_OK || err == LTH_IO, row);
    CHECK(err != LTH_OK || is_new, row);
    memdisk_free(m);
    return was_met;
}

static void test_a_disk_that_fails_at_any_call_leaves_one_key_or_the_other(void **state)
{
    (void)state;
    unsigned nth = 1;
    while (fail_nth(nth))
        nth++;
    assert_true(nth > 5);
}

static void test_a_full_disk_leaves_the_old_key(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *s;
    struct store_report report;
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look");
    memdisk_fail(m, MEM_PWRITE, 1, ENOSPC, true);
    CHECK_ERR(store_change_key(s, &other), LTH_DISK_FULL, "full");
    memdisk_fail(m, 0, 0, 0, false);
    must_close(s);
    assert_false(is_changed(m, "full"));
    memdisk_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_is_changed_and_nothing_but_the_vault),
        cmocka_unit_test(test_a_crash_at_any_moment_leaves_one_key_or_the_other),
        cmocka_unit_test(test_a_disk_that_fails_at_any_call_leaves_one_key_or_the_other),
        cmocka_unit_test(test_a_full_disk_leaves_the_old_key),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
