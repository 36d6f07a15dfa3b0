/* The life of a log: when segments begin, when `head` is written, and what is held in memory. */
#include "store/log.h"
#include "store/stores.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

struct opened {
    struct memdisk *m;
    struct vault vault;
    struct log log;
};

static void open_log(struct opened *o)
{
    struct store_report report = {0};
    size_t len;
    uint8_t *bytes = memdisk_bytes(o->m, "s/vault", &len);
    CHECK_ERR(vault_parse(&o->vault, bytes, len, &test_key), LTH_OK, "vault");
    CHECK_ERR(log_open(&o->log, &o->m->disk, "s", &o->vault, &test_options, &report), LTH_OK,
              "log");
    CHECK_ERR(log_begin(&o->log, &report), LTH_OK, "begin");
}

static void begin_with(struct opened *o)
{
    *o = (struct opened){.m = memdisk_new()};
    must_close(must_open(o->m, NULL)); /* makes the vault */
    open_log(o);
}

static void end_with(struct opened *o)
{
    CHECK_ERR(log_close(&o->log), LTH_OK, "close");
    vault_clear(&o->vault);
    assert_int_equal(memdisk_open_handles(o->m), 0);
    memdisk_free(o->m);
}

static void append(struct opened *o, size_t len)
{
    uint8_t *bytes = calloc(1, len);
    struct store_record r = {bytes, len};
    CHECK_ERR(log_append(&o->log, &r, 1), LTH_OK, "append");
    free(bytes);
}

static uint64_t anchored(struct opened *o)
{
    struct anchor a = {0};
    size_t len = 0;
    uint8_t *bytes = memdisk_bytes(o->m, "s/head", &len);
    return anchor_parse(bytes, len, o->vault.secrets, &a) == LTH_OK ? a.records : 0;
}

static void test_head_is_written_by_time_or_by_number(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    append(&o, 10);
    assert_int_equal(anchored(&o), 0); /* not durable yet */
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    assert_int_equal(anchored(&o), 1);
    append(&o, 10);
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    assert_int_equal(anchored(&o), 1); /* not due */
    test_now_ms += 1000;
    append(&o, 10);
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    assert_int_equal(anchored(&o), 3);
    for (int i = 0; i < 64; i++)
        append(&o, 10);
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    assert_int_equal(anchored(&o), 67);
    append(&o, 10);
    end_with(&o);
}

static void test_closing_leaves_head_exact_and_no_zeros(void **state)
{
    (void)state;
    struct opened o;
    size_t len;
    begin_with(&o);
    for (int i = 0; i < 3; i++) {
        append(&o, 10);
        CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    }
    append(&o, 10);
    uint64_t end = o.log.tail.end;
    CHECK_ERR(log_close(&o.log), LTH_OK, "close");
    assert_int_equal(anchored(&o), 4);
    memdisk_bytes(o.m, "s/log/00000001.seg", &len);
    assert_int_equal(len, end);
    vault_clear(&o.vault);
    memdisk_free(o.m);
}

static void test_a_long_segment_is_followed_by_another(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    size_t len;
    append(&o, 9000); /* beyond segment_max */
    uint64_t end = o.log.tail.end;
    assert_int_equal(vault_segments(&o.vault), 1);
    append(&o, 10);
    assert_int_equal(vault_segments(&o.vault), 2);
    memdisk_bytes(o.m, "s/log/00000001.seg", &len);
    assert_int_equal(len, end);              /* trimmed */
    assert_int_equal(o.log.durable.next, 2); /* the first was made durable before */
    append(&o, 10);
    assert_int_equal(vault_segments(&o.vault), 2);
    end_with(&o);
}

static void test_what_waits_for_a_sync_is_bounded(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    o.log.options.segment_max = LOG_SEGMENT_MAX;
    for (int i = 0; i < 300; i++) {
        append(&o, STORE_RECORD_MAX);
        assert_true(o.log.pending.len <= LOG_PENDING_MAX + STORE_RECORD_MAX + 2);
    }
    assert_true(o.log.durable.next > 100);
    end_with(&o);
}

static void test_plain_text_is_wiped_once_it_is_durable(void **state)
{
    (void)state;
    struct opened o;
    struct store_record r = {(const uint8_t *)"secret", 6};
    begin_with(&o);
    CHECK_ERR(log_append(&o.log, &r, 1), LTH_OK, "append");
    assert_memory_equal(o.log.pending.bytes + 2, "secret", 6);
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    assert_true(sodium_is_zero(o.log.pending.bytes, 8));
    end_with(&o);
}

static void test_the_file_of_a_start_that_died_is_passed_over(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    memdisk_put(o.m, "s/log/00000001.seg", "whatever", 8);
    append(&o, 10);
    assert_int_equal(vault_segment_number(&o.vault, 0), 2);
    end_with(&o);
}

static void test_what_cannot_be_settled_is_not_built_upon(void **state)
{
    (void)state;
    struct opened o;
    struct store_record r = {(const uint8_t *)"x", 1};
    begin_with(&o);
    append(&o, 10);
    CHECK_ERR(log_close(&o.log), LTH_OK, "close");
    vault_clear(&o.vault);
    memdisk_fail(o.m, MEM_DATASYNC, 1, EIO, false);
    open_log(&o); /* the old segment's fdatasync fails */
    assert_true(o.log.read_only);
    CHECK_ERR(log_append(&o.log, &r, 1), LTH_READ_ONLY, "and is not asked again");
    assert_int_equal(o.m->calls, 1);
    end_with(&o);
}

static void test_what_is_read_at_opening_is_durable(void **state)
{
    (void)state;
    struct opened o, after;
    begin_with(&o);
    append(&o, 10);
    CHECK_ERR(log_sync(&o.log), LTH_OK, "sync");
    append(&o, 10); /* and killed before the next sync */
    after.m = memdisk_copy(o.m);
    end_with(&o);
    memdisk_fail(after.m, MEM_DATASYNC, 99, EIO, false); /* counts them */
    open_log(&after);
    assert_int_equal(after.m->calls, 1);
    end_with(&after);
}

static void test_zeros_of_a_start_that_died_are_cut_off(void **state)
{
    (void)state;
    struct opened o;
    size_t len, end;
    begin_with(&o);
    append(&o, 10);
    end = (size_t)o.log.tail.end;
    struct memdisk *after = memdisk_copy(o.m);
    memdisk_bytes(after, "s/log/00000001.seg", &len);
    assert_true(len > end);
    must_close(must_open(after, NULL));
    memdisk_bytes(after, "s/log/00000001.seg", &len);
    assert_int_equal(len, end);
    memdisk_free(after);
    end_with(&o);
}

static bool is_quick(struct opened *o, size_t len)
{
    static const uint8_t bytes[STORE_RECORD_MAX];
    const struct store_record r = {bytes, len};
    return log_append_is_quick(&o->log, &r, 1);
}

static void test_a_quick_append_is_one_write_into_blocks_that_are_there(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    assert_false(is_quick(&o, 100)); /* makes a segment */
    append(&o, 100);
    assert_false(is_quick(&o, STORE_RECORD_MAX)); /* needs more zeros */
    while (is_quick(&o, 100)) {
        memdisk_fail(o.m, MEM_ANY, 2, EIO, true);
        append(&o, 100);
        assert_int_equal(o.m->calls, 1);
        memdisk_fail(o.m, 0, 0, 0, false);
    }
    assert_true(o.log.tail.end >= test_options.segment_max); /* the next one makes a segment */
    end_with(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_is_written_by_time_or_by_number),
        cmocka_unit_test(test_closing_leaves_head_exact_and_no_zeros),
        cmocka_unit_test(test_a_long_segment_is_followed_by_another),
        cmocka_unit_test(test_a_quick_append_is_one_write_into_blocks_that_are_there),
        cmocka_unit_test(test_what_waits_for_a_sync_is_bounded),
        cmocka_unit_test(test_plain_text_is_wiped_once_it_is_durable),
        cmocka_unit_test(test_the_file_of_a_start_that_died_is_passed_over),
        cmocka_unit_test(test_what_cannot_be_settled_is_not_built_upon),
        cmocka_unit_test(test_what_is_read_at_opening_is_durable),
        cmocka_unit_test(test_zeros_of_a_start_that_died_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
