/* base/text.h - strings with an end: copied whole, and compared as people read them.
 *
 * Names and addresses live in arrays whose sizes are the protocol's limits, and are checked
 * where they come in. A copy that would not fit is a broken promise of our own.
 */
#ifndef LTH_BASE_TEXT_H
#define LTH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Aborts unless from and its zero fit into size bytes. */
void text_copy(char *to, size_t size, const char *from);

/* True when two UTF-8 names differ at most in case, width and other compatibility forms
 * (Unicode NFKC_Casefold, which also drops what is invisible). */
bool text_looks_same(const char *a, const char *b);

#endif
