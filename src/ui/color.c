#include "ui/color.h"

#include <stdlib.h>
#include <string.h>

bool color_is_wanted(enum color_choice choice, bool is_terminal)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return is_terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}
