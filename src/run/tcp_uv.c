#include "run/tcp_uv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

enum {
    BACKLOG = 128,
    READ_SIZE = 64 * 1024,
    LAST_WORDS_MS = 2000, /* for what is queued when a link is shut */
    STUCK_MS = 30 * 1000, /* unacknowledged bytes end a connection: TCP_USER_TIMEOUT */
    BACKOFF_STALLED = 3,  /* retransmissions in vain: the next is 1.5 s away, or more */
    KERNEL_UNSENT_MAX =
        16 * 1024,    /* what the kernel takes beyond what it can send: TCP_NOTSENT_LOWAT */
    PROGRESS_MS = 100 /* libuv tells when a write is done, not how far it is */
};

struct tcp_link {
    uv_tcp_t handle; /* first: a handle is its link */
    struct tcp *tcp;
    uint32_t id;
    bool is_up;
    bool is_shut;      /* by us */
    bool is_stillborn; /* its dial failed before it began */
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    size_t queued; /* bytes in libuv's queue when last looked at */
    size_t left;   /* bytes that left and were not reported yet */
    struct tcp_link *next_left;
    bool in_left;
    uint64_t shut_until_ms; /* loop time */
    struct tcp_link *prev_shut, *next_shut;
    UT_hash_handle hh;
};

/* A name being looked up; lives until its callback. */
struct lookup {
    uv_getaddrinfo_t req;
    struct tcp *tcp;
    uint32_t link;
};

struct sending {
    uv_write_t req; /* first */
    uint8_t bytes[];
};

struct tcp {
    uv_loop_t *loop;
    struct tcp_callbacks callbacks;
    uv_tcp_t listener;
    uv_timer_t last_words, stillborn, progress;
    bool closing;
    uint32_t incoming_bit, last_incoming;
    struct tcp_link *links; /* by id, until tcp_shut or on_down */
    struct tcp_link *left;  /* with something to report */
    struct tcp_link *shut;  /* saying their last words, the first deadline first */
    size_t handles;         /* open ones, and lookups under way */
    uint8_t input[READ_SIZE];
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static void maybe_closed(struct tcp *t)
{
    if (!t->closing || t->handles)
        return;
    void (*on_closed)(void *) = t->on_closed;
    void *ctx = t->closed_ctx;
    free(t);
    if (on_closed)
        on_closed(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct tcp *t = handle->data;
    t->handles--;
    maybe_closed(t);
}

static struct tcp_link *find(const struct tcp *t, uint32_t id)
{
    struct tcp_link *found;
    HASH_FIND(hh, t->links, &id, sizeof id, found);
    return found;
}

/* Out of everything by which callers could find it. */
static void unlink_link(struct tcp_link *l)
{
    struct tcp *t = l->tcp;
    if (find(t, l->id) == l)
        HASH_DEL(t->links, l);
    for (struct tcp_link **at = &t->left; *at; at = &(*at)->next_left) {
        if (*at == l) {
            *at = l->next_left;
            break;
        }
    }
}

static void on_last_words_over(uv_timer_t *timer);

/* The timer runs towards the first deadline while there is one, and ends with t. */
static void time_last_words(struct tcp *t)
{
    uint64_t now = uv_now(t->loop);
    if (uv_is_closing((uv_handle_t *)&t->last_words))
        return;
    if (t->shut)
        uv_timer_start(&t->last_words, on_last_words_over,
                       t->shut->shut_until_ms > now ? t->shut->shut_until_ms - now : 0, 0);
    else if (t->closing)
        uv_close((uv_handle_t *)&t->last_words, on_handle_closed);
    else
        uv_timer_stop(&t->last_words);
}

/* A link being shut is known only here, until it has said its last words. */
static void list_shut(struct tcp_link *l)
{
    struct tcp *t = l->tcp;
    l->is_shut = true;
    l->shut_until_ms = uv_now(t->loop) + LAST_WORDS_MS;
    DL_APPEND2(t->shut, l, prev_shut, next_shut);
    time_last_words(t);
}

static void unlist_shut(struct tcp_link *l)
{
    struct tcp *t = l->tcp;
    DL_DELETE2(t->shut, l, prev_shut, next_shut);
    time_last_words(t);
}

static void on_link_closed(uv_handle_t *handle)
{
    struct tcp_link *l = (struct tcp_link *)handle;
    struct tcp *t = l->tcp;
    free(l);
    t->handles--;
    maybe_closed(t);
}

static void close_link(struct tcp_link *l)
{
    unlink_link(l);
    if (uv_is_closing((uv_handle_t *)&l->handle))
        return;
    if (l->is_shut)
        unlist_shut(l);
    uv_close((uv_handle_t *)&l->handle, on_link_closed);
}

static void on_last_words_over(uv_timer_t *timer)
{
    struct tcp *t = timer->data;
    while (t->shut && t->shut->shut_until_ms <= uv_now(t->loop))
        close_link(t->shut);
}

/* The link broke or was closed by the other side. */
static void go_down(struct tcp_link *l)
{
    struct tcp *t = l->tcp;
    uint32_t id = l->id;
    bool was_ours = l->is_shut;
    close_link(l);
    if (!was_ours)
        t->callbacks.on_down(t->callbacks.ctx, id);
}

static struct tcp_link *new_link(struct tcp *t, uint32_t id)
{
    struct tcp_link *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    if (uv_tcp_init(t->loop, &l->handle) != 0) {
        free(l);
        return NULL;
    }
    l->tcp = t;
    l->id = id;
    t->handles++;
    HASH_ADD(hh, t->links, id, sizeof l->id, l);
    return l;
}

/* ---- bytes in ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct tcp *t = ((struct tcp_link *)handle)->tcp;
    (void)suggested;
    *buf = uv_buf_init((char *)t->input, sizeof t->input); /* lent for one read */
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct tcp_link *l = (struct tcp_link *)stream;
    struct tcp *t = l->tcp;
    if (len < 0) {
        go_down(l);
        return;
    }
    if (len > 0 && !l->is_shut)
        t->callbacks.on_bytes(t->callbacks.ctx, l->id, (uint8_t *)buf->base, (size_t)len);
}

/* ---- up ---- */

static void tune(struct tcp_link *l)
{
    uv_os_fd_t fd;
    unsigned stuck_ms = STUCK_MS;
    int unsent_max = KERNEL_UNSENT_MAX;
    uv_tcp_nodelay(&l->handle, 1); /* frames are whole when they are written */
    if (uv_fileno((uv_handle_t *)&l->handle, &fd) != 0)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stuck_ms, sizeof stuck_ms);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max, sizeof unsent_max);
}

static void go_up(struct tcp_link *l, bool dialled)
{
    struct tcp *t = l->tcp;
    struct sockaddr_storage address;
    struct endpoint remote;
    int len = sizeof address;
    if (uv_tcp_getpeername(&l->handle, (struct sockaddr *)&address, &len) != 0 ||
        endpoint_from_sockaddr((struct sockaddr *)&address, &remote) != LTH_OK ||
        uv_read_start((uv_stream_t *)&l->handle, on_alloc, on_read) != 0) {
        if (dialled)
            go_down(l);
        else
            close_link(l);
        return;
    }
    tune(l);
    l->is_up = true;
    t->callbacks.on_up(t->callbacks.ctx, l->id, dialled, &remote);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct tcp *t = listener->data;
    if (status < 0)
        return; /* out of descriptors, say; libuv has shed the connection */
    t->last_incoming = (t->last_incoming + 1) | t->incoming_bit;
    struct tcp_link *l = new_link(t, t->last_incoming);
    if (!l)
        return;
    if (uv_accept(listener, (uv_stream_t *)&l->handle) != 0)
        close_link(l);
    else
        go_up(l, false);
}

/* A bound socket, or -errno. Bound by hand: libuv tells of a taken port only when listening,
 * and then the handle is spent. */
static int bind_socket(const struct endpoint *at, uint16_t port)
{
    struct sockaddr_storage address;
    struct endpoint here = *at;
    int on = 1, off = 0;
    here.port = port;
    endpoint_to_sockaddr(&here, &address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    socklen_t len =
        address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.ss_family == AF_INET6) /* [::] takes IPv4 too */
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

/* Every address: IPv6 with IPv4 mapped, or IPv4 alone where the host has no IPv6. */
static int bind_somewhere(const struct endpoint *at, uint16_t port)
{
    static const struct endpoint any6 = {0}, any4 = {.ip = {[10] = 0xff, [11] = 0xff}};
    if (at)
        return bind_socket(at, port);
    int fd = bind_socket(&any6, port);
    return fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL ? bind_socket(&any4, port) : fd;
}

static enum lth_err error_of(int error)
{
    if (error == -EADDRINUSE)
        return LTH_IN_USE;
    return error == -EADDRNOTAVAIL ? LTH_UNAVAILABLE : LTH_IO;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    struct endpoint e = {0};
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
        endpoint_from_sockaddr((struct sockaddr *)&address, &e) != LTH_OK)
        return 0;
    return e.port;
}

enum lth_err tcp_listen(struct tcp *t, const struct endpoint *at, uint16_t wanted, bool fall_back,
                        uint16_t *port)
{
    int fd = bind_somewhere(at, wanted);
    if (fd == -EADDRINUSE && fall_back)
        fd = bind_somewhere(at, 0);
    if (fd < 0)
        return error_of(fd);
    if (uv_tcp_open(&t->listener, fd) != 0) {
        close(fd);
        return LTH_IO;
    }
    *port = port_of(fd);
    return uv_listen((uv_stream_t *)&t->listener, BACKLOG, on_connection) == 0 ? LTH_OK : LTH_IO;
}

/* ---- dialling ---- */

static void on_connected(uv_connect_t *req, int status)
{
    struct tcp_link *l = req->handle->data;
    if (l->is_shut || status == UV_ECANCELED) /* we gave up first */
        return;
    if (status < 0)
        go_down(l);
    else
        go_up(l, true);
}

static bool connect_to(struct tcp_link *l, const struct sockaddr *address)
{
    l->handle.data = l;
    return uv_tcp_connect(&l->connect, &l->handle, address, on_connected) == 0;
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *found)
{
    struct lookup *lookup = (struct lookup *)req;
    struct tcp *t = lookup->tcp;
    struct tcp_link *l = find(t, lookup->link); /* NULL: shut meanwhile */
    if (l && (status < 0 || !found || !connect_to(l, found->ai_addr)))
        go_down(l);
    uv_freeaddrinfo(found);
    free(lookup);
    t->handles--;
    maybe_closed(t);
}

static bool look_up(struct tcp *t, uint32_t link, const char *address)
{
    static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    char host[256], service[8];
    uint16_t port;
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup || endpoint_split(address, host, sizeof host, &port) != LTH_OK) {
        free(lookup);
        return false;
    }
    lookup->tcp = t;
    lookup->link = link;
    snprintf(service, sizeof service, "%u", port);
    if (uv_getaddrinfo(t->loop, &lookup->req, on_resolved, host, service, &hints) != 0) {
        free(lookup);
        return false;
    }
    t->handles++;
    return true;
}

/* A dial that fails before it began is reported from the loop, like any other. */
static void on_stillborn(uv_timer_t *timer)
{
    struct tcp *t = timer->data;
    struct tcp_link *l, *next;
    HASH_ITER(hh, t->links, l, next)
    if (l->is_stillborn)
        go_down(l);
}

void tcp_dial(struct tcp *t, uint32_t link, const char *address)
{
    struct endpoint e;
    struct sockaddr_storage to;
    struct tcp_link *l = new_link(t, link);
    if (!l)
        return; /* the node's own deadline ends it */
    bool begun;
    if (endpoint_parse(address, &e) == LTH_OK) {
        endpoint_to_sockaddr(&e, &to);
        begun = connect_to(l, (struct sockaddr *)&to);
    } else {
        begun = look_up(t, link, address);
    }
    if (begun)
        return;
    l->is_stillborn = true;
    uv_timer_start(&t->stillborn, on_stillborn, 0, 0);
}

/* ---- bytes out ---- */

static void note_left(struct tcp_link *l, size_t len)
{
    l->left += len;
    if (l->in_left)
        return;
    l->in_left = true;
    l->next_left = l->tcp->left;
    l->tcp->left = l;
}

void tcp_report_sent(struct tcp *t)
{
    while (t->left) {
        struct tcp_link *l = t->left;
        size_t len = l->left;
        t->left = l->next_left;
        l->in_left = false;
        l->left = 0;
        t->callbacks.on_sent(t->callbacks.ctx, l->id, len); /* l may be gone after this */
    }
}

/* What left libuv's queue since the last look. */
static void note_progress(struct tcp_link *l)
{
    size_t queued = uv_stream_get_write_queue_size((uv_stream_t *)&l->handle);
    if (queued < l->queued)
        note_left(l, l->queued - queued);
    l->queued = queued;
}

/* Looks while something is queued: on a slow link one write takes seconds. */
static void on_progress(uv_timer_t *timer)
{
    struct tcp *t = timer->data;
    bool waiting = false;
    for (struct tcp_link *l = t->links; l; l = l->hh.next) {
        if (l->queued)
            note_progress(l);
        waiting = waiting || l->queued;
    }
    if (waiting)
        uv_timer_start(timer, on_progress, PROGRESS_MS, 0);
    tcp_report_sent(t);
}

/* Runs exactly once per accepted write: sent, failed, or cut off by a close. */
static void on_written(uv_write_t *req, int status)
{
    struct tcp_link *l = (struct tcp_link *)req->handle;
    free(req); /* the first member of struct sending */
    if (status == UV_ECANCELED || l->is_shut)
        return;
    if (status < 0) {
        go_down(l);
        return;
    }
    note_progress(l);
    tcp_report_sent(l->tcp);
}

static void queue_write(struct tcp_link *l, const uint8_t *bytes, size_t len)
{
    struct sending *s = malloc(sizeof *s + len);
    if (!s)
        return; /* the frame is lost, so the peer's next tag fails and the session restarts */
    memcpy(s->bytes, bytes, len);
    uv_buf_t buf = uv_buf_init((char *)s->bytes, (unsigned)len);
    if (uv_write(&s->req, (uv_stream_t *)&l->handle, &buf, 1, on_written) != 0) {
        free(s); /* the connection is broken; on_read tells */
        return;
    }
    l->queued += len;
    if (!uv_is_active((uv_handle_t *)&l->tcp->progress))
        uv_timer_start(&l->tcp->progress, on_progress, PROGRESS_MS, 0);
}

void tcp_write(struct tcp *t, uint32_t link, uint8_t *bytes, size_t len)
{
    struct tcp_link *l = find(t, link);
    if (!l || !l->is_up)
        return;
    uv_stream_t *stream = (uv_stream_t *)&l->handle;
    size_t done = 0;
    if (uv_stream_get_write_queue_size(stream) == 0) {
        uv_buf_t buf = uv_buf_init((char *)bytes, (unsigned)len);
        int taken = uv_try_write(stream, &buf, 1);
        done = taken > 0 ? (size_t)taken : 0;
    }
    if (done)
        note_left(l, done);
    if (done < len)
        queue_write(l, bytes + done, len - done);
}

void tcp_pause(struct tcp *t, uint32_t link, bool pause)
{
    struct tcp_link *l = find(t, link);
    if (!l || !l->is_up)
        return;
    if (pause)
        uv_read_stop((uv_stream_t *)&l->handle);
    else
        (void)uv_read_start((uv_stream_t *)&l->handle, on_alloc, on_read); /* EALREADY is fine */
}

bool tcp_is_stalled(struct tcp *t, uint32_t link, unsigned ms)
{
    struct tcp_link *l = find(t, link);
    struct tcp_info info;
    socklen_t len = sizeof info;
    uv_os_fd_t fd;
    if (!l || !l->is_up || uv_fileno((uv_handle_t *)&l->handle, &fd) != 0 ||
        getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    bool is_silent = info.tcpi_last_ack_recv >= ms;
    return info.tcpi_unacked > 0 && (is_silent || info.tcpi_backoff >= BACKOFF_STALLED);
}

/* ---- the end ---- */

static void on_shutdown(uv_shutdown_t *req, int status)
{
    struct tcp_link *l = (struct tcp_link *)req->handle;
    (void)status;
    close_link(l);
}

void tcp_shut(struct tcp *t, uint32_t link)
{
    struct tcp_link *l = find(t, link);
    if (!l)
        return;
    unlink_link(l);
    list_shut(l);
    if (!l->is_up || uv_shutdown(&l->shutdown, (uv_stream_t *)&l->handle, on_shutdown) != 0)
        close_link(l);
}

enum lth_err tcp_open(uv_loop_t *loop, const struct tcp_callbacks *callbacks,
                      uint32_t first_incoming, struct tcp **out)
{
    struct tcp *t = calloc(1, sizeof *t);
    if (!t)
        return LTH_NO_MEMORY;
    t->loop = loop;
    t->callbacks = *callbacks;
    t->incoming_bit = t->last_incoming = first_incoming;
    uv_tcp_init(loop, &t->listener); /* no flags: these four cannot fail */
    uv_timer_init(loop, &t->last_words);
    uv_timer_init(loop, &t->stillborn);
    uv_timer_init(loop, &t->progress);
    t->listener.data = t->last_words.data = t->stillborn.data = t->progress.data = t;
    t->handles = 4;
    *out = t;
    return LTH_OK;
}

void tcp_close(struct tcp *t, void (*on_closed)(void *ctx), void *ctx)
{
    struct tcp_link *l, *next;
    t->on_closed = on_closed;
    t->closed_ctx = ctx;
    HASH_ITER(hh, t->links, l, next)
    tcp_shut(t, l->id);
    t->closing = true; /* not before: an empty list would end the timer */
    uv_close((uv_handle_t *)&t->listener, on_handle_closed);
    uv_close((uv_handle_t *)&t->stillborn, on_handle_closed);
    uv_close((uv_handle_t *)&t->progress, on_handle_closed);
    time_last_words(t);
}
