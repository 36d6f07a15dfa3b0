/* The happy path:
 *   1. on_readable accepts one client; it is refused, or becomes a talk and gets `ready`;
 *   2. the talk submits commands under tickets that only clients have;
 *   3. control_event gives an answer to the client that asked, and other events to each;
 *   4. on_client_done: its input has ended and all is answered, or it cannot be written to, so
 *      its talk is closed; on_talk_closed takes it out of the list, so that the list never
 *      changes under whoever walks it;
 *   5. control_close closes the socket, its timer and every talk; the last one frees.
 * When no client can be accepted for want of descriptors or memory, they wait in the kernel, and
 * are looked at again a moment later. */
#include "ui/control_uv.h"

#include "ui/json_event.h"
#include "ui/json_talk_uv.h"
#include "ui/news.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

/* Tickets of clients are those with this bit and none above it. */
enum { TICKETS_SHIFT = 61 };

enum { ACCEPT_AGAIN_MS = 1000 };

struct client {
    struct control *control;
    struct json_talk *talk;
    bool is_closing;
    struct client *prev, *next;
};

struct control {
    struct control_host host;
    int listening_fd;
    uv_poll_t listening;
    uv_timer_t again;
    struct client *clients; /* owned */
    size_t client_count;    /* of those that are not closing */
    uint64_t last_ticket;
    bool is_resuming;
    int open_parts; /* listening, again, and each client */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void release(struct control *c)
{
    if (--c->open_parts > 0)
        return;
    c->on_closed(c->closed_ctx);
    free(c);
}

/* ---- a client ---- */

static void on_submit(void *ctx, const struct command *command)
{
    const struct client *client = ctx;
    const struct control_host *host = &client->control->host;
    host->submit(host->ctx, command);
}

static bool on_busy(void *ctx)
{
    const struct client *client = ctx;
    const struct control_host *host = &client->control->host;
    return host->busy(host->ctx);
}

static void on_talk_closed(void *ctx)
{
    struct client *client = ctx;
    struct control *c = client->control;
    DL_DELETE(c->clients, client);
    free(client);
    release(c);
}

static void close_client(struct client *client)
{
    if (client->is_closing)
        return;
    client->is_closing = true;
    client->control->client_count--;
    json_talk_close(client->talk, on_talk_closed, client);
}

static void on_client_done(void *ctx)
{
    close_client(ctx);
}

static void on_shown(void *ctx, uint64_t record)
{
    (void)ctx; /* shown is what the node's own user has seen */
    (void)record;
}

static void on_drained(void *ctx)
{
    (void)ctx; /* nobody has been waiting for it */
}

static void on_client_failed(void *ctx, const char *why)
{
    (void)ctx; /* it went away, which is nothing to tell anybody */
    (void)why;
}

static void greet(struct client *client)
{
    const struct control_host *host = &client->control->host;
    struct event ready;
    host->ready(host->ctx, &ready);
    json_talk_event(client->talk, &ready);
}

static enum lth_err open_talk(struct client *client, int fd)
{
    struct control *c = client->control;
    const struct json_talk_config config = {
        .in_fd = fd,
        .out_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0), /* fails: the talk does not open */
        .is_guest = true,
        .last_ticket = &c->last_ticket,
        .host = {on_submit, on_shown, on_client_done, on_busy, on_drained, client},
        .failed = on_client_failed,
    };
    return json_talk_open(c->listening.loop, &config, &client->talk);
}

/* fd becomes the client's. Without memory or descriptors for it, it is closed. */
static void take_in(struct control *c, int fd)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->control = c;
    if (open_talk(client, fd) != LTH_OK) {
        free(client);
        return;
    }
    DL_APPEND(c->clients, client);
    c->client_count++;
    c->open_parts++;
    greet(client);
}

/* ---- the door ---- */

/* Root may ask anything of this node, as of any process. The other way round, in
 * run/control_socket.c, nobody but the same user is believed. */
static bool is_let_in(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

/* Those that closed their end while a command of theirs is under way. */
static void close_the_gone(struct control *c)
{
    for (struct client *client = c->clients; client; client = client->next)
        if (json_talk_is_alone(client->talk))
            close_client(client);
}

/* The only line that it gets. */
static void tell_full(int fd)
{
    struct buffer line = {0};
    struct event e = {.type = EVENT_ERROR};
    e.error.code = CODE_LIMIT;
    e.error.text = "The node talks to 32 programs already and to no more: end one of them, such "
                   "as a forgotten watch, and try again.";
    if (json_event_write(&line, &e, 1, (struct json_ref){0}) == LTH_OK)
        (void)send(fd, line.bytes, line.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    buffer_clear(&line);
}

static bool has_room(struct control *c)
{
    if (c->client_count == CONTROL_CLIENTS_MAX)
        close_the_gone(c);
    return c->client_count < CONTROL_CLIENTS_MAX;
}

static void welcome(struct control *c, int fd)
{
    bool is_ours = is_let_in(fd);
    if (is_ours && has_room(c)) {
        take_in(c, fd);
        return;
    }
    if (is_ours)
        tell_full(fd);
    close(fd);
}

static void on_again(uv_timer_t *timer);
static void on_readable(uv_poll_t *poll, int status, int events);

static void listen_on(struct control *c)
{
    if (uv_poll_start(&c->listening, UV_READABLE, on_readable) != 0)
        uv_timer_start(&c->again, on_again, ACCEPT_AGAIN_MS, 0);
}

static void on_again(uv_timer_t *timer)
{
    listen_on(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct control *c = poll->data;
    int fd = accept4(c->listening_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    (void)status;
    (void)events;
    if (fd >= 0) {
        welcome(c, fd);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        uv_poll_stop(&c->listening); /* or it would be readable again at once */
        uv_timer_start(&c->again, on_again, ACCEPT_AGAIN_MS, 0);
    }
}

enum lth_err control_open(uv_loop_t *loop, int listening_fd, const struct control_host *host,
                          struct control **out)
{
    struct control *c = calloc(1, sizeof *c);
    if (!c)
        return LTH_NO_MEMORY;
    if (uv_poll_init(loop, &c->listening, listening_fd) != 0) {
        free(c);
        return LTH_UNAVAILABLE;
    }
    uv_timer_init(loop, &c->again); /* cannot fail */
    c->listening.data = c->again.data = c;
    c->listening_fd = listening_fd;
    c->host = *host;
    c->last_ticket = UINT64_C(1) << TICKETS_SHIFT;
    c->open_parts = 2;
    listen_on(c);
    *out = c;
    return LTH_OK;
}

/* ---- what the node tells ---- */

bool control_is_answer(const struct event *e)
{
    return e->is_answer && e->type != EVENT_BYE && e->ticket >> TICKETS_SHIFT == 1;
}

static enum news_reader reader(const struct client *client)
{
    return json_talk_is_prompt(client->talk) ? NEWS_TO_USER : NEWS_TO_PROGRAM;
}

static void tell_answer(struct control *c, const struct event *e)
{
    struct event news;
    for (struct client *client = c->clients; client; client = client->next)
        if (json_talk_has_asked(client->talk, e->ticket))
            json_talk_event(client->talk, e);
        else if (news_of_answer(e, reader(client), &news))
            json_talk_event(client->talk, &news);
}

void control_event(struct control *c, const struct event *e)
{
    if (e->is_answer && e->type != EVENT_BYE) {
        tell_answer(c, e);
        return;
    }
    for (struct client *client = c->clients; client; client = client->next)
        json_talk_event(client->talk, e);
}

/* So that one who always has more to ask does not have the node for itself. */
static void put_first_last(struct control *c)
{
    struct client *first = c->clients;
    if (!first)
        return;
    DL_DELETE(c->clients, first);
    DL_APPEND(c->clients, first);
}

void control_resume(struct control *c)
{
    if (c->is_resuming)
        return; /* the walk below goes on, and nothing changes the list under it */
    c->is_resuming = true;
    put_first_last(c);
    for (struct client *client = c->clients; client; client = client->next)
        json_talk_resume(client->talk);
    c->is_resuming = false;
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void on_listening_closed(uv_handle_t *handle)
{
    struct control *c = handle->data;
    close(c->listening_fd);
    release(c);
}

void control_close(struct control *c, void (*on_closed)(void *ctx), void *ctx)
{
    c->on_closed = on_closed;
    c->closed_ctx = ctx;
    uv_close((uv_handle_t *)&c->listening, on_listening_closed);
    uv_close((uv_handle_t *)&c->again, on_handle_closed);
    for (struct client *client = c->clients; client; client = client->next)
        close_client(client);
}
