/* ui/time_text.h - a moment as programs read it: RFC 3339, UTC, milliseconds. */
#ifndef LTH_UI_TIME_TEXT_H
#define LTH_UI_TIME_TEXT_H

#include "base/error.h"

#include <stdint.h>

enum { TIME_TEXT_LEN = 24 }; /* 2026-01-31T12:34:56.789Z */

/* time_ms: Unix epoch. What lies behind the year 9999 is written as its last moment. */
void time_write(uint64_t time_ms, char text[TIME_TEXT_LEN + 1]);

/* Exactly what time_write writes, and a zero. */
LTH_MUST_USE enum lth_err time_parse(const char *text, uint64_t *time_ms);

#endif
