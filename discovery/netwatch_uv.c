#include "discovery/netwatch_uv.h"

#include "discovery/snapshot.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 4096 }; /* bytes of the table read at once */

struct netwatch {
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

/* --- looking --- */

/* getifaddrs tells no flags of addresses; this table does, the tentative one among them. */
static enum lth_err append_ipv6_table(struct buffer *out)
{
    int fd = open("/proc/net/if_inet6", O_RDONLY | O_CLOEXEC);
    enum lth_err err = LTH_OK;
    ssize_t len = fd < 0 ? 0 : 1;
    while (len > 0 && err == LTH_OK) {
        uint8_t *room = buffer_room(out, PIECE);
        len = room ? read(fd, room, PIECE) : 0;
        out->len += len > 0 ? (size_t)len : 0;
        err = room ? LTH_OK : LTH_NO_MEMORY;
    }
    if (fd >= 0)
        close(fd);
    return err;
}

/* False, too, when the kernel does not answer. When memory is out everything counts as a
 * change. */
static bool has_changed(struct netwatch *w)
{
    struct buffer now = {0};
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return false;
    enum lth_err err = snapshot_write(list, &now);
    freeifaddrs(list);
    if (err == LTH_OK)
        err = append_ipv6_table(&now);
    bool differs = snapshot_replace(&w->last, &now);
    return differs || err != LTH_OK;
}

/* --- telling: on_netlink, then on_look, then on_settled --- */

static void on_look(uv_timer_t *timer);
static void on_settled(uv_timer_t *timer);

/* What the messages say does not matter, for the snapshot is taken anew. So a truncated or
 * overrun (ENOBUFS) message tells as much as a whole one. */
static void on_netlink(uv_poll_t *netlink, int status, int events)
{
    struct netwatch *w = netlink->data;
    uint64_t now = uv_now(netlink->loop), wait_ms = NETWATCH_GATHER_MS;
    char scratch[4096];
    (void)status;
    (void)events;
    while (recv(w->fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0)
        ;
    if (uv_is_active((uv_handle_t *)&w->look))
        return;
    if (w->may_tell_ms > now + wait_ms)
        wait_ms = w->may_tell_ms - now;
    (void)uv_timer_start(&w->look, on_look, wait_ms, 0);
}

static void on_look(uv_timer_t *timer)
{
    struct netwatch *w = timer->data;
    if (!has_changed(w))
        return;
    w->may_tell_ms = uv_now(timer->loop) + NETWATCH_PAUSE_MS;
    (void)uv_timer_start(&w->settled, on_settled, NETWATCH_SETTLED_MS, 0); /* anew, if it runs */
    w->on_change(w->ctx);
}

static void on_settled(uv_timer_t *timer)
{
    struct netwatch *w = timer->data;
    w->on_change(w->ctx);
}

/* --- opening --- */

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

static enum lth_err begin(struct netwatch *w, uv_loop_t *loop)
{
    w->fd = netlink_socket();
    if (w->fd < 0)
        return LTH_UNAVAILABLE;
    if (uv_poll_init(loop, &w->netlink, w->fd) != 0) {
        close(w->fd);
        return LTH_UNAVAILABLE;
    }
    uv_timer_init(loop, &w->look); /* these cannot fail */
    uv_timer_init(loop, &w->settled);
    w->netlink.data = w->look.data = w->settled.data = w;
    w->open_handles = 3;
    uv_poll_start(&w->netlink, UV_READABLE, on_netlink);
    (void)has_changed(w); /* what comes from now on is told */
    return LTH_OK;
}

enum lth_err netwatch_open(uv_loop_t *loop, void (*on_change)(void *ctx), void *ctx,
                           struct netwatch **out)
{
    struct netwatch *w = calloc(1, sizeof *w);
    if (!w)
        return LTH_NO_MEMORY;
    w->on_change = on_change;
    w->ctx = ctx;
    enum lth_err err = begin(w, loop);
    if (err != LTH_OK) {
        free(w);
        return err;
    }
    *out = w;
    return LTH_OK;
}

/* --- closing --- */

static void on_handle_closed(uv_handle_t *handle)
{
    struct netwatch *w = handle->data;
    if (--w->open_handles > 0)
        return;
    void (*on_closed)(void *) = w->on_closed;
    void *ctx = w->closed_ctx;
    close(w->fd);
    buffer_clear(&w->last);
    free(w);
    on_closed(ctx);
}

void netwatch_close(struct netwatch *w, void (*on_closed)(void *ctx), void *ctx)
{
    w->on_closed = on_closed;
    w->closed_ctx = ctx;
    uv_close((uv_handle_t *)&w->netlink, on_handle_closed);
    uv_close((uv_handle_t *)&w->look, on_handle_closed);
    uv_close((uv_handle_t *)&w->settled, on_handle_closed);
}
