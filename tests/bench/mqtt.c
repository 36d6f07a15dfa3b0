/* mqtt.c - messages of 100 bytes through an MQTT broker, QoS 1 both ways: what one would set up
 * where a server is allowed.
 *
 *   mqtt subscribe ADDR PORT COUNT    prints "ready", then "end_ns" when COUNT have come
 *   mqtt publish ADDR PORT COUNT      prints "begin_ns end_ns"; the end is the last acknowledgement
 *
 * Times are of the monotonic clock, which both processes share: all are acknowledged and all
 * have arrived at the later of the two ends.
 */
#include "bench.h"

#include <mosquitto.h>

enum {
    MESSAGE_LEN = 100,
    INFLIGHT_MAX = 1000, /* messages without an acknowledgement; the broker is set to the same */
    KEEPALIVE_S = 60,
    QOS = 1,
};

/* Messages or acknowledgements that are still to come. */
static size_t remaining;

static void on_subscribed(struct mosquitto *m, void *ctx, int id, int count, const int *granted)
{
    (void)m, (void)ctx, (void)id, (void)count, (void)granted;
    puts("ready");
    fflush(stdout);
}

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *message)
{
    (void)m, (void)ctx, (void)message;
    remaining--;
}

static void on_acknowledged(struct mosquitto *m, void *ctx, int id)
{
    (void)m, (void)ctx, (void)id;
    remaining--;
}

static struct mosquitto *connect_to(const char *address, const char *port)
{
    struct mosquitto *m = mosquitto_new(NULL, true, NULL);
    if (!m || mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1) != MOSQ_ERR_SUCCESS ||
        mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, INFLIGHT_MAX) != MOSQ_ERR_SUCCESS ||
        mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, INFLIGHT_MAX) != MOSQ_ERR_SUCCESS)
        die("mosquitto_new");
    for (int i = 0; i < BENCH_CONNECT_TRIES; i++, usleep(BENCH_CONNECT_PAUSE_US))
        if (mosquitto_connect(m, address, (int)number_of(port), KEEPALIVE_S) == MOSQ_ERR_SUCCESS)
            return m;
    die("mosquitto_connect");
}

static void loop_until_none_remains(struct mosquitto *m)
{
    while (remaining > 0)
        if (mosquitto_loop(m, -1, 1) != MOSQ_ERR_SUCCESS)
            die("mosquitto_loop");
}

static void subscribe(struct mosquitto *m)
{
    mosquitto_subscribe_callback_set(m, on_subscribed);
    mosquitto_message_callback_set(m, on_message);
    if (mosquitto_subscribe(m, NULL, "bench", QOS) != MOSQ_ERR_SUCCESS)
        die("mosquitto_subscribe");
    loop_until_none_remains(m);
    printf("%llu\n", (unsigned long long)now_ns());
}

static void publish(struct mosquitto *m, size_t count)
{
    static const uint8_t message[MESSAGE_LEN];
    mosquitto_publish_callback_set(m, on_acknowledged);
    uint64_t begin = now_ns();
    for (size_t i = 0; i < count; i++)
        if (mosquitto_publish(m, NULL, "bench", sizeof message, message, QOS, false) !=
            MOSQ_ERR_SUCCESS)
            die("mosquitto_publish");
    loop_until_none_remains(m);
    printf("%llu %llu\n", (unsigned long long)begin, (unsigned long long)now_ns());
}

int main(int argc, char **argv)
{
    if (argc != 5 || mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
        return 2;
    struct mosquitto *m = connect_to(argv[2], argv[3]);
    remaining = number_of(argv[4]);
    if (strcmp(argv[1], "subscribe") == 0)
        subscribe(m);
    else
        publish(m, remaining);
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return 0;
}
