/* Two ends open together or not at all, and close in an order that loses nothing. */
#include "check.h"

#include "ui/stdio_uv.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
}

static void on_event(void *ctx)
{
    (void)ctx;
}

static void on_written(void *ctx, uint64_t mark)
{
    (void)ctx;
    (void)mark;
}

static const struct input_user in_user = {on_bytes, on_event, NULL};
static const struct output_user out_user = {on_written, on_event, on_event, NULL};

static void test_a_closed_half_opens_neither(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct stdio io;
    int good = open("/dev/null", O_RDWR);
    uv_loop_init(&loop);
    assert_int_equal(stdio_open(&loop, 999, good, &in_user, &out_user, &io), LTH_UNAVAILABLE);
    assert_int_equal(stdio_open(&loop, good, 999, &in_user, &out_user, &io), LTH_UNAVAILABLE);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(good);
}

static void on_closed(void *ctx)
{
    int *closes = ctx;
    ++*closes;
}

static void test_one_socket_at_both_ends_takes_all_before_it_closes(void **state)
{
    (void)state;
    static char large[200 * 1024], sink[64 * 1024];
    uv_loop_t loop;
    struct stdio io;
    int ends[2], closes = 0;
    size_t got = 0;
    uv_loop_init(&loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    assert_int_equal(stdio_open(&loop, ends[0], dup(ends[0]), &in_user, &out_user, &io), LTH_OK);
    assert_int_equal(buffer_append(output_buffer(io.output), large, sizeof large), LTH_OK);
    output_put(io.output, 1);
    stdio_close(&io, on_closed, &closes);
    while (closes == 0) {
        uv_run(&loop, UV_RUN_NOWAIT);
        ssize_t len = read(ends[1], sink, sizeof sink);
        got += len > 0 ? (size_t)len : 0;
    }
    for (ssize_t len; (len = read(ends[1], sink, sizeof sink)) > 0;)
        got += (size_t)len;
    assert_int_equal(got, sizeof large);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_closed_half_opens_neither),
        cmocka_unit_test(test_one_socket_at_both_ends_takes_all_before_it_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
