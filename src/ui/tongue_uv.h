/* ui/tongue_uv.h - what the ways to talk to a user have in common.
 *
 * JSON lines, plain lines, the prompt and the silent headless one each fill this table;
 * ui_uv.c picks one.
 */
#ifndef LTH_UI_TONGUE_UV_H
#define LTH_UI_TONGUE_UV_H

#include "ui/ui_uv.h"

struct tongue {
    enum lth_err (*open)(uv_loop_t *loop, const struct ui_config *config,
                         const struct ui_host *host, void **out);
    void (*on_event)(void *self, const struct event *e);
    void (*resume)(void *self);
    bool (*is_full)(const void *self);
    int (*exit_status)(const void *self);
    void (*close)(void *self, void (*on_closed)(void *ctx), void *ctx); /* frees self */
};

extern const struct tongue json_tongue, lines_tongue, prompt_tongue, headless_tongue;

#endif
