#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

void text_copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);
    if (len >= size)
        abort(); /* also where assertions are off */
    memcpy(to, from, len + 1);
}

bool text_looks_same(const char *a, const char *b)
{
    utf8proc_uint8_t *x = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)a);
    utf8proc_uint8_t *y = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)b);
    bool same = x && y ? strcmp((char *)x, (char *)y) == 0 : strcmp(a, b) == 0;
    free(x);
    free(y);
    return same;
}
