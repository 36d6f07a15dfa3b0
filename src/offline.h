/* offline.h - `lanthorn history`, `peers` and the like where no node runs, and `lanthorn export`:
 * answered from the store.
 *
 * The store is opened for reading only: no byte of it changes, nothing counts as shown by it, and
 * nobody is dialled. What is printed is what a running node would answer; only that nobody is here.
 */
#ifndef LTH_OFFLINE_H
#define LTH_OFFLINE_H

#include "ui/options.h"
#include "ui/shell.h"

/* True when the command asks for nothing but what is kept. */
bool offline_can(const struct shell *s);

/* options: what opens the store. color: for people at a terminal. Sentences are said; the exit
 * status is returned. */
int offline_run(const struct shell *s, const struct options *options, bool for_people, bool color);

#endif
