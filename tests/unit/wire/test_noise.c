#include "check.h"
#include "wire/noise_inject.h"
#include "wire/pair.h"
#include "wire/vector.h"

#include <sodium.h>
#include <stdbool.h>

enum { MESSAGES = 3 };

/* "message 2" and so on: the row's name for message number index. */
static const char *const names[MESSAGES] = {"message 1", "message 2", "message 3"};
static const size_t overheads[MESSAGES] = {NOISE_OVERHEAD_1, NOISE_OVERHEAD_2, NOISE_OVERHEAD_3};

/* Reads bytes with a copy of hs, so that one handshake serves many rows. */
static enum lth_err read_on_copy(const struct noise *hs, const uint8_t *bytes, size_t len)
{
    static uint8_t payload[NOISE_MESSAGE_MAX];
    struct noise copy = *hs;
    size_t payload_len;
    enum lth_err err = noise_read(&copy, bytes, len, payload, sizeof payload, &payload_len);

    CHECK(err == LTH_OK || copy.next > MESSAGES, "a handshake that failed is dead");
    return err;
}

static void expect_dead(struct noise *hs, const char *row)
{
    uint8_t bytes[NOISE_OVERHEAD_2] = {0};
    size_t len;

    CHECK_ERR(noise_write(hs, NULL, 0, bytes, sizeof bytes, &len), LTH_BAD_STATE, row);
    CHECK_ERR(noise_read(hs, bytes, sizeof bytes, NULL, 0, &len), LTH_BAD_STATE, row);
    CHECK(!noise_is_done(hs), row);
    CHECK(sodium_is_zero(hs->ck, sizeof hs->ck), row);
    CHECK(sodium_is_zero(hs->cipher.k, sizeof hs->cipher.k), row);
    CHECK(sodium_is_zero(hs->s.secret, sizeof hs->s.secret), row);
    CHECK(sodium_is_zero(hs->e.secret, sizeof hs->e.secret), row);
}

/* ---- what the specification says ---- */

/* The fourth vector of this handshake in flynn/noise's vectors.txt: prologue and payloads. */
static void test_a_published_vector_is_reproduced(void **state)
{
    static const char *const messages[][2] = {
        {"746573745f6d73675f30",
         "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254746573745f6d73675f30"},
        {"746573745f6d73675f31",
         "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"
         "3414af878d3e46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff45"
         "45958c588d17d6373e0c1dcfa3755d37f50cbca216483ac56bcc98f5095870aa814ba40c08079c11f087"},
        {"746573745f6d73675f32",
         "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d9"
         "c1e9a1a313d02b78871cfd178a521a4c7c7377a2f4f9144b2f0ccedc84d379151b466741e4b266db6023"},
        {"79656c6c6f777375626d6172696e65",
         "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6"},
        {"7375626d6172696e6579656c6c6f77",
         "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521"},
    };
    struct vector v = {.count = LENGTH(messages)};

    (void)state;
    hex_parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", &v.init_static);
    hex_parse("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", &v.resp_static);
    hex_parse("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
              &v.init_ephemeral);
    hex_parse("4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
              &v.resp_ephemeral);
    hex_parse("6e6f74736563726574", &v.prologue);
    for (size_t i = 0; i < LENGTH(messages); i++) {
        hex_parse(messages[i][0], &v.messages[i].payload);
        hex_parse(messages[i][1], &v.messages[i].ciphertext);
    }
    vector_run(&v, "the vector");
}

static void test_both_ends_learn_the_other_static_key_and_the_same_hash(void **state)
{
    struct pair p;

    (void)state;
    pair_init(&p);
    pair_advance(&p, MESSAGES);
    assert_true(noise_is_done(&p.initiator) && noise_is_done(&p.responder));
    assert_memory_equal(p.initiator.rs, p.responder.s.public, NOISE_KEY_LEN);
    assert_memory_equal(p.responder.rs, p.initiator.s.public, NOISE_KEY_LEN);
    assert_memory_equal(p.initiator.h, p.responder.h, NOISE_HASH_LEN);
}

static void test_each_handshake_has_a_fresh_ephemeral_key(void **state)
{
    struct pair first, second;

    (void)state;
    pair_init(&first);
    pair_init(&second);
    pair_advance(&first, MESSAGES);
    pair_advance(&second, MESSAGES);
    assert_memory_not_equal(first.initiator.e.secret, second.initiator.e.secret, NOISE_KEY_LEN);
    assert_memory_not_equal(first.responder.e.secret, second.responder.e.secret, NOISE_KEY_LEN);
    assert_memory_not_equal(first.initiator.h, second.initiator.h, NOISE_HASH_LEN);
}

static void test_a_generated_key_pair_belongs_together(void **state)
{
    struct noise_keypair made, same;

    (void)state;
    noise_keypair_generate(&made);
    noise_keypair_from_secret(&same, made.secret);
    assert_memory_equal(made.public, same.public, NOISE_KEY_LEN);
}

/* ---- hostile bytes ---- */

static void test_a_message_cut_at_any_byte_is_malformed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct pair p;
        struct message m;
        pair_init(&p);
        pair_advance(&p, i);
        pair_write(&p, i, &m);
        for (size_t len = 0; len < m.len; len++)
            CHECK_ERR(read_on_copy(pair_reader(&p, i), m.bytes, len), LTH_MALFORMED, names[i]);
        CHECK_ERR(read_on_copy(pair_reader(&p, i), m.bytes, m.len), LTH_OK, names[i]);
    }
}

static void test_a_sealed_payload_cut_at_any_byte_is_forged(void **state)
{
    static const uint8_t payload[20] = "twenty bytes of text";

    (void)state;
    for (unsigned i = 1; i < MESSAGES; i++) {
        struct pair p;
        struct message m;
        pair_init(&p);
        pair_advance(&p, i);
        CHECK_ERR(noise_write(pair_writer(&p, i), payload, sizeof payload, m.bytes, sizeof m.bytes,
                              &m.len),
                  LTH_OK, names[i]);
        for (size_t len = overheads[i]; len < m.len; len++)
            CHECK_ERR(read_on_copy(pair_reader(&p, i), m.bytes, len), LTH_FORGED, names[i]);
        m.bytes[m.len] = 0;
        CHECK_ERR(read_on_copy(pair_reader(&p, i), m.bytes, m.len + 1), LTH_FORGED, names[i]);
    }
}

/* Message 1 is only a key: whatever it says, the initiator notices in message 2. */
static enum lth_err fate_of(const struct pair *before, unsigned index, const struct message *m)
{
    struct pair p = *before;
    struct message answer;
    size_t len;

    if (index > 0)
        return read_on_copy(pair_reader(&p, index), m->bytes, m->len);
    CHECK_ERR(noise_read(&p.responder, m->bytes, m->len, NULL, 0, &len), LTH_OK, names[0]);
    pair_write(&p, 1, &answer);
    return read_on_copy(&p.initiator, answer.bytes, answer.len);
}

static void test_any_flipped_bit_fails_the_handshake(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct pair p;
        struct message m;
        pair_init(&p);
        pair_advance(&p, i);
        pair_write(&p, i, &m);
        CHECK_ERR(fate_of(&p, i, &m), LTH_OK, names[i]);
        for (size_t bit = 0; bit < m.len * 8; bit++) {
            m.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
            CHECK_ERR(fate_of(&p, i, &m), LTH_FORGED, names[i]);
            m.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
}

static void test_an_empty_or_oversize_message_is_malformed(void **state)
{
    static uint8_t bytes[NOISE_MESSAGE_MAX + 1];

    (void)state;
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct pair p;
        pair_init(&p);
        pair_advance(&p, i);
        CHECK_ERR(read_on_copy(pair_reader(&p, i), bytes, 0), LTH_MALFORMED, names[i]);
        CHECK_ERR(read_on_copy(pair_reader(&p, i), bytes, sizeof bytes), LTH_MALFORMED, names[i]);
    }
}

static void test_our_own_messages_sent_back_are_refused(void **state)
{
    struct pair p;
    struct message m;

    (void)state;
    pair_init(&p);
    pair_write(&p, 0, &m);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_MALFORMED, "message 1");
    memset(m.bytes + m.len, 0, NOISE_OVERHEAD_2 - m.len);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, NOISE_OVERHEAD_2), LTH_FORGED,
              "message 1 at the length of message 2");

    pair_init(&p);
    pair_advance(&p, 1);
    pair_write(&p, 1, &m);
    CHECK_ERR(read_on_copy(&p.responder, m.bytes, m.len), LTH_FORGED, "message 2");
}

static void test_our_own_ephemeral_key_coming_back_is_refused(void **state)
{
    static const uint8_t secret[NOISE_KEY_LEN] = {42};
    struct pair p;
    struct message m;

    (void)state;
    pair_init(&p);
    noise_inject_ephemeral(&p.initiator, secret);
    noise_inject_ephemeral(&p.responder, secret);
    pair_write(&p, 0, &m);
    /* The responder has not sent its key yet; here it refuses because it is set already. */
    CHECK_ERR(read_on_copy(&p.responder, m.bytes, m.len), LTH_FORGED, "as message 1");

    p.responder.has_e = false;
    CHECK_ERR(noise_read(&p.responder, m.bytes, m.len, NULL, 0, &m.len), LTH_OK, "blind to it");
    p.responder.has_e = true;
    pair_write(&p, 1, &m);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_FORGED, "as message 2");
}

static void test_our_own_static_key_coming_back_is_told_from_a_claim_to_it(void **state)
{
    struct pair p;
    struct message m;

    (void)state;
    pair_init(&p);
    p.responder.s = p.initiator.s;
    pair_advance(&p, 1);
    pair_write(&p, 1, &m);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_OURSELVES, "in message 2");

    pair_init(&p);
    memcpy(p.responder.s.public, p.initiator.s.public, NOISE_KEY_LEN);
    pair_advance(&p, 1);
    pair_write(&p, 1, &m);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_FORGED, "without its secret");

    pair_init(&p);
    pair_advance(&p, 2);
    p.initiator.s = p.responder.s;
    pair_write(&p, 2, &m);
    CHECK_ERR(read_on_copy(&p.responder, m.bytes, m.len), LTH_OURSELVES, "in message 3");
}

/* The points of small order on Curve25519 and its twist, as canonical and other encodings. */
static const struct {
    const char *name, *hex;
} low_order[] = {
    {"0", "0000000000000000000000000000000000000000000000000000000000000000"},
    {"1", "0100000000000000000000000000000000000000000000000000000000000000"},
    {"order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
    {"order 8, other", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"},
    {"p - 1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
};

static void test_a_low_order_ephemeral_key_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(low_order); i++) {
        struct hex_bytes point;
        struct message m;
        struct pair p;
        size_t len;

        hex_parse(low_order[i].hex, &point);
        pair_init(&p);
        CHECK_ERR(noise_read(&p.responder, point.bytes, point.len, NULL, 0, &len), LTH_OK,
                  low_order[i].name);
        CHECK_ERR(noise_write(&p.responder, NULL, 0, m.bytes, sizeof m.bytes, &len), LTH_FORGED,
                  low_order[i].name);
        expect_dead(&p.responder, low_order[i].name);

        pair_init(&p);
        pair_advance(&p, 1);
        pair_write(&p, 1, &m);
        memcpy(m.bytes, point.bytes, point.len);
        CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_FORGED, low_order[i].name);
    }
}

/* The hostile end seals the point as its static key; its own secret fits nothing. */
static void test_a_low_order_static_key_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 1; i < MESSAGES; i++) {
        for (size_t j = 0; j < LENGTH(low_order); j++) {
            struct hex_bytes point;
            struct message m;
            struct pair p;

            hex_parse(low_order[j].hex, &point);
            pair_init(&p);
            pair_advance(&p, i);
            memcpy(pair_writer(&p, i)->s.public, point.bytes, point.len);
            pair_write(&p, i, &m);
            CHECK_ERR(read_on_copy(pair_reader(&p, i), m.bytes, m.len), LTH_FORGED,
                      low_order[j].name);
        }
    }
}

static void test_another_prologue_fails_at_message_2(void **state)
{
    static const uint8_t prologue[] = "lanthorn";
    struct noise_keypair s;
    struct message m;
    struct pair p;

    (void)state;
    pair_init(&p);
    s = p.responder.s;
    noise_init(&p.responder, false, &s, prologue, sizeof prologue);
    pair_advance(&p, 1);
    pair_write(&p, 1, &m);
    CHECK_ERR(read_on_copy(&p.initiator, m.bytes, m.len), LTH_FORGED, "another prologue");
}

static void test_a_failed_handshake_is_dead_and_wiped(void **state)
{
    struct pair p;
    struct message m;
    size_t len = 4711;

    (void)state;
    pair_init(&p);
    pair_advance(&p, 1);
    pair_write(&p, 1, &m);
    m.bytes[95] ^= 1;
    CHECK_ERR(noise_read(&p.initiator, m.bytes, m.len, NULL, 0, &len), LTH_FORGED, "forged");
    assert_int_equal(len, 4711);
    expect_dead(&p.initiator, "forged");

    pair_init(&p);
    CHECK_ERR(noise_read(&p.responder, m.bytes, 31, NULL, 0, &len), LTH_MALFORMED, "short");
    expect_dead(&p.responder, "short");

    pair_init(&p);
    noise_clear(&p.initiator);
    expect_dead(&p.initiator, "cleared");
}

/* ---- our own mistakes ---- */

static void test_a_wrong_turn_is_refused_and_changes_nothing(void **state)
{
    struct pair p, before;
    struct message m;

    (void)state;
    pair_init(&p);
    for (unsigned i = 0; i <= MESSAGES; i++) {
        struct noise *writer = pair_writer(&p, i), *reader = pair_reader(&p, i);
        const char *row = i < MESSAGES ? names[i] : "when done";

        before = p;
        CHECK_ERR(noise_write(reader, NULL, 0, m.bytes, sizeof m.bytes, &m.len), LTH_BAD_STATE,
                  row);
        CHECK_ERR(noise_read(writer, m.bytes, NOISE_OVERHEAD_2, NULL, 0, &m.len), LTH_BAD_STATE,
                  row);
        assert_memory_equal(&before, &p, sizeof p);
        if (i == MESSAGES)
            break;
        pair_write(&p, i, &m);
        CHECK_ERR(noise_read(reader, m.bytes, m.len, NULL, 0, &m.len), LTH_OK, row);
    }
    CHECK_ERR(noise_write(&p.initiator, NULL, 0, m.bytes, sizeof m.bytes, &m.len), LTH_BAD_STATE,
              "when done");
}

static void test_a_message_that_does_not_fit_is_too_long(void **state)
{
    static const uint8_t payload[NOISE_MESSAGE_MAX + 1];
    static uint8_t out[NOISE_MESSAGE_MAX + 1];
    static const struct {
        const char *name;
        size_t message, room; /* the length it would have */
        enum lth_err want;
    } rows[] = {
        {"exactly full", NOISE_MESSAGE_MAX, NOISE_MESSAGE_MAX, LTH_OK},
        {"short, exactly full", 200, 200, LTH_OK},
        {"one byte of room less", 200, 199, LTH_TOO_LONG},
        {"one byte over, with room", NOISE_MESSAGE_MAX + 1, NOISE_MESSAGE_MAX + 1, LTH_TOO_LONG},
        {"so far over that the sum wraps", 31, sizeof out, LTH_TOO_LONG},
    };

    (void)state;
    for (unsigned i = 0; i < MESSAGES; i++) {
        for (size_t j = 0; j < LENGTH(rows); j++) {
            struct pair p, before;
            size_t len;
            pair_init(&p);
            pair_advance(&p, i);
            before = p;
            CHECK_ERR(noise_write(pair_writer(&p, i), payload, rows[j].message - overheads[i], out,
                                  rows[j].room, &len),
                      rows[j].want, rows[j].name);
            if (rows[j].want == LTH_OK)
                CHECK_ERR(read_on_copy(pair_reader(&p, i), out, len), LTH_OK, rows[j].name);
            else
                assert_memory_equal(&before, &p, sizeof p);
        }
    }
}

static void test_a_payload_larger_than_its_room_is_malformed(void **state)
{
    uint8_t payload[4];
    struct message m;
    struct pair p;
    size_t len;

    (void)state;
    pair_init(&p);
    CHECK_ERR(
        noise_write(&p.initiator, (const uint8_t *)"five5", 5, m.bytes, sizeof m.bytes, &m.len),
        LTH_OK, "five");
    CHECK_ERR(noise_read(&p.responder, m.bytes, m.len, payload, sizeof payload, &len),
              LTH_MALFORMED, "five into four");
}

/* ---- the cipher after the handshake ---- */

static struct noise_cipher cipher_at(uint64_t n)
{
    return (struct noise_cipher){.k = {9, 8, 7}, .n = n, .has_key = true};
}

static void test_the_last_counter_is_never_used(void **state)
{
    static const struct {
        const char *name;
        uint64_t n;
        enum lth_err want;
    } rows[] = {
        {"2^64-3", UINT64_MAX - 2, LTH_OK},
        {"2^64-2", UINT64_MAX - 1, LTH_EXHAUSTED},
        {"2^64-1", UINT64_MAX, LTH_EXHAUSTED},
    };
    uint8_t sealed[1 + NOISE_TAG_LEN] = {0}, plain = 'x';

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct noise_cipher send = cipher_at(rows[i].n), receive = cipher_at(rows[i].n);
        CHECK_ERR(noise_encrypt(&send, NULL, 0, &plain, 1, sealed), rows[i].want, rows[i].name);
        CHECK_ERR(noise_decrypt(&receive, NULL, 0, sealed, sizeof sealed, &plain), rows[i].want,
                  rows[i].name);
    }
}

static void test_a_cipher_without_key_is_refused(void **state)
{
    struct noise_cipher none = {.has_key = false};
    uint8_t sealed[NOISE_TAG_LEN] = {0};

    (void)state;
    CHECK_ERR(noise_encrypt(&none, NULL, 0, NULL, 0, sealed), LTH_BAD_STATE, "encrypt");
    CHECK_ERR(noise_decrypt(&none, NULL, 0, sealed, sizeof sealed, sealed), LTH_BAD_STATE,
              "decrypt");
}

static void test_what_fails_to_open_leaves_the_cipher_and_zeros(void **state)
{
    struct noise_cipher send = cipher_at(5), receive = cipher_at(5);
    uint8_t sealed[4 + NOISE_TAG_LEN], plain[4] = "abcd";

    (void)state;
    CHECK_ERR(noise_encrypt(&send, (const uint8_t *)"ad", 2, plain, 4, sealed), LTH_OK, "seal");
    CHECK_ERR(noise_decrypt(&receive, (const uint8_t *)"ad", 2, sealed, NOISE_TAG_LEN - 1, plain),
              LTH_MALFORMED, "shorter than a tag");
    CHECK_ERR(noise_decrypt(&receive, (const uint8_t *)"da", 2, sealed, sizeof sealed, plain),
              LTH_FORGED, "other associated data");
    assert_true(sodium_is_zero(plain, sizeof plain));
    CHECK_ERR(noise_decrypt(&receive, (const uint8_t *)"ad", 2, sealed, sizeof sealed, plain),
              LTH_OK, "at the same counter");
    assert_memory_equal(plain, "abcd", 4);
}

static void test_bytes_are_sealed_and_opened_in_place(void **state)
{
    struct noise_cipher send = cipher_at(0), receive = cipher_at(0);
    uint8_t bytes[4 + NOISE_TAG_LEN] = "here";

    (void)state;
    CHECK_ERR(noise_encrypt(&send, NULL, 0, bytes, 4, bytes), LTH_OK, "seal");
    CHECK_ERR(noise_decrypt(&receive, NULL, 0, bytes, sizeof bytes, bytes), LTH_OK, "open");
    assert_memory_equal(bytes, "here", 4);
}

static void test_a_rekey_changes_the_key_and_not_the_counter(void **state)
{
    struct noise_cipher c = cipher_at(77), before = c;

    (void)state;
    noise_rekey(&c);
    assert_int_equal(c.n, 77);
    assert_memory_not_equal(c.k, before.k, NOISE_KEY_LEN);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_published_vector_is_reproduced),
        cmocka_unit_test(test_both_ends_learn_the_other_static_key_and_the_same_hash),
        cmocka_unit_test(test_each_handshake_has_a_fresh_ephemeral_key),
        cmocka_unit_test(test_a_generated_key_pair_belongs_together),
        cmocka_unit_test(test_a_message_cut_at_any_byte_is_malformed),
        cmocka_unit_test(test_a_sealed_payload_cut_at_any_byte_is_forged),
        cmocka_unit_test(test_any_flipped_bit_fails_the_handshake),
        cmocka_unit_test(test_an_empty_or_oversize_message_is_malformed),
        cmocka_unit_test(test_our_own_messages_sent_back_are_refused),
        cmocka_unit_test(test_our_own_ephemeral_key_coming_back_is_refused),
        cmocka_unit_test(test_our_own_static_key_coming_back_is_told_from_a_claim_to_it),
        cmocka_unit_test(test_a_low_order_ephemeral_key_is_refused),
        cmocka_unit_test(test_a_low_order_static_key_is_refused),
        cmocka_unit_test(test_another_prologue_fails_at_message_2),
        cmocka_unit_test(test_a_failed_handshake_is_dead_and_wiped),
        cmocka_unit_test(test_a_wrong_turn_is_refused_and_changes_nothing),
        cmocka_unit_test(test_a_message_that_does_not_fit_is_too_long),
        cmocka_unit_test(test_a_payload_larger_than_its_room_is_malformed),
        cmocka_unit_test(test_the_last_counter_is_never_used),
        cmocka_unit_test(test_a_cipher_without_key_is_refused),
        cmocka_unit_test(test_what_fails_to_open_leaves_the_cipher_and_zeros),
        cmocka_unit_test(test_bytes_are_sealed_and_opened_in_place),
        cmocka_unit_test(test_a_rekey_changes_the_key_and_not_the_counter),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
