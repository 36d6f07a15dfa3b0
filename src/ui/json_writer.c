#include "ui/json_writer.h"

#include "base/display.h"
#include "base/utf8.h"
#include "ui/time_text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

static const char hex_digits[] = "0123456789abcdef";

struct json_writer json_writer_over(struct buffer *out)
{
    return (struct json_writer){.out = out, .start = out->len};
}

static void put(struct json_writer *w, const void *bytes, size_t len)
{
    if (!w->spoiled && buffer_append(w->out, bytes, len) != LTH_OK)
        w->spoiled = true;
}

/* The comma, the key and its colon: what stands before every value. */
static void put_key(struct json_writer *w, const char *key)
{
    if (w->wants_comma)
        put(w, ",", 1);
    w->wants_comma = true;
    if (!key)
        return;
    put(w, "\"", 1);
    put(w, key, strlen(key));
    put(w, "\":", 2);
}

void json_put_open(struct json_writer *w, const char *key, char bracket)
{
    put_key(w, key);
    put(w, &bracket, 1);
    w->wants_comma = false;
}

void json_put_close(struct json_writer *w, char bracket)
{
    put(w, &bracket, 1);
    w->wants_comma = true;
}

static bool needs_escape(uint32_t point)
{
    if (point < 0x80)
        return point < 0x20 || point == '"' || point == '\\' || point == 0x7f;
    return point == REPLACEMENT || !display_is_safe(point);
}

static void put_utf16(struct json_writer *w, unsigned unit)
{
    char code[6] = "\\u";
    for (size_t i = 0; i < 4; i++)
        code[2 + i] = hex_digits[unit >> (12 - 4 * i) & 15];
    put(w, code, sizeof code);
}

static void put_escape(struct json_writer *w, uint32_t point)
{
    switch (point) {
    case '"':
    case '\\': put(w, (char[]){'\\', (char)point}, 2); return;
    case '\n': put(w, "\\n", 2); return;
    case '\t': put(w, "\\t", 2); return;
    default: break;
    }
    if (point > 0xffff) {
        put_utf16(w, 0xd800 + ((point - 0x10000) >> 10));
        put_utf16(w, 0xdc00 + (point & 0x3ff));
    } else {
        put_utf16(w, point);
    }
}

/* The code point at text; returns its length. */
static size_t next_point(const uint8_t *text, size_t len, uint32_t *point)
{
    *point = *text;
    size_t step = *text < 0x80 ? 1 : utf8_next(text, len, point);
    if (step > 0)
        return step;
    *point = REPLACEMENT;
    return 1;
}

static void put_escaped(struct json_writer *w, const uint8_t *text, size_t len)
{
    size_t run = 0; /* start of what needs no escape */
    uint32_t point;
    for (size_t at = 0, step; at < len; at += step) {
        step = next_point(text + at, len - at, &point);
        if (!needs_escape(point))
            continue;
        put(w, text + run, at - run);
        put_escape(w, point);
        run = at + step;
    }
    put(w, text + run, len - run);
}

void json_put_text(struct json_writer *w, const char *key, const void *text, size_t len)
{
    put_key(w, key);
    put(w, "\"", 1);
    if (len)
        put_escaped(w, text, len);
    put(w, "\"", 1);
}

void json_put_string(struct json_writer *w, const char *key, const char *text)
{
    json_put_text(w, key, text, strlen(text));
}

void json_put_number(struct json_writer *w, const char *key, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    put_key(w, key);
    put(w, digits + at, sizeof digits - at);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
    put_key(w, key);
    put(w, value ? "true" : "false", value ? 4 : 5);
}

void json_put_null(struct json_writer *w, const char *key)
{
    put_key(w, key);
    put(w, "null", 4);
}

void json_put_id(struct json_writer *w, const char *key, const uint8_t id[ID_LEN])
{
    char text[ID_TEXT_LEN + 1];
    id_write(id, text);
    json_put_text(w, key, text, ID_TEXT_LEN);
}

void json_put_hash(struct json_writer *w, const char *key, const uint8_t hash[32])
{
    char text[64];
    for (size_t i = 0; i < 32; i++) {
        text[2 * i] = hex_digits[hash[i] >> 4];
        text[2 * i + 1] = hex_digits[hash[i] & 15];
    }
    json_put_text(w, key, text, sizeof text);
}

void json_put_time(struct json_writer *w, const char *key, uint64_t time_ms)
{
    char text[TIME_TEXT_LEN + 1];
    if (time_ms == 0) {
        json_put_null(w, key);
        return;
    }
    time_write(time_ms, text);
    json_put_text(w, key, text, TIME_TEXT_LEN);
}

enum lth_err json_writer_finish(struct json_writer *w)
{
    put(w, "\n", 1);
    if (!w->spoiled)
        return LTH_OK;
    w->out->len = w->start;
    return LTH_NO_MEMORY;
}
