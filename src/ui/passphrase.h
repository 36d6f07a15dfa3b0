/* ui/passphrase.h - a passphrase from the person at the terminal, or from a descriptor.
 *
 * Asked on /dev/tty, without echo, whatever the standard streams are; a new one is asked
 * twice. A signal on the way gives the terminal back first, then does what it does. Blocks, so
 * it comes before the loop runs.
 */
#ifndef LTH_UI_PASSPHRASE_H
#define LTH_UI_PASSPHRASE_H

#include "base/error.h"
#include "ui/sentence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PASSPHRASE_MAX = 1024, PASSPHRASE_TRIES = 3 };

/* Holds a secret; passphrase_clear when done. */
struct passphrase {
    uint8_t bytes[PASSPHRASE_MAX]; /* as typed, no line feed, no zero */
    size_t len;                    /* at least 1 */
};

/* Both: on failure *out holds nothing, and *why says what to do. LTH_MALFORMED: it was empty.
 * LTH_TOO_LONG. LTH_UNAVAILABLE: no terminal, or no such descriptor. */

/* LTH_BAD_STATE: a signal came, and whoever handles it did not end the process.
 * LTH_NOT_FOUND: the two never agreed. */
LTH_MUST_USE enum lth_err passphrase_ask(bool is_new, struct passphrase *out, struct sentence *why);

/* One line from fd; what follows the line is left unread. */
LTH_MUST_USE enum lth_err passphrase_read_fd(int fd, struct passphrase *out, struct sentence *why);

void passphrase_clear(struct passphrase *p);

#endif
