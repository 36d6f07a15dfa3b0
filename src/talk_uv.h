/* talk_uv.h - `lanthorn COMMAND …`: from the words of a shell to an exit status.
 *
 * Most commands are for a running node: its control socket is found and the command put to it
 * (ui/errand_uv.h). What is printed is for people on a terminal and in rows for programs.
 */
#ifndef LTH_TALK_UV_H
#define LTH_TALK_UV_H

#include "ui/shell.h"

/* s: of any kind but SHELL_NODE; why: what shell_parse had to say. Sentences are said; an enum
 * exit_status is returned. */
int talk(const struct shell *s, const struct sentence *why);

#endif
