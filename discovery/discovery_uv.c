/* 1. discovery_open: the responder of the daemon, if the mode may use it; then decide.
 * 2. decide: what choice_step says is opened, started, stopped or closed. Runs only from
 *    its own timer, for responders report from deep inside Avahi.
 * 3. on_seen: into the table; resolve_due keeps the resolutions going, from its timer.
 * 4. on_resolved: into the table, which tells the owner who is found and lost.
 * on_network_changed: a network came or went; the owner hears of it, both responders follow,
 * and the user is told.
 * A responder that goes leaves its sightings doubtful; those that the next one does not
 * show are swept. discovery_close: on_finish closes everything; the last part frees.
 */
#include "discovery/discovery_uv.h"

#include "discovery/adverts.h"
#include "discovery/avahi_libs.h"
#include "discovery/netwatch_uv.h"
#include "discovery/network.h"
#include "discovery/responder_core_uv.h"
#include "discovery/responder_daemon_uv.h"

#include <stdlib.h>

enum {
    BUS_RETRY_MAX_MS = 2000,       /* when only the daemon will do */
    BUS_RETRY_MAX_AUTO_MS = 60000, /* when the core serves meanwhile */
    CORE_RETRY_MS = 30000,         /* when memory was out or the library is not installed */
    SWEEP_MS = 10000               /* for the next responder to show what is still there */
};

struct discovery {
    struct discovery_callbacks callbacks;
    struct publication publication;
    struct adverts *adverts;
    struct choice choice;
    struct responder_daemon *daemon; /* NULL where the mode does not use it */
    struct responder_core *core;     /* NULL while not in use */
    enum responder_state daemon_state, core_state;
    struct netwatch *netwatch; /* NULL where the network cannot be watched: it counts as up */
    struct network network;
    const char *told; /* last sentence the user was given */
    uv_loop_t *loop;
    uv_timer_t decide, resolve, sweep;
    unsigned parts; /* timers, responders and netwatch whose close has not ended */
    bool rescan;    /* some adverts were ignored and there is room again */
    bool closing;
    void (*on_closed)(void *ctx);
    void *ctx;
};

static void wake(struct discovery *d, uv_timer_t *timer, uv_timer_cb callback, uint64_t pause_ms)
{
    if (!d->closing)
        (void)uv_timer_start(timer, callback, pause_ms, 0); /* fails only when closing */
}

/* uv_now is 0 on a fresh loop of a fresh machine; choice.h wants more. */
static uint64_t now_ms(const struct discovery *d)
{
    return uv_now(d->loop) + 1;
}

/* --- the table --- */

static void on_found(void *ctx, const char *instance, const struct endpoint *e, bool we_wait)
{
    struct discovery *d = ctx;
    if (!d->closing)
        d->callbacks.on_found(d->callbacks.ctx, instance, e, we_wait);
}

static void on_lost(void *ctx, const char *instance, const struct endpoint *e)
{
    struct discovery *d = ctx;
    if (!d->closing)
        d->callbacks.on_lost(d->callbacks.ctx, instance, e);
}

static bool begin_resolve(struct discovery *d, const struct sighting *s)
{
    if (d->choice.use == RESPONDER_DAEMON)
        return d->daemon && responder_daemon_resolve(d->daemon, s);
    return d->core && responder_core_resolve(d->core, s);
}

static void on_resolve_due(uv_timer_t *timer)
{
    struct discovery *d = timer->data;
    struct sighting s;
    while (adverts_next_resolve(d->adverts, now_ms(d), &s))
        if (!begin_resolve(d, &s))
            adverts_resolved(d->adverts, &s, NULL, now_ms(d));
    uint64_t wait_ms = adverts_wait_ms(d->adverts, now_ms(d));
    if (wait_ms != UINT64_MAX)
        wake(d, &d->resolve, on_resolve_due, wait_ms);
}

static void on_seen(void *ctx, const struct sighting *s)
{
    struct discovery *d = ctx;
    adverts_seen(d->adverts, s, now_ms(d));
    wake(d, &d->resolve, on_resolve_due, 0);
}

static void on_decide(uv_timer_t *timer);

static void rescan_if_room(struct discovery *d)
{
    if (!adverts_needs_rescan(d->adverts))
        return;
    d->rescan = true;
    wake(d, &d->decide, on_decide, 0);
}

static void on_unseen(void *ctx, const struct sighting *s)
{
    struct discovery *d = ctx;
    adverts_unseen(d->adverts, s);
    rescan_if_room(d);
}

static void on_resolved(void *ctx, const struct sighting *s, const struct endpoint *e)
{
    struct discovery *d = ctx;
    adverts_resolved(d->adverts, s, e, now_ms(d));
    wake(d, &d->resolve, on_resolve_due, 0);
}

static void on_sweep(uv_timer_t *timer)
{
    struct discovery *d = timer->data;
    adverts_sweep(d->adverts);
    rescan_if_room(d);
}

static void doubt(struct discovery *d)
{
    adverts_doubt(d->adverts);
    wake(d, &d->sweep, on_sweep, SWEEP_MS);
}

/* --- the responders --- */

static void on_renamed(void *ctx)
{
    struct discovery *d = ctx;
    adverts_rename(d->adverts, d->publication.instance);
}

static void on_daemon_state(void *ctx, enum responder_state state)
{
    struct discovery *d = ctx;
    d->daemon_state = state;
    if (d->choice.use == RESPONDER_DAEMON &&
        (state == RESPONDER_ABSENT || state == RESPONDER_REFUSES))
        doubt(d);
    wake(d, &d->decide, on_decide, 0);
}

static void on_core_state(void *ctx, enum responder_state state)
{
    struct discovery *d = ctx;
    d->core_state = state;
    if (state == RESPONDER_ABSENT)
        doubt(d);
    wake(d, &d->decide, on_decide, 0);
}

static struct responder_events events_of(struct discovery *d,
                                         void (*on_state)(void *ctx, enum responder_state state))
{
    return (struct responder_events){.on_state = on_state,
                                     .on_renamed = on_renamed,
                                     .on_seen = on_seen,
                                     .on_unseen = on_unseen,
                                     .on_resolved = on_resolved,
                                     .ctx = d};
}

static void part_closed(void *ctx)
{
    struct discovery *d = ctx;
    if (--d->parts > 0)
        return;
    void (*on_closed)(void *ctx) = d->on_closed;
    void *closed_ctx = d->ctx;
    adverts_free(d->adverts);
    free(d);
    on_closed(closed_ctx);
}

static void open_core(struct discovery *d)
{
    const struct responder_events events = events_of(d, on_core_state);
    d->core_state = RESPONDER_COMING;
    if (responder_core_open(d->loop, &d->publication, &events, &d->core) == LTH_OK) {
        d->parts++;
    } else {
        d->core_state = RESPONDER_ABSENT;
        wake(d, &d->decide, on_decide, CORE_RETRY_MS);
    }
}

static void close_core(struct discovery *d)
{
    struct responder_core *core = d->core;
    d->core = NULL;
    if (core)
        responder_core_close(core, part_closed, d);
}

static void leave(struct discovery *d, enum responder responder)
{
    if (responder == RESPONDER_DAEMON)
        responder_daemon_stop(d->daemon);
    if (responder == RESPONDER_CORE)
        close_core(d);
    doubt(d);
}

static void enter(struct discovery *d)
{
    if (d->choice.use == RESPONDER_CORE && !d->core)
        open_core(d);
    if (d->choice.use == RESPONDER_DAEMON && d->daemon_state == RESPONDER_READY)
        responder_daemon_start(d->daemon);
}

static void rescan(struct discovery *d)
{
    d->rescan = false;
    if (d->choice.use == RESPONDER_DAEMON)
        responder_daemon_rescan(d->daemon);
    else if (d->core)
        responder_core_rescan(d->core);
}

/* --- the network --- */

static void on_network_changed(void *ctx)
{
    struct discovery *d = ctx;
    if (d->closing)
        return;
    d->callbacks.on_network(d->callbacks.ctx);
    if (d->closing || d->choice.mode == DISCOVERY_OFF)
        return;
    network_look(&d->network, &d->publication.interfaces, now_ms(d));
    if (d->daemon)
        responder_daemon_network_changed(d->daemon);
    if (d->core)
        responder_core_network_changed(d->core);
    wake(d, &d->decide, on_decide, 0);
}

/* --- what the user is told --- */

static struct outlook outlook(const struct discovery *d)
{
    struct outlook o = choice_outlook(&d->choice, d->daemon_state, d->core_state, now_ms(d));
    return network_outlook(&d->network, o, now_ms(d));
}

static void tell_outlook(struct discovery *d)
{
    struct outlook o = outlook(d);
    if (d->closing || !o.sentence || o.sentence == d->told)
        return;
    d->told = o.sentence;
    d->callbacks.on_state(d->callbacks.ctx, o.healthy, o.sentence);
}

/* Where some of the interfaces named are missing, the outlook of the others follows, so that
 * the last word is how things are. */
static void tell(struct discovery *d)
{
    const char *missing = network_take_missing(&d->network);
    if (missing) {
        d->told = NULL;
        d->callbacks.on_state(d->callbacks.ctx, false, missing);
    }
    tell_outlook(d);
}

static void on_decide(uv_timer_t *timer)
{
    struct discovery *d = timer->data;
    enum responder before = d->choice.use;
    uint64_t wait_ms = choice_step(&d->choice, d->daemon_state, now_ms(d));
    uint64_t network_ms = network_wait_ms(&d->network, now_ms(d));
    if (d->choice.use != before)
        leave(d, before);
    enter(d);
    if (d->rescan)
        rescan(d);
    if (network_ms < wait_ms)
        wait_ms = network_ms;
    if (wait_ms != UINT64_MAX)
        wake(d, &d->decide, on_decide, wait_ms);
    tell(d);
}

/* --- opening and closing --- */

static enum lth_err set_publication(struct discovery *d, const struct discovery_config *config)
{
    d->publication.port = config->port;
    enum lth_err err =
        interfaces_set(config->interfaces, config->interface_count, &d->publication.interfaces);
    return err == LTH_OK ? random_name(d->publication.instance) : err;
}

static enum lth_err open_table(struct discovery *d)
{
    const struct adverts_events events = {.on_found = on_found, .on_lost = on_lost, .ctx = d};
    d->adverts = adverts_new(&events, interfaces_only_loopback(&d->publication.interfaces));
    if (!d->adverts)
        return LTH_NO_MEMORY;
    adverts_rename(d->adverts, d->publication.instance);
    return LTH_OK;
}

/* Without Avahi's client library `auto` is `embedded`. */
static enum lth_err open_daemon(struct discovery *d)
{
    const struct responder_events events = events_of(d, on_daemon_state);
    bool only_daemon = d->choice.mode == DISCOVERY_AVAHI;
    if (d->choice.mode != DISCOVERY_AUTO && !only_daemon)
        return LTH_OK;
    enum lth_err err =
        responder_daemon_open(d->loop, &d->publication, &events,
                              only_daemon ? BUS_RETRY_MAX_MS : BUS_RETRY_MAX_AUTO_MS, &d->daemon);
    if (err != LTH_UNAVAILABLE || only_daemon || !avahi_core_lib())
        return err;
    d->daemon_state = RESPONDER_ABSENT;
    return LTH_OK;
}

static void watch_network(struct discovery *d)
{
    network_init(&d->network);
    if (netwatch_open(d->loop, on_network_changed, d, &d->netwatch) != LTH_OK)
        return;
    d->parts++;
    if (d->choice.mode != DISCOVERY_OFF)
        network_look(&d->network, &d->publication.interfaces, now_ms(d));
}

static void open_timer(struct discovery *d, uv_timer_t *timer)
{
    (void)uv_timer_init(d->loop, timer); /* cannot fail */
    timer->data = d;
    d->parts++;
}

enum lth_err discovery_open(uv_loop_t *loop, const struct discovery_config *config,
                            const struct discovery_callbacks *callbacks, struct discovery **out)
{
    struct discovery *d = calloc(1, sizeof *d);
    if (!d)
        return LTH_NO_MEMORY;
    d->loop = loop;
    d->callbacks = *callbacks;
    d->daemon_state = RESPONDER_COMING; /* until its first look */
    choice_init(&d->choice, config->mode);
    enum lth_err err = config->mode == DISCOVERY_EMBEDDED && !avahi_core_lib()
                           ? LTH_UNAVAILABLE
                           : set_publication(d, config);
    if (err == LTH_OK)
        err = open_table(d);
    if (err == LTH_OK)
        err = open_daemon(d); /* last: it has handles, so nothing may fail after it */
    if (err != LTH_OK) {
        adverts_free(d->adverts);
        free(d);
        return err;
    }
    d->parts = d->daemon ? 1 : 0;
    watch_network(d);
    open_timer(d, &d->decide);
    open_timer(d, &d->resolve);
    open_timer(d, &d->sweep);
    wake(d, &d->decide, on_decide, 0);
    *out = d;
    return LTH_OK;
}

void discovery_status(const struct discovery *d, struct discovery_status *out)
{
    struct outlook o = outlook(d);
    *out = (struct discovery_status){.backend = o.backend,
                                     .state = o.state,
                                     .adverts = adverts_count(d->adverts),
                                     .resolves = adverts_resolves(d->adverts)};
}

static void on_timer_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

static void on_finish(uv_timer_t *timer)
{
    struct discovery *d = timer->data;
    if (d->netwatch)
        netwatch_close(d->netwatch, part_closed, d);
    close_core(d);
    if (d->daemon)
        responder_daemon_close(d->daemon, part_closed, d);
    uv_close((uv_handle_t *)&d->resolve, on_timer_closed);
    uv_close((uv_handle_t *)&d->sweep, on_timer_closed);
    uv_close((uv_handle_t *)&d->decide, on_timer_closed);
}

void discovery_close(struct discovery *d, void (*on_closed)(void *ctx), void *ctx)
{
    d->closing = true;
    d->on_closed = on_closed;
    d->ctx = ctx;
    (void)uv_timer_start(&d->decide, on_finish, 0, 0); /* not within Avahi: see 2 */
}
