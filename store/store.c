#include "store/store.h"

#include "store/lock.h"
#include "store/log.h"
#include "store/options.h"
#include "store/shown.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Secret: keys and plain text. */
struct store {
    const struct disk *disk;
    struct store_options options;
    struct file lock; /* closed where no lock can be made: read-only */
    struct vault vault;
    struct log log;
    struct shown shown;
};

/* --- the directory --- */

bool store_exists(const struct disk *disk, const char *dir)
{
    struct file f;
    bool exists = file_open(disk, dir, "vault", O_RDONLY, &f) == 0;
    (void)file_close(&f);
    return exists;
}

bool store_is_held(const struct disk *disk, const char *dir, pid_t *holder)
{
    struct file lock;
    int status;
    *holder = 0;
    enum lth_err err = lock_take(disk, dir, false, &lock, holder, &status);
    if (err == LTH_OK)
        lock_release(&lock);
    return err == LTH_IN_USE;
}

static int make_dir(const struct disk *disk, const char *dir, const char *name)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s%s", dir, name);
    if (len < 0 || (size_t)len >= sizeof path)
        return -ENAMETOOLONG;
    int status = disk->mkdir(disk->ctx, path, 0700);
    return status == -EEXIST ? 0 : status;
}

static int sync_parent(const struct disk *disk, const char *dir)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/..", dir);
    return len < 0 || (size_t)len >= sizeof path ? -ENAMETOOLONG : file_sync_dir(disk, path);
}

/* --- opening, in the order it happens --- */

/* What the disk said, as an error of store_open. */
static enum lth_err told(int status, struct store_report *report)
{
    enum lth_err err = file_error(status);
    report->os_error = -status;
    return err == LTH_NOT_FOUND ? LTH_IO : err;
}

/* A store that cannot be locked because nothing can be written may still be read. LTH_NOT_FOUND:
 * there is no lock file, and none was made. */
static enum lth_err take_lock(struct store *s, const char *dir, bool make,
                              struct store_report *report)
{
    int status;
    enum lth_err err = lock_take(s->disk, dir, make, &s->lock, &report->holder, &status);
    if (err == LTH_OK || err == LTH_IN_USE)
        return err;
    report->os_error = -status;
    if (err != LTH_READ_ONLY || !store_exists(s->disk, dir))
        return err;
    report->read_only = true;
    return LTH_OK;
}

static enum lth_err lock_new(struct store *s, const char *dir, struct store_report *report)
{
    int status = make_dir(s->disk, dir, "");
    return status < 0 ? told(status, report) : take_lock(s, dir, true, report);
}

/* Where the lock file is missing, as in a backup, looking needs none. */
static enum lth_err lock_found(struct store *s, const char *dir, struct store_report *report)
{
    enum lth_err err = take_lock(s, dir, false, report);
    if (err != LTH_NOT_FOUND)
        return err;
    report->os_error = 0;
    return LTH_OK;
}

static enum lth_err make_vault(struct store *s, const char *dir, const struct store_key *key,
                               struct store_report *report)
{
    struct buffer bytes = {0};
    enum lth_err err = vault_make(&s->vault, key, &s->options.cost);
    if (err == LTH_OK)
        err = vault_write(&s->vault, &bytes);
    if (err != LTH_OK)
        return err;
    int status = make_dir(s->disk, dir, "/log");
    if (status == 0)
        status = file_replace(s->disk, dir, "vault", bytes.bytes, bytes.len);
    if (status == 0)
        status = file_sync_dir(s->disk, dir);
    if (status == 0)
        status = sync_parent(s->disk, dir);
    buffer_clear(&bytes);
    report->created = status == 0;
    return status < 0 ? told(status, report) : LTH_OK;
}

/* True when there was a vault here once: a new one beside the old log would be a new identity. */
static bool was_opened(const struct store *s, const char *dir)
{
    struct buffer bytes = {0};
    bool no_shown = file_slurp(s->disk, dir, "shown", VAULT_FILE_MAX, &bytes) == -ENOENT;
    bool no_head = file_slurp(s->disk, dir, "head", VAULT_FILE_MAX, &bytes) == -ENOENT;
    buffer_clear(&bytes);
    return !no_shown || !no_head;
}

static enum lth_err open_vault(struct store *s, const char *dir, const struct store_key *key,
                               struct store_report *report)
{
    struct buffer bytes = {0};
    int status = file_slurp(s->disk, dir, "vault", VAULT_FILE_MAX, &bytes);
    enum lth_err err;
    if (status == 0)
        err = vault_parse(&s->vault, bytes.bytes, bytes.len, key);
    else if (status == -ENOENT)
        err = was_opened(s, dir) ? LTH_DAMAGED : make_vault(s, dir, key, report);
    else
        err = status == -EFBIG ? LTH_DAMAGED : told(status, report);
    buffer_clear(&bytes);
    return err;
}

static enum lth_err open_parts(struct store *s, const char *dir, const struct store_key *key,
                               struct store_report *report)
{
    enum lth_err err =
        store_exists(s->disk, dir) ? lock_found(s, dir, report) : lock_new(s, dir, report);
    if (err == LTH_OK)
        err = open_vault(s, dir, key, report);
    if (err == LTH_OK)
        err = log_open(&s->log, s->disk, dir, &s->vault, &s->options, report);
    if (err != LTH_OK)
        return err;
    err = shown_open(&s->shown, s->disk, dir, s->vault.secrets, log_next(&s->log) - 1);
    if (err == LTH_OK)
        return LTH_OK;
    enum lth_err closed = log_close(&s->log); /* nothing was appended: nothing can fail */
    assert(closed == LTH_OK);
    (void)closed;
    return err;
}

enum lth_err store_open_with(const struct disk *disk, const char *dir, const struct store_key *key,
                             const struct store_options *options, struct store **out,
                             struct store_report *report)
{
    *report = (struct store_report){0};
    if (sodium_init() < 0)
        return LTH_UNAVAILABLE;
    struct store *s = malloc(sizeof *s);
    if (!s)
        return LTH_NO_MEMORY;
    *s = (struct store){.disk = disk, .options = *options, .lock = {.disk = disk, .fd = -1}};
    enum lth_err err = open_parts(s, dir, key, report);
    if (err == LTH_OK) {
        *out = s;
        return LTH_OK;
    }
    vault_clear(&s->vault);
    lock_release(&s->lock);
    free(s);
    return err;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    int status = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(status == 0);
    (void)status;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum lth_err store_open(const struct disk *disk, const char *dir, const struct store_key *key,
                        struct store **out, struct store_report *report)
{
    static const struct store_options options = {
        .cost = {.memory_kib = VAULT_MEMORY_KIB, .passes = VAULT_PASSES},
        .segment_max = LOG_SEGMENT_MAX,
        .now_ms = now_ms,
    };
    return store_open_with(disk, dir, key, &options, out, report);
}

/* --- from reading to writing --- */

/* Whether the vault's file still is what was read: every process that appends replaces it. */
static enum lth_err compare_vault(const struct store *s)
{
    struct buffer ours = {0}, there = {0};
    enum lth_err err = vault_write(&s->vault, &ours);
    if (err == LTH_OK)
        err = file_error(file_slurp(s->disk, s->log.dir, "vault", VAULT_FILE_MAX, &there));
    if (err == LTH_OK && (ours.len != there.len || memcmp(ours.bytes, there.bytes, ours.len) != 0))
        err = LTH_IN_USE;
    buffer_clear(&ours);
    buffer_clear(&there);
    return err;
}

/* Takes the lock that was not there when the store was opened. */
static enum lth_err lock_late(struct store *s, struct store_report *report)
{
    if (s->lock.fd >= 0 || report->read_only)
        return LTH_OK;
    enum lth_err err = take_lock(s, s->log.dir, true, report);
    return err == LTH_OK && s->lock.fd >= 0 ? compare_vault(s) : err;
}

enum lth_err store_begin(struct store *s, struct store_report *report)
{
    enum lth_err err = lock_late(s, report);
    if (err != LTH_OK)
        return err;
    if (s->lock.fd >= 0)
        lock_sign(&s->lock);
    err = log_begin(&s->log, report);
    if (err == LTH_OK)
        shown_begin(&s->shown, s->log.dir, log_next(&s->log) - 1);
    return err;
}

/* --- in use --- */

const uint8_t *store_secret(const struct store *s)
{
    return s->vault.secrets->node;
}

enum lth_err store_replay(struct store *s, store_each *each, void *ctx)
{
    return fetch_all(&s->log.fetch, each, ctx);
}

uint64_t store_next(const struct store *s)
{
    return log_next(&s->log);
}

bool store_may_pass(enum lth_err err)
{
    return err == LTH_DISK_FULL || err == LTH_NO_MEMORY || err == LTH_LIMIT;
}

enum lth_err store_append(struct store *s, const struct store_record *records, size_t count)
{
    return log_append(&s->log, records, count);
}

bool store_append_is_quick(const struct store *s, const struct store_record *records, size_t count)
{
    return log_append_is_quick(&s->log, records, count);
}

enum lth_err store_sync(struct store *s)
{
    return log_sync(&s->log);
}

enum lth_err store_read(struct store *s, uint64_t number, struct buffer *out)
{
    return log_read(&s->log, number, out);
}

uint64_t store_shown(const struct store *s)
{
    return s->shown.number;
}

void store_set_shown(struct store *s, uint64_t number)
{
    shown_set(&s->shown, number);
}

void store_stats(const struct store *s, struct store_stats *out)
{
    *out = (struct store_stats){.records = log_next(&s->log) - 1,
                                .bytes = s->log.bytes,
                                .segments = (uint32_t)vault_segments(&s->vault),
                                .writable = !s->log.read_only};
}

enum lth_err store_change_key(struct store *s, const struct store_key *key)
{
    bool replaced;
    uint8_t before[VAULT_HEADER_LEN];
    struct store_report report = {0};
    enum lth_err err = lock_late(s, &report);
    if (err == LTH_OK && report.read_only)
        err = LTH_READ_ONLY;
    memcpy(before, s->vault.header, sizeof before);
    if (err == LTH_OK)
        err = vault_change_key(&s->vault, key, &s->options.cost);
    if (err != LTH_OK)
        return err;
    int status = log_save_vault(&s->log, &replaced);
    if (!replaced)
        memcpy(s->vault.header, before, sizeof before);
    return file_error(status);
}

/* --- the end --- */

enum lth_err store_close(struct store *s)
{
    if (!s)
        return LTH_OK;
    enum lth_err err = log_close(&s->log);
    shown_close(&s->shown);
    vault_clear(&s->vault);
    lock_release(&s->lock);
    free(s);
    return err;
}
