/* ui/control_uv.h - other programs of this user talk to a running node through a socket.
 *
 * Whoever connects holds a conversation in JSON lines as a guest (ui/json_talk_uv.h): `ready`
 * first, then every event, and the answers to its own commands only (but see ui/news.h). There are
 * CONTROL_CLIENTS_MAX at a time; one more is told so and closed. Only this user and root are let
 * in, whatever the file's permissions say. What a client does or leaves undone costs neither the
 * node nor the others anything: they take turns, and none of them is waited for.
 */
#ifndef LTH_UI_CONTROL_UV_H
#define LTH_UI_CONTROL_UV_H

#include "ui/ui_uv.h"

enum { CONTROL_CLIENTS_MAX = 32 };

/* What the server asks of the program. */
struct control_host {
    void (*submit)(void *ctx, const struct command *c); /* as in ui_host */
    bool (*busy)(void *ctx);
    void (*ready)(void *ctx, struct event *ready); /* EVENT_READY as of now */
    void *ctx;
};

struct control;

/* Serves a listening socket, which does not block; it belongs to the server then. */
LTH_MUST_USE enum lth_err control_open(uv_loop_t *loop, int listening_fd,
                                       const struct control_host *host, struct control **out);

/* It answers a client's command, so it is not for the node's own user; `bye` is for all. */
bool control_is_answer(const struct event *e);

/* Every event of the node. Of answers to others' commands each gets what is news (ui/news.h). */
void control_event(struct control *c, const struct event *e);

void control_resume(struct control *c); /* host.busy() turned false */

/* Lets nobody in any more, gives the clients a few seconds to read what is left, closes all,
 * calls on_closed from the loop and frees c. */
void control_close(struct control *c, void (*on_closed)(void *ctx), void *ctx);

#endif
