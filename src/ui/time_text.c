#include "ui/time_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

static const char form[] = "YYYY-MM-DDTHH:MM:SS.mmmZ";

/* count digits of value, with leading zeros. */
static void write_digits(char *to, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

void time_write(uint64_t time_ms, char text[TIME_TEXT_LEN + 1])
{
    const uint64_t last_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z */
    time_ms = time_ms > last_ms ? last_ms : time_ms;
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm t;
    gmtime_r(&seconds, &t);
    memcpy(text, form, sizeof form);
    write_digits(text, (unsigned)t.tm_year + 1900, 4);
    write_digits(text + 5, (unsigned)t.tm_mon + 1, 2);
    write_digits(text + 8, (unsigned)t.tm_mday, 2);
    write_digits(text + 11, (unsigned)t.tm_hour, 2);
    write_digits(text + 14, (unsigned)t.tm_min, 2);
    write_digits(text + 17, (unsigned)t.tm_sec, 2);
    write_digits(text + 20, (unsigned)(time_ms % 1000), 3);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits where the form has letters but T and Z, which stand there as they are, and the rest. */
static bool has_form(const char *text)
{
    for (size_t i = 0; i < TIME_TEXT_LEN; i++) {
        bool wants_digit = strchr("YMDHSm", form[i]);
        if (wants_digit ? !is_digit(text[i]) : text[i] != form[i])
            return false;
    }
    return !text[TIME_TEXT_LEN];
}

static int read_digits(const char *from, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (from[i] - '0');
    return value;
}

enum lth_err time_parse(const char *text, uint64_t *time_ms)
{
    char again[TIME_TEXT_LEN + 1];
    if (!has_form(text))
        return LTH_MALFORMED;
    struct tm t = {
        .tm_year = read_digits(text, 4) - 1900,
        .tm_mon = read_digits(text + 5, 2) - 1,
        .tm_mday = read_digits(text + 8, 2),
        .tm_hour = read_digits(text + 11, 2),
        .tm_min = read_digits(text + 14, 2),
        .tm_sec = read_digits(text + 17, 2),
    };
    time_t seconds = timegm(&t);
    if (seconds < 0)
        return LTH_MALFORMED;
    uint64_t read_ms = (uint64_t)seconds * 1000 + (uint64_t)read_digits(text + 20, 3);
    time_write(read_ms, again);
    if (strcmp(again, text) != 0)
        return LTH_MALFORMED; /* a day that there is not */
    *time_ms = read_ms;
    return LTH_OK;
}
