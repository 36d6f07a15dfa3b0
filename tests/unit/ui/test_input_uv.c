/* An input ends once, pauses when told, and may be closed at any moment. */
#include "check.h"

#include "ui/input_uv.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct reader {
    uv_loop_t loop;
    struct input *input;
    size_t bytes;
    int ends, closes;
    bool close_in_callback;
};

static void on_closed(void *ctx)
{
    struct reader *r = ctx;
    r->closes++;
}

static void close_now(struct reader *r)
{
    input_close(r->input, on_closed, r);
    r->close_in_callback = false;
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    struct reader *r = ctx;
    (void)bytes;
    r->bytes += len;
    if (r->close_in_callback)
        close_now(r);
}

static void on_end(void *ctx)
{
    struct reader *r = ctx;
    r->ends++;
    if (r->close_in_callback)
        close_now(r);
}

static void start(struct reader *r, int fd)
{
    const struct input_user user = {on_bytes, on_end, r};
    *r = (struct reader){0};
    uv_loop_init(&r->loop);
    assert_int_equal(input_open(&r->loop, fd, &user, &r->input), LTH_OK);
}

static void finish(struct reader *r)
{
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(r->closes, 1);
    assert_int_equal(uv_loop_close(&r->loop), 0);
}

/* A file of len bytes, already unlinked. */
static int file_of(off_t len)
{
    char path[] = "/tmp/lanthorn-input-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(ftruncate(fd, len), 0);
    return fd;
}

static void test_a_file_is_read_to_its_end(void **state)
{
    (void)state;
    struct reader r;
    int fd = file_of((off_t)3 * INPUT_CHUNK + 5);
    start(&r, fd);
    input_resume(r.input);
    input_resume(r.input);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.bytes, (off_t)3 * INPUT_CHUNK + 5);
    assert_int_equal(r.ends, 1);
    input_resume(r.input); /* nothing comes after the end */
    input_pause(r.input);
    close_now(&r);
    finish(&r);
    assert_int_equal(r.ends, 1);
    close(fd);
}

static void test_a_paused_file_gives_at_most_one_chunk_more(void **state)
{
    (void)state;
    struct reader r;
    int fd = file_of((off_t)5 * INPUT_CHUNK);
    start(&r, fd);
    input_resume(r.input);
    input_pause(r.input);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.bytes, INPUT_CHUNK);
    input_resume(r.input);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.bytes, (off_t)5 * INPUT_CHUNK);
    close_now(&r);
    finish(&r);
    close(fd);
}

static void test_closing_during_a_files_read_waits_for_it(void **state)
{
    (void)state;
    struct reader r;
    int fd = file_of(5);
    start(&r, fd);
    input_resume(r.input);
    close_now(&r);
    finish(&r);
    assert_int_equal(r.bytes + (size_t)r.ends, 0);
    close(fd);
}

static void test_closing_from_its_own_callbacks_is_allowed(void **state)
{
    (void)state;
    for (off_t len = 0; len <= 5; len += 5) { /* at the end, at the first bytes */
        struct reader r;
        int fd = file_of(len), ends[2];
        start(&r, fd);
        r.close_in_callback = true;
        input_resume(r.input);
        finish(&r);
        close(fd);

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(write(ends[1], "12345", (size_t)len), len);
        close(ends[1]);
        start(&r, ends[0]);
        r.close_in_callback = true;
        input_resume(r.input);
        finish(&r);
        assert_int_equal(r.bytes, len);
    }
}

static void test_a_paused_pipe_keeps_its_bytes(void **state)
{
    (void)state;
    struct reader r;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    start(&r, ends[0]);
    assert_int_equal(write(ends[1], "12345", 5), 5);
    uv_run(&r.loop, UV_RUN_NOWAIT);
    assert_int_equal(r.bytes, 0);
    input_resume(r.input);
    uv_run(&r.loop, UV_RUN_NOWAIT);
    assert_int_equal(r.bytes, 5);
    input_pause(r.input);
    close(ends[1]);
    uv_run(&r.loop, UV_RUN_NOWAIT);
    assert_int_equal(r.ends, 0);
    input_resume(r.input);
    uv_run(&r.loop, UV_RUN_NOWAIT);
    assert_int_equal(r.ends, 1);
    close_now(&r);
    finish(&r);
}

static void test_a_shared_standard_input_is_left_as_blocking_as_it_was(void **state)
{
    (void)state;
    struct reader r;
    int ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    dup2(ends[0], STDIN_FILENO);
    start(&r, STDIN_FILENO);
    input_resume(r.input);
    assert_true(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
    close_now(&r);
    finish(&r);
    assert_false(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_to_its_end),
        cmocka_unit_test(test_a_paused_file_gives_at_most_one_chunk_more),
        cmocka_unit_test(test_closing_during_a_files_read_waits_for_it),
        cmocka_unit_test(test_closing_from_its_own_callbacks_is_allowed),
        cmocka_unit_test(test_a_paused_pipe_keeps_its_bytes),
        cmocka_unit_test(test_a_shared_standard_input_is_left_as_blocking_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
