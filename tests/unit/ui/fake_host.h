/* tests/unit/ui/fake_host.h - a program around the user interface, with pipes at both ends.
 *
 * It remembers what it is asked, answers as the test says, and ends with uv_loop_close()
 * returning 0.
 */
#ifndef LTH_TESTS_FAKE_HOST_H
#define LTH_TESTS_FAKE_HOST_H

#include "check.h"

#include "ui/ui_uv.h"

struct fake_host {
    uv_loop_t loop;
    uv_timer_t beat; /* so that no wait in the loop is long */
    struct ui *ui;
    int to_ui, from_ui; /* the test's ends; -1 = closed */

    /* Runs for each command; NULL = no answer. */
    void (*answer)(struct fake_host *h, const struct command *c);
    size_t submitted;
    struct command last; /* strings are gone, but for: */
    char last_who[64];
    size_t text_bytes; /* of all sends */
    uint64_t shown;
    int stops, drains;
    bool busy, is_closed;
    int status; /* ui_exit_status, after fake_host_close */

    char got[256 * 1024]; /* what the user interface wrote, with a zero */
    size_t got_len;
};

/* kind UI_JSON or UI_LINES: pipes are made. config->in_fd other than -1 is used as it is. */
void fake_host_open(struct fake_host *h, struct ui_config config);

void fake_host_write(struct fake_host *h, const char *bytes, size_t len);
void fake_host_say(struct fake_host *h, const char *text);
void fake_host_end_input(struct fake_host *h);

/* An event, with nothing more to it than its type. */
void fake_host_ready(struct fake_host *h);

/* Turns the loop, and reads the output, until *what is at least want; fails after 5 s. */
void fake_host_until_size(struct fake_host *h, const size_t *what, size_t want);
void fake_host_until_int(struct fake_host *h, const int *what, int want);
void fake_host_until_got(struct fake_host *h, const char *text);
void fake_host_turn(struct fake_host *h, int times, bool reads);

void fake_host_close(struct fake_host *h);

/* What is written to stderr while do_it runs; valid until the next call. */
const char *stderr_of(void (*do_it)(void));

#endif
