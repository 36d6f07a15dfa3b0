/* completions/tables.h - the program's options and commands as a shell completes them.
 *
 * A view of the two tables (ui/options.h, ui/shell.h), so that bash, zsh and fish are told the
 * same. A command, here a verb, is one word or two ("group add"); its usage says what stands
 * behind it.
 */
#ifndef LTH_COMPLETIONS_TABLES_H
#define LTH_COMPLETIONS_TABLES_H

#include "ui/options.h"

#include <stdbool.h>
#include <stdio.h>

enum { WORD_SIZE = 64 };

struct choice {
    const char *name, *argument, *help; /* argument: NULL for a flag */
    enum option_kind kind;
    const char *const *words;
    bool may_repeat;
};

/* Option i of a node, and option i of commands; false behind the last. */
bool node_option(size_t i, struct choice *out);
bool verb_option(size_t i, struct choice *out);

struct verb {
    char first[WORD_SIZE], second[WORD_SIZE]; /* second: empty for a command of one word */
    const char *usage, *help;
    bool is_new; /* no command before begins with the same word */
};

/* Command i; false behind the last. */
bool verb_at(size_t i, struct verb *out);

/* True when option i of commands may stand behind any of them; behind v beside those. */
bool verb_option_is_general(size_t i);
bool verb_takes(const struct verb *v, size_t i);

/* Word n of what stands behind c, from 0, without brackets and dots: "WHO", "none|all". False
 * behind the last. */
bool verb_word(const struct verb *v, size_t n, char word[WORD_SIZE], bool *goes_on);

/* Words by which commands begin, and what may follow one of them: between stands between two. */
void write_first_words(FILE *to);
void write_second_words(FILE *to, const char *first, const char *between);

/* The options with an argument, of nodes and of commands, each once. */
void write_options_with_argument(FILE *to, const char *between);

/* A word of a usage for which something may be chosen: of "none|all" one of both, of "COMMAND"
 * a word by which commands begin. */
bool word_has_choices(const char *word);
void write_word_choices(FILE *to, const char *word);

void write_bash(FILE *to);
void write_zsh(FILE *to);
void write_fish(FILE *to);

/* text with a backslash before each of special, and fit to stand between single quotes of a
 * shell in which quote stands for one. */
void write_quoted(FILE *to, const char *text, const char *special, const char *quote);

#endif
