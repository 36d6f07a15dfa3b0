#include "run/data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *data_dir_home(void)
{
    const char *home = getenv("HOME");
    const struct passwd *user = home ? NULL : getpwuid(geteuid());
    return user ? user->pw_dir : home;
}

static int write_path(const char *given, char *path, size_t size)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = data_dir_home();
    if (given)
        return snprintf(path, size, "%s", given);
    if (data && data[0] == '/')
        return snprintf(path, size, "%s/lanthorn", data);
    if (home && home[0] == '/')
        return snprintf(path, size, "%s/.local/share/lanthorn", home);
    return -1;
}

/* Makes what stands above the last component; the store makes that one itself. */
static enum lth_err make_parents(char *path)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        *at = '/';
        if (failed)
            return LTH_IO;
    }
    return LTH_OK;
}

enum lth_err data_dir_name(const char *given, char *path, size_t size)
{
    int len = write_path(given, path, size);
    if (len <= 0)
        return LTH_NOT_FOUND;
    if ((size_t)len >= size)
        return LTH_TOO_LONG;
    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
    return LTH_OK;
}

enum lth_err data_dir_find(const char *given, char *path, size_t size)
{
    enum lth_err err = data_dir_name(given, path, size);
    return err == LTH_OK ? make_parents(path) : err;
}

static enum lth_err check_owner(const struct stat *at)
{
    if (!S_ISDIR(at->st_mode))
        return LTH_MALFORMED;
    if (at->st_uid != geteuid() && at->st_uid != 0)
        return LTH_FORGED;
    return (at->st_mode & (S_IWGRP | S_IWOTH)) ? LTH_UNAVAILABLE : LTH_OK;
}

static bool is_empty(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count == 2; /* . and .. */
}

/* One that was just made where a group may write in what is made (umask 002). Looked into when
 * nobody can put anything there any more. */
static enum lth_err close_to_group(const char *path, const struct stat *at)
{
    bool is_of_group = at->st_uid == geteuid() && !(at->st_mode & (S_IWOTH | S_ISVTX));
    if (!is_of_group || chmod(path, 0700) != 0)
        return LTH_UNAVAILABLE;
    if (is_empty(path))
        return LTH_OK;
    (void)chmod(path, at->st_mode & 07777); /* it stays as it was found */
    return LTH_UNAVAILABLE;
}

enum lth_err data_dir_check(const char *path)
{
    char log[4096];
    struct stat at;
    int len = snprintf(log, sizeof log, "%s/log", path);
    enum lth_err err = stat(path, &at) == 0 ? check_owner(&at) : LTH_OK;
    if (err == LTH_UNAVAILABLE)
        err = close_to_group(path, &at);
    if (err == LTH_OK && len > 0 && (size_t)len < sizeof log && lstat(log, &at) == 0)
        err = check_owner(&at);
    return err;
}

bool data_dir_is_usual(const char *path)
{
    char usual[4096];
    struct stat one, other;
    return data_dir_name(NULL, usual, sizeof usual) == LTH_OK && stat(path, &one) == 0 &&
           stat(usual, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
