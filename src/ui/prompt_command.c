#include "ui/prompt_command.h"

#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the arguments at rest, which it may cut into pieces; false with p->why. */
typedef bool take_arguments(struct prompt_line *p, char *rest, const char *current);

static take_arguments take_nothing, take_to, take_message, take_history, take_verify, take_petname,
    take_who, take_name, take_address, take_new_group, take_member, take_group, take_new_name,
    take_setting, take_topic;

/* Rows without help are second names of the row above them. */
static const struct row {
    const char *word, *arguments;
    enum prompt_kind kind;
    enum command_type type;
    take_arguments *take;
    const char *help;
} table[] = {
    {"/to", "WHO", PROMPT_TO, COMMAND_VERIFY, take_to, "talk to WHO, or a #GROUP, from here on"},
    {"/msg", "WHO TEXT", PROMPT_SUBMIT, COMMAND_SEND, take_message, "one message to WHO"},
    {"/history", "[N] [WHO]", PROMPT_SUBMIT, COMMAND_HISTORY, take_history,
     "the last N messages (50)"},
    {"/who", "", PROMPT_SUBMIT, COMMAND_PEERS, take_nothing, "everybody known here"},
    {"/peers", "", PROMPT_SUBMIT, COMMAND_PEERS, take_nothing, NULL},
    {"/verify", "[WHO] [NUMBER]", PROMPT_SUBMIT, COMMAND_VERIFY, take_verify,
     "the number to compare; with NUMBER, verify"},
    {"/petname", "WHO [NAME]", PROMPT_SUBMIT, COMMAND_PETNAME, take_petname,
     "your own name for WHO; none removes it"},
    {"/block", "WHO", PROMPT_SUBMIT, COMMAND_BLOCK, take_who, "take no messages from WHO"},
    {"/unblock", "WHO", PROMPT_SUBMIT, COMMAND_UNBLOCK, take_who, "take them again"},
    {"/name", "NAME", PROMPT_SUBMIT, COMMAND_NAME, take_name, "the name others see"},
    {"/peer add", "HOST:PORT", PROMPT_SUBMIT, COMMAND_PEER_ADD, take_address,
     "also look for people at this address"},
    {"/peer remove", "HOST:PORT", PROMPT_SUBMIT, COMMAND_PEER_REMOVE, take_address,
     "and no longer"},
    {"/groups", "", PROMPT_SUBMIT, COMMAND_GROUPS, take_nothing, "the groups you are in"},
    {"/group new", "NAME [WHO ...]", PROMPT_SUBMIT, COMMAND_GROUP_CREATE, take_new_group,
     "make a group"},
    {"/group add", "[#GROUP] WHO", PROMPT_SUBMIT, COMMAND_GROUP_ADD, take_member, "take WHO in"},
    {"/group remove", "[#GROUP] WHO", PROMPT_SUBMIT, COMMAND_GROUP_REMOVE, take_member,
     "put WHO out, who reads nothing after that"},
    {"/group promote", "[#GROUP] WHO", PROMPT_SUBMIT, COMMAND_GROUP_PROMOTE, take_member,
     "make WHO an admin"},
    {"/group demote", "[#GROUP] WHO", PROMPT_SUBMIT, COMMAND_GROUP_DEMOTE, take_member,
     "WHO is no admin any more"},
    {"/group leave", "[#GROUP]", PROMPT_SUBMIT, COMMAND_GROUP_LEAVE, take_group,
     "leave it yourself"},
    {"/group rename", "[#GROUP] NAME", PROMPT_SUBMIT, COMMAND_GROUP_RENAME, take_new_name,
     "another name for it"},
    {"/group history", "[#GROUP] none|all", PROMPT_SUBMIT, COMMAND_GROUP_HISTORY, take_setting,
     "what those added later may read"},
    {"/group rekey", "[#GROUP]", PROMPT_SUBMIT, COMMAND_GROUP_REKEY, take_group,
     "a new key for what you write in it"},
    {"/group info", "[#GROUP]", PROMPT_INFO, COMMAND_GROUPS, take_group, "who is in it"},
    {"/status", "", PROMPT_SUBMIT, COMMAND_STATUS, take_nothing, "how this node is doing"},
    {"/help", "[group]", PROMPT_HELP, COMMAND_COUNT, take_topic, "this list, or that of /group"},
    {"/quit", "", PROMPT_SUBMIT, COMMAND_QUIT, take_nothing,
     "leave; a node that ran before runs on"},
    {"/exit", "", PROMPT_SUBMIT, COMMAND_QUIT, take_nothing, NULL},
};

static char *skip_spaces(char *at)
{
    return at + strspn(at, typed_spaces);
}

static void trim_end(char *text)
{
    size_t len = strlen(text);
    while (len && strchr(typed_spaces, text[len - 1]))
        text[--len] = '\0';
}

/* Says why itself: false, for take_arguments to return. */
static bool refuse(struct prompt_line *p, const char *why)
{
    sentence_set(&p->why, "%s", why);
    return false;
}

static bool take_nothing(struct prompt_line *p, char *rest, const char *current)
{
    (void)p;
    (void)current;
    return !*rest;
}

static bool take_who(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    p->command.who = typed_word_cut(&rest);
    return p->command.who && !*rest;
}

static bool take_to(struct prompt_line *p, char *rest, const char *current)
{
    if (!take_who(p, rest, current))
        return false;
    if (typed_word_is_group(p->command.who))
        p->command.type = COMMAND_GROUPS;
    return true;
}

static bool take_message(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    p->command.who = typed_word_cut(&rest);
    p->command.text = (const uint8_t *)rest;
    p->command.text_len = strlen(rest);
    return p->command.who && *rest;
}

/* A number of messages, 1 to HISTORY_MAX; 0 when the word is none. */
static uint32_t parse_count(const char *word)
{
    char *end;
    if (*word < '0' || *word > '9')
        return 0;
    unsigned long count = strtoul(word, &end, 10);
    return !*end && count <= HISTORY_MAX ? (uint32_t)count : 0;
}

static bool take_history(struct prompt_line *p, char *rest, const char *current)
{
    p->command.who = current;
    char *word = typed_word_cut(&rest);
    if (word && (p->command.last = parse_count(word)) > 0)
        word = typed_word_cut(&rest);
    if (word)
        p->command.who = word;
    return p->command.who && !*rest;
}

static bool take_verify(struct prompt_line *p, char *rest, const char *current)
{
    trim_end(rest);
    char *word = typed_word_cut(&rest);
    p->command.who = word ? word : current;
    p->command.number = *rest ? rest : NULL;
    if (p->command.who && typed_word_is_group(p->command.who))
        return refuse(p, "A group is not verified, its members are: /verify WHO.");
    return p->command.who != NULL;
}

static bool take_petname(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    trim_end(rest);
    p->command.who = typed_word_cut(&rest);
    p->command.name = rest;
    return p->command.who != NULL;
}

static bool take_name(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    trim_end(rest);
    p->command.name = rest;
    return *rest;
}

static bool take_address(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    p->command.address = typed_word_cut(&rest);
    return p->command.address && !*rest;
}

/* ---- groups ---- */

/* A name that is given to a group: "#ops" means the group that is called ops. */
static const char *without_mark(const char *word)
{
    return word && *word == '#' ? word + 1 : word;
}

static bool take_new_group(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    size_t *count = &p->command.member_count;
    p->command.name = without_mark(typed_word_cut(&rest));
    p->members = *rest ? calloc(INVITED_MAX, sizeof *p->members) : NULL;
    p->command.members = p->members;
    while (p->members && *count < INVITED_MAX && (p->members[*count] = typed_word_cut(&rest)))
        ++*count;
    if (*count == INVITED_MAX && *rest)
        return refuse(p, "A group begins with no more than 127 others: add the rest later.");
    return p->command.name && *p->command.name && !*rest;
}

/* The word behind the group, which is named first or else is the current one; NULL: none. */
static char *cut_behind_group(struct prompt_line *p, char **rest, const char *current)
{
    char *word = typed_word_cut(rest);
    p->command.group = current && typed_word_is_group(current) ? current : NULL;
    if (word && typed_word_is_group(word)) {
        p->command.group = word;
        word = typed_word_cut(rest);
    }
    if (!p->command.group)
        (void)refuse(p, "Which group? Name it as #GROUP, or choose it with /to #GROUP.");
    return word;
}

static bool take_member(struct prompt_line *p, char *rest, const char *current)
{
    p->command.who = cut_behind_group(p, &rest, current);
    return p->command.group && p->command.who && !*rest;
}

static bool take_group(struct prompt_line *p, char *rest, const char *current)
{
    return !cut_behind_group(p, &rest, current) && p->command.group && !*rest;
}

static bool take_new_name(struct prompt_line *p, char *rest, const char *current)
{
    const char *word = cut_behind_group(p, &rest, current);
    p->command.name = without_mark(word);
    return p->command.group && word && *p->command.name && !*rest;
}

static bool take_setting(struct prompt_line *p, char *rest, const char *current)
{
    const char *word = cut_behind_group(p, &rest, current);
    p->command.history = word;
    return p->command.group && word && !*rest &&
           (strcmp(word, "none") == 0 || strcmp(word, "all") == 0);
}

static bool take_topic(struct prompt_line *p, char *rest, const char *current)
{
    (void)current;
    const char *topic = typed_word_cut(&rest);
    if (!topic)
        return !*rest;
    p->kind = PROMPT_GROUP_HELP;
    return strcmp(topic + (*topic == '/'), "group") == 0 && !*rest;
}

/* The length of word when line begins with it and it ends there; a space in word stands
 * for any spaces. 0 otherwise. */
static size_t match_word(const char *line, const char *word)
{
    size_t at = 0;
    for (; *word; word++) {
        if (*word == ' ' && strchr(typed_spaces, line[at]) && line[at])
            at += strspn(line + at, typed_spaces);
        else if (line[at] == *word)
            at++;
        else
            return 0;
    }
    return !line[at] || strchr(typed_spaces, line[at]) ? at : 0;
}

/* How many letters to change, add or drop to make b of a (Levenshtein), for short words. */
static size_t distance(const char *a, size_t a_len, const char *b)
{
    size_t row[24], b_len = strlen(b);
    if (b_len >= LENGTH(row) || a_len >= LENGTH(row))
        return SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t less = row[j] < row[j - 1] ? row[j] : row[j - 1];
            diagonal = row[j];
            row[j] = less + 1 < change ? less + 1 : change;
        }
    }
    return row[b_len];
}

static const struct row *find_nearest(const char *word, size_t len)
{
    const struct row *nearest = NULL;
    size_t best = 3; /* two slips of the finger are a typing error, three another word */
    for (size_t i = 0; i < LENGTH(table); i++) {
        size_t d = distance(word, len, table[i].word);
        if (d < best) {
            best = d;
            nearest = &table[i];
        }
    }
    return nearest;
}

/* "/peer" alone: says with which words it goes on, and with what; false when with none. "/group"
 * goes on in more ways than a sentence holds, so what they take stands in its help. */
static bool refuse_half(struct prompt_line *p, const char *line, size_t len)
{
    char full[256] = "", brief[256] = "";
    size_t count = 0;
    for (size_t i = 0; i < LENGTH(table); i++) {
        const char *word = table[i].word;
        if (strncmp(word, line, len) != 0 || word[len] != ' ')
            continue;
        size_t at = strlen(full), brief_at = strlen(brief);
        snprintf(full + at, sizeof full - at, "%s%s %s", count ? ", or " : "", word,
                 table[i].arguments);
        snprintf(brief + brief_at, sizeof brief - brief_at, "%s%s", count ? ", " : "", word);
        count++;
    }
    if (count)
        sentence_set(&p->why, count <= 2 ? "It is: %s." : "It is one of %s: see /help group.",
                     count <= 2 ? full : brief);
    return count;
}

static void refuse_unknown(struct prompt_line *p, const char *line)
{
    size_t len = strcspn(line, typed_spaces);
    p->kind = PROMPT_REFUSED;
    if (refuse_half(p, line, len))
        return;
    int shown = len < 40 ? (int)len : 40;
    const struct row *nearest = find_nearest(line, len);
    if (nearest)
        sentence_set(&p->why, "%.*s is not a command; did you mean %s?", shown, line,
                     nearest->word);
    else
        sentence_set(&p->why,
                     "%.*s is not a command and was not sent: see /help, or type // to "
                     "send a slash.",
                     shown, line);
}

static void take_command(struct prompt_line *p, char *line, const char *current)
{
    for (size_t i = 0; i < LENGTH(table); i++) {
        size_t len = match_word(line, table[i].word);
        if (!len)
            continue;
        p->kind = table[i].kind;
        p->command.type = table[i].type;
        if (!table[i].take(p, skip_spaces(line + len), current)) {
            p->kind = PROMPT_REFUSED;
            if (!*p->why.text)
                sentence_set(&p->why, "It is: %s %s.", table[i].word, table[i].arguments);
        }
        return;
    }
    refuse_unknown(p, line);
}

static void take_text(struct prompt_line *p, const char *text, const char *current)
{
    p->kind = PROMPT_SUBMIT;
    p->command.type = COMMAND_SEND;
    p->command.who = current;
    p->command.text = (const uint8_t *)text;
    p->command.text_len = strlen(text);
    if (current)
        return;
    p->kind = PROMPT_REFUSED;
    sentence_set(&p->why, "Nobody is chosen, so nothing was sent: /who lists people, /groups "
                          "groups, /to WHO chooses.");
}

enum lth_err prompt_command_parse(const char *line, const char *current, struct prompt_line *out)
{
    struct prompt_line p = {.kind = PROMPT_NOTHING, .words = strdup(line)};
    if (!p.words)
        return LTH_NO_MEMORY;
    p.command.timeout_s = UINT32_MAX;
    char *start = skip_spaces(p.words); /* so that a stray space never sends a command */
    if (start[0] == '/' && start[1] == '/')
        take_text(&p, start + 1, current);
    else if (start[0] == '/')
        take_command(&p, start, current);
    else if (*start)
        take_text(&p, p.words, current);
    *out = p;
    return LTH_OK;
}

void prompt_line_clear(struct prompt_line *p)
{
    free(p->words);
    free(p->members);
    *p = (struct prompt_line){0};
}

static size_t width(const struct row *row)
{
    return strlen(row->word) + 1 + strlen(row->arguments);
}

static bool is_of_part(const struct row *row, bool of_groups)
{
    return row->help && (strncmp(row->word, "/group ", 7) == 0) == of_groups;
}

static void say_rows(struct pen *pen, bool of_groups)
{
    size_t widest = 0;
    for (size_t i = 0; i < LENGTH(table); i++)
        if (is_of_part(&table[i], of_groups) && width(&table[i]) > widest)
            widest = width(&table[i]);
    for (size_t i = 0; i < LENGTH(table); i++)
        if (is_of_part(&table[i], of_groups))
            pen_say(pen, "  %s %s%*s%s\n", table[i].word, table[i].arguments,
                    (int)(widest - width(&table[i]) + 2), "", table[i].help);
}

void prompt_command_help(struct pen *pen)
{
    say_rows(pen, false);
    pen_say(pen, "A line without / goes to the chosen person or group; // sends a slash. WHO is\n"
                 "a name, an id or its first letters, and for /to, /msg and /history also a\n"
                 "#GROUP; what has spaces stands in \"quotes\". For groups: /help group\n");
}

void prompt_command_group_help(struct pen *pen)
{
    say_rows(pen, true);
    pen_say(pen, "While you talk to a group, [#GROUP] may be left out. /groups lists yours.\n");
}

const char *prompt_command_complete(const char *start, size_t nth)
{
    for (size_t i = 0; i < LENGTH(table); i++)
        if (strncmp(table[i].word, start, strlen(start)) == 0 && nth-- == 0)
            return table[i].word;
    return NULL;
}
