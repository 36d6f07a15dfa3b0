/* base/utf8.h - strict UTF-8, as RFC 3629 and Unicode table 3-7 have it.
 *
 * No overlong forms, no surrogates, nothing above U+10FFFF. Text that does not
 * pass is refused at the border; inside, text is UTF-8 and a length.
 */
#ifndef LTH_BASE_UTF8_H
#define LTH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the code point at text, 1 to 4, and its value in *point;
 * 0 when the bytes are not one. len > 0. */
size_t utf8_next(const uint8_t *text, size_t len, uint32_t *point);

/* An empty text is valid. */
bool utf8_is_valid(const uint8_t *text, size_t len);

#endif
