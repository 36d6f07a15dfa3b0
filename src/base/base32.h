/* base/base32.h - how a 32-byte id is written: RFC 4648 base32, lower case, no padding. */
#ifndef LTH_BASE_BASE32_H
#define LTH_BASE_BASE32_H

#include "base/error.h"

#include <stdint.h>

enum {
    ID_LEN = 32,
    ID_TEXT_LEN = 52,
    ID_PREFIX_MIN = 6, /* first letters that may stand for the whole */
};

/* Writes ID_TEXT_LEN characters and a zero. */
void id_write(const uint8_t id[ID_LEN], char text[ID_TEXT_LEN + 1]);

/* Reads exactly ID_TEXT_LEN characters of either case, then a zero; LTH_MALFORMED
 * for anything else, the four unused bits of the last character included. */
LTH_MUST_USE enum lth_err id_parse(const char *text, uint8_t id[ID_LEN]);

#endif
