/* try_discovery MODE PORT SECONDS [INTERFACE...] - one node's discovery, by hand or in a test.
 *
 * Prints a line for each found, lost and state, with ms since the start, and its status
 * on SIGUSR1. SECONDS 0 = until SIGTERM; either way it withdraws and ends in good order.
 */
#include "discovery/discovery_uv.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct discovery *discovery;
static uv_signal_t on_term, on_usr1;
static uv_timer_t deadline;
static uint64_t start_ms;

static void line(const char *what, const char *rest)
{
    printf("%llu %s %s\n", (unsigned long long)(uv_hrtime() / 1000000 - start_ms), what, rest);
    fflush(stdout);
}

static void found(void *ctx, const char *instance, const struct endpoint *e, bool we_wait)
{
    char address[ENDPOINT_TEXT_LEN], rest[256];
    (void)ctx;
    endpoint_write(e, address);
    snprintf(rest, sizeof rest, "%s %s %s", instance, address, we_wait ? "wait" : "dial");
    line("found", rest);
}

static void lost(void *ctx, const char *instance, const struct endpoint *e)
{
    char address[ENDPOINT_TEXT_LEN], rest[256];
    (void)ctx;
    endpoint_write(e, address);
    snprintf(rest, sizeof rest, "%s %s", instance, address);
    line("lost", rest);
}

static void state(void *ctx, bool healthy, const char *sentence)
{
    (void)ctx;
    line(healthy ? "well" : "unwell", sentence);
}

static void network(void *ctx)
{
    (void)ctx;
    line("network", "");
}

static void closed(void *ctx)
{
    (void)ctx;
    line("closed", "");
}

static void print_status(uv_signal_t *signal, int number)
{
    struct discovery_status s;
    char rest[256];
    (void)signal;
    (void)number;
    discovery_status(discovery, &s);
    snprintf(rest, sizeof rest, "%s %s adverts=%u resolves=%llu", s.backend, s.state, s.adverts,
             (unsigned long long)s.resolves);
    line("status", rest);
}

static void finish(void)
{
    if (uv_is_closing((uv_handle_t *)&deadline))
        return;
    uv_close((uv_handle_t *)&deadline, NULL);
    uv_close((uv_handle_t *)&on_term, NULL);
    uv_close((uv_handle_t *)&on_usr1, NULL);
    discovery_close(discovery, closed, NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    finish();
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    finish();
}

static int mode_of(const char *word)
{
    static const char *const words[] = {"auto", "avahi", "embedded", "off"};
    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcmp(words[i], word) == 0)
            return (int)i; /* in the order of enum discovery_mode */
    return -1;
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    if (argc < 4 || mode_of(argv[1]) < 0) {
        fputs("usage: try_discovery auto|avahi|embedded|off PORT SECONDS [INTERFACE...]\n", stderr);
        return 2;
    }
    const struct discovery_config config = {
        .mode = (enum discovery_mode)mode_of(argv[1]),
        .port = (uint16_t)strtoul(argv[2], NULL, 10),
        .interfaces = (const char *const *)(argv + 4),
        .interface_count = (size_t)(argc - 4),
    };
    const struct discovery_callbacks callbacks = {
        .on_found = found, .on_lost = lost, .on_state = state, .on_network = network};
    start_ms = uv_hrtime() / 1000000;
    enum lth_err err = discovery_open(loop, &config, &callbacks, &discovery);
    if (err != LTH_OK) {
        fprintf(stderr, "try_discovery: %s\n", lth_strerror(err));
        return 1;
    }
    uv_timer_init(loop, &deadline);
    uv_signal_init(loop, &on_term);
    uv_signal_init(loop, &on_usr1);
    uv_signal_start(&on_term, on_signal, SIGTERM);
    uv_signal_start(&on_usr1, print_status, SIGUSR1);
    if (strcmp(argv[3], "0") != 0)
        uv_timer_start(&deadline, on_deadline, strtoul(argv[3], NULL, 10) * 1000, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    return uv_loop_close(loop) == 0 ? 0 : 1;
}
