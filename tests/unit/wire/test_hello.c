/* What each side says of itself: whole, well named, and signed for the key the handshake proved. */
#include "check.h"

#include "wire/hello.h"

#include <sodium.h>
#include <stdlib.h>

enum { NAME_LEN_AT = 32 + 64 + 8 + 2, NAME_AT = NAME_LEN_AT + 1 };

struct said {
    struct identity_secret me;
    uint8_t bytes[HELLO_LEN + 1];
    size_t len;
};

static void make_secret(struct identity_secret *out, uint8_t fill)
{
    uint8_t x25519[32], seed[32];
    memset(x25519, fill, sizeof x25519);
    memset(seed, fill + 100, sizeof seed);
    identity_secret_init(out, x25519, seed);
}

static void say(struct said *s, const char *name)
{
    make_secret(&s->me, 1);
    assert_int_equal(hello_write(&s->me, 0x0102030405060708, 7327, name, s->bytes, &s->len),
                     LTH_OK);
}

/* From memory of exactly len bytes, so that a read beyond them is found. */
static enum lth_err parse(const uint8_t *bytes, size_t len, const uint8_t rs[32], struct hello *out)
{
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    if (len)
        memcpy(exact, bytes, len);
    enum lth_err err = hello_parse(exact, len, rs, out);
    free(exact);
    return err;
}

static void test_what_is_said_is_heard(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a", "Zoë 😀", "0123456789012345678901234567890123456789012345678901234567890123"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct said s;
        struct hello heard;
        say(&s, names[i]);
        CHECK(s.len == HELLO_LEN, names[i]); /* whoever listens learns nothing */
        CHECK_ERR(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_OK, names[i]);
        assert_string_equal(heard.name, names[i]);
        assert_true(heard.incarnation == 0x0102030405060708);
        assert_int_equal(heard.port, 7327);
        assert_memory_equal(&heard.identity, &s.me.public, sizeof heard.identity);
    }
}

static void test_a_name_beyond_64_bytes_is_not_written(void **state)
{
    (void)state;
    struct said s;
    char name[300];
    memset(name, 'n', sizeof name);
    make_secret(&s.me, 1);
    name[HELLO_NAME_MAX + 1] = '\0';
    assert_int_equal(hello_write(&s.me, 1, 1, name, s.bytes, &s.len), LTH_TOO_LONG);
    name[HELLO_NAME_MAX + 1] = 'n';
    name[256 + 1] = '\0'; /* its length has a low byte of 1 */
    assert_int_equal(hello_write(&s.me, 1, 1, name, s.bytes, &s.len), LTH_TOO_LONG);
}

static void test_a_hello_cut_or_too_long_is_malformed(void **state)
{
    (void)state;
    struct said s;
    struct hello heard = {.port = 99};
    say(&s, "alice");
    for (size_t len = 0; len < s.len; len++)
        assert_int_equal(parse(s.bytes, len, s.me.public.x25519, &heard), LTH_MALFORMED);
    s.bytes[s.len] = 0;
    assert_int_equal(parse(s.bytes, s.len + 1, s.me.public.x25519, &heard), LTH_MALFORMED);
    assert_int_equal(heard.port, 99); /* written on success only */
}

static void test_a_name_that_is_not_good_is_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t len, bytes[66];
    } rows[] = {
        {"empty", 0, {0}},
        {"a zero byte", 3, {'a', 0, 'b'}},
        {"only a zero byte", 1, {0}},
        {"not UTF-8", 2, {'a', 0xff}},
        {"cut inside a code point", 2, {'a', 0xc3}},
        {"a surrogate", 3, {0xed, 0xa0, 0x80}},
        {"65 bytes", 65, "01234567890123456789012345678901234567890123456789012345678901234"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct said s;
        struct hello heard;
        say(&s, "x");
        s.bytes[NAME_LEN_AT] = rows[i].len;
        memcpy(s.bytes + NAME_AT, rows[i].bytes, HELLO_NAME_MAX);
        CHECK_ERR(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_MALFORMED, rows[i].name);
        CHECK(!hello_name_is_good(rows[i].bytes, rows[i].len), rows[i].name);
    }
}

static void test_padding_that_is_not_all_zeros_is_malformed(void **state)
{
    (void)state;
    struct said s;
    struct hello heard;
    say(&s, "alice");
    for (size_t at = NAME_AT + 5; at < HELLO_LEN; at++) {
        s.bytes[at] = 'x';
        assert_int_equal(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_MALFORMED);
        s.bytes[at] = 0;
    }
    assert_int_equal(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_OK);
}

static void test_a_length_other_than_that_of_the_name_is_malformed(void **state)
{
    (void)state;
    struct said s;
    struct hello heard;
    say(&s, "alice");
    for (unsigned len = 0; len < 256; len++) {
        s.bytes[NAME_LEN_AT] = (uint8_t)len;
        assert_int_equal(parse(s.bytes, s.len, s.me.public.x25519, &heard),
                         len == 5 ? LTH_OK : LTH_MALFORMED);
    }
}

static void test_the_signature_vouches_for_the_key_of_the_handshake_and_no_other(void **state)
{
    (void)state;
    struct said s;
    struct identity_secret other;
    struct hello heard;
    say(&s, "alice");
    make_secret(&other, 2);
    assert_int_equal(parse(s.bytes, s.len, other.public.x25519, &heard), LTH_FORGED);
    assert_int_equal(parse(s.bytes, s.len, s.me.public.ed25519, &heard), LTH_FORGED);

    struct said posing = s; /* somebody else's signing key over the same name */
    memcpy(posing.bytes, other.public.ed25519, 32);
    assert_int_equal(parse(posing.bytes, s.len, s.me.public.x25519, &heard), LTH_FORGED);
}

static void test_any_bit_of_key_or_signature_changed_is_forged(void **state)
{
    (void)state;
    struct said s;
    struct hello heard;
    say(&s, "alice");
    for (size_t bit = 0; bit < (size_t)96 * 8; bit += 5) {
        s.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_FORGED);
        s.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void test_a_signature_for_another_purpose_does_not_vouch(void **state)
{
    (void)state;
    struct said s;
    struct hello heard;
    say(&s, "alice");
    identity_sign(&s.me, "lanthorn/head/1", s.me.public.x25519, 32, s.bytes + 32);
    assert_int_equal(parse(s.bytes, s.len, s.me.public.x25519, &heard), LTH_FORGED);
}

static int start(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_said_is_heard),
        cmocka_unit_test(test_a_name_beyond_64_bytes_is_not_written),
        cmocka_unit_test(test_a_hello_cut_or_too_long_is_malformed),
        cmocka_unit_test(test_a_name_that_is_not_good_is_malformed),
        cmocka_unit_test(test_padding_that_is_not_all_zeros_is_malformed),
        cmocka_unit_test(test_a_length_other_than_that_of_the_name_is_malformed),
        cmocka_unit_test(test_the_signature_vouches_for_the_key_of_the_handshake_and_no_other),
        cmocka_unit_test(test_any_bit_of_key_or_signature_changed_is_forged),
        cmocka_unit_test(test_a_signature_for_another_purpose_does_not_vouch),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
