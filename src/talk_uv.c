#include "talk_uv.h"

#include "asking.h"
#include "base/clock.h"
#include "export.h"
#include "run/control_path.h"
#include "run/control_socket.h"
#include "run/data_dir.h"
#include "settings.h"
#include "store_command.h"
#include "ui/attach_uv.h"
#include "ui/color.h"
#include "ui/complain.h"
#include "ui/errand_uv.h"
#include "ui/exit_status.h"
#include "ui/shell_help.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int use_store(const struct shell *s)
{
    return store_command_run(s, isatty(STDOUT_FILENO));
}

/* For people at a terminal the settings are read; a mistake there is told, and no more than that:
 * the node runs. */
static bool wants_color(const struct shell *s, bool for_people)
{
    struct arena strings = {0};
    struct options options = {.color = COLOR_AUTO};
    if (for_people && !s->json)
        (void)settings_of_command(s, &strings, &options); /* said; options stay as they are */
    arena_clear(&strings);
    return color_is_wanted(options.color, for_people);
}

/* What is kept can be asked all the same. */
static int no_node(const struct shell *s)
{
    if (s->kind == SHELL_EXPORT || store_command_can(s))
        return use_store(s);
    if (s->data)
        complain("No node runs with --data %s: start one with lanthorn --data %s.", s->data,
                 s->data);
    else
        complain("No node runs: start one with lanthorn, in another terminal; if it keeps its data "
                 "elsewhere, name the directory with --data.");
    return EXIT_NO_NODE;
}

static int refuse_path(enum lth_err err, const struct shell *s)
{
    if (err == LTH_NOT_FOUND)
        return no_node(s);
    if (err == LTH_AMBIGUOUS)
        complain("More than one node runs: say which one with --data.");
    else
        complain("The node's socket cannot be named (%s): choose a shorter --data.",
                 lth_strerror(err));
    return err == LTH_AMBIGUOUS ? EXIT_USAGE : EXIT_FAILED;
}

static int refuse_socket(enum lth_err err, const struct shell *s, const char *path)
{
    if (err == LTH_NOT_FOUND)
        return no_node(s);
    if (err == LTH_FORGED)
        complain("Whoever listens at %s is another user: nothing was said to them.", path);
    else if (err == LTH_LIMIT)
        complain("The node has too many commands to do at once: try again.");
    else
        complain("The node cannot be reached at %s (%s).", path,
                 err == LTH_IO ? strerror(errno) : lth_strerror(err));
    return EXIT_FAILED;
}

/* A connection to the running node; or *fd stays as it is, and the status is what it ends with. */
static int reach(const struct shell *s, int *fd)
{
    char path[4096];
    enum lth_err err = control_path_find(s->data, path, sizeof path);
    if (err != LTH_OK)
        return refuse_path(err, s);
    err = control_socket_connect(path, fd);
    return err == LTH_OK ? EXIT_DONE : refuse_socket(err, s, path);
}

static enum lth_err ask_asking(void *ctx, const struct command *c, recall_tell *tell, void *to)
{
    return asking_ask(ctx, c, tell, to);
}

static int export_from_node(const struct shell *s, int fd)
{
    bool for_people = isatty(STDOUT_FILENO);
    struct asking asking;
    const struct export_job job = {
        .from = {.ask = ask_asking, .ctx = &asking, .me = asking.me, .now_ms = clock_wall_ms()},
        .who = s->command.who ? s->command.who : "",
        .form = s->json      ? FORM_JSON
                : for_people ? FORM_PEOPLE
                             : FORM_ROWS,
        .color = wants_color(s, for_people),
    };
    enum lth_err err = asking_begin(&asking, fd);
    int status = err == LTH_OK ? export_run(&job) : EXIT_FAILED;
    if (err != LTH_OK)
        complain("%s", complaint_silent);
    asking_clear(&asking);
    close(fd);
    return status;
}

static int ask_node(const struct shell *s)
{
    int fd = -1;
    int status = reach(s, &fd);
    if (fd < 0)
        return status;
    if (s->kind == SHELL_EXPORT)
        return export_from_node(s, fd);
    bool is_terminal = isatty(STDOUT_FILENO);
    const struct errand_job job = {
        .shell = s,
        .node_fd = fd,
        .in_fd = STDIN_FILENO,
        .out_fd = STDOUT_FILENO,
        .for_people = is_terminal,
        .color = wants_color(s, is_terminal),
    };
    return errand_run(&job);
}

static int help(const struct shell *s)
{
    if (shell_help_print(stdout, s->topic))
        return check_printed();
    complain("\"%s\" is not a command: see lanthorn help.", s->topic);
    return EXIT_USAGE;
}

int talk(const struct shell *s, const struct sentence *why)
{
    switch (s->kind) {
    case SHELL_NODE: break;
    case SHELL_REFUSED: complain("%s", why->text); return EXIT_USAGE;
    case SHELL_HELP: return help(s);
    case SHELL_ASK:
    case SHELL_SEND:
    case SHELL_INFO:
    case SHELL_EXPORT:
    case SHELL_WATCH: return ask_node(s);
    case SHELL_CHECK:
    case SHELL_PASSPHRASE: return use_store(s);
    }
    return EXIT_USAGE;
}

/* A prompt to the node that listens at path, if it is ours. */
static bool attach(const char *path, bool is_sure, const struct options *o,
                   const struct ui_config *config, int *status)
{
    struct attach_job job = {
        .ui = *config,
        .is_ours = is_sure ? NULL : data_dir_is_usual,
        .for_start = o->for_start,
    };
    return control_socket_connect(path, &job.node_fd) == LTH_OK && attach_run(&job, status);
}

bool talk_at_prompt(const struct options *o, const struct ui_config *config, int *status)
{
    char path[4096];
    for (size_t nth = 0; control_path_nth(o->data, nth, path, sizeof path) == LTH_OK; nth++)
        if (attach(path, nth == 0, o, config, status))
            return true;
    return false;
}
