/* run/data_dir.h - where a node keeps its data: --data, or the XDG directory. */
#ifndef LTH_RUN_DATA_DIR_H
#define LTH_RUN_DATA_DIR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The directory's path into path: given if not NULL, else $XDG_DATA_HOME/lanthorn (only if
 * absolute, as the XDG specification says), else ~/.local/share/lanthorn. LTH_NOT_FOUND: no home
 * directory; LTH_TOO_LONG. */
LTH_MUST_USE enum lth_err data_dir_name(const char *given, char *path, size_t size);

/* The same, and the directories above it are made, mode 0700. LTH_IO: errno says why not. */
LTH_MUST_USE enum lth_err data_dir_find(const char *given, char *path, size_t size);

/* Whether what is kept there is this user's alone to change, or root's: of the directory, which a
 * link may name, and of log in it. LTH_OK also when there is none yet, or nobody can say;
 * LTH_FORGED: another user's; LTH_UNAVAILABLE: others may write in it; LTH_MALFORMED: it is no
 * directory. An empty one of this user's in which only the group may write is closed to it. */
LTH_MUST_USE enum lth_err data_dir_check(const char *path);

/* path leads to the directory that is used when none is given, by whatever name. */
bool data_dir_is_usual(const char *path);

/* The user's home: $HOME, else what the user database says; NULL when neither knows. Borrowed
 * until the next look into either. */
const char *data_dir_home(void);

#endif
