/* wire/noise.h: hostile handshake messages. The first byte chooses the message, 0 to 2, and how
 * the rest is used: as it is, or as a mask over the honest message. What is accepted must be
 * the honest message, or a message 1, which is only a key and is caught in message 2. */
#include "wire/noise.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGES = 3, ROOM = NOISE_MESSAGE_MAX };

struct message {
    uint8_t bytes[ROOM];
    size_t len;
};

static struct message honest, hostile, answer;
static uint8_t payload[ROOM];

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void init(struct noise *hs, bool initiator)
{
    static const uint8_t secrets[2][NOISE_KEY_LEN] = {{0x10}, {0x20}};
    static struct noise_keypair pairs[2];
    static bool made;

    if (!made) {
        require(sodium_init() >= 0);
        noise_keypair_from_secret(&pairs[0], secrets[0]);
        noise_keypair_from_secret(&pairs[1], secrets[1]);
        made = true;
    }
    noise_init(hs, initiator, &pairs[initiator], NULL, 0);
}

static void write_honest(struct noise *hs, struct message *out)
{
    static const uint8_t hello[] = "hello";

    require(noise_write(hs, hello, sizeof hello, out->bytes, sizeof out->bytes, &out->len) ==
            LTH_OK);
}

/* ends[0] is the initiator's; message number index is in honest, and not read yet. */
static void advance(struct noise ends[2], unsigned index)
{
    size_t len;

    init(&ends[0], true);
    init(&ends[1], false);
    for (unsigned i = 0; i <= index; i++) {
        write_honest(&ends[i % 2], &honest);
        if (i < index)
            require(noise_read(&ends[1 - i % 2], honest.bytes, honest.len, payload, ROOM, &len) ==
                    LTH_OK);
    }
}

static void make_hostile(const uint8_t *data, size_t size, bool mask)
{
    hostile = honest;
    if (!mask) {
        hostile.len = size < ROOM ? size : ROOM;
        memcpy(hostile.bytes, data, hostile.len);
        return;
    }
    for (size_t i = 0; i < size && i < hostile.len; i++)
        hostile.bytes[i] ^= data[i];
}

static bool is_honest(void)
{
    return hostile.len == honest.len && memcmp(hostile.bytes, honest.bytes, honest.len) == 0;
}

/* The responder took message 1: the initiator notices, unless nothing was changed. */
static void expect_noticed(struct noise ends[2])
{
    size_t len;
    enum lth_err err = noise_write(&ends[1], NULL, 0, answer.bytes, ROOM, &answer.len);

    if (err == LTH_OK)
        err = noise_read(&ends[0], answer.bytes, answer.len, payload, ROOM, &len);
    require((err == LTH_OK) == is_honest());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct noise ends[2];
    size_t len;

    if (size == 0)
        return 0;
    unsigned index = data[0] % MESSAGES;
    advance(ends, index);
    make_hostile(data + 1, size - 1, data[0] & 0x80);

    struct noise *reader = &ends[1 - index % 2];
    enum lth_err err = noise_read(reader, hostile.bytes, hostile.len, payload, ROOM, &len);
    if (err == LTH_OK && index == 0)
        expect_noticed(ends);
    else
        require((err == LTH_OK) == is_honest());
    if (err != LTH_OK)
        require(noise_read(reader, honest.bytes, honest.len, payload, ROOM, &len) == LTH_BAD_STATE);
    noise_clear(&ends[0]);
    noise_clear(&ends[1]);
    return 0;
}
