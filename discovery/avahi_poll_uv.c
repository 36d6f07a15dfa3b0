/* A descriptor's way:
 * 1. watch_new: the descriptor's port is found, or made with its uv_poll.
 * 2. on_port_ready: each watch that wants the event is called.
 * 3. watch_free: the watch is dead; it goes at once or, inside step 2, after it.
 * 4. The last watch gone: the port leaves the list and its handle closes, so the same
 *    number may come back as another descriptor at once.
 * 5. on_port_closed: the port is freed, and with the last handle the whole.
 * An error of the descriptor stops a uv_poll: its watches are called to fetch the error,
 * and what they still want is armed again.
 */
#include "discovery/avahi_poll_uv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>

struct avahi_poll_uv {
    AvahiPoll api;
    uv_loop_t *loop;
    struct port *ports;
    unsigned handles; /* initialised, their close callback not yet run */
    bool closing;
    void (*on_closed)(void *ctx);
    void *ctx;
};

struct port { /* all watches of one descriptor */
    uv_poll_t poll;
    struct avahi_poll_uv *owner;
    struct port *next;
    AvahiWatch *watches;
    int fd;
    bool calling; /* on_port_ready walks the watches: none may leave the list */
};

struct AvahiWatch {
    struct port *port;
    AvahiWatch *next;
    AvahiWatchEvent wanted, happened;
    AvahiWatchCallback callback;
    void *userdata;
    bool dead;
};

struct AvahiTimeout {
    uv_timer_t timer;
    struct avahi_poll_uv *owner;
    AvahiTimeoutCallback callback;
    void *userdata;
};

static void handle_closed(struct avahi_poll_uv *p)
{
    p->handles--;
    if (!p->closing || p->handles > 0)
        return;
    void (*on_closed)(void *ctx) = p->on_closed;
    void *ctx = p->ctx;
    free(p);
    on_closed(ctx);
}

/* --- watches --- */

static void on_port_closed(uv_handle_t *handle)
{
    struct port *port = handle->data;
    struct avahi_poll_uv *p = port->owner;
    free(port);
    handle_closed(p);
}

static void close_port(struct port *port)
{
    struct port **link = &port->owner->ports;
    while (*link != port)
        link = &(*link)->next;
    *link = port->next;
    uv_close((uv_handle_t *)&port->poll, on_port_closed);
}

static void free_dead(struct port *port)
{
    AvahiWatch **link = &port->watches;
    while (*link) {
        AvahiWatch *w = *link;
        if (w->dead) {
            *link = w->next;
            free(w);
        } else {
            link = &w->next;
        }
    }
}

static int wanted_events(const struct port *port)
{
    int events = 0;
    for (const AvahiWatch *w = port->watches; w; w = w->next) {
        if (!w->dead && (w->wanted & AVAHI_WATCH_IN))
            events |= UV_READABLE;
        if (!w->dead && (w->wanted & AVAHI_WATCH_OUT))
            events |= UV_WRITABLE;
    }
    return events;
}

static void on_port_ready(uv_poll_t *poll, int status, int events);

/* Brings the handle in line with what its watches want; may close the port. */
static void settle(struct port *port)
{
    if (port->calling)
        return;
    free_dead(port);
    if (!port->watches) {
        close_port(port);
        return;
    }
    int events = wanted_events(port);
    if (events)
        (void)uv_poll_start(&port->poll, events, on_port_ready); /* fails only when closing */
    else
        (void)uv_poll_stop(&port->poll);
}

static AvahiWatchEvent happened_to(const AvahiWatch *w, int status, int events)
{
    unsigned happened = 0;
    if (status < 0)
        happened = AVAHI_WATCH_IN | AVAHI_WATCH_OUT;
    if (events & UV_READABLE)
        happened |= AVAHI_WATCH_IN;
    if (events & UV_WRITABLE)
        happened |= AVAHI_WATCH_OUT;
    happened &= (unsigned)w->wanted;
    if (status < 0)
        happened |= AVAHI_WATCH_ERR;
    return (AvahiWatchEvent)happened;
}

static void on_port_ready(uv_poll_t *poll, int status, int events)
{
    struct port *port = poll->data;
    port->calling = true;
    for (AvahiWatch *w = port->watches; w; w = w->next) {
        w->happened = w->dead ? (AvahiWatchEvent)0 : happened_to(w, status, events);
        if (w->happened)
            w->callback(w, port->fd, w->happened, w->userdata);
        w->happened = (AvahiWatchEvent)0;
    }
    port->calling = false;
    settle(port);
}

static struct port *find_port(const struct avahi_poll_uv *p, int fd)
{
    struct port *port = p->ports;
    while (port && port->fd != fd)
        port = port->next;
    return port;
}

/* NULL when memory is out or the descriptor cannot be polled. */
static struct port *open_port(struct avahi_poll_uv *p, int fd)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port || uv_poll_init(p->loop, &port->poll, fd) < 0) {
        free(port);
        return NULL;
    }
    port->poll.data = port;
    port->owner = p;
    port->fd = fd;
    port->next = p->ports;
    p->ports = port;
    p->handles++;
    return port;
}

static AvahiWatch *watch_new(const AvahiPoll *api, int fd, AvahiWatchEvent event,
                             AvahiWatchCallback callback, void *userdata)
{
    AvahiWatch *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->port = find_port(api->userdata, fd);
    if (!w->port)
        w->port = open_port(api->userdata, fd);
    if (!w->port) {
        free(w);
        return NULL;
    }
    w->wanted = event;
    w->callback = callback;
    w->userdata = userdata;
    w->next = w->port->watches;
    w->port->watches = w;
    settle(w->port);
    return w;
}

static void watch_update(AvahiWatch *w, AvahiWatchEvent event)
{
    w->wanted = event;
    settle(w->port);
}

static AvahiWatchEvent watch_get_events(AvahiWatch *w)
{
    return w->happened;
}

static void watch_free(AvahiWatch *w)
{
    w->dead = true;
    settle(w->port);
}

/* --- timeouts --- */

static void on_timeout(uv_timer_t *timer)
{
    AvahiTimeout *t = timer->data;
    t->callback(t, t->userdata); /* may free t */
}

/* Rounded up: a timeout that fires before its moment would only be set again. */
static uint64_t ms_until(const struct timeval *moment)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    int64_t us = ((int64_t)moment->tv_sec - now.tv_sec) * 1000000 + moment->tv_usec - now.tv_usec;
    return us > 0 ? ((uint64_t)us + 999) / 1000 : 0;
}

static void timeout_update(AvahiTimeout *t, const struct timeval *tv)
{
    if (!tv) {
        (void)uv_timer_stop(&t->timer);
        return;
    }
    uv_update_time(t->owner->loop); /* the span starts now, not when the loop last woke */
    (void)uv_timer_start(&t->timer, on_timeout, ms_until(tv), 0); /* fails only when closing */
}

static AvahiTimeout *timeout_new(const AvahiPoll *api, const struct timeval *tv,
                                 AvahiTimeoutCallback callback, void *userdata)
{
    AvahiTimeout *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->owner = api->userdata;
    t->callback = callback;
    t->userdata = userdata;
    (void)uv_timer_init(t->owner->loop, &t->timer); /* cannot fail */
    t->timer.data = t;
    t->owner->handles++;
    timeout_update(t, tv);
    return t;
}

static void on_timer_closed(uv_handle_t *handle)
{
    AvahiTimeout *t = handle->data;
    struct avahi_poll_uv *p = t->owner;
    free(t);
    handle_closed(p);
}

static void timeout_free(AvahiTimeout *t)
{
    uv_close((uv_handle_t *)&t->timer, on_timer_closed);
}

/* --- the whole --- */

struct avahi_poll_uv *avahi_poll_uv_new(uv_loop_t *loop)
{
    struct avahi_poll_uv *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->loop = loop;
    p->api = (AvahiPoll){.userdata = p,
                         .watch_new = watch_new,
                         .watch_update = watch_update,
                         .watch_get_events = watch_get_events,
                         .watch_free = watch_free,
                         .timeout_new = timeout_new,
                         .timeout_update = timeout_update,
                         .timeout_free = timeout_free};
    return p;
}

const AvahiPoll *avahi_poll_uv_get(struct avahi_poll_uv *p)
{
    return &p->api;
}

void avahi_poll_uv_close(struct avahi_poll_uv *p, void (*on_closed)(void *ctx), void *ctx)
{
    p->closing = true;
    p->on_closed = on_closed;
    p->ctx = ctx;
    p->handles++; /* counted like a handle, so that one place decides */
    handle_closed(p);
}
