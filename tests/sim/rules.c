#include "rules.h"

#include "world.h"

#include <stdarg.h>
#include <stdio.h>

const char *rule_words(enum rule rule)
{
    static const char *const words[] = {
#define RULE_WORDS(name, words) [name] = (words),
        RULES(RULE_WORDS)
#undef RULE_WORDS
    };
    return words[rule];
}

void broken(struct world *w, enum rule rule, const char *format, ...)
{
    va_list args;
    if (w->verdict.rule != RULE_NONE)
        return;
    w->verdict.rule = rule;
    w->verdict.at_ms = w->now_ms;
    va_start(args, format);
    vsnprintf(w->verdict.detail, sizeof w->verdict.detail, format, args);
    va_end(args);
    tell(w, NULL, "BROKEN: %s: %s", rule_words(rule), w->verdict.detail);
}
