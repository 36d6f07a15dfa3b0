#include "ui/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum lth_err refuse_errno(const char *verb, const char *path, struct sentence *why)
{
    enum lth_err err = errno == ENOSPC || errno == EDQUOT ? LTH_DISK_FULL : LTH_IO;
    sentence_set(why, "The key file %s cannot be %s: %s.", path, verb, strerror(errno));
    return err;
}

static enum lth_err check_mode(int fd, const char *path, struct sentence *why)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return refuse_errno("read", path, why);
    if (!S_ISREG(st.st_mode) || st.st_size != KEYFILE_LEN) {
        sentence_set(
            why,
            "%s is not a key file, which has exactly %d bytes: name the one that the store "
            "was made with, or for a new store one that is not there yet.",
            path, KEYFILE_LEN);
        return LTH_MALFORMED;
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        sentence_set(why,
                     "The key file %s belongs to another user, who can read it: name one of your "
                     "own.",
                     path);
        return LTH_WRONG_KEY;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        sentence_set(why,
                     "Others may open the key file %s (mode %04o): chmod 600 it, and "
                     "think about who has read it.",
                     path, st.st_mode & 07777u);
        return LTH_WRONG_KEY;
    }
    return LTH_OK;
}

static enum lth_err read_key(int fd, const char *path, uint8_t key[KEYFILE_LEN],
                             struct sentence *why)
{
    uint8_t bytes[KEYFILE_LEN];
    enum lth_err err = check_mode(fd, path, why);
    if (err == LTH_OK && read(fd, bytes, sizeof bytes) != sizeof bytes)
        err = refuse_errno("read", path, why);
    if (err == LTH_OK)
        memcpy(key, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    return err;
}

/* The file's name is durable when its directory is. */
static bool sync_directory(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool is_good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(copy);
    return is_good;
}

static enum lth_err make_key(int fd, const char *path, uint8_t key[KEYFILE_LEN],
                             struct sentence *why)
{
    uint8_t bytes[KEYFILE_LEN];
    enum lth_err err = LTH_OK;
    randombytes_buf(bytes, sizeof bytes);
    errno = ENOSPC; /* what a short write without an error means */
    if (write(fd, bytes, sizeof bytes) != sizeof bytes || fsync(fd) != 0 || !sync_directory(path)) {
        err = refuse_errno("written", path, why);
        (void)unlink(path); /* half a key must not be found at the next start */
    } else {
        memcpy(key, bytes, sizeof bytes);
    }
    sodium_memzero(bytes, sizeof bytes);
    return err;
}

enum lth_err keyfile_load(const char *path, uint8_t key[KEYFILE_LEN], struct sentence *why)
{
    enum lth_err err;
    bool is_new = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0 && errno == ENOENT) {
        is_new = true;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    }
    if (fd < 0)
        return refuse_errno(is_new ? "made" : "opened", path, why);
    err = is_new ? make_key(fd, path, key, why) : read_key(fd, path, key, why);
    close(fd);
    return err;
}
