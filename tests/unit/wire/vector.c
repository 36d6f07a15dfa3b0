#include "wire/vector.h"

#include "check.h"
#include "wire/noise_inject.h"

#include <sodium.h>

void hex_parse(const char *hex, struct hex_bytes *out)
{
    const char *end;

    CHECK(sodium_hex2bin(out->bytes, sizeof out->bytes, hex, strlen(hex), NULL, &out->len, &end) ==
              0,
          hex);
    CHECK(*end == '\0', hex);
}

void vector_expect(const struct hex_bytes *want, const uint8_t *got, size_t len, const char *name)
{
    CHECK(want->len == len, name);
    CHECK(memcmp(want->bytes, got, len) == 0, name);
}

static void begin(struct noise *hs, bool initiator, const struct vector *v, const char *name)
{
    const struct hex_bytes *s = initiator ? &v->init_static : &v->resp_static;
    const struct hex_bytes *e = initiator ? &v->init_ephemeral : &v->resp_ephemeral;
    struct noise_keypair pair;

    CHECK(s->len == NOISE_KEY_LEN && e->len == NOISE_KEY_LEN, name);
    noise_keypair_from_secret(&pair, s->bytes);
    noise_init(hs, initiator, &pair, v->prologue.bytes, v->prologue.len);
    noise_inject_ephemeral(hs, e->bytes);
}

void vector_shake_hands(const struct vector *v, struct pair *p, const char *name)
{
    uint8_t out[VECTOR_BYTES];
    size_t len;

    CHECK(v->count >= 3, name);
    begin(&p->initiator, true, v, name);
    begin(&p->responder, false, v, name);
    for (unsigned i = 0; i < 3; i++) {
        const struct hex_bytes *payload = &v->messages[i].payload;
        const struct hex_bytes *sealed = &v->messages[i].ciphertext;
        CHECK_ERR(
            noise_write(pair_writer(p, i), payload->bytes, payload->len, out, sizeof out, &len),
            LTH_OK, name);
        vector_expect(sealed, out, len, name);
        CHECK_ERR(noise_read(pair_reader(p, i), sealed->bytes, sealed->len, out, sizeof out, &len),
                  LTH_OK, name);
        vector_expect(payload, out, len, name);
    }
}

/* from: the sender's sending cipher; to: the receiver's receiving one. */
static void run_transport(struct noise_cipher *from, struct noise_cipher *to,
                          const struct hex_bytes *payload, const struct hex_bytes *sealed,
                          const char *name)
{
    uint8_t out[VECTOR_BYTES];

    CHECK(payload->len + NOISE_TAG_LEN <= sizeof out, name);
    CHECK_ERR(noise_encrypt(from, NULL, 0, payload->bytes, payload->len, out), LTH_OK, name);
    vector_expect(sealed, out, payload->len + NOISE_TAG_LEN, name);
    CHECK_ERR(noise_decrypt(to, NULL, 0, sealed->bytes, sealed->len, out), LTH_OK, name);
    vector_expect(payload, out, sealed->len - NOISE_TAG_LEN, name);
}

void vector_run(const struct vector *v, const char *name)
{
    struct noise_cipher send[2], receive[2]; /* 0: the initiator's */
    struct pair p;

    vector_shake_hands(v, &p, name);
    noise_split(&p.initiator, &send[0], &receive[0]);
    noise_split(&p.responder, &send[1], &receive[1]);
    for (size_t i = 3; i < v->count; i++) {
        size_t by = (i - 3) % 2;
        run_transport(&send[by], &receive[1 - by], &v->messages[i].payload,
                      &v->messages[i].ciphertext, name);
    }
}
