/* tests/unit/discovery/private_network.h - a network of our own: nothing but loopback, down.
 *
 * As root, or anywhere users may make namespaces; elsewhere the test is skipped.
 */
#ifndef LTH_TESTS_PRIVATE_NETWORK_H
#define LTH_TESTS_PRIVATE_NETWORK_H

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static inline bool private_network_enter(void)
{
    return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static inline bool private_network_set_loopback(bool up)
{
    struct ifreq request = {.ifr_flags = up ? IFF_UP | IFF_RUNNING : 0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    strcpy(request.ifr_name, "lo");
    bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

#endif
