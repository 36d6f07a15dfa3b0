/* Serving a listening socket; ui/control_uv.c has the clients. What fails on the way leaves no
 * file behind, and a sentence in trouble. */
#include "socket_uv.h"

#include "run/control_path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A path may be long and the end of a sentence be cut, so it stands there. */
static void explain(struct sentence *why, enum lth_err err, const char *path)
{
    if (err == LTH_IN_USE)
        sentence_set(why,
                     "Another node with this identity takes the commands meant for this one: stop "
                     "one of them. It listens at %s.",
                     path);
    else if (err == LTH_UNAVAILABLE)
        sentence_set(why,
                     "Commands cannot reach this node, because the directory for its socket is "
                     "somebody else's or open to others: remove it and start again. It is %s.",
                     path);
    else
        sentence_set(why,
                     "Commands cannot reach this node, because its socket could not be made (%s); "
                     "all else works. Its place is %s.",
                     err == LTH_IO ? strerror(errno) : lth_strerror(err), path);
}

static enum lth_err serve(struct socket *s, uv_loop_t *loop, const struct control_host *host)
{
    enum lth_err err = control_open(loop, s->file.fd, host, &s->control);
    if (err == LTH_OK)
        return LTH_OK;
    control_socket_remove(&s->file);
    close(s->file.fd);
    return err;
}

void socket_open(struct socket *s, uv_loop_t *loop, const struct socket_place *place,
                 const struct control_host *host)
{
    char path[sizeof s->file.path] = "";
    enum lth_err err = control_path_for(place->data, place->data_dir, place->id, path, sizeof path);
    if (err == LTH_OK)
        err = control_socket_listen(path, &s->file);
    if (err == LTH_OK)
        err = serve(s, loop, host);
    if (err != LTH_OK)
        explain(&s->trouble, err, path);
}

void socket_event(struct socket *s, const struct event *event)
{
    if (s->control)
        control_event(s->control, event);
}

void socket_resume(struct socket *s)
{
    if (s->control)
        control_resume(s->control);
}

void socket_close(struct socket *s, void (*on_closed)(void *ctx), void *ctx)
{
    if (!s->control)
        return;
    control_socket_remove(&s->file);
    control_close(s->control, on_closed, ctx);
    s->control = NULL;
}
