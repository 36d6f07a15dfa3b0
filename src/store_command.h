/* store_command.h - the commands that need the store and no node: check, passphrase, export; and
 * those that are answered from the store where no node runs.
 *
 * They open the store themselves, so none of them runs while a node holds it. What opens it is
 * said as for a node: on the command line, or in lanthorn.conf.
 */
#ifndef LTH_STORE_COMMAND_H
#define LTH_STORE_COMMAND_H

#include "ui/shell.h"

/* for_people: a terminal reads what is printed. Sentences are said; the exit status is returned. */
int store_command_run(const struct shell *s, bool for_people);

/* No node runs. True when the store can answer instead: the command asks for nothing but what is
 * kept, there is a store, and a key to it or a person to ask for the passphrase. */
bool store_command_can(const struct shell *s);

#endif
