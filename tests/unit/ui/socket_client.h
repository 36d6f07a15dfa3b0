/* tests/unit/ui/socket_client.h - the other end of a socket that the loop of the test serves.
 */
#ifndef LTH_TESTS_SOCKET_CLIENT_H
#define LTH_TESTS_SOCKET_CLIENT_H

#include "check.h"

#include <stdbool.h>
#include <uv.h>

struct socket_client {
    uv_loop_t *loop; /* borrowed */
    int fd;          /* -1 = closed */
    bool has_ended;  /* the other side has closed it */
    char *got;       /* owned; all that came, with a zero */
    size_t got_len;
};

struct socket_client socket_client_over(uv_loop_t *loop, int fd);
void socket_client_close(struct socket_client *c); /* may be called again */

void socket_client_say(struct socket_client *c, const char *text);
void socket_client_half_close(struct socket_client *c);

/* Turns the loop, and reads, until this stands in what came, or the end has; fails after 5 s. */
void socket_client_until_got(struct socket_client *c, const char *text);
void socket_client_until_end(struct socket_client *c);

/* Turns the loop so often; what has come is read when told so. */
void socket_client_turn(struct socket_client *c, int times, bool reads);

/* How often part stands in what came. */
size_t socket_client_count(const struct socket_client *c, const char *part);

#endif
