#include "queue.h"

#include "need.h"

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void rise(struct queue *q, size_t at, struct happening *h)
{
    for (; at && is_before(h, q->heap[(at - 1) / 2]); at = (at - 1) / 2)
        q->heap[at] = q->heap[(at - 1) / 2];
    q->heap[at] = h;
}

static void sink(struct queue *q, struct happening *h)
{
    size_t at = 0, child;
    while ((child = 2 * at + 1) < q->count) {
        if (child + 1 < q->count && is_before(q->heap[child + 1], q->heap[child]))
            child++;
        if (!is_before(q->heap[child], h))
            break;
        q->heap[at] = q->heap[child];
        at = child;
    }
    q->heap[at] = h;
}

void queue_put(struct queue *q, struct happening *h, uint64_t at_ms)
{
    h->at_ms = at_ms;
    h->order = q->planned++;
    q->heap = grown(q->heap, q->count, &q->size, sizeof(struct happening *));
    rise(q, q->count++, h);
}

struct happening *queue_plan(struct queue *q, uint64_t at_ms, deed *what, size_t len)
{
    struct happening *h = need(calloc(1, sizeof *h + len));
    h->deed = what;
    queue_put(q, h, at_ms);
    return h;
}

uint64_t queue_next_ms(const struct queue *q)
{
    return q->count ? q->heap[0]->at_ms : UINT64_MAX;
}

struct happening *queue_take(struct queue *q)
{
    struct happening *first = q->heap[0], *last = q->heap[--q->count];
    if (q->count)
        sink(q, last);
    return first;
}

void queue_clear(struct queue *q)
{
    while (q->count)
        free(q->heap[--q->count]);
    free(q->heap);
    *q = (struct queue){0};
}
