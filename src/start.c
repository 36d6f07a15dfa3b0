#include "start.h"

#include "run/data_dir.h"
#include "ui/complain.h"
#include "ui/keyfile.h"
#include "ui/passphrase.h"

#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whoever has something to say or to ask need not stop the node they have. */
static void advise(const struct options *o, const struct start *s, struct sentence *out)
{
    if (o->has_uri)
        sentence_set(out, "write through it with lanthorn send %s TEXT", o->uri.id);
    else if (o->to)
        sentence_set(out, "write through it with lanthorn send WHO --lines");
    else if (s->only_looks)
        sentence_set(out, "end it with lanthorn quit, and try again");
    else
        sentence_set(out, "talk to it with lanthorn COMMAND, or end it with lanthorn quit");
}

static int refuse_in_use(const struct options *o, const struct start *s)
{
    char holder[32] = "another process";
    struct sentence advice;
    if (s->report.holder)
        snprintf(holder, sizeof holder, "process %ld", (long)s->report.holder);
    advise(o, s, &advice);
    complain("The store in %s is in use by %s: %s.", s->data_dir, holder, advice.text);
    return EXIT_NO_NODE;
}

/* Why the store did not open, and the status that goes with it. */
static int refuse_store(enum lth_err err, const struct options *o, const struct start *s)
{
    const char *why = s->report.os_error ? strerror(s->report.os_error) : lth_strerror(err);
    switch (err) {
    case LTH_WRONG_KEY:
        complain("%s does not open the store in %s: use the one it was made with.",
                 o->key_file ? "This key file" : "This passphrase", s->data_dir);
        return EXIT_WRONG_KEY;
    case LTH_IN_USE: return refuse_in_use(o, s);
    case LTH_DAMAGED:
        complain("The vault in %s is damaged, and without it nothing can be read: put it back "
                 "from a backup.",
                 s->data_dir);
        return EXIT_FAILED;
    case LTH_TOO_NEW:
        complain("The store in %s was written by a newer version and was left as it is: install "
                 "that version.",
                 s->data_dir);
        return EXIT_FAILED;
    case LTH_DISK_FULL:
        complain("The store in %s could not be opened, because the disk is full: free some space.",
                 s->data_dir);
        return EXIT_FAILED;
    default:
        complain("The store in %s could not be opened (%s): check that the directory exists and "
                 "is yours to write, or choose another with --data.",
                 s->data_dir, why);
        return EXIT_FAILED;
    }
}

static int open_store(const struct options *o, const struct store_key *key, struct start *s)
{
    enum lth_err err = store_open(disk_posix(), s->data_dir, key, &s->store, &s->report);
    return err == LTH_OK ? EXIT_DONE : refuse_store(err, o, s);
}

static int open_with_key_file(const struct options *o, struct start *s)
{
    uint8_t bytes[KEYFILE_LEN];
    struct sentence why;
    if (access(o->key_file, F_OK) != 0 && store_exists(disk_posix(), s->data_dir)) {
        complain("There is no key file %s for the store in %s: name the one it was made with.",
                 o->key_file, s->data_dir);
        return EXIT_WRONG_KEY;
    }
    enum lth_err err = keyfile_load(o->key_file, bytes, &why);
    if (err != LTH_OK) {
        complain("%s", why.text);
        return err == LTH_WRONG_KEY || err == LTH_MALFORMED ? EXIT_WRONG_KEY : EXIT_FAILED;
    }
    const struct store_key key = {STORE_KEY_FILE, bytes, sizeof bytes};
    int status = open_store(o, &key, s);
    sodium_memzero(bytes, sizeof bytes);
    return status;
}

static int open_with_passphrase(const struct options *o, struct start *s)
{
    struct passphrase phrase;
    struct sentence why;
    enum lth_err err =
        o->passphrase_fd >= 0
            ? passphrase_read_fd(o->passphrase_fd, &phrase, &why)
            : passphrase_ask(!store_exists(disk_posix(), s->data_dir), &phrase, &why);
    if (err != LTH_OK) {
        complain("%s", why.text);
        return EXIT_WRONG_KEY;
    }
    const struct store_key key = {STORE_KEY_PASSPHRASE, phrase.bytes, phrase.len};
    int status = open_store(o, &key, s);
    passphrase_clear(&phrase);
    return status;
}

static const char *login_name(void)
{
    const struct passwd *user = getpwuid(geteuid());
    return user && user->pw_name[0] && strlen(user->pw_name) <= NAME_MAX_LEN ? user->pw_name
                                                                             : "somebody";
}

/* Where the log is damaged, what rests on a lost record is passed over and the rest is read. */
static enum lth_err replay_into(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    struct start *s = ctx;
    enum lth_err err = node_replay(s->node, number, bytes, len);
    if (err != LTH_DAMAGED && err != LTH_MALFORMED)
        return err;
    s->orphans++;
    return LTH_OK;
}

static int read_log(const struct options *o, struct start *s)
{
    const struct node_config config = {
        .secret = store_secret(s->store),
        .name = o->name ? o->name : login_name(),
        .name_given = o->name != NULL,
        .network = o->network ? o->network : "",
        .next_record = store_next(s->store),
        .shown = store_shown(s->store),
        .rollback_told = s->report.rolled_back,
    };
    s->node = node_new(&config);
    enum lth_err err = s->node ? store_replay(s->store, replay_into, s) : LTH_NO_MEMORY;
    if (err == LTH_OK)
        return EXIT_DONE;
    if (err == LTH_TOO_NEW)
        return refuse_store(err, o, s);
    complain("The messages in %s could not be read (%s): put the directory back from a backup.",
             s->data_dir, lth_strerror(err));
    return EXIT_FAILED;
}

/* Nothing is written before all that is there is understood. */
static int begin_writing(const struct options *o, struct start *s)
{
    enum lth_err err = store_begin(s->store, &s->report);
    return err == LTH_OK ? EXIT_DONE : refuse_store(err, o, s);
}

/* Whoever can change what is there can lead our writing to other files of ours. */
static int refuse_dir(enum lth_err err, const char *dir)
{
    if (err == LTH_FORGED)
        complain("The directory %s, or log in it, belongs to another user: choose one of your own "
                 "with --data.",
                 dir);
    else if (err == LTH_UNAVAILABLE)
        complain("Others may write in the directory %s, or in log in it: chmod go-w it if they "
                 "did not, or choose another with --data.",
                 dir);
    else
        complain("%s, or log in it, is no directory: choose another place with --data.", dir);
    return EXIT_FAILED;
}

static int check_dir(const char *dir)
{
    enum lth_err err = data_dir_check(dir);
    return err == LTH_OK ? EXIT_DONE : refuse_dir(err, dir);
}

/* find: data_dir_name, or data_dir_find, which makes directories. */
static int find_dir(const struct options *o, struct start *s,
                    enum lth_err (*find)(const char *given, char *path, size_t size))
{
    memset(s, 0, sizeof *s);
    enum lth_err err = find(o->data, s->data_dir, sizeof s->data_dir);
    if (err == LTH_OK)
        return check_dir(s->data_dir);
    complain("There is no place for the data (%s): choose a directory with --data.",
             err == LTH_IO ? strerror(errno) : lth_strerror(err));
    return EXIT_FAILED;
}

static int open_and_read(const struct options *o, struct start *s)
{
    if (store_is_held(disk_posix(), s->data_dir, &s->report.holder))
        return refuse_in_use(o, s); /* before a passphrase is asked for */
    int status = o->key_file ? open_with_key_file(o, s) : open_with_passphrase(o, s);
    if (status == EXIT_DONE)
        status = read_log(o, s);
    return status;
}

static int end_unless_done(int status, struct start *s)
{
    if (status != EXIT_DONE)
        (void)start_end(s); /* the first failure is the one to tell */
    return status;
}

int start_begin(const struct options *o, struct start *s)
{
    int status = find_dir(o, s, data_dir_find);
    if (status == EXIT_DONE)
        status = open_and_read(o, s);
    if (status == EXIT_DONE)
        status = begin_writing(o, s);
    return end_unless_done(status, s);
}

int start_look(const struct options *o, struct start *s)
{
    int status = find_dir(o, s, data_dir_name);
    s->only_looks = true;
    if (status == EXIT_DONE && !store_exists(disk_posix(), s->data_dir)) {
        complain("There is no store in %s: name the directory of one with --data.", s->data_dir);
        status = EXIT_FAILED;
    }
    if (status == EXIT_DONE)
        status = open_and_read(o, s);
    return end_unless_done(status, s);
}

int start_end(struct start *s)
{
    node_free(s->node);
    enum lth_err err = store_close(s->store);
    s->node = NULL;
    s->store = NULL;
    if (err == LTH_OK || err == LTH_READ_ONLY)
        return EXIT_DONE;
    complain("The store in %s was not closed in order (%s): look at the disk; what was "
             "acknowledged is there.",
             s->data_dir, lth_strerror(err));
    return EXIT_FAILED;
}
