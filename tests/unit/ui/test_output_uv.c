/* What was put has left when the mark says so, in order, and closing loses nothing. */
#include "check.h"

#include "ui/output_uv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct writer {
    uv_loop_t loop;
    struct output *output;
    uint64_t mark;
    int failures, closes, drains;
    bool put_in_callback;
};

static void put(struct writer *w, const char *text, uint64_t mark)
{
    assert_int_equal(buffer_append(output_buffer(w->output), text, strlen(text)), LTH_OK);
    output_put(w->output, mark);
}

static void on_written(void *ctx, uint64_t mark)
{
    struct writer *w = ctx;
    if (mark)
        w->mark = mark;
    if (w->put_in_callback) {
        w->put_in_callback = false;
        put(w, "!", 9);
    }
}

static void on_drained(void *ctx)
{
    struct writer *w = ctx;
    w->drains++;
}

static void on_failed(void *ctx)
{
    struct writer *w = ctx;
    w->failures++;
}

static void on_closed(void *ctx)
{
    struct writer *w = ctx;
    w->closes++;
}

static void start(struct writer *w, int fd)
{
    const struct output_user user = {on_written, on_drained, on_failed, w};
    *w = (struct writer){0};
    uv_loop_init(&w->loop);
    assert_int_equal(output_open(&w->loop, fd, &user, &w->output), LTH_OK);
}

static void finish(struct writer *w)
{
    output_close(w->output, on_closed, w);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(w->closes, 1);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

static int make_file(void)
{
    char path[] = "/tmp/lanthorn-output-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

static void check_file(int fd, const char *want)
{
    char text[100] = "";
    assert_int_equal(pread(fd, text, sizeof text - 1, 0), strlen(want));
    assert_string_equal(text, want);
    close(fd);
}

static void test_a_mark_comes_after_its_bytes(void **state)
{
    (void)state;
    struct writer w;
    int fd = make_file();
    start(&w, fd);
    put(&w, "one", 1);
    put(&w, "two", 2);
    assert_int_equal(w.mark, 0); /* never from inside output_put */
    assert_false(output_is_idle(w.output));
    while (!output_is_idle(w.output) || w.mark == 0)
        uv_run(&w.loop, UV_RUN_ONCE);
    assert_int_equal(w.mark, 2);
    finish(&w);
    check_file(fd, "onetwo");
}

static void test_closing_writes_what_waits(void **state)
{
    (void)state;
    struct writer w;
    int fd = make_file();
    start(&w, fd);
    w.put_in_callback = true;
    put(&w, "one", 1);
    finish(&w);
    assert_int_equal(w.mark, 9);
    check_file(fd, "one!");
}

static void test_a_mark_needs_no_bytes(void **state)
{
    (void)state;
    struct writer w;
    int fd = make_file();
    start(&w, fd);
    output_put(w.output, 3);
    finish(&w);
    assert_int_equal(w.mark, 3);
    check_file(fd, "");
}

static void test_a_pipe_without_a_reader_fails_once(void **state)
{
    (void)state;
    struct writer w;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    start(&w, ends[1]);
    put(&w, "one", 1);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    put(&w, "two", 2);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    assert_int_equal(w.failures, 1);
    assert_int_equal(w.mark, 0);
    assert_true(output_is_idle(w.output));
    finish(&w);
}

static void test_an_output_is_full_until_half_of_it_has_left(void **state)
{
    (void)state;
    static char chunk[OUTPUT_FULL / 4 + 1], sink[64 * 1024];
    struct writer w;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    start(&w, ends[1]);
    memset(chunk, 'x', sizeof chunk - 1);
    for (uint64_t mark = 1; mark <= 5; mark++) {
        assert_int_equal(output_is_full(w.output), mark == 5);
        put(&w, chunk, mark);
    }
    while (w.mark < 5) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
        if (w.mark < 5)
            assert_true(read(ends[0], sink, sizeof sink) > 0);
    }
    assert_int_equal(w.drains, 1);
    finish(&w);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mark_comes_after_its_bytes),
        cmocka_unit_test(test_closing_writes_what_waits),
        cmocka_unit_test(test_a_mark_needs_no_bytes),
        cmocka_unit_test(test_a_pipe_without_a_reader_fails_once),
        cmocka_unit_test(test_an_output_is_full_until_half_of_it_has_left),
    };
    (void)signal(SIGPIPE, SIG_IGN); /* as ui_open does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
