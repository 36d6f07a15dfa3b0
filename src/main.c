/* main.c - puts a node together: store, core, loop, user interface.
 *
 * 1. options; store and log (start.c); the loop; the port; the user interface.
 * 2. The loop runs until somebody wants to stop: `quit`, end of input, a signal.
 * 3. run_stop says good-bye and waits for the disk; then `bye` is told, the user interface
 *    closes, the loop ends, the store closes.
 */
#include "run/control_path.h"
#include "run/control_socket.h"
#include "run/run_uv.h"
#include "run/service_uv.h"
#include "settings.h"
#include "start.h"
#include "talk_uv.h"
#include "ui/control_uv.h"
#include "ui/news.h"
#include "ui/ui_uv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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
    struct control_socket socket;
    struct control *control; /* NULL: none could be made, and why: */
    struct sentence control_trouble;
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
    else if (news_of_answer(event, &news))
        ui_event(p->ui, &news);
    if (p->control)
        control_event(p->control, event);
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
    if (!p->stopping && p->control)
        control_resume(p->control);
}

static void on_closed(void *ctx)
{
    (void)ctx; /* when the last part has, the loop has nothing left to do and returns */
}

static void close_control(struct program *p)
{
    if (!p->control)
        return;
    control_socket_remove(&p->socket);
    control_close(p->control, on_closed, p);
    p->control = NULL;
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
    close_control(p);
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
        .color = o->color == COLOR_ALWAYS || (o->color == COLOR_AUTO && ui_wants_color()),
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

/* ---- the control socket ---- */

static void on_client_ready(void *ctx, struct event *ready)
{
    struct program *p = ctx;
    run_describe(p->run, ready);
}

static enum lth_err serve_socket(struct program *p)
{
    const struct control_host host = {on_submit, on_busy, on_client_ready, p};
    enum lth_err err = control_open(&p->loop, p->socket.fd, &host, &p->control);
    if (err == LTH_OK)
        return LTH_OK;
    control_socket_remove(&p->socket);
    close(p->socket.fd);
    return err;
}

/* A path may be long and the end of a sentence be cut, so it stands there. */
static void explain(struct sentence *why, enum lth_err err, const char *path)
{
    if (err == LTH_IN_USE)
        sentence_set(why,
                     "Another node with this identity takes the commands meant for this one: stop "
                     "one of them. It listens at %s.",
                     path);
    else if (err == LTH_UNAVAILABLE)
        sentence_set(why,
                     "Commands cannot reach this node, because the directory for its socket is "
                     "somebody else's or open to others: remove it and start again. It is %s.",
                     path);
    else
        sentence_set(why,
                     "Commands cannot reach this node, because its socket could not be made (%s); "
                     "all else works. Its place is %s.",
                     err == LTH_IO ? strerror(errno) : lth_strerror(err), path);
}

/* Before the node says that it is ready, so that whoever waits for that finds it. */
static void open_control(struct program *p)
{
    char path[sizeof p->socket.path] = "";
    enum lth_err err = control_path_for(p->options.data, p->start.data_dir, node_id(p->start.node),
                                        path, sizeof path);
    if (err == LTH_OK)
        err = control_socket_listen(path, &p->socket);
    if (err == LTH_OK)
        err = serve_socket(p);
    if (err != LTH_OK)
        explain(&p->control_trouble, err, path);
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

/* What opening the store found that the user must know. */
static void tell_report(struct program *p)
{
    const struct store_report *report = &p->start.report;
    char text[256];
    if (report->torn_tail_bytes && !report->rolled_back) {
        snprintf(text, sizeof text,
                 "The last write before the previous end was cut off: %llu bytes were put aside "
                 "in the log directory, nothing that was acknowledged is missing.",
                 (unsigned long long)report->torn_tail_bytes);
        run_warn(p->run, "torn_tail", text);
    }
    if (report->rolled_back)
        run_warn(p->run, "rollback",
                 "The log ends earlier than it once did, as after putting back a backup: what came "
                 "later is asked of the peers that hold it, and what none of them holds is lost.");
    if (report->damaged_from) {
        snprintf(text, sizeof text,
                 "The log is damaged: %llu records from number %llu on are lost; the store is "
                 "open for reading only.",
                 (unsigned long long)report->damaged_count,
                 (unsigned long long)report->damaged_from);
        run_warn(p->run, "store_damaged", text);
    }
    if (p->start.orphans) {
        snprintf(text, sizeof text,
                 "%llu records rest on lost ones and were passed over: put the directory back from "
                 "a backup, if there is one.",
                 (unsigned long long)p->start.orphans);
        run_warn(p->run, "store_damaged", text);
    }
    if (report->read_only)
        run_warn(p->run, "store_read_only",
                 "The store takes no writes: messages can be read, but none sent or received.");
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
    open_control(p);
    enum lth_err err = run_start(p->run);
    tell_report(p);
    if (!p->control)
        run_warn(p->run, "control", p->control_trouble.text);
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

/* A closed standard stream would give its number to the first file we open: the store's. */
static void fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            abort();
}

/* One descriptor a session, and the store must always get its own. */
static void allow_many_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files); /* as many as before, then */
}

/* Keys and texts stay out of core files and other processes' reach. */
static void seal_process(void)
{
    const struct rlimit none = {0, 0};
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* both only fail on kernels without them */
    (void)setrlimit(RLIMIT_CORE, &none);
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
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

int main(int argc, char *argv[])
{
    static struct program program;
    struct shell shell;
    struct sentence why;
    fill_standard_streams();
    seal_process();
    service_find(&program.service);
    if (sodium_init() < 0) {
        complain("No randomness is to be had from this system: nothing can be secured.");
        return EXIT_FAILED;
    }
    shell_parse(argc, argv, &shell, &why);
    if (shell.kind != SHELL_NODE) {
        int told = talk(&shell, &why);
        shell_clear(&shell);
        return told;
    }
    int status = settings_read(argc, argv, &program.strings, &program.options);
    if (status != EXIT_DONE)
        return status;
    if (program.options.help) {
        options_print_help(stdout);
        fputs("\nCommands to the node that runs (lanthorn help COMMAND says more)\n", stdout);
        shell_print_list(stdout);
        return EXIT_DONE;
    }
    if (program.options.version) {
        puts("lanthorn " LANTHORN_VERSION);
        return EXIT_DONE;
    }
    const struct ui_config config = ui_config_of(&program.options, false);
    if (ui_config_check(&config, &why) != LTH_OK) {
        complain("%s", why.text);
        return EXIT_USAGE;
    }
    if (config.kind != UI_PROMPT || !talk_at_prompt(&program.options, &config, &status))
        status = run_node(&program);
    arena_clear(&program.strings);
    return status;
}
