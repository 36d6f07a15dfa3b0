/* A service manager's socket, and what arrives there. */
#include "check.h"

#include "run/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64], path[96];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/lanthorn-service-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/notify", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

/* A socket bound to a path, or with '@' in front to an abstract name. */
static int manager_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(name);
    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(
        bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
        0);
    return fd;
}

static void set(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void expect(int manager, const char *want)
{
    char got[256];
    ssize_t len = recv(manager, got, sizeof got - 1, 0);
    assert_true(len >= 0);
    got[len] = '\0';
    assert_string_equal(got, want);
}

static void check_telling(const char *name)
{
    struct service service;
    int manager = manager_at(name);
    set("NOTIFY_SOCKET", name);
    service_find(&service);
    service_tell(&service, "READY=1\nSTATUS=At work.");
    service_tell(&service, "STOPPING=1");
    expect(manager, "READY=1\nSTATUS=At work.");
    expect(manager, "STOPPING=1");
    close(manager);
}

static void test_a_manager_at_a_path_is_told(void **state)
{
    (void)state;
    check_telling(path);
}

static void test_a_manager_with_an_abstract_name_is_told(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "@lanthorn-test-%ld", (long)getpid());
    check_telling(name);
}

static void test_the_variables_are_not_handed_on(void **state)
{
    (void)state;
    struct service service;
    set("NOTIFY_SOCKET", "/run/notify");
    set("WATCHDOG_USEC", "1000");
    set("WATCHDOG_PID", "1");
    service_find(&service);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
}

static void test_what_names_no_socket_is_silence(void **state)
{
    (void)state;
    char long_name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    const struct {
        const char *name, *value;
    } rows[] = {{"none", NULL},
                {"empty", ""},
                {"relative", "notify"},
                {"no name", "@"},
                {"only a slash", "/"},
                {"too long", long_name},
                {"of another kind", "vsock:2:1"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct service service;
        set("NOTIFY_SOCKET", rows[i].value);
        set("WATCHDOG_USEC", "1000");
        service_find(&service);
        CHECK(service.to_len == 0 && service.watchdog_us == 0, rows[i].name);
        service_tell(&service, "READY=1"); /* and does no harm */
    }
    set("WATCHDOG_USEC", NULL);
}

static void test_a_manager_that_is_gone_does_no_harm(void **state)
{
    (void)state;
    struct service service;
    set("NOTIFY_SOCKET", "/nowhere/notify");
    service_find(&service);
    assert_int_not_equal(service.to_len, 0);
    service_tell(&service, "READY=1");
}

static void test_the_watchdog_is_read(void **state)
{
    (void)state;
    char ours[16], another[16];
    snprintf(ours, sizeof ours, "%ld", (long)getpid());
    snprintf(another, sizeof another, "%ld", (long)getppid());
    const struct {
        const char *name, *usec, *pid;
        uint64_t want;
    } rows[] = {
        {"for us", "30000000", ours, 30000000},
        {"for whoever reads it", "30000000", NULL, 30000000},
        {"for another process", "30000000", another, 0},
        {"for no process", "30000000", "", 0},
        {"not asked for", NULL, ours, 0},
        {"no number", "soon", ours, 0},
        {"a number and more", "30s", ours, 0},
        {"negative", "-1", ours, 0},
        {"too large", "99999999999999999999", ours, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct service service;
        set("NOTIFY_SOCKET", "/run/notify");
        set("WATCHDOG_USEC", rows[i].usec);
        set("WATCHDOG_PID", rows[i].pid);
        service_find(&service);
        CHECK(service.watchdog_us == rows[i].want, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_manager_at_a_path_is_told, make_dir, remove_dir),
        cmocka_unit_test(test_a_manager_with_an_abstract_name_is_told),
        cmocka_unit_test(test_the_variables_are_not_handed_on),
        cmocka_unit_test(test_what_names_no_socket_is_silence),
        cmocka_unit_test(test_a_manager_that_is_gone_does_no_harm),
        cmocka_unit_test(test_the_watchdog_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
