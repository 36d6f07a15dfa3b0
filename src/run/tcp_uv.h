/* run/tcp_uv.h - TCP links on libuv: accepted ones and dialled ones, bytes in, bytes out.
 *
 * 1. tcp_listen accepts; tcp_dial resolves and connects. Both end in on_up.
 * 2. Bytes that come in are lent to on_bytes for the call.
 * 3. tcp_write sends at once what the kernel takes and queues the rest; on_sent tells how
 *    much left, piece by piece, never from inside tcp_write. The kernel holds little that it
 *    has not sent, so what is written next waits behind little, however slow the link.
 * 4. A link ends with on_down (the other side, or a failed dial) or with tcp_shut (ours):
 *    never both. Links are known by numbers, so a late answer cannot meet a dead one.
 */
#ifndef LTH_RUN_TCP_UV_H
#define LTH_RUN_TCP_UV_H

#include "base/endpoint.h"

#include <uv.h>

struct tcp_callbacks {
    void (*on_up)(void *ctx, uint32_t link, bool dialled, const struct endpoint *remote);
    void (*on_bytes)(void *ctx, uint32_t link, uint8_t *bytes, size_t len);
    void (*on_sent)(void *ctx, uint32_t link, size_t len);
    void (*on_down)(void *ctx, uint32_t link);
    void *ctx;
};

struct tcp;

/* Links that come in are numbered from first_incoming up, within its top bit. */
LTH_MUST_USE enum lth_err tcp_open(uv_loop_t *loop, const struct tcp_callbacks *callbacks,
                                   uint32_t first_incoming, struct tcp **out);

/* at: NULL = every address. fall_back: if the port is taken, take any. *port: the one bound.
 * LTH_IN_USE, LTH_UNAVAILABLE (no such address here), LTH_IO. */
LTH_MUST_USE enum lth_err tcp_listen(struct tcp *t, const struct endpoint *at, uint16_t wanted,
                                     bool fall_back, uint16_t *port);

/* address: host:port. Ends in on_up or on_down, never from inside the call. */
void tcp_dial(struct tcp *t, uint32_t link, const char *address);
void tcp_write(struct tcp *t, uint32_t link, uint8_t *bytes, size_t len); /* copies */
void tcp_pause(struct tcp *t, uint32_t link, bool pause);

/* Bytes are on their way, and the other side has acknowledged nothing for ms, or TCP waits long
 * before it tries again: the kernel's own view (TCP_INFO). On a link that was idle so long, true
 * for bytes that have just left, too. */
bool tcp_is_stalled(struct tcp *t, uint32_t link, unsigned ms);

/* Sends what is queued, then closes; after two seconds at most. */
void tcp_shut(struct tcp *t, uint32_t link);

/* Tells what left since the last call; after the to-do list is carried out. */
void tcp_report_sent(struct tcp *t);

/* Stops listening, shuts every link, waits two seconds at most, then calls on_closed; frees t. */
void tcp_close(struct tcp *t, void (*on_closed)(void *ctx), void *ctx);

#endif
