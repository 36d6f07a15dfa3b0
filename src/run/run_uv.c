#include "run/run_uv.h"

#include "base/clock.h"
#include "run/disk_uv.h"
#include "run/tcp_uv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 8 }; /* commands given in answer to an event, in answer to a command, … */

struct run {
    struct run_config config;
    struct disk_thread *disk;
    struct tcp *tcp;
    struct discovery *discovery;
    uv_timer_t timer;
    uint64_t wake_ms;  /* what the timer is set to; UINT64_MAX = it is not */
    uint64_t start_ms; /* monotonic */
    uint16_t port;
    struct todo_list todos[DEPTH_MAX];
    size_t depth;
    bool reporting, was_busy, held, stopping;
    int open_parts; /* of disk, tcp, discovery, timer, when stopping */
};

static struct node_time time_now(void)
{
    return (struct node_time){clock_boot_ms(), clock_wall_ms()};
}

/* ---- carrying out ---- */

static uint64_t rss_bytes(void)
{
    char line[128] = "", *second; /* "size resident ...", in pages */
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    bool got = fgets(line, sizeof line, f) && (second = strchr(line, ' '));
    fclose(f);
    return got ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The parts of status that only the running program knows. */
static void complete_status(const struct run *r, struct status_view *view)
{
    struct store_stats store;
    struct discovery_status discovery = {"off", "off", 0, 0};
    disk_stats(r->disk, &store);
    if (r->discovery)
        discovery_status(r->discovery, &discovery);
    view->version = LANTHORN_VERSION;
    view->pid = getpid();
    view->uptime_s = (clock_boot_ms() - r->start_ms) / 1000;
    view->store_records = store.records;
    view->store_bytes = store.bytes;
    view->store_segments = store.segments;
    view->store_writable = store.writable;
    view->discovery_backend = discovery.backend;
    view->discovery_state = discovery.state;
    view->discovery_adverts = discovery.adverts;
    view->discovery_resolves = discovery.resolves;
    view->rss_bytes = rss_bytes();
}

static void tell(struct run *r, struct event *event)
{
    if (event->type == EVENT_STATUS)
        complete_status(r, &event->status);
    r->config.on_event(r->config.ctx, event);
}

static bool do_append(struct run *r, const struct todo *todo)
{
    return disk_append(r->disk, todo->append.number, todo->append.bytes, todo->append.len,
                       todo->append.sync) == LTH_OK;
}

static void carry_out_link(struct run *r, const struct todo *todo)
{
    switch (todo->type) {
    case TODO_DIAL: tcp_dial(r->tcp, todo->dial.link, todo->dial.address); return;
    case TODO_WRITE:
        tcp_write(r->tcp, todo->write.link, todo->write.bytes, todo->write.len);
        return;
    case TODO_CLOSE: tcp_shut(r->tcp, todo->link); return;
    case TODO_PAUSE: tcp_pause(r->tcp, todo->link, true); return;
    case TODO_RESUME: tcp_pause(r->tcp, todo->link, false); return;
    case TODO_APPEND:
    case TODO_READ:
    case TODO_LOOK:
    case TODO_EVENT: return; /* not tcp's to do */
    }
}

/* Everything but events; false when memory is out. */
static bool carry_out(struct run *r, const struct todo *todo)
{
    switch (todo->type) {
    case TODO_APPEND: return do_append(r, todo);
    case TODO_READ:
        return disk_read(r->disk, todo->read.token, todo->read.numbers, todo->read.count,
                         todo->read.max_bytes) == LTH_OK;
    case TODO_DIAL:
    case TODO_WRITE:
    case TODO_CLOSE:
    case TODO_PAUSE:
    case TODO_RESUME:
        if (r->tcp) /* after the end there is nothing left to do it with */
            carry_out_link(r, todo);
        return true;
    case TODO_LOOK:
    case TODO_EVENT: return true; /* afterwards: they may lead to further steps */
    }
    return true;
}

static void on_timer(uv_timer_t *timer);

static void set_timer(struct run *r)
{
    uint64_t wake = node_wake_ms(r->config.node), now = clock_boot_ms();
    if (wake == r->wake_ms || r->stopping)
        return;
    r->wake_ms = wake;
    uv_update_time(r->config.loop); /* the timer counts from the loop's idea of now */
    if (wake == UINT64_MAX)
        uv_timer_stop(&r->timer);
    else
        uv_timer_start(&r->timer, on_timer, wake > now ? wake - now : 0, 0);
}

/* Memory is out: everything acknowledged is on disk, so the honest thing is to end here. */
static void give_up(void)
{
    static const char sentence[] = "lanthorn: out of memory; nothing that was acknowledged is "
                                   "lost: start it again with more.\n";
    ssize_t ignored = write(STDERR_FILENO, sentence, sizeof sentence - 1);
    (void)ignored;
    abort();
}

static void step(struct run *r, const struct node_input *input);

static void look(struct run *r, uint32_t link)
{
    const struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = link}};
    if (r->tcp && tcp_is_stalled(r->tcp, link, STALLED_MS))
        step(r, &stalled);
}

static void finish_step(struct run *r, struct todo_list *list)
{
    bool ok = !list->out_of_memory;
    for (const struct todo *todo = list->first; todo && ok; todo = todo->next)
        ok = carry_out(r, todo);
    if (!ok)
        give_up();
    disk_kick(r->disk);
    for (struct todo *todo = list->first; todo; todo = todo->next) {
        if (todo->type == TODO_EVENT)
            tell(r, &todo->event);
        else if (todo->type == TODO_LOOK)
            look(r, todo->link);
    }
}

/* What is known at once of what steps had done, which is more steps. */
static void report(struct run *r)
{
    r->reporting = true;
    do
        if (r->tcp)
            tcp_report_sent(r->tcp);
    while (disk_report(r->disk));
    r->reporting = false;
}

/* When no step is under way any more: news of what was done, timer, the user interfaces. */
static void settle(struct run *r)
{
    if (!r->reporting)
        report(r);
    set_timer(r);
    bool busy = node_is_busy(r->config.node);
    bool turned_idle = r->was_busy && !busy;
    r->was_busy = busy;
    if (turned_idle)
        r->config.on_idle(r->config.ctx);
}

static void step(struct run *r, const struct node_input *input)
{
    struct node_time now = time_now();
    assert(r->depth < DEPTH_MAX);
    struct todo_list *list = &r->todos[r->depth++];
    node_step(r->config.node, &now, input, list);
    finish_step(r, list);
    todo_reset(list);
    node_prepare(r->config.node);
    if (--r->depth == 0)
        settle(r);
}

/* ---- what comes in ---- */

static void on_timer(uv_timer_t *timer)
{
    struct run *r = timer->data;
    const struct node_input input = {.type = INPUT_TIME};
    r->wake_ms = UINT64_MAX;
    step(r, &input);
}

static void on_up(void *ctx, uint32_t link, bool dialled, const struct endpoint *remote)
{
    const struct node_input input = {
        .type = INPUT_LINK_UP,
        .link = {.id = link, .dialled = dialled, .remote = *remote},
    };
    step(ctx, &input);
}

static void on_down(void *ctx, uint32_t link)
{
    const struct node_input input = {.type = INPUT_LINK_DOWN, .link = {.id = link}};
    step(ctx, &input);
}

static void on_bytes(void *ctx, uint32_t link, uint8_t *bytes, size_t len)
{
    const struct node_input input = {.type = INPUT_BYTES, .bytes = {link, bytes, len}};
    step(ctx, &input);
}

static void on_sent(void *ctx, uint32_t link, size_t len)
{
    const struct node_input input = {.type = INPUT_LINK_SENT, .link = {.id = link, .sent = len}};
    step(ctx, &input);
}

static void on_written(void *ctx, uint64_t upto)
{
    const struct node_input input = {.type = INPUT_WRITTEN, .disk = {.number = upto}};
    step(ctx, &input);
}

static void on_durable(void *ctx, uint64_t upto)
{
    const struct node_input input = {.type = INPUT_DURABLE, .disk = {.number = upto}};
    step(ctx, &input);
}

static void on_refused(void *ctx, uint64_t from, enum lth_err why)
{
    const struct node_input input = {.type = INPUT_REFUSED, .disk = {from, why}};
    step(ctx, &input);
}

static void on_read(void *ctx, uint64_t token, const struct node_record *records, size_t count)
{
    const struct node_input input = {.type = INPUT_READ, .read = {token, records, count}};
    step(ctx, &input);
}

static void on_found(void *ctx, const char *instance, const struct endpoint *e, bool we_wait)
{
    const struct node_input input = {.type = INPUT_FOUND, .sighting = {instance, *e, we_wait}};
    step(ctx, &input);
}

static void on_lost(void *ctx, const char *instance, const struct endpoint *e)
{
    const struct node_input input = {.type = INPUT_LOST, .sighting = {instance, *e, false}};
    step(ctx, &input);
}

static void on_discovery_state(void *ctx, bool healthy, const char *sentence)
{
    run_warn(ctx, healthy ? "discovery" : "discovery_lost", sentence);
}

static void on_network(void *ctx)
{
    const struct node_input input = {.type = INPUT_NETWORK};
    step(ctx, &input);
}

void run_submit(struct run *r, const struct command *command)
{
    const struct node_input input = {.type = INPUT_COMMAND, .command = command};
    if (!r->stopping)
        step(r, &input);
}

bool run_is_busy(const struct run *r)
{
    return node_is_busy(r->config.node);
}

void run_hold(struct run *r, bool hold)
{
    const struct node_input input = {.type = hold ? INPUT_HOLD : INPUT_RELEASE};
    if (!r->stopping && r->held != hold) {
        r->held = hold;
        step(r, &input);
    }
}

void run_warn(struct run *r, const char *code, const char *text)
{
    const struct event event = {.type = EVENT_WARNING, .warning = {code, text}};
    r->config.on_event(r->config.ctx, &event);
}

/* ---- beginning and end ---- */

static enum lth_err open_parts(struct run *r)
{
    const struct tcp_callbacks tcp = {on_up, on_bytes, on_sent, on_down, r};
    const struct disk_callbacks disk = {on_written, on_durable, on_refused, on_read, r};
    enum lth_err err = tcp_open(r->config.loop, &tcp, NODE_INCOMING_LINK, &r->tcp);
    if (err != LTH_OK)
        return err;
    err = tcp_listen(r->tcp, r->config.listen, r->config.port, r->config.port_may_change, &r->port);
    if (err == LTH_OK)
        err = disk_open(r->config.loop, r->config.store, &disk, &r->disk);
    if (err != LTH_OK)
        tcp_close(r->tcp, NULL, NULL);
    return err;
}

enum lth_err run_open(const struct run_config *config, struct run **out)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return LTH_NO_MEMORY;
    r->config = *config;
    r->wake_ms = UINT64_MAX;
    r->start_ms = clock_boot_ms();
    for (size_t i = 0; i < DEPTH_MAX; i++)
        todo_init(&r->todos[i]);
    enum lth_err err = open_parts(r);
    if (err != LTH_OK) {
        free(r);
        return err;
    }
    uv_timer_init(config->loop, &r->timer); /* cannot fail */
    r->timer.data = r;
    *out = r;
    return LTH_OK;
}

void run_describe(const struct run *r, struct event *ready)
{
    *ready = (struct event){.type = EVENT_READY};
    memcpy(ready->ready.id, node_id(r->config.node), ID_LEN);
    ready->ready.name = node_name(r->config.node);
    ready->ready.version = LANTHORN_VERSION;
    ready->ready.data = r->config.data_dir;
    ready->ready.port = r->port;
}

static void tell_ready(struct run *r)
{
    struct event ready;
    run_describe(r, &ready);
    r->config.on_event(r->config.ctx, &ready);
}

/* Where discovery cannot work as asked for, the network is watched nevertheless. */
static enum lth_err start_discovery(struct run *r)
{
    static const struct discovery_config off = {.mode = DISCOVERY_OFF};
    const struct discovery_config config = {r->config.discovery, r->port, r->config.interfaces,
                                            r->config.interface_count};
    const struct discovery_callbacks callbacks = {on_found, on_lost, on_discovery_state, on_network,
                                                  r};
    enum lth_err err = discovery_open(r->config.loop, &config, &callbacks, &r->discovery);
    if (err != LTH_OK && discovery_open(r->config.loop, &off, &callbacks, &r->discovery) != LTH_OK)
        r->discovery = NULL;
    return err;
}

enum lth_err run_start(struct run *r)
{
    struct node_time now = time_now();
    tell_ready(r);
    struct todo_list *list = &r->todos[r->depth++];
    node_start(r->config.node, r->port, &now, list);
    finish_step(r, list);
    todo_reset(list);
    r->depth--;
    settle(r);
    return start_discovery(r);
}

static void on_part_closed(void *ctx)
{
    struct run *r = ctx;
    if (--r->open_parts)
        return;
    void (*on_stopped)(void *) = r->config.on_stopped;
    void *stopped_ctx = r->config.ctx;
    for (size_t i = 0; i < DEPTH_MAX; i++)
        todo_clear(&r->todos[i]);
    free(r);
    on_stopped(stopped_ctx);
}

static void on_timer_closed(uv_handle_t *handle)
{
    on_part_closed(handle->data);
}

/* Links are gone: what they brought last may still have to reach the disk. */
static void on_tcp_closed(void *ctx)
{
    struct run *r = ctx;
    r->tcp = NULL;
    disk_close(r->disk, on_part_closed, r);
}

void run_stop(struct run *r)
{
    const struct node_input input = {.type = INPUT_STOP};
    if (r->stopping)
        return;
    step(r, &input);
    r->stopping = true;
    r->open_parts = 2 + (r->discovery != NULL);
    uv_close((uv_handle_t *)&r->timer, on_timer_closed);
    if (r->discovery)
        discovery_close(r->discovery, on_part_closed, r);
    r->discovery = NULL;
    tcp_close(r->tcp, on_tcp_closed, r);
}
