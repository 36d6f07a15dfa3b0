/* discovery/random_name.h - names that say nothing: 80 random bits in base32 letters.
 *
 * Used for the instance and, in the embedded responder, for the host. They name no
 * person, machine or key, and two starts of one program cannot be linked by them.
 */
#ifndef LTH_DISCOVERY_RANDOM_NAME_H
#define LTH_DISCOVERY_RANDOM_NAME_H

#include "base/error.h"

enum { RANDOM_NAME_LEN = 16 };

/* Writes RANDOM_NAME_LEN of a-z2-7 and a zero; LTH_IO when the kernel gives no randomness. */
LTH_MUST_USE enum lth_err random_name(char out[RANDOM_NAME_LEN + 1]);

#endif
