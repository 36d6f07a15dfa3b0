#include "discovery/interfaces.h"

#include <string.h>

enum lth_err interfaces_set(const char *const *names, size_t count, struct interfaces *out)
{
    struct interfaces set = {.count = count};
    if (count > INTERFACES_MAX)
        return LTH_LIMIT;
    for (size_t i = 0; i < count; i++) {
        size_t len = strnlen(names[i], IF_NAMESIZE);
        if (len == 0 || len == IF_NAMESIZE)
            return LTH_TOO_LONG;
        memcpy(set.names[i], names[i], len);
    }
    *out = set;
    return LTH_OK;
}

bool interfaces_name(const struct interfaces *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->names[i], name) == 0)
            return true;
    return false;
}

bool interfaces_allow(const struct interfaces *in, int index)
{
    char name[IF_NAMESIZE];
    if (in->count == 0)
        return true;
    return index > 0 && if_indextoname((unsigned)index, name) && interfaces_name(in, name);
}

bool interfaces_only_loopback(const struct interfaces *in)
{
    return in->count == 1 && strcmp(in->names[0], "lo") == 0;
}
