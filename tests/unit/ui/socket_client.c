#include "socket_client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 5 };

struct socket_client socket_client_over(uv_loop_t *loop, int fd)
{
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return (struct socket_client){.loop = loop, .fd = fd, .got = calloc(1, 1)};
}

void socket_client_close(struct socket_client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    free(c->got);
    c->got = NULL;
}

static void read_all(struct socket_client *c)
{
    char chunk[64 * 1024];
    ssize_t len;
    while (!c->has_ended && (len = recv(c->fd, chunk, sizeof chunk, 0)) > 0) {
        c->got = realloc(c->got, c->got_len + (size_t)len + 1);
        memcpy(c->got + c->got_len, chunk, (size_t)len);
        c->got_len += (size_t)len;
        c->got[c->got_len] = '\0';
    }
    c->has_ended = c->has_ended || len == 0 || errno != EAGAIN;
}

void socket_client_turn(struct socket_client *c, int times, bool reads)
{
    for (int i = 0; i < times; i++) {
        uv_run(c->loop, UV_RUN_NOWAIT);
        if (reads)
            read_all(c);
        usleep(200);
    }
}

void socket_client_say(struct socket_client *c, const char *text)
{
    for (size_t len = strlen(text); len > 0;) {
        ssize_t taken = send(c->fd, text, len, MSG_NOSIGNAL);
        text += taken > 0 ? taken : 0;
        len -= taken > 0 ? (size_t)taken : 0;
        uv_run(c->loop, UV_RUN_NOWAIT);
    }
}

void socket_client_half_close(struct socket_client *c)
{
    assert_int_equal(shutdown(c->fd, SHUT_WR), 0);
}

static bool has(const struct socket_client *c, const char *text)
{
    return text ? strstr(c->got, text) != NULL : c->has_ended;
}

static void until(struct socket_client *c, const char *text)
{
    uint64_t deadline = uv_hrtime() + PATIENCE_S * UINT64_C(1000000000);
    while (!has(c, text)) {
        if (uv_hrtime() > deadline)
            fail_msg("waited in vain for %s; got so far: %.2000s", text ? text : "the end", c->got);
        socket_client_turn(c, 1, true);
    }
}

void socket_client_until_got(struct socket_client *c, const char *text)
{
    until(c, text);
}

void socket_client_until_end(struct socket_client *c)
{
    until(c, NULL);
}

size_t socket_client_count(const struct socket_client *c, const char *part)
{
    size_t n = 0;
    for (const char *at = c->got; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}
