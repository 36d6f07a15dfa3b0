#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void text_copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);
    if (len >= size)
        abort(); /* also where assertions are off */
    memcpy(to, from, len + 1);
}
