/* The constants come from another implementation, Python's hashlib and PyNaCl, with the
 * secrets of fixed() below:
 *   x25519  = nacl.bindings.crypto_scalarmult_base(bytes(range(32)))
 *   ed25519 = nacl.signing.SigningKey(bytes(range(32, 64))).verify_key
 *   id      = hashlib.blake2b(b"lanthorn/id/1" + x25519 + ed25519, digest_size=32)
 *   signature and hash: of b"lanthorn/test/1\0hello"
 *   safety number: h = b"\0\0" + id + b"lanthorn/safety/1"; 5200 times h = sha512(h + id);
 *                  then '%05d' % (h[j:j+5] as a big-endian number % 100000), j = 0, 5 .. 25
 */
#include "check.h"
#include "wire/identity.h"
#include "wire/vector.h"

#include <sodium.h>

static const char domain[] = "lanthorn/test/1";
static const uint8_t text[] = {'h', 'e', 'l', 'l', 'o'};

static struct identity_secret fixed(void)
{
    uint8_t bytes[64];
    struct identity_secret s;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    identity_secret_init(&s, bytes, bytes + 32);
    return s;
}

static void expect_hex(const uint8_t *got, size_t len, const char *hex)
{
    struct hex_bytes want;

    hex_parse(hex, &want);
    assert_int_equal(len, want.len);
    assert_memory_equal(got, want.bytes, len);
}

static void test_the_id_is_the_hash_of_both_public_keys(void **state)
{
    struct identity_secret s = fixed();
    struct identity public;

    (void)state;
    expect_hex(s.public.x25519, 32,
               "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
    expect_hex(s.public.ed25519, 32,
               "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7");
    expect_hex(s.public.id, 32, "52e391410e75e4823488db0b7fe5c780d4f4a20cec41fbbd49cae69470cbb60b");
    assert_memory_equal(s.noise.public, s.public.x25519, 32);

    identity_init(&public, s.public.x25519, s.public.ed25519);
    assert_memory_equal(&public, &s.public, sizeof public);
    identity_init(&public, s.public.ed25519, s.public.x25519);
    assert_memory_not_equal(public.id, s.public.id, ID_LEN);
}

static void test_a_hash_has_a_domain(void **state)
{
    uint8_t hash[HASH_LEN], other[HASH_LEN];

    (void)state;
    domain_hash(domain, text, sizeof text, hash);
    expect_hex(hash, sizeof hash,
               "394434f16292afefe716236fe7107a46e56d63a132120ba782c1809460990363");
    domain_hash("lanthorn/test/2", text, sizeof text, other);
    assert_memory_not_equal(hash, other, HASH_LEN);
    /* The zero byte: a longer domain is not a shorter one with more bytes behind. */
    domain_hash("lanthorn/test/", (const uint8_t *)"1hello", 6, other);
    assert_memory_not_equal(hash, other, HASH_LEN);
    domain_hash("lanthorn/test/", (const uint8_t *)"1\0hello", 7, other);
    assert_memory_not_equal(hash, other, HASH_LEN);
    domain_hash(domain, NULL, 0, other);
    assert_memory_not_equal(hash, other, HASH_LEN);
}

static void test_a_signature_is_the_one_another_implementation_makes(void **state)
{
    struct identity_secret s = fixed();
    uint8_t signature[SIGNATURE_LEN];

    (void)state;
    identity_sign(&s, domain, text, sizeof text, signature);
    expect_hex(signature, sizeof signature,
               "c13a9b0b655f2a173a35f6a8e5ca43b7c09473182aae5473a39d4e7020b8d429"
               "8a11c5db281aaaea5484461d67d7990a2bb9362416828e09f958759c151ad401");
}

static void test_a_signature_is_good_for_its_key_domain_and_bytes_only(void **state)
{
    static const uint8_t hellp[] = "hellp", one_hello[] = "1hello";
    static const uint8_t zeros[IDENTITY_KEY_LEN];
    struct identity_secret s = fixed();
    uint8_t good[SIGNATURE_LEN], other[SIGNATURE_LEN];

    identity_sign(&s, domain, text, sizeof text, good);
    identity_sign(&s, domain, hellp, 5, other);
    const uint8_t *key = s.public.ed25519;
    const struct {
        const char *name;
        const uint8_t *key;
        const char *domain;
        const uint8_t *bytes;
        size_t len;
        const uint8_t *signature;
        enum lth_err want;
    } rows[] = {
        {"as signed", key, domain, text, 5, good, LTH_OK},
        {"another domain", key, "lanthorn/test/2", text, 5, good, LTH_FORGED},
        {"no domain", key, "", text, 5, good, LTH_FORGED},
        {"domain moved into the bytes", key, "lanthorn/test/", one_hello, 6, good, LTH_FORGED},
        {"another byte", key, domain, hellp, 5, good, LTH_FORGED},
        {"one byte less", key, domain, text, 4, good, LTH_FORGED},
        {"no bytes", key, domain, NULL, 0, good, LTH_FORGED},
        {"signature of other bytes", key, domain, text, 5, other, LTH_FORGED},
        {"the x25519 key", s.public.x25519, domain, text, 5, good, LTH_FORGED},
        {"the zero key", zeros, domain, text, 5, good, LTH_FORGED},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(identity_verify(rows[i].key, rows[i].domain, rows[i].bytes, rows[i].len,
                                  rows[i].signature),
                  rows[i].want, rows[i].name);
}

static void test_any_flipped_bit_of_a_signature_is_forged(void **state)
{
    struct identity_secret s = fixed();
    uint8_t signature[SIGNATURE_LEN];

    (void)state;
    identity_sign(&s, domain, text, sizeof text, signature);
    for (size_t bit = 0; bit < sizeof signature * 8; bit++) {
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK_ERR(identity_verify(s.public.ed25519, domain, text, sizeof text, signature),
                  LTH_FORGED, "flipped");
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void test_signed_bytes_have_a_largest_length(void **state)
{
    static const uint8_t bytes[SIGNED_MAX + 1];
    static const char longest[] = "lanthorn/a domain of exactly sixty-three bytes, the most: 63/1!";
    static const char too_long[] =
        "lanthorn/a domain of exactly sixty-four bytes, one more: 64/1!!!";
    struct identity_secret s = fixed();
    const uint8_t *key = s.public.ed25519;
    uint8_t signature[SIGNATURE_LEN];

    (void)state;
    assert_int_equal(strlen(longest), DOMAIN_MAX);
    assert_int_equal(strlen(too_long), DOMAIN_MAX + 1);
    identity_sign(&s, longest, bytes, SIGNED_MAX, signature);
    CHECK_ERR(identity_verify(key, longest, bytes, SIGNED_MAX, signature), LTH_OK, "at");
    CHECK_ERR(identity_verify(key, longest, bytes, SIGNED_MAX + 1, signature), LTH_TOO_LONG,
              "one over");
    CHECK_ERR(identity_verify(key, longest, bytes, SIZE_MAX, signature), LTH_TOO_LONG, "far over");
    CHECK_ERR(identity_verify(key, too_long, bytes, 1, signature), LTH_TOO_LONG, "domain over");
}

static void test_the_safety_number_is_the_same_on_both_sides(void **state)
{
    struct identity_secret s = fixed();
    uint8_t other[ID_LEN];
    char ours[SAFETY_DIGITS + 1], theirs[SAFETY_DIGITS + 1];

    (void)state;
    memset(other, 0xff, sizeof other);
    identity_safety_number(s.public.id, other, ours);
    identity_safety_number(other, s.public.id, theirs);
    assert_string_equal(ours, "207550440652954004122773920241"
                              "269054205086401890649540286018");
    assert_string_equal(ours, theirs);
}

static void test_the_safety_number_changes_with_any_id(void **state)
{
    struct identity_secret s = fixed();
    uint8_t other[ID_LEN] = {0};
    char first[SAFETY_DIGITS + 1], second[SAFETY_DIGITS + 1];

    (void)state;
    identity_safety_number(s.public.id, other, first);
    other[31] = 1;
    identity_safety_number(s.public.id, other, second);
    assert_string_not_equal(first, second);
}

static void test_a_cleared_secret_is_zeros(void **state)
{
    struct identity_secret s = fixed();

    (void)state;
    identity_secret_clear(&s);
    assert_true(sodium_is_zero((const uint8_t *)&s, sizeof s));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_id_is_the_hash_of_both_public_keys),
        cmocka_unit_test(test_a_hash_has_a_domain),
        cmocka_unit_test(test_a_signature_is_the_one_another_implementation_makes),
        cmocka_unit_test(test_a_signature_is_good_for_its_key_domain_and_bytes_only),
        cmocka_unit_test(test_any_flipped_bit_of_a_signature_is_forged),
        cmocka_unit_test(test_signed_bytes_have_a_largest_length),
        cmocka_unit_test(test_the_safety_number_is_the_same_on_both_sides),
        cmocka_unit_test(test_the_safety_number_changes_with_any_id),
        cmocka_unit_test(test_a_cleared_secret_is_zeros),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
