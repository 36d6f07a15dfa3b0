/* run/data_dir.h - where a node keeps its data: --data, or the XDG directory. */
#ifndef LTH_RUN_DATA_DIR_H
#define LTH_RUN_DATA_DIR_H

#include "base/error.h"

#include <stddef.h>

/* The directory's path into path: given if not NULL, else $XDG_DATA_HOME/lanthorn (only if
 * absolute, as the XDG specification says), else ~/.local/share/lanthorn. LTH_NOT_FOUND: no home
 * directory; LTH_TOO_LONG. */
LTH_MUST_USE enum lth_err data_dir_name(const char *given, char *path, size_t size);

/* The same, and the directories above it are made, mode 0700. LTH_IO: errno says why not. */
LTH_MUST_USE enum lth_err data_dir_find(const char *given, char *path, size_t size);

/* The user's home: $HOME, else what the user database says; NULL when neither knows. Borrowed
 * until the next look into either. */
const char *data_dir_home(void);

#endif
