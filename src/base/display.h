/* base/display.h - text of strangers, made safe to print.
 *
 * Everything a peer wrote passes here on its way to a terminal. C0 and C1 controls,
 * DEL, bidirectional controls, zero-width and other format characters, private use,
 * noncharacters and unassigned points come out as \xNN or \u{NNNN}; bytes that are
 * not UTF-8 as \xNN. What is left cannot move the cursor, reorder a line or hide.
 * The stored text stays as it was. Unicode tables: utf8proc.
 */
#ifndef LTH_BASE_DISPLAY_H
#define LTH_BASE_DISPLAY_H

#include "base/buffer.h"

#include <stdbool.h>

/* True when the code point may be printed as it is. */
bool display_is_safe(uint32_t point);

/* Appends text, one line: a line feed or tab is escaped like any control. */
LTH_MUST_USE enum lth_err display_line(struct buffer *out, const uint8_t *text, size_t len);

/* Appends text of several lines: tabs become spaces, and each line after the first
 * starts with gutter, so that no line of it can pass for one of ours. */
LTH_MUST_USE enum lth_err display_text(struct buffer *out, const uint8_t *text, size_t len,
                                       const char *gutter);

#endif
