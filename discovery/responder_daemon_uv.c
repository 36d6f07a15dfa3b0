/* 1. connect: a client that waits for the daemon (NO_FAIL), or no bus: retry later.
 * 2. on_client: the daemon comes (COMING), and runs (READY).
 * 3. responder_daemon_start: browse and publish; on_group: established (PUBLISHED).
 * 4. on_browsed, responder_daemon_resolve, on_resolver: others.
 * The daemon renames the host: the group is emptied and filled again when it runs.
 * The daemon or the bus dies, or a call fails: on_retry frees the client with all that
 * hangs on it, outside of Avahi's callbacks, and begins at 1.
 */
#include "discovery/responder_daemon_uv.h"

#include "discovery/avahi_endpoint.h"
#include "discovery/avahi_libs.h"
#include "discovery/avahi_poll_uv.h"

#include <avahi-common/error.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_FIRST_MS = 250 };

struct responder_daemon {
    const struct avahi_client_lib *avahi;
    struct publication *publication;
    struct responder_events events;
    enum responder_state state;
    struct avahi_poll_uv *poll;
    uv_timer_t retry;
    uint64_t pause_ms, retry_ms, retry_max_ms; /* pause_ms: still to be made, before the retry */
    AvahiClient *client;                       /* owns the group, the browser and all resolvers */
    AvahiEntryGroup *group;
    AvahiServiceBrowser *browser;
    unsigned published[INTERFACES_MAX]; /* indices in the order of the names, 0 = not there */
    unsigned parts;                     /* of this struct, still open while closing */
    void (*on_closed)(void *ctx);
    void *ctx;
};

static void set_state(struct responder_daemon *r, enum responder_state state)
{
    if (r->state == state)
        return;
    r->state = state;
    r->events.on_state(r->events.ctx, state);
}

static void on_retry(uv_timer_t *timer);

/* What is there is freed on the next turn of the loop, and the pause comes after that. */
static void give_up(struct responder_daemon *r, uint64_t pause_ms)
{
    set_state(r, RESPONDER_ABSENT);
    r->pause_ms = pause_ms;
    (void)uv_timer_start(&r->retry, on_retry, 0, 0); /* fails only when closing */
}

static void give_up_for_a_while(struct responder_daemon *r)
{
    give_up(r, r->retry_ms);
    r->retry_ms = r->retry_ms * 2 < r->retry_max_ms ? r->retry_ms * 2 : r->retry_max_ms;
}

/* --- publishing --- */

static void withdraw(struct responder_daemon *r)
{
    if (r->group)
        (void)r->avahi->entry_group_free(r->group); /* gone either way */
    if (r->browser)
        (void)r->avahi->service_browser_free(r->browser);
    r->group = NULL;
    r->browser = NULL;
}

static void refuse_or_give_up(struct responder_daemon *r, int error)
{
    if (error != AVAHI_ERR_NOT_PERMITTED && error != AVAHI_ERR_ACCESS_DENIED) {
        give_up_for_a_while(r);
        return;
    }
    withdraw(r);
    set_state(r, RESPONDER_REFUSES);
}

static int add_service(struct responder_daemon *r, AvahiIfIndex interface)
{
    return r->avahi->entry_group_add_service(r->group, interface, AVAHI_PROTO_UNSPEC, 0,
                                             r->publication->instance, SERVICE_TYPE, NULL, NULL,
                                             r->publication->port, SERVICE_TXT, NULL);
}

static void look_up_indices(const struct interfaces *in, unsigned out[INTERFACES_MAX])
{
    memset(out, 0, INTERFACES_MAX * sizeof *out);
    for (size_t i = 0; i < in->count; i++)
        out[i] = if_nametoindex(in->names[i]);
}

/* One entry for all interfaces, or one for each that was named and is there. */
static int fill_group(struct responder_daemon *r)
{
    const struct interfaces *in = &r->publication->interfaces;
    int error = AVAHI_OK;
    if (in->count == 0)
        return add_service(r, AVAHI_IF_UNSPEC);
    look_up_indices(in, r->published);
    for (size_t i = 0; i < in->count && error == AVAHI_OK; i++)
        if (r->published[i] != 0)
            error = add_service(r, (AvahiIfIndex)r->published[i]);
    return error;
}

static int fill_and_commit(struct responder_daemon *r)
{
    int error = fill_group(r);
    if (error != AVAHI_OK || r->avahi->entry_group_is_empty(r->group))
        return error; /* empty: none of the named interfaces is there yet */
    return r->avahi->entry_group_commit(r->group);
}

static void publish_anew(struct responder_daemon *r)
{
    int error = r->avahi->entry_group_reset(r->group);
    if (error == AVAHI_OK)
        error = fill_and_commit(r);
    if (error == AVAHI_OK)
        set_state(r, RESPONDER_STARTING);
    else
        refuse_or_give_up(r, error);
}

/* Avahi bounds the rate at which one group may probe again, so a host that contests
 * every name slows us down and no more. */
static void on_collision(struct responder_daemon *r)
{
    if (random_name(r->publication->instance) != LTH_OK) {
        give_up_for_a_while(r);
        return;
    }
    r->events.on_renamed(r->events.ctx);
    publish_anew(r);
}

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *userdata)
{
    struct responder_daemon *r = userdata;
    if (group != r->group)
        return; /* from within avahi_entry_group_new, where nothing is in it yet */
    if (state == AVAHI_ENTRY_GROUP_ESTABLISHED) {
        r->retry_ms = RETRY_FIRST_MS;
        set_state(r, RESPONDER_PUBLISHED);
    } else if (state == AVAHI_ENTRY_GROUP_COLLISION) {
        on_collision(r);
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
        refuse_or_give_up(r, r->avahi->client_errno(r->client));
    }
}

static void publish(struct responder_daemon *r)
{
    r->group = r->avahi->entry_group_new(r->client, on_group, r);
    if (r->group)
        publish_anew(r);
    else
        refuse_or_give_up(r, r->avahi->client_errno(r->client));
}

void responder_daemon_network_changed(struct responder_daemon *r)
{
    unsigned now[INTERFACES_MAX];
    if (!r->group || (r->state != RESPONDER_STARTING && r->state != RESPONDER_PUBLISHED))
        return;
    look_up_indices(&r->publication->interfaces, now);
    if (memcmp(now, r->published, sizeof now) != 0)
        publish_anew(r);
}

/* --- browsing --- */

static void on_browsed(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                       AvahiBrowserEvent event, const char *name, const char *type,
                       const char *domain, AvahiLookupResultFlags flags, void *userdata)
{
    struct responder_daemon *r = userdata;
    struct sighting s;
    (void)browser;
    (void)type;
    (void)domain;
    (void)flags;
    if (event == AVAHI_BROWSER_FAILURE)
        give_up_for_a_while(r);
    if ((event != AVAHI_BROWSER_NEW && event != AVAHI_BROWSER_REMOVE) ||
        sighting_make(name, interface, protocol, &s) != LTH_OK)
        return;
    if (event == AVAHI_BROWSER_REMOVE)
        r->events.on_unseen(r->events.ctx, &s);
    else if (interfaces_allow(&r->publication->interfaces, interface))
        r->events.on_seen(r->events.ctx, &s);
}

static bool browse(struct responder_daemon *r)
{
    r->browser = r->avahi->service_browser_new(r->client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                               SERVICE_TYPE, NULL, 0, on_browsed, r);
    if (!r->browser)
        give_up_for_a_while(r);
    return r->browser != NULL;
}

void responder_daemon_rescan(struct responder_daemon *r)
{
    if (!r->browser)
        return;
    (void)r->avahi->service_browser_free(r->browser);
    (void)browse(r); /* a failure is a change of state */
}

static void on_resolver(AvahiServiceResolver *resolver, AvahiIfIndex interface,
                        AvahiProtocol protocol, AvahiResolverEvent event, const char *name,
                        const char *type, const char *domain, const char *host,
                        const AvahiAddress *address, uint16_t port, AvahiStringList *txt,
                        AvahiLookupResultFlags flags, void *userdata)
{
    struct responder_daemon *r = userdata;
    struct sighting s;
    struct endpoint e;
    (void)type;
    (void)domain;
    (void)host;
    (void)txt;
    (void)flags;
    bool found = event == AVAHI_RESOLVER_FOUND && address &&
                 avahi_endpoint(address, interface, port, &e) == LTH_OK;
    if (sighting_make(name, interface, protocol, &s) == LTH_OK)
        r->events.on_resolved(r->events.ctx, &s, found ? &e : NULL);
    (void)r->avahi->service_resolver_free(resolver); /* one answer is enough */
}

/* Address of the same IP version as the sighting: two sightings, two addresses. */
bool responder_daemon_resolve(struct responder_daemon *r, const struct sighting *s)
{
    return r->browser && r->avahi->service_resolver_new(
                             r->client, s->interface, s->protocol, s->instance, SERVICE_TYPE, NULL,
                             s->protocol, AVAHI_LOOKUP_NO_TXT, on_resolver, r);
}

void responder_daemon_start(struct responder_daemon *r)
{
    if (r->state == RESPONDER_READY && browse(r))
        publish(r);
}

void responder_daemon_stop(struct responder_daemon *r)
{
    withdraw(r);
    if (r->state == RESPONDER_STARTING || r->state == RESPONDER_PUBLISHED)
        set_state(r, RESPONDER_READY);
}

/* --- the daemon --- */

static void on_running(struct responder_daemon *r)
{
    if (r->group)
        publish_anew(r);
    else
        set_state(r, RESPONDER_READY);
}

static void on_renaming(struct responder_daemon *r)
{
    if (r->group)
        (void)r->avahi->entry_group_reset(r->group); /* fails only with the daemon */
    set_state(r, RESPONDER_COMING);
}

static void on_client(AvahiClient *client, AvahiClientState state, void *userdata)
{
    struct responder_daemon *r = userdata;
    r->client = client; /* the first call comes from within avahi_client_new */
    switch (state) {
    case AVAHI_CLIENT_S_RUNNING: on_running(r); return;
    case AVAHI_CLIENT_S_REGISTERING:
    case AVAHI_CLIENT_S_COLLISION: on_renaming(r); return;
    case AVAHI_CLIENT_CONNECTING: set_state(r, RESPONDER_ABSENT); return;
    case AVAHI_CLIENT_FAILURE: give_up(r, 0); return;
    }
}

static void free_client(struct responder_daemon *r)
{
    withdraw(r);
    if (r->client)
        r->avahi->client_free(r->client);
    r->client = NULL;
}

static void connect_client(struct responder_daemon *r)
{
    int error;
    r->client = r->avahi->client_new(avahi_poll_uv_get(r->poll), AVAHI_CLIENT_NO_FAIL, on_client, r,
                                     &error);
    if (!r->client)
        give_up_for_a_while(r);
}

static bool pause_again(struct responder_daemon *r)
{
    uint64_t pause_ms = r->pause_ms;
    r->pause_ms = 0;
    if (pause_ms > 0)
        (void)uv_timer_start(&r->retry, on_retry, pause_ms, 0); /* fails only when closing */
    return pause_ms > 0;
}

static void on_retry(uv_timer_t *timer)
{
    struct responder_daemon *r = timer->data;
    free_client(r);
    if (!pause_again(r))
        connect_client(r);
}

enum lth_err responder_daemon_open(uv_loop_t *loop, struct publication *publication,
                                   const struct responder_events *events, uint64_t retry_max_ms,
                                   struct responder_daemon **out)
{
    const struct avahi_client_lib *avahi = avahi_client_lib();
    if (!avahi)
        return LTH_UNAVAILABLE;
    struct responder_daemon *r = calloc(1, sizeof *r);
    if (!r || !(r->poll = avahi_poll_uv_new(loop))) {
        free(r);
        return LTH_NO_MEMORY;
    }
    r->avahi = avahi;
    r->publication = publication;
    r->events = *events;
    r->retry_ms = RETRY_FIRST_MS;
    r->retry_max_ms = retry_max_ms;
    (void)uv_timer_init(loop, &r->retry); /* cannot fail */
    r->retry.data = r;
    r->state = RESPONDER_COMING; /* so that the first look is a change */
    (void)uv_timer_start(&r->retry, on_retry, 0, 0);
    *out = r;
    return LTH_OK;
}

static void maybe_closed(struct responder_daemon *r)
{
    if (--r->parts > 0)
        return;
    void (*on_closed)(void *ctx) = r->on_closed;
    void *ctx = r->ctx;
    free(r);
    on_closed(ctx);
}

static void on_poll_closed(void *ctx)
{
    maybe_closed(ctx);
}

static void on_retry_closed(uv_handle_t *handle)
{
    maybe_closed(handle->data);
}

void responder_daemon_close(struct responder_daemon *r, void (*on_closed)(void *ctx), void *ctx)
{
    r->on_closed = on_closed;
    r->ctx = ctx;
    r->parts = 2; /* the retry timer and the poll */
    free_client(r);
    uv_close((uv_handle_t *)&r->retry, on_retry_closed);
    avahi_poll_uv_close(r->poll, on_poll_closed, r);
}
