/* Whoever reads may go at any time, and is missed at once. */
#include "check.h"

#include "ui/hangup_uv.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

struct watch {
    struct hangup hangup;
    uv_timer_t patience;
    size_t gone;
};

static void on_gone(void *ctx)
{
    struct watch *w = ctx;
    w->gone++;
    uv_timer_stop(&w->patience);
}

static void on_time(uv_timer_t *timer)
{
    (void)timer; /* the loop has nothing left to wait for */
}

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
}

static void make_socket(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static void make_file(int ends[2])
{
    ends[0] = open("/dev/null", O_RDONLY);
    ends[1] = open("/dev/null", O_WRONLY);
}

static void close_it(int fd)
{
    close(fd);
}

static void stop_writing(int fd)
{
    shutdown(fd, SHUT_WR);
}

static void test_a_reader_that_goes_is_missed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*make)(int ends[2]);
        void (*act)(int reader);
        size_t want;
    } rows[] = {
        {"pipe", make_pipe, close_it, 1},
        {"socket", make_socket, close_it, 1},
        {"a socket that only says no more", make_socket, stop_writing, 0},
        {"file", make_file, close_it, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct watch w = {0};
        uv_loop_t loop;
        int ends[2];
        rows[i].make(ends);
        uv_loop_init(&loop);
        uv_timer_init(&loop, &w.patience);
        uv_timer_start(&w.patience, on_time, rows[i].want ? PATIENCE_MS : 50, 0);
        hangup_open(&w.hangup, &loop, ends[1], on_gone, &w);
        uv_run(&loop, UV_RUN_NOWAIT);
        CHECK(w.gone == 0, rows[i].name);
        rows[i].act(ends[0]);
        uv_run(&loop, UV_RUN_ONCE); /* the reader, or the timer */
        uv_run(&loop, UV_RUN_NOWAIT);
        CHECK(w.gone == rows[i].want, rows[i].name);
        hangup_close(&w.hangup);
        hangup_close(&w.hangup);
        uv_close((uv_handle_t *)&w.patience, NULL);
        uv_run(&loop, UV_RUN_DEFAULT);
        CHECK(uv_loop_close(&loop) == 0, rows[i].name);
        close(ends[0]), close(ends[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_that_goes_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
