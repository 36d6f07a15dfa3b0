/* run/control_socket.h - the file behind which a node is spoken to: made, met, taken away.
 *
 * A path may be as long as paths are, longer than a socket's address: the socket is reached
 * through its open directory. The file is its owner's alone (0600) from the moment it exists. One
 * that a killed node left behind is replaced; one behind which somebody listens never is, nor
 * anything that is not a socket.
 */
#ifndef LTH_RUN_CONTROL_SOCKET_H
#define LTH_RUN_CONTROL_SOCKET_H

#include "base/error.h"

#include <sys/types.h>

struct control_socket {
    char path[4096];
    int fd; /* listens and does not block; whoever serves it closes it */
    dev_t device;
    ino_t inode;
};

/* LTH_IN_USE: another process listens there. LTH_IO: errno says why. */
LTH_MUST_USE enum lth_err control_socket_listen(const char *path, struct control_socket *out);

/* The file goes, unless another one has taken its place. */
void control_socket_remove(const struct control_socket *s);

/* *fd is connected, does not block, and belongs to the caller. LTH_NOT_FOUND: nobody listens
 * there. LTH_LIMIT: too many are waiting to be let in. LTH_FORGED: whoever listens is another
 * user. LTH_IO: errno says why. */
LTH_MUST_USE enum lth_err control_socket_connect(const char *path, int *fd);

#endif
