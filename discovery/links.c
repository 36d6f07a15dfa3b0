#include "discovery/links.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct links {
    const AvahiPoll *poll;
    AvahiWatch *watch;
    int fd;
    void (*on_change)(void *ctx);
    void *ctx;
};

/* What the messages say does not matter: the owner looks at the interfaces anew. So a
 * truncated or overrun (ENOBUFS) message tells as much as a whole one. */
static void on_readable(AvahiWatch *watch, int fd, AvahiWatchEvent event, void *userdata)
{
    struct links *l = userdata;
    char scratch[4096];
    (void)watch;
    (void)event;
    while (recv(fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0)
        ;
    l->on_change(l->ctx);
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

struct links *links_open(const AvahiPoll *poll, void (*on_change)(void *ctx), void *ctx)
{
    struct links *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->poll = poll;
    l->on_change = on_change;
    l->ctx = ctx;
    l->fd = netlink_socket();
    if (l->fd >= 0)
        l->watch = poll->watch_new(poll, l->fd, AVAHI_WATCH_IN, on_readable, l);
    if (!l->watch) {
        links_close(l);
        return NULL;
    }
    return l;
}

void links_close(struct links *l)
{
    if (!l)
        return;
    if (l->watch)
        l->poll->watch_free(l->watch);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}
