/* What a scan makes of a log: where it goes on, where it ends, and what crafted bytes may cost. */
#include "store/scan.h"
#include "store/stores.h"

#include "base/cursor.h"
#include "store/crc32c.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>

#define SEGMENT_1 "s/log/00000001.seg"
#define SEGMENT_2 "s/log/00000002.seg"

static struct memdisk *filled(unsigned first, unsigned second)
{
    struct memdisk *m = memdisk_new();
    unsigned counts[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = must_open(m, NULL);
        fill(s, counts[i]);
        must_close(s);
    }
    return m;
}

static struct vault vault_of(struct memdisk *m)
{
    struct vault v;
    size_t len;
    uint8_t *bytes = memdisk_bytes(m, "s/vault", &len);
    CHECK_ERR(vault_parse(&v, bytes, len, &test_key), LTH_OK, "vault");
    return v;
}

static enum lth_err scan(struct memdisk *m, struct scan_result *out)
{
    static const struct anchor none = {0};
    struct vault v = vault_of(m);
    struct frames frames = {0};
    int status = 0;
    enum lth_err err = scan_log(&m->disk, "s/log", &v, &none, &frames, out, &status);
    frames_clear(&frames);
    vault_clear(&v);
    CHECK(memdisk_open_handles(m) == 0, "handles");
    return err;
}

/* Seals one frame at the end of a segment as the store would, with a type of our choice. */
static void add_frame(struct memdisk *m, const char *path, size_t slot, uint64_t first,
                      uint8_t type)
{
    static const uint8_t plain[] = {0, 5, 'f', 'a', 'l', 's', 'e'};
    struct vault v = vault_of(m);
    struct segment_place place = {.number = vault_segment_number(&v, slot)};
    struct segment_frame f = {.type = type, .count = 1, .first = first};
    uint8_t frame[sizeof plain + FRAME_OVERHEAD];
    size_t len;
    memcpy(place.store_id, v.secrets->store_id, STORE_ID_LEN);
    CHECK_ERR(vault_segment_key(&v, slot, place.key), LTH_OK, "key");
    const uint8_t *bytes = memdisk_bytes(m, path, &len);
    CHECK_ERR(
        segment_seal(&place, len, bytes + len - SEGMENT_TAG_LEN, &f, plain, sizeof plain, frame),
        LTH_OK, "seal");
    int fd = m->disk.open(m, path, O_RDWR, 0);
    assert_int_equal(m->disk.pwrite(m, fd, frame, sizeof frame, len), sizeof frame);
    assert_int_equal(m->disk.close(m, fd), 0);
    vault_clear(&v);
}

static void test_a_segment_ends_where_the_next_begins(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    struct store_report report;
    add_frame(m, SEGMENT_1, 0, 4, FRAME_RECORDS); /* as a failed disk would have left it */
    CHECK_ERR(scan(m, &r), LTH_OK, "scan");
    assert_int_equal(r.next, 6);
    assert_false(r.damaged);
    struct store *s = must_open(m, &report);
    assert_int_equal(check_all(s, NULL, "the newer record 4 counts"), 5);
    must_close(s);
    memdisk_free(m);
}

static void test_what_lies_beyond_the_end_of_an_older_segment_is_not_judged(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    size_t len;
    memdisk_bytes(m, SEGMENT_1, &len);
    memdisk_cut(m, SEGMENT_1, len + 100);
    memset(memdisk_bytes(m, SEGMENT_1, &len) + len - 100, 'x', 100);
    CHECK_ERR(scan(m, &r), LTH_OK, "scan");
    assert_int_equal(r.next, 6);
    assert_false(r.damaged);
    assert_int_equal(r.torn_bytes, 0);
    memdisk_free(m);
}

static void test_a_proved_frame_of_unknown_type_is_too_new(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    add_frame(m, SEGMENT_2, 1, 6, FRAME_RECORDS + 1);
    CHECK_ERR(scan(m, &r), LTH_TOO_NEW, "type 2");
    memdisk_free(m);
}

static void test_segments_of_two_histories_do_not_fit(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    /* Records 1 to 3 said again, otherwise, under the same key. */
    memdisk_cut(m, SEGMENT_1, SEGMENT_HEADER_LEN);
    for (uint64_t n = 1; n <= 3; n++)
        add_frame(m, SEGMENT_1, 0, n, FRAME_RECORDS);
    CHECK_ERR(scan(m, &r), LTH_OK, "scan");
    assert_true(r.damaged);
    memdisk_free(m);
}

static void test_crafted_frames_cost_a_bounded_search(void **state)
{
    (void)state;
    enum { LEN = 4 << 20, STEP = 64 };
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    uint8_t *bytes = calloc(1, LEN);
    size_t len;
    memcpy(bytes, memdisk_bytes(m, SEGMENT_2, &len), SEGMENT_HEADER_LEN);
    bytes[SEGMENT_HEADER_LEN] = 0xff; /* the first frame is spoiled */
    for (size_t at = SEGMENT_HEADER_LEN + STEP; at + STEP < LEN; at += STEP) {
        struct writer w = writer_over(bytes + at, FRAME_FIELDS_LEN);
        write_u32(&w, 1 << 20);
        write_u8(&w, FRAME_RECORDS);
        write_u8(&w, 0);
        write_u16(&w, 1);
        write_u64(&w, 4);
        write_u32(&w, 0);
        write_u32(&w, crc32c(bytes + at, FRAME_FIELDS_LEN - 4));
    }
    memdisk_put(m, SEGMENT_2, bytes, LEN);
    memdisk_fail(m, MEM_PREAD, 3000, 5, false); /* each false start may read once */
    CHECK_ERR(scan(m, &r), LTH_OK, "scan");
    assert_int_equal(r.next, 4);
    memdisk_free(m);
    free(bytes);
}

/* A disk whose files go on with a hole, to 1 TiB. */
static const struct disk *whole;
static uint64_t bytes_read;
static int64_t size_with_hole(void *ctx, int fd)
{
    (void)ctx;
    (void)fd;
    return (int64_t)1 << 40;
}
static ssize_t pread_with_hole(void *ctx, int fd, void *bytes, size_t len, uint64_t offset)
{
    memset(bytes, 0, len);
    bytes_read += len;
    ssize_t got = whole->pread(ctx, fd, bytes, len, offset);
    return got < 0 || bytes_read > 2 * (uint64_t)SEGMENT_FILE_MAX ? -EIO : (ssize_t)len;
}

static void test_a_hole_behind_a_segment_is_not_read_to_its_end(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 0), *real = memdisk_copy(m);
    struct scan_result r;
    whole = &real->disk;
    m->disk.size = size_with_hole;
    m->disk.pread = pread_with_hole;
    bytes_read = 0;
    CHECK_ERR(scan(m, &r), LTH_OK, "scan");
    assert_true(r.damaged);
    assert_int_equal(r.next, 4);
    memdisk_free(real);
    memdisk_free(m);
}

static void test_a_disk_that_cannot_be_read_is_no_damage(void **state)
{
    (void)state;
    struct memdisk *m = filled(3, 2);
    struct scan_result r;
    for (unsigned nth = 1;; nth++) {
        memdisk_fail(m, MEM_PREAD | MEM_OPEN | MEM_SIZE, nth, 5, false);
        enum lth_err err = scan(m, &r);
        if (m->calls < nth)
            break;
        if (err == LTH_OK) /* only reading ahead was less */
            CHECK(r.next == 6 && !r.damaged, "complete");
        else
            CHECK_ERR(err, LTH_IO, "failed");
    }
    memdisk_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_ends_where_the_next_begins),
        cmocka_unit_test(test_what_lies_beyond_the_end_of_an_older_segment_is_not_judged),
        cmocka_unit_test(test_a_proved_frame_of_unknown_type_is_too_new),
        cmocka_unit_test(test_segments_of_two_histories_do_not_fit),
        cmocka_unit_test(test_crafted_frames_cost_a_bounded_search),
        cmocka_unit_test(test_a_hole_behind_a_segment_is_not_read_to_its_end),
        cmocka_unit_test(test_a_disk_that_cannot_be_read_is_no_damage),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
