/* ui/hangup_uv.h - nobody will read any more: told at once, not at the next write.
 *
 * A program that prints seldom would otherwise stand behind a pipe whose reader has long gone.
 */
#ifndef LTH_UI_HANGUP_UV_H
#define LTH_UI_HANGUP_UV_H

#include <stdbool.h>
#include <uv.h>

struct hangup {
    uv_poll_t poll;
    int fd; /* ours */
    bool is_open;
    void (*on_gone)(void *ctx);
    void *ctx;
};

/* Looks at the reader of a pipe or socket from now on; of nothing else, for files take everything
 * and terminals send signals. fd stays the caller's. on_gone runs at most once. */
void hangup_open(struct hangup *h, uv_loop_t *loop, int fd, void (*on_gone)(void *ctx), void *ctx);

/* May be called of one that is zero, or twice. The memory of h outlives the loop's next turn. */
void hangup_close(struct hangup *h);

#endif
