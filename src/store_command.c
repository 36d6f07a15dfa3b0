#include "store_command.h"

#include "new_key.h"
#include "offline.h"
#include "run/data_dir.h"
#include "settings.h"
#include "start.h"
#include "store_check.h"

#include <unistd.h>

/* The settings of a node that was started with the same words. */
static int read_settings(const struct shell *s, struct arena *strings, struct options *out)
{
    char fd[16], name[] = "lanthorn", data[] = "--data", key_file[] = "--key-file",
                 passphrase_fd[] = "--passphrase-fd";
    char *argv[8] = {name};
    int argc = 1;
    snprintf(fd, sizeof fd, "%ld", s->passphrase_fd);
    if (s->data) {
        argv[argc++] = data;
        argv[argc++] = (char *)(uintptr_t)s->data; /* getopt_long changes no word */
    }
    if (s->key_file) {
        argv[argc++] = key_file;
        argv[argc++] = (char *)(uintptr_t)s->key_file;
    }
    if (s->passphrase_fd >= 0) {
        argv[argc++] = passphrase_fd;
        argv[argc++] = fd;
    }
    int status = settings_read(argc, argv, strings, out);
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
