/* tests/unit/ui/manual.h - the terms of a manual page, read from its source.
 *
 * A term is a line that begins in bold and is explained in the lines below it, which are indented.
 * Whatever is not as expected fails the running test.
 */
#ifndef LTH_TESTS_MANUAL_H
#define LTH_TESTS_MANUAL_H

#include <stddef.h>

void manual_load(const char *path); /* before all else */

/* Section "# TITLE" has the term, exactly so. */
void manual_check_term(const char *title, const char *term);
size_t manual_count_terms(const char *title);

#endif
