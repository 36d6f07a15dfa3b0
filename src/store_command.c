#include "store_command.h"

#include "new_key.h"
#include "offline.h"
#include "run/data_dir.h"
#include "settings.h"
#include "start.h"
#include "store_check.h"

#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 5 };

/* The words of a node's command line; strings holds them. */
struct words {
    struct arena *strings;
    char *at[WORDS_MAX + 1]; /* the last one stays NULL */
    int count;
};

/* An option and its value, in one word. False when memory is out. */
static bool add(struct words *w, const char *option, const char *value)
{
    size_t size = strlen(option) + strlen(value) + 1;
    char *word = arena_take(w->strings, size);
    if (!word)
        return false;
    snprintf(word, size, "%s%s", option, value);
    w->at[w->count++] = word;
    return true;
}

static bool add_all(struct words *w, const struct shell *s)
{
    char fd[24];
    snprintf(fd, sizeof fd, "%ld", s->passphrase_fd);
    return add(w, "lanthorn", "") && (!s->data || add(w, "--data=", s->data)) &&
           (!s->key_file || add(w, "--key-file=", s->key_file)) &&
           (s->passphrase_fd < 0 || add(w, "--passphrase-fd=", fd));
}

/* The settings of a node that was started with the same words. */
static int read_settings(const struct shell *s, struct arena *strings, struct options *out)
{
    struct words words = {.strings = strings};
    if (!add_all(&words, s)) {
        complain("Memory is short: try again.");
        return EXIT_FAILED;
    }
    int status = settings_read(words.count, words.at, strings, out);
    if (status != EXIT_DONE)
        return status;
    out->name = NULL; /* nobody hears it, and the log has one */
    out->json = s->json;
    return EXIT_DONE;
}

static int run(const struct shell *s, const struct options *o, bool for_people, bool color)
{
    const struct new_key key = {s->new_key_file, (int)s->new_passphrase_fd};
    if (s->kind == SHELL_CHECK)
        return store_check_run(o);
    if (s->kind == SHELL_PASSPHRASE)
        return new_key_run(o, &key);
    return offline_run(s, o, for_people, color);
}

int store_command_run(const struct shell *s, bool for_people, bool color)
{
    struct arena strings = {0};
    struct options options;
    int status = read_settings(s, &strings, &options);
    if (status == EXIT_DONE)
        status = run(s, &options, for_people, color);
    arena_clear(&strings);
    return status;
}

static bool has_store(const char *data)
{
    char dir[sizeof((struct start *)0)->data_dir];
    return data_dir_name(data, dir, sizeof dir) == LTH_OK && store_exists(disk_posix(), dir);
}

bool store_command_can(const struct shell *s)
{
    struct arena strings = {0};
    struct options options;
    if (!offline_can(s) || !has_store(s->data))
        return false;
    bool has_key = read_settings(s, &strings, &options) == EXIT_DONE &&
                   (options.key_file || options.passphrase_fd >= 0);
    arena_clear(&strings);
    return has_key || isatty(STDIN_FILENO);
}
