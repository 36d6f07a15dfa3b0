/* ui/editor_uv.h - the line being edited, and everything printed above it.
 *
 * All of readline is behind this header. The terminal is opened anew from /dev/tty, because
 * a descriptor shared with the user's shell must not become non-blocking. What is
 * printed appears above the line, which stays as it was. Ctrl-Z, fg, and resizing are
 * taken care of; a paste is one line, whatever line feeds are in it. History is kept in memory
 * only. readline is one per process, and so is the editor.
 */
#ifndef LTH_UI_EDITOR_UV_H
#define LTH_UI_EDITOR_UV_H

#include "base/buffer.h"

#include <uv.h>

/* All but complete run from the loop. */
struct editor_user {
    void (*on_line)(void *ctx, const char *line); /* Enter; the line is borrowed */
    void (*on_end)(void *ctx);       /* Ctrl-D on an empty line, or the terminal is gone */
    void (*on_interrupt)(void *ctx); /* Ctrl-C on an empty line; on others it clears the line */
    char *(*complete)(void *ctx, const char *before, const char *word, size_t nth);
    void *ctx;
};

struct editor;

/* LTH_UNAVAILABLE: there is no terminal. */
LTH_MUST_USE enum lth_err editor_open(uv_loop_t *loop, const struct editor_user *user,
                                      struct editor **out);

/* Prints whole lines above the one being edited. LTH_IO: the terminal is gone. */
LTH_MUST_USE enum lth_err editor_print(struct editor *ed, const struct buffer *text);

/* Takes effect at once; prompt is copied. */
void editor_set_prompt(struct editor *ed, const char *prompt);

/* Gives the terminal back as it was found. */
void editor_close(struct editor *ed, void (*on_closed)(void *ctx), void *ctx);

#endif
