#include "ui/pen.h"

#include "base/display.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct pen pen_over(struct buffer *out, bool color)
{
    return (struct pen){.out = out, .color = color};
}

void pen_say(struct pen *p, const char *format, ...)
{
    char line[512]; /* our own phrases are short; what is not is cut */
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0 || buffer_append(p->out, line, strnlen(line, sizeof line)) != LTH_OK)
        p->spoiled = true;
}

void pen_quote(struct pen *p, const char *text)
{
    if (display_line(p->out, (const uint8_t *)text, strlen(text)) != LTH_OK)
        p->spoiled = true;
}

void pen_text(struct pen *p, const void *text, size_t len, const char *gutter)
{
    if (len && display_text(p->out, text, len, gutter) != LTH_OK)
        p->spoiled = true;
}

void pen_style(struct pen *p, enum pen_style style)
{
    /* ECMA-48 SGR: reset, bold, faint, bold red */
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[1;31m"};
    if (p->color)
        pen_say(p, "%s", codes[style]);
}

enum lth_err pen_finish(const struct pen *p)
{
    return p->spoiled ? LTH_NO_MEMORY : LTH_OK;
}
