/* tests/unit/wire/vector.h - runs one published test vector: every message, byte for byte.
 *
 * A vector is the handshake's inputs and a row of messages; messages 0 to 2 are the
 * handshake, those after are transport messages, first by the initiator, then in turn.
 */
#ifndef LTH_TESTS_WIRE_VECTOR_H
#define LTH_TESTS_WIRE_VECTOR_H

#include "wire/pair.h"

enum { VECTOR_MESSAGES = 8, VECTOR_BYTES = 512 };

struct hex_bytes {
    uint8_t bytes[VECTOR_BYTES];
    size_t len;
};

struct vector {
    struct hex_bytes init_static, resp_static, init_ephemeral, resp_ephemeral, prologue;
    struct {
        struct hex_bytes payload, ciphertext;
    } messages[VECTOR_MESSAGES];
    size_t count;
};

/* Fails the running test when bytes differ from what is wanted. */
void vector_expect(const struct hex_bytes *want, const uint8_t *got, size_t len, const char *name);

/* Fails the running test when hex is not hexadecimal digits. */
void hex_parse(const char *hex, struct hex_bytes *out);

/* Runs its handshake through both ends: what is written must equal the ciphertext, and what
 * is read the payload. name: for the failure's words. */
void vector_shake_hands(const struct vector *v, struct pair *out, const char *name);

/* The same, and then its transport messages. */
void vector_run(const struct vector *v, const char *name);

#endif
