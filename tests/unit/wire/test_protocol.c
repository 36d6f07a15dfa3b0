/* The worked examples of wire/PROTOCOL.md against our code. The page is read, not copied:
 * its blocks of "name = hexadecimal digits", where a value goes on in indented lines. */
#include "check.h"
#include "wire/frame.h"
#include "wire/hello.h"
#include "wire/identity.h"
#include "wire/message.h"
#include "wire/session.h"
#include "wire/vector.h"

#include <sodium.h>
#include <stdio.h>

static char page[128 * 1024];

static void load_page(void)
{
    FILE *f = fopen(PROTOCOL_MD, "r");

    assert_non_null(f);
    size_t len = fread(page, 1, sizeof page - 1, f);
    fclose(f);
    assert_in_range(len, 1, sizeof page - 2);
    page[len] = '\0';
}

/* Where the value of name begins; the name stands at the start of a line. */
static const char *find_value(const char *name)
{
    size_t len = strlen(name);

    for (const char *line = page; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && strcspn(line + len, "=") == strspn(line + len, " "))
            return line + len + strspn(line + len, " =");
    }
    fail_msg("PROTOCOL.md has no \"%s\"", name);
    return NULL;
}

static void value_of(const char *name, struct hex_bytes *out)
{
    const char *at = find_value(name);
    char hex[2 * VECTOR_BYTES + 1];
    size_t len = 0;

    do {
        size_t digits = strspn(at, "0123456789abcdef");
        CHECK(digits > 0 && at[digits] == '\n' && len + digits < sizeof hex, name);
        memcpy(hex + len, at, digits);
        len += digits;
        at += digits + 1;
        at += strspn(at, " ");
    } while (at[-1] == ' ');
    hex[len] = '\0';
    hex_parse(hex, out);
}

static void expect_on_page(const char *name, const uint8_t *got, size_t len)
{
    struct hex_bytes want;

    value_of(name, &want);
    vector_expect(&want, got, len, name);
}

static struct identity_secret identity_of(const char *who)
{
    struct hex_bytes x25519, ed25519;
    struct identity_secret s;
    char name[64];

    snprintf(name, sizeof name, "%s x25519 secret", who);
    value_of(name, &x25519);
    snprintf(name, sizeof name, "%s ed25519 seed", who);
    value_of(name, &ed25519);
    identity_secret_init(&s, x25519.bytes, ed25519.bytes);
    snprintf(name, sizeof name, "%s x25519 public", who);
    expect_on_page(name, s.public.x25519, IDENTITY_KEY_LEN);
    snprintf(name, sizeof name, "%s ed25519 public", who);
    expect_on_page(name, s.public.ed25519, IDENTITY_KEY_LEN);
    snprintf(name, sizeof name, "%s id", who);
    expect_on_page(name, s.public.id, ID_LEN);
    return s;
}

static void test_identities_and_the_safety_number(void **state)
{
    struct identity_secret i = identity_of("initiator"), r = identity_of("responder");
    struct hex_bytes digits;
    char number[SAFETY_DIGITS + 1];

    (void)state;
    identity_safety_number(i.public.id, r.public.id, number);
    hex_parse(number, &digits); /* decimal digits, compared as if they were hexadecimal */
    expect_on_page("safety number", digits.bytes, digits.len);
}

static void test_an_id_as_text(void **state)
{
    struct identity_secret i = identity_of("initiator");
    char text[ID_TEXT_LEN + 1];

    (void)state;
    id_write(i.public.id, text);
    assert_non_null(strstr(page, text));
}

static void test_a_signature_and_a_hash(void **state)
{
    static const uint8_t hello[] = {'h', 'e', 'l', 'l', 'o'};
    struct identity_secret i = identity_of("initiator");
    uint8_t signature[SIGNATURE_LEN], hash[HASH_LEN];

    (void)state;
    identity_sign(&i, "lanthorn/test/1", hello, sizeof hello, signature);
    expect_on_page("signed hello", signature, sizeof signature);
    domain_hash("lanthorn/test/1", hello, sizeof hello, hash);
    expect_on_page("hash of hello", hash, sizeof hash);
}

static void read_handshake(struct vector *v)
{
    memset(v, 0, sizeof *v);
    value_of("initiator x25519 secret", &v->init_static);
    value_of("responder x25519 secret", &v->resp_static);
    value_of("initiator ephemeral secret", &v->init_ephemeral);
    value_of("responder ephemeral secret", &v->resp_ephemeral);
    value_of("prologue", &v->prologue);
    value_of("message 1", &v->messages[0].ciphertext);
    value_of("message 2", &v->messages[1].ciphertext);
    value_of("hello body", &v->messages[2].payload);
    value_of("message 3", &v->messages[2].ciphertext);
    v->count = 3;
}

static void test_the_prologue_of_the_network_without_a_name(void **state)
{
    uint8_t prologue[10];
    struct writer w = writer_over(prologue, sizeof prologue);

    (void)state;
    write_bytes(&w, "lanthorn", 8);
    write_u8(&w, WIRE_VERSION);
    write_u8(&w, 0);
    expect_on_page("prologue", prologue, sizeof prologue);
}

static void test_the_hello_of_the_initiator(void **state)
{
    struct identity_secret i = identity_of("initiator");
    uint8_t body[HELLO_LEN];
    struct hello heard;
    size_t len;

    (void)state;
    CHECK_ERR(hello_write(&i, 0x0102030405060708, 7327, "alice", body, &len), LTH_OK, "hello body");
    expect_on_page("hello body", body, len);
    CHECK_ERR(hello_parse(body, len, i.public.x25519, &heard), LTH_OK, "hello body");
}

static void test_the_three_messages_and_the_keys_they_yield(void **state)
{
    struct noise_cipher send, receive;
    struct vector v;
    struct pair p;

    (void)state;
    read_handshake(&v);
    vector_shake_hands(&v, &p, "PROTOCOL.md");
    noise_split(&p.initiator, &send, &receive);
    expect_on_page("handshake hash", p.initiator.h, NOISE_HASH_LEN);
    expect_on_page("key initiator to responder", send.k, NOISE_KEY_LEN);
    expect_on_page("key responder to initiator", receive.k, NOISE_KEY_LEN);
    noise_rekey(&send);
    expect_on_page("next key", send.k, NOISE_KEY_LEN);
}

static void test_the_first_frame_of_the_initiator(void **state)
{
    static uint8_t plain[SESSION_PLAIN_MAX];
    static const uint8_t token[] = {0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18};
    struct writer w = writer_over(plain, sizeof plain);
    uint8_t sealed[SESSION_OVERHEAD + 128];
    struct session session;
    struct vector v;
    struct pair p;

    (void)state;
    assert_true(frame_add(&w, MESSAGE_PING, 0, token, sizeof token));
    size_t len = frame_pad(&w, SESSION_PLAIN_MAX);
    expect_on_page("plain frame", plain, len);

    read_handshake(&v);
    vector_shake_hands(&v, &p, "PROTOCOL.md");
    session_init(&session, &p.initiator, 0);
    CHECK_ERR(session_seal(&session, plain, len, sealed), LTH_OK, "seal");
    assert_memory_equal(sealed, "\x00\x90", SESSION_LENGTH_LEN);
    expect_on_page("sealed frame", sealed + SESSION_LENGTH_LEN, sizeof sealed - SESSION_LENGTH_LEN);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities_and_the_safety_number),
        cmocka_unit_test(test_an_id_as_text),
        cmocka_unit_test(test_a_signature_and_a_hash),
        cmocka_unit_test(test_the_prologue_of_the_network_without_a_name),
        cmocka_unit_test(test_the_hello_of_the_initiator),
        cmocka_unit_test(test_the_three_messages_and_the_keys_they_yield),
        cmocka_unit_test(test_the_first_frame_of_the_initiator),
    };

    if (sodium_init() < 0)
        return 1;
    load_page();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
