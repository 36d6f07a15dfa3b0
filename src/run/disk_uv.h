/* run/disk_uv.h - the one thread that waits for the disk, so that the loop never does.
 *
 * 1. The loop queues records; while one batch is being synced the next one gathers, so
 *    throughput does not pay for durability (group commit).
 * 2. The thread appends a batch, as one frame or a few. If any record asked for it, it syncs
 *    and reports all durable; else it reports them written.
 * 3. What asked for no sync becomes durable with the next sync, at the latest a second later.
 * 4. Reads are answered between batches.
 * 5. A small batch that asks for no sync, while the thread has nothing to do, is appended by the
 *    loop itself: it is a copy into the page cache, and cheaper than two changes of thread.
 * When an append fails, everything queued behind it is dropped and reported as refused: the
 * node numbers its records without gaps. When a sync finds the disk full, it is tried again
 * until there is room; what is on its way stays unreported, for nothing of it is lost yet,
 * and what was queued behind it is refused, each time anew.
 * All callbacks run on the loop.
 */
#ifndef LTH_RUN_DISK_UV_H
#define LTH_RUN_DISK_UV_H

#include "node/node.h"
#include "store/store.h"

#include <uv.h>

enum { DISK_LAZY_SYNC_MS = 1000 };

struct disk_callbacks {
    void (*on_written)(void *ctx, uint64_t upto);
    void (*on_durable)(void *ctx, uint64_t upto);
    void (*on_refused)(void *ctx, uint64_t from, enum lth_err why);
    void (*on_read)(void *ctx, uint64_t token, const struct node_record *records, size_t count);
    void *ctx;
};

struct disk_thread;

/* store belongs to d until disk_close's callback, but for the shown mark. */
LTH_MUST_USE enum lth_err disk_open(uv_loop_t *loop, struct store *store,
                                    const struct disk_callbacks *callbacks,
                                    struct disk_thread **out);

/* bytes stay with the caller until the record is durable or refused. */
LTH_MUST_USE enum lth_err disk_append(struct disk_thread *d, uint64_t number, const uint8_t *bytes,
                                      size_t len, bool sync);

/* numbers are copied. A record that cannot be read comes back with NULL bytes. Reading stops
 * behind the record that reaches max_bytes: fewer are answered then; 0 = no limit. */
LTH_MUST_USE enum lth_err disk_read(struct disk_thread *d, uint64_t token, const uint64_t *numbers,
                                    size_t count, size_t max_bytes);

/* Hands what was queued to the thread if it is idle, or appends it. Call once the to-do list is
 * carried out. No callback runs inside. */
void disk_kick(struct disk_thread *d);

/* Tells what disk_kick appended itself; false when there was nothing to tell. */
bool disk_report(struct disk_thread *d);

/* As of the last batch. */
void disk_stats(struct disk_thread *d, struct store_stats *out);

/* Finishes and syncs what is queued, ends the thread, frees d, then calls on_closed. */
void disk_close(struct disk_thread *d, void (*on_closed)(void *ctx), void *ctx);

#endif
