/* zsh.c - for zsh's compinit, by _arguments. */
#include "tables.h"

#include <string.h>

static const char quote[] = "'\\''";

/* Names are strangers' words; those that cannot be typed as they are shown, or would be options,
 * are left out. */
static const char names[] =
    "\n# The first column of what lanthorn says.\n"
    "_lanthorn_names() {\n"
    "    local dir=${(Q)opt_args[--data]:-$data}\n"
    "    local -a where\n"
    "    [[ -n $dir ]] && where=(--data ${dir/#\\~\\//$HOME/})\n"
    "    reply=(${(f)\"$(timeout 2 lanthorn $1 $where 2>/dev/null </dev/null)\"})\n"
    "    reply=(${reply%%$'\\t'*})\n"
    "    reply=(${${reply:#*\\\\*}:#-*})\n"
    "}\n"
    "\n_lanthorn_people() {\n"
    "    local -a reply\n"
    "    _lanthorn_names peers\n"
    "    compadd \"$@\" -a reply\n"
    "}\n"
    "\n_lanthorn_groups() {\n"
    "    local -a reply\n"
    "    _lanthorn_names groups\n"
    "    reply=(${reply//\\\"/})\n"
    "    compadd \"$@\" -a reply\n"
    "}\n";

static void write_action(FILE *to, const struct choice *c)
{
    switch (c->kind) {
    case OPTION_FLAG: break;
    case OPTION_WORD:
        for (size_t i = 0; c->words[i]; i++)
            fprintf(to, "%s%s", i ? " " : "(", c->words[i]);
        fputs(")", to);
        break;
    case OPTION_FILE: fputs("_files", to); break;
    case OPTION_DIRECTORY: fputs("_files -/", to); break;
    case OPTION_INTERFACE: fputs("_net_interfaces", to); break;
    case OPTION_WHO: fputs("_lanthorn_people", to); break;
    case OPTION_FREE: fputs(" ", to); break;
    }
}

/* '--name=[what it is]:ARGUMENT:action' */
static void write_option(FILE *to, const struct choice *c)
{
    fprintf(to, " \\\n        '%s--%s%s[", c->may_repeat ? "*" : "", c->name,
            c->argument ? "=" : "");
    write_quoted(to, c->help, "[]\\", quote);
    fputs("]", to);
    if (c->argument) {
        fputs(":", to);
        write_quoted(to, c->argument, ":\\", quote);
        fputs(":", to);
        write_action(to, c);
    }
    fputs("'", to);
}

/* 'N:what it is:action' */
static void write_word(FILE *to, size_t n, const struct usage_word *word)
{
    if (word->goes_on)
        fputs(" \\\n        '*:", to);
    else
        fprintf(to, " \\\n        '%zu:", n + 1);
    write_quoted(to, word->text, ":\\", quote);
    switch (word->kind) {
    case WORD_FREE: fputs(": '", to); break;
    case WORD_PERSON: fputs(":_lanthorn_people'", to); break;
    case WORD_GROUP: fputs(":_lanthorn_groups'", to); break;
    case WORD_LIST:
    case WORD_COMMAND:
        fputs(":(", to);
        write_word_choices(to, word);
        fputs(")'", to);
        break;
    }
}

static void write_verb(FILE *to, const struct verb *v)
{
    struct choice o;
    struct usage_word word;
    fprintf(to, "    (%s)\n        _arguments $_lanthorn_general",
            *v->second ? v->second : v->first);
    for (size_t i = 0; verb_option(i, &o); i++)
        if (verb_takes(v, i))
            write_option(to, &o);
    for (size_t n = 0; verb_word(v, n, &word); n++)
        write_word(to, n, &word);
    fputs("\n        ;;\n", to);
}

/* 'word:what it does' */
static void write_described(FILE *to, const char *word, const char *help)
{
    fprintf(to, "        '%s:", word);
    write_quoted(to, help, "\\", quote);
    fputs("'\n", to);
}

/* A word that others follow is described by them. */
static void write_beginning(FILE *to, const char *first)
{
    fprintf(to, "        '%s:", first);
    write_second_words(to, first, ", ");
    fputs("'\n", to);
}

/* The commands that begin with first, by their second word; with NULL the words by which
 * commands begin. */
static void write_list(FILE *to, const char *name, const char *first)
{
    struct verb v;
    fprintf(to, "\n%s() {\n    local -a commands=(\n", name);
    for (size_t i = 0; verb_at(i, &v); i++) {
        if (first && *v.second && strcmp(v.first, first) == 0)
            write_described(to, v.second, v.help);
        else if (!first && v.is_new && *v.second)
            write_beginning(to, v.first);
        else if (!first && v.is_new)
            write_described(to, v.first, v.help);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n", to);
}

static void write_begin(FILE *to, const char *name)
{
    fprintf(to,
            "\n%s() {\n"
            "    local curcontext=$curcontext state state_descr line ret=1\n"
            "    typeset -A opt_args\n"
            "    _arguments -C",
            name);
}

static void write_end(FILE *to, const char *list)
{
    fprintf(to,
            " \\\n        '(-)1: :%s' \\\n        '(-)*:: :->words' && ret=0\n"
            "    [[ $state == words ]] || return ret\n"
            "    local data=${(Q)opt_args[--data]:-$data}\n"
            "    case $words[1] in\n",
            list);
}

/* The commands that begin with first: another function of the same form. */
static void write_second_level(FILE *to, const char *first)
{
    struct verb v;
    char name[2 * WORD_SIZE], list[2 * WORD_SIZE];
    snprintf(name, sizeof name, "_lanthorn_%s", first);
    snprintf(list, sizeof list, "_lanthorn_%s_commands", first);
    write_list(to, list, first);
    write_begin(to, name);
    write_end(to, list);
    for (size_t i = 0; verb_at(i, &v); i++)
        if (strcmp(v.first, first) == 0 && *v.second)
            write_verb(to, &v);
    fputs("    esac\n}\n", to);
}

static void write_first_level(FILE *to)
{
    struct verb v;
    struct choice o;
    write_list(to, "_lanthorn_commands", NULL);
    write_begin(to, "_lanthorn");
    for (size_t i = 0; node_option(i, &o); i++)
        write_option(to, &o);
    write_end(to, "_lanthorn_commands");
    for (size_t i = 0; verb_at(i, &v); i++) {
        if (!*v.second)
            write_verb(to, &v);
        else if (v.is_new)
            fprintf(to, "    (%s) _lanthorn_%s ;;\n", v.first, v.first);
    }
    fputs("    esac\n}\n", to);
}

static void write_general_options(FILE *to)
{
    struct choice o;
    fputs("\ntypeset -ga _lanthorn_general=(", to);
    for (size_t i = 0; verb_option(i, &o); i++)
        if (verb_option_is_general(i))
            write_option(to, &o);
    fputs(")\n", to);
}

void write_zsh(FILE *to)
{
    struct verb v;
    fputs("#compdef lanthorn\n"
          "# Completion of lanthorn for zsh. Made from the tables of the program.\n",
          to);
    fputs(names, to);
    write_general_options(to);
    for (size_t i = 0; verb_at(i, &v); i++)
        if (v.is_new && *v.second)
            write_second_level(to, v.first);
    write_first_level(to);
    fputs("\n_lanthorn \"$@\"\n", to);
}
