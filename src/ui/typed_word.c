#include "ui/typed_word.h"

#include "base/display.h"
#include "base/utf8.h"
#include "ui/group_pick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char typed_spaces[] = " \t\n";

char *typed_word_cut(char **rest)
{
    char *word = *rest + strspn(*rest, typed_spaces);
    bool quoted = *word == '"';
    word += quoted;
    size_t len = strcspn(word, quoted ? "\"" : typed_spaces);
    if (len == 0 || (quoted && !word[len]))
        return NULL;
    *rest = word + len;
    if (word[len]) {
        word[len] = '\0';
        *rest = word + len + 1;
        *rest += strspn(*rest, typed_spaces);
    }
    return word;
}

bool typed_word_is_group(const char *word)
{
    return *word == '#' || (strlen(word) == GROUP_TEXT_LEN &&
                            strspn(word, "0123456789abcdefABCDEF") == GROUP_TEXT_LEN);
}

bool typed_word_can_be(const char *name)
{
    size_t len = strlen(name), step;
    for (size_t at = 0; at < len; at += step) {
        uint32_t point = 0;
        step = utf8_next((const uint8_t *)name + at, len - at, &point);
        if (!step || !display_is_safe(point) || point == '"')
            return false;
    }
    return len > 0;
}

char *typed_word_write(const char *mark, const char *name)
{
    size_t size = strlen(mark) + strlen(name) + sizeof "\"\"";
    const char *quote = strchr(name, ' ') ? "\"" : "";
    char *word = malloc(size);
    if (word)
        snprintf(word, size, "%s%s%s%s", quote, mark, name, quote);
    return word;
}
