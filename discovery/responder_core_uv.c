/* 1. start: a server under a random host name, its addresses, the service and the browser,
 *    all at once: names of host and service are probed for together (RFC 6762 §8.1, 750 ms).
 * 2. on_group: established (PUBLISHED).
 * 3. on_browsed, responder_core_resolve, on_resolver: others.
 * A name is taken: a new random one. No socket or the server fails: on_retry frees it,
 * outside of Avahi's callbacks, and begins at 1.
 */
#include "discovery/responder_core_uv.h"

#include "discovery/addresses.h"
#include "discovery/avahi_endpoint.h"
#include "discovery/avahi_libs.h"
#include "discovery/avahi_poll_uv.h"

#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <stdlib.h>

enum { RETRY_FIRST_MS = 500, RETRY_MAX_MS = 30000 };

struct address_entry {
    struct own_address own;
    AvahiSEntryGroup *group; /* one each, so that one can go while the others stay */
};

struct responder_core {
    const struct avahi_core_lib *avahi;
    struct publication *publication;
    struct responder_events events;
    enum responder_state state;
    struct avahi_poll_uv *poll;
    uv_timer_t retry;
    uint64_t pause_ms, retry_ms; /* pause_ms: still to be made, before the retry */
    AvahiServer *server;         /* owns the groups, the browser and all resolvers */
    AvahiSEntryGroup *group;     /* the service */
    struct address_entry addresses[ADDRESSES_MAX];
    size_t address_count;
    AvahiSServiceBrowser *browser;
    unsigned parts; /* of this struct, still open while closing */
    void (*on_closed)(void *ctx);
    void *ctx;
};

static void set_state(struct responder_core *r, enum responder_state state)
{
    if (r->state == state)
        return;
    r->state = state;
    r->events.on_state(r->events.ctx, state);
}

static void on_retry(uv_timer_t *timer);

/* What is there is freed on the next turn of the loop, and the pause comes after that. */
static void give_up_for_a_while(struct responder_core *r)
{
    set_state(r, RESPONDER_ABSENT);
    r->pause_ms = r->retry_ms;
    (void)uv_timer_start(&r->retry, on_retry, 0, 0); /* fails only when closing */
    r->retry_ms = r->retry_ms * 2 < RETRY_MAX_MS ? r->retry_ms * 2 : RETRY_MAX_MS;
}

/* --- publishing --- */

static void publish_anew(struct responder_core *r)
{
    r->avahi->s_entry_group_reset(r->group);
    int error = r->avahi->server_add_service(
        r->server, r->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0, r->publication->instance,
        SERVICE_TYPE, NULL, NULL, r->publication->port, SERVICE_TXT, NULL);
    if (error == AVAHI_OK)
        error = r->avahi->s_entry_group_commit(r->group);
    if (error == AVAHI_OK)
        set_state(r, r->avahi->s_entry_group_get_state(r->group) == AVAHI_ENTRY_GROUP_ESTABLISHED
                         ? RESPONDER_PUBLISHED
                         : RESPONDER_STARTING);
    else
        give_up_for_a_while(r);
}

/* Avahi bounds the rate at which one group may probe again, so a host that contests
 * every name slows us down and no more. */
static void on_collision(struct responder_core *r)
{
    if (random_name(r->publication->instance) != LTH_OK) {
        give_up_for_a_while(r);
        return;
    }
    r->events.on_renamed(r->events.ctx);
    publish_anew(r);
}

static void on_group(AvahiServer *server, AvahiSEntryGroup *group, AvahiEntryGroupState state,
                     void *userdata)
{
    struct responder_core *r = userdata;
    (void)server;
    if (group != r->group)
        return; /* from within avahi_s_entry_group_new, where nothing is in it yet */
    if (state == AVAHI_ENTRY_GROUP_ESTABLISHED) {
        r->retry_ms = RETRY_FIRST_MS;
        set_state(r, RESPONDER_PUBLISHED);
    } else if (state == AVAHI_ENTRY_GROUP_COLLISION) {
        on_collision(r);
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
        give_up_for_a_while(r);
    }
}

/* --- our addresses --- */

static bool has_address(const struct own_address *list, size_t count, const struct own_address *own)
{
    for (size_t i = 0; i < count; i++)
        if (own_address_equal(&list[i], own))
            return true;
    return false;
}

static void withdraw_address(struct responder_core *r, size_t i)
{
    r->avahi->s_entry_group_free(r->addresses[i].group);
    r->addresses[i] = r->addresses[--r->address_count];
}

static void withdraw_addresses(struct responder_core *r, const struct own_address *keep,
                               size_t count)
{
    for (size_t i = r->address_count; i-- > 0;) /* backwards: the last moves into the hole */
        if (!has_address(keep, count, &r->addresses[i].own))
            withdraw_address(r, i);
}

static bool is_published(const struct responder_core *r, const struct own_address *own)
{
    for (size_t i = 0; i < r->address_count; i++)
        if (own_address_equal(&r->addresses[i].own, own))
            return true;
    return false;
}

static void on_address_group(AvahiServer *server, AvahiSEntryGroup *group,
                             AvahiEntryGroupState state, void *userdata);

/* IPv4 addresses are told over IPv4 only, IPv6 addresses over both. */
static int fill_address_group(struct responder_core *r, AvahiSEntryGroup *group,
                              const struct own_address *own)
{
    AvahiProtocol over =
        own->address.proto == AVAHI_PROTO_INET ? AVAHI_PROTO_INET : AVAHI_PROTO_UNSPEC;
    AvahiAddress address = own->address;
    int error = r->avahi->server_add_address(r->server, group, own->interface, over,
                                             AVAHI_PUBLISH_NO_REVERSE, NULL, &address);
    return error == AVAHI_OK ? r->avahi->s_entry_group_commit(group) : error;
}

/* An address that cannot be published is left out: the others still lead to us. */
static void publish_address(struct responder_core *r, const struct own_address *own)
{
    if (r->address_count == ADDRESSES_MAX || is_published(r, own))
        return;
    AvahiSEntryGroup *group = r->avahi->s_entry_group_new(r->server, on_address_group, r);
    if (!group)
        return;
    if (fill_address_group(r, group, own) == AVAHI_OK)
        r->addresses[r->address_count++] = (struct address_entry){*own, group};
    else
        r->avahi->s_entry_group_free(group);
}

static void publish_addresses(struct responder_core *r)
{
    struct own_address now[ADDRESSES_MAX];
    size_t count = addresses_now(&r->publication->interfaces, now);
    withdraw_addresses(r, now, count);
    for (size_t i = 0; i < count; i++)
        publish_address(r, &now[i]);
}

void responder_core_network_changed(struct responder_core *r)
{
    if (r->server)
        publish_addresses(r);
}

/* Someone has our host name: another one, for the addresses and for the SRV record. */
static void rename_host(struct responder_core *r)
{
    char host[RANDOM_NAME_LEN + 1];
    withdraw_addresses(r, NULL, 0);
    if (random_name(host) != LTH_OK ||
        r->avahi->server_set_host_name(r->server, host) != AVAHI_OK) {
        give_up_for_a_while(r);
        return;
    }
    publish_addresses(r);
    publish_anew(r);
}

static void on_address_group(AvahiServer *server, AvahiSEntryGroup *group,
                             AvahiEntryGroupState state, void *userdata)
{
    (void)server;
    (void)group;
    if (state == AVAHI_ENTRY_GROUP_COLLISION)
        rename_host(userdata);
}

/* --- browsing --- */

static void on_browsed(AvahiSServiceBrowser *browser, AvahiIfIndex interface,
                       AvahiProtocol protocol, AvahiBrowserEvent event, const char *name,
                       const char *type, const char *domain, AvahiLookupResultFlags flags,
                       void *userdata)
{
    struct responder_core *r = userdata;
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
    else
        r->events.on_seen(r->events.ctx, &s);
}

static bool browse(struct responder_core *r)
{
    r->browser = r->avahi->s_service_browser_new(r->server, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                 SERVICE_TYPE, NULL, 0, on_browsed, r);
    if (!r->browser)
        give_up_for_a_while(r);
    return r->browser != NULL;
}

void responder_core_rescan(struct responder_core *r)
{
    if (!r->browser)
        return;
    r->avahi->s_service_browser_free(r->browser);
    (void)browse(r); /* a failure is a change of state */
}

static void on_resolver(AvahiSServiceResolver *resolver, AvahiIfIndex interface,
                        AvahiProtocol protocol, AvahiResolverEvent event, const char *name,
                        const char *type, const char *domain, const char *host,
                        const AvahiAddress *address, uint16_t port, AvahiStringList *txt,
                        AvahiLookupResultFlags flags, void *userdata)
{
    struct responder_core *r = userdata;
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
    r->avahi->s_service_resolver_free(resolver); /* one answer is enough */
}

/* Address of the same IP version as the sighting: two sightings, two addresses. */
bool responder_core_resolve(struct responder_core *r, const struct sighting *s)
{
    return r->browser && r->avahi->s_service_resolver_new(
                             r->server, s->interface, s->protocol, s->instance, SERVICE_TYPE, NULL,
                             s->protocol, AVAHI_LOOKUP_NO_TXT, on_resolver, r);
}

/* --- the server --- */

/* It publishes nothing of its own, so no name of its can be taken. */
static void on_server(AvahiServer *server, AvahiServerState state, void *userdata)
{
    (void)server;
    if (state == AVAHI_SERVER_FAILURE)
        give_up_for_a_while(userdata);
}

static void be_silent(AvahiLogLevel level, const char *text)
{
    (void)level;
    (void)text; /* what matters arrives as an event */
}

static AvahiStringList *name_list(const struct interfaces *in)
{
    AvahiStringList *list = NULL;
    for (size_t i = 0; i < in->count; i++)
        list = avahi_string_list_add(list, in->names[i]);
    return list;
}

static void configure(const struct responder_core *r, AvahiServerConfig *config, const char *host)
{
    const struct interfaces *in = &r->publication->interfaces;
    (void)r->avahi->server_config_init(config);
    config->host_name = avahi_strdup(host);
    if (in->count > 0)
        config->allow_interfaces = name_list(in);
    else
        config->deny_interfaces = avahi_string_list_add(NULL, "lo");
    config->publish_addresses = 0; /* addresses.h */
    config->publish_hinfo = 0;
    config->publish_workstation = 0;
    config->publish_domain = 0;
    config->enable_wide_area = 0;
    config->disallow_other_stacks = 0;
    config->ratelimit_interval = 1000000; /* us: as avahi-daemon is configured by default */
    config->ratelimit_burst = 1000;
}

static AvahiServer *new_server(struct responder_core *r)
{
    char host[RANDOM_NAME_LEN + 1];
    AvahiServerConfig config;
    int error;
    if (random_name(host) != LTH_OK)
        return NULL;
    configure(r, &config, host);
    AvahiServer *server =
        r->avahi->server_new(avahi_poll_uv_get(r->poll), &config, on_server, r, &error);
    r->avahi->server_config_free(&config);
    return server;
}

static void start(struct responder_core *r)
{
    r->server = new_server(r);
    if (r->server)
        r->group = r->avahi->s_entry_group_new(r->server, on_group, r);
    if (!r->group) {
        give_up_for_a_while(r);
    } else if (browse(r)) {
        publish_addresses(r);
        publish_anew(r);
    }
}

/* The groups first: their goodbyes are sent by the server on its way out. */
static void stop(struct responder_core *r)
{
    withdraw_addresses(r, NULL, 0);
    if (r->group)
        r->avahi->s_entry_group_free(r->group);
    if (r->server)
        r->avahi->server_free(r->server);
    r->group = NULL;
    r->browser = NULL;
    r->server = NULL;
}

static bool pause_again(struct responder_core *r)
{
    uint64_t pause_ms = r->pause_ms;
    r->pause_ms = 0;
    if (pause_ms > 0)
        (void)uv_timer_start(&r->retry, on_retry, pause_ms, 0); /* fails only when closing */
    return pause_ms > 0;
}

static void on_retry(uv_timer_t *timer)
{
    struct responder_core *r = timer->data;
    stop(r);
    if (!pause_again(r))
        start(r);
}

enum lth_err responder_core_open(uv_loop_t *loop, struct publication *publication,
                                 const struct responder_events *events, struct responder_core **out)
{
    const struct avahi_core_lib *avahi = avahi_core_lib();
    if (!avahi)
        return LTH_UNAVAILABLE;
    struct responder_core *r = calloc(1, sizeof *r);
    if (!r || !(r->poll = avahi_poll_uv_new(loop))) {
        free(r);
        return LTH_NO_MEMORY;
    }
    avahi->set_log_function(be_silent);
    r->avahi = avahi;
    r->publication = publication;
    r->events = *events;
    r->state = RESPONDER_COMING;
    r->retry_ms = RETRY_FIRST_MS;
    (void)uv_timer_init(loop, &r->retry); /* cannot fail */
    r->retry.data = r;
    (void)uv_timer_start(&r->retry, on_retry, 0, 0);
    *out = r;
    return LTH_OK;
}

static void maybe_closed(struct responder_core *r)
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

void responder_core_close(struct responder_core *r, void (*on_closed)(void *ctx), void *ctx)
{
    r->on_closed = on_closed;
    r->ctx = ctx;
    r->parts = 2; /* the retry timer and the poll */
    stop(r);
    uv_close((uv_handle_t *)&r->retry, on_retry_closed);
    avahi_poll_uv_close(r->poll, on_poll_closed, r);
}
