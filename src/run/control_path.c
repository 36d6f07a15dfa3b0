#include "run/control_path.h"

#include "run/control_socket.h"
#include "run/data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PREFIX_LEN = 16 };

static enum lth_err fits(int len, size_t size)
{
    return len >= 0 && (size_t)len < size ? LTH_OK : LTH_TOO_LONG;
}

static enum lth_err in_data_dir(const char *data_dir, char *path, size_t size)
{
    return fits(snprintf(path, size, "%s/control.sock", data_dir), size);
}

/* Where sockets go when no data directory is given; LTH_NOT_FOUND without XDG_RUNTIME_DIR, or when
 * what it names is not this user's, as after su. */
static enum lth_err runtime_dir(char *path, size_t size)
{
    const char *above = getenv("XDG_RUNTIME_DIR");
    struct stat at;
    if (!above || above[0] != '/' || stat(above, &at) != 0 || at.st_uid != geteuid())
        return LTH_NOT_FOUND;
    return fits(snprintf(path, size, "%s/lanthorn", above), size);
}

static enum lth_err make_private(const char *path)
{
    struct stat at;
    if ((mkdir(path, 0700) != 0 && errno != EEXIST) || lstat(path, &at) != 0)
        return LTH_IO;
    bool is_private = S_ISDIR(at.st_mode) && at.st_uid == geteuid() && (at.st_mode & 077) == 0;
    return is_private ? LTH_OK : LTH_UNAVAILABLE;
}

enum lth_err control_path_for(const char *given, const char *data_dir, const uint8_t id[ID_LEN],
                              char *path, size_t size)
{
    char text[ID_TEXT_LEN + 1];
    enum lth_err err = given ? LTH_NOT_FOUND : runtime_dir(path, size);
    if (err == LTH_NOT_FOUND)
        return in_data_dir(data_dir, path, size);
    if (err == LTH_OK)
        err = make_private(path);
    if (err != LTH_OK)
        return err;
    size_t len = strlen(path);
    id_write(id, text);
    return fits(snprintf(path + len, size - len, "/%.*s.sock", PREFIX_LEN, text), size - len);
}

static bool answers(const char *path)
{
    int fd;
    enum lth_err err = control_socket_connect(path, &fd);
    if (err == LTH_OK)
        close(fd);
    return err == LTH_OK || err == LTH_LIMIT;
}

static bool is_socket_name(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && strcmp(name + len - 5, ".sock") == 0;
}

/* The next node in dir that answers, into path. */
static bool find_next(DIR *dir, const char *dir_path, char path[4096])
{
    for (const struct dirent *entry; (entry = readdir(dir));) {
        int len = snprintf(path, 4096, "%s/%s", dir_path, entry->d_name);
        if (is_socket_name(entry->d_name) && fits(len, 4096) == LTH_OK && answers(path))
            return true;
    }
    return false;
}

/* The nth, from 0, of those that answer and were given no data directory. */
static enum lth_err find_nth(size_t nth, char path[4096])
{
    char dir_path[4096];
    enum lth_err err = runtime_dir(dir_path, sizeof dir_path);
    DIR *dir = err == LTH_OK ? opendir(dir_path) : NULL;
    bool is_found = dir != NULL;
    if (!dir)
        return LTH_NOT_FOUND;
    for (size_t i = 0; i <= nth && is_found; i++)
        is_found = find_next(dir, dir_path, path);
    closedir(dir);
    return is_found ? LTH_OK : LTH_NOT_FOUND;
}

/* The only one. */
static enum lth_err find_running(char path[4096])
{
    char other[4096];
    enum lth_err err = find_nth(0, path);
    return err == LTH_OK && find_nth(1, other) == LTH_OK ? LTH_AMBIGUOUS : err;
}

/* Where it is when the directory was given to the node. */
static enum lth_err own_place(const char *given, char *path, size_t size)
{
    char data_dir[4096];
    enum lth_err err = data_dir_name(given, data_dir, sizeof data_dir);
    return err == LTH_OK ? in_data_dir(data_dir, path, size) : err;
}

enum lth_err control_path_find(const char *given, char *path, size_t size)
{
    char running[4096];
    enum lth_err err = own_place(given, path, size);
    if (given && (err != LTH_OK || answers(path) || !data_dir_is_usual(given)))
        return err;
    enum lth_err found = find_running(running);
    if (found == LTH_OK)
        return fits(snprintf(path, size, "%s", running), size);
    return found == LTH_AMBIGUOUS && !given ? found : err;
}

enum lth_err control_path_nth(const char *given, size_t nth, char *path, size_t size)
{
    char running[4096];
    if (nth == 0)
        return own_place(given, path, size);
    if (given && !data_dir_is_usual(given))
        return LTH_NOT_FOUND;
    enum lth_err err = find_nth(nth - 1, running);
    return err == LTH_OK ? fits(snprintf(path, size, "%s", running), size) : err;
}
