#include "world.h"

#include "need.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

enum { START_MS = 1000, LOOK_MS = 1000 };

void trace_line(const struct world *w, const struct host *h, const char *format, ...)
{
    va_list args;
    fprintf(w->trace, "%8" PRIu64 ".%03u ", w->now_ms / 1000, (unsigned)(w->now_ms % 1000));
    if (h)
        fprintf(w->trace, h->is_clone ? "h%u (p%u) " : "h%u ", h->index, h->person);
    va_start(args, format);
    vfprintf(w->trace, format, args);
    va_end(args);
    fputc('\n', w->trace);
}

static void look_around(struct world *w, struct happening *h)
{
    vigil_look_around(w);
    queue_put(&w->queue, h, w->now_ms + LOOK_MS);
}

static void init_person(struct world *w, size_t p)
{
    struct identity_secret secret;
    for (size_t i = 0; i < sizeof w->secrets[p]; i += 8) {
        uint64_t value = chance_u64(&w->chance);
        memcpy(w->secrets[p] + i, &value, 8);
    }
    identity_secret_init(&secret, w->secrets[p], w->secrets[p] + 32);
    memcpy(w->ids[p], secret.public.id, ID_LEN);
    identity_secret_clear(&secret);
}

uint32_t world_person(const struct world *w, const uint8_t id[ID_LEN])
{
    for (uint32_t p = 0; p < w->people; p++)
        if (memcmp(w->ids[p], id, ID_LEN) == 0)
            return p;
    return NOBODY;
}

void world_name(const struct world *w, size_t audience, char text[AUDIENCE_TEXT_LEN + 1])
{
    if (audience < w->people)
        id_write(w->ids[audience], text);
    else
        sodium_bin2hex(text, AUDIENCE_TEXT_LEN + 1,
                       registry_id(&w->registry, (uint32_t)(audience - w->people)), HASH_LEN);
}

void world_enter(struct world *w)
{
    chance_feeds_sodium(&w->core_chance);
    sodium_between_watch(&w->seals);
    sodium_between_tap(wiretap_on_seal, &w->wiretap);
}

struct world *world_new(uint64_t seed, size_t people, FILE *trace)
{
    struct world *w = need(calloc(1, sizeof *w));
    w->seed = seed;
    w->now_ms = START_MS;
    w->people = people;
    w->trace = trace;
    w->chance = chance_of(seed, 1);
    w->network.chance = chance_of(seed, 3);
    w->hosts = need(calloc(HOSTS_MAX, sizeof *w->hosts));
    w->secrets = need(calloc(people, sizeof *w->secrets));
    w->ids = need(calloc(people, sizeof *w->ids));
    todo_init(&w->todo);
    world_enter(w);
    if (sodium_init() < 0 || people > PEOPLE_MAX)
        abort();
    w->core_chance = chance_of(seed, 2); /* the first sodium_init drew from it */
    for (uint32_t i = 0; i < people; i++) {
        init_person(w, i);
        w->hosts[w->host_count++] = (struct host){.index = i, .person = i, .powered = true};
        w->hosts[i].disk.sync_ms = 3;
        registry_on_life(&w->hosts[i]);
        witness_init(w, &w->hosts[i]);
    }
    queue_plan(&w->queue, START_MS + LOOK_MS, look_around, 0);
    return w;
}

void world_free(struct world *w)
{
    for (size_t i = 0; i < w->host_count; i++) {
        node_free(w->hosts[i].core);
        while (w->hosts[i].waiting_count)
            free(w->hosts[i].waiting[--w->hosts[i].waiting_count]);
        free(w->hosts[i].waiting);
        disk_clear(&w->hosts[i].disk);
        witness_clear(&w->hosts[i].witness);
    }
    network_clear(&w->network);
    queue_clear(&w->queue);
    ledger_clear(&w->ledger);
    registry_clear(&w->registry);
    asks_clear(&w->asks);
    wiretap_clear(&w->wiretap);
    sodium_between_watch(NULL);
    sodium_between_tap(NULL, NULL);
    seals_clear(&w->seals);
    todo_clear(&w->todo);
    free(w->hosts);
    free(w->secrets);
    free(w->ids);
    free(w);
}

void world_run(struct world *w, uint64_t ms)
{
    uint64_t end = w->now_ms + ms;
    world_enter(w);
    while (w->verdict.rule == RULE_NONE && queue_next_ms(&w->queue) <= end) {
        struct happening *h = queue_take(&w->queue);
        w->now_ms = h->at_ms > w->now_ms ? h->at_ms : w->now_ms;
        if (h->life && h->life != h->host->life)
            free(h); /* meant for a process that is gone */
        else
            h->deed(w, h);
    }
    if (w->verdict.rule == RULE_NONE)
        w->now_ms = end;
}
