/* bash.c - for bash-completion, which loads it and brings what it calls. */
#include "tables.h"

/* A name that holds a blank is one word, and nothing in it is carried out. */
static const char interfaces[] =
    "            local IFS=$'\\n'\n"
    "            COMPREPLY=($(cd /sys/class/net 2>/dev/null && compgen -f -- \"$cur\"))\n";

static void write_argument(FILE *to, const struct choice *c)
{
    fprintf(to, "        --%s)\n", c->name);
    if (c->kind == OPTION_FILE)
        fputs("            _filedir\n", to);
    if (c->kind == OPTION_DIRECTORY)
        fputs("            _filedir -d\n", to);
    if (c->kind == OPTION_INTERFACE)
        fputs(interfaces, to);
    for (size_t i = 0; c->kind == OPTION_WORD && c->words[i]; i++)
        fprintf(to, "%s%s", i ? " " : "            COMPREPLY=($(compgen -W '", c->words[i]);
    if (c->kind == OPTION_WORD)
        fputs("' -- \"$cur\"))\n", to);
    fputs("            return\n            ;;\n", to);
}

/* Options of commands that have one of these arguments are options of a node, too. */
static void write_arguments(FILE *to)
{
    struct choice c;
    for (size_t i = 0; node_option(i, &c); i++)
        if (c.kind != OPTION_FLAG && c.kind != OPTION_WHO && c.kind != OPTION_FREE)
            write_argument(to, &c);
    fputs("        ", to);
    write_options_with_argument(to, " | ");
    fputs(") return ;;\n", to);
}

static void write_name(FILE *to, const struct verb *v)
{
    fprintf(to, "'%s%s%s", v->first, *v->second ? " " : "", v->second);
}

static void write_words_behind(FILE *to, const struct verb *v)
{
    char word[WORD_SIZE];
    bool goes_on;
    for (size_t n = 0; verb_word(v, n, word, &goes_on); n++) {
        if (!word_has_choices(word))
            continue;
        fputs("        ", to);
        write_name(to, v);
        fprintf(to, "/%zu') choices='", n + (*v->second ? 2 : 1));
        write_word_choices(to, word);
        fputs("' ;;\n", to);
    }
}

static void write_choices(FILE *to)
{
    struct verb v;
    fputs("        /0) choices='", to);
    write_first_words(to);
    fputs("' ;;\n", to);
    for (size_t i = 0; verb_at(i, &v); i++) {
        if (v.is_new && *v.second) {
            fprintf(to, "        %s/1) choices='", v.first);
            write_second_words(to, v.first, " ");
            fputs("' ;;\n", to);
        }
        write_words_behind(to, &v);
    }
}

/* The options that not all commands have. */
static void write_own_options(FILE *to, const struct verb *v)
{
    struct choice o;
    bool is_first = true;
    for (size_t i = 0; verb_option(i, &o); i++) {
        if (!verb_takes(v, i))
            continue;
        if (is_first) {
            fputs("        ", to);
            write_name(to, v);
            fputs("') options+='", to);
        }
        fprintf(to, " --%s", o.name);
        is_first = false;
    }
    if (!is_first)
        fputs("' ;;\n", to);
}

static void write_options(FILE *to)
{
    struct choice o;
    struct verb v;
    fputs("    local options='", to);
    for (size_t i = 0; verb_option(i, &o); i++)
        if (verb_option_is_general(i))
            fprintf(to, "%s--%s", i ? " " : "", o.name);
    fputs("'\n    case $command in\n        '') options='", to);
    for (size_t i = 0; node_option(i, &o); i++)
        fprintf(to, "%s--%s", i ? " " : "", o.name);
    fputs("' ;;\n", to);
    for (size_t i = 0; verb_at(i, &v); i++)
        write_own_options(to, &v);
}

static void write_two_words(FILE *to)
{
    struct verb v;
    for (size_t i = 0; verb_at(i, &v); i++)
        if (v.is_new && *v.second)
            fprintf(to,
                    "    [[ $command == %s && ${#given[@]} -gt 1 ]] && "
                    "command+=\" ${given[1]}\"\n",
                    v.first);
}

void write_bash(FILE *to)
{
    fputs("# Completion of lanthorn for bash. Made from the tables of the program.\n\n"
          "_lanthorn()\n{\n"
          "    local cur prev words cword split\n"
          "    _init_completion -s -n : || return\n\n"
          "    case $prev in\n",
          to);
    write_arguments(to);
    fputs("    esac\n"
          "    $split && return\n\n"
          "    # The words given that are neither options nor their arguments.\n"
          "    local i given=()\n"
          "    for ((i = 1; i < cword; i++)); do\n"
          "        case ${words[i]} in\n            ",
          to);
    write_options_with_argument(to, " | ");
    fputs(") ((i++)) ;;\n"
          "            -?*) ;;\n"
          "            *) given+=(\"${words[i]}\") ;;\n"
          "        esac\n"
          "    done\n"
          "    local command=${given[0]-}\n",
          to);
    write_two_words(to);
    fputs("    local choices=\n    case $command/${#given[@]} in\n", to);
    write_choices(to);
    fputs("    esac\n", to);
    write_options(to);
    fputs("    esac\n"
          "    [[ $cur == -* ]] && choices=$options\n"
          "    COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
          "} &&\n"
          "    complete -F _lanthorn lanthorn\n",
          to);
}
