/* Whatever stands behind a descriptor gets a handle of its kind, or a refusal. */
#include "check.h"

#include "ui/descriptor_uv.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static int open_pipe(void)
{
    return pipe2(ends, O_CLOEXEC) == 0 ? ends[0] : -1;
}

static int open_socket(void)
{
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? ends[0] : -1;
}

static int open_tcp(void)
{
    ends[1] = -1;
    return ends[0] = socket(AF_INET, SOCK_STREAM, 0);
}

static int open_terminal(void)
{
    return openpty(&ends[1], &ends[0], NULL, NULL, NULL) == 0 ? ends[0] : -1;
}

static int open_null(void)
{
    ends[1] = -1;
    return ends[0] = open("/dev/null", O_RDWR);
}

static int open_udp(void)
{
    ends[1] = -1;
    return ends[0] = socket(AF_INET, SOCK_DGRAM, 0);
}

static int open_epoll(void)
{
    ends[1] = -1;
    return ends[0] = epoll_create1(EPOLL_CLOEXEC);
}

static int open_nothing(void)
{
    ends[0] = ends[1] = -1;
    return 999;
}

static const struct {
    const char *name;
    int (*open)(void);
    enum lth_err want;
    uv_handle_type type;
    bool is_file;
} rows[] = {
    {"pipe", open_pipe, LTH_OK, UV_NAMED_PIPE, false},
    {"UNIX socket", open_socket, LTH_OK, UV_NAMED_PIPE, false},
    {"TCP socket", open_tcp, LTH_OK, UV_TCP, false},
    {"terminal", open_terminal, LTH_OK, UV_TTY, false},
    {"/dev/null", open_null, LTH_OK, UV_IDLE, true},
    {"UDP socket", open_udp, LTH_UNAVAILABLE, 0, false},
    {"epoll", open_epoll, LTH_UNAVAILABLE, 0, false},
    {"closed", open_nothing, LTH_UNAVAILABLE, 0, false},
};

static void test_each_kind_of_descriptor_gets_its_handle(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uv_loop_t loop;
        struct descriptor d;
        int fd = rows[i].open(), mark;
        uv_loop_init(&loop);
        CHECK_ERR(descriptor_open(&loop, fd, &mark, &d), rows[i].want, rows[i].name);
        if (rows[i].want == LTH_OK) {
            CHECK(d.u.handle.type == rows[i].type && d.is_file == rows[i].is_file, rows[i].name);
            CHECK(d.u.handle.data == &mark, rows[i].name);
            descriptor_close(&d, NULL);
        }
        uv_run(&loop, UV_RUN_DEFAULT);
        CHECK(uv_loop_close(&loop) == 0, rows[i].name);
        close(ends[0]); /* fails where the handle has closed it */
        close(ends[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_of_descriptor_gets_its_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
