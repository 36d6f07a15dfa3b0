/* ui/keyfile.h - 32 random bytes in a file, instead of a passphrase.
 *
 * A file that others may read is no key and is refused. A missing one is made, and
 * is on the disk for good before it is used: without it the store cannot be opened again.
 */
#ifndef LTH_UI_KEYFILE_H
#define LTH_UI_KEYFILE_H

#include "base/error.h"
#include "ui/sentence.h"

#include <stdint.h>

enum { KEYFILE_LEN = 32 };

/* Reads the key, a secret the caller wipes, or makes a new one. On failure key is
 * untouched and *why says what to do: LTH_MALFORMED (not a regular file of 32 bytes),
 * LTH_WRONG_KEY (others may read it), LTH_IO, LTH_DISK_FULL. */
LTH_MUST_USE enum lth_err keyfile_load(const char *path, uint8_t key[KEYFILE_LEN],
                                       struct sentence *why);

#endif
