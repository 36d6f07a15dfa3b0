/* fish.c - for fish: one line for each choice, with the condition under which it is one. */
#include "tables.h"

static const char functions[] =
    "            case '-?*'\n"
    "            case '*'\n"
    "                printf '%s\\n' $word\n"
    "        end\n"
    "    end\n"
    "end\n\n"
    "# N WORDS...: N words are given, of which the first are WORDS.\n"
    "function __lanthorn_at\n"
    "    test (count (__lanthorn_given)) -eq $argv[1]\n"
    "    and __lanthorn_behind $argv[2..]\n"
    "end\n\n"
    "# The same, and N is the least.\n"
    "function __lanthorn_from\n"
    "    test (count (__lanthorn_given)) -ge $argv[1]\n"
    "    and __lanthorn_behind $argv[2..]\n"
    "end\n\n"
    "# WORDS...: the first words given are WORDS.\n"
    "function __lanthorn_behind\n"
    "    set -l given (__lanthorn_given)\n"
    "    for i in (seq (count $argv))\n"
    "        test \"$given[$i]\" = \"$argv[$i]\"\n"
    "        or return 1\n"
    "    end\n"
    "end\n\n"
    "# The first column of what lanthorn says; names that cannot be typed so, or would be "
    "options,\n"
    "# are left out.\n"
    "function __lanthorn_names\n"
    "    set -l data\n"
    "    set -l words (commandline -opc)\n"
    "    for i in (seq 2 (count $words))\n"
    "        switch $words[$i]\n"
    "            case '--data=*'\n"
    "                set data $words[$i]\n"
    "            case --data\n"
    "                set data --data (string replace -r '^~/' $HOME/ -- $words[(math $i + 1)])\n"
    "        end\n"
    "    end\n"
    "    timeout 2 lanthorn $argv $data 2>/dev/null </dev/null |\n"
    "        string replace -r '\\t.*' '' | string match -rv '^-|\\\\\\\\'\n"
    "end\n\n"
    "complete -c lanthorn -f\n";

static void write_functions(FILE *to)
{
    fputs("# The words given that are neither options nor their arguments.\n"
          "function __lanthorn_given\n"
          "    set -l is_argument false\n"
          "    for word in (commandline -opc)[2..]\n"
          "        if $is_argument\n"
          "            set is_argument false\n"
          "            continue\n"
          "        end\n"
          "        switch $word\n"
          "            case ",
          to);
    write_argument_options(to, " ");
    fputs("\n                set is_argument true\n", to);
    fputs(functions, to);
}

static void write_description(FILE *to, const char *help)
{
    fputs(" -d '", to);
    write_quoted(to, help, "\\", "\\'");
    fputs("'\n", to);
}

static void write_option(FILE *to, const struct choice *c)
{
    fprintf(to, " -l %s", c->name);
    switch (c->kind) {
    case OPTION_FLAG: break;
    case OPTION_WORD:
        for (size_t i = 0; c->words[i]; i++)
            fprintf(to, "%s%s", i ? " " : " -x -a '", c->words[i]);
        fputs("'", to);
        break;
    case OPTION_FILE: fputs(" -r -F", to); break;
    case OPTION_DIRECTORY: fputs(" -x -a '(__fish_complete_directories)'", to); break;
    case OPTION_INTERFACE: fputs(" -x -a '(__fish_print_interfaces)'", to); break;
    case OPTION_WHO: fputs(" -x -a '(__lanthorn_names peers)'", to); break;
    case OPTION_FREE: fputs(" -x", to); break;
    }
    write_description(to, c->help);
}

static void write_name(FILE *to, const struct verb *v)
{
    if (v->is_new)
        fprintf(to, "complete -c lanthorn -n '__lanthorn_at 0' -a %s", v->first);
    if (v->is_new && *v->second) {
        fputs(" -d '", to);
        write_second_words(to, v->first, ", ");
        fputs("'\n", to);
    } else if (v->is_new) {
        write_description(to, v->help);
    }
    if (*v->second) {
        fprintf(to, "complete -c lanthorn -n '__lanthorn_at 1 %s' -a %s", v->first, v->second);
        write_description(to, v->help);
    }
}

static void write_words_behind(FILE *to, const struct verb *v)
{
    struct usage_word word;
    for (size_t n = 0; verb_word(v, n, &word); n++) {
        if (word.kind == WORD_FREE)
            continue;
        fprintf(to, "complete -c lanthorn -n '__lanthorn_%s %zu %s%s%s' -a '",
                word.goes_on ? "from" : "at", n + (*v->second ? 2 : 1), v->first,
                *v->second ? " " : "", v->second);
        if (word.kind == WORD_PERSON)
            fputs("(__lanthorn_names peers)", to);
        else if (word.kind == WORD_GROUP)
            fputs("(__lanthorn_names groups | string replace -a \"\\\"\" \"\")", to);
        else
            write_word_choices(to, &word);
        fputs("'\n", to);
    }
}

static void write_verb(FILE *to, const struct verb *v)
{
    struct choice o;
    write_name(to, v);
    for (size_t i = 0; verb_option(i, &o); i++)
        if (verb_takes(v, i)) {
            fprintf(to, "complete -c lanthorn -n '__lanthorn_behind %s%s%s'", v->first,
                    *v->second ? " " : "", v->second);
            write_option(to, &o);
        }
    write_words_behind(to, v);
}

void write_fish(FILE *to)
{
    struct choice o;
    struct verb v;
    fputs("# Completion of lanthorn for fish. Made from the tables of the program.\n\n", to);
    write_functions(to);
    for (size_t i = 0; node_option(i, &o); i++) {
        fputs("complete -c lanthorn -n '__lanthorn_at 0'", to);
        write_option(to, &o);
    }
    for (size_t i = 0; verb_option(i, &o); i++)
        if (verb_option_is_general(i)) {
            fputs("complete -c lanthorn -n 'not __lanthorn_at 0'", to);
            write_option(to, &o);
        }
    for (size_t i = 0; verb_at(i, &v); i++)
        write_verb(to, &v);
}
