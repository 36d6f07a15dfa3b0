/* The lock: one holder, known by its pid, gone with it. */
#include "check.h"

#include "store/lock.h"
#include "store/memdisk.h"
#include "store/store.h"

#include <errno.h>
#include <unistd.h>

static void test_the_second_learns_the_pid_of_the_first(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct file first, second;
    pid_t holder = 0;
    int status;
    memdisk_put(m, "s/lock", "4294967295999\n", 14); /* of whoever was here before */
    CHECK_ERR(lock_take(&m->disk, "s", true, &first, &holder, &status), LTH_OK, "first");
    lock_sign(&first);
    CHECK_ERR(lock_take(&m->disk, "s", true, &second, &holder, &status), LTH_IN_USE, "second");
    assert_int_equal(holder, getpid());
    lock_release(&first);
    CHECK_ERR(lock_take(&m->disk, "s", true, &second, &holder, &status), LTH_OK, "after it");
    lock_release(&second);
    assert_int_equal(memdisk_open_handles(m), 0);
    memdisk_free(m);
}

static void test_what_the_disk_says_is_passed_on(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned calls;
        int error;
        enum lth_err want;
    } rows[] = {
        {"read-only", MEM_OPEN, EROFS, LTH_READ_ONLY},
        {"no permission", MEM_OPEN, EACCES, LTH_READ_ONLY},
        {"full", MEM_OPEN, ENOSPC, LTH_DISK_FULL},
        {"no locks here", MEM_LOCK, ENOLCK, LTH_IO},
        {"pid not written", MEM_PWRITE, ENOSPC, LTH_OK},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct memdisk *m = memdisk_new();
        struct file lock;
        pid_t holder = 0;
        int status;
        memdisk_fail(m, rows[i].calls, 1, rows[i].error, true);
        CHECK_ERR(lock_take(&m->disk, "s", true, &lock, &holder, &status), rows[i].want,
                  rows[i].name);
        if (rows[i].want == LTH_OK) {
            lock_sign(&lock);
            lock_release(&lock);
        } else {
            CHECK(status == -rows[i].error, rows[i].name);
        }
        CHECK(memdisk_open_handles(m) == 0, rows[i].name);
        memdisk_free(m);
    }
}

static void test_a_lock_that_names_nobody_yields_pid_0(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "x", "-5", "99999999999999999999",
                                        "2147483647" /* no process has such a number */};
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct memdisk *m = memdisk_new();
        struct file first, second;
        pid_t holder = 0;
        int status;
        memdisk_put(m, "s/lock", texts[i], strlen(texts[i]));
        memdisk_fail(m, MEM_PWRITE, 1, EIO, true);
        CHECK_ERR(lock_take(&m->disk, "s", true, &first, &holder, &status), LTH_OK, texts[i]);
        lock_sign(&first);
        CHECK_ERR(lock_take(&m->disk, "s", true, &second, &holder, &status), LTH_IN_USE, texts[i]);
        CHECK(holder == 0, texts[i]);
        lock_release(&first);
        memdisk_free(m);
    }
}

static void test_who_only_asks_learns_the_holder_and_takes_nothing(void **state)
{
    (void)state;
    struct memdisk *m = memdisk_new();
    struct file lock;
    pid_t holder = 1;
    int status;
    assert_false(store_is_held(&m->disk, "s", &holder));
    assert_int_equal(holder, 0);
    assert_int_equal(memdisk_open_handles(m), 0);
    CHECK_ERR(lock_take(&m->disk, "s", false, &lock, &holder, &status), LTH_NOT_FOUND,
              "no lock file was made");
    CHECK_ERR(lock_take(&m->disk, "s", true, &lock, &holder, &status), LTH_OK, "taken");
    lock_sign(&lock);
    assert_true(store_is_held(&m->disk, "s", &holder));
    assert_int_equal(holder, getpid());
    lock_release(&lock);
    assert_false(store_is_held(&m->disk, "s", &holder));
    assert_false(store_is_held(&m->disk, "s", &holder)); /* the first question let go of it */
    assert_int_equal(memdisk_open_handles(m), 0);
    memdisk_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_second_learns_the_pid_of_the_first),
        cmocka_unit_test(test_what_the_disk_says_is_passed_on),
        cmocka_unit_test(test_who_only_asks_learns_the_holder_and_takes_nothing),
        cmocka_unit_test(test_a_lock_that_names_nobody_yields_pid_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
