/* The happy path:
 *   1. editor_open opens /dev/tty twice: one description to poll and read, which libuv
 *      makes non-blocking, and one to write to, which stays blocking, so that nothing
 *      printed is ever cut short;
 *   2. on_readable lets readline take what was typed; at Enter it calls on_rl_line;
 *   3. editor_print hides the line, prints, and has readline draw the line again;
 *   4. signals come through libuv: SIGINT clears the line, SIGTSTP gives the terminal back
 *      and stops us, SIGCONT prepares it again, SIGWINCH redraws;
 *   5. editor_close gives the terminal back, then closes five handles; the last frees.
 * When the terminal goes away, poll says so before readline can take the half-typed line
 * for a finished one: on_end, and nothing is read any more. */
#include "ui/editor_uv.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

enum { HISTORY_LINES = 500, EDITOR_SIGNALS = 4 };

struct editor {
    struct editor_user user;
    uv_poll_t poll;
    uv_signal_t signals[EDITOR_SIGNALS];
    int open_handles;
    FILE *in, *out;
    struct termios found; /* how the terminal was before us */
    char *prompt;         /* owned */
    bool has_ended;
    void (*on_closed)(void *ctx);
    void *closed_ctx;
};

static struct editor *the_editor; /* readline's callbacks have no context */

/* ---- lines and completion: what readline calls ---- */

static void end(struct editor *ed)
{
    if (ed->has_ended)
        return;
    ed->has_ended = true;
    uv_poll_stop(&ed->poll);
    ed->user.on_end(ed->user.ctx);
}

static void on_rl_line(char *line)
{
    struct editor *ed = the_editor;
    if (!line) {
        end(ed);
        return;
    }
    if (*line)
        add_history(line);
    ed->user.on_line(ed->user.ctx, line);
    free(line);
}

static char *next_completion(const char *word, int state)
{
    static size_t nth;
    struct editor *ed = the_editor;
    nth = state ? nth + 1 : 0;
    char *before = strndup(rl_line_buffer, (size_t)(rl_point - (int)strlen(word)));
    char *found = before ? ed->user.complete(ed->user.ctx, before, word, nth) : NULL;
    free(before);
    return found;
}

static char **complete(const char *word, int start, int stop)
{
    (void)start;
    (void)stop;
    rl_attempted_completion_over = 1; /* never file names */
    return rl_completion_matches(word, next_completion);
}

/* ---- the terminal ---- */

static void use_utf8(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8"); /* what we print is UTF-8 in any case */
}

static FILE *open_terminal(int flags, const char *mode)
{
    int fd = open("/dev/tty", flags | O_CLOEXEC | O_NOCTTY);
    FILE *file = fd >= 0 ? fdopen(fd, mode) : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file;
}

static void close_terminal(struct editor *ed)
{
    if (ed->in)
        fclose(ed->in);
    if (ed->out)
        fclose(ed->out);
}

static void start_readline(struct editor *ed)
{
    rl_instream = ed->in;
    rl_outstream = ed->out;
    rl_catch_signals = 0; /* they come through libuv */
    rl_catch_sigwinch = 0;
    rl_readline_name = "lanthorn";
    rl_attempted_completion_function = complete;
    rl_basic_word_break_characters = " ";
    rl_completer_word_break_characters = " ";
    rl_variable_bind("enable-bracketed-paste", "on");
    stifle_history(HISTORY_LINES);
    rl_callback_handler_install(ed->prompt, on_rl_line);
}

static void hide_line(void)
{
    rl_clear_visible_line();
    fflush(rl_outstream);
}

static void show_line(void)
{
    rl_on_new_line();
    rl_redisplay();
    fflush(rl_outstream);
}

/* ---- events of the loop ---- */

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct editor *ed = poll->data;
    if (status < 0 || (events & UV_DISCONNECT))
        end(ed);
    else
        rl_callback_read_char();
}

static void on_sigint(uv_signal_t *signal, int number)
{
    struct editor *ed = signal->data;
    (void)number;
    if (rl_end == 0) {
        ed->user.on_interrupt(ed->user.ctx);
        return;
    }
    hide_line();
    rl_callback_sigcleanup(); /* leaves a search or a numeric argument half typed */
    rl_replace_line("", 1);
    show_line();
}

static void on_sigtstp(uv_signal_t *signal, int number)
{
    hide_line();
    rl_deprep_terminal();
    uv_signal_stop(signal); /* back to the default action … */
    (void)raise(number);    /* … which stops us here, until SIGCONT */
    uv_signal_start(signal, signal->signal_cb, number);
}

static void on_sigcont(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    rl_prep_terminal(1);
    rl_resize_terminal(); /* the window may have changed meanwhile */
    show_line();
}

static void on_sigwinch(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    rl_resize_terminal();
}

static void start_signals(uv_loop_t *loop, struct editor *ed)
{
    static const struct {
        int number;
        uv_signal_cb callback;
    } rows[EDITOR_SIGNALS] = {
        {SIGINT, on_sigint},
        {SIGTSTP, on_sigtstp},
        {SIGCONT, on_sigcont},
        {SIGWINCH, on_sigwinch},
    };
    for (size_t i = 0; i < EDITOR_SIGNALS; i++) {
        uv_signal_init(loop, &ed->signals[i]);
        ed->signals[i].data = ed;
        uv_signal_start(&ed->signals[i], rows[i].callback, rows[i].number);
    }
}

/* ---- opening and closing ---- */

static bool open_both(struct editor *ed)
{
    ed->in = open_terminal(O_RDONLY, "r");
    ed->out = open_terminal(O_WRONLY, "w");
    ed->prompt = strdup("> ");
    return ed->in && ed->out && ed->prompt && tcgetattr(fileno(ed->in), &ed->found) == 0;
}

static void free_editor(struct editor *ed)
{
    close_terminal(ed);
    free(ed->prompt);
    free(ed);
}

enum lth_err editor_open(uv_loop_t *loop, const struct editor_user *user, struct editor **out)
{
    struct editor *ed = calloc(1, sizeof *ed);
    if (!ed)
        return LTH_NO_MEMORY;
    ed->user = *user;
    if (!open_both(ed) || uv_poll_init(loop, &ed->poll, fileno(ed->in)) < 0) {
        free_editor(ed);
        return LTH_UNAVAILABLE;
    }
    ed->poll.data = ed;
    the_editor = ed;
    use_utf8();
    start_readline(ed);
    uv_poll_start(&ed->poll, UV_READABLE | UV_DISCONNECT, on_readable);
    start_signals(loop, ed);
    ed->open_handles = 1 + EDITOR_SIGNALS;
    *out = ed;
    return LTH_OK;
}

enum lth_err editor_print(struct editor *ed, const struct buffer *text)
{
    if (!ed->has_ended) /* else there is no line any more */
        hide_line();
    fwrite(text->bytes, 1, text->len, ed->out);
    fflush(ed->out);
    if (!ed->has_ended)
        show_line();
    return ferror(ed->out) ? LTH_IO : LTH_OK;
}

void editor_set_prompt(struct editor *ed, const char *prompt)
{
    char *copy = ed->has_ended ? NULL : strdup(prompt);
    if (!copy)
        return; /* the old one serves */
    hide_line();
    rl_set_prompt(copy);
    free(ed->prompt);
    ed->prompt = copy;
    show_line();
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct editor *ed = handle->data;
    if (--ed->open_handles > 0)
        return;
    ed->on_closed(ed->closed_ctx);
    free_editor(ed);
}

void editor_close(struct editor *ed, void (*on_closed)(void *ctx), void *ctx)
{
    ed->on_closed = on_closed;
    ed->closed_ctx = ctx;
    if (!ed->has_ended)
        hide_line();
    rl_callback_handler_remove();
    clear_history();
    (void)tcsetattr(fileno(ed->in), TCSADRAIN, &ed->found);
    the_editor = NULL;
    uv_close((uv_handle_t *)&ed->poll, on_handle_closed);
    for (size_t i = 0; i < EDITOR_SIGNALS; i++)
        uv_close((uv_handle_t *)&ed->signals[i], on_handle_closed);
}
