/* store_check.h - `lanthorn check`: is all of a store there, and true?
 *
 * Every segment is read and every frame of it proved, every record deciphered and replayed. The
 * directory is left as it is, so that what is damaged can still be looked into.
 */
#ifndef LTH_STORE_CHECK_H
#define LTH_STORE_CHECK_H

#include "ui/options.h"

/* Prints one line, or with options->json one object. EXIT_DONE: nothing that was acknowledged is
 * missing; EXIT_FAILED, or why the store could not be opened. */
int store_check_run(const struct options *options);

#endif
