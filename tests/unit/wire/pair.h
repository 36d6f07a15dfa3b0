/* tests/unit/wire/pair.h - the two ends of a handshake in one process, with fixed static keys. */
#ifndef LTH_TESTS_WIRE_PAIR_H
#define LTH_TESTS_WIRE_PAIR_H

#include "wire/noise.h"

struct pair {
    struct noise initiator, responder;
};

/* One handshake message on its way, in room for the longest. */
struct message {
    uint8_t bytes[NOISE_MESSAGE_MAX];
    size_t len;
};

/* Both ends before message 1, without a prologue. Random ephemerals. */
void pair_init(struct pair *p);

/* Who writes message number index, and who reads it. */
struct noise *pair_writer(struct pair *p, unsigned index);
struct noise *pair_reader(struct pair *p, unsigned index);

/* Passes the first count messages, empty payloads. */
void pair_advance(struct pair *p, unsigned count);

/* Message number index as its writer makes it, from a pair that has passed the ones before. */
void pair_write(struct pair *p, unsigned index, struct message *out);

#endif
