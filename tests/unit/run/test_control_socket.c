/* A socket's file: whose it is, when it is replaced, and how long its path may be. */
#include "check.h"

#include "run/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], path[128];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/lanthorn-socket-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/control.sock", dir);
    return 0;
}

static int remove_one(const char *name, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat;
    (void)kind;
    (void)at;
    return remove(name);
}

static int remove_dir(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void check_connects(const char *to, enum lth_err want, const char *name)
{
    int fd = -1;
    CHECK_ERR(control_socket_connect(to, &fd), want, name);
    if (fd >= 0)
        close(fd);
}

static void test_what_listens_can_be_met_until_it_is_removed(void **state)
{
    (void)state;
    struct control_socket s;
    check_connects(path, LTH_NOT_FOUND, "before");
    assert_int_equal(control_socket_listen(path, &s), LTH_OK);
    check_connects(path, LTH_OK, "listening");
    control_socket_remove(&s);
    check_connects(path, LTH_NOT_FOUND, "removed");
    close(s.fd);
}

static void test_the_file_is_its_owners_alone_whatever_the_umask(void **state)
{
    (void)state;
    struct control_socket s;
    struct stat file;
    mode_t before = umask(0);
    enum lth_err err = control_socket_listen(path, &s);
    umask(before);
    assert_int_equal(err, LTH_OK);
    assert_int_equal(lstat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFSOCK | 0600);
    close(s.fd);
}

static void test_what_a_killed_node_left_is_replaced(void **state)
{
    (void)state;
    struct control_socket dead, s;
    assert_int_equal(control_socket_listen(path, &dead), LTH_OK);
    close(dead.fd);
    check_connects(path, LTH_NOT_FOUND, "nobody listens");
    assert_int_equal(control_socket_listen(path, &s), LTH_OK);
    check_connects(path, LTH_OK, "replaced");
    close(s.fd);
}

static void test_a_living_socket_is_not_replaced(void **state)
{
    (void)state;
    struct control_socket living, s = {.fd = -1};
    assert_int_equal(control_socket_listen(path, &living), LTH_OK);
    assert_int_equal(control_socket_listen(path, &s), LTH_IN_USE);
    assert_int_equal(s.fd, -1);
    check_connects(path, LTH_OK, "the first");
    close(living.fd);
}

static void test_a_crowd_in_front_of_it_shows_that_it_lives(void **state)
{
    (void)state;
    struct control_socket living, s;
    int crowd[256];
    size_t count = 0;
    assert_int_equal(control_socket_listen(path, &living), LTH_OK);
    while (count < LENGTH(crowd) && control_socket_connect(path, &crowd[count]) == LTH_OK)
        count++;
    check_connects(path, LTH_LIMIT, "one more");
    assert_int_equal(control_socket_listen(path, &s), LTH_IN_USE);
    while (count > 0)
        close(crowd[--count]);
    close(living.fd);
}

static void test_a_file_that_is_no_socket_stays(void **state)
{
    (void)state;
    struct control_socket s;
    struct stat file;
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "precious", 8), 8);
    close(fd);
    assert_int_equal(control_socket_listen(path, &s), LTH_IO);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(lstat(path, &file), 0);
    assert_int_equal(file.st_size, 8);
}

static void test_another_ones_file_is_not_removed(void **state)
{
    (void)state;
    struct control_socket first, second;
    assert_int_equal(control_socket_listen(path, &first), LTH_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(control_socket_listen(path, &second), LTH_OK);
    control_socket_remove(&first);
    check_connects(path, LTH_OK, "the second");
    close(first.fd);
    close(second.fd);
}

static void test_a_path_may_be_longer_than_a_sockets_address(void **state)
{
    (void)state;
    char far[2048];
    struct control_socket s;
    int len = snprintf(far, sizeof far, "%s", dir);
    for (int i = 0; i < 5; i++) {
        len += snprintf(far + len, sizeof far - (size_t)len, "/%0200d", i);
        assert_int_equal(mkdir(far, 0700), 0);
    }
    snprintf(far + len, sizeof far - (size_t)len, "/control.sock");
    assert_int_equal(control_socket_listen(far, &s), LTH_OK);
    check_connects(far, LTH_OK, "far away");
    control_socket_remove(&s);
    assert_int_not_equal(access(far, F_OK), 0);
    close(s.fd);
}

static void test_where_it_cannot_be_errno_says_why(void **state)
{
    (void)state;
    static char long_path[5000];
    char nowhere[160], long_name[256];
    struct control_socket s;
    snprintf(nowhere, sizeof nowhere, "%s/none/control.sock", dir);
    snprintf(long_name, sizeof long_name, "%s/%0100d", dir, 0);
    memset(long_path, '/', sizeof long_path - 1);
    const struct {
        const char *name, *at;
        int why;
    } rows[] = {
        {"no directory", nowhere, ENOENT},
        {"a long name", long_name, ENAMETOOLONG},
        {"a long path", long_path, ENAMETOOLONG},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        CHECK_ERR(control_socket_listen(rows[i].at, &s), LTH_IO, rows[i].name);
        if (errno != rows[i].why)
            fail_msg("%s: %s", rows[i].name, strerror(errno));
    }
    check_connects(nowhere, LTH_NOT_FOUND, "no directory");
    check_connects(long_name, LTH_IO, "a long name");
}

static uid_t listener = (uid_t)-1;
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

/* In the place of getsockopt, by the linker's --wrap. */
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int result = __real_getsockopt(fd, level, name, value, len);
    if (level == SOL_SOCKET && name == SO_PEERCRED && listener != (uid_t)-1)
        ((struct ucred *)value)->uid = listener;
    return result;
}

static uid_t me = (uid_t)-1;
uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);

uid_t __wrap_geteuid(void)
{
    return me == (uid_t)-1 ? __real_geteuid() : me;
}

static void test_only_this_user_is_believed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uid_t me, listener;
        enum lth_err want;
    } rows[] = {
        {"myself", 1000, 1000, LTH_OK},
        {"root", 1000, 0, LTH_FORGED},
        {"somebody else", 1000, 1001, LTH_FORGED},
        {"root asks somebody", 0, 1001, LTH_FORGED},
        {"root asks root", 0, 0, LTH_OK},
    };
    struct control_socket s;
    assert_int_equal(control_socket_listen(path, &s), LTH_OK);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        me = rows[i].me;
        listener = rows[i].listener;
        check_connects(path, rows[i].want, rows[i].name);
    }
    me = listener = (uid_t)-1;
    close(s.fd);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(test_what_listens_can_be_met_until_it_is_removed),
        IN_A_DIRECTORY(test_the_file_is_its_owners_alone_whatever_the_umask),
        IN_A_DIRECTORY(test_what_a_killed_node_left_is_replaced),
        IN_A_DIRECTORY(test_a_living_socket_is_not_replaced),
        IN_A_DIRECTORY(test_a_crowd_in_front_of_it_shows_that_it_lives),
        IN_A_DIRECTORY(test_a_file_that_is_no_socket_stays),
        IN_A_DIRECTORY(test_another_ones_file_is_not_removed),
        IN_A_DIRECTORY(test_a_path_may_be_longer_than_a_sockets_address),
        IN_A_DIRECTORY(test_where_it_cannot_be_errno_says_why),
        IN_A_DIRECTORY(test_only_this_user_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
