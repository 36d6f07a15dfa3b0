/* socket_uv.h - this node's control socket, or why there is none.
 *
 * A node without one works all the same; only commands do not reach it.
 */
#ifndef LTH_SOCKET_UV_H
#define LTH_SOCKET_UV_H

#include "run/control_socket.h"
#include "ui/control_uv.h"
#include "ui/sentence.h"

struct socket {
    struct control_socket file;
    struct control *control; /* NULL: none could be made, and why: */
    struct sentence trouble;
};

/* What decides its place (run/control_path.h). */
struct socket_place {
    const char *data; /* as --data gave it, or NULL */
    const char *data_dir;
    const uint8_t *id; /* the node's */
};

void socket_open(struct socket *s, uv_loop_t *loop, const struct socket_place *place,
                 const struct control_host *host);

void socket_event(struct socket *s, const struct event *event); /* every event of the node */
void socket_resume(struct socket *s);                           /* the node is not busy any more */

/* The file goes at once; the clients are given time to read (ui/control_uv.h). */
void socket_close(struct socket *s, void (*on_closed)(void *ctx), void *ctx);

#endif
