#include "tables.h"

#include "ui/shell.h"

#include <string.h>

bool node_option(size_t i, struct choice *out)
{
    const struct option_row *row = options_row(i);
    if (!row)
        return false;
    *out = (struct choice){row->name, row->argument, row->help,
                           row->kind, row->words,    row->may_repeat};
    return true;
}

bool verb_option(size_t i, struct choice *out)
{
    const struct shell_option *option = shell_option(i);
    if (!option)
        return false;
    const char *argument = option->argument;
    *out = (struct choice){.name = option->name, .argument = argument, .help = option->help};
    out->kind = !argument                       ? OPTION_FLAG
                : strcmp(argument, "DIR") == 0  ? OPTION_DIRECTORY
                : strcmp(argument, "FILE") == 0 ? OPTION_FILE
                                                : OPTION_FREE;
    return true;
}

static void split_name(const char *name, struct verb *out)
{
    size_t len = strcspn(name, " ");
    snprintf(out->first, sizeof out->first, "%.*s", (int)len, name);
    snprintf(out->second, sizeof out->second, "%s", name[len] ? name + len + 1 : "");
}

bool verb_at(size_t i, struct verb *out)
{
    const struct shell_row *row = shell_row(i);
    if (!row)
        return false;
    *out = (struct verb){.usage = row->usage, .help = row->help, .is_new = true};
    split_name(row->name, out);
    for (size_t j = 0; j < i; j++)
        out->is_new = out->is_new && !shell_row_begins(shell_row(j), out->first);
    return true;
}

bool verb_option_is_general(size_t i)
{
    return shell_option(i)->is_common;
}

bool verb_takes(const struct verb *v, size_t i)
{
    return shell_usage_names(v->usage, shell_option(i));
}

static enum word_kind kind_of(const char *word)
{
    if (strchr(word, '|'))
        return WORD_LIST;
    return strcmp(word, "WHO") == 0       ? WORD_PERSON
           : strcmp(word, "GROUP") == 0   ? WORD_GROUP
           : strcmp(word, "COMMAND") == 0 ? WORD_COMMAND
                                          : WORD_FREE;
}

bool verb_word(const struct verb *v, size_t n, struct usage_word *out)
{
    const char *at = v->usage;
    for (; n > 0; n--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    at += strspn(at, "[");
    if (!*at || *at == '-') /* behind the words stand the options */
        return false;
    size_t len = strcspn(at, " .]");
    snprintf(out->text, sizeof out->text, "%.*s", (int)len, at);
    out->kind = kind_of(out->text);
    out->goes_on = strncmp(at + len, "...", 3) == 0;
    return true;
}

void write_first_words(FILE *to)
{
    struct verb v;
    for (size_t i = 0; verb_at(i, &v); i++)
        if (v.is_new)
            fprintf(to, "%s%s", i ? " " : "", v.first);
}

void write_second_words(FILE *to, const char *first, const char *between)
{
    struct verb v;
    bool is_first = true;
    for (size_t i = 0; verb_at(i, &v); i++)
        if (*v.second && strcmp(v.first, first) == 0) {
            fprintf(to, "%s%s", is_first ? "" : between, v.second);
            is_first = false;
        }
}

static bool is_of_node(const char *name)
{
    for (size_t i = 0; options_name(i); i++)
        if (strcmp(options_name(i), name) == 0)
            return true;
    return false;
}

bool argument_option(size_t i, struct choice *out)
{
    size_t seen = 0;
    for (size_t j = 0; node_option(j, out); j++)
        if (out->argument && seen++ == i)
            return true;
    for (size_t j = 0; verb_option(j, out); j++)
        if (out->argument && !is_of_node(out->name) && seen++ == i)
            return true;
    return false;
}

void write_argument_options(FILE *to, const char *between)
{
    struct choice c;
    for (size_t i = 0; argument_option(i, &c); i++)
        fprintf(to, "%s--%s", i ? between : "", c.name);
}

void write_word_choices(FILE *to, const struct usage_word *word)
{
    if (word->kind == WORD_COMMAND)
        write_first_words(to);
    for (const char *at = word->text; word->kind == WORD_LIST && *at; at++)
        putc(*at == '|' ? ' ' : *at, to);
}

void write_quoted(FILE *to, const char *text, const char *special, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs(quote, to);
            continue;
        }
        if (strchr(special, *text))
            putc('\\', to);
        putc(*text, to);
    }
}
