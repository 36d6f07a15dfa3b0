/* base/text.h - strings with an end: copied whole, or not at all.
 *
 * Names and addresses live in arrays whose sizes are the protocol's limits, and are checked
 * where they come in. A copy that would not fit is a broken promise of our own.
 */
#ifndef LTH_BASE_TEXT_H
#define LTH_BASE_TEXT_H

#include <stddef.h>

/* Aborts unless from and its zero fit into size bytes. */
void text_copy(char *to, size_t size, const char *from);

#endif
