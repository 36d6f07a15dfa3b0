#include "ui/sentence.h"

#include <stdarg.h>
#include <stdio.h>

/* Drops the bytes of a character that the cut has split. */
static void trim_split_character(char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
        text[start - 1] = '\0';
}

void sentence_set(struct sentence *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(s->text, sizeof s->text, format, args);
    va_end(args);
    if (len < 0)
        s->text[0] = '\0';
    else if ((size_t)len >= sizeof s->text)
        trim_split_character(s->text, sizeof s->text - 1);
}
