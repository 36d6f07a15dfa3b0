/* ui/color.h - is what stands on the terminal coloured? */
#ifndef LTH_UI_COLOR_H
#define LTH_UI_COLOR_H

#include "ui/options.h"

/* Where nobody chose, colour needs a terminal that has some, and no wish for none (no-color.org:
 * NO_COLOR). */
bool color_is_wanted(enum color_choice choice, bool is_terminal);

#endif
