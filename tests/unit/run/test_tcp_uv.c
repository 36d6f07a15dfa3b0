/* TCP links: up, bytes, down, each told once and never from inside the call that caused it. */
#include "check.h"

#include "discovery/private_network.h"
#include "run/tcp_uv.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const uint32_t incoming_bit = 0x80000000;

enum {
    LINKS = 8, /* of either kind, from 1 */
    LARGE = 8 << 20,
    PIECE = 64 << 10,
    SOON_MS = 5000, /* long enough on a busy machine */
};

/* What was told of one link. */
struct told {
    unsigned ups, downs;
    bool dialled;
    struct endpoint remote;
    size_t received, sent;
    uint8_t checksum;
};

static uint8_t hello[5] = "hello";

/* One struct tcp that talks to itself. */
struct stage {
    uv_loop_t loop;
    uv_timer_t deadline;
    struct tcp *tcp;
    struct told dialled[LINKS], incoming[LINKS];
    bool calling; /* a function of ours is running: nothing may be told */
    bool echo, closed, late;
    uint16_t port;
};

static struct told *told_of(struct stage *s, uint32_t link)
{
    assert_false(s->calling);
    assert_in_range(link & ~incoming_bit, 1, LINKS - 1);
    return link & incoming_bit ? &s->incoming[link & ~incoming_bit] : &s->dialled[link];
}

static void on_up(void *ctx, uint32_t link, bool dialled, const struct endpoint *remote)
{
    struct stage *s = ctx;
    struct told *t = told_of(s, link);
    assert_int_equal(dialled, !(link & incoming_bit));
    t->ups++;
    t->dialled = dialled;
    t->remote = *remote;
}

static void on_bytes(void *ctx, uint32_t link, uint8_t *bytes, size_t len)
{
    struct stage *s = ctx;
    struct told *t = told_of(s, link);
    assert_true(t->ups == 1 && t->downs == 0);
    for (size_t i = 0; i < len; i++)
        t->checksum = (uint8_t)(t->checksum * 31 + bytes[i]);
    t->received += len;
    if (s->echo && link & incoming_bit)
        tcp_write(s->tcp, link, bytes, len);
}

static void on_sent(void *ctx, uint32_t link, size_t len)
{
    struct stage *s = ctx;
    assert_true(len > 0);
    told_of(s, link)->sent += len;
}

static void on_down(void *ctx, uint32_t link)
{
    struct stage *s = ctx;
    struct told *t = told_of(s, link);
    t->downs++;
    assert_int_equal(t->downs, 1);
}

static void on_deadline(uv_timer_t *timer)
{
    struct stage *s = timer->data;
    s->late = true;
}

static struct stage *open_stage(void)
{
    static const struct tcp_callbacks callbacks = {on_up, on_bytes, on_sent, on_down, NULL};
    struct stage *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct tcp_callbacks mine = callbacks;
    mine.ctx = s;
    assert_int_equal(uv_loop_init(&s->loop), 0);
    uv_timer_init(&s->loop, &s->deadline);
    s->deadline.data = s;
    assert_int_equal(tcp_open(&s->loop, &mine, incoming_bit, &s->tcp), LTH_OK);
    return s;
}

static void parse(const char *text, struct endpoint *out)
{
    CHECK_ERR(endpoint_parse(text, out), LTH_OK, text);
}

static struct stage *open_listening(void)
{
    struct stage *s = open_stage();
    struct endpoint at;
    parse("127.0.0.1:0", &at);
    assert_int_equal(tcp_listen(s->tcp, &at, 0, false, &s->port), LTH_OK);
    assert_int_not_equal(s->port, 0);
    return s;
}

/* Runs the loop until *count is at least want, or ms are over. */
static void run_until(struct stage *s, const size_t *count, size_t want, uint64_t ms)
{
    s->late = false;
    uv_update_time(&s->loop);
    uv_timer_start(&s->deadline, on_deadline, ms, 0);
    while (*count < want && !s->late)
        uv_run(&s->loop, UV_RUN_ONCE);
    uv_timer_stop(&s->deadline);
}

static void run_until_told(struct stage *s, const unsigned *count, uint64_t ms)
{
    s->late = false;
    uv_update_time(&s->loop);
    uv_timer_start(&s->deadline, on_deadline, ms, 0);
    while (!*count && !s->late)
        uv_run(&s->loop, UV_RUN_ONCE);
    uv_timer_stop(&s->deadline);
}

static void run_for(struct stage *s, uint64_t ms)
{
    static const size_t never = 0;
    run_until(s, &never, 1, ms);
}

static void dial(struct stage *s, uint32_t link, const char *host)
{
    char address[64];
    snprintf(address, sizeof address, "%s:%u", host, s->port);
    s->calling = true;
    tcp_dial(s->tcp, link, address);
    s->calling = false;
}

static void write_to(struct stage *s, uint32_t link, uint8_t *bytes, size_t len)
{
    s->calling = true;
    tcp_write(s->tcp, link, bytes, len);
    s->calling = false;
    tcp_report_sent(s->tcp);
}

static void shut(struct stage *s, uint32_t link)
{
    s->calling = true;
    tcp_shut(s->tcp, link);
    s->calling = false;
}

/* Link 1 dialled, and accepted as the first incoming one. */
static struct stage *open_pair(void)
{
    struct stage *s = open_listening();
    dial(s, 1, "127.0.0.1");
    run_until_told(s, &s->dialled[1].ups, SOON_MS);
    run_until_told(s, &s->incoming[1].ups, SOON_MS);
    assert_int_equal(s->dialled[1].ups, 1);
    assert_int_equal(s->incoming[1].ups, 1);
    return s;
}

static void on_closed(void *ctx)
{
    struct stage *s = ctx;
    s->closed = true;
    uv_close((uv_handle_t *)&s->deadline, NULL);
}

static uint64_t ms_since(uint64_t start)
{
    return (uv_hrtime() - start) / 1000000;
}

/* Closes everything; returns how long that took. */
static uint64_t end(struct stage *s)
{
    uint64_t start = uv_hrtime();
    s->calling = true; /* a closing tcp tells nothing of its links any more */
    tcp_close(s->tcp, on_closed, s);
    assert_int_equal(uv_run(&s->loop, UV_RUN_DEFAULT), 0);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    free(s);
    return ms_since(start);
}

static uint8_t *large_bytes(uint8_t *checksum)
{
    uint8_t *bytes = malloc(LARGE);
    assert_non_null(bytes);
    *checksum = 0;
    for (size_t i = 0; i < LARGE; i++) {
        bytes[i] = (uint8_t)(i * 7 + (i >> 12));
        *checksum = (uint8_t)(*checksum * 31 + bytes[i]);
    }
    return bytes;
}

static void test_what_is_written_comes_back_from_an_echo(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    struct endpoint listener;
    parse("127.0.0.1:1", &listener);
    listener.port = s->port;
    assert_true(endpoint_equal(&s->dialled[1].remote, &listener));
    assert_memory_equal(s->incoming[1].remote.ip, listener.ip, 16);
    s->echo = true;
    write_to(s, 1, hello, 5);
    run_until(s, &s->dialled[1].received, 5, SOON_MS);
    assert_int_equal(s->dialled[1].received, 5);
    assert_int_equal(s->dialled[1].sent, 5);
    assert_int_equal(s->dialled[1].checksum, s->incoming[1].checksum);
    end(s);
}

static void test_a_taken_port_is_told_or_another_one_is_used(void **state)
{
    (void)state;
    struct stage *s = open_listening(), *other = open_stage();
    struct endpoint at;
    uint16_t port;
    parse("127.0.0.1:0", &at);
    assert_int_equal(tcp_listen(other->tcp, &at, s->port, false, &port), LTH_IN_USE);
    assert_int_equal(tcp_listen(other->tcp, &at, s->port, true, &port), LTH_OK);
    assert_int_not_equal(port, s->port);
    end(s);
    end(other);
}

static void test_an_address_of_somebody_else_is_unavailable(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    struct endpoint at;
    uint16_t port;
    parse("192.0.2.77:0", &at); /* for documentation: no host has it */
    assert_int_equal(tcp_listen(s->tcp, &at, 0, true, &port), LTH_UNAVAILABLE);
    end(s);
}

/* A port on which nobody listens: bound, so that nobody else takes it. */
static int take_port(uint16_t *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static void test_a_refused_dial_goes_down_later(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    int fd = take_port(&s->port);
    dial(s, 1, "127.0.0.1");
    run_until_told(s, &s->dialled[1].downs, SOON_MS);
    assert_int_equal(s->dialled[1].downs, 1);
    assert_int_equal(s->dialled[1].ups, 0);
    end(s);
    close(fd);
}

static void test_a_dial_that_cannot_begin_goes_down_later(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "a:b:c", "[::1"};
    struct stage *s = open_stage();
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        dial(s, i + 1, rows[i]);
        CHECK(s->dialled[i + 1].downs == 0, rows[i]);
    }
    for (uint32_t i = 0; i < LENGTH(rows); i++) {
        run_until_told(s, &s->dialled[i + 1].downs, SOON_MS);
        CHECK(s->dialled[i + 1].downs == 1, rows[i]);
    }
    end(s);
}

static void test_a_name_is_looked_up(void **state)
{
    (void)state;
    if (access("/etc/hosts", R_OK) != 0)
        skip(); /* a machine that does not know its own name asks the network, and waits */
    struct stage *s = open_stage();
    assert_int_equal(tcp_listen(s->tcp, NULL, 0, false, &s->port), LTH_OK);
    dial(s, 1, "localhost");
    run_until_told(s, &s->dialled[1].ups, SOON_MS);
    assert_int_equal(s->dialled[1].ups, 1);
    assert_true(endpoint_is_loopback(&s->dialled[1].remote));
    end(s);
}

static void test_a_link_shut_while_it_connects_is_not_heard_of_again(void **state)
{
    (void)state;
    struct stage *s = open_listening();
    dial(s, 1, "127.0.0.1");
    shut(s, 1);
    dial(s, 2, "localhost");
    shut(s, 2);
    dial(s, 3, "");
    shut(s, 3);
    run_for(s, 50);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(s->dialled[i].ups, 0);
        assert_int_equal(s->dialled[i].downs, 0);
    }
    end(s);
}

static void test_a_tcp_closed_while_links_connect_closes(void **state)
{
    (void)state;
    struct stage *s = open_listening();
    dial(s, 1, "127.0.0.1");
    dial(s, 2, "localhost");
    dial(s, 3, "");
    end(s);
}

static void test_the_other_side_hears_of_the_end_once(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    shut(s, 1);
    shut(s, 1); /* and once more */
    run_until_told(s, &s->incoming[1].downs, SOON_MS);
    assert_int_equal(s->incoming[1].downs, 1);
    assert_int_equal(s->dialled[1].downs, 0);
    write_to(s, 1, hello, 5); /* to nobody */
    write_to(s, 1 | incoming_bit, hello, 5);
    run_for(s, 20);
    assert_int_equal(s->incoming[1].downs, 1);
    end(s);
}

static void test_a_large_write_arrives_whole_and_is_reported_once(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    uint8_t checksum;
    uint8_t *bytes = large_bytes(&checksum);
    write_to(s, 1, bytes, LARGE);
    assert_in_range(s->dialled[1].sent, 1, LARGE - 1); /* the socket does not hold all of it */
    run_until(s, &s->incoming[1].received, LARGE, SOON_MS);
    run_until(s, &s->dialled[1].sent, LARGE, SOON_MS);
    run_for(s, 20);
    assert_int_equal(s->incoming[1].received, LARGE);
    assert_int_equal(s->incoming[1].checksum, checksum);
    assert_int_equal(s->dialled[1].sent, LARGE);
    free(bytes);
    end(s);
}

static void test_many_writes_are_reported_to_the_byte(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    uint8_t checksum;
    uint8_t *bytes = large_bytes(&checksum);
    for (size_t at = 0; at < LARGE; at += PIECE)
        write_to(s, 1, bytes + at, PIECE);
    run_until(s, &s->incoming[1].received, LARGE, SOON_MS);
    run_until(s, &s->dialled[1].sent, LARGE, SOON_MS);
    assert_int_equal(s->incoming[1].checksum, checksum);
    assert_int_equal(s->dialled[1].sent, LARGE);
    free(bytes);
    end(s);
}

static void test_what_is_queued_leaves_before_a_link_is_shut(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    uint8_t checksum;
    uint8_t *bytes = large_bytes(&checksum);
    write_to(s, 1, bytes, LARGE);
    shut(s, 1);
    free(bytes); /* they were copied */
    run_until_told(s, &s->incoming[1].downs, SOON_MS);
    assert_int_equal(s->incoming[1].received, LARGE);
    assert_int_equal(s->incoming[1].checksum, checksum);
    end(s);
}

static void test_a_paused_link_reads_nothing_until_it_is_resumed(void **state)
{
    (void)state;
    struct stage *s = open_pair();
    tcp_pause(s->tcp, 1 | incoming_bit, true);
    tcp_pause(s->tcp, 1 | incoming_bit, true); /* twice is once */
    write_to(s, 1, hello, 5);
    run_for(s, 50);
    assert_int_equal(s->incoming[1].received, 0);
    tcp_pause(s->tcp, 1 | incoming_bit, false);
    tcp_pause(s->tcp, 1 | incoming_bit, false);
    run_until(s, &s->incoming[1].received, 5, SOON_MS);
    assert_int_equal(s->incoming[1].received, 5);
    tcp_pause(s->tcp, 7, true); /* no such link */
    end(s);
}

/* A socket of somebody else, connected to the listener, that never reads. */
static int connect_silent(const struct stage *s)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

/* More than the socket holds, to the silent one behind an incoming link. */
static int connect_and_fill(struct stage *s, uint32_t number)
{
    uint8_t checksum;
    uint8_t *bytes = large_bytes(&checksum);
    int fd = connect_silent(s);
    run_until_told(s, &s->incoming[number].ups, SOON_MS);
    write_to(s, number | incoming_bit, bytes, LARGE);
    assert_in_range(s->incoming[number].sent, 0, LARGE - 1);
    free(bytes);
    return fd;
}

static void count_tcp(uv_handle_t *handle, void *ctx)
{
    *(unsigned *)ctx += handle->type == UV_TCP && !uv_is_closing(handle);
}

/* Links whose socket is open, whether anybody knows them or not. */
static unsigned open_links(struct stage *s)
{
    unsigned count = 0;
    uv_walk(&s->loop, count_tcp, &count);
    return count - 1; /* the listener */
}

/* Runs the loop until only so many links are open; meanwhile fd reads a byte now and then. */
static void run_until_open(struct stage *s, unsigned links, int fd)
{
    uint64_t start = uv_hrtime();
    uint8_t byte;
    while (open_links(s) > links && ms_since(start) < SOON_MS) {
        assert_int_equal(read(fd, &byte, 1), 1);
        run_for(s, 20);
    }
    assert_int_equal(open_links(s), links);
}

static void find_unsent(uv_handle_t *handle, void *ctx)
{
    uv_os_fd_t fd;
    int unsent = 0;
    if (handle->type == UV_TCP && uv_fileno(handle, &fd) == 0 &&
        ioctl(fd, SIOCOUTQNSD, &unsent) == 0 && unsent > *(int *)ctx)
        *(int *)ctx = unsent;
}

static void test_the_kernel_holds_little_that_it_has_not_sent(void **state)
{
    (void)state;
    enum { LITTLE = 128 << 10 }; /* the limit, and one segment as large as they get */
    struct stage *s = open_listening();
    int fd = connect_and_fill(s, 1), unsent = 0;
    run_for(s, 100);
    uv_walk(&s->loop, find_unsent, &unsent);
    assert_in_range(unsent, 1, LITTLE);
    shut(s, 1 | incoming_bit);
    close(fd); /* nobody waits for it */
    end(s);
}

/* Reads so much, while the loop goes on. */
static void drain(struct stage *s, int fd, size_t len)
{
    static uint8_t bytes[PIECE];
    while (len > 0) {
        ssize_t got = recv(fd, bytes, len < PIECE ? len : PIECE, MSG_DONTWAIT);
        if (got <= 0)
            run_for(s, 5);
        len -= got > 0 ? (size_t)got : 0;
    }
}

static void test_what_leaves_of_one_write_is_told_piece_by_piece(void **state)
{
    (void)state;
    struct stage *s = open_listening();
    int fd = connect_and_fill(s, 1); /* with a single write */
    const size_t *sent = &s->incoming[1].sent;
    size_t read_len = 0;
    for (int i = 0; i < 4; i++) {
        size_t before = *sent;
        drain(s, fd, LARGE / 8);
        read_len += LARGE / 8;
        run_until(s, sent, before + 1, SOON_MS);
        assert_in_range(*sent, before + 1, LARGE - 1);
        assert_true(*sent >= read_len);
    }
    drain(s, fd, LARGE - read_len);
    run_until(s, sent, LARGE, SOON_MS);
    assert_int_equal(*sent, LARGE);
    close(fd);
    end(s);
}

/* A listener whose queue is full: the kernel answers no more to those who connect. */
struct deaf {
    int listener, waiting[4];
};

static struct deaf open_deaf(struct stage *s)
{
    struct deaf d;
    d.listener = take_port(&s->port);
    assert_int_equal(listen(d.listener, 0), 0);
    for (size_t i = 0; i < LENGTH(d.waiting); i++) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(s->port)};
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        d.waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(d.waiting[i] >= 0);
        (void)!connect(d.waiting[i], (struct sockaddr *)&in, sizeof in);
    }
    return d;
}

static void close_deaf(const struct deaf *d)
{
    for (size_t i = 0; i < LENGTH(d->waiting); i++)
        close(d->waiting[i]);
    close(d->listener);
}

static void test_a_dial_that_nobody_answers_can_be_shut_and_dialled_again(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    struct deaf d = open_deaf(s);
    for (uint32_t link = 1; link < 4; link++) {
        dial(s, link, "127.0.0.1");
        run_for(s, 50);
        shut(s, link);
        assert_int_equal(s->dialled[link].ups + s->dialled[link].downs, 0);
    }
    dial(s, 4, "127.0.0.1");
    run_for(s, 50);
    for (size_t i = 1; i <= 4; i++)
        assert_int_equal(s->dialled[i].ups + s->dialled[i].downs, 0);
    assert_in_range(end(s), 0, 500); /* even while the last one waits */
    close_deaf(&d);
}

static void test_a_link_that_is_shut_has_two_seconds_to_send_what_is_queued(void **state)
{
    (void)state;
    struct stage *s = open_listening();
    int fd = connect_and_fill(s, 1), other = connect_and_fill(s, 2);
    uint64_t first = uv_hrtime();
    shut(s, 1 | incoming_bit);
    run_for(s, 500);
    uint64_t second = uv_hrtime();
    shut(s, 2 | incoming_bit);
    run_until_open(s, 1, fd); /* each has its own time */
    assert_in_range(ms_since(first), 1500, 4000);
    run_until_open(s, 0, other);
    assert_in_range(ms_since(second), 1500, 4000);
    assert_in_range(end(s), 0, 500); /* nobody is waited for any more */
    close(fd);
    close(other);
}

static void test_closing_waits_two_seconds_for_somebody_who_does_not_read(void **state)
{
    (void)state;
    struct stage *s = open_listening();
    int fd = connect_and_fill(s, 1), other = connect_and_fill(s, 2);
    shut(s, 1 | incoming_bit); /* its time runs already */
    assert_in_range(end(s), 1500, 4000);
    close(fd);
    close(other);
}

static void test_an_idle_tcp_closes_at_once(void **state)
{
    (void)state;
    assert_in_range(end(open_stage()), 0, 500);
    assert_in_range(end(open_listening()), 0, 500);
    assert_in_range(end(open_pair()), 0, 500);
}

/* The last one: from here on the process is in a network of its own. */
static void test_a_link_whose_bytes_nobody_acknowledges_is_stalled(void **state)
{
    (void)state;
    enum { STALL_MS = 200 };
    if (!private_network_enter())
        skip();
    assert_true(private_network_set_loopback(true));
    struct stage *s = open_pair();
    write_to(s, 1, hello, 5);
    run_until(s, &s->incoming[1].received, 5, SOON_MS);
    run_for(s, STALL_MS + 100);
    assert_false(tcp_is_stalled(s->tcp, 1, STALL_MS)); /* idle */
    assert_false(tcp_is_stalled(s->tcp, 2, STALL_MS)); /* no such link */
    assert_true(private_network_set_loopback(false));
    write_to(s, 1, hello, 5);
    run_for(s, STALL_MS + 100);
    assert_true(tcp_is_stalled(s->tcp, 1, STALL_MS));
    assert_false(tcp_is_stalled(s->tcp, 1 | incoming_bit, STALL_MS));
    assert_true(private_network_set_loopback(true));
    run_until(s, &s->incoming[1].received, 10, SOON_MS);
    assert_int_equal(s->incoming[1].received, 10);
    run_for(s, 50);
    assert_false(tcp_is_stalled(s->tcp, 1, STALL_MS));
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_comes_back_from_an_echo),
        cmocka_unit_test(test_a_taken_port_is_told_or_another_one_is_used),
        cmocka_unit_test(test_an_address_of_somebody_else_is_unavailable),
        cmocka_unit_test(test_a_refused_dial_goes_down_later),
        cmocka_unit_test(test_a_dial_that_cannot_begin_goes_down_later),
        cmocka_unit_test(test_a_name_is_looked_up),
        cmocka_unit_test(test_a_link_shut_while_it_connects_is_not_heard_of_again),
        cmocka_unit_test(test_a_tcp_closed_while_links_connect_closes),
        cmocka_unit_test(test_the_other_side_hears_of_the_end_once),
        cmocka_unit_test(test_a_large_write_arrives_whole_and_is_reported_once),
        cmocka_unit_test(test_many_writes_are_reported_to_the_byte),
        cmocka_unit_test(test_what_is_queued_leaves_before_a_link_is_shut),
        cmocka_unit_test(test_a_paused_link_reads_nothing_until_it_is_resumed),
        cmocka_unit_test(test_the_kernel_holds_little_that_it_has_not_sent),
        cmocka_unit_test(test_what_leaves_of_one_write_is_told_piece_by_piece),
        cmocka_unit_test(test_a_dial_that_nobody_answers_can_be_shut_and_dialled_again),
        cmocka_unit_test(test_a_link_that_is_shut_has_two_seconds_to_send_what_is_queued),
        cmocka_unit_test(test_closing_waits_two_seconds_for_somebody_who_does_not_read),
        cmocka_unit_test(test_an_idle_tcp_closes_at_once),
        cmocka_unit_test(test_a_link_whose_bytes_nobody_acknowledges_is_stalled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
