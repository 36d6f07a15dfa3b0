/* run/run_uv.h - a node on a libuv loop: carries out what the core wants done.
 *
 * 1. run_open listens, run_start opens discovery and tells the core that the log is read.
 * 2. Every callback becomes one node_step; its to-do list is carried out at once: first
 *    disk, links and timers, then events, so that a command given in answer to an event
 *    finds everything in order.
 * 3. run_stop says good-bye to every peer, withdraws the advert, waits until everything is
 *    on disk, then calls on_stopped. The caller frees node and store afterwards.
 */
#ifndef LTH_RUN_RUN_UV_H
#define LTH_RUN_RUN_UV_H

#include "discovery/discovery_uv.h"
#include "node/node.h"
#include "store/store.h"

struct run_config {
    uv_loop_t *loop;
    struct node *node;             /* replayed, not started; borrowed until on_stopped */
    struct store *store;           /* borrowed until on_stopped */
    const struct endpoint *listen; /* NULL = every address; its port is not looked at */
    uint16_t port;
    bool port_may_change; /* take any other if the port is taken */
    enum discovery_mode discovery;
    const char *const *interfaces;
    size_t interface_count;
    const char *data_dir; /* as the user knows it; for the ready event */
    void (*on_event)(void *ctx, const struct event *event);
    void (*on_idle)(void *ctx); /* node_is_busy turned false */
    void (*on_stopped)(void *ctx);
    void *ctx;
};

struct run;

/* LTH_IN_USE and LTH_UNAVAILABLE speak of the address to listen at. */
LTH_MUST_USE enum lth_err run_open(const struct run_config *config, struct run **out);

/* LTH_UNAVAILABLE: discovery cannot work as asked for; the node runs nevertheless. */
LTH_MUST_USE enum lth_err run_start(struct run *r);

/* EVENT_READY as of now. What it points to is borrowed until the next step. */
void run_describe(const struct run *r, struct event *ready);

void run_submit(struct run *r, const struct command *command);
bool run_is_busy(const struct run *r);

/* hold: the user interface takes no more events for now; peers wait in the kernel. */
void run_hold(struct run *r, bool hold);
void run_warn(struct run *r, const char *code, const char *text);

/* May be called again: the first call wins. Frees r at its end. */
void run_stop(struct run *r);

#endif
