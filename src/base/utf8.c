#include "base/utf8.h"

/* A lead byte, how many bytes it starts, and the allowed range of the second:
 * Unicode 15 table 3-7. Later bytes are always 80..BF. */
struct lead {
    uint8_t first, last, len, second_min, second_max;
};
static const struct lead leads[] = {
    {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct lead *find_lead(uint8_t byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t utf8_next(const uint8_t *text, size_t len, uint32_t *point)
{
    const struct lead *lead = find_lead(text[0]);
    if (!lead || lead->len > len)
        return 0;
    if (lead->len == 1) {
        *point = text[0];
        return 1;
    }
    if (text[1] < lead->second_min || text[1] > lead->second_max)
        return 0;
    uint32_t value = text[0] & (0x7fu >> lead->len);
    for (size_t i = 1; i < lead->len; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3fu);
    }
    *point = value;
    return lead->len;
}

bool utf8_is_valid(const uint8_t *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t point;
        size_t step = text[at] < 0x80 ? 1 : utf8_next(text + at, len - at, &point);
        if (!step)
            return false;
        at += step;
    }
    return true;
}
