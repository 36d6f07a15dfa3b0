/* tests/unit/ui/prompt_driver.h - a prompt around a node that is not there.
 *
 * bob writes a wide line every interval_ms (0 = never), `echo` repeats what is sent,
 * and /quit, Ctrl-C and Ctrl-D end it. For the test of the prompt, and to try it by hand:
 * prompt_driver [INTERVAL_MS].
 */
#ifndef LTH_TESTS_PROMPT_DRIVER_H
#define LTH_TESTS_PROMPT_DRIVER_H

#include <stdint.h>

/* Returns the exit status; 99 when something was left open on the loop. */
int prompt_driver_run(uint64_t interval_ms);

#endif
