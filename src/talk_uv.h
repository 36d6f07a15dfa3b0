/* talk_uv.h - talking to the node that runs already: by a command, or from a prompt.
 *
 * Its control socket is found, and what was typed is put to it: a command of the shell, with its
 * answer printed for people on a terminal and in rows for programs (ui/errand_uv.h), or all that a
 * prompt is told (ui/attach_uv.h). A command for the store itself goes to store_command.h, and so
 * does one that the store can answer where no node runs.
 */
#ifndef LTH_TALK_UV_H
#define LTH_TALK_UV_H

#include "ui/options.h"
#include "ui/shell.h"
#include "ui/ui_uv.h"

/* `lanthorn COMMAND …`, to its end. s: of any kind but SHELL_NODE; why: what shell_parse had to
 * say. Sentences are said; an enum exit_status is returned. */
int talk(const struct shell *s, const struct sentence *why);

/* A prompt to the node that these options would start, when it runs already in another process.
 * False: it does not. True with *status at the end. */
bool talk_at_prompt(const struct options *o, const struct ui_config *config, int *status);

#endif
