#include "base/base32.h"

#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void id_write(const uint8_t id[ID_LEN], char text[ID_TEXT_LEN + 1])
{
    for (unsigned i = 0; i < ID_TEXT_LEN; i++) {
        unsigned bit = i * 5, byte = bit / 8;
        unsigned pair = (unsigned)id[byte] << 8 | (byte + 1 < ID_LEN ? id[byte + 1] : 0u);
        text[i] = alphabet[pair >> (11 - bit % 8) & 31];
    }
    text[ID_TEXT_LEN] = '\0';
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

enum lth_err id_parse(const char *text, uint8_t id[ID_LEN])
{
    uint8_t bytes[ID_LEN + 1] = {0}; /* one more for the bits beyond the last byte */
    if (strlen(text) != ID_TEXT_LEN)
        return LTH_MALFORMED;
    for (unsigned i = 0; i < ID_TEXT_LEN; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return LTH_MALFORMED;
        unsigned bit = i * 5, pair = (unsigned)value << (11 - bit % 8);
        bytes[bit / 8] |= (uint8_t)(pair >> 8);
        bytes[bit / 8 + 1] |= (uint8_t)pair;
    }
    if (bytes[ID_LEN])
        return LTH_MALFORMED;
    memcpy(id, bytes, ID_LEN);
    return LTH_OK;
}
