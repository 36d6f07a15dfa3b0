#include "base/marked_name.h"

#include "base/error.h"

#include <string.h>
#include <strings.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* The mark of word, which begins at its last tilde; NULL when it has none. */
static const char *mark_of(const char *word)
{
    const char *tilde = strrchr(word, '~');
    size_t len = tilde ? strspn(tilde + 1, letters) : 0;
    return len >= MARK_LEN && !tilde[1 + len] ? tilde : NULL;
}

bool marked_name_is(const char *word)
{
    return mark_of(word) != NULL;
}

bool marked_name_means(const char *word, const char *name, const char *id_text)
{
    const char *mark = mark_of(word);
    size_t len = strlen(name);
    return mark && (size_t)(mark - word) == len && memcmp(word, name, len) == 0 &&
           strncasecmp(id_text, mark + 1, strlen(mark + 1)) == 0;
}

bool marked_name_is_like(const char *name)
{
    static const char *const tildes[] = {"~",      "\u02dc", "\u02f7", "\u1fc0", "\u2053", "\u223c",
                                         "\u223d", "\u223f", "\u301c", "\u3030", "\uff5e"};
    for (size_t i = 0; i < LENGTH(tildes); i++)
        if (strstr(name, tildes[i]))
            return true;
    return false;
}
