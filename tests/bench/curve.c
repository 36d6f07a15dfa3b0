/* curve.c - messages of 100 bytes over CurveZMQ, each acknowledged: the library one would
 * otherwise take. It encrypts and authenticates; it stores nothing.
 *
 *   curve serve ADDR PORT COUNT     acknowledges COUNT messages, one by one
 *   curve send ADDR PORT COUNT      prints the "seconds" until COUNT are acknowledged
 */
#include "bench.h"

#include <sodium.h>
#include <zmq.h>

enum {
    MESSAGE_LEN = 100,
    ACK_LEN = 8,
    QUEUE_MAX = 200000, /* messages that wait on either side */
    LINGER_US = 200000, /* for the last acknowledgement to leave */
    Z85_LEN = 41,       /* a key of 32 bytes as text, with its NUL */
};

struct keys {
    char public[Z85_LEN], secret[Z85_LEN];
};

/* Fixed keys, so that both processes know them. */
static struct keys keys_of(uint8_t who)
{
    struct keys keys;
    uint8_t secret[crypto_scalarmult_SCALARBYTES], public[crypto_scalarmult_BYTES];
    memset(secret, who, sizeof secret);
    if (crypto_scalarmult_base(public, secret) != 0)
        die("X25519");
    zmq_z85_encode(keys.public, public, sizeof public);
    zmq_z85_encode(keys.secret, secret, sizeof secret);
    return keys;
}

static void set(void *socket, int option, const void *value, size_t len)
{
    if (zmq_setsockopt(socket, option, value, len) != 0)
        die("zmq_setsockopt");
}

static void *open_socket(void)
{
    int queue = QUEUE_MAX;
    void *socket = zmq_socket(zmq_ctx_new(), ZMQ_DEALER);
    if (!socket)
        die("zmq_socket");
    set(socket, ZMQ_SNDHWM, &queue, sizeof queue);
    set(socket, ZMQ_RCVHWM, &queue, sizeof queue);
    return socket;
}

static void serve(const char *url, size_t count)
{
    uint8_t message[MESSAGE_LEN];
    int on = 1;
    struct keys mine = keys_of(1);
    void *socket = open_socket();
    set(socket, ZMQ_CURVE_SERVER, &on, sizeof on);
    set(socket, ZMQ_CURVE_SECRETKEY, mine.secret, Z85_LEN);
    if (zmq_bind(socket, url) != 0)
        die("zmq_bind");
    for (size_t i = 0; i < count; i++)
        if (zmq_recv(socket, message, sizeof message, 0) != MESSAGE_LEN ||
            zmq_send(socket, message, ACK_LEN, 0) != ACK_LEN)
            die("serve");
    usleep(LINGER_US);
}

static void *connect_socket(const char *url)
{
    struct keys server = keys_of(1), mine = keys_of(2);
    void *socket = open_socket();
    set(socket, ZMQ_CURVE_SERVERKEY, server.public, Z85_LEN);
    set(socket, ZMQ_CURVE_PUBLICKEY, mine.public, Z85_LEN);
    set(socket, ZMQ_CURVE_SECRETKEY, mine.secret, Z85_LEN);
    if (zmq_connect(socket, url) != 0)
        die("zmq_connect");
    return socket;
}

/* One thread: a socket is not for two, so acknowledgements are taken in between. */
static void send_all(const char *url, size_t count)
{
    static const uint8_t message[MESSAGE_LEN];
    uint8_t ack[ACK_LEN];
    size_t acknowledged = 0;
    void *socket = connect_socket(url);
    uint64_t begin = now_ns();
    for (size_t i = 0; i < count; i++) {
        if (zmq_send(socket, message, sizeof message, 0) != MESSAGE_LEN)
            die("zmq_send");
        while (zmq_recv(socket, ack, sizeof ack, ZMQ_DONTWAIT) == ACK_LEN)
            acknowledged++;
    }
    for (; acknowledged < count; acknowledged++)
        if (zmq_recv(socket, ack, sizeof ack, 0) != ACK_LEN)
            die("zmq_recv");
    printf("%.6f\n", (double)(now_ns() - begin) / 1e9);
}

int main(int argc, char **argv)
{
    char url[64];
    if (argc != 5 || sodium_init() < 0)
        return 2;
    snprintf(url, sizeof url, "tcp://%s:%s", argv[2], argv[3]);
    if (strcmp(argv[1], "serve") == 0)
        serve(url, number_of(argv[4]));
    else
        send_all(url, number_of(argv[4]));
    return 0;
}
