#include "fake_host.h"

#include <fcntl.h>
#include <unistd.h>

static void on_submit(void *ctx, const struct command *c)
{
    struct fake_host *h = ctx;
    h->submitted++;
    h->last = *c;
    h->last_who[0] = '\0';
    if (c->who)
        strncpy(h->last_who, c->who, sizeof h->last_who - 1);
    h->text_bytes += c->text_len;
    if (h->answer)
        h->answer(h, c);
}

static void on_shown(void *ctx, uint64_t record)
{
    struct fake_host *h = ctx;
    assert_true(record > h->shown);
    h->shown = record;
}

static void on_stop(void *ctx)
{
    struct fake_host *h = ctx;
    h->stops++;
}

static void on_drained(void *ctx)
{
    struct fake_host *h = ctx;
    h->drains++;
}

static bool is_busy(void *ctx)
{
    const struct fake_host *h = ctx;
    return h->busy;
}

static void on_beat(uv_timer_t *timer)
{
    (void)timer;
}

static void make_pipe(int *read_end, int *write_end)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    *read_end = ends[0];
    *write_end = ends[1];
}

void fake_host_open(struct fake_host *h, struct ui_config config)
{
    struct ui_host host = {on_submit, on_shown, on_stop, is_busy, on_drained, h};
    memset(h, 0, sizeof *h);
    h->to_ui = h->from_ui = -1;
    assert_int_equal(uv_loop_init(&h->loop), 0);
    uv_timer_init(&h->loop, &h->beat);
    uv_timer_start(&h->beat, on_beat, 1, 1);
    if (config.in_fd < 0)
        make_pipe(&config.in_fd, &h->to_ui);
    if (config.out_fd < 0) {
        make_pipe(&h->from_ui, &config.out_fd);
        fcntl(h->from_ui, F_SETFL, O_NONBLOCK);
    }
    assert_int_equal(ui_open(&h->loop, &config, &host, &h->ui), LTH_OK);
}

static void read_output(struct fake_host *h)
{
    size_t room = sizeof h->got - 1 - h->got_len;
    ssize_t len = h->from_ui < 0 ? 0 : read(h->from_ui, h->got + h->got_len, room);
    h->got_len += len > 0 ? (size_t)len : 0;
    h->got[h->got_len] = '\0';
}

void fake_host_turn(struct fake_host *h, int times, bool reads)
{
    for (int i = 0; i < times; i++) {
        uv_run(&h->loop, UV_RUN_ONCE);
        if (reads)
            read_output(h);
    }
}

void fake_host_write(struct fake_host *h, const char *bytes, size_t len)
{
    while (len) {
        size_t part = len < 4096 ? len : 4096;
        assert_int_equal(write(h->to_ui, bytes, part), part);
        bytes += part;
        len -= part;
        uv_run(&h->loop, UV_RUN_NOWAIT); /* so that the pipe does not fill */
        read_output(h);
    }
}

void fake_host_say(struct fake_host *h, const char *text)
{
    fake_host_write(h, text, strlen(text));
}

void fake_host_end_input(struct fake_host *h)
{
    close(h->to_ui);
    h->to_ui = -1;
}

void fake_host_ready(struct fake_host *h)
{
    struct event e = {.type = EVENT_READY};
    e.ready.name = e.ready.version = e.ready.data = "x";
    ui_event(h->ui, &e);
}

static void turn_until(struct fake_host *h,
                       bool (*is_so)(const struct fake_host *h, const void *what, const void *want),
                       const void *what, const void *want)
{
    uint64_t deadline = uv_hrtime() + 5000000000u;
    while (!is_so(h, what, want)) {
        if (uv_hrtime() > deadline)
            fail_msg("waited in vain; got so far: %s", h->got);
        fake_host_turn(h, 1, true);
    }
}

static bool size_is(const struct fake_host *h, const void *what, const void *want)
{
    (void)h;
    return *(const size_t *)what >= *(const size_t *)want;
}

static bool int_is(const struct fake_host *h, const void *what, const void *want)
{
    (void)h;
    return *(const int *)what >= *(const int *)want;
}

static bool has_got(const struct fake_host *h, const void *what, const void *want)
{
    (void)want;
    return strstr(h->got, what) != NULL;
}

void fake_host_until_size(struct fake_host *h, const size_t *what, size_t want)
{
    turn_until(h, size_is, what, &want);
}

void fake_host_until_int(struct fake_host *h, const int *what, int want)
{
    turn_until(h, int_is, what, &want);
}

void fake_host_until_got(struct fake_host *h, const char *text)
{
    turn_until(h, has_got, text, NULL);
}

static void on_closed(void *ctx)
{
    struct fake_host *h = ctx;
    h->is_closed = true;
}

void fake_host_close(struct fake_host *h)
{
    h->status = ui_exit_status(h->ui);
    ui_close(h->ui, on_closed, h);
    for (int i = 0; i < 5000 && !h->is_closed; i++)
        fake_host_turn(h, 1, true);
    assert_true(h->is_closed);
    uv_close((uv_handle_t *)&h->beat, NULL);
    uv_run(&h->loop, UV_RUN_DEFAULT);
    read_output(h);
    assert_int_equal(uv_loop_close(&h->loop), 0);
    if (h->to_ui >= 0)
        close(h->to_ui);
    if (h->from_ui >= 0)
        close(h->from_ui);
}

const char *stderr_of(void (*do_it)(void))
{
    static char text[4096];
    int ends[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    dup2(ends[1], STDERR_FILENO);
    do_it();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t len = read(ends[0], text, sizeof text - 1);
    text[len > 0 ? len : 0] = '\0';
    close(ends[0]);
    return text;
}
