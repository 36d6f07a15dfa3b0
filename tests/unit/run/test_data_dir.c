/* Where the data goes: what was given, else as the XDG base directory specification says. */
#include "check.h"

#include "run/data_dir.h"

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

static int make_home(void **state)
{
    (void)state;
    strcpy(home, "/tmp/lanthorn-home-XXXXXX");
    return mkdtemp(home) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat;
    (void)kind;
    (void)at;
    return remove(path);
}

static int remove_home(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void set(const char *name, const char *value)
{
    if (value)
        assert_int_equal(setenv(name, value, 1), 0);
    else
        assert_int_equal(unsetenv(name), 0);
}

/* In a row, @ stands for the home directory of this test. */
static const char *expand(const char *text, char out[160])
{
    if (!text)
        return NULL;
    bool at_home = text[0] == '@';
    snprintf(out, 160, "%s%s", at_home ? home : "", text + at_home);
    return out;
}

static void test_the_directory_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *given, *xdg, *home, *want;
        enum lth_err err;
    } rows[] = {
        {"given wins", "@/given", "@/xdg", "@", "@/given", LTH_OK},
        {"given, relative", "here", "@/xdg", "@", "here", LTH_OK},
        {"slashes at the end", "@/given///", NULL, "@", "@/given", LTH_OK},
        {"the root", "/", NULL, "@", "/", LTH_OK},
        {"given, empty", "", "@/xdg", "@", NULL, LTH_NOT_FOUND},
        {"XDG_DATA_HOME", NULL, "@/xdg", "@", "@/xdg/lanthorn", LTH_OK},
        {"XDG_DATA_HOME without HOME", NULL, "@/xdg", NULL, "@/xdg/lanthorn", LTH_OK},
        {"XDG_DATA_HOME relative", NULL, "xdg", "@", "@/.local/share/lanthorn", LTH_OK},
        {"XDG_DATA_HOME empty", NULL, "", "@", "@/.local/share/lanthorn", LTH_OK},
        {"HOME", NULL, NULL, "@", "@/.local/share/lanthorn", LTH_OK},
        {"HOME relative", NULL, NULL, "home", NULL, LTH_NOT_FOUND},
        {"HOME empty", NULL, NULL, "", NULL, LTH_NOT_FOUND},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[256] = "", given[160], xdg[160], at[160], want[160];
        set("XDG_DATA_HOME", expand(rows[i].xdg, xdg));
        set("HOME", expand(rows[i].home, at));
        CHECK_ERR(data_dir_find(expand(rows[i].given, given), path, sizeof path), rows[i].err,
                  rows[i].name);
        if (rows[i].err == LTH_OK && strcmp(path, expand(rows[i].want, want)) != 0)
            fail_msg("%s: got %s", rows[i].name, path);
    }
}

static void test_what_stands_above_it_is_made_for_its_owner_alone(void **state)
{
    (void)state;
    char path[256], above[128];
    struct stat stat;
    set("XDG_DATA_HOME", NULL);
    set("HOME", home);
    assert_int_equal(data_dir_find(NULL, path, sizeof path), LTH_OK);
    snprintf(above, sizeof above, "%s/.local/share", home);
    assert_int_equal(lstat(above, &stat), 0);
    assert_int_equal(stat.st_mode, S_IFDIR | 0700);
    assert_int_not_equal(lstat(path, &stat), 0); /* the store makes that one */
}

static void test_a_file_in_the_way_is_an_io_error(void **state)
{
    (void)state;
    char path[256], name[128], given[160];
    snprintf(name, sizeof name, "%s/file", home);
    snprintf(given, sizeof given, "%s/below/data", name);
    FILE *file = fopen(name, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(data_dir_find(given, path, sizeof path), LTH_IO);
    assert_int_equal(errno, ENOTDIR);
}

static void test_a_path_that_does_not_fit_is_too_long(void **state)
{
    (void)state;
    char path[8];
    assert_int_equal(data_dir_find("/seven7", path, sizeof path), LTH_OK);
    assert_int_equal(data_dir_find("/eight88", path, sizeof path), LTH_TOO_LONG);
}

static uid_t me = (uid_t)-1;
uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);

/* In the place of geteuid, by the linker's --wrap. */
uid_t __wrap_geteuid(void)
{
    return me == (uid_t)-1 ? __real_geteuid() : me;
}

/* A file, a link to the home directory or a directory of that mode; none for NULL. */
static void make(const char *path, const char *kind, mode_t mode)
{
    if (kind && strcmp(kind, "directory") == 0) {
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(chmod(path, mode), 0);
    } else if (kind && strcmp(kind, "link") == 0) {
        assert_int_equal(symlink(home, path), 0);
    } else if (kind) {
        assert_int_equal(mknod(path, S_IFREG | mode, 0), 0);
    }
}

static mode_t mode_of(const char *path)
{
    struct stat at;
    assert_int_equal(stat(path, &at), 0);
    return at.st_mode & 07777;
}

static void test_only_a_directory_of_ones_own_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name, *data;
        mode_t data_mode;
        const char *log;
        mode_t log_mode;
        enum lth_err want;
    } rows[] = {
        {"nothing yet", NULL, 0, NULL, 0, LTH_OK},
        {"our own", "directory", 0700, "directory", 0700, LTH_OK},
        {"others may look", "directory", 0755, "directory", 0755, LTH_OK},
        {"no log yet", "directory", 0700, NULL, 0, LTH_OK},
        {"by a link", "link", 0, NULL, 0, LTH_OK},
        {"the group may write, nothing is there", "directory", 0770, NULL, 0, LTH_OK},
        {"the group may write", "directory", 0770, "directory", 0700, LTH_UNAVAILABLE},
        {"the group may write, in one with a sticky bit", "directory", 01770, NULL, 0,
         LTH_UNAVAILABLE},
        {"the world may write", "directory", 01777, NULL, 0, LTH_UNAVAILABLE},
        {"the world may write in log", "directory", 0700, "directory", 0702, LTH_UNAVAILABLE},
        {"a file", "file", 0600, NULL, 0, LTH_MALFORMED},
        {"log is a file", "directory", 0700, "file", 0600, LTH_MALFORMED},
        {"log is a link", "directory", 0700, "link", 0, LTH_MALFORMED},
    };
    char data[128], log[160];
    snprintf(data, sizeof data, "%s/checked", home);
    snprintf(log, sizeof log, "%s/log", data);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        make(data, rows[i].data, rows[i].data_mode);
        make(log, rows[i].log, rows[i].log_mode);
        CHECK_ERR(data_dir_check(data), rows[i].want, rows[i].name);
        if (rows[i].want == LTH_OK) /* then it is so without our doing */
            CHECK_ERR(data_dir_check(data), LTH_OK, rows[i].name);
        else if (rows[i].data_mode)
            CHECK(mode_of(data) == rows[i].data_mode, rows[i].name);
        (void)remove(log);
        (void)remove(data);
    }
}

/* The owner of a file is not for everybody to change, so somebody else looks. */
static void test_a_directory_of_another_user_is_not_taken(void **state)
{
    (void)state;
    char data[128];
    snprintf(data, sizeof data, "%s/theirs", home);
    make(data, "directory", 0700);
    bool by_root = __real_geteuid() == 0 && chown(data, 1000, 1000) == 0;
    assert_int_equal(by_root || __real_geteuid() != 0, 1);
    me = by_root ? 0 : __real_geteuid() + 1;
    enum lth_err err = data_dir_check(data);
    me = (uid_t)-1;
    assert_int_equal(err, LTH_FORGED);
    assert_int_equal(rmdir(data), 0);
}

static void test_the_usual_one_is_known_by_whatever_name(void **state)
{
    (void)state;
    char data[128], link[128], there[160], elsewhere[128];
    set("HOME", home);
    snprintf(data, sizeof data, "%s/usual", home);
    set("XDG_DATA_HOME", data);
    snprintf(link, sizeof link, "%s/by-link", home);
    snprintf(there, sizeof there, "%s/lanthorn", link);
    snprintf(elsewhere, sizeof elsewhere, "%s/lanthorn-too", home);
    assert_false(data_dir_is_usual(there)); /* it is not there yet */
    assert_int_equal(mkdir(data, 0700), 0);
    assert_int_equal(symlink(data, link), 0);
    assert_int_equal(mkdir(there, 0700), 0);
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_true(data_dir_is_usual(there));
    assert_false(data_dir_is_usual(elsewhere));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_directory_is_found),
        cmocka_unit_test(test_what_stands_above_it_is_made_for_its_owner_alone),
        cmocka_unit_test(test_a_file_in_the_way_is_an_io_error),
        cmocka_unit_test(test_only_a_directory_of_ones_own_is_taken),
        cmocka_unit_test(test_a_directory_of_another_user_is_not_taken),
        cmocka_unit_test(test_the_usual_one_is_known_by_whatever_name),
        cmocka_unit_test(test_a_path_that_does_not_fit_is_too_long),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
