/* base/clock.h - what time it is, in milliseconds.
 *
 * For whoever stands at the edge of the program: rules are given the time as an argument.
 */
#ifndef LTH_BASE_CLOCK_H
#define LTH_BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_wall_ms(void); /* Unix epoch; may jump, for somebody sets it */
uint64_t clock_boot_ms(void); /* since the machine started, asleep or not; never goes back */

#endif
