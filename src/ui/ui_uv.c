#include "ui/ui_uv.h"

#include "ui/tongue_uv.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ui {
    const struct tongue *tongue;
    void *self; /* owned by the tongue */
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

enum ui_kind ui_kind_for(bool json, bool headless)
{
    if (json)
        return UI_JSON;
    if (headless)
        return UI_HEADLESS;
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? UI_PROMPT : UI_LINES;
}

enum lth_err ui_config_check(const struct ui_config *config, struct sentence *why)
{
    if (config->kind != UI_LINES || config->to)
        return LTH_OK;
    sentence_set(why, "Input or output is not a terminal, so --to WHO must say who gets the lines; "
                      "programs use --json, and --headless needs nobody.");
    return LTH_MALFORMED;
}

enum lth_err ui_open(uv_loop_t *loop, const struct ui_config *config, const struct ui_host *host,
                     struct ui **out)
{
    static const struct tongue *const tongues[] = {
        [UI_PROMPT] = &prompt_tongue,
        [UI_JSON] = &json_tongue,
        [UI_LINES] = &lines_tongue,
        [UI_HEADLESS] = &headless_tongue,
    };
    assert(config->kind != UI_LINES || config->to);
    struct ui *ui = calloc(1, sizeof *ui);
    if (!ui)
        return LTH_NO_MEMORY;
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of the write */
    ui->tongue = tongues[config->kind];
    enum lth_err err = ui->tongue->open(loop, config, host, &ui->self);
    if (err != LTH_OK) {
        free(ui);
        return err;
    }
    *out = ui;
    return LTH_OK;
}

void ui_event(struct ui *ui, const struct event *e)
{
    bool is_asked = !e->is_answer || e->ticket != 0;
    if (is_asked || e->type == EVENT_ERROR)
        ui->tongue->on_event(ui->self, e);
}

void ui_resume(struct ui *ui)
{
    ui->tongue->resume(ui->self);
}

bool ui_is_full(const struct ui *ui)
{
    return ui->tongue->is_full(ui->self);
}

int ui_exit_status(const struct ui *ui)
{
    return ui->tongue->exit_status(ui->self);
}

static void on_tongue_closed(void *ctx)
{
    struct ui *ui = ctx;
    ui->on_closed(ui->closed_ctx);
    free(ui);
}

void ui_close(struct ui *ui, void (*on_closed)(void *ctx), void *ctx)
{
    ui->on_closed = on_closed;
    ui->closed_ctx = ctx;
    ui->tongue->close(ui->self, on_tongue_closed, ui);
}
