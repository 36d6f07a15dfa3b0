#include "ui/config_file.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file being read: inih asks for lines and gives back keys with values. */
struct reading {
    const char *path, *home;
    const char *at, *end; /* what is left of the text */
    unsigned line;        /* the one inih works on, from 1 */
    uint64_t seen;        /* bit i: option i has stood here */
    struct arena *strings;
    struct options options;
    struct sentence *why;
    bool has_failed; /* *why is set, and nothing more is read */
};

/* What is wrong comes first, so that a long path can only cut itself. */
static void refuse(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(struct reading *r, const char *format, ...)
{
    struct sentence wrong;
    va_list args;
    va_start(args, format);
    vsnprintf(wrong.text, sizeof wrong.text, format, args);
    va_end(args);
    sentence_set(r->why, "%s (line %u of %s).", wrong.text, r->line, r->path);
    r->has_failed = true;
}

/* ---- lines, as inih asks for them ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n'); /* as inih's isspace() in C */
}

/* inih would take it for a comment, and the value for shorter than it is. */
static bool has_comment_behind(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (text[i] == ';' && is_blank(text[i - 1]))
            return true;
    return false;
}

static void check_line(struct reading *r, const char *text, size_t len, size_t room)
{
    bool is_comment = len > 0 && (*text == '#' || *text == ';');
    if (memchr(text, '\0', len))
        refuse(r, "A zero byte cannot be meant; take it out");
    else if (!utf8_is_valid((const uint8_t *)text, len))
        refuse(r, "The settings are UTF-8, and this is not; save the file as UTF-8");
    else if (len > room)
        refuse(r, "A line has at most %zu bytes; make it shorter", room);
    else if (!is_comment && has_comment_behind(text, len))
        refuse(r, "A comment stands in a line of its own; move what is behind the semicolon");
}

/* An ini_reader: the next line with its end, or NULL. Blanks before it go, for inih would take
 * an indented line for more of the value above. */
static char *read_line(char *to, int size, void *from)
{
    struct reading *r = from;
    const char *feed = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    const char *next = feed ? feed + 1 : r->end;
    if (r->has_failed || r->at == r->end)
        return NULL;
    r->line++;
    while (r->at < next && is_blank(*r->at))
        r->at++;
    size_t len = (size_t)((feed ? feed : r->end) - r->at);
    check_line(r, r->at, len, (size_t)size - sizeof "\n");
    if (r->has_failed)
        return NULL;
    memcpy(to, r->at, len);
    memcpy(to + len, "\n", sizeof "\n");
    r->at = next;
    return to;
}

/* ---- keys and values, as inih finds them ---- */

/* The number of the option that is called key; false when there is none. */
static bool find_option(const char *key, size_t *i)
{
    for (*i = 0; options_name(*i); ++*i)
        if (strcmp(options_name(*i), key) == 0)
            return true;
    return false;
}

static char *keep(struct reading *r, const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 1;
    char *kept = arena_take(r->strings, size);
    if (kept)
        snprintf(kept, size, "%s%s", first, second);
    else
        refuse(r, "Memory is out: end other programs");
    return kept;
}

/* A path here does not depend on where the program was started. NULL after a refusal. */
static const char *keep_path(struct reading *r, const char *key, const char *value)
{
    if (strncmp(value, "~/", 2) == 0 && r->home)
        return keep(r, r->home, value + 1);
    if (value[0] == '/')
        return keep(r, "", value);
    refuse(r, "%s %s is not possible: give a path that begins with / or ~/", key,
           *value ? value : "\"\"");
    return NULL;
}

static bool may_stand(struct reading *r, size_t i)
{
    const struct option_row *row = options_row(i);
    if (!row->is_setting)
        refuse(r, "%s is given on the command line only; lanthorn.conf(5) lists the settings",
               row->name);
    else if (!row->may_repeat && (r->seen >> i & 1))
        refuse(r, "%s is set a second time; leave one of them out", row->name);
    r->seen |= UINT64_C(1) << i;
    return !r->has_failed;
}

static void take(struct reading *r, size_t i, const char *value)
{
    const struct option_row *row = options_row(i);
    const char *kept = row->kind == OPTION_FILE || row->kind == OPTION_DIRECTORY
                           ? keep_path(r, row->name, value)
                           : keep(r, "", value);
    const char *want = kept ? options_take(&r->options, i, kept) : NULL;
    if (want)
        refuse(r, "%s %s is not possible: %s", row->name, *value ? value : "\"\"", want);
}

/* An ini_handler. What it gives back would only change what inih gives back. */
static int on_value(void *ctx, const char *section, const char *key, const char *value)
{
    struct reading *r = ctx;
    size_t i;
    if (r->has_failed)
        return 1;
    if (*section)
        refuse(r, "There are no sections among the settings; take [%s] out", section);
    else if (!find_option(key, &i))
        refuse(r, "%s is not a setting; lanthorn.conf(5) lists them", *key ? key : "\"\"");
    else if (may_stand(r, i))
        take(r, i, value);
    return 1;
}

enum lth_err config_file_parse(const char *text, size_t len, const char *path, const char *home,
                               struct arena *strings, struct options *out, struct sentence *why)
{
    struct reading r = {.path = path,
                        .home = home,
                        .at = text,
                        .end = text + len,
                        .strings = strings,
                        .options = *out,
                        .why = why};
    int wrong = ini_parse_stream(read_line, &r, on_value, &r);
    if (wrong > 0 && (!r.has_failed || (unsigned)wrong < r.line)) {
        r.line = (unsigned)wrong; /* inih goes on after a line that it cannot read */
        refuse(&r, "A line has the form key = value; lanthorn.conf(5) lists the keys");
    } else if (wrong < 0) {
        refuse(&r, "Memory is out: end other programs");
    }
    if (r.has_failed)
        return LTH_MALFORMED;
    *out = r.options;
    return LTH_OK;
}

/* ---- the file ---- */

static enum lth_err refuse_errno(const char *path, struct sentence *why)
{
    sentence_set(why, "The settings cannot be read: %s (%s).", strerror(errno), path);
    return LTH_IO;
}

/* Whoever can write the file decides where we listen and what unlocks the store. */
static enum lth_err check_owner(int fd, const char *path, struct sentence *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return refuse_errno(path, why);
    if (!S_ISREG(st.st_mode)) {
        sentence_set(why, "The settings are not a file; take away what is there (%s).", path);
        return LTH_MALFORMED;
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        sentence_set(why, "The settings belong to another user; give a file of your own (%s).",
                     path);
        return LTH_MALFORMED;
    }
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        sentence_set(why, "Others may change the settings: look through them, then chmod go-w %s.",
                     path);
        return LTH_MALFORMED;
    }
    return LTH_OK;
}

static enum lth_err read_all(int fd, const char *path, char *text, size_t *len,
                             struct sentence *why)
{
    ssize_t n = 1;
    for (*len = 0; n > 0 && *len <= CONFIG_FILE_MAX; *len += (size_t)n) {
        n = read(fd, text + *len, CONFIG_FILE_MAX + 1 - *len);
        if (n < 0)
            return refuse_errno(path, why);
    }
    if (*len <= CONFIG_FILE_MAX)
        return LTH_OK;
    sentence_set(why, "The settings have more than %d KiB; make the file smaller (%s).",
                 CONFIG_FILE_MAX / 1024, path);
    return LTH_MALFORMED;
}

enum lth_err config_file_read(const char *path, const char *home, struct arena *strings,
                              struct options *out, struct sentence *why)
{
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? LTH_OK : refuse_errno(path, why);
    char *text = malloc(CONFIG_FILE_MAX + 1);
    if (!text) {
        close(fd);
        return refuse_errno(path, why);
    }
    enum lth_err err = check_owner(fd, path, why);
    if (err == LTH_OK)
        err = read_all(fd, path, text, &len, why);
    if (err == LTH_OK)
        err = config_file_parse(text, len, path, home, strings, out, why);
    free(text);
    close(fd);
    return err;
}
