/* An idle handle keeps the loop from sleeping and is called in its next turn. */
#include "ui/later_uv.h"

void later_init(struct later *l, uv_loop_t *loop, void (*run)(void *ctx), void *ctx)
{
    l->run = run;
    l->ctx = ctx;
    uv_idle_init(loop, &l->idle); /* cannot fail */
    l->idle.data = l;
}

static void on_idle(uv_idle_t *idle)
{
    struct later *l = idle->data;
    uv_idle_stop(idle);
    l->run(l->ctx);
}

void later_ask(struct later *l)
{
    if (!uv_is_closing((uv_handle_t *)&l->idle))
        uv_idle_start(&l->idle, on_idle);
}

void later_close(struct later *l, uv_close_cb on_closed)
{
    l->idle.data = l->ctx;
    uv_close((uv_handle_t *)&l->idle, on_closed);
}
