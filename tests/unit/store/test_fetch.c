/* Getting records back: neighbours cost no second reading, and a failure passes. */
#include "store/fetch.h"
#include "store/stores.h"

#include "store/scan.h"

#include <errno.h>
#include <sodium.h>

struct opened {
    struct memdisk *m;
    struct vault vault;
    struct frames frames;
    struct fetch fetch;
};

/* A frame of three records, then one of one. */
static void begin_with(struct opened *o)
{
    static const struct anchor none = {0};
    char texts[3][128];
    struct store_record records[3];
    struct scan_result found;
    size_t len;
    int status;
    *o = (struct opened){.m = memdisk_new()};
    struct store *s = must_open(o->m, NULL);
    for (size_t i = 0; i < 3; i++) {
        test_record(i + 1, texts[i]);
        records[i] = (struct store_record){(uint8_t *)texts[i], strlen(texts[i])};
    }
    CHECK_ERR(store_append(s, records, 3), LTH_OK, "append");
    fill(s, 1);
    must_close(s);
    uint8_t *bytes = memdisk_bytes(o->m, "s/vault", &len);
    CHECK_ERR(vault_parse(&o->vault, bytes, len, &test_key), LTH_OK, "vault");
    CHECK_ERR(scan_log(&o->m->disk, "s/log", &o->vault, &none, &o->frames, &found, &status), LTH_OK,
              "scan");
    o->fetch = (struct fetch){
        .disk = &o->m->disk, .dir = "s/log", .vault = &o->vault, .frames = &o->frames};
}

static void end_with(struct opened *o)
{
    fetch_clear(&o->fetch);
    assert_int_equal(memdisk_open_handles(o->m), 0);
    frames_clear(&o->frames);
    vault_clear(&o->vault);
    memdisk_free(o->m);
}

static void check_record(struct opened *o, uint64_t number)
{
    struct buffer got = {0};
    char text[128];
    test_record(number, text);
    CHECK_ERR(fetch_record(&o->fetch, number, &got), LTH_OK, text);
    CHECK(got.len == strlen(text) && memcmp(got.bytes, text, got.len) == 0, text);
    buffer_clear(&got);
}

static void test_neighbours_in_a_frame_are_read_once(void **state)
{
    (void)state;
    struct opened o;
    begin_with(&o);
    check_record(&o, 2);
    memdisk_fail(o.m, MEM_PREAD | MEM_OPEN, 1, EIO, true);
    check_record(&o, 1);
    check_record(&o, 3);
    end_with(&o);
}

static void test_a_failed_reading_passes(void **state)
{
    (void)state;
    struct opened o;
    struct buffer got = {0};
    begin_with(&o);
    check_record(&o, 4);
    memdisk_fail(o.m, MEM_PREAD, 1, EIO, false);
    CHECK_ERR(fetch_record(&o.fetch, 1, &got), LTH_IO, "read fails");
    assert_int_equal(got.len, 0);
    check_record(&o, 1);
    end_with(&o);
}

static void test_what_is_not_in_a_frame_is_damage(void **state)
{
    (void)state;
    struct opened o;
    struct buffer got = {0};
    begin_with(&o);
    frames_cut(&o.frames, 4); /* as if its frame were lost */
    CHECK_ERR(fetch_record(&o.fetch, 4, &got), LTH_DAMAGED, "after the last frame");
    CHECK_ERR(fetch_record(&o.fetch, 0, &got), LTH_DAMAGED, "before the first");
    end_with(&o);
}

static void test_a_file_spoiled_after_the_scan_is_noticed(void **state)
{
    (void)state;
    struct opened o;
    struct buffer got = {0};
    size_t len;
    begin_with(&o);
    memdisk_bytes(o.m, "s/log/00000001.seg", &len)[SEGMENT_HEADER_LEN + FRAME_PLAIN_AT] ^= 1;
    CHECK_ERR(fetch_record(&o.fetch, 1, &got), LTH_DAMAGED, "flipped");
    memdisk_remove(o.m, "s/log/00000001.seg");
    fetch_forget(&o.fetch);
    CHECK_ERR(fetch_record(&o.fetch, 4, &got), LTH_DAMAGED, "gone");
    assert_int_equal(got.len, 0);
    end_with(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_in_a_frame_are_read_once),
        cmocka_unit_test(test_a_failed_reading_passes),
        cmocka_unit_test(test_what_is_not_in_a_frame_is_damage),
        cmocka_unit_test(test_a_file_spoiled_after_the_scan_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
