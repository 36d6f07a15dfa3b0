/* settings.h - what this process was told: the command line, over lanthorn.conf.
 *
 * The file is DIR/lanthorn.conf when --data DIR was given, else lanthorn.conf in
 * $XDG_CONFIG_HOME/lanthorn or ~/.config/lanthorn. What is given on the command line replaces
 * what the file says; only addresses to try (--peer) are added to the file's.
 */
#ifndef LTH_SETTINGS_H
#define LTH_SETTINGS_H

#include "base/arena.h"
#include "ui/options.h"
#include "ui/shell.h"

/* EXIT_DONE, or EXIT_USAGE when the sentence has been said. --help and --version do not look
 * into the file. *out borrows from argv and from *strings, which the caller clears last. */
int settings_read(int argc, char *const argv[], struct arena *strings, struct options *out);

/* The same for a command: the settings of a node that was started with its words. */
int settings_of_command(const struct shell *s, struct arena *strings, struct options *out);

#endif
