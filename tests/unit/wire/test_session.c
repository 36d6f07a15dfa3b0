#include "check.h"
#include "wire/pair.h"
#include "wire/session.h"

#include <sodium.h>
#include <stdio.h>

/* The two ends of one session. */
struct ends {
    struct session a, b;
};

/* One sealed frame on its way. */
struct frame {
    uint8_t bytes[SESSION_LENGTH_LEN + SESSION_FRAME_MAX];
    size_t len; /* of the sealed bytes, as the length in front says */
};

static struct ends ends_at(uint64_t now_ms)
{
    struct ends ends;
    struct pair p;

    pair_init(&p);
    pair_advance(&p, 3);
    session_init(&ends.a, &p.initiator, now_ms);
    session_init(&ends.b, &p.responder, now_ms);
    noise_clear(&p.initiator);
    noise_clear(&p.responder);
    return ends;
}

static void seal(struct session *s, const char *text, struct frame *out)
{
    size_t len = strlen(text);

    CHECK_ERR(session_seal(s, (const uint8_t *)text, len, out->bytes), LTH_OK, text);
    out->len = (size_t)out->bytes[0] << 8 | out->bytes[1];
    CHECK(out->len == len + NOISE_TAG_LEN, text);
}

static enum lth_err open_frame(struct session *s, const struct frame *f)
{
    static uint8_t plain[SESSION_PLAIN_MAX];
    size_t len;

    return session_open(s, f->bytes + SESSION_LENGTH_LEN, f->len, plain, &len);
}

static void expect_text(struct session *s, const struct frame *f, const char *text)
{
    uint8_t plain[64];
    size_t len;

    CHECK_ERR(session_open(s, f->bytes + SESSION_LENGTH_LEN, f->len, plain, &len), LTH_OK, text);
    CHECK(len == strlen(text) && memcmp(plain, text, len) == 0, text);
}

static void pass(struct session *from, struct session *to, const char *text)
{
    struct frame f;

    seal(from, text, &f);
    expect_text(to, &f, text);
}

static void test_frames_pass_in_both_directions_and_are_counted(void **state)
{
    struct ends e = ends_at(0);

    (void)state;
    pass(&e.a, &e.b, "one");
    pass(&e.b, &e.a, "two");
    pass(&e.a, &e.b, "three");
    assert_int_equal(e.a.frames_sent, 2);
    assert_int_equal(e.b.frames_received, 2);
    assert_int_equal(e.b.frames_sent, 1);
    assert_int_equal(e.a.frames_received, 1);
}

static void test_a_frame_is_sealed_and_opened_in_place(void **state)
{
    struct ends e = ends_at(0);
    static const uint8_t here[] = {'h', 'e', 'r', 'e'};
    uint8_t bytes[SESSION_OVERHEAD + sizeof here];
    size_t len;

    (void)state;
    memcpy(bytes + SESSION_LENGTH_LEN, here, sizeof here);
    CHECK_ERR(session_seal(&e.a, bytes + SESSION_LENGTH_LEN, sizeof here, bytes), LTH_OK, "seal");
    CHECK_ERR(session_open(&e.b, bytes + SESSION_LENGTH_LEN, sizeof here + NOISE_TAG_LEN,
                           bytes + SESSION_LENGTH_LEN, &len),
              LTH_OK, "open");
    assert_int_equal(len, sizeof here);
    assert_memory_equal(bytes + SESSION_LENGTH_LEN, here, sizeof here);
}

static void test_a_plain_frame_has_1_to_65519_bytes(void **state)
{
    static uint8_t plain[SESSION_PLAIN_MAX + 1];
    static const struct {
        const char *name;
        size_t len;
        enum lth_err want;
    } rows[] = {
        {"empty", 0, LTH_MALFORMED},
        {"one byte", 1, LTH_OK},
        {"exactly full", SESSION_PLAIN_MAX, LTH_OK},
        {"one byte over", SESSION_PLAIN_MAX + 1, LTH_TOO_LONG},
        {"far over", SIZE_MAX, LTH_TOO_LONG},
    };
    struct frame f;

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct ends e = ends_at(0);
        CHECK_ERR(session_seal(&e.a, plain, rows[i].len, f.bytes), rows[i].want, rows[i].name);
        CHECK(e.a.frames_sent == (rows[i].want == LTH_OK), rows[i].name);
        f.len = rows[i].len + NOISE_TAG_LEN;
        if (rows[i].want == LTH_OK)
            CHECK_ERR(open_frame(&e.b, &f), LTH_OK, rows[i].name);
    }
}

static void test_a_sealed_frame_of_a_wrong_size_is_malformed(void **state)
{
    static uint8_t frame[SESSION_FRAME_MAX + 1], plain[SESSION_FRAME_MAX + 1];
    static const size_t lens[] = {0, 1, NOISE_TAG_LEN - 1, NOISE_TAG_LEN, SESSION_FRAME_MAX + 1};
    size_t plain_len;

    (void)state;
    for (size_t i = 0; i < LENGTH(lens); i++) {
        struct ends e = ends_at(0);
        char name[32];
        snprintf(name, sizeof name, "%zu bytes", lens[i]);
        CHECK_ERR(session_open(&e.b, frame, lens[i], plain, &plain_len), LTH_MALFORMED, name);
    }
}

static void test_any_flipped_bit_is_forged(void **state)
{
    struct ends e = ends_at(0);
    struct frame f;

    (void)state;
    seal(&e.a, "forty-two", &f);
    for (size_t bit = 0; bit < f.len * 8; bit++) {
        struct session copy = e.b;
        f.bytes[SESSION_LENGTH_LEN + bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK_ERR(open_frame(&copy, &f), LTH_FORGED, "flipped");
        f.bytes[SESSION_LENGTH_LEN + bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    expect_text(&e.b, &f, "forty-two");
}

static void test_a_frame_cut_at_any_byte_does_not_open(void **state)
{
    struct ends e = ends_at(0);
    struct frame f;

    (void)state;
    seal(&e.a, "forty-two", &f);
    for (size_t len = f.len; len-- > 0;) {
        struct session copy = e.b;
        f.len = len;
        CHECK_ERR(open_frame(&copy, &f), len > NOISE_TAG_LEN ? LTH_FORGED : LTH_MALFORMED, "cut");
    }
}

/* Each row gives b a frame that is not a's next one. */
static void test_only_the_next_frame_of_the_other_end_opens(void **state)
{
    struct ends e = ends_at(0), other = ends_at(0);
    struct frame first, second, third, ours, foreign;

    (void)state;
    seal(&e.a, "first", &first);
    seal(&e.a, "second", &second);
    seal(&e.a, "third", &third);
    seal(&e.b, "ours", &ours);
    seal(&other.a, "foreign", &foreign);
    expect_text(&e.b, &first, "first");

    const struct {
        const char *name;
        const struct frame *frame;
        enum lth_err want;
    } rows[] = {
        {"the next", &second, LTH_OK},
        {"a replay", &first, LTH_FORGED},
        {"swapped, or one lost", &third, LTH_FORGED},
        {"reflected to its sender", &ours, LTH_FORGED},
        {"from another session of the same two", &foreign, LTH_FORGED},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct session copy = e.b;
        CHECK_ERR(open_frame(&copy, rows[i].frame), rows[i].want, rows[i].name);
    }
}

static void test_one_failed_tag_ends_what_can_be_received(void **state)
{
    struct ends e = ends_at(0);
    struct frame good, bad;

    (void)state;
    seal(&e.a, "good", &good);
    bad = good;
    bad.bytes[bad.len] ^= 1;
    CHECK_ERR(open_frame(&e.b, &bad), LTH_FORGED, "bad");
    CHECK_ERR(open_frame(&e.b, &good), LTH_BAD_STATE, "good after bad");
    assert_true(sodium_is_zero(e.b.receive.k, sizeof e.b.receive.k));
    assert_int_equal(e.b.frames_received, 0);
}

static void test_the_session_ends_when_the_counter_is_used_up(void **state)
{
    struct ends e = ends_at(0);
    struct frame f;

    (void)state;
    e.a.send.n = e.b.receive.n = UINT64_MAX - 2;
    pass(&e.a, &e.b, "the last one");
    f.bytes[0] = 0xaa;
    CHECK_ERR(session_seal(&e.a, (const uint8_t *)"x", 1, f.bytes), LTH_EXHAUSTED, "send");
    assert_int_equal(f.bytes[0], 0xaa);
    assert_int_equal(e.a.frames_sent, 1);
    f.len = 1 + NOISE_TAG_LEN;
    CHECK_ERR(open_frame(&e.b, &f), LTH_EXHAUSTED, "receive");
}

/* ---- rekeying ---- */

static void test_the_1024th_frame_is_the_last_under_its_key(void **state)
{
    struct ends e = ends_at(0);

    (void)state;
    for (unsigned key = 0; key < 3; key++) {
        for (unsigned i = 1; i < SESSION_REKEY_FRAMES; i++) {
            assert_false(session_wants_rekey(&e.a, 0));
            pass(&e.a, &e.b, "frame");
        }
        assert_true(session_wants_rekey(&e.a, 0));
        pass(&e.a, &e.b, "rekey");
        session_rekey_send(&e.a, 0);
        session_rekey_receive(&e.b);
    }
    assert_int_equal(e.a.frames_sent, 3 * SESSION_REKEY_FRAMES);
    assert_int_equal(e.a.send.n, 3 * SESSION_REKEY_FRAMES);
    assert_int_equal(e.a.rekeys, 3);
    assert_int_equal(e.b.rekeys, 3);
}

static void test_a_key_serves_ten_minutes(void **state)
{
    const uint64_t start = 1000, end = start + SESSION_REKEY_MS;
    struct ends e = ends_at(start);

    (void)state;
    assert_false(session_wants_rekey(&e.a, start));
    assert_false(session_wants_rekey(&e.a, end - 1));
    assert_true(session_wants_rekey(&e.a, end));
    session_rekey_send(&e.a, end);
    assert_false(session_wants_rekey(&e.a, end + SESSION_REKEY_MS - 1));
    assert_true(session_wants_rekey(&e.a, end + SESSION_REKEY_MS));
}

/* a rekeys while frames of b are under way; then b, while frames of a are. */
static void test_the_directions_rekey_each_for_itself_across_traffic(void **state)
{
    struct ends e = ends_at(0);
    struct frame from_a[3], from_b[3];

    (void)state;
    seal(&e.b, "b before", &from_b[0]);
    seal(&e.a, "a's last under the first key", &from_a[0]);
    session_rekey_send(&e.a, 0);
    seal(&e.a, "a's first under the second key", &from_a[1]);
    seal(&e.b, "b's last under the first key", &from_b[1]);
    session_rekey_send(&e.b, 0);
    seal(&e.b, "b's first under the second key", &from_b[2]);
    seal(&e.a, "a after", &from_a[2]);

    expect_text(&e.b, &from_a[0], "a's last under the first key");
    session_rekey_receive(&e.b);
    expect_text(&e.b, &from_a[1], "a's first under the second key");
    expect_text(&e.b, &from_a[2], "a after");
    expect_text(&e.a, &from_b[0], "b before");
    expect_text(&e.a, &from_b[1], "b's last under the first key");
    session_rekey_receive(&e.a);
    expect_text(&e.a, &from_b[2], "b's first under the second key");
}

static void test_a_frame_on_the_wrong_side_of_the_seam_is_forged(void **state)
{
    struct ends e = ends_at(0);
    struct frame f;

    (void)state;
    struct session not_rekeyed = e.b, rekeyed = e.b;
    session_rekey_receive(&rekeyed);
    seal(&e.a, "under the first key", &f);
    CHECK_ERR(open_frame(&rekeyed, &f), LTH_FORGED, "rekeyed too early");

    session_rekey_send(&e.a, 0);
    expect_text(&not_rekeyed, &f, "under the first key");
    seal(&e.a, "under the second key", &f);
    CHECK_ERR(open_frame(&not_rekeyed, &f), LTH_FORGED, "not rekeyed");
}

static void test_a_cleared_session_holds_nothing(void **state)
{
    struct ends e = ends_at(5);
    struct frame f;

    (void)state;
    session_clear(&e.a);
    assert_true(sodium_is_zero((const uint8_t *)&e.a, sizeof e.a));
    CHECK_ERR(session_seal(&e.a, (const uint8_t *)"x", 1, f.bytes), LTH_BAD_STATE, "cleared");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_pass_in_both_directions_and_are_counted),
        cmocka_unit_test(test_a_frame_is_sealed_and_opened_in_place),
        cmocka_unit_test(test_a_plain_frame_has_1_to_65519_bytes),
        cmocka_unit_test(test_a_sealed_frame_of_a_wrong_size_is_malformed),
        cmocka_unit_test(test_any_flipped_bit_is_forged),
        cmocka_unit_test(test_a_frame_cut_at_any_byte_does_not_open),
        cmocka_unit_test(test_only_the_next_frame_of_the_other_end_opens),
        cmocka_unit_test(test_one_failed_tag_ends_what_can_be_received),
        cmocka_unit_test(test_the_session_ends_when_the_counter_is_used_up),
        cmocka_unit_test(test_the_1024th_frame_is_the_last_under_its_key),
        cmocka_unit_test(test_a_key_serves_ten_minutes),
        cmocka_unit_test(test_the_directions_rekey_each_for_itself_across_traffic),
        cmocka_unit_test(test_a_frame_on_the_wrong_side_of_the_seam_is_forged),
        cmocka_unit_test(test_a_cleared_session_holds_nothing),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
