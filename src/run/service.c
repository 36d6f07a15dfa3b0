#include "run/service.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* A path, or with '@' in front a name in Linux's abstract space, which has no zero at its end. */
static socklen_t read_address(const char *value, struct sockaddr_un *to)
{
    size_t len = value ? strlen(value) : 0;
    if (len < 2 || len >= sizeof to->sun_path || (value[0] != '/' && value[0] != '@'))
        return 0;
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(to->sun_path, value, len);
    if (value[0] == '@')
        to->sun_path[0] = '\0';
    else
        len++;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* 0 for anything but decimal digits and what does not fit. */
static uint64_t read_number(const char *value)
{
    char *end;
    if (!value || *value < '0' || *value > '9')
        return 0;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    return *end || errno ? 0 : number;
}

/* Without WATCHDOG_PID the variable is for whoever reads it. */
static uint64_t read_watchdog(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    bool is_for_us = !pid || read_number(pid) == (uint64_t)getpid();
    return is_for_us ? read_number(getenv("WATCHDOG_USEC")) : 0;
}

void service_find(struct service *out)
{
    *out = (struct service){0};
    out->to_len = read_address(getenv("NOTIFY_SOCKET"), &out->to);
    if (out->to_len)
        out->watchdog_us = read_watchdog();
    (void)unsetenv("NOTIFY_SOCKET"); /* fails for malformed names only */
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

void service_tell(const struct service *s, const char *state)
{
    static const struct timeval patience = {.tv_sec = 1};
    int fd = s->to_len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&s->to,
                 s->to_len); /* a manager that is gone has nothing to be told */
    close(fd);
}
