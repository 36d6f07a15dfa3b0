/* base/error.h - the one list of what can go wrong.
 *
 * Each line yields the enum value and the words of lth_strerror(), so code and
 * sentence cannot drift apart. The words complete "what failed: ...".
 */
#ifndef LTH_BASE_ERROR_H
#define LTH_BASE_ERROR_H

#define LTH_MUST_USE  __attribute__((warn_unused_result))
#define LENGTH(array) (sizeof(array) / sizeof *(array))

#define LTH_ERRORS(X)                                                                              \
    X(LTH_OK, "ok")                                                                                \
    X(LTH_MALFORMED, "the bytes are not of the expected form")                                     \
    X(LTH_FORGED, "authentication failed")                                                         \
    X(LTH_OURSELVES, "the other side holds our own key")                                           \
    X(LTH_NO_MEMORY, "out of memory")                                                              \
    X(LTH_IO, "input or output failed")                                                            \
    X(LTH_BAD_STATE, "not possible at this moment")                                                \
    X(LTH_TOO_LONG, "too long")                                                                    \
    X(LTH_LIMIT, "a limit is reached")                                                             \
    X(LTH_NOT_FOUND, "not found")                                                                  \
    X(LTH_AMBIGUOUS, "more than one fits")                                                         \
    X(LTH_EXHAUSTED, "the counter is used up")                                                     \
    X(LTH_IN_USE, "another process holds it")                                                      \
    X(LTH_WRONG_KEY, "wrong passphrase or key")                                                    \
    X(LTH_DAMAGED, "damaged")                                                                      \
    X(LTH_TOO_NEW, "written by a newer version")                                                   \
    X(LTH_READ_ONLY, "read-only")                                                                  \
    X(LTH_DISK_FULL, "no space left on the disk")                                                  \
    X(LTH_UNAVAILABLE, "not available here")

enum lth_err {
#define LTH_ERROR_ENUM(name, words) name,
    LTH_ERRORS(LTH_ERROR_ENUM)
#undef LTH_ERROR_ENUM
};

/* Static words, never NULL, also for a value outside the list. */
const char *lth_strerror(enum lth_err err);

#endif
