/* The worked handshake of wire/PROTOCOL.md, and what stands before it, against our code. */
#include "check.h"
#include "wire/frame.h"
#include "wire/hello.h"
#include "wire/message.h"
#include "wire/page.h"
#include "wire/session.h"

#include <sodium.h>

static void test_identities_and_the_safety_number(void **state)
{
    struct identity_secret i = page_identity("initiator"), r = page_identity("responder");
    struct hex_bytes digits;
    char number[SAFETY_DIGITS + 1];

    (void)state;
    identity_safety_number(i.public.id, r.public.id, number);
    hex_parse(number, &digits); /* decimal digits, compared as if they were hexadecimal */
    page_expect("safety number", digits.bytes, digits.len);
}

static void test_an_id_as_text(void **state)
{
    struct identity_secret i = page_identity("initiator");
    char text[ID_TEXT_LEN + 1];

    (void)state;
    id_write(i.public.id, text);
    assert_true(page_has(text));
}

static void test_a_signature_and_a_hash(void **state)
{
    static const uint8_t hello[] = {'h', 'e', 'l', 'l', 'o'};
    struct identity_secret i = page_identity("initiator");
    uint8_t signature[SIGNATURE_LEN], hash[HASH_LEN];

    (void)state;
    identity_sign(&i, "lanthorn/test/1", hello, sizeof hello, signature);
    page_expect("signed hello", signature, sizeof signature);
    domain_hash("lanthorn/test/1", hello, sizeof hello, hash);
    page_expect("hash of hello", hash, sizeof hash);
}

static void read_handshake(struct vector *v)
{
    memset(v, 0, sizeof *v);
    page_value("initiator x25519 secret", &v->init_static);
    page_value("responder x25519 secret", &v->resp_static);
    page_value("initiator ephemeral secret", &v->init_ephemeral);
    page_value("responder ephemeral secret", &v->resp_ephemeral);
    page_value("prologue", &v->prologue);
    page_value("message 1", &v->messages[0].ciphertext);
    page_value("message 2", &v->messages[1].ciphertext);
    page_value("hello body", &v->messages[2].payload);
    page_value("message 3", &v->messages[2].ciphertext);
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
    page_expect("prologue", prologue, sizeof prologue);
}

static void test_the_hello_of_the_initiator(void **state)
{
    struct identity_secret i = page_identity("initiator");
    uint8_t body[HELLO_LEN];
    struct hello heard;
    size_t len;

    (void)state;
    CHECK_ERR(hello_write(&i, 0x0102030405060708, 7327, "alice", body, &len), LTH_OK, "hello body");
    page_expect("hello body", body, len);
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
    page_expect("handshake hash", p.initiator.h, NOISE_HASH_LEN);
    page_expect("key initiator to responder", send.k, NOISE_KEY_LEN);
    page_expect("key responder to initiator", receive.k, NOISE_KEY_LEN);
    noise_rekey(&send);
    page_expect("next key", send.k, NOISE_KEY_LEN);
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
    page_expect("plain frame", plain, len);

    read_handshake(&v);
    vector_shake_hands(&v, &p, "PROTOCOL.md");
    session_init(&session, &p.initiator, 0);
    CHECK_ERR(session_seal(&session, plain, len, sealed), LTH_OK, "seal");
    assert_memory_equal(sealed, "\x00\x90", SESSION_LENGTH_LEN);
    page_expect("sealed frame", sealed + SESSION_LENGTH_LEN, sizeof sealed - SESSION_LENGTH_LEN);
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
    page_load();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
