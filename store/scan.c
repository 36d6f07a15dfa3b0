#include "store/scan.h"

#include "store/file_window.h"
#include "store/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

enum {
    READ_AHEAD = 2 << 20,
    /* Sealed frames begin with a checksum, so false starts are one in 2^32 bytes. Only
     * crafted bytes come near this, and they shall not buy hours of computing. */
    FALSE_STARTS_MAX = 256,
    TAG_END_LEN = 4, /* zeros at the end of a true tag are one in 2^32 */
};

/* Secret: the key in place. */
struct scan {
    const struct disk *disk;
    const char *dir;
    const struct vault *vault;
    const struct anchor *anchor;
    struct frames *frames;
    struct scan_result *out;
    struct file_window window;
    struct segment_place place; /* of the segment being read */
    uint32_t slot;
    uint64_t at;                  /* offset in it */
    uint8_t tag[SEGMENT_TAG_LEN]; /* of the frame last proved */
    unsigned false_starts;
    bool anchor_met;
    int *status;
};

static enum lth_err disk_failed(struct scan *s, int status)
{
    *s->status = status;
    return status == -ENOMEM ? LTH_NO_MEMORY : LTH_IO;
}

/* --- numbers --- */

/* The next record is number `first`: what is missing before it is lost, and what was there
 * from it on does not count. */
static void go_on_from(struct scan *s, uint64_t first)
{
    struct scan_result *out = s->out;
    if (first > out->next) {
        out->damaged = true;
        if (!out->lost_from)
            out->lost_from = out->next;
        out->lost_count += first - out->next;
    }
    if (first < out->next)
        frames_cut(s->frames, first);
    out->next = first;
}

/* Takes the frame at s->at, just proved. */
static enum lth_err accept(struct scan *s, const struct segment_frame *f)
{
    struct scan_result *out = s->out;
    struct frames_entry entry = {.first = f->first, .slot = s->slot, .offset = (uint32_t)s->at};
    enum lth_err err = frames_reserve(s->frames, 1);
    if (err != LTH_OK)
        return err;
    go_on_from(s, f->first);
    frames_add(s->frames, &entry);
    out->next = f->first + f->count;
    memcpy(out->tag, s->tag, SEGMENT_TAG_LEN);
    if (out->next - 1 == s->anchor->records)
        s->anchor_met = memcmp(out->tag, s->anchor->tag, SEGMENT_TAG_LEN) == 0;
    s->at += segment_frame_len(f);
    return LTH_OK;
}

/* --- one frame --- */

/* Proves the frame at offset. LTH_NOT_FOUND where the log may end, LTH_DAMAGED, LTH_TOO_NEW,
 * LTH_IO. */
static enum lth_err prove(struct scan *s, uint64_t offset, struct segment_frame *f)
{
    uint64_t from = offset - SEGMENT_TAG_LEN; /* the tag before it belongs to the proof */
    const uint8_t *view = file_window_view(&s->window, from, SEGMENT_TAG_LEN + FRAME_FIELDS_LEN);
    if (!view)
        return s->window.status < 0 ? disk_failed(s, s->window.status) : LTH_NOT_FOUND;
    enum lth_err err = segment_frame_parse(view + SEGMENT_TAG_LEN, f);
    if (err != LTH_OK)
        return err;
    view = file_window_view(&s->window, from, SEGMENT_TAG_LEN + segment_frame_len(f));
    if (!view)
        return s->window.status < 0 ? disk_failed(s, s->window.status) : LTH_DAMAGED;
    if (segment_open(&s->place, offset, view + SEGMENT_TAG_LEN, f, NULL) != LTH_OK)
        return LTH_DAMAGED;
    memcpy(s->tag, view + segment_frame_len(f), SEGMENT_TAG_LEN);
    return f->type == FRAME_RECORDS ? LTH_OK : LTH_TOO_NEW;
}

/* --- beyond a frame that cannot be proved --- */

/* Whether a frame could begin here, asked of every byte. */
static bool looks_like_frame(const uint8_t *at)
{
    return at[0] == 0 && at[1] <= 0x10 && (at[1] | at[2] | at[3]) != 0 && at[5] == 0;
}

/* The first frame that can be proved at *offset or after. LTH_NOT_FOUND. */
static enum lth_err search(struct scan *s, uint64_t *offset)
{
    struct segment_frame f;
    for (; s->false_starts < FALSE_STARTS_MAX; ++*offset) {
        const uint8_t *at = *offset < s->out->file_len
                                ? file_window_view(&s->window, *offset, FRAME_FIELDS_LEN)
                                : NULL;
        if (!at)
            return s->window.status < 0 ? disk_failed(s, s->window.status) : LTH_NOT_FOUND;
        if (!looks_like_frame(at) || segment_frame_parse(at, &f) != LTH_OK)
            continue;
        enum lth_err err = prove(s, *offset, &f);
        if (err != LTH_NOT_FOUND && err != LTH_DAMAGED)
            return err;
        s->false_starts++;
    }
    return LTH_NOT_FOUND;
}

/* LTH_OK when a frame at offset or after was written knowing record `number` durable,
 * LTH_NOT_FOUND when none was. */
static enum lth_err known_durable(struct scan *s, uint64_t number, uint64_t offset)
{
    struct segment_frame f = {0};
    enum lth_err err;
    while ((err = search(s, &offset)) == LTH_OK) {
        err = prove(s, offset, &f);
        if (err != LTH_OK || f.first - 1 - f.unsynced >= number)
            break;
        offset += segment_frame_len(&f);
    }
    return err;
}

/* How many bytes follow `from`, up to the last that is not zero. */
static enum lth_err count_leftover(struct scan *s, uint64_t from, uint64_t *count)
{
    *count = 0;
    for (uint64_t offset = from; offset < s->out->file_len;) {
        uint64_t left = s->out->file_len - offset;
        size_t len = left < READ_AHEAD ? (size_t)left : READ_AHEAD;
        const uint8_t *view = file_window_view(&s->window, offset, len);
        if (!view)
            return s->window.status < 0 ? disk_failed(s, s->window.status) : LTH_OK;
        for (size_t i = len; i > 0; i--)
            if (view[i - 1] != 0) {
                *count = offset + i - from;
                break;
            }
        offset += len;
    }
    return LTH_OK;
}

/* Whether only the first part of a frame is there: the file ends within it, or zeros are where
 * its tag ends. leftover: bytes at s->at up to the last that is not zero. */
static bool is_cut_short(struct scan *s, uint64_t leftover)
{
    struct segment_frame f;
    if (leftover < FRAME_FIELDS_LEN)
        return true;
    const uint8_t *fields = file_window_view(&s->window, s->at, FRAME_FIELDS_LEN);
    if (!fields || segment_frame_parse(fields, &f) != LTH_OK)
        return false;
    uint64_t len = segment_frame_len(&f);
    return s->at + len > s->out->file_len || leftover + TAG_END_LEN <= len;
}

/* Whether the log ends at s->at, though bytes follow. */
static enum lth_err is_torn(struct scan *s, bool last, uint64_t leftover, bool *torn)
{
    *torn = last && !s->out->damaged && is_cut_short(s, leftover);
    if (*torn || !last || s->out->damaged || s->anchor->records >= s->out->next)
        return LTH_OK;
    enum lth_err err = known_durable(s, s->out->next, s->at + 1);
    *torn = err == LTH_NOT_FOUND;
    return *torn ? LTH_OK : err;
}

/* At s->at no frame can be proved. LTH_OK when reading goes on at s->at, LTH_NOT_FOUND when
 * the segment is at its end. */
static enum lth_err step_over(struct scan *s, bool last)
{
    uint64_t leftover = 0;
    bool torn = false;
    enum lth_err err = count_leftover(s, s->at, &leftover);
    if (err != LTH_OK)
        return err;
    if (leftover == 0)
        return LTH_NOT_FOUND;
    err = is_torn(s, last, leftover, &torn);
    if (err != LTH_OK)
        return err;
    if (torn) {
        s->out->torn_bytes = leftover;
        return LTH_NOT_FOUND;
    }
    s->out->damaged = true;
    uint64_t found = s->at + 1;
    err = search(s, &found);
    if (err == LTH_OK)
        s->at = found;
    return err;
}

/* --- one segment --- */

/* Reads frames until the number `limit`, or to the end. */
static enum lth_err walk(struct scan *s, uint64_t limit, bool last)
{
    struct segment_frame f = {0};
    s->at = SEGMENT_HEADER_LEN;
    s->false_starts = 0;
    while (s->out->next < limit) {
        enum lth_err err = s->at >= s->out->file_len ? LTH_NOT_FOUND : prove(s, s->at, &f);
        if (err == LTH_OK)
            err = accept(s, &f);
        else if (err == LTH_NOT_FOUND || err == LTH_DAMAGED)
            err = step_over(s, last);
        if (err == LTH_NOT_FOUND)
            break;
        if (err != LTH_OK)
            return err;
    }
    s->out->end = s->at;
    s->out->bytes += s->at;
    return LTH_OK;
}

/* LTH_NOT_FOUND where the file does not even hold a header. */
static enum lth_err read_header(struct scan *s, const struct file *f, size_t slot,
                                struct segment_header *out)
{
    uint8_t bytes[SEGMENT_HEADER_LEN];
    size_t got;
    int status = file_read(f, bytes, sizeof bytes, 0, &got);
    if (status < 0)
        return disk_failed(s, status);
    if (got < sizeof bytes)
        return LTH_NOT_FOUND;
    enum lth_err err = segment_header_parse(bytes, s->vault->secrets, out);
    if (err == LTH_OK && out->number != vault_segment_number(s->vault, slot))
        err = LTH_DAMAGED;
    return err;
}

static enum lth_err open_slot(struct scan *s, size_t slot, struct file *f)
{
    char name[SEGMENT_NAME_LEN];
    segment_name(vault_segment_number(s->vault, slot), "seg", name);
    int status = file_open(s->disk, s->dir, name, O_RDONLY, f);
    if (status == 0)
        return LTH_OK;
    return status == -ENOENT ? LTH_NOT_FOUND : disk_failed(s, status);
}

/* Where the records of a segment end. */
struct limit {
    uint64_t next; /* first record of the next segment whose header can be read; UINT64_MAX */
    bool last;     /* no later segment is there */
};

static enum lth_err find_limit(struct scan *s, size_t slot, struct limit *limit)
{
    *limit = (struct limit){.next = UINT64_MAX, .last = true};
    while (++slot < vault_segments(s->vault)) {
        struct segment_header h = {0};
        struct file f;
        enum lth_err err = open_slot(s, slot, &f);
        if (err == LTH_OK)
            err = read_header(s, &f, slot, &h);
        (void)file_close(&f);
        limit->last = limit->last && err == LTH_NOT_FOUND;
        if (err == LTH_OK)
            limit->next = h.first;
        if (err != LTH_DAMAGED && err != LTH_NOT_FOUND)
            return err;
    }
    return LTH_OK;
}

/* Goes over to a segment. A header that cannot be read costs no record: its frames prove
 * themselves. LTH_NOT_FOUND: there is no header. */
static enum lth_err enter(struct scan *s, const struct file *f, size_t slot)
{
    struct segment_header h = {0};
    enum lth_err err = read_header(s, f, slot, &h);
    if (err == LTH_OK && h.first == s->out->next &&
        memcmp(h.previous, s->out->tag, SEGMENT_TAG_LEN) != 0)
        err = LTH_DAMAGED;
    else if (err == LTH_OK)
        go_on_from(s, h.first);
    if (err != LTH_DAMAGED)
        return err;
    s->out->damaged = true;
    return LTH_OK;
}

static enum lth_err scan_file(struct scan *s, const struct file *f, size_t slot)
{
    struct limit limit;
    int64_t size = file_size(f);
    if (size < 0)
        return disk_failed(s, (int)size);
    enum lth_err err = enter(s, f, slot);
    if (err == LTH_OK)
        err = find_limit(s, slot, &limit);
    if (err != LTH_OK)
        return err;
    s->out->last = s->place.number;
    s->out->file_len = (uint64_t)size;
    if (size > SEGMENT_FILE_MAX) { /* a file with holes would be read for hours */
        s->out->file_len = SEGMENT_FILE_MAX;
        s->out->damaged = true;
    }
    file_window_over(&s->window, f, READ_AHEAD);
    return walk(s, limit.next, limit.last);
}

/* A segment whose key is true, but not its file. */
static enum lth_err pass_over(struct scan *s, size_t slot)
{
    struct limit limit;
    struct scan_result *out = s->out;
    enum lth_err err = find_limit(s, slot, &limit);
    if (err != LTH_OK)
        return err;
    bool unknown = limit.last && out->last && s->anchor->records < out->next;
    if (unknown)
        out->rolled_back = true;
    else if (limit.next != out->next)
        out->damaged = true;
    return LTH_OK;
}

static enum lth_err scan_slot(struct scan *s, size_t slot)
{
    struct file f = {.disk = s->disk, .fd = -1};
    s->slot = (uint32_t)slot;
    s->place.number = vault_segment_number(s->vault, slot);
    enum lth_err err = vault_segment_key(s->vault, slot, s->place.key);
    if (err == LTH_OK)
        err = open_slot(s, slot, &f);
    if (err == LTH_OK)
        err = scan_file(s, &f, slot);
    (void)file_close(&f);
    if (err == LTH_NOT_FOUND)
        return pass_over(s, slot);
    if (err != LTH_DAMAGED)
        return err;
    s->out->damaged = true; /* its key is gone: go on with the next */
    return LTH_OK;
}

/* What the anchor knows beyond what was found. */
static void compare_with_anchor(struct scan *s)
{
    struct scan_result *out = s->out;
    uint64_t records = s->anchor->records;
    if (records == 0 || (out->next > records && s->anchor_met))
        return;
    if (!out->damaged)
        out->rolled_back = true;
    else if (out->next <= records)
        go_on_from(s, records + 1);
}

enum lth_err scan_log(const struct disk *disk, const char *dir, const struct vault *vault,
                      const struct anchor *anchor, struct frames *frames, struct scan_result *out,
                      int *status)
{
    struct scan s = {.disk = disk,
                     .dir = dir,
                     .vault = vault,
                     .anchor = anchor,
                     .frames = frames,
                     .out = out,
                     .status = status};
    *out = (struct scan_result){.next = 1};
    memcpy(s.place.store_id, vault->secrets->store_id, STORE_ID_LEN);
    enum lth_err err = LTH_OK;
    for (size_t slot = 0; err == LTH_OK && slot < vault_segments(vault); slot++)
        err = scan_slot(&s, slot);
    if (err == LTH_OK)
        compare_with_anchor(&s);
    file_window_clear(&s.window);
    sodium_memzero(&s.place, sizeof s.place);
    return err;
}
