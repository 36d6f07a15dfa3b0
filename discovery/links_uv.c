#include "discovery/links_uv.h"

#include "discovery/snapshot.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct links {
    uv_poll_t netlink;
    uv_timer_t look, settled;
    int fd;
    struct buffer last;   /* snapshot */
    uint64_t may_tell_ms; /* loop time */
    void (*on_change)(void *ctx);
    void *ctx;
    int open_handles;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void on_settled(uv_timer_t *timer)
{
    struct links *l = timer->data;
    l->on_change(l->ctx);
}

static void on_look(uv_timer_t *timer)
{
    struct links *l = timer->data;
    if (!snapshot_renew(&l->last))
        return;
    l->may_tell_ms = uv_now(timer->loop) + LINKS_PAUSE_MS;
    (void)uv_timer_start(&l->settled, on_settled, LINKS_SETTLED_MS, 0); /* anew, if it runs */
    l->on_change(l->ctx);
}

/* What the messages say does not matter, for the snapshot is taken anew. So a truncated or
 * overrun (ENOBUFS) message tells as much as a whole one. */
static void on_netlink(uv_poll_t *netlink, int status, int events)
{
    struct links *l = netlink->data;
    uint64_t now = uv_now(netlink->loop), wait_ms = LINKS_GATHER_MS;
    char scratch[4096];
    (void)status;
    (void)events;
    while (recv(l->fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0)
        ;
    if (uv_is_active((uv_handle_t *)&l->look))
        return;
    if (l->may_tell_ms > now + wait_ms)
        wait_ms = l->may_tell_ms - now;
    (void)uv_timer_start(&l->look, on_look, wait_ms, 0);
}

static int netlink_socket(void)
{
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
    };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static enum lth_err begin(struct links *l, uv_loop_t *loop)
{
    l->fd = netlink_socket();
    if (l->fd < 0)
        return LTH_UNAVAILABLE;
    if (uv_poll_init(loop, &l->netlink, l->fd) != 0) {
        close(l->fd);
        return LTH_UNAVAILABLE;
    }
    uv_timer_init(loop, &l->look); /* these cannot fail */
    uv_timer_init(loop, &l->settled);
    l->netlink.data = l->look.data = l->settled.data = l;
    l->open_handles = 3;
    uv_poll_start(&l->netlink, UV_READABLE, on_netlink);
    (void)snapshot_renew(&l->last); /* what comes from now on is told */
    return LTH_OK;
}

enum lth_err links_open(uv_loop_t *loop, void (*on_change)(void *ctx), void *ctx,
                        struct links **out)
{
    struct links *l = calloc(1, sizeof *l);
    if (!l)
        return LTH_NO_MEMORY;
    l->on_change = on_change;
    l->ctx = ctx;
    enum lth_err err = begin(l, loop);
    if (err != LTH_OK) {
        free(l);
        return err;
    }
    *out = l;
    return LTH_OK;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct links *l = handle->data;
    if (--l->open_handles > 0)
        return;
    void (*on_closed)(void *) = l->on_closed;
    void *ctx = l->closed_ctx;
    close(l->fd);
    buffer_clear(&l->last);
    free(l);
    on_closed(ctx);
}

void links_close(struct links *l, void (*on_closed)(void *ctx), void *ctx)
{
    l->on_closed = on_closed;
    l->closed_ctx = ctx;
    uv_close((uv_handle_t *)&l->netlink, on_handle_closed);
    uv_close((uv_handle_t *)&l->look, on_handle_closed);
    uv_close((uv_handle_t *)&l->settled, on_handle_closed);
}
