/* floor.c - what the machine itself needs: TCP, fdatasync and Ed25519, without a messenger.
 *
 *   floor echo-server ADDR PORT LEN [FILE]    answers every message, until the client goes
 *   floor echo ADDR PORT LEN COUNT [FILE]     prints "p50_us p99_us" of COUNT round trips
 *   floor sync FILE LEN COUNT                 prints "p50_us p99_us" of a write and its fdatasync
 *   floor sign COUNT                          prints "p50_us p99_us" of a signature and its check
 *   floor sink ADDR PORT                      reads to the end, acknowledges after each read
 *   floor stream ADDR PORT COUNT              prints COUNT messages' "seconds" until acknowledged
 *   floor fan-out LEN COUNT FILE|- [ADDR PORT]…
 *                                             prints "p50_us p99_us cpu_us" of COUNT messages sent
 *                                             to every echo-server, until all have answered
 *
 * LEN: bytes of a message, at most MESSAGE_MAX. With FILE each side first makes what it sends
 * durable there, as a messenger must. FILE is preallocated with zeros, so that fdatasync has no
 * metadata to write.
 */
#include "bench.h"

#include <fcntl.h>
#include <sodium.h>

enum {
    MESSAGE_MAX = 64 * 1024,
    SIGNED_LEN = 192,
    STREAM_LEN = 100,
    MESSAGES_PER_WRITE = 64,
    READ_LEN = 128 * 1024,
    FILE_LEN = 4 * 1024 * 1024,
};

/* A message as long as text says. */
static size_t length_of(const char *text)
{
    size_t len = number_of(text);
    if (len <= MESSAGE_MAX)
        return len;
    errno = EMSGSIZE;
    die(text);
}

/* A file of zeros that takes messages one after the other; fd < 0: none is wanted. */
struct durable {
    int fd;
    off_t at;
};

static struct durable durable_open(const char *path)
{
    static const uint8_t zeros[FILE_LEN];
    struct durable d = {.fd = -1};
    if (!path)
        return d;
    d.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (d.fd < 0)
        die(path);
    write_whole(d.fd, zeros, sizeof zeros);
    if (fsync(d.fd) != 0)
        die("fsync");
    return d;
}

static void durable_write(struct durable *d, const uint8_t *bytes, size_t len)
{
    if (d->fd < 0)
        return;
    if (pwrite(d->fd, bytes, len, d->at) != (ssize_t)len || fdatasync(d->fd) != 0)
        die("fdatasync");
    d->at += (off_t)len;
    if (d->at + (off_t)len > FILE_LEN)
        d->at = 0;
}

static uint64_t *times_new(size_t count)
{
    uint64_t *times = calloc(count, sizeof *times);
    if (!times)
        die("calloc");
    return times;
}

static void echo_server(const char *address, const char *port, size_t len, const char *path)
{
    static uint8_t message[MESSAGE_MAX];
    struct durable d = durable_open(path);
    int fd = tcp_serve_one(address, port);
    while (recv(fd, message, len, MSG_WAITALL) == (ssize_t)len) {
        durable_write(&d, message, len);
        write_whole(fd, message, len);
    }
}

static void echo(const char *address, const char *port, size_t len, size_t count, const char *path)
{
    static uint8_t message[MESSAGE_MAX] = "round trip";
    uint64_t *times = times_new(count);
    struct durable d = durable_open(path);
    int fd = tcp_connect(address, port);
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        durable_write(&d, message, len);
        write_whole(fd, message, len);
        read_whole(fd, message, len);
        times[i] = now_ns() - begin;
    }
    print_percentiles(times, count);
    free(times);
}

static void sync_only(const char *path, size_t len, size_t count)
{
    static uint8_t message[MESSAGE_MAX] = "durable";
    uint64_t *times = times_new(count);
    struct durable d = durable_open(path);
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        durable_write(&d, message, len);
        times[i] = now_ns() - begin;
    }
    print_percentiles(times, count);
    free(times);
}

/* Of a statement as long as a receipt. */
static void sign(size_t count)
{
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    uint8_t statement[SIGNED_LEN] = "delivered", signature[crypto_sign_BYTES];
    uint64_t *times = times_new(count);
    if (sodium_init() < 0 || crypto_sign_keypair(public, secret) != 0)
        die("Ed25519");
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        if (crypto_sign_detached(signature, NULL, statement, sizeof statement, secret) != 0 ||
            crypto_sign_verify_detached(signature, statement, sizeof statement, public) != 0)
            die("Ed25519");
        times[i] = now_ns() - begin;
    }
    print_percentiles(times, count);
    free(times);
}

static void sink(const char *address, const char *port)
{
    static uint8_t bytes[READ_LEN];
    uint64_t total = 0;
    int fd = tcp_serve_one(address, port);
    for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0;) {
        total += (uint64_t)got;
        write_whole(fd, &total, sizeof total);
    }
}

/* Acknowledgements are few, one a read: they wait in the socket until everything is sent. */
static void stream(const char *address, const char *port, size_t count)
{
    static uint8_t bytes[STREAM_LEN * MESSAGES_PER_WRITE];
    int fd = tcp_connect(address, port);
    uint64_t begin = now_ns(), acknowledged = 0;
    for (size_t left = count, many; left; left -= many) {
        many = left < MESSAGES_PER_WRITE ? left : MESSAGES_PER_WRITE;
        write_whole(fd, bytes, many * STREAM_LEN);
    }
    while (acknowledged < count * STREAM_LEN)
        read_whole(fd, &acknowledged, sizeof acknowledged);
    printf("%.6f\n", (double)(now_ns() - begin) / 1e9);
}

/* fds: of all who get the message. */
static void send_to_all(const int *fds, size_t many, size_t len, struct durable *d)
{
    static uint8_t message[MESSAGE_MAX] = "to all of you";
    durable_write(d, message, len);
    for (size_t i = 0; i < many; i++)
        write_whole(fds[i], message, len);
    for (size_t i = 0; i < many; i++)
        read_whole(fds[i], message, len);
}

/* words: an address and a port for each of many. */
static void fan_out(size_t len, size_t count, const char *path, char **words, size_t many)
{
    uint64_t *times = times_new(count);
    int *fds = calloc(many, sizeof *fds);
    struct durable d = durable_open(path);
    if (!fds)
        die("calloc");
    for (size_t i = 0; i < many; i++)
        fds[i] = tcp_connect(words[2 * i], words[2 * i + 1]);
    uint64_t cpu = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        send_to_all(fds, many, len, &d);
        times[i] = now_ns() - begin;
    }
    cpu = cpu_ns() - cpu;
    print_percentiles(times, count);
    printf("%.1f\n", microseconds(cpu) / (double)count);
    free(fds);
    free(times);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "echo-server") == 0 && argc >= 5)
        echo_server(argv[2], argv[3], length_of(argv[4]), argc > 5 ? argv[5] : NULL);
    else if (strcmp(what, "echo") == 0 && argc >= 6)
        echo(argv[2], argv[3], length_of(argv[4]), number_of(argv[5]), argc > 6 ? argv[6] : NULL);
    else if (strcmp(what, "sync") == 0 && argc == 5)
        sync_only(argv[2], length_of(argv[3]), number_of(argv[4]));
    else if (strcmp(what, "sign") == 0 && argc == 3)
        sign(number_of(argv[2]));
    else if (strcmp(what, "sink") == 0 && argc == 4)
        sink(argv[2], argv[3]);
    else if (strcmp(what, "stream") == 0 && argc == 5)
        stream(argv[2], argv[3], number_of(argv[4]));
    else if (strcmp(what, "fan-out") == 0 && argc >= 7 && argc % 2 == 1)
        fan_out(length_of(argv[2]), number_of(argv[3]), strcmp(argv[4], "-") == 0 ? NULL : argv[4],
                argv + 5, ((size_t)argc - 5) / 2);
    else
        return 2;
    return 0;
}
