/* fish.c - for fish: one line for each choice, with the condition under which it is one. */
#include "tables.h"

static const char functions[] = "            case '-?*'\n"
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
                                "# WORDS...: the first words given are WORDS.\n"
                                "function __lanthorn_behind\n"
                                "    set -l given (__lanthorn_given)\n"
                                "    for i in (seq (count $argv))\n"
                                "        test \"$given[$i]\" = \"$argv[$i]\"\n"
                                "        or return 1\n"
                                "    end\n"
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
    write_options_with_argument(to, " ");
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
    case OPTION_WHO:
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
    char word[WORD_SIZE];
    bool goes_on;
    for (size_t n = 0; verb_word(v, n, word, &goes_on); n++) {
        if (!word_has_choices(word))
            continue;
        fprintf(to, "complete -c lanthorn -n '__lanthorn_at %zu %s%s%s' -a '",
                n + (*v->second ? 2 : 1), v->first, *v->second ? " " : "", v->second);
        write_word_choices(to, word);
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
