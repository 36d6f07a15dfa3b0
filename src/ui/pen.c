#include "ui/pen.h"

#include "base/display.h"

#include <inttypes.h>
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

void pen_hint(struct pen *p, const char *hint)
{
    if (!p->no_prompt)
        pen_say(p, "%s", hint);
}

void pen_quote(struct pen *p, const char *text)
{
    if (display_line(p->out, (const uint8_t *)text, strlen(text)) != LTH_OK)
        p->spoiled = true;
}

/* A stranger's words on one line, without one character, which is escaped like a control. */
static void quote_without(struct pen *p, const char *text, char without)
{
    for (const char *at; (at = strchr(text, without)); text = at + 1) {
        if (display_line(p->out, (const uint8_t *)text, (size_t)(at - text)) != LTH_OK)
            p->spoiled = true;
        pen_say(p, "\\x%02x", (unsigned)without);
    }
    pen_quote(p, text);
}

void pen_person(struct pen *p, const char *name)
{
    quote_without(p, name, strcmp(name, "(you)") == 0 ? '(' : '#');
}

/* True when text has a blank of any width (Unicode category Zs). */
static bool has_blanks(const char *text)
{
    static const char *const blanks[] = {" ",      "\u00a0", "\u1680", "\u202f", "\u205f", "\u3000",
                                         "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
                                         "\u2006", "\u2007", "\u2008", "\u2009", "\u200a"};
    for (size_t i = 0; i < LENGTH(blanks); i++)
        if (strstr(text, blanks[i]))
            return true;
    return false;
}

void pen_group(struct pen *p, const char *name)
{
    const char *quote = has_blanks(name) ? "\"" : "";
    pen_say(p, "%s#", quote);
    quote_without(p, name, '"');
    pen_say(p, "%s", quote);
}

void pen_text(struct pen *p, const void *text, size_t len, const char *gutter)
{
    if (len && display_text(p->out, text, len, gutter) != LTH_OK)
        p->spoiled = true;
}

void pen_complain(struct pen *p, uint64_t line, const char *text)
{
    pen_say(p, "lanthorn: ");
    if (line)
        pen_say(p, "line %" PRIu64 ": ", line);
    pen_quote(p, text);
    pen_say(p, "\n");
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
