#include "base/display.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* Letters or marks by category, but drawn with no width or as blank: they can
 * make two different names look the same. */
static bool is_blank_letter(uint32_t point)
{
    return point == 0x115f || point == 0x1160 || point == 0x3164 || point == 0xffa0 ||
           point == 0x034f || point == 0x17b4 || point == 0x17b5 || point == 0x2800;
}

bool display_is_safe(uint32_t point)
{
    if (point < 0x7f)
        return point >= 0x20;
    switch (utf8proc_category((utf8proc_int32_t)point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: /* bidi controls, zero-width joiners, tags, soft hyphen */
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN: /* unassigned, noncharacters */
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return !is_blank_letter(point);
    }
}

/* Appends the code point at text in its safe form; *step is how far to go on. */
static enum lth_err append_point(struct buffer *out, const uint8_t *text, size_t len, size_t *step)
{
    uint32_t point = 0;
    *step = utf8_next(text, len, &point);
    if (*step == 0) {
        *step = 1;
        return buffer_printf(out, "\\x%02x", text[0]);
    }
    if (display_is_safe(point))
        return buffer_append(out, text, *step);
    return point < 0x100 ? buffer_printf(out, "\\x%02x", point)
                         : buffer_printf(out, "\\u{%04x}", point);
}

enum lth_err display_line(struct buffer *out, const uint8_t *text, size_t len)
{
    enum lth_err err = LTH_OK;
    for (size_t at = 0, step; at < len && err == LTH_OK; at += step)
        err = append_point(out, text + at, len - at, &step);
    return err;
}

enum lth_err display_text(struct buffer *out, const uint8_t *text, size_t len, const char *gutter)
{
    enum lth_err err = LTH_OK;
    for (size_t at = 0, step = 1; at < len && err == LTH_OK; at += step) {
        step = 1;
        if (text[at] == '\n')
            err = buffer_printf(out, "\n%s", gutter);
        else if (text[at] == '\t')
            err = buffer_append(out, "    ", 4);
        else
            err = append_point(out, text + at, len - at, &step);
    }
    return err;
}
