/* bash.c - for bash-completion, which loads it and brings what it calls. */
#include "tables.h"

/* Names are strangers' words: nothing in them is carried out, and those that cannot be typed as
 * they are shown, or would be options, are left out. */
static const char functions[] =
    "# The first column of what lanthorn says, as words.\n"
    "_lanthorn_names()\n"
    "{\n"
    "    local name\n"
    "    while IFS= read -r name; do\n"
    "        [[ $name == *\\\\* || $name == -* ]] && continue\n"
    "        [[ $1 == groups ]] && name=${name//\\\"/}\n"
    "        printf -v name %q \"$name\"\n"
    "        [[ $name == \"$cur\"* ]] && COMPREPLY+=(\"$name\")\n"
    "    done < <(timeout 2 lanthorn \"$1\" \"${data[@]}\" 2>/dev/null </dev/null | cut -f 1)\n"
    "}\n\n";

static const char interfaces[] =
    "            local IFS=$'\\n'\n"
    "            COMPREPLY=($(cd /sys/class/net 2>/dev/null && compgen -f -- \"$cur\"))\n";

static void write_argument(FILE *to, const struct choice *c)
{
    fprintf(to, "        --%s)\n", c->name);
    switch (c->kind) {
    case OPTION_FLAG:
    case OPTION_FREE: break;
    case OPTION_FILE: fputs("            _filedir\n", to); break;
    case OPTION_DIRECTORY: fputs("            _filedir -d\n", to); break;
    case OPTION_INTERFACE: fputs(interfaces, to); break;
    case OPTION_WHO: fputs("            _lanthorn_names peers\n", to); break;
    case OPTION_WORD:
        fputs("            COMPREPLY=($(compgen -W '", to);
        for (size_t i = 0; c->words[i]; i++)
            fprintf(to, "%s%s", i ? " " : "", c->words[i]);
        fputs("' -- \"$cur\"))\n", to);
        break;
    }
    fputs("            return\n            ;;\n", to);
}

static void write_arguments(FILE *to)
{
    struct choice c;
    for (size_t i = 0; argument_option(i, &c); i++)
        if (c.kind != OPTION_FREE)
            write_argument(to, &c);
    fputs("        ", to);
    write_argument_options(to, " | ");
    fputs(") return ;;\n", to);
}

static void write_name(FILE *to, const struct verb *v)
{
    fprintf(to, "'%s%s%s", v->first, *v->second ? " " : "", v->second);
}

/* "'group add'/2": two words are given, and the next is the one that is asked for. */
static void write_place(FILE *to, const struct verb *v, size_t given, bool goes_on)
{
    fputs("        ", to);
    write_name(to, v);
    if (goes_on) {
        fprintf(to, "'/[%zu-9] | ", given);
        write_name(to, v);
        fputs("'/[1-9][0-9]) ", to);
    } else {
        fprintf(to, "'/%zu) ", given);
    }
}

static void write_words_behind(FILE *to, const struct verb *v)
{
    struct usage_word word;
    for (size_t n = 0; verb_word(v, n, &word); n++) {
        if (word.kind == WORD_FREE)
            continue;
        write_place(to, v, n + (*v->second ? 2 : 1), word.goes_on);
        if (word.kind == WORD_PERSON || word.kind == WORD_GROUP) {
            fprintf(to, "names=%s ;;\n", word.kind == WORD_GROUP ? "groups" : "peers");
            continue;
        }
        fputs("choices='", to);
        write_word_choices(to, &word);
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

static void write_given(FILE *to)
{
    fputs("    # The words given that are neither options nor their arguments.\n"
          "    local i given=() data=()\n"
          "    for ((i = 1; i < cword; i++)); do\n"
          "        case ${words[i]} in\n"
          "            --data=*) data=(\"${words[i]}\") ;;\n"
          "            --data) data=(--data \"${words[++i]/#\\~\\//$HOME/}\") ;;\n"
          "            ",
          to);
    write_argument_options(to, " | ");
    fputs(") ((i++)) ;;\n"
          "            -?*) ;;\n"
          "            *) given+=(\"${words[i]}\") ;;\n"
          "        esac\n"
          "    done\n"
          "    local command=${given[0]-}\n",
          to);
    write_two_words(to);
}

void write_bash(FILE *to)
{
    fputs("# Completion of lanthorn for bash. Made from the tables of the program.\n\n", to);
    fputs(functions, to);
    fputs("_lanthorn()\n{\n"
          "    local cur prev words cword split\n"
          "    _init_completion -s -n : || return\n\n",
          to);
    write_given(to);
    fputs("    case $prev in\n", to);
    write_arguments(to);
    fputs("    esac\n"
          "    $split && return\n\n"
          "    local choices= names=\n"
          "    case $command/${#given[@]} in\n",
          to);
    write_choices(to);
    fputs("    esac\n", to);
    write_options(to);
    fputs("    esac\n"
          "    [[ $cur == -* ]] && choices=$options names=\n"
          "    COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
          "    [[ $names ]] && _lanthorn_names $names\n"
          "    return 0\n"
          "} &&\n"
          "    complete -F _lanthorn lanthorn\n",
          to);
}
