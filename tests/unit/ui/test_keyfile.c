/* A key file is made once, read again, and refused when it is not one or not secret. */
#include "check.h"

#include "ui/keyfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/lanthorn-keyfile-XXXXXX";
static char path[sizeof dir + 4];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/key", dir);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

static void write_file(size_t len, mode_t mode)
{
    static const uint8_t bytes[100] = {1, 2, 3};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void test_a_missing_file_is_made_and_read_again(void **state)
{
    (void)state;
    uint8_t key[KEYFILE_LEN] = {0}, again[KEYFILE_LEN] = {0};
    struct sentence why;
    struct stat st;
    assert_int_equal(keyfile_load(path, key, &why), LTH_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, KEYFILE_LEN);
    assert_int_equal(keyfile_load(path, again, &why), LTH_OK);
    assert_memory_equal(key, again, KEYFILE_LEN);
    assert_memory_not_equal(key, ((uint8_t[KEYFILE_LEN]){0}), KEYFILE_LEN);
}

static const struct {
    const char *name;
    size_t len;
    mode_t mode;
    enum lth_err want;
    const char *says;
} rows[] = {
    {"good", 32, 0600, LTH_OK, ""},
    {"read-only", 32, 0400, LTH_OK, ""},
    {"empty", 0, 0600, LTH_MALFORMED, "32 bytes"},
    {"short", 31, 0600, LTH_MALFORMED, "32 bytes"},
    {"long", 33, 0600, LTH_MALFORMED, "32 bytes"},
    {"the group may read it", 32, 0640, LTH_WRONG_KEY, "0640"},
    {"the world may read it", 32, 0604, LTH_WRONG_KEY, "chmod 600"},
    {"the world may write it", 32, 0602, LTH_WRONG_KEY, "0602"},
};

static void test_what_is_no_secret_key_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t key[KEYFILE_LEN] = {0};
        struct sentence why = {""};
        write_file(rows[i].len, rows[i].mode);
        CHECK_ERR(keyfile_load(path, key, &why), rows[i].want, rows[i].name);
        CHECK(strstr(why.text, rows[i].says), rows[i].name);
        CHECK((key[0] == 1) == (rows[i].want == LTH_OK), rows[i].name);
        unlink(path);
    }
}

static uid_t owner = (uid_t)-1;
int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);

/* In the place of fstat, by the linker's --wrap. */
int __wrap_fstat(int fd, struct stat *st)
{
    int result = __real_fstat(fd, st);
    if (owner != (uid_t)-1)
        st->st_uid = owner;
    return result;
}

static void test_a_key_of_another_user_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *name;
        uid_t owner;
        enum lth_err want;
    } owners[] = {
        {"this user", geteuid(), LTH_OK},
        {"root", 0, LTH_OK},
        {"somebody else", geteuid() + 1, LTH_WRONG_KEY},
    };
    write_file(KEYFILE_LEN, 0600);
    for (size_t i = 0; i < LENGTH(owners); i++) {
        uint8_t key[KEYFILE_LEN];
        struct sentence why = {""};
        owner = owners[i].owner;
        CHECK_ERR(keyfile_load(path, key, &why), owners[i].want, owners[i].name);
        CHECK((owners[i].want == LTH_OK) == !strstr(why.text, "another user"), owners[i].name);
    }
    owner = (uid_t)-1;
}

static void test_other_kinds_of_file_are_refused_without_waiting(void **state)
{
    (void)state;
    uint8_t key[KEYFILE_LEN];
    struct sentence why;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(keyfile_load(path, key, &why), LTH_MALFORMED);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(keyfile_load(path, key, &why), LTH_MALFORMED);
}

static void test_a_directory_that_is_not_there_is_told(void **state)
{
    (void)state;
    uint8_t key[KEYFILE_LEN];
    struct sentence why;
    assert_int_equal(keyfile_load("/nonexistent/key", key, &why), LTH_IO);
    assert_non_null(strstr(why.text, "cannot be made"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_missing_file_is_made_and_read_again, remove_file),
        cmocka_unit_test_teardown(test_what_is_no_secret_key_is_refused, remove_file),
        cmocka_unit_test_teardown(test_a_key_of_another_user_is_refused, remove_file),
        cmocka_unit_test_teardown(test_other_kinds_of_file_are_refused_without_waiting,
                                  remove_file),
        cmocka_unit_test(test_a_directory_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
