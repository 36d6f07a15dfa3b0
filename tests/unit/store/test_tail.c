/* The growing segment: room ahead, as before after a failure, and trimmed when done. */
#include "check.h"

#include "store/memdisk.h"
#include "store/tail.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

static const struct vault_secrets secrets = {.segment_mac = {3}};
static const struct segment_place place = {.number = 1, .key = {2}};
static const struct segment_header header = {.number = 1, .first = 1};

static struct tail created(struct memdisk *m)
{
    struct tail t;
    assert_int_equal(m->disk.mkdir(m, "s", 0700), 0);
    CHECK_ERR(tail_create(&t, &m->disk, "s", &header, &secrets, &place), LTH_OK, "create");
    return t;
}

static size_t len_of(struct memdisk *m)
{
    size_t len = 0;
    return memdisk_bytes(m, "s/00000001.seg", &len) ? len : 0;
}

static void test_zeros_are_written_ahead_and_trimmed(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct tail t = created(m);
    uint8_t *bytes = calloc(1, TAIL_STEP);
    bool intact;
    assert_int_equal(len_of(m), SEGMENT_HEADER_LEN);
    memset(bytes, 'x', 100);
    assert_int_equal(tail_append(&t, bytes, 100, &intact), 0);
    assert_int_equal(len_of(m), TAIL_FIRST_STEP);
    assert_int_equal(tail_append(&t, bytes, 100, &intact), 0);
    assert_int_equal(len_of(m), TAIL_FIRST_STEP); /* no metadata changes here */
    assert_int_equal(tail_append(&t, bytes, TAIL_FIRST_STEP, &intact), 0);
    assert_int_equal(len_of(m), TAIL_STEP);
    assert_int_equal(tail_append(&t, bytes, TAIL_STEP, &intact), 0);
    assert_int_equal(len_of(m), 2 * TAIL_STEP);
    assert_int_equal(tail_trim(&t), 0);
    assert_int_equal(len_of(m), t.end);
    tail_close(&t);
    tail_close(&t); /* again is fine */
    free(bytes);
    assert_int_equal(memdisk_open_handles(m), 0);
    memdisk_free(m);
}

static void test_a_failed_append_leaves_the_file_as_it_was(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct tail t = created(m);
    static uint8_t bytes[4096];
    memset(bytes, 'x', sizeof bytes);
    bool intact = false;
    m->limit = SEGMENT_HEADER_LEN + 3000; /* takes a part, then is full */
    assert_int_equal(tail_append(&t, bytes, sizeof bytes, &intact), -ENOSPC);
    assert_true(intact);
    assert_int_equal(len_of(m), SEGMENT_HEADER_LEN);
    assert_int_equal(tail_append(&t, bytes, 2000, &intact), 0); /* no room for zeros: no matter */
    assert_int_equal(len_of(m), SEGMENT_HEADER_LEN + 2000);
    memdisk_fail(m, MEM_TRUNCATE, 1, EIO, true);
    assert_int_equal(tail_append(&t, bytes, sizeof bytes, &intact), -ENOSPC);
    assert_false(intact);
    tail_close(&t);
    memdisk_free(m);
}

static void test_a_segment_is_made_durably_or_not_at_all(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct tail t;
    assert_int_equal(m->disk.mkdir(m, "s", 0700), 0);
    assert_int_equal(file_sync_dir(&m->disk, "s/.."), 0);
    for (unsigned nth = 1;; nth++) {
        memdisk_fail(m, MEM_ANY, nth, EIO, false);
        enum lth_err err = tail_create(&t, &m->disk, "s", &header, &secrets, &place);
        if (m->calls < nth) {
            CHECK_ERR(err, LTH_OK, "no call left to fail");
            break;
        }
        if (err == LTH_OK) { /* the last close of the directory told nothing new */
            tail_close(&t);
            memdisk_remove(m, "s/00000001.seg");
            continue;
        }
        CHECK_ERR(err, LTH_IO, "failed");
        assert_int_equal(len_of(m), 0);
        assert_int_equal(memdisk_open_handles(m), 0);
    }
    memdisk_fail(m, 0, 0, 0, false);
    struct memdisk *after = memdisk_after_crash(m, m->change_count, 0, false);
    assert_int_equal(len_of(after), SEGMENT_HEADER_LEN);
    memdisk_free(after);
    tail_close(&t);
    CHECK_ERR(tail_create(&t, &m->disk, "s", &header, &secrets, &place), LTH_BAD_STATE,
              "there already");
    memdisk_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeros_are_written_ahead_and_trimmed),
        cmocka_unit_test(test_a_failed_append_leaves_the_file_as_it_was),
        cmocka_unit_test(test_a_segment_is_made_durably_or_not_at_all),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
