/* bench.h - what the small programs of the benchmarks share: a clock, percentiles, whole
 * reads and writes, a TCP connection.
 *
 * Programs measure and print numbers on one line; the rows (row_*.py) make sense of them.
 * Whatever fails ends the program with a sentence: a benchmark has nothing to rescue.
 */
#ifndef LTH_BENCH_H
#define LTH_BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BENCH_CONNECT_TRIES = 500, BENCH_CONNECT_PAUSE_US = 10 * 1000 };

static inline _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

/* Monotonic. */
static inline uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Spent by this process on a processor. */
static inline uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline size_t number_of(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (!*text || *end || value == 0) {
        errno = EINVAL;
        die(text);
    }
    return (size_t)value;
}

static inline int compare_u64(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static inline double microseconds(uint64_t ns)
{
    return (double)ns / 1e3;
}

/* Prints the 50th and the 99th percentile in microseconds, after a tenth for warming up. */
static inline void print_percentiles(uint64_t *times_ns, size_t count)
{
    uint64_t *from = times_ns + count / 10;
    size_t left = count - count / 10;
    qsort(from, left, sizeof *from, compare_u64);
    printf("%.1f %.1f\n", microseconds(from[left / 2]), microseconds(from[left * 99 / 100]));
}

static inline void read_whole(int fd, void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = read(fd, (char *)bytes + done, len - done);
        if (got <= 0)
            die("read");
        done += (size_t)got;
    }
}

static inline void write_whole(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t put = write(fd, (const char *)bytes + done, len - done);
        if (put <= 0)
            die("write");
        done += (size_t)put;
    }
}

static inline struct sockaddr_in tcp_address(const char *address, const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number_of(port))};
    if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
        die(address);
    return a;
}

static inline int tcp_no_delay(int fd)
{
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        die("TCP_NODELAY");
    return fd;
}

/* The first client that comes. */
static inline int tcp_serve_one(const char *address, const char *port)
{
    struct sockaddr_in a = tcp_address(address, port);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 1) != 0)
        die("listen");
    int client = accept(fd, NULL, NULL);
    if (client < 0)
        die("accept");
    close(fd);
    return tcp_no_delay(client);
}

/* Waits for the server to come up. */
static inline int tcp_connect(const char *address, const char *port)
{
    struct sockaddr_in a = tcp_address(address, port);
    for (int i = 0; i < BENCH_CONNECT_TRIES; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0)
            die("socket");
        if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
            return tcp_no_delay(fd);
        close(fd);
        usleep(BENCH_CONNECT_PAUSE_US);
    }
    die("connect");
}

#endif
