/* node/words.c - the lists of command.h and event.h as words. */
#include "node/command.h"
#include "node/event.h"

#define WORD(name, word) [name] = word,

const char *command_word(enum command_type type)
{
    static const char *const words[] = {COMMANDS(WORD)};
    return words[type];
}

const char *event_word(enum event_type type)
{
    static const char *const words[] = {EVENTS(WORD)};
    return words[type];
}

const char *error_code_word(enum error_code code)
{
    static const char *const words[] = {ERROR_CODES(WORD)};
    return words[code];
}

bool error_code_is_of_text(enum error_code code)
{
    return code == CODE_EMPTY_TEXT || code == CODE_TOO_LONG || code == CODE_BAD_UTF8;
}
