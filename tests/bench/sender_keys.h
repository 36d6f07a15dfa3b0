/* sender_keys.h - a way to say something to a group, as sender_keys.c measures it.
 *
 * The author seals with keys that every reader has been given before, and signs, so that no
 * reader can speak as the author. A way keeps both sides and what is on its way between them;
 * they go in step: what was sealed is opened before the next is.
 */
#ifndef LTH_BENCH_SENDER_KEYS_H
#define LTH_BENCH_SENDER_KEYS_H

#include "bench.h"

enum { TEXT_LEN = 100, BURST = 32, BATCH = 3 * BURST };

struct sender_keys {
    const char *name;
    void (*begin)(void); /* makes the keys; once */

    /* Seals the text BATCH times, with one signature for each burst of them: 1 or BURST. A way
     * that can only sign one by one does that. Returns how many bytes would be sent. */
    size_t (*seal)(const uint8_t text[TEXT_LEN], size_t burst);

    /* Verifies and opens these BATCH messages; ends the program unless each is the text. */
    void (*open)(const uint8_t text[TEXT_LEN], size_t burst);
};

extern const struct sender_keys floor_keys, our_keys;
extern const struct sender_keys megolm_keys, signal_keys; /* where their libraries are */

#endif
