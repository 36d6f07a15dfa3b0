/* tests/unit/wire/noise_inject.h - a chosen ephemeral key, for published vectors.
 *
 * Compiled into tests only. A handshake with a known ephemeral key has no secrecy at all:
 * no_injection.sh proves that what we ship does not contain this function.
 */
#ifndef LTH_TESTS_WIRE_NOISE_INJECT_H
#define LTH_TESTS_WIRE_NOISE_INJECT_H

#include "wire/noise.h"

/* After noise_init and before the first noise_write: secret is used instead of a random one. */
void noise_inject_ephemeral(struct noise *hs, const uint8_t secret[NOISE_KEY_LEN]);

#endif
