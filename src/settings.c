#include "settings.h"

#include "run/data_dir.h"
#include "ui/complain.h"
#include "ui/config_file.h"
#include "ui/exit_status.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

/* Where the file would be; false when there is no place for one. */
static bool find_file(const char *data, char path[PATH_SIZE])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = data_dir_home();
    int len = -1;
    if (data)
        len = snprintf(path, PATH_SIZE, "%s/lanthorn.conf", data);
    else if (config && config[0] == '/')
        len = snprintf(path, PATH_SIZE, "%s/lanthorn/lanthorn.conf", config);
    else if (home && home[0] == '/')
        len = snprintf(path, PATH_SIZE, "%s/.config/lanthorn/lanthorn.conf", home);
    return len > 0 && len < PATH_SIZE;
}

/* What the command line says is not only more of the same. */
static void give_way(struct options *file, const struct options *line)
{
    if (line->interface_count > 0)
        file->interface_count = 0; /* "on this interface only" */
    if (line->passphrase_fd >= 0)
        file->key_file = NULL; /* both unlock the store */
}

/* The command line is read twice: to learn where the file is, and over what the file says. */
static enum lth_err read_both(int argc, char *const argv[], struct arena *strings,
                              struct options *out, struct sentence *why)
{
    struct options line, both;
    char path[PATH_SIZE];
    options_init(&line);
    options_init(&both);
    enum lth_err err = options_parse(argc, argv, &line, why);
    bool wants_file = err == LTH_OK && !line.help && !line.version;
    if (wants_file && find_file(line.data, path)) {
        err = config_file_read(path, data_dir_home(), strings, &both, why);
        give_way(&both, &line);
    }
    if (err == LTH_OK)
        err = options_parse(argc, argv, &both, why);
    if (err == LTH_OK)
        *out = both;
    return err;
}

int settings_read(int argc, char *const argv[], struct arena *strings, struct options *out)
{
    struct sentence why;
    if (read_both(argc, argv, strings, out, &why) == LTH_OK)
        return EXIT_DONE;
    complain("%s", why.text);
    return EXIT_USAGE;
}

/* ---- of a command ---- */

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

int settings_of_command(const struct shell *s, struct arena *strings, struct options *out)
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
