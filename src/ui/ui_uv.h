/* ui/ui_uv.h - how people and programs talk to a node.
 *
 * One of four tongues: a prompt on a terminal, JSON lines, plain lines, or silence with a
 * few words on stderr. Whichever it is, commands go to the host and every event of the
 * node comes back in. Commands are submitted from the loop and from ui_resume, never from
 * inside ui_event; an answer may come during submit or later.
 *
 * In the prompt, Ctrl-C, Ctrl-Z and resizing belong to the user interface: the host leaves
 * SIGINT, SIGTSTP, SIGCONT and SIGWINCH alone. SIGPIPE is ignored by ui_open.
 */
#ifndef LTH_UI_UI_UV_H
#define LTH_UI_UI_UV_H

#include "node/event.h"
#include "ui/sentence.h"

#include <uv.h>

/* What the user interface asks of the program. */
struct ui_host {
    /* Strings are borrowed for the call. The answer comes through ui_event. */
    void (*submit)(void *ctx, const struct command *c);

    /* All EVENT_MESSAGE up to this store record have left for the user completely. */
    void (*shown)(void *ctx, uint64_t record);

    /* The user wants out otherwise than by COMMAND_QUIT, or cannot be reached any more.
     * Once, from the loop or from ui_resume. */
    void (*stop)(void *ctx);

    /* True while the node has enough undone work: then input is not read on until
     * ui_resume. */
    bool (*busy)(void *ctx);

    /* ui_is_full turned false. */
    void (*drained)(void *ctx);
    void *ctx;
};

enum ui_kind {
    UI_PROMPT,
    UI_JSON,
    UI_LINES,    /* not a terminal, no --json: each line is a message */
    UI_HEADLESS, /* notices on stderr, without anybody's text */
};

struct ui_config {
    enum ui_kind kind;
    int in_fd, out_fd; /* of UI_JSON and UI_LINES; the prompt opens the terminal itself */
    bool color;        /* UI_PROMPT: see ui/color.h */
    bool first_run;    /* UI_PROMPT: the store is new, so explain */
    const char *to;    /* --to: UI_LINES needs it, UI_PROMPT may have it; borrowed until close */
    const char *link_name; /* UI_PROMPT: what a link calls to, or ""; NULL: there is no link */
    unsigned timeout_s;    /* UI_LINES: how long WHO may stay unknown, and delivery may take */
    bool has_addresses;    /* UI_LINES: --peer was given */
};

struct ui;

/* The kind for these options and standard streams: a prompt needs a terminal at both ends. */
enum ui_kind ui_kind_for(bool json, bool headless);

/* LTH_MALFORMED when UI_LINES has nobody to send to: print *why and end with status 2. To be
 * asked before anything is opened. */
LTH_MUST_USE enum lth_err ui_config_check(const struct ui_config *config, struct sentence *why);

/* Only after ui_config_check. LTH_UNAVAILABLE: a standard stream is closed, or the prompt finds no
 * terminal. */
LTH_MUST_USE enum lth_err ui_open(uv_loop_t *loop, const struct ui_config *config,
                                  const struct ui_host *host, struct ui **out);

/* Every event of the node, answers included. Nobody is told of an answer under ticket 0, which
 * is the program's own, unless it is an error. */
void ui_event(struct ui *ui, const struct event *e);

/* busy() turned false. */
void ui_resume(struct ui *ui);

/* True while more than 1 MiB waits for a reader that does not read: hold events back, for
 * what comes now takes memory. */
bool ui_is_full(const struct ui *ui);

/* An enum exit_status (ui/exit_status.h). */
int ui_exit_status(const struct ui *ui);

/* Writes what is left, gives the terminal back as it was, closes all handles, calls
 * on_closed from the loop and frees ui. */
void ui_close(struct ui *ui, void (*on_closed)(void *ctx), void *ctx);

#endif
