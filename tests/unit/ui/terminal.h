/* tests/unit/ui/terminal.h - a child process on a terminal of its own, and a person at it. */
#ifndef LTH_TESTS_TERMINAL_H
#define LTH_TESTS_TERMINAL_H

#include "check.h"

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
    pid_t pid;
    int fd;               /* the person's end */
    struct termios found; /* before the child did anything */
    char got[64 * 1024];  /* what appeared since the last terminal_expect matched */
    size_t got_len;
};

/* Runs child on a terminal of 40 columns and 12 rows; its return value is the exit status. */
void terminal_start(struct terminal *t, int (*child)(void *arg), void *arg);

/* The same under a little shell: it says "[stopped]" when the child stops, waits for a key
 * (Enter after it), and brings the child back to the foreground. */
void terminal_start_in_shell(struct terminal *t, int (*child)(void *arg), void *arg);

void terminal_type(struct terminal *t, const char *keys);

/* Waits until text appears, at most 5 s, and forgets everything up to it. */
void terminal_expect(struct terminal *t, const char *text);

/* Fails when text appears within 200 ms. */
void terminal_expect_no(struct terminal *t, const char *text);

/* Waits for the end of the child; then the terminal is as it was found. Returns the exit
 * status, or 128 and the number of the signal. */
int terminal_wait(struct terminal *t);

#endif
