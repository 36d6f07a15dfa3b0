/* tests/unit/check.h - cmocka with its headers in the order it needs, and checks that name the row.
 */
#ifndef LTH_TESTS_CHECK_H
#define LTH_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <string.h>

#include "base/error.h"

/* Compares error codes and names the row that failed. */
#define CHECK_ERR(got, want, row)                                                                  \
    do {                                                                                           \
        enum lth_err check_got = (got), check_want = (want);                                       \
        if (check_got != check_want)                                                               \
            fail_msg("%s: got \"%s\", want \"%s\"", (row), lth_strerror(check_got),                \
                     lth_strerror(check_want));                                                    \
    } while (0)

#define CHECK(condition, row)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: not true: %s", (row), #condition);                                       \
    } while (0)

#endif
