#include "ui/group_pick.h"

#include "base/marked_name.h"

#include <sodium.h>
#include <string.h>

void group_id_write(const uint8_t id[CONVERSATION_ID_LEN], char text[GROUP_TEXT_LEN + 1])
{
    sodium_bin2hex(text, GROUP_TEXT_LEN + 1, id, CONVERSATION_ID_LEN);
}

static bool is_named(const struct group_view *g, const char *word)
{
    uint8_t id[CONVERSATION_ID_LEN];
    char text[GROUP_TEXT_LEN + 1];
    group_id_write(g->id, text);
    if (*word == '#')
        return marked_name_is(word) ? marked_name_means(word + 1, g->name, text)
                                    : strcmp(g->name, word + 1) == 0;
    return strlen(word) == GROUP_TEXT_LEN &&
           sodium_hex2bin(id, sizeof id, word, GROUP_TEXT_LEN, NULL, NULL, NULL) == 0 &&
           memcmp(id, g->id, sizeof id) == 0;
}

enum lth_err group_pick(const struct event *groups, const char *word, const struct group_view **out)
{
    const struct group_view *found = NULL;
    for (size_t i = 0; i < groups->groups.count; i++) {
        if (!is_named(&groups->groups.groups[i], word))
            continue;
        if (found)
            return LTH_AMBIGUOUS;
        found = &groups->groups.groups[i];
    }
    if (!found)
        return LTH_NOT_FOUND;
    *out = found;
    return LTH_OK;
}
