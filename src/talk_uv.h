/* talk_uv.h - `lanthorn COMMAND …`: from the words of a shell to an exit status.
 *
 * Most commands are for a running node: its control socket is found and the command put to it
 * (ui/errand_uv.h). What is printed is for people on a terminal and in rows for programs.
 */
#ifndef LTH_TALK_UV_H
#define LTH_TALK_UV_H

#include "ui/options.h"
#include "ui/shell.h"
#include "ui/ui_uv.h"

/* s: of any kind but SHELL_NODE; why: what shell_parse had to say. Sentences are said; an enum
 * exit_status is returned. */
int talk(const struct shell *s, const struct sentence *why);

/* A prompt to the node that these options would start, when it runs already in another process.
 * False: it does not. True with *status at the end. */
bool talk_at_prompt(const struct options *o, const struct ui_config *config, int *status);

#endif
