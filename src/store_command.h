/* store_command.h - the commands that need the store, and no node: check, passphrase.
 *
 * They open the store themselves, so none of them runs while a node holds it. What opens it is
 * said as for a node: on the command line, or in lanthorn.conf.
 */
#ifndef LTH_STORE_COMMAND_H
#define LTH_STORE_COMMAND_H

#include "ui/shell.h"

/* s: SHELL_CHECK or SHELL_PASSPHRASE. Sentences are said; the exit status is returned. */
int store_command_run(const struct shell *s);

#endif
