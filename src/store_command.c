#include "store_command.h"

#include "new_key.h"
#include "offline.h"
#include "run/data_dir.h"
#include "settings.h"
#include "start.h"
#include "store_check.h"
#include "ui/color.h"
#include "ui/complain.h"

#include <string.h>
#include <unistd.h>

static int run(const struct shell *s, const struct options *o, bool for_people, bool color)
{
    const struct new_key key = {s->new_key_file, (int)s->new_passphrase_fd};
    if (s->kind == SHELL_CHECK)
        return store_check_run(o);
    if (s->kind == SHELL_PASSPHRASE)
        return new_key_run(o, &key);
    return offline_run(s, o, for_people, color);
}

int store_command_run(const struct shell *s, bool for_people)
{
    struct arena strings = {0};
    struct options options;
    int status = settings_of_command(s, &strings, &options);
    if (status == EXIT_DONE)
        status = run(s, &options, for_people, color_is_wanted(options.color, for_people));
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
    bool has_key = settings_of_command(s, &strings, &options) == EXIT_DONE &&
                   (options.key_file || options.passphrase_fd >= 0);
    arena_clear(&strings);
    return has_key || isatty(STDIN_FILENO);
}
