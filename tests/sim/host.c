/* tests/sim/host.c - the life of a host's process: start, steps, what it wants done, end. */
#include "need.h"
#include "world.h"

#include <string.h>

enum { BOOT_MONO_MS = 5000, SPIN_MAX = 2000, STOP_MS = 300 };

static struct node_time time_of(const struct world *w, const struct host *h)
{
    uint64_t wall_ms = (uint64_t)WALL_START_S * 1000 + w->now_ms;
    return (struct node_time){w->now_ms - h->booted_ms + BOOT_MONO_MS,
                              wall_ms + (uint64_t)h->wall_ms};
}

static void on_wake(struct world *w, struct happening *h);

/* Plans the wake the core asks for, unless an earlier one is planned. */
static void plan_wake(struct world *w, struct host *h)
{
    uint64_t mono_ms = node_wake_ms(h->core);
    if (mono_ms == UINT64_MAX)
        return;
    uint64_t at_ms = mono_ms + h->booted_ms;
    at_ms = at_ms > w->now_ms + BOOT_MONO_MS ? at_ms - BOOT_MONO_MS : w->now_ms;
    if (at_ms >= h->wake_ms)
        return;
    h->wake_ms = at_ms;
    struct happening *wake = queue_plan(&w->queue, at_ms, on_wake, 0);
    wake->host = h;
    wake->life = h->life;
}

static void carry_out(struct world *w, struct host *h)
{
    struct todo_list list = w->todo;
    todo_init(&w->todo); /* an event may lead to another step */
    if (list.out_of_memory)
        abort();
    for (struct todo *t = list.first; t; t = t->next) {
        switch (t->type) {
        case TODO_APPEND: disk_append(w, h, t); break;
        case TODO_READ: disk_read(w, h, t); break;
        case TODO_DIAL: network_dial(w, h, t); break;
        case TODO_WRITE: network_write(w, h, t); break;
        case TODO_CLOSE: network_close(w, h, t->link); break;
        case TODO_LOOK: network_look(w, h, t->link); break;
        case TODO_PAUSE: network_pause(w, h, t->link, true); break;
        case TODO_RESUME: network_pause(w, h, t->link, false); break;
        case TODO_EVENT: witness_on_event(w, h, &t->event); break;
        }
    }
    todo_reset(&list);
    todo_clear(&w->todo);
    w->todo = list; /* its memory serves the next step */
    if (!list.first)
        w->todo.last = &w->todo.first;
    disk_kick(w, h);
    plan_wake(w, h);
}

void host_step(struct world *w, struct host *h, const struct node_input *input)
{
    struct node_time now = time_of(w, h);
    w->tally.steps++;
    vigil_on_step(w, h);
    registry_before_step(w, h);
    wiretap_reset(&w->wiretap);
    node_step(h->core, &now, input, &w->todo);
    if (w->seals.repeated)
        broken(w, RULE_NONCE, "h%u", h->index);
    registry_after_step(w, h);
    carry_out(w, h);
}

/* What comes to a process that stands still waits; true then. */
static bool waits(struct happening *h)
{
    struct host *host = h->host;
    if (!host->is_still)
        return false;
    host->waiting =
        grown(host->waiting, host->waiting_count, &host->waiting_size, sizeof(struct happening *));
    host->waiting[host->waiting_count++] = h;
    return true;
}

void host_go_on(struct world *w, struct host *h)
{
    if (h->is_still)
        tell(w, h, "goes on");
    h->is_still = false;
    for (size_t i = 0; i < h->waiting_count; i++)
        queue_put(&w->queue, h->waiting[i], w->now_ms);
    h->waiting_count = 0;
}

static void on_going_on(struct world *w, struct happening *h)
{
    host_go_on(w, h->host);
    free(h);
}

void host_stand_still(struct world *w, struct host *h, uint64_t ms)
{
    tell(w, h, "stands still for %u ms", (unsigned)ms);
    h->is_still = true;
    h->witness.disturbed_ms = w->now_ms;
    struct happening *end = queue_plan(&w->queue, w->now_ms + ms, on_going_on, 0);
    end->host = h;
    end->life = h->life;
}

static void on_wake(struct world *w, struct happening *h)
{
    static const struct node_input time = {.type = INPUT_TIME};
    struct host *host = h->host;
    if (waits(h))
        return;
    free(h);
    if (!host->core || host->wake_ms > w->now_ms)
        return; /* planned before an earlier one */
    host->wake_ms = UINT64_MAX;
    host->wakes = host->woken_ms == w->now_ms ? host->wakes + 1 : 0;
    host->woken_ms = w->now_ms;
    if (host->wakes > SPIN_MAX)
        broken(w, RULE_SLEEPS, "h%u", host->index);
    else
        host_step(w, host, &time);
}

static void on_input(struct world *w, struct happening *h)
{
    struct host *host = h->host;
    if (waits(h))
        return;
    if (host->core) {
        if (h->input.type == INPUT_BYTES)
            h->input.bytes.bytes = h->bytes;
        if (h->input.type == INPUT_READ) {
            h->input.read.records = (const struct node_record *)(const void *)h->bytes;
            host->disk.reads--;
        }
        if (h->input.type == INPUT_FOUND || h->input.type == INPUT_LOST)
            h->input.sighting.instance = (const char *)h->bytes;
        if (h->input.type == INPUT_LINK_UP)
            network_on_up(w, host, h->input.link.id);
        if (h->input.type == INPUT_REFUSED)
            host->disk.refused = 0;
        host_step(w, host, &h->input);
    }
    free(h);
}

void world_input(struct world *w, struct host *h, uint64_t at_ms, const struct node_input *input)
{
    const void *extra = NULL;
    size_t len = 0;
    if (input->type == INPUT_BYTES) {
        extra = input->bytes.bytes;
        len = input->bytes.len;
    } else if (input->type == INPUT_READ) {
        extra = input->read.records;
        len = input->read.count * sizeof *input->read.records;
    } else if (input->type == INPUT_FOUND || input->type == INPUT_LOST) {
        extra = input->sighting.instance;
        len = strlen(input->sighting.instance) + 1;
    }
    struct happening *planned = queue_plan(&w->queue, at_ms, on_input, len);
    planned->host = h;
    planned->life = h->life;
    planned->input = *input;
    if (len)
        memcpy(planned->bytes, extra, len);
}

void host_start(struct world *w, struct host *h)
{
    char name[16];
    snprintf(name, sizeof name, "p%u", h->person);
    const struct node_config config = {.secret = w->secrets[h->person],
                                       .name = name,
                                       .network = "",
                                       .next_record = h->disk.count + 1,
                                       .shown = h->disk.shown};
    if (!h->powered) {
        h->boot++;
        h->booted_ms = w->now_ms;
        h->powered = true;
        ways_on_change(w);
    }
    h->life++;
    h->core = need(node_new(&config));
    h->wake_ms = UINT64_MAX;
    host_go_on(w, h); /* what waited was for the process before */
    h->held = false;
    snprintf(h->instance, sizeof h->instance, "%08x", (unsigned)chance_u64(&w->chance));
    witness_on_start(w, h);
    for (size_t at = 0; at < h->disk.count; at++)
        if (node_replay(h->core, at + 1, h->disk.records[at].bytes, h->disk.records[at].len) !=
            LTH_OK)
            broken(w, RULE_LOG_READABLE, "h%u, record %zu", h->index, at + 1);
    tell(w, h, "starts, with %zu records of which %u were shown%s", h->disk.count,
         (unsigned)h->disk.shown, h->blind ? ", blind" : "");
    struct node_time now = time_of(w, h);
    node_start(h->core, 7327, &now, &w->todo);
    registry_on_life(h);
    registry_after_step(w, h);
    carry_out(w, h);
    sightings_on_start(w, h);
}

/* How many records are still there. */
static uint64_t survivors(struct world *w, const struct host *h, enum end how)
{
    const struct disk *d = &h->disk;
    switch (how) {
    case END_IN_ORDER: return d->refuse == LTH_OK ? d->count : d->written;
    case END_KILLED: return d->written;
    case END_POWER:
        return chance_between(&w->chance, d->durable,
                              chance_per_mille(&w->chance, 500) ? d->durable : d->written);
    }
    return d->durable;
}

void host_end(struct world *w, struct host *h, enum end how)
{
    static const char *const words[] = {"ends in order", "is killed", "loses its power"};
    static const struct node_input stop = {.type = INPUT_STOP};
    if (how == END_IN_ORDER)
        host_step(w, h, &stop);
    tell(w, h, "%s", words[how]);
    witness_on_end(w, h);
    node_free(h->core);
    h->core = NULL;
    uint64_t left = survivors(w, h, how);
    disk_truncate(w, h, left);
    if (how == END_POWER) {
        h->powered = false;
        ways_on_change(w);
    }
    network_on_end(w, h);
    h->life++; /* what was under way for it is void */
}

void host_restore(struct world *w, struct host *h, uint64_t records, uint64_t shown)
{
    tell(w, h, "is restored: %zu records become %u", h->disk.count, (unsigned)records);
    h->witness.restores++;
    h->disk.shown = h->disk.older_shown = shown < records ? shown : records;
    disk_truncate(w, h, records);
    holdings_on_restored_mark(w, h);
}

struct host *host_clone(struct world *w, const struct host *of)
{
    if (w->host_count == HOSTS_MAX)
        return NULL;
    struct host *h = &w->hosts[w->host_count];
    *h = (struct host){.index = (uint32_t)w->host_count++,
                       .person = of->person,
                       .is_clone = true,
                       .powered = true,
                       .wall_ms = of->wall_ms,
                       .booted_ms = w->now_ms};
    registry_on_life(h);
    disk_copy(&h->disk, &of->disk);
    witness_init(w, h);
    for (size_t i = 0; i < w->host_count; i++) {
        uint32_t latency = w->ways.latency_ms[of->index][i];
        w->ways.latency_ms[h->index][i] = w->ways.latency_ms[i][h->index] = latency;
        memset(&w->hosts[i].sightings[h->index], 0, sizeof *h->sightings);
    }
    holdings_on_copy(w, h);
    for (uint32_t i = 0; i < w->ledger.count && i < of->witness.holdings.known_size; i++)
        if (of->witness.holdings.known[i].shown && holdings_known(w, h, i)->record)
            holdings_known(w, h, i)->shown = of->witness.holdings.known[i].shown;
    h->disk.shown = h->disk.older_shown = of->disk.shown;
    ways_on_change(w);
    tell(w, h, "is a clone of h%u", of->index);
    return h;
}

void host_roam(struct world *w, struct host *h)
{
    static const struct node_input network = {.type = INPUT_NETWORK};
    h->address++;
    tell(w, h, "has another address, number %u", h->address);
    ways_on_change(w);
    if (h->core)
        world_input(w, h, w->now_ms + 5, &network);
}

void host_command(struct world *w, struct host *h, const struct command *c)
{
    const struct node_input input = {.type = INPUT_COMMAND, .command = c};
    h->witness.answered_error = false;
    host_step(w, h, &input);
}

bool host_say(struct world *w, struct host *h, size_t to, uint32_t len)
{
    char who[AUDIENCE_TEXT_LEN + 1], text[SAYING_TEXT_MAX + 1];
    const struct standing_orders *orders = NULL;
    uint32_t seen = h->witness.last_shown[to];
    if (seen != NO_SAYING && !holdings_known(w, h, seen)->shown)
        seen = NO_SAYING; /* a restore lost it */
    struct saying saying = {.author = h->index,
                            .to = (uint32_t)to,
                            .life = h->life,
                            .number = ++h->witness.numbers[to],
                            .len = len,
                            .said_ms = w->now_ms,
                            .answers = seen};
    world_name(w, to, who);
    if (to >= w->people)
        orders = registry_now(w, h, (uint32_t)(to - w->people));
    saying.readers = orders ? orders->members : 0;
    uint32_t index = ledger_add(&w->ledger, &saying);
    ledger_text(&w->ledger, index, text);
    tell(w, h, to < w->people ? "says s%u to p%zu, %zu bytes" : "says s%u to g%zu, %zu bytes",
         index, to < w->people ? to : to - w->people, strlen(text));
    const struct command c = {.type = COMMAND_SEND,
                              .ticket = index,
                              .who = who,
                              .text = (const uint8_t *)text,
                              .text_len = w->ledger.sayings[index]->len};
    host_command(w, h, &c);
    return !h->witness.answered_error;
}
