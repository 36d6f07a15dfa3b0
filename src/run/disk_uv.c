#include "run/disk_uv.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    SYNC_AGAIN_MS = 500,  /* how long to wait for room on a full disk */
    AT_ONCE_MAX = 4 << 10 /* bytes that the loop appends itself */
};

/* Records on their way to the thread. */
struct batch {
    struct store_record *records; /* owned; the bytes are the node's */
    size_t count, capacity;
    size_t bytes;   /* of all records */
    uint64_t first; /* number of the first record */
    bool sync;
};

struct read_job {
    struct read_job *next;
    uint64_t token;
    struct buffer bytes;         /* of all records */
    struct node_record *records; /* owned; filled in on the loop */
    size_t *lengths;             /* owned; SIZE_MAX: unreadable */
    size_t count, max_bytes;
    uint64_t numbers[];
};

/* What the thread has to tell; under the mutex. */
struct news {
    uint64_t written, durable;
    uint64_t refused; /* first number; 0 = none */
    enum lth_err why;
    struct read_job *reads;
    bool idle;
};

struct disk_thread {
    struct disk_callbacks callbacks;
    struct store *store;
    uv_thread_t thread;
    uv_mutex_t using_store; /* held by whoever works with the store; taken before mutex */
    uv_mutex_t mutex;
    uv_cond_t work;
    int wake_fd; /* an eventfd: uv_async spins while its sender is inside it */
    uv_poll_t wake;
    uv_timer_t lazy;

    /* Under the mutex. */
    struct batch handed;              /* being worked on; count 0 and !sync = none */
    bool has_batch, in_haste, ending; /* in_haste: wait for nothing, the end is near */
    struct read_job *to_read, **to_read_end;
    struct news news;
    struct store_stats stats;

    /* The loop's. */
    struct batch gathering;
    uint64_t queued, synced; /* highest number queued; highest known durable */
    bool busy, closing;
    bool has_news; /* of what the loop appended itself */
    bool gave_up;  /* the last batch was refused: the end does not wait for another one */
    int open_handles;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

/* ---- the thread ---- */

static void wake_loop(struct disk_thread *d)
{
    static const uint64_t one = 1;
    ssize_t len = write(d->wake_fd, &one, sizeof one);
    (void)len; /* fails only when the counter is full: then the loop is being woken anyway */
}

static void note(struct disk_thread *d, const struct news *news)
{
    uv_mutex_lock(&d->mutex);
    if (news->written)
        d->news.written = news->written;
    if (news->durable)
        d->news.durable = news->durable;
    if (news->refused) {
        d->news.refused = news->refused;
        d->news.why = news->why;
    }
    d->news.idle = d->news.idle || news->idle;
    store_stats(d->store, &d->stats);
    uv_mutex_unlock(&d->mutex);
}

static void work_on_read(struct disk_thread *d, struct read_job *job)
{
    size_t done = 0;
    while (done < job->count && (!job->max_bytes || job->bytes.len < job->max_bytes)) {
        size_t before = job->bytes.len;
        enum lth_err err = store_read(d->store, job->numbers[done], &job->bytes);
        job->lengths[done++] = err == LTH_OK ? job->bytes.len - before : SIZE_MAX;
    }
    job->count = done;
    uv_mutex_lock(&d->mutex);
    job->next = d->news.reads;
    d->news.reads = job;
    uv_mutex_unlock(&d->mutex);
}

static struct read_job *take_read(struct disk_thread *d)
{
    struct read_job *job = d->to_read;
    if (!job)
        return NULL;
    d->to_read = job->next;
    if (!d->to_read)
        d->to_read_end = &d->to_read;
    return job;
}

/* A while, in which reads are answered. False when there is no time to wait. */
static bool wait_for_room(struct disk_thread *d)
{
    struct read_job *job;
    bool in_haste;
    do {
        uv_mutex_lock(&d->mutex);
        if (!d->to_read && !d->in_haste)
            uv_cond_timedwait(&d->work, &d->mutex, SYNC_AGAIN_MS * (uint64_t)1000000);
        job = take_read(d);
        in_haste = d->in_haste;
        uv_mutex_unlock(&d->mutex);
        if (job) {
            work_on_read(d, job);
            wake_loop(d);
        }
    } while (job);
    return !in_haste;
}

/* What may pass is waited for: the records are appended, so nothing is lost yet. Each time it is
 * told, and what has gathered behind `written` is refused, or nobody would know why nothing is
 * acknowledged any more. */
static enum lth_err sync_store(struct disk_thread *d, uint64_t written)
{
    enum lth_err err = store_sync(d->store);
    bool wait = store_may_pass(err);
    while (wait) {
        const struct news news = {.refused = written + 1, .why = err};
        note(d, &news);
        wake_loop(d);
        wait = wait_for_room(d);
        err = store_sync(d->store);
        wait = wait && store_may_pass(err);
    }
    return err;
}

static void work_on_batch(struct disk_thread *d, const struct batch *batch)
{
    struct news news = {.idle = !batch->sync};
    enum lth_err err = batch->count ? store_append(d->store, batch->records, batch->count) : LTH_OK;
    if (err != LTH_OK) {
        news = (struct news){.refused = batch->first, .why = err, .idle = true};
        note(d, &news);
        return;
    }
    news.written = batch->first + batch->count - 1;
    if (!batch->sync) {
        note(d, &news);
        return;
    }
    err = sync_store(d, news.written);
    news.idle = true;
    if (err == LTH_OK)
        news.durable = news.written;
    else if (store_may_pass(err)) /* its records are appended: only what comes after is refused */
        news.refused = news.written + 1;
    else
        news = (struct news){.refused = batch->first, .idle = true};
    news.why = err;
    note(d, &news);
}

/* job: NULL for the batch. The loop is woken once the store is free, for it may want it. */
static void work(struct disk_thread *d, struct read_job *job)
{
    uv_mutex_lock(&d->using_store);
    if (job)
        work_on_read(d, job);
    else
        work_on_batch(d, &d->handed);
    uv_mutex_unlock(&d->using_store);
    wake_loop(d);
}

static void run_thread(void *arg)
{
    struct disk_thread *d = arg;
    for (;;) {
        uv_mutex_lock(&d->mutex);
        while (!d->has_batch && !d->to_read && !d->ending)
            uv_cond_wait(&d->work, &d->mutex);
        bool has_batch = d->has_batch;
        struct read_job *job = take_read(d);
        d->has_batch = false;
        uv_mutex_unlock(&d->mutex);
        if (!has_batch && !job)
            return; /* ending */
        if (has_batch)
            work(d, NULL);
        if (job)
            work(d, job);
    }
}

/* ---- the loop ---- */

static void hand_over(struct disk_thread *d)
{
    uv_mutex_lock(&d->mutex);
    struct batch spare = d->handed;
    d->handed = d->gathering;
    d->has_batch = true;
    uv_mutex_unlock(&d->mutex);
    uv_cond_signal(&d->work); /* unlocked, else the thread wakes only to wait for the mutex */
    sched_yield(); /* on one processor: let it reach the disk before the loop computes on */
    d->gathering = (struct batch){.records = spare.records, .capacity = spare.capacity};
    d->busy = true;
    d->gave_up = false;
}

static void on_lazy_sync(uv_timer_t *timer)
{
    struct disk_thread *d = timer->data;
    if (d->synced >= d->queued)
        return;
    d->gathering.sync = true;
    if (!d->gathering.count)
        d->gathering.first = d->queued + 1;
    disk_kick(d);
}

static void start_lazy_sync(struct disk_thread *d)
{
    if (!uv_is_active((uv_handle_t *)&d->lazy))
        uv_timer_start(&d->lazy, on_lazy_sync, DISK_LAZY_SYNC_MS, 0);
}

static void forget_gathered(struct disk_thread *d)
{
    d->gathering.count = d->gathering.bytes = 0;
    d->gathering.sync = false;
}

/* What is gathered, unless it may have to wait: for the disk, or for the thread. */
static bool append_at_once(struct disk_thread *d)
{
    struct batch *batch = &d->gathering;
    if (batch->sync || batch->bytes > AT_ONCE_MAX || d->closing ||
        uv_mutex_trylock(&d->using_store) != 0)
        return false;
    bool quick = store_append_is_quick(d->store, batch->records, batch->count);
    if (quick) {
        enum lth_err err = store_append(d->store, batch->records, batch->count);
        struct news news = {.written = d->queued};
        if (err != LTH_OK)
            news = (struct news){.refused = batch->first, .why = err};
        note(d, &news);
        d->has_news = true;
        d->gave_up = false;
        forget_gathered(d);
    }
    uv_mutex_unlock(&d->using_store);
    return quick;
}

void disk_kick(struct disk_thread *d)
{
    if (d->busy || d->has_news || (!d->gathering.count && !d->gathering.sync))
        return;
    if (!d->gathering.sync)
        start_lazy_sync(d);
    if (!append_at_once(d))
        hand_over(d);
}

enum lth_err disk_append(struct disk_thread *d, uint64_t number, const uint8_t *bytes, size_t len,
                         bool sync)
{
    struct batch *batch = &d->gathering;
    if (batch->count == batch->capacity) {
        size_t capacity = batch->capacity ? batch->capacity * 2 : 64;
        struct store_record *grown = realloc(batch->records, capacity * sizeof *grown);
        if (!grown)
            return LTH_NO_MEMORY;
        batch->records = grown;
        batch->capacity = capacity;
    }
    if (!batch->count)
        batch->first = number;
    batch->records[batch->count++] = (struct store_record){bytes, len};
    batch->bytes += len;
    batch->sync = batch->sync || sync;
    d->queued = number;
    return LTH_OK;
}

static void read_job_free(struct read_job *job)
{
    buffer_clear(&job->bytes);
    free(job->records);
    free(job->lengths);
    free(job);
}

enum lth_err disk_read(struct disk_thread *d, uint64_t token, const uint64_t *numbers, size_t count,
                       size_t max_bytes)
{
    struct read_job *job = calloc(1, sizeof *job + count * sizeof *numbers);
    if (!job)
        return LTH_NO_MEMORY;
    job->records = calloc(count ? count : 1, sizeof *job->records);
    job->lengths = calloc(count ? count : 1, sizeof *job->lengths);
    if (!job->records || !job->lengths) {
        read_job_free(job);
        return LTH_NO_MEMORY;
    }
    job->token = token;
    job->count = count;
    job->max_bytes = max_bytes;
    if (count)
        memcpy(job->numbers, numbers, count * sizeof *numbers);
    uv_mutex_lock(&d->mutex);
    *d->to_read_end = job;
    d->to_read_end = &job->next;
    uv_cond_signal(&d->work);
    uv_mutex_unlock(&d->mutex);
    return LTH_OK;
}

static void report_reads(struct disk_thread *d, struct read_job *jobs)
{
    for (struct read_job *job = jobs, *next; job; job = next) {
        const uint8_t *at = job->bytes.bytes;
        next = job->next;
        for (size_t i = 0; i < job->count; i++) {
            if (job->lengths[i] == SIZE_MAX)
                continue; /* stays NULL */
            job->records[i] = (struct node_record){at, job->lengths[i]};
            at += job->lengths[i];
        }
        d->callbacks.on_read(d->callbacks.ctx, job->token, job->records, job->count);
        read_job_free(job);
    }
}

static void maybe_end(struct disk_thread *d);

static void report(struct disk_thread *d)
{
    uv_mutex_lock(&d->mutex);
    struct news news = d->news;
    memset(&d->news, 0, sizeof d->news);
    uv_mutex_unlock(&d->mutex);
    bool busy = d->busy && !news.idle;
    d->busy = true; /* what is asked for in answer gathers until all is told */
    d->has_news = false;
    if (news.durable)
        d->synced = news.durable;
    if (news.written && !news.durable)
        d->callbacks.on_written(d->callbacks.ctx, news.written);
    if (news.durable)
        d->callbacks.on_durable(d->callbacks.ctx, news.durable);
    if (news.refused) {
        forget_gathered(d); /* what is queued behind it is refused with it */
        d->queued = news.refused - 1;
        d->gave_up = true;
        d->callbacks.on_refused(d->callbacks.ctx, news.refused, news.why);
    }
    report_reads(d, news.reads);
    d->busy = busy;
    disk_kick(d);
}

bool disk_report(struct disk_thread *d)
{
    if (!d->has_news)
        return false;
    report(d);
    return true;
}

static void on_news(uv_poll_t *wake, int status, int events)
{
    struct disk_thread *d = wake->data;
    uint64_t count;
    (void)status, (void)events;
    if (read(d->wake_fd, &count, sizeof count) < 0)
        return; /* woken for nothing */
    report(d);
    while (disk_report(d))
        ;
    maybe_end(d);
}

void disk_stats(struct disk_thread *d, struct store_stats *out)
{
    uv_mutex_lock(&d->mutex);
    *out = d->stats;
    uv_mutex_unlock(&d->mutex);
}

static void destroy_locks(struct disk_thread *d)
{
    uv_cond_destroy(&d->work);
    uv_mutex_destroy(&d->mutex);
    uv_mutex_destroy(&d->using_store);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct disk_thread *d = handle->data;
    if (--d->open_handles)
        return;
    close(d->wake_fd);
    void (*on_closed)(void *) = d->on_closed;
    void *ctx = d->closed_ctx;
    destroy_locks(d);
    free(d->handed.records);
    free(d->gathering.records);
    free(d);
    if (on_closed)
        on_closed(ctx);
}

static void end_thread(struct disk_thread *d)
{
    uv_mutex_lock(&d->mutex);
    d->ending = true;
    uv_cond_signal(&d->work);
    uv_mutex_unlock(&d->mutex);
    uv_thread_join(&d->thread);
    report_reads(d, d->news.reads);
    uv_close((uv_handle_t *)&d->wake, on_handle_closed);
    uv_close((uv_handle_t *)&d->lazy, on_handle_closed);
}

static void maybe_end(struct disk_thread *d)
{
    if (!d->closing || d->busy || d->has_news || d->gathering.count ||
        uv_is_closing((uv_handle_t *)&d->wake))
        return;
    if (d->synced < d->queued && !d->gave_up) { /* one last sync */
        on_lazy_sync(&d->lazy);
        return;
    }
    end_thread(d);
}

void disk_close(struct disk_thread *d, void (*on_closed)(void *ctx), void *ctx)
{
    d->on_closed = on_closed;
    d->closed_ctx = ctx;
    d->closing = true;
    uv_mutex_lock(&d->mutex);
    d->in_haste = true;
    uv_cond_signal(&d->work);
    uv_mutex_unlock(&d->mutex);
    if (d->has_news)
        wake_loop(d);
    disk_kick(d);
    maybe_end(d);
}

static enum lth_err init_locks(struct disk_thread *d)
{
    if (uv_mutex_init(&d->using_store) != 0)
        return LTH_NO_MEMORY;
    if (uv_mutex_init(&d->mutex) != 0) {
        uv_mutex_destroy(&d->using_store);
        return LTH_NO_MEMORY;
    }
    if (uv_cond_init(&d->work) == 0)
        return LTH_OK;
    uv_mutex_destroy(&d->mutex);
    uv_mutex_destroy(&d->using_store);
    return LTH_NO_MEMORY;
}

static enum lth_err start_thread(struct disk_thread *d)
{
    enum lth_err err = init_locks(d);
    if (err != LTH_OK)
        return err;
    if (uv_thread_create(&d->thread, run_thread, d) == 0)
        return LTH_OK;
    destroy_locks(d);
    return LTH_NO_MEMORY;
}

static enum lth_err start(struct disk_thread *d, uv_loop_t *loop)
{
    d->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (d->wake_fd < 0)
        return LTH_LIMIT;
    enum lth_err err = start_thread(d);
    if (err != LTH_OK) {
        close(d->wake_fd);
        return err;
    }
    uv_poll_init(loop, &d->wake, d->wake_fd); /* an eventfd can always be polled */
    uv_timer_init(loop, &d->lazy);            /* cannot fail */
    d->wake.data = d->lazy.data = d;
    uv_poll_start(&d->wake, UV_READABLE, on_news);
    d->open_handles = 2;
    return LTH_OK;
}

enum lth_err disk_open(uv_loop_t *loop, struct store *store, const struct disk_callbacks *callbacks,
                       struct disk_thread **out)
{
    struct disk_thread *d = calloc(1, sizeof *d);
    if (!d)
        return LTH_NO_MEMORY;
    d->store = store;
    d->callbacks = *callbacks;
    d->to_read_end = &d->to_read;
    d->queued = d->synced = store_next(store) - 1;
    store_stats(store, &d->stats);
    enum lth_err err = start(d, loop);
    if (err != LTH_OK) {
        free(d);
        return err;
    }
    *out = d;
    return LTH_OK;
}
