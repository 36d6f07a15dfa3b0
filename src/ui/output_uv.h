/* ui/output_uv.h - bytes out, to standard output of whatever kind, with proof of what has left.
 *
 * What is put while a write is under way gathers and leaves with the next, so many small
 * lines cost few system calls. A mark says how far things have got: when all
 * bytes put before and with it have been written completely, on_written gets it.
 */
#ifndef LTH_UI_OUTPUT_UV_H
#define LTH_UI_OUTPUT_UV_H

#include "base/buffer.h"

#include <stdbool.h>
#include <uv.h>

enum {
    OUTPUT_FULL = 1024 * 1024,       /* bytes waiting from which on the output is full */
    OUTPUT_CLOSE_PATIENCE_MS = 3000, /* how long closing waits for a reader that does not read */
};

/* All run from the loop, never from inside one of the functions below. */
struct output_user {
    void (*on_written)(void *ctx, uint64_t mark); /* after each write; mark 0 = no new one */
    void (*on_drained)(void *ctx);                /* was full, and is at most half so */
    void (*on_failed)(void *ctx);                 /* once; what is put later is forgotten */
    void *ctx;
};

struct output;

/* LTH_UNAVAILABLE: see descriptor_open. */
LTH_MUST_USE enum lth_err output_open(uv_loop_t *loop, int fd, const struct output_user *user,
                                      struct output **out);

/* Where to append; then output_put sends it on its way. Valid until then. */
struct buffer *output_buffer(struct output *o);
void output_put(struct output *o, uint64_t mark); /* marks grow; 0 = none */

bool output_is_full(const struct output *o);
bool output_is_idle(const struct output *o); /* everything put has left, or never will */

/* Writes what waits, then closes, at the latest after OUTPUT_CLOSE_PATIENCE_MS. Of the
 * callbacks, on_written may still run until on_closed. */
void output_close(struct output *o, void (*on_closed)(void *ctx), void *ctx);

#endif
