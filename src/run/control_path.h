/* run/control_path.h - where a node's control socket is, for the node and for who looks for it.
 *
 * `control.sock` in the data directory that was given; without one, the first 16 characters of the
 * id and `.sock` in $XDG_RUNTIME_DIR/lanthorn. Where there is no such runtime directory of this
 * user's, it is the data directory again.
 */
#ifndef LTH_RUN_CONTROL_PATH_H
#define LTH_RUN_CONTROL_PATH_H

#include "base/base32.h"
#include "base/error.h"

#include <stddef.h>

/* For a node. given: of --data, or NULL; data_dir: where the data is. The directory of the socket
 * is there then, 0700. LTH_TOO_LONG. LTH_UNAVAILABLE: it is somebody else's, or open to others;
 * LTH_IO: errno says why. On both, path names the directory. */
LTH_MUST_USE enum lth_err control_path_for(const char *given, const char *data_dir,
                                           const uint8_t id[ID_LEN], char *path, size_t size);

/* For who looks for a node: where it would be, when it runs. Nothing is made. The usual data
 * directory may be given, too, of a node to which none was. LTH_AMBIGUOUS: several run, and
 * nothing says which. LTH_NOT_FOUND: no home directory. LTH_TOO_LONG. */
LTH_MUST_USE enum lth_err control_path_find(const char *given, char *path, size_t size);

/* For who looks for the node of one data directory: where it may be, from nth 0 until there is an
 * error. At 0 only that node listens, if anybody does; whoever answers at the others, to which no
 * directory was given, must be asked for theirs. */
LTH_MUST_USE enum lth_err control_path_nth(const char *given, size_t nth, char *path, size_t size);

#endif
