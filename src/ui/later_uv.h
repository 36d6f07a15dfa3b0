/* ui/later_uv.h - doing something soon, but not now.
 *
 * Events reach the user interface in the middle of a step of the node, where it must not ask
 * the node for anything. It notes that it wants to, and does so from the loop.
 */
#ifndef LTH_UI_LATER_UV_H
#define LTH_UI_LATER_UV_H

#include "base/error.h"

#include <uv.h>

struct later {
    uv_idle_t idle;
    void (*run)(void *ctx);
    void *ctx;
};

void later_init(struct later *l, uv_loop_t *loop, void (*run)(void *ctx), void *ctx);

/* run is called once from the loop, however often this is called before. */
void later_ask(struct later *l);

/* on_closed finds ctx in handle->data. Not asked after this. */
void later_close(struct later *l, uv_close_cb on_closed);

#endif
