/* What is only looked at is left as it is: until store_begin no byte changes, whatever is there;
 * and what a newer version wrote is not even opened. */
#include "store/anchor.h"
#include "store/segment.h"
#include "store/shown.h"
#include "store/stores.h"

#include <sodium.h>

#define SEGMENT_1 "s/log/00000001.seg"
#define SEGMENT_2 "s/log/00000002.seg"

enum { RECORDS = 6 };

/* Two segments of three records each, all of them shown. */
static struct memdisk *filled(void)
{
    struct memdisk *m = memdisk_new();
    for (int i = 0; i < 2; i++) {
        struct store *s = must_open(m, NULL);
        fill(s, RECORDS / 2);
        store_set_shown(s, store_next(s) - 1);
        must_close(s);
    }
    return m;
}

static enum lth_err look_at(struct memdisk *m, struct store **out, struct store_report *report)
{
    return store_open_with(&m->disk, "s", &test_key, &test_options, out, report);
}

/* --- looking --- */

static void spoil_nothing(struct memdisk *m)
{
    (void)m;
}

static void tear_the_tail(struct memdisk *m)
{
    size_t len;
    memdisk_bytes(m, SEGMENT_2, &len);
    memdisk_remove(m, "s/head");
    memdisk_cut(m, SEGMENT_2, len - 5);
}

static void leave_zeros(struct memdisk *m)
{
    size_t len;
    memdisk_bytes(m, SEGMENT_2, &len);
    memdisk_cut(m, SEGMENT_2, len + 1000);
}

static void damage_a_frame(struct memdisk *m)
{
    size_t len;
    memdisk_bytes(m, SEGMENT_1, &len)[SEGMENT_HEADER_LEN + 60] ^= 1;
}

static void cut_shown(struct memdisk *m)
{
    memdisk_cut(m, "s/shown", 700);
}

static void remove_shown(struct memdisk *m)
{
    memdisk_remove(m, "s/shown");
}

static void remove_lock(struct memdisk *m)
{
    memdisk_remove(m, "s/lock");
}

/* The shown mark is beyond the end, then. */
static void put_back(struct memdisk *m)
{
    memdisk_remove(m, SEGMENT_2);
}

static void test_looking_changes_no_byte(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*spoil)(struct memdisk *m);
        uint64_t records;
    } rows[] = {
        {"whole", spoil_nothing, RECORDS},          {"torn tail", tear_the_tail, RECORDS - 1},
        {"zeros at the end", leave_zeros, RECORDS}, {"damaged", damage_a_frame, RECORDS - 1},
        {"short shown", cut_shown, RECORDS},        {"no shown", remove_shown, RECORDS},
        {"no lock", remove_lock, RECORDS},          {"put back", put_back, RECORDS / 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = filled();
        struct store *s;
        struct store_report report;
        struct store_stats stats;
        rows[i].spoil(m);
        size_t changes = m->change_count;
        CHECK_ERR(look_at(m, &s, &report), LTH_OK, rows[i].name);
        CHECK(check_all(s, NULL, rows[i].name) <= RECORDS, rows[i].name);
        store_stats(s, &stats);
        CHECK(!stats.writable, rows[i].name);
        CHECK_ERR(append_one(s), LTH_READ_ONLY, rows[i].name);
        store_set_shown(s, RECORDS + 1);
        must_close(s);
        CHECK(m->change_count == changes, rows[i].name);
        CHECK(memdisk_open_handles(m) == 0, rows[i].name);
        s = must_open(m, &report);
        CHECK(store_next(s) - 1 == rows[i].records || report.read_only, rows[i].name);
        must_close(s);
        memdisk_free(m);
    }
}

static void test_who_looks_holds_the_lock(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *s, *second;
    struct store_report report;
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look");
    CHECK_ERR(look_at(m, &second, &report), LTH_IN_USE, "look too");
    must_close(s);
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look again");
    CHECK_ERR(store_begin(s, &report), LTH_OK, "begin");
    fill(s, 1);
    must_close(s);
    memdisk_free(m);
}

static void test_whoever_wrote_between_looking_and_beginning_is_not_overwritten(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *slow, *quick;
    struct store_report slow_report, report;
    memdisk_remove(m, "s/lock");
    CHECK_ERR(look_at(m, &slow, &slow_report), LTH_OK, "slow");
    CHECK_ERR(look_at(m, &quick, &report), LTH_OK, "quick");
    CHECK_ERR(store_begin(quick, &report), LTH_OK, "quick begins");
    CHECK_ERR(store_begin(slow, &slow_report), LTH_IN_USE, "while quick is there");
    must_close(slow);
    memdisk_remove(m, "s/lock");
    CHECK_ERR(look_at(m, &slow, &slow_report), LTH_OK, "slow again");
    fill(quick, 1);
    must_close(quick);
    CHECK_ERR(store_begin(slow, &slow_report), LTH_IN_USE, "once quick has gone");
    must_close(slow);
    quick = must_open(m, NULL);
    assert_int_equal(check_all(quick, NULL, "quick's record"), RECORDS + 1);
    must_close(quick);
    memdisk_free(m);
}

static void test_a_lock_that_cannot_be_made_leaves_the_store_for_reading(void **state)
{
    (void)state;
    struct memdisk *m = filled();
    struct store *s;
    struct store_report report;
    memdisk_remove(m, "s/lock");
    CHECK_ERR(look_at(m, &s, &report), LTH_OK, "look");
    m->read_only = true;
    CHECK_ERR(store_begin(s, &report), LTH_OK, "begin");
    assert_true(report.read_only);
    CHECK_ERR(append_one(s), LTH_READ_ONLY, "append");
    CHECK_ERR(store_change_key(s, &test_key), LTH_READ_ONLY, "key");
    must_close(s);
    memdisk_free(m);
}

/* --- newer versions --- */

static struct vault opened_vault(struct memdisk *m)
{
    struct vault v;
    size_t len;
    const uint8_t *bytes = memdisk_bytes(m, "s/vault", &len);
    CHECK_ERR(vault_parse(&v, bytes, len, &test_key), LTH_OK, "vault");
    return v;
}

static void mac(uint8_t *out, size_t out_len, const uint8_t *bytes, size_t len,
                const uint8_t key[32])
{
    assert_int_equal(crypto_generichash(out, out_len, bytes, len, key, 32), 0);
}

static void renew_vault(struct memdisk *m, const struct vault_secrets *s)
{
    size_t len;
    (void)s;
    memdisk_bytes(m, "s/vault", &len)[9] = 2;
}

static void renew_segment(struct memdisk *m, const char *path, const struct vault_secrets *s)
{
    uint8_t message[SEGMENT_HEADER_LEN - 16];
    size_t len;
    uint8_t *bytes = memdisk_bytes(m, path, &len);
    bytes[9] = 2;
    memcpy(message, bytes, 40);
    memcpy(message + 40, bytes + 56, 16);
    mac(bytes + 40, 16, message, sizeof message, s->segment_mac);
}

static void renew_first_segment(struct memdisk *m, const struct vault_secrets *s)
{
    renew_segment(m, SEGMENT_1, s);
}

static void renew_last_segment(struct memdisk *m, const struct vault_secrets *s)
{
    renew_segment(m, SEGMENT_2, s);
}

static void renew_head(struct memdisk *m, const struct vault_secrets *s)
{
    size_t len;
    uint8_t *slot = memdisk_bytes(m, "s/head", &len) + len - ANCHOR_SLOT_LEN;
    slot[9] = 2;
    mac(slot + ANCHOR_SLOT_LEN - 32, 32, slot, ANCHOR_SLOT_LEN - 32, s->head_mac);
}

static void renew_shown(struct memdisk *m, const struct vault_secrets *s)
{
    size_t len;
    uint8_t *slot = memdisk_bytes(m, "s/shown", &len);
    slot[7] = 2;
    mac(slot + 16, 32, slot, 16, s->shown_mac);
}

static void add_a_new_kind_of_frame(struct memdisk *m, const struct vault_secrets *s)
{
    static const uint8_t plain[] = {0, 1, 'x'};
    struct segment_place place = {.number = 2};
    struct segment_frame f = {.type = FRAME_RECORDS + 1, .count = 1, .first = RECORDS + 1};
    struct vault v = opened_vault(m);
    size_t len;
    const uint8_t *bytes = memdisk_bytes(m, SEGMENT_2, &len);
    uint8_t grown[4096];
    memcpy(place.store_id, s->store_id, STORE_ID_LEN);
    CHECK_ERR(vault_segment_key(&v, 1, place.key), LTH_OK, "key");
    memcpy(grown, bytes, len);
    CHECK_ERR(segment_seal(&place, len, grown + len - SEGMENT_TAG_LEN, &f, plain, sizeof plain,
                           grown + len),
              LTH_OK, "seal");
    memdisk_put(m, SEGMENT_2, grown, len + FRAME_OVERHEAD + sizeof plain);
    vault_clear(&v);
}

static void test_what_a_newer_version_wrote_is_refused_and_left_as_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*renew)(struct memdisk *m, const struct vault_secrets *s);
    } rows[] = {
        {"vault", renew_vault},
        {"first segment", renew_first_segment},
        {"last segment", renew_last_segment},
        {"type of a frame", add_a_new_kind_of_frame},
        {"head", renew_head},
        {"shown", renew_shown},
    };
    for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
        const char *row = rows[i / 2].name;
        struct memdisk *m = filled();
        struct vault v = opened_vault(m);
        struct store *s;
        struct store_report report;
        rows[i / 2].renew(m, v.secrets);
        vault_clear(&v);
        if (i % 2)
            memdisk_remove(m, "s/lock");
        size_t changes = m->change_count;
        CHECK_ERR(open_on(m, &s, &report), LTH_TOO_NEW, row);
        CHECK(m->change_count == changes, row);
        CHECK(memdisk_open_handles(m) == 0, row);
        memdisk_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looking_changes_no_byte),
        cmocka_unit_test(test_who_looks_holds_the_lock),
        cmocka_unit_test(test_whoever_wrote_between_looking_and_beginning_is_not_overwritten),
        cmocka_unit_test(test_a_lock_that_cannot_be_made_leaves_the_store_for_reading),
        cmocka_unit_test(test_what_a_newer_version_wrote_is_refused_and_left_as_it_is),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
