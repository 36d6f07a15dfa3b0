#include "ui/pen.h"

#include "base/display.h"
#include "base/utf8.h"

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

/* Unicode category Zs */
static bool is_blank(uint32_t point)
{
    return point == ' ' || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x202f || point == 0x205f ||
           point == 0x3000;
}

/* A colon, or what looks like one. */
static bool is_colon(uint32_t point)
{
    static const uint32_t colons[] = {':',    0x02d0, 0x02f8, 0x0589, 0x05c3, 0x1803,
                                      0x205a, 0x2236, 0xa789, 0xfe13, 0xfe55, 0xff1a};
    for (size_t i = 0; i < LENGTH(colons); i++)
        if (colons[i] == point)
            return true;
    return false;
}

/* One character of a name. */
struct letter {
    uint32_t point;
    const char *at;
    bool is_first, is_last, is_behind_blank;
};

static bool misleads_in_person(const struct letter *l)
{
    static const char petname[] = "(calls themselves "; /* as lists say of whom we have named */
    if (is_blank(l->point))
        return l->is_first || l->is_last || l->is_behind_blank;
    if (l->is_first && l->point < 0x80 && strchr("(-!", (int)l->point))
        return true;
    return l->point == '#' || is_colon(l->point) ||
           strncmp(l->at, petname, sizeof petname - 1) == 0;
}

static bool misleads_in_group(const struct letter *l)
{
    return l->point == '"' || is_colon(l->point);
}

/* A stranger's words on one line; what misleads is escaped like a control. */
static void quote_name(struct pen *p, const char *name, bool misleads(const struct letter *))
{
    const char *end = name + strlen(name);
    struct letter l = {.at = name, .is_first = true};
    for (size_t step; l.at < end; l.at += step, l.is_first = false) {
        step = utf8_next((const uint8_t *)l.at, (size_t)(end - l.at), &l.point);
        bool is_good = step && display_is_safe(l.point);
        step = step ? step : 1;
        l.is_last = l.at + step == end;
        if (is_good && misleads(&l))
            pen_say(p, l.point < 0x100 ? "\\x%02x" : "\\u{%04x}", (unsigned)l.point);
        else if (display_line(p->out, (const uint8_t *)l.at, step) != LTH_OK)
            p->spoiled = true;
        l.is_behind_blank = is_good && is_blank(l.point);
    }
}

void pen_person(struct pen *p, const char *name)
{
    quote_name(p, name, misleads_in_person);
}

static bool has_blanks(const char *text)
{
    size_t len = strlen(text);
    uint32_t point = 0;
    for (size_t at = 0, step; at < len; at += step ? step : 1) {
        step = utf8_next((const uint8_t *)text + at, len - at, &point);
        if (step && is_blank(point))
            return true;
    }
    return false;
}

void pen_group(struct pen *p, const char *name)
{
    const char *quote = has_blanks(name) ? "\"" : "";
    pen_say(p, "%s#", quote);
    quote_name(p, name, misleads_in_group);
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
