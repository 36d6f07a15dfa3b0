#include "store_command.h"

#include "new_key.h"
#include "settings.h"
#include "start.h"
#include "store_check.h"

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
    out->name = NULL; /* nobody hears it, and the log has one */
    out->json = s->json;
    return status;
}

static int run(const struct shell *s, const struct options *o)
{
    const struct new_key key = {s->new_key_file, (int)s->new_passphrase_fd};
    return s->kind == SHELL_CHECK ? store_check_run(o) : new_key_run(o, &key);
}

int store_command_run(const struct shell *s)
{
    struct arena strings = {0};
    struct options options;
    int status = read_settings(s, &strings, &options);
    if (status == EXIT_DONE)
        status = run(s, &options);
    arena_clear(&strings);
    return status;
}
