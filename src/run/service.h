/* run/service.h - what the service manager that started us is told: sd_notify(3) by hand.
 *
 * One datagram a time on $NOTIFY_SOCKET. Without that variable, as whenever a person starts
 * us, everything here is silent. A manager that does not listen is waited for a second and
 * changes nothing for us.
 */
#ifndef LTH_RUN_SERVICE_H
#define LTH_RUN_SERVICE_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct service {
    struct sockaddr_un to;
    socklen_t to_len;     /* 0 = nobody wants to be told */
    uint64_t watchdog_us; /* so long the manager waits for a sign of life; 0 = it does not */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment:
 * nothing that we start speaks for us. */
void service_find(struct service *out);

/* state: lines of sd_notify(3), as "READY=1\nSTATUS=At work.". */
void service_tell(const struct service *s, const char *state);

#endif
