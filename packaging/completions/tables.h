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

/* What may stand for a word of a usage: anything, a person or a group that the node knows, one of
 * a list (of "none|all"), a word by which commands begin. */
enum word_kind { WORD_FREE, WORD_PERSON, WORD_GROUP, WORD_LIST, WORD_COMMAND };

struct usage_word {
    char text[WORD_SIZE]; /* without brackets and dots */
    enum word_kind kind;
    bool goes_on; /* it may be repeated */
};

/* Word n of what stands behind v, from 0; false behind the last. */
bool verb_word(const struct verb *v, size_t n, struct usage_word *out);

/* Words by which commands begin, and what may follow one of them: between stands between two. */
void write_first_words(FILE *to);
void write_second_words(FILE *to, const char *first, const char *between);

/* Option i of those with an argument, of nodes and of commands, each once. */
bool argument_option(size_t i, struct choice *out);
void write_argument_options(FILE *to, const char *between);

/* The choices for a word of the kinds WORD_LIST and WORD_COMMAND. */
void write_word_choices(FILE *to, const struct usage_word *word);

void write_bash(FILE *to);
void write_zsh(FILE *to);
void write_fish(FILE *to);

/* text with a backslash before each of special, and fit to stand between single quotes of a
 * shell in which quote stands for one. */
void write_quoted(FILE *to, const char *text, const char *special, const char *quote);

#endif
