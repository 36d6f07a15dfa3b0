/* tests/sim/wiretap.h - what cores say to each other about groups, read before it is sealed.
 *
 * Who holds back a key, or a word, that somebody must not have cannot be told from what an honest
 * receiver does with it. So the frames of a step are looked at where libsodium seals them, and
 * judged once it is known whom they go to: by the roster of the one who sends.
 */
#ifndef LTH_TESTS_SIM_WIRETAP_H
#define LTH_TESTS_SIM_WIRETAP_H

#include <stddef.h>
#include <stdint.h>

struct world;
struct host;

/* A message in a frame that was sealed into `sealed`. */
struct tapped {
    const uint8_t *sealed; /* borrowed: as long as the to-do list of the step */
    uint8_t type;
    size_t at, len; /* of its body, in the wiretap's bytes */
};

struct wiretap {
    struct tapped *items; /* owned */
    size_t count, size;
    uint8_t *bytes; /* owned */
    size_t used, room;
};

/* plain is about to be sealed into the bytes at `sealed`. */
void wiretap_on_seal(void *wiretap, const uint8_t *sealed, const uint8_t *plain, size_t len);

/* A step begins: what was heard before is out of date. */
void wiretap_reset(struct wiretap *t);

/* h writes to a person what may have been sealed before. */
void wiretap_on_write(struct world *w, const struct host *h, uint32_t to, const uint8_t *bytes,
                      size_t len);

void wiretap_clear(struct wiretap *t);

#endif
