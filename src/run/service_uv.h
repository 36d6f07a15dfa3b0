/* run/service_uv.h - the sign of life that a service manager waits for.
 *
 * 1. service_watch starts a timer of half the manager's time, if it asked for signs at all.
 * 2. Each tick is one WATCHDOG=1. It comes from the loop: when the loop hangs, no sign leaves,
 *    and the manager starts us anew.
 */
#ifndef LTH_RUN_SERVICE_UV_H
#define LTH_RUN_SERVICE_UV_H

#include "run/service.h"

#include <uv.h>

struct service_watch {
    uv_timer_t timer;
    const struct service *service; /* borrowed */
};

void service_watch(struct service_watch *w, uv_loop_t *loop, const struct service *service);

/* w stays where it is until the loop has turned. Once for each service_watch. */
void service_unwatch(struct service_watch *w);

#endif
