#include "ui/shell.h"

#include "base/utf8.h"
#include "ui/typed_word.h"
#include "wire/identity.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In a usage, [X] may be left out, X... takes all the words that are left, which with |- may be -
 * for stdin, and behind the words stand the options. */
static const struct shell_row table[] = {
    {"send", "WHO TEXT...|- [--wait SECONDS] [--lines]", SHELL_SEND, COMMAND_SEND,
     "send a message; with - for TEXT, what stdin holds"},
    {"history", "WHO [--last N]", SHELL_ASK, COMMAND_HISTORY, "the last messages (50)"},
    {"watch", "[--count N] [--wait SECONDS]", SHELL_WATCH, COMMAND_COUNT,
     "messages and news, as they come"},
    {"peers", "", SHELL_ASK, COMMAND_PEERS, "everybody known here"},
    {"verify", "WHO [NUMBER...]", SHELL_ASK, COMMAND_VERIFY,
     "the number to compare; with NUMBER, verify"},
    {"petname", "WHO [NAME]", SHELL_ASK, COMMAND_PETNAME, "your own name for WHO; none removes it"},
    {"block", "WHO", SHELL_ASK, COMMAND_BLOCK, "take no messages from WHO"},
    {"unblock", "WHO", SHELL_ASK, COMMAND_UNBLOCK, "take them again"},
    {"name", "NAME", SHELL_ASK, COMMAND_NAME, "the name others see"},
    {"peer add", "HOST:PORT", SHELL_ASK, COMMAND_PEER_ADD, "also look for people at this address"},
    {"peer remove", "HOST:PORT", SHELL_ASK, COMMAND_PEER_REMOVE, "and no longer"},
    {"groups", "", SHELL_ASK, COMMAND_GROUPS, "the groups you are in"},
    {"group new", "NAME [WHO...]", SHELL_ASK, COMMAND_GROUP_CREATE, "make a group"},
    {"group add", "GROUP WHO", SHELL_ASK, COMMAND_GROUP_ADD, "take WHO in"},
    {"group remove", "GROUP WHO", SHELL_ASK, COMMAND_GROUP_REMOVE,
     "put WHO out, who reads nothing after that"},
    {"group promote", "GROUP WHO", SHELL_ASK, COMMAND_GROUP_PROMOTE, "make WHO an admin"},
    {"group demote", "GROUP WHO", SHELL_ASK, COMMAND_GROUP_DEMOTE, "WHO is no admin any more"},
    {"group leave", "GROUP", SHELL_ASK, COMMAND_GROUP_LEAVE, "leave it yourself"},
    {"group rename", "GROUP NAME", SHELL_ASK, COMMAND_GROUP_RENAME, "another name for it"},
    {"group history", "GROUP none|all", SHELL_ASK, COMMAND_GROUP_HISTORY,
     "what those added later may read"},
    {"group rekey", "GROUP", SHELL_ASK, COMMAND_GROUP_REKEY, "a new key for what you write in it"},
    {"group info", "GROUP", SHELL_INFO, COMMAND_GROUPS, "who is in it"},
    {"status", "", SHELL_ASK, COMMAND_STATUS, "how the node is doing"},
    {"quit", "", SHELL_ASK, COMMAND_QUIT, "end the node"},
    {"export", "[WHO]", SHELL_EXPORT, COMMAND_HISTORY, "all that was said, oldest first"},
    {"check", "", SHELL_CHECK, COMMAND_COUNT,
     "is all of the store there, and true? With no node running"},
    {"passphrase", "[--new-passphrase-fd N] [--new-key-file FILE]", SHELL_PASSPHRASE, COMMAND_COUNT,
     "open the store with another one from now on; with no node running"},
    {"help", "[COMMAND...]", SHELL_HELP, COMMAND_COUNT,
     "what commands there are, and what they take"},
};

/* ---- options ---- */

/* Takes the argument of an option (NULL when it has none); false with a sentence. */
typedef bool take_option(struct shell *s, const char *value, struct sentence *why);

static take_option take_data, take_json, take_help, take_wait, take_lines, take_last, take_count,
    take_key_file, take_passphrase_fd, take_new_key_file, take_new_passphrase_fd;

static const struct {
    struct shell_option row;
    take_option *take;
} options[] = {
    {{"data", "DIR", 0, true, "the node whose --data is DIR (default: the one that runs)"},
     take_data},
    {{"json", NULL, 0, true, "print what the node answers: one JSON object a line"}, take_json},
    {{"help", NULL, 0, true, "print the help of the command and end"}, take_help},
    {{"key-file", "FILE", 0, true, "what opens the store, where no node runs"}, take_key_file},
    {{"passphrase-fd", "N", 0, true,
      "the same, in the first line of descriptor N; else it is asked for"},
     take_passphrase_fd},
    {{"wait", "SECONDS", 'W', false, "wait so long: for delivery, or for events"}, take_wait},
    {{"lines", NULL, 0, false, "each line of stdin is a message"}, take_lines},
    {{"last", "N", 0, false, "so many messages, 1 to 1000"}, take_last},
    {{"count", "N", 'C', false, "end after so many events"}, take_count},
    {{"new-key-file", "FILE", 0, false, "what is to open it, made if missing"}, take_new_key_file},
    {{"new-passphrase-fd", "N", 0, false, "the same, in the first line of descriptor N"},
     take_new_passphrase_fd},
};

static const char letters[] = ":W:C:"; /* as getopt_long wants them */

enum {
    FIRST_OPTION = 256, /* what getopt_long returns for the first: above all letters */
    FD_MAX = 1 << 20,
};

static bool take_path(const char **to, const char *name, const char *value, struct sentence *why)
{
    *to = value;
    if (!*value)
        sentence_set(why, "--%s \"\" is not possible: give a path.", name);
    return *value;
}

static bool take_data(struct shell *s, const char *value, struct sentence *why)
{
    return take_path(&s->data, "data", value, why);
}

static bool take_key_file(struct shell *s, const char *value, struct sentence *why)
{
    return take_path(&s->key_file, "key-file", value, why);
}

static bool take_new_key_file(struct shell *s, const char *value, struct sentence *why)
{
    return take_path(&s->new_key_file, "new-key-file", value, why);
}

static bool take_json(struct shell *s, const char *value, struct sentence *why)
{
    (void)value;
    (void)why;
    return s->json = true;
}

static bool take_help(struct shell *s, const char *value, struct sentence *why)
{
    (void)value;
    (void)why;
    s->kind = SHELL_HELP;
    return true;
}

static bool take_lines(struct shell *s, const char *value, struct sentence *why)
{
    (void)value;
    (void)why;
    return s->lines = s->from_input = true;
}

/* A whole number from min to max. */
static bool take_number(const char *name, const char *value, long min, long max, long *out,
                        struct sentence *why)
{
    bool is_digits = *value && strspn(value, "0123456789") == strlen(value);
    long number = is_digits && strlen(value) <= 10 ? strtol(value, NULL, 10) : -1;
    if (number < min || number > max) {
        sentence_set(why, "--%s %s is not possible: give a whole number from %ld to %ld.", name,
                     value, min, max);
        return false;
    }
    *out = number;
    return true;
}

static bool take_wait(struct shell *s, const char *value, struct sentence *why)
{
    return take_number("wait", value, 0, SHELL_NUMBER_MAX, &s->wait_s, why);
}

static bool take_count(struct shell *s, const char *value, struct sentence *why)
{
    return take_number("count", value, 1, SHELL_NUMBER_MAX, &s->count, why);
}

static bool take_passphrase_fd(struct shell *s, const char *value, struct sentence *why)
{
    return take_number("passphrase-fd", value, 0, FD_MAX, &s->passphrase_fd, why);
}

static bool take_new_passphrase_fd(struct shell *s, const char *value, struct sentence *why)
{
    return take_number("new-passphrase-fd", value, 0, FD_MAX, &s->new_passphrase_fd, why);
}

static bool take_last(struct shell *s, const char *value, struct sentence *why)
{
    long last = 0;
    bool is_good = take_number("last", value, 1, HISTORY_MAX, &last, why);
    s->command.last = (uint32_t)last;
    return is_good;
}

static void fill_long_options(struct option *longs)
{
    for (size_t i = 0; i < LENGTH(options); i++)
        longs[i] = (struct option){
            .name = options[i].row.name,
            .has_arg = options[i].row.argument ? required_argument : no_argument,
            .val = FIRST_OPTION + (int)i,
        };
    longs[LENGTH(options)] = (struct option){0};
}

/* Which option getopt_long found; LENGTH(options) when it is none. */
static size_t option_found(int found)
{
    size_t i = 0;
    if (found >= FIRST_OPTION)
        return (size_t)(found - FIRST_OPTION);
    while (i < LENGTH(options) && (!options[i].row.letter || options[i].row.letter != found))
        i++;
    return i;
}

/* Takes the options wherever they stand, and leaves optind at the first word. used: a bit for
 * each option given. */
static bool take_options(int argc, char *argv[], struct shell *s, unsigned *used,
                         struct sentence *why)
{
    struct option longs[LENGTH(options) + 1];
    int found;
    fill_long_options(longs);
    optind = 0; /* glibc: start afresh */
    opterr = 0; /* the sentences are ours */
    while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        size_t i = option_found(found);
        bool is_option = i < LENGTH(options);
        const char *word = argv[optind - 1];
        if (found == ':')
            sentence_set(why, "%s needs an argument; see lanthorn help.", word);
        else if (!is_option)
            sentence_set(why,
                         "%s is not an option of a command: see lanthorn help, and put -- "
                         "before a text that begins with a dash.",
                         word);
        if (!is_option || !options[i].take(s, optarg, why))
            return false;
        *used |= 1u << i;
    }
    return true;
}

bool shell_usage_names(const char *usage, const struct shell_option *option)
{
    const char *at = strstr(usage, "[--");
    size_t len = strlen(option->name);
    for (; at; at = strstr(at + 1, "[--"))
        if (strncmp(at + 3, option->name, len) == 0 && strchr(" ]", at[3 + len]))
            return true;
    return false;
}

static bool check_options(const struct shell_row *row, unsigned used, struct sentence *why)
{
    for (size_t i = 0; i < LENGTH(options); i++) {
        const struct shell_option *option = &options[i].row;
        if (!(used & 1u << i) || option->is_common || shell_usage_names(row->usage, option))
            continue;
        sentence_set(why, "--%s is not for lanthorn %s; it is: lanthorn %s %s.", option->name,
                     row->name, row->name, row->usage);
        return false;
    }
    return true;
}

/* ---- words ---- */

struct words {
    char **at;
    size_t count;
};

static const char *take_word(struct words *w)
{
    w->count--;
    return *w->at++;
}

/* All that are left, with a space between each two; NULL when memory is out. */
static char *join(struct words *w)
{
    size_t size = 1;
    for (size_t i = 0; i < w->count; i++)
        size += strlen(w->at[i]) + 1;
    char *joined = malloc(size), *end = joined;
    if (!joined)
        return NULL;
    *joined = '\0';
    for (bool is_first = true; w->count; is_first = false) {
        end = is_first ? end : stpcpy(end, " ");
        end = stpcpy(end, take_word(w));
    }
    return joined;
}

/* A piece of a usage: what it is called, and how many words it takes. */
struct piece {
    const char *name;
    size_t len;
    bool may_lack, takes_rest;
};

/* The next piece of *usage; false when only options are left. */
static bool next_piece(const char **usage, struct piece *out)
{
    static const char rest[] = "...";
    size_t len = strcspn(*usage, " "), rest_len = sizeof rest - 1;
    if (len == 0 || strncmp(*usage, "[--", 3) == 0)
        return false;
    out->may_lack = **usage == '[';
    out->name = *usage + out->may_lack;
    out->len = out->may_lack ? len - 2 : len;
    out->len -= len > 2 && memcmp(*usage + len - 2, "|-", 2) == 0 ? 2 : 0;
    out->takes_rest =
        out->len > rest_len && memcmp(out->name + out->len - rest_len, rest, rest_len) == 0;
    out->len -= out->takes_rest ? rest_len : 0;
    *usage += len + ((*usage)[len] == ' ');
    return true;
}

static bool is_called(const struct piece *p, const char *name)
{
    return strlen(name) == p->len && memcmp(name, p->name, p->len) == 0;
}

/* A name that is given to a group: "#ops" means the group that is called ops. */
static bool take_name(struct shell *s, const char *word)
{
    enum command_type type = s->command.type;
    bool is_of_group = type == COMMAND_GROUP_CREATE || type == COMMAND_GROUP_RENAME;
    s->command.name = word + (is_of_group && *word == '#');
    return *s->command.name;
}

/* Where only a group can stand, its name needs no #, which a shell would want quoted. */
static void take_group(struct shell *s, const char *word)
{
    s->command.group = word;
    if (typed_word_is_group(word) || strlen(word) > NAME_MAX_LEN)
        return;
    snprintf(s->group, sizeof s->group, "#%.*s", NAME_MAX_LEN, word);
    s->command.group = s->group;
}

static bool take_setting(struct shell *s, const char *word)
{
    s->command.history = word;
    return strcmp(word, "none") == 0 || strcmp(word, "all") == 0;
}

static bool take_one(struct shell *s, const struct piece *p, struct words *w)
{
    bool is_lacking = p->may_lack && !w->count;
    const char *word = is_lacking ? "" : take_word(w);
    if (is_called(p, "WHO"))
        s->command.who = word;
    else if (is_called(p, "HOST:PORT"))
        s->command.address = word;
    else if (is_called(p, "GROUP"))
        take_group(s, word);
    else if (is_called(p, "none|all"))
        return take_setting(s, word);
    else
        return take_name(s, word) || p->may_lack;
    return *word || is_lacking;
}

static bool take_members(struct shell *s, struct words *w, struct sentence *why)
{
    if (w->count > INVITED_MAX) {
        sentence_set(why, "A group begins with no more than %d others: add the rest later.",
                     INVITED_MAX);
        return false;
    }
    s->members = calloc(w->count + 1, sizeof *s->members);
    s->command.members = s->members;
    while (s->members && w->count)
        s->members[s->command.member_count++] = take_word(w);
    return s->members;
}

/* A text may also be -, for what stdin holds; with --lines it stands there anyway. */
static bool take_text(struct shell *s, struct words *w)
{
    s->from_input = s->lines || (w->count == 1 && strcmp(*w->at, "-") == 0);
    if (s->from_input)
        return w->count == 0 || strcmp(take_word(w), "-") == 0;
    if (!w->count || !(s->joined = join(w)))
        return false;
    s->command.text = (const uint8_t *)s->joined;
    s->command.text_len = strlen(s->joined);
    return true;
}

/* 60 digits, in as many words as they are read out. */
static bool check_number(const char *number, struct sentence *why)
{
    size_t digits = 0;
    for (const char *at = number; *at; at++)
        digits += *at != ' ';
    if (digits == SAFETY_DIGITS && strspn(number, "0123456789 ") == strlen(number))
        return true;
    sentence_set(why, "The number to compare has %d digits: give all of them, and nothing else.",
                 SAFETY_DIGITS);
    return false;
}

static bool take_rest(struct shell *s, const struct piece *p, struct words *w, struct sentence *why)
{
    if (is_called(p, "WHO"))
        return take_members(s, w, why);
    if (is_called(p, "TEXT"))
        return take_text(s, w);
    if (!w->count)
        return true;
    s->joined = join(w);
    if (s->joined && is_called(p, "NUMBER"))
        return check_number(s->command.number = s->joined, why);
    s->topic = s->joined;
    return s->joined;
}

static bool take_words(struct shell *s, const struct shell_row *row, struct words w,
                       struct sentence *why)
{
    const char *usage = row->usage;
    struct piece piece;
    bool is_good = true;
    while (is_good && next_piece(&usage, &piece)) {
        if (piece.takes_rest)
            is_good = take_rest(s, &piece, &w, why);
        else
            is_good = (w.count || piece.may_lack) && take_one(s, &piece, &w);
    }
    return is_good && w.count == 0;
}

/* ---- the command ---- */

bool shell_row_begins(const struct shell_row *row, const char *words)
{
    size_t len = strlen(words);
    return strncmp(row->name, words, len) == 0 && (!row->name[len] || row->name[len] == ' ');
}

/* True for the words of a command, or the first of them. */
static bool is_known(const char *words)
{
    for (size_t i = 0; i < LENGTH(table); i++)
        if (shell_row_begins(&table[i], words))
            return true;
    return false;
}

/* How many words of argv an option before the command takes; 0: it is none of a command's. */
static int words_of_option(const char *word)
{
    for (size_t i = 0; i < LENGTH(options); i++) {
        const struct shell_option *option = &options[i].row;
        size_t len = strlen(option->name);
        if (word[0] == '-' && word[1] && word[1] == option->letter)
            return word[2] ? 1 : 2;
        if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, option->name, len) != 0)
            continue;
        if (!word[2 + len])
            return option->argument ? 2 : 1;
        if (word[2 + len] == '=')
            return 1;
    }
    return 0;
}

/* The first word behind options of commands; NULL when there is none. */
static const char *first_word(int argc, char *argv[])
{
    int at = 1, step;
    while (at < argc && argv[at][0] == '-') {
        if ((step = words_of_option(argv[at])) == 0)
            return NULL;
        at += step;
    }
    return at < argc ? argv[at] : NULL;
}

/* What the interface promises and is not there yet: said so that nobody looks for a mistake of
 * their own. */
static bool is_promised(const char *word, struct sentence *why)
{
    if (strcmp(word, "search") == 0)
        sentence_set(why, "This version cannot search yet: lanthorn export prints all there is.");
    else if (strcmp(word, "doctor") == 0)
        sentence_set(why, "This version has no doctor yet: lanthorn status says how it is doing.");
    return *why->text;
}

/* The row whose name the words begin with, which are then cut off. */
static const struct shell_row *find_row(struct words *w)
{
    for (size_t i = 0; i < LENGTH(table); i++) {
        const char *second = strchr(table[i].name, ' ');
        size_t len = second ? (size_t)(second - table[i].name) : strlen(table[i].name);
        if (strlen(w->at[0]) != len || memcmp(w->at[0], table[i].name, len) != 0)
            continue;
        if (second && (w->count < 2 || strcmp(w->at[1], second + 1) != 0))
            continue;
        w->at += second ? 2 : 1;
        w->count -= second ? 2 : 1;
        return &table[i];
    }
    return NULL;
}

/* "peer" alone: says with which words it goes on. */
static void refuse_half(const char *word, struct sentence *why)
{
    char list[200] = "";
    for (size_t i = 0; i < LENGTH(table); i++) {
        size_t at = strlen(list);
        if (shell_row_begins(&table[i], word) && strchr(table[i].name, ' '))
            snprintf(list + at, sizeof list - at, "%s%s", at ? ", " : "",
                     strchr(table[i].name, ' ') + 1);
    }
    sentence_set(why, "lanthorn %s goes on with one of %s: see lanthorn help %s.", word, list,
                 word);
}

static void refuse_words(const struct shell_row *row, const struct shell *s, struct sentence *why)
{
    bool is_empty = s->command.who && !*s->command.who && !strstr(row->usage, "[WHO");
    if (is_empty)
        sentence_set(why, "WHO is empty: give a name, an id, or its first letters.");
    else if (row->type == COMMAND_SEND && s->command.who && !s->command.text)
        sentence_set(why, s->lines ? "With --lines the messages come from stdin: give no TEXT."
                                   : "There is no TEXT: give one, or - for what stdin holds.");
    else
        sentence_set(why, "It is: lanthorn %s%s%s%s.", row->name, *row->usage ? " " : "",
                     row->usage, shell_row_takes_group(row) ? "; a #GROUP stands in quotes" : "");
}

/* Only texts may be of any bytes here: what becomes of them is said where they are sent. */
static bool check_utf8(const struct words *w, bool has_text, struct sentence *why)
{
    for (size_t i = 0; i < w->count && !(has_text && i > 0); i++) {
        if (utf8_is_valid((const uint8_t *)w->at[i], strlen(w->at[i])))
            continue;
        sentence_set(why, "Word %zu behind the command is not valid UTF-8: give it in UTF-8.",
                     i + 1);
        return false;
    }
    return true;
}

static bool take_command(struct shell *s, const struct shell_row *row, const struct words *w,
                         unsigned used, struct sentence *why)
{
    s->kind = row->kind;
    s->command.type = row->type;
    if (!check_options(row, used, why) || !check_utf8(w, row->type == COMMAND_SEND, why))
        return false;
    if (take_words(s, row, *w, why))
        return true;
    if (!*why->text)
        refuse_words(row, s, why);
    return false;
}

/* --help: of the command that is there, or of all that begin so. */
static bool take_topic(struct shell *s, struct words *w)
{
    w->count = w->count > 2 ? 2 : w->count;
    return (s->topic = s->joined = join(w)) != NULL;
}

static bool take_line(int argc, char *argv[], struct shell *s, struct sentence *why)
{
    unsigned used = 0;
    if (!take_options(argc, argv, s, &used, why))
        return false;
    struct words words = {argv + optind, (size_t)(argc - optind)};
    if (!words.count || s->kind == SHELL_HELP)
        return take_topic(s, &words);
    const char *first = words.at[0];
    const struct shell_row *row = find_row(&words);
    if (row)
        return take_command(s, row, &words, used, why);
    refuse_half(first, why);
    return false;
}

void shell_parse(int argc, char *argv[], struct shell *out, struct sentence *why)
{
    *out = (struct shell){.kind = SHELL_NODE,
                          .wait_s = SHELL_FOREVER,
                          .passphrase_fd = -1,
                          .new_passphrase_fd = -1,
                          .command.timeout_s = UINT32_MAX};
    why->text[0] = '\0';
    const char *word = first_word(argc, argv);
    bool is_promise = word && is_promised(word, why);
    if (!is_promise && (!word || !is_known(word) || take_line(argc, argv, out, why)))
        return;
    out->kind = SHELL_REFUSED;
    if (!*why->text)
        sentence_set(why, "Memory is short: try again.");
}

void shell_clear(struct shell *s)
{
    free(s->joined);
    free(s->members);
    *s = (struct shell){0};
}

/* ---- the tables ---- */

const struct shell_row *shell_row(size_t i)
{
    return i < LENGTH(table) ? &table[i] : NULL;
}

bool shell_row_takes_group(const struct shell_row *row)
{
    return row->type == COMMAND_SEND || row->type == COMMAND_HISTORY ||
           strstr(row->usage, "GROUP") != NULL;
}

const struct shell_option *shell_option(size_t i)
{
    return i < LENGTH(options) ? &options[i].row : NULL;
}
