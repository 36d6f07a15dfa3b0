/* ui/shell_help.h - what commands there are, and what they take: the table of ui/shell.h for
 * people.
 */
#ifndef LTH_UI_SHELL_HELP_H
#define LTH_UI_SHELL_HELP_H

#include <stdbool.h>
#include <stdio.h>

/* The commands that begin with topic, or with NULL all of them. False when there is none. */
bool shell_help_print(FILE *to, const char *topic);

/* All commands, a line for each. */
void shell_help_list(FILE *to);

#endif
