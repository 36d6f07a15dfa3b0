/* ui/input_uv.h - bytes in, from standard input of whatever kind, at the pace of the reader.
 *
 * Starts paused. Bytes come in chunks of at most INPUT_CHUNK; of a file one more
 * chunk may come after a pause, because its read is under way.
 */
#ifndef LTH_UI_INPUT_UV_H
#define LTH_UI_INPUT_UV_H

#include "base/error.h"

#include <uv.h>

enum { INPUT_CHUNK = 64 * 1024 };

struct input_user {
    void (*on_bytes)(void *ctx, const char *bytes, size_t len);
    void (*on_end)(void *ctx); /* end of input, or it failed: once, and nothing after it */
    void *ctx;
};

struct input;

/* LTH_UNAVAILABLE: see descriptor_open. */
LTH_MUST_USE enum lth_err input_open(uv_loop_t *loop, int fd, const struct input_user *user,
                                     struct input **out);
void input_resume(struct input *in); /* either may be called in either state */
void input_pause(struct input *in);

/* No callback but on_closed runs after this. Once. */
void input_close(struct input *in, void (*on_closed)(void *ctx), void *ctx);

#endif
