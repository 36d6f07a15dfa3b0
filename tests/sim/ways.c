#include "ways.h"

#include "world.h"

enum { PORT = 7327 };

bool ways_pass(const struct world *w, size_t from, size_t to)
{
    return !w->ways.cut[from][to] && w->hosts[from].powered && w->hosts[to].powered;
}

bool ways_pass_both(const struct world *w, size_t a, size_t b)
{
    return ways_pass(w, a, b) && ways_pass(w, b, a);
}

/* Notes since when there is no way between two hosts. */
static void note_way(struct world *w, size_t a, size_t b)
{
    uint64_t since_ms = w->ways.shut_ms[a][b];
    bool is_open = ways_pass(w, a, b) || ways_pass(w, b, a);
    w->ways.shut_ms[a][b] = is_open ? 0 : since_ms ? since_ms : w->now_ms;
}

void ways_on_change(struct world *w)
{
    for (size_t a = 0; a < w->host_count; a++)
        for (size_t b = 0; b < w->host_count; b++)
            note_way(w, a, b);
}

void ways_cut(struct world *w, size_t from, size_t to, bool cut)
{
    w->ways.cut[from][to] = (uint8_t)(w->ways.cut[from][to] + (cut ? 1 : -1));
    ways_on_change(w);
}

struct endpoint ways_address(const struct host *h)
{
    return (struct endpoint){.ip = {[10] = 0xff,
                                    [11] = 0xff,
                                    [12] = 10,
                                    [13] = (uint8_t)(h->address >> 8),
                                    [14] = (uint8_t)h->address,
                                    [15] = (uint8_t)(h->index + 1)},
                             .port = PORT};
}

struct host *ways_host_at(struct world *w, const struct endpoint *e)
{
    size_t index = (size_t)e->ip[15] - 1;
    unsigned address = (unsigned)e->ip[13] << 8 | e->ip[14];
    if (index >= w->host_count || w->hosts[index].address != address)
        return NULL;
    return &w->hosts[index];
}

uint64_t ways_latency(struct world *w, const struct host *from, const struct host *to)
{
    uint32_t base = w->ways.latency_ms[from->index][to->index];
    return 1 + base + chance_below(&w->network.chance, 4 + base / 4);
}
