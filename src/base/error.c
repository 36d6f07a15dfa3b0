#include "base/error.h"

#include <stddef.h>

static const char *const words[] = {
#define LTH_ERROR_WORDS(name, text) text,
    LTH_ERRORS(LTH_ERROR_WORDS)
#undef LTH_ERROR_WORDS
};

const char *lth_strerror(enum lth_err err)
{
    return (size_t)err < LENGTH(words) ? words[err] : "unknown error";
}
