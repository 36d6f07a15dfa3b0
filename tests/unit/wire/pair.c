#include "wire/pair.h"

#include "check.h"

void pair_init(struct pair *p)
{
    static const uint8_t initiator_secret[NOISE_KEY_LEN] = {1, 1, 2, 3, 5, 8, 13, 21};
    static const uint8_t responder_secret[NOISE_KEY_LEN] = {2, 3, 5, 7, 11, 13, 17, 19};
    struct noise_keypair s;

    noise_keypair_from_secret(&s, initiator_secret);
    noise_init(&p->initiator, true, &s, NULL, 0);
    noise_keypair_from_secret(&s, responder_secret);
    noise_init(&p->responder, false, &s, NULL, 0);
}

struct noise *pair_writer(struct pair *p, unsigned index)
{
    return index % 2 == 0 ? &p->initiator : &p->responder;
}

struct noise *pair_reader(struct pair *p, unsigned index)
{
    return index % 2 == 0 ? &p->responder : &p->initiator;
}

void pair_write(struct pair *p, unsigned index, struct message *out)
{
    CHECK_ERR(noise_write(pair_writer(p, index), NULL, 0, out->bytes, sizeof out->bytes, &out->len),
              LTH_OK, "an honest write");
}

void pair_advance(struct pair *p, unsigned count)
{
    struct message m;
    size_t len;

    for (unsigned i = 0; i < count; i++) {
        pair_write(p, i, &m);
        CHECK_ERR(noise_read(pair_reader(p, i), m.bytes, m.len, NULL, 0, &len), LTH_OK,
                  "an honest read");
    }
}
