#include "disk.h"

#include "need.h"
#include "world.h"

#include <string.h>

enum { LAZY_SYNC_MS = 1000 };

void disk_append(struct world *w, struct host *h, const struct todo *todo)
{
    struct disk *d = &h->disk;
    uint64_t number = todo->append.number;
    if (d->refused && number > d->count + 1)
        return; /* queued behind one that was refused */
    if (number != d->count + 1) {
        broken(w, RULE_RECORDS_NUMBERED, "h%u, record %u of %zu", h->index, (unsigned)number,
               d->count);
        return;
    }
    uint8_t *copy = need(malloc(todo->append.len));
    memcpy(copy, todo->append.bytes, todo->append.len);
    d->records = grown(d->records, d->count, &d->size, sizeof *d->records);
    d->records[d->count++] = (struct disk_record){.bytes = copy, .len = (uint32_t)todo->append.len};
    holdings_on_append(w, h, number, &d->records[number - 1]);
    if (todo->append.sync)
        d->sync_upto = number;
}

static void report(struct world *w, struct host *h, enum input_type type, uint64_t number)
{
    const struct node_input input = {.type = type, .disk = {number, h->disk.refuse}};
    world_input(w, h, w->now_ms, &input);
}

static void refuse_batch(struct world *w, struct host *h)
{
    struct disk *d = &h->disk;
    d->refused = d->written + 1;
    tell(w, h, "has no room on its disk for record %u", (unsigned)d->refused);
    h->witness.refusals++;
    report(w, h, INPUT_REFUSED, d->refused);
    disk_truncate(w, h, d->written);
}

static void on_synced(struct world *w, struct happening *h)
{
    struct disk *d = &h->host->disk;
    uint64_t before = d->durable;
    d->busy = false;
    d->durable = h->number;
    d->older_shown = d->shown;
    holdings_on_durable(w, h->host, before, d->durable);
    report(w, h->host, INPUT_DURABLE, d->durable);
    disk_kick(w, h->host);
    free(h);
}

static void plan_sync(struct world *w, struct host *h)
{
    struct disk *d = &h->disk;
    uint64_t at_ms = w->now_ms + chance_between(&w->chance, 1, d->sync_ms);
    struct happening *synced = queue_plan(&w->queue, at_ms, on_synced, 0);
    d->busy = true;
    synced->host = h;
    synced->life = h->life;
    synced->number = d->written;
}

static void on_lazy(struct world *w, struct happening *h)
{
    struct disk *d = &h->host->disk;
    d->is_lazy = false;
    if (d->durable < d->written && d->sync_upto < d->written)
        d->sync_upto = d->written;
    disk_kick(w, h->host);
    free(h);
}

static void plan_lazy(struct world *w, struct host *h)
{
    if (h->disk.is_lazy)
        return;
    struct happening *lazy = queue_plan(&w->queue, w->now_ms + LAZY_SYNC_MS, on_lazy, 0);
    lazy->host = h;
    lazy->life = h->life;
    h->disk.is_lazy = true;
}

void disk_kick(struct world *w, struct host *h)
{
    struct disk *d = &h->disk;
    bool is_new = d->written<d->count, wants_sync = d->sync_upto> d->durable;
    if (d->busy || (!is_new && !wants_sync))
        return;
    if (is_new && d->refuse != LTH_OK) {
        refuse_batch(w, h);
        return;
    }
    d->written = d->count;
    if (is_new)
        report(w, h, INPUT_WRITTEN, d->written);
    if (wants_sync)
        plan_sync(w, h);
    else
        plan_lazy(w, h);
}

void disk_read(struct world *w, struct host *h, const struct todo *todo)
{
    struct node_record *records = need(calloc(todo->read.count + 1, sizeof *records));
    size_t count = 0, bytes = 0;
    while (count < todo->read.count && (!todo->read.max_bytes || bytes < todo->read.max_bytes)) {
        const struct disk_record *r = &h->disk.records[todo->read.numbers[count] - 1];
        records[count++] = (struct node_record){r->bytes, r->len};
        bytes += r->len;
    }
    const struct node_input input = {.type = INPUT_READ,
                                     .read = {todo->read.token, records, count}};
    h->disk.reads++;
    world_input(w, h, w->now_ms + chance_between(&w->chance, 0, h->disk.sync_ms), &input);
    free(records);
}

void disk_truncate(struct world *w, struct host *h, uint64_t left)
{
    struct disk *d = &h->disk;
    holdings_on_truncate(h, left);
    while (d->count > left)
        free(d->records[--d->count].bytes);
    d->written = d->written < left ? d->written : left;
    d->durable = d->durable < left ? d->durable : left;
    d->sync_upto = d->sync_upto < left ? d->sync_upto : left;
    if (h->core)
        return;
    holdings_on_durable(w, h, d->durable, d->count);
    d->written = d->durable = d->count; /* opening the store syncs what it finds */
    d->refused = 0;
    d->busy = d->is_lazy = false;
    d->reads = 0;
}

void disk_lose_mark(struct host *h)
{
    h->disk.shown = h->disk.older_shown < h->disk.count ? h->disk.older_shown : h->disk.count;
    holdings_on_truncate(h, h->disk.count);
}

void disk_copy(struct disk *to, const struct disk *from)
{
    *to = (struct disk){.sync_ms = from->sync_ms};
    for (size_t i = 0; i < from->durable; i++) {
        uint8_t *copy = need(malloc(from->records[i].len));
        memcpy(copy, from->records[i].bytes, from->records[i].len);
        to->records = grown(to->records, to->count, &to->size, sizeof *to->records);
        to->records[to->count++] = from->records[i];
        to->records[i].bytes = copy;
    }
    to->written = to->durable = to->count;
}

void disk_clear(struct disk *d)
{
    while (d->count)
        free(d->records[--d->count].bytes);
    free(d->records);
}
