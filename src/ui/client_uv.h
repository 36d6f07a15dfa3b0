/* ui/client_uv.h - the other end of a node's control socket: commands out, events in.
 *
 * What ui_host is to a node of one's own, for one that another process runs. Each command leaves
 * under its ticket, and the event that answers it carries the ticket again. Events are read at
 * the pace of whoever takes them: while paused the node drops what is no answer, and the hole in
 * `seq` tells.
 */
#ifndef LTH_UI_CLIENT_UV_H
#define LTH_UI_CLIENT_UV_H

#include "ui/json_event_read.h"

#include <uv.h>

/* All run from the loop, never from inside one of the functions below. */
struct client_user {
    /* A line without its line feed; read is empty unless err, of json_event_read, is LTH_OK. */
    void (*on_line)(void *ctx, enum lth_err err, const struct read_event *read, const char *line,
                    size_t len);
    void (*on_lost)(void *ctx); /* the node is gone: once, and nothing after it */
    /* For ten seconds the node, which may be stopped, has not said whose it is: once. */
    void (*on_silent)(void *ctx);
    void *ctx;
};

struct client;

/* fd: a connected socket, taken over; on an error it is closed. */
LTH_MUST_USE enum lth_err client_open(uv_loop_t *loop, int fd, const struct client_user *user,
                                      struct client **out);

/* LTH_MALFORMED, LTH_NO_MEMORY: as json_command_write; LTH_TOO_LONG: a node reads no such line. */
LTH_MUST_USE enum lth_err client_submit(struct client *c, const struct command *command);

void client_pause(struct client *c); /* either may be called in either state; starts reading */
void client_resume(struct client *c);

/* What was submitted still leaves. No callback but on_closed runs after this. Once. */
void client_close(struct client *c, void (*on_closed)(void *ctx), void *ctx);

#endif
