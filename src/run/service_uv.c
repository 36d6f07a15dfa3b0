#include "run/service_uv.h"

enum { US_PER_MS = 1000 };

static void on_tick(uv_timer_t *timer)
{
    const struct service_watch *w = timer->data;
    service_tell(w->service, "WATCHDOG=1");
}

void service_watch(struct service_watch *w, uv_loop_t *loop, const struct service *service)
{
    uint64_t half_ms = service->watchdog_us / 2 / US_PER_MS;
    w->service = service;
    uv_timer_init(loop, &w->timer); /* fails only without a loop */
    w->timer.data = w;
    uv_unref((uv_handle_t *)&w->timer); /* it alone keeps no loop going */
    if (service->watchdog_us)
        uv_timer_start(&w->timer, on_tick, half_ms, half_ms ? half_ms : 1);
}

void service_unwatch(struct service_watch *w)
{
    uv_close((uv_handle_t *)&w->timer, NULL);
}
