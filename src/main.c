/* main.c - a command line becomes a command, an attached prompt, or a node.
 *
 * A command (`lanthorn send …`) and a prompt to the node that runs already are talk_uv.c's. Else
 * a node is put together: store, core, loop, user interface, control socket.
 *
 * 1. options; store and log (start.c); the loop; the user interface; the port; the socket.
 * 2. The loop runs until somebody wants to stop: `quit`, end of input, a signal.
 * 3. run_stop says good-bye and waits for the disk; then `bye` is told, the user interface and
 *    the socket close, the loop ends, the store closes.
 */
#include "process.h"
#include "report.h"
#include "run/run_uv.h"
#include "run/service_uv.h"
#include "settings.h"
#include "socket_uv.h"
#include "start.h"
#include "talk_uv.h"
#include "ui/color.h"
#include "ui/complain.h"
#include "ui/news.h"
#include "ui/shell_help.h"
#include "ui/ui_uv.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { SIGNALS = 3 };

struct program {
    uv_loop_t loop;
    struct options options;
    struct arena strings; /* of the options that came from a file */
    struct start start;
    struct run *run;
    struct ui *ui;
    struct service service;
    struct service_watch watch;
    struct socket socket;
    uv_signal_t signals[SIGNALS];
    bool quitting; /* a quit command waits for its answer */
    uint64_t quit_ticket;
    bool stopping;
    int status;
};

static void stop(struct program *p)
{
    if (p->stopping)
        return;
    p->stopping = true;
    service_tell(&p->service, "STOPPING=1");
    run_stop(p->run);
}

/* ---- what the user interface asks ---- */

static uint64_t move_mark(struct program *p, uint64_t record)
{
    uint64_t upto = node_shown(p->start.node, record);
    if (upto)
        store_set_shown(p->start.store, upto);
    return upto;
}

static void on_event(void *ctx, const struct event *event);

/* By somebody else than our own user: who sits at a prompt in another process. */
static void on_shown_elsewhere(struct program *p, const struct command *c)
{
    struct event answer = {.type = EVENT_SHOWN, .is_answer = true, .ticket = c->ticket};
    answer.shown.record = move_mark(p, c->record);
    on_event(p, &answer);
}

static void on_submit(void *ctx, const struct command *c)
{
    struct program *p = ctx;
    if (c->type == COMMAND_SHOWN) {
        on_shown_elsewhere(p, c);
        return;
    }
    if (c->type != COMMAND_QUIT) {
        run_submit(p->run, c);
        return;
    }
    p->quitting = true;
    p->quit_ticket = c->ticket;
    stop(p);
}

static void on_shown(void *ctx, uint64_t record)
{
    (void)move_mark(ctx, record);
}

static void on_ui_stop(void *ctx)
{
    stop(ctx);
}

static bool on_busy(void *ctx)
{
    struct program *p = ctx;
    return !p->stopping && run_is_busy(p->run);
}

static void on_drained(void *ctx)
{
    struct program *p = ctx;
    if (!p->stopping)
        run_hold(p->run, false);
}

/* ---- what the node tells ---- */

static void tell_ready(const struct program *p, uint16_t port)
{
    char state[64];
    snprintf(state, sizeof state, "READY=1\nSTATUS=Listening on port %u.", port);
    service_tell(&p->service, state);
}

static void on_event(void *ctx, const struct event *event)
{
    struct program *p = ctx;
    struct event news;
    if (!control_is_answer(event))
        ui_event(p->ui, event);
    else if (news_of_answer(event, NEWS_TO_USER, &news))
        ui_event(p->ui, &news);
    socket_event(&p->socket, event);
    if (event->type == EVENT_READY)
        tell_ready(p, event->ready.port);
    if (!p->stopping && ui_is_full(p->ui))
        run_hold(p->run, true);
}

static void on_idle(void *ctx)
{
    struct program *p = ctx;
    if (!p->stopping)
        ui_resume(p->ui);
    if (!p->stopping)
        socket_resume(&p->socket);
}

static void on_closed(void *ctx)
{
    (void)ctx; /* when the last part has, the loop has nothing left to do and returns */
}

static void on_stopped(void *ctx)
{
    struct program *p = ctx;
    for (size_t i = 0; i < SIGNALS; i++) /* so long, a second signal changes nothing */
        uv_close((uv_handle_t *)&p->signals[i], NULL);
    service_unwatch(&p->watch);
    const struct event bye = {
        .type = EVENT_BYE, .is_answer = p->quitting, .ticket = p->quit_ticket};
    on_event(p, &bye);
    if (p->status == EXIT_DONE)
        p->status = ui_exit_status(p->ui);
    ui_close(p->ui, on_closed, p);
    socket_close(&p->socket, on_closed, p);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct program *p = handle->data;
    if (number == SIGINT)
        p->status = EXIT_INTERRUPTED;
    stop(p);
}

/* ---- putting it together ---- */

static int open_run(struct program *p)
{
    static const enum discovery_mode modes[] = {
        [CHOICE_AUTO] = DISCOVERY_AUTO,
        [CHOICE_AVAHI] = DISCOVERY_AVAHI,
        [CHOICE_EMBEDDED] = DISCOVERY_EMBEDDED,
        [CHOICE_OFF] = DISCOVERY_OFF,
    };
    const struct options *o = &p->options;
    const struct run_config config = {
        .loop = &p->loop,
        .node = p->start.node,
        .store = p->start.store,
        .listen = o->has_listen ? &o->listen : NULL,
        .port = o->has_listen ? o->listen.port : DEFAULT_PORT,
        .port_may_change = !o->has_listen,
        .discovery = modes[o->discovery],
        .interfaces = o->interfaces,
        .interface_count = o->interface_count,
        .data_dir = p->start.data_dir,
        .on_event = on_event,
        .on_idle = on_idle,
        .on_stopped = on_stopped,
        .ctx = p,
    };
    enum lth_err err = run_open(&config, &p->run);
    if (err == LTH_IN_USE)
        complain("Port %u is taken by another program: choose another with --listen, or leave it "
                 "out to take any free one.",
                 config.port);
    else if (err != LTH_OK)
        complain("The node cannot listen there (%s): choose an address of this host with --listen.",
                 lth_strerror(err));
    return err == LTH_OK ? EXIT_DONE : EXIT_FAILED;
}

static struct ui_config ui_config_of(const struct options *o, bool first_run)
{
    return (struct ui_config){
        .kind = ui_kind_for(o->json, o->headless),
        .in_fd = STDIN_FILENO,
        .out_fd = STDOUT_FILENO,
        .color = color_is_wanted(o->color, isatty(STDOUT_FILENO)),
        .first_run = first_run,
        .to = o->has_uri ? o->uri.id : o->to,
        .link_name = o->has_uri ? o->uri.name : NULL,
        .timeout_s = o->timeout_s,
        .has_addresses = o->peer_count > 0,
    };
}

static int open_ui(struct program *p)
{
    const struct ui_host host = {on_submit, on_shown, on_ui_stop, on_busy, on_drained, p};
    const struct ui_config config = ui_config_of(&p->options, p->start.report.created);
    if (ui_open(&p->loop, &config, &host, &p->ui) == LTH_OK)
        return EXIT_DONE;
    complain("Standard input or output cannot be used: start it from a terminal, or use --json.");
    return EXIT_FAILED;
}

static void on_client_ready(void *ctx, struct event *ready)
{
    struct program *p = ctx;
    run_describe(p->run, ready);
}

/* Before the node says that it is ready, so that whoever waits for that finds it. */
static void open_socket(struct program *p)
{
    const struct control_host host = {on_submit, on_busy, on_client_ready, p};
    const struct socket_place place = {p->options.data, p->start.data_dir, node_id(p->start.node)};
    socket_open(&p->socket, &p->loop, &place, &host);
}

static void watch_signals(struct program *p)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGHUP, SIGINT};
    bool has_prompt = ui_kind_for(p->options.json, p->options.headless) == UI_PROMPT;
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&p->loop, &p->signals[i]); /* fails only without a loop */
        p->signals[i].data = p;
        if (numbers[i] != SIGINT || !has_prompt) /* in the prompt Ctrl-C is the prompt's */
            uv_signal_start(&p->signals[i], on_signal, numbers[i]);
    }
}

static void on_warning(void *ctx, const char *code, const char *text)
{
    struct program *p = ctx;
    run_warn(p->run, code, text);
}

/* What the user must know of how it came up. */
static void tell_findings(struct program *p)
{
    report_tell(&p->start.report, p->start.orphans, on_warning, p);
    if (!p->socket.control)
        run_warn(p->run, "control", p->socket.trouble.text);
}

static void add_peers(struct program *p)
{
    for (size_t i = 0; i < p->options.peer_count; i++) {
        const struct command c = {
            .type = COMMAND_PEER_ADD, .ticket = 0, .address = p->options.peers[i]};
        run_submit(p->run, &c);
    }
}

static int run_loop(struct program *p)
{
    watch_signals(p);
    service_watch(&p->watch, &p->loop, &p->service);
    open_socket(p);
    enum lth_err err = run_start(p->run);
    tell_findings(p);
    add_peers(p);
    if (err != LTH_OK)
        run_warn(p->run, "discovery_lost",
                 "Discovery is not available here: others are found only at addresses typed or "
                 "remembered.");
    if (err != LTH_OK && p->options.discovery != CHOICE_AUTO && p->options.peer_count == 0) {
        complain("Discovery is not available here and no address was typed: use --discovery auto, "
                 "or give one with --peer.");
        p->status = EXIT_NO_DISCOVERY;
        stop(p);
    }
    uv_run(&p->loop, UV_RUN_DEFAULT);
    return p->status;
}

static int run_program(struct program *p)
{
    int status = open_ui(p);
    if (status != EXIT_DONE)
        return status;
    status = open_run(p);
    if (status == EXIT_DONE)
        return run_loop(p);
    ui_close(p->ui, on_closed, p);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    return status;
}

static int run_node(struct program *p)
{
    int status = start_begin(&p->options, &p->start);
    if (status != EXIT_DONE)
        return status;
    if (uv_loop_init(&p->loop) != 0) {
        complain("The event loop could not be made: too many files may be open.");
        (void)start_end(&p->start);
        return EXIT_FAILED;
    }
    status = run_program(p);
    int end = start_end(&p->start);
    if (uv_loop_close(&p->loop) != 0 && status == EXIT_DONE)
        status = EXIT_FAILED; /* a handle was forgotten: a bug that tests look for */
    return status != EXIT_DONE ? status : end;
}

/* ---- the command line ---- */

/* What is asked of the program, not of a node. False: nothing is. */
static bool print_and_end(const struct options *o)
{
    if (o->help) {
        options_print_help(stdout);
        fputs("\nCommands to the node that runs (lanthorn help COMMAND says more)\n", stdout);
        shell_help_list(stdout);
    } else if (o->version) {
        puts("lanthorn " LANTHORN_VERSION);
    }
    return o->help || o->version;
}

/* Attached to the node that runs already, or as a node of its own. */
static int follow_options(struct program *p)
{
    struct sentence why;
    int status;
    if (print_and_end(&p->options))
        return check_printed();
    const struct ui_config config = ui_config_of(&p->options, false);
    if (ui_config_check(&config, &why) != LTH_OK) {
        complain("%s", why.text);
        return EXIT_USAGE;
    }
    if (config.kind == UI_PROMPT && talk_at_prompt(&p->options, &config, &status))
        return status;
    return run_node(p);
}

static int follow_settings(int argc, char *argv[], struct program *p)
{
    int status = settings_read(argc, argv, &p->strings, &p->options);
    if (status == EXIT_DONE)
        status = follow_options(p);
    arena_clear(&p->strings);
    return status;
}

int main(int argc, char *argv[])
{
    static struct program program;
    struct shell shell;
    struct sentence why;
    process_fill_streams();
    process_seal();
    service_find(&program.service);
    if (sodium_init() < 0) {
        complain("No randomness is to be had from this system: nothing can be secured.");
        return EXIT_FAILED;
    }
    shell_parse(argc, argv, &shell, &why);
    int status =
        shell.kind == SHELL_NODE ? follow_settings(argc, argv, &program) : talk(&shell, &why);
    shell_clear(&shell);
    return status;
}
