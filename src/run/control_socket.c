/* A socket's address holds 107 bytes, so ours is always /proc/self/fd/DIRECTORY/NAME. */
#include "run/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    NAME_MAX_BYTES = 64, /* of the last component */
    WAITING_MAX = 64,    /* connections that nobody has accepted yet */
};

/* Where a socket's file is. */
struct place {
    int dir; /* open; -1: errno says why not */
    char name[NAME_MAX_BYTES];
    struct sockaddr_un address;
};

/* The part of path that names the directory into dir; the last component. */
static const char *split(const char *path, char dir[4096])
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        snprintf(dir, 4096, "%s", slash ? "/" : ".");
    else
        snprintf(dir, 4096, "%.*s", (int)(slash - path), path);
    return slash ? slash + 1 : path;
}

static struct place place_of(const char *path)
{
    char dir[4096];
    struct place p = {.dir = -1, .address.sun_family = AF_UNIX};
    const char *name = split(path, dir);
    if (strlen(path) >= sizeof dir || strlen(name) >= sizeof p.name) {
        errno = ENAMETOOLONG;
        return p;
    }
    snprintf(p.name, sizeof p.name, "%s", name);
    p.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(p.address.sun_path, sizeof p.address.sun_path, "/proc/self/fd/%d/%s", p.dir, p.name);
    return p;
}

static int close_keeping_errno(int fd)
{
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A connected socket; -1: errno says why not. */
static int meet(const struct place *p)
{
    int fd = new_socket();
    if (fd < 0 || connect(fd, (const struct sockaddr *)&p->address, sizeof p->address) == 0)
        return fd;
    return close_keeping_errno(fd);
}

/* ---- the node's side ---- */

/* A listening socket; -1: errno says why not. The file gets the mode that the socket has. */
static int make(const struct place *p)
{
    int fd = new_socket();
    if (fd >= 0 && fchmod(fd, 0600) == 0 &&
        bind(fd, (const struct sockaddr *)&p->address, sizeof p->address) == 0 &&
        listen(fd, WAITING_MAX) == 0)
        return fd;
    return close_keeping_errno(fd);
}

static bool find_file(const struct place *p, struct stat *file)
{
    return fstatat(p->dir, p->name, file, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Takes away what a killed node left. LTH_IN_USE when it is alive. */
static enum lth_err clear_the_way(const struct place *p)
{
    struct stat file;
    if (!find_file(p, &file))
        return LTH_OK;
    int fd = meet(p);
    bool is_alive = fd >= 0 || errno == EAGAIN; /* EAGAIN: too many wait there already */
    close_keeping_errno(fd);
    if (is_alive)
        return LTH_IN_USE;
    if (errno == ECONNREFUSED && S_ISSOCK(file.st_mode))
        return unlinkat(p->dir, p->name, 0) == 0 ? LTH_OK : LTH_IO;
    errno = S_ISSOCK(file.st_mode) ? errno : EEXIST;
    return LTH_IO;
}

static enum lth_err listen_at(const struct place *p, struct control_socket *out)
{
    struct stat file;
    enum lth_err err = clear_the_way(p);
    if (err != LTH_OK)
        return err;
    out->fd = make(p);
    if (out->fd < 0)
        return LTH_IO;
    if (find_file(p, &file)) {
        out->device = file.st_dev;
        out->inode = file.st_ino;
    }
    return LTH_OK;
}

enum lth_err control_socket_listen(const char *path, struct control_socket *out)
{
    struct place p = place_of(path);
    struct control_socket s = {.fd = -1};
    if (p.dir < 0 || flock(p.dir, LOCK_EX) != 0) { /* of two who replace it, one after the other */
        close_keeping_errno(p.dir);
        return LTH_IO;
    }
    enum lth_err err = listen_at(&p, &s);
    close_keeping_errno(p.dir);
    snprintf(s.path, sizeof s.path, "%s", path); /* place_of has measured it */
    if (err == LTH_OK)
        *out = s;
    return err;
}

void control_socket_remove(const struct control_socket *s)
{
    struct place p = place_of(s->path);
    struct stat file;
    if (p.dir >= 0 && find_file(&p, &file) && file.st_dev == s->device && file.st_ino == s->inode)
        (void)unlinkat(p.dir, p.name, 0); /* one that stays is replaced by the next node */
    close_keeping_errno(p.dir);
}

/* ---- the other side ---- */

/* Not even root believes another user: what it says would be theirs to read. */
static bool is_trusted(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static enum lth_err why_not(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED: return LTH_NOT_FOUND;
    case EAGAIN: return LTH_LIMIT;
    default: return LTH_IO;
    }
}

enum lth_err control_socket_connect(const char *path, int *fd)
{
    struct place p = place_of(path);
    int met = p.dir < 0 ? -1 : meet(&p);
    close_keeping_errno(p.dir);
    if (met < 0)
        return why_not();
    if (!is_trusted(met)) {
        close(met);
        return LTH_FORGED;
    }
    *fd = met;
    return LTH_OK;
}
