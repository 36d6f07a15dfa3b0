#include "discovery/snapshot.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

enum {
    LOWER_UP = 1 << 16, /* IFF_LOWER_UP, carrier; <net/if.h> does not have it */
    FLAGS = IFF_UP | IFF_RUNNING | IFF_MULTICAST | LOWER_UP
};

static enum lth_err write_address(const struct sockaddr *a, struct buffer *out)
{
    if (!a)
        return LTH_OK;
    enum lth_err err = buffer_append(out, &a->sa_family, sizeof a->sa_family);
    if (err != LTH_OK)
        return err;
    switch (a->sa_family) {
    case AF_INET:
        return buffer_append(out, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
    case AF_INET6:
        return buffer_append(out, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
    case AF_PACKET: /* an interface that came back has another index */
        return buffer_append(out, &((const struct sockaddr_ll *)(const void *)a)->sll_ifindex,
                             sizeof(int));
    default: return LTH_OK;
    }
}

static enum lth_err write_one(const struct ifaddrs *one, struct buffer *out)
{
    unsigned flags = one->ifa_flags & FLAGS;
    enum lth_err err = buffer_append(out, one->ifa_name, strlen(one->ifa_name) + 1);
    if (err == LTH_OK)
        err = buffer_append(out, &flags, sizeof flags);
    if (err == LTH_OK)
        err = write_address(one->ifa_addr, out);
    return err == LTH_OK ? write_address(one->ifa_netmask, out) : err;
}

enum lth_err snapshot_write(const struct ifaddrs *list, struct buffer *out)
{
    enum lth_err err = LTH_OK;
    for (const struct ifaddrs *at = list; at && err == LTH_OK; at = at->ifa_next)
        err = write_one(at, out);
    return err;
}

bool snapshot_replace(struct buffer *last, struct buffer *now)
{
    bool same =
        now->len == last->len && (now->len == 0 || memcmp(now->bytes, last->bytes, now->len) == 0);
    buffer_clear(last);
    *last = *now;
    *now = (struct buffer){0};
    return !same;
}
