/* Where the socket of a node is, and where it is looked for. */
#include "check.h"

#include "run/control_path.h"
#include "run/control_socket.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t id[ID_LEN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32};
static const char socket_name[] = "aerukz4jvpg66ebs.sock";
static char home[64];

static void set(const char *name, const char *value)
{
    if (value)
        assert_int_equal(setenv(name, value, 1), 0);
    else
        assert_int_equal(unsetenv(name), 0);
}

/* home/part; valid until the fourth call after this. */
static const char *at(const char *part)
{
    static char paths[4][256];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, 256, "%s/%s", home, part);
    return path;
}

static int make_home(void **state)
{
    (void)state;
    strcpy(home, "/tmp/lanthorn-path-XXXXXX");
    if (!mkdtemp(home) || mkdir(at("run"), 0700) != 0)
        return -1;
    set("HOME", home);
    set("XDG_DATA_HOME", NULL);
    set("XDG_RUNTIME_DIR", at("run"));
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat;
    (void)kind;
    (void)place;
    return remove(path);
}

static int remove_home(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void check_for(const char *given, const char *want, const char *name)
{
    char path[256] = "";
    CHECK_ERR(control_path_for(given, "/the/data", id, path, sizeof path), LTH_OK, name);
    if (strcmp(path, want) != 0)
        fail_msg("%s: got %s, not %s", name, path, want);
}

static void test_a_node_knows_where_its_socket_is(void **state)
{
    (void)state;
    char in_runtime_dir[256];
    snprintf(in_runtime_dir, sizeof in_runtime_dir, "%s/run/lanthorn/%s", home, socket_name);
    check_for("/the/data", "/the/data/control.sock", "--data");
    check_for(NULL, in_runtime_dir, "the runtime directory");
    set("XDG_RUNTIME_DIR", NULL);
    check_for(NULL, "/the/data/control.sock", "no runtime directory");
    set("XDG_RUNTIME_DIR", "run");
    check_for(NULL, "/the/data/control.sock", "a relative one");
    set("XDG_RUNTIME_DIR", at("none"));
    check_for(NULL, "/the/data/control.sock", "one that is not there");
}

static void test_another_ones_runtime_directory_is_passed_over(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(at("run"), 1, 1), 0);
    check_for(NULL, "/the/data/control.sock", "as after su");
}

static void test_the_directory_is_made_for_its_owner_alone(void **state)
{
    (void)state;
    char path[256];
    struct stat made;
    mode_t before = umask(0);
    enum lth_err err = control_path_for(NULL, "/the/data", id, path, sizeof path);
    umask(before);
    assert_int_equal(err, LTH_OK);
    assert_int_equal(lstat(at("run/lanthorn"), &made), 0);
    assert_int_equal(made.st_mode, S_IFDIR | 0700);
    assert_int_equal(control_path_for(NULL, "/the/data", id, path, sizeof path), LTH_OK);
}

static void make_open_dir(void)
{
    assert_int_equal(mkdir(at("run/lanthorn"), 0700), 0);
    assert_int_equal(chmod(at("run/lanthorn"), 0750), 0);
}

static void make_link(void)
{
    assert_int_equal(mkdir(at("elsewhere"), 0700), 0);
    assert_int_equal(symlink(at("elsewhere"), at("run/lanthorn")), 0);
}

static void make_file(void)
{
    FILE *file = fopen(at("run/lanthorn"), "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void make_foreign_dir(void)
{
    assert_int_equal(mkdir(at("run/lanthorn"), 0700), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(at("run/lanthorn"), 1, 1), 0);
    else
        assert_int_equal(chmod(at("run/lanthorn"), 0701), 0);
}

static void test_a_directory_that_is_not_ours_alone_is_refused(void **state)
{
    static const struct {
        const char *name;
        void (*make)(void);
    } rows[] = {
        {"open to the group", make_open_dir},
        {"a link", make_link},
        {"a file", make_file},
        {"somebody else's", make_foreign_dir},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[256];
        rows[i].make();
        CHECK_ERR(control_path_for(NULL, "/the/data", id, path, sizeof path), LTH_UNAVAILABLE,
                  rows[i].name);
        assert_string_equal(path, at("run/lanthorn"));
        remove_home(state);
        make_home(state);
    }
}

static void check_find(const char *given, enum lth_err err, const char *want, const char *name)
{
    char path[256] = "";
    CHECK_ERR(control_path_find(given, path, sizeof path), err, name);
    if (err == LTH_OK && strcmp(path, want) != 0)
        fail_msg("%s: got %s, not %s", name, path, want);
}

static struct control_socket listen_at(const char *path)
{
    struct control_socket s;
    assert_int_equal(control_socket_listen(path, &s), LTH_OK);
    return s;
}

static void test_the_one_that_answers_is_found(void **state)
{
    (void)state;
    const char *usual = at(".local/share/lanthorn/control.sock");
    check_find(NULL, LTH_OK, usual, "nothing there: where it would be");
    assert_int_equal(mkdir(at("run/lanthorn"), 0700), 0);
    check_find(NULL, LTH_OK, usual, "an empty directory");

    struct control_socket dead = listen_at(at("run/lanthorn/dead.sock"));
    close(dead.fd);
    struct control_socket odd = listen_at(at("run/lanthorn/odd.name"));
    check_find(NULL, LTH_OK, usual, "a dead one, and something else");

    struct control_socket one = listen_at(at("run/lanthorn/one.sock"));
    check_find(NULL, LTH_OK, one.path, "one");
    check_find(at("data//"), LTH_OK, at("data/control.sock"), "--data wins");

    struct control_socket two = listen_at(at("run/lanthorn/two.sock"));
    check_find(NULL, LTH_AMBIGUOUS, NULL, "two");
    check_find(at("data"), LTH_OK, at("data/control.sock"), "two, and --data");
    close(odd.fd);
    close(one.fd);
    close(two.fd);
}

static void make_usual(void)
{
    assert_int_equal(mkdir(at(".local"), 0700), 0);
    assert_int_equal(mkdir(at(".local/share"), 0700), 0);
    assert_int_equal(mkdir(at(".local/share/lanthorn"), 0700), 0);
}

static void test_the_usual_directory_may_be_named(void **state)
{
    (void)state;
    char usual[256];
    snprintf(usual, sizeof usual, "%s", at(".local/share/lanthorn"));
    make_usual();
    assert_int_equal(mkdir(at("run/lanthorn"), 0700), 0);
    struct control_socket one = listen_at(at("run/lanthorn/one.sock"));
    check_find(usual, LTH_OK, one.path, "a node to which none was given");
    check_find(at("run"), LTH_OK, at("run/control.sock"), "another directory");

    struct control_socket two = listen_at(at("run/lanthorn/two.sock"));
    check_find(usual, LTH_OK, at(".local/share/lanthorn/control.sock"), "nothing says which");
    close(two.fd);
    struct control_socket there = listen_at(at(".local/share/lanthorn/control.sock"));
    check_find(usual, LTH_OK, there.path, "what is in it comes first");
    close(one.fd);
    close(there.fd);
}

/* How many places there are for the node of the directory; the last into path. */
static size_t count_places(const char *given, char path[256])
{
    size_t nth = 0;
    while (control_path_nth(given, nth, path, 256) == LTH_OK)
        nth++;
    return nth;
}

static void test_of_several_each_can_be_asked_whose_it_is(void **state)
{
    (void)state;
    char path[256], usual[256];
    snprintf(usual, sizeof usual, "%s", at(".local/share/lanthorn"));
    make_usual();
    assert_int_equal(mkdir(at("run/lanthorn"), 0700), 0);
    assert_int_equal(count_places(NULL, path), 1);
    assert_string_equal(path, at(".local/share/lanthorn/control.sock"));
    struct control_socket one = listen_at(at("run/lanthorn/one.sock"));
    assert_int_equal(count_places(NULL, path), 2);
    assert_string_equal(path, one.path);
    struct control_socket two = listen_at(at("run/lanthorn/two.sock"));
    assert_int_equal(count_places(NULL, path), 3);
    assert_int_equal(count_places(usual, path), 3);
    assert_int_equal(control_path_nth(NULL, 1, usual, sizeof usual), LTH_OK);
    assert_string_not_equal(path, usual);
    assert_int_equal(count_places(at("data"), path), 1);
    assert_string_equal(path, at("data/control.sock"));
    close(one.fd);
    close(two.fd);
}

static void test_looking_makes_nothing(void **state)
{
    (void)state;
    check_find(NULL, LTH_OK, at(".local/share/lanthorn/control.sock"), "the usual place");
    check_find(at("a/b"), LTH_OK, at("a/b/control.sock"), "a place");
    assert_int_not_equal(access(at("run/lanthorn"), F_OK), 0);
    assert_int_not_equal(access(at(".local"), F_OK), 0);
    assert_int_not_equal(access(at("a"), F_OK), 0);
}

static void test_a_path_that_does_not_fit_is_too_long(void **state)
{
    (void)state;
    char path[32];
    assert_int_equal(control_path_for("/d", "/d", id, path, sizeof path), LTH_OK);
    assert_int_equal(control_path_for("/d", "/a/far/longer/directory", id, path, sizeof path),
                     LTH_TOO_LONG);
    assert_int_equal(control_path_for(NULL, "/d", id, path, sizeof path), LTH_TOO_LONG);
    assert_int_equal(control_path_find("/a/far/longer/directory", path, sizeof path), LTH_TOO_LONG);
    set("HOME", NULL);
    set("XDG_DATA_HOME", "/d");
    assert_int_equal(control_path_find(NULL, path, sizeof path), LTH_OK);
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, make_home, remove_home)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(test_a_node_knows_where_its_socket_is),
        AT_HOME(test_another_ones_runtime_directory_is_passed_over),
        AT_HOME(test_the_directory_is_made_for_its_owner_alone),
        AT_HOME(test_a_directory_that_is_not_ours_alone_is_refused),
        AT_HOME(test_the_one_that_answers_is_found),
        AT_HOME(test_the_usual_directory_may_be_named),
        AT_HOME(test_of_several_each_can_be_asked_whose_it_is),
        AT_HOME(test_looking_makes_nothing),
        AT_HOME(test_a_path_that_does_not_fit_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
