#include "store/log.h"

#include "store/pack.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANCHOR_APPENDS = 64, ANCHOR_MS = 1000, COPY_LEN = 64 << 10 };

uint64_t log_next(const struct log *log)
{
    return log->durable.next + log->pending_count;
}

/* --- the anchor --- */

static enum lth_err write_anchor(struct log *log, bool sync)
{
    uint8_t slot[ANCHOR_SLOT_LEN];
    struct file f;
    struct anchor next = {.generation = log->anchor.generation + 1,
                          .segment = log->tail.place->number,
                          .records = log->durable.next - 1};
    memcpy(next.tag, log->durable.tag, sizeof next.tag);
    enum lth_err err = anchor_write(&next, log->vault->secrets, slot);
    if (err != LTH_OK)
        return err;
    int status = file_open(log->disk, log->dir, "head", O_RDWR | O_CREAT, &f);
    if (status == 0)
        status = file_write(&f, slot, sizeof slot, anchor_offset(&next));
    if (status == 0 && sync)
        status = file_datasync(&f);
    (void)file_close(&f);
    if (status < 0)
        return file_error(status);
    log->anchor = next;
    log->appends = 0;
    log->anchored_ms = log->options.now_ms();
    return LTH_OK;
}

/* After a sync, so that the anchor is never ahead of the log. */
static void anchor_if_due(struct log *log)
{
    if (log->appends < ANCHOR_APPENDS && log->options.now_ms() - log->anchored_ms < ANCHOR_MS)
        return;
    if (write_anchor(log, false) != LTH_OK)
        return; /* it only ages: the log itself is whole, and the next sync tries again */
}

/* --- beginning a segment --- */

int log_save_vault(const struct log *log, bool *replaced)
{
    struct buffer bytes = {0};
    int status = -ENOMEM;
    *replaced = false;
    if (vault_write(log->vault, &bytes) == LTH_OK)
        status = file_replace(log->disk, log->dir, "vault", bytes.bytes, bytes.len);
    buffer_clear(&bytes);
    if (status < 0)
        return status;
    *replaced = true;
    return file_sync_dir(log->disk, log->dir);
}

static enum lth_err create_file(struct log *log, uint32_t number)
{
    struct segment_header header = {.number = number, .first = log->durable.next};
    struct segment_place place = {.number = number};
    size_t slot = vault_segments(log->vault) - 1;
    memcpy(header.previous, log->durable.tag, sizeof header.previous);
    memcpy(place.store_id, log->vault->secrets->store_id, STORE_ID_LEN);
    enum lth_err err = vault_segment_key(log->vault, slot, place.key);
    if (err == LTH_OK)
        err =
            tail_create(&log->tail, log->disk, log->log_dir, &header, log->vault->secrets, &place);
    sodium_memzero(&place, sizeof place);
    return err;
}

/* Adds a segment to the vault in memory, and its file. A file of that number may be there,
 * from a start that died before its key was durable: the next number, then. */
static enum lth_err create_next(struct log *log)
{
    size_t count = vault_segments(log->vault);
    uint32_t number = count ? vault_segment_number(log->vault, count - 1) : 0;
    enum lth_err err = LTH_BAD_STATE;
    for (int tries = 0; err == LTH_BAD_STATE && tries < VAULT_SEGMENTS_MAX; tries++) {
        if (number == UINT32_MAX)
            return LTH_LIMIT;
        err = vault_add_segment(log->vault, ++number);
        if (err != LTH_OK)
            return err;
        err = create_file(log, number);
        if (err != LTH_OK)
            vault_drop_last(log->vault);
    }
    return err;
}

static void discard_file(struct log *log)
{
    char name[SEGMENT_NAME_LEN];
    segment_name(log->tail.place->number, "seg", name);
    (void)file_unlink(log->disk, log->log_dir, name); /* without a key it is never read */
    vault_drop_last(log->vault);
}

static enum lth_err begin_segment(struct log *log)
{
    bool replaced;
    enum lth_err err = create_next(log);
    if (err != LTH_OK)
        return err;
    int status = log_save_vault(log, &replaced);
    if (status == 0) {
        log->growing = true;
        log->written = log->durable;
        log->bytes += log->tail.end;
        return LTH_OK;
    }
    if (!replaced)
        discard_file(log); /* else the vault on the disk may name it: it stays, empty */
    tail_close(&log->tail);
    return file_error(status);
}

/* --- writing --- */

/* Leaves the tail alone for ever; all that is pending has to be written again. */
static void abandon(struct log *log)
{
    tail_close(&log->tail);
    log->growing = false;
    log->written = log->durable;
    log->pending_written = 0;
    frames_cut(&log->frames, log->durable.next);
    fetch_forget(&log->fetch);
}

/* Seals one frame of the packed records at plain, which follow end, and moves end on. */
static enum lth_err seal_one(struct log *log, struct log_end *end, const uint8_t *plain, size_t len,
                             size_t *taken)
{
    struct segment_frame f = {.type = FRAME_RECORDS,
                              .first = end->next,
                              .unsynced = (uint32_t)(end->next - log->durable.next)};
    *taken = pack_slice(plain, len, &f.count);
    uint64_t offset = log->tail.end + log->sealed.len;
    uint8_t *out = buffer_room(&log->sealed, *taken + FRAME_OVERHEAD);
    if (!out || frames_reserve(&log->frames, 1) != LTH_OK)
        return LTH_NO_MEMORY;
    enum lth_err err = segment_seal(log->tail.place, offset, end->tag, &f, plain, *taken, out);
    if (err != LTH_OK)
        return err;
    struct frames_entry entry = {.first = end->next,
                                 .slot = (uint32_t)vault_segments(log->vault) - 1,
                                 .offset = (uint32_t)offset};
    frames_add(&log->frames, &entry);
    log->sealed.len += *taken + FRAME_OVERHEAD;
    end->next += f.count;
    memcpy(end->tag, log->sealed.bytes + log->sealed.len - SEGMENT_TAG_LEN, SEGMENT_TAG_LEN);
    return LTH_OK;
}

/* Seals what is pending and not yet written; *end is where the log will then end. */
static enum lth_err seal_pending(struct log *log, struct log_end *end)
{
    enum lth_err err = LTH_OK;
    size_t taken = 0;
    *end = log->written;
    log->sealed.len = 0;
    for (size_t at = log->pending_written; err == LTH_OK && at < log->pending.len; at += taken)
        err = seal_one(log, end, log->pending.bytes + at, log->pending.len - at, &taken);
    return err;
}

static enum lth_err write_sealed(struct log *log)
{
    bool intact;
    int status = tail_append(&log->tail, log->sealed.bytes, log->sealed.len, &intact);
    enum lth_err err = file_error(status);
    if (err != LTH_OK && (!intact || !store_may_pass(err)))
        abandon(log);
    return err;
}

static enum lth_err write_pending(struct log *log)
{
    struct log_end end;
    enum lth_err err = seal_pending(log, &end);
    if (err == LTH_OK)
        err = write_sealed(log);
    if (err != LTH_OK) {
        frames_cut(&log->frames, log->written.next);
        return err;
    }
    log->written = end;
    log->pending_written = log->pending.len;
    log->bytes += log->sealed.len;
    return LTH_OK;
}

static void keep_small(struct buffer *b)
{
    if (b->size > LOG_PENDING_MAX)
        buffer_clear(b);
}

/* Brings all that is pending into the tail, or into a new one. */
static enum lth_err flush(struct log *log)
{
    for (int attempt = 0; attempt < 2 && !log->read_only; attempt++) {
        enum lth_err err = log->growing ? LTH_OK : begin_segment(log);
        if (err == LTH_OK)
            err = write_pending(log);
        keep_small(&log->sealed);
        if (err == LTH_OK || store_may_pass(err))
            return err;
    }
    log->read_only = true;
    return LTH_READ_ONLY;
}

/* --- sync --- */

/* Forgets packed records from `len` on, and leaves no trace of them in memory. */
static void drop_pending(struct log *log, size_t len)
{
    if (log->pending.len > len)
        sodium_memzero(log->pending.bytes + len, log->pending.len - len);
    log->pending.len = len;
    if (len == 0)
        keep_small(&log->pending);
}

static void on_durable(struct log *log)
{
    log->durable = log->written;
    log->pending_count = 0;
    log->pending_written = 0;
    drop_pending(log, 0);
    anchor_if_due(log);
}

enum lth_err log_sync(struct log *log)
{
    enum lth_err err = LTH_OK;
    if (log->pending.len == 0)
        return LTH_OK;
    for (int attempt = 0; attempt < 2; attempt++) {
        err = flush(log);
        if (err != LTH_OK)
            return err;
        err = file_error(file_datasync(&log->tail.file));
        if (err == LTH_OK) {
            on_durable(log);
            return LTH_OK;
        }
        abandon(log);
    }
    if (store_may_pass(err))
        return err;
    log->read_only = true;
    return LTH_READ_ONLY;
}

/* --- append --- */

static bool is_too_long(const struct log *log)
{
    return log->growing && log->tail.end >= log->options.segment_max;
}

bool log_append_is_quick(const struct log *log, const struct store_record *records, size_t count)
{
    size_t len = FRAME_OVERHEAD;
    for (size_t i = 0; i < count; i++)
        len += pack_size(records[i].len);
    return log->growing && !is_too_long(log) && log->tail.end + len <= log->tail.allocated &&
           log->pending.len < LOG_PENDING_MAX && log->pending_written == log->pending.len;
}

/* Ends a segment that has grown too long, and does not let pending grow without bound. */
static enum lth_err make_way(struct log *log)
{
    bool roll = is_too_long(log);
    if (!roll && log->pending.len < LOG_PENDING_MAX)
        return LTH_OK;
    enum lth_err err = log_sync(log);
    if (err != LTH_OK || !roll || !log->growing)
        return err;
    (void)tail_trim(&log->tail); /* zeros left over do no harm */
    tail_close(&log->tail);
    log->growing = false;
    return LTH_OK;
}

static enum lth_err pack_all(struct log *log, const struct store_record *records, size_t count)
{
    size_t total = 0;
    enum lth_err err = LTH_OK;
    for (size_t i = 0; err == LTH_OK && i < count; i++) {
        total += pack_size(records[i].len);
        err = total > STORE_APPEND_MAX ? LTH_TOO_LONG
                                       : pack_add(&log->pending, records[i].bytes, records[i].len);
    }
    return err;
}

enum lth_err log_append(struct log *log, const struct store_record *records, size_t count)
{
    if (log->read_only)
        return LTH_READ_ONLY;
    enum lth_err err = make_way(log);
    if (err != LTH_OK)
        return err;
    size_t before = log->pending.len;
    err = pack_all(log, records, count);
    log->pending_count += count;
    if (err == LTH_OK && count > 0)
        err = flush(log);
    if (err != LTH_OK) {
        log->pending_count -= count;
        drop_pending(log, before);
        return err;
    }
    log->appends++;
    return LTH_OK;
}

/* --- read --- */

enum lth_err log_read(struct log *log, uint64_t number, struct buffer *out)
{
    const uint8_t *record;
    size_t len;
    if (number == 0 || number >= log_next(log))
        return LTH_NOT_FOUND;
    if (number < log->written.next)
        return fetch_record(&log->fetch, number, out);
    /* A segment was abandoned and there is no new one yet. */
    enum lth_err err = pack_pick(log->pending.bytes + log->pending_written,
                                 log->pending.len - log->pending_written,
                                 number - log->written.next, &record, &len);
    return err == LTH_OK ? buffer_append(out, record, len) : LTH_DAMAGED;
}

/* --- open --- */

static int copy_range(const struct file *from, uint64_t at, uint64_t len, const struct file *to)
{
    uint8_t *bytes = malloc(COPY_LEN);
    int status = bytes ? 0 : -ENOMEM;
    for (uint64_t done = 0; status == 0 && done < len;) {
        size_t want = len - done < COPY_LEN ? (size_t)(len - done) : COPY_LEN, got;
        status = file_read(from, bytes, want, at + done, &got);
        if (status == 0 && got < want)
            status = -EIO;
        if (status == 0)
            status = file_write(to, bytes, got, done);
        done += want;
    }
    free(bytes);
    return status < 0 ? status : to->disk->sync(to->disk->ctx, to->fd);
}

static int keep_aside(struct log *log, const struct file *segment, const struct scan_result *found)
{
    char name[SEGMENT_NAME_LEN];
    struct file aside;
    segment_name(found->last, "torn", name);
    int status = file_open(log->disk, log->log_dir, name, O_RDWR | O_CREAT | O_TRUNC, &aside);
    if (status == 0)
        status = copy_range(segment, found->end, found->torn_bytes, &aside);
    (void)file_close(&aside);
    return status < 0 ? status : file_sync_dir(log->disk, log->log_dir);
}

/* Cuts off what follows the last frame. Where that cannot be done it stays: the next segment
 * says where it begins, and what is beyond is not read. */
static void clean_end(struct log *log)
{
    const struct scan_result *found = &log->found;
    struct file f;
    char name[SEGMENT_NAME_LEN];
    if (found->last == 0 || found->file_len <= found->end)
        return;
    segment_name(found->last, "seg", name);
    if (file_open(log->disk, log->log_dir, name, O_RDWR, &f) < 0)
        return;
    if (found->torn_bytes == 0 || keep_aside(log, &f, found) == 0)
        (void)file_truncate(&f, found->end);
    (void)file_close(&f);
}

/* What an earlier process left in the page cache of the last segment is made durable, for what
 * is read from the log counts as that from now on. When that fails nobody can say what is on the
 * disk, and asking again would not tell the truth. */
static enum lth_err settle(const struct log *log, uint32_t last)
{
    char name[SEGMENT_NAME_LEN];
    struct file f;
    if (last == 0)
        return LTH_OK;
    segment_name(last, "seg", name);
    int status = file_open(log->disk, log->log_dir, name, O_RDWR, &f);
    if (status < 0)
        return file_error(status);
    status = file_datasync(&f);
    (void)file_close(&f);
    return status < 0 ? LTH_READ_ONLY : LTH_OK;
}

static enum lth_err read_anchor(struct log *log, int *status)
{
    struct buffer bytes = {0};
    *status = file_slurp(log->disk, log->dir, "head", ANCHOR_FILE_LEN, &bytes);
    enum lth_err err = LTH_NOT_FOUND;
    if (*status == 0)
        err = anchor_parse(bytes.bytes, bytes.len, log->vault->secrets, &log->anchor);
    else if (*status != -ENOENT && *status != -EFBIG)
        err = LTH_IO;
    buffer_clear(&bytes);
    return err == LTH_NOT_FOUND ? LTH_OK : err;
}

static void tell(const struct scan_result *found, struct store_report *report)
{
    report->rolled_back = found->rolled_back;
    report->torn_tail_bytes = found->torn_bytes;
    report->damaged_from = found->lost_from;
    report->damaged_count = found->lost_count;
    report->damaged = found->damaged;
    report->read_only = report->read_only || found->damaged;
}

static enum lth_err load(struct log *log, struct store_report *report)
{
    struct scan_result *found = &log->found;
    int status = 0;
    enum lth_err err = read_anchor(log, &status);
    if (err == LTH_OK)
        err = scan_log(log->disk, log->log_dir, log->vault, &log->anchor, &log->frames, found,
                       &status);
    if (err != LTH_OK) {
        report->os_error = -status;
        return err;
    }
    tell(found, report);
    log->bytes = found->bytes;
    log->durable.next = found->next;
    memcpy(log->durable.tag, found->tag, sizeof found->tag);
    log->written = log->durable;
    return LTH_OK;
}

static enum lth_err set_dirs(struct log *log, const char *dir)
{
    log->dir = strdup(dir);
    if (asprintf(&log->log_dir, "%s/log", dir) < 0)
        log->log_dir = NULL;
    return log->dir && log->log_dir ? LTH_OK : LTH_NO_MEMORY;
}

static void clear(struct log *log)
{
    drop_pending(log, 0);
    buffer_clear(&log->pending);
    buffer_clear(&log->sealed);
    fetch_clear(&log->fetch);
    frames_clear(&log->frames);
    tail_close(&log->tail);
    free(log->dir);
    free(log->log_dir);
    log->dir = log->log_dir = NULL;
}

enum lth_err log_open(struct log *log, const struct disk *disk, const char *dir,
                      struct vault *vault, const struct store_options *options,
                      struct store_report *report)
{
    *log = (struct log){.disk = disk,
                        .vault = vault,
                        .options = *options,
                        .read_only = true,
                        .tail = {.file = {.fd = -1}}};
    enum lth_err err = set_dirs(log, dir);
    log->fetch =
        (struct fetch){.disk = disk, .dir = log->log_dir, .vault = vault, .frames = &log->frames};
    if (err == LTH_OK)
        err = load(log, report);
    if (err != LTH_OK)
        clear(log);
    return err;
}

enum lth_err log_begin(struct log *log, struct store_report *report)
{
    if (report->read_only)
        return LTH_OK;
    clean_end(log);
    enum lth_err err = settle(log, log->found.last);
    if (store_may_pass(err))
        return err;
    report->read_only = log->read_only = err != LTH_OK;
    return LTH_OK;
}

/* --- close --- */

static enum lth_err finish(struct log *log)
{
    enum lth_err err = log_sync(log);
    if (err != LTH_OK || !log->growing)
        return err;
    err = file_error(tail_trim(&log->tail));
    if (err == LTH_OK && log->appends > 0)
        err = write_anchor(log, true);
    return err == LTH_OK ? file_error(file_sync_dir(log->disk, log->dir)) : err;
}

enum lth_err log_close(struct log *log)
{
    enum lth_err err = finish(log);
    clear(log);
    return err;
}
