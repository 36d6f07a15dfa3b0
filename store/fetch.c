#include "store/fetch.h"

#include "store/pack.h"
#include "store/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

enum {
    AHEAD_OF_ONE = 4 << 10, /* most single frames fit */
    AHEAD_OF_ALL = 2 << 20,
};

static void close_segment(struct fetch *f)
{
    if (f->is_open)
        (void)file_close(&f->file); /* read only */
    f->is_open = false;
}

static enum lth_err read_place(struct fetch *f, uint32_t slot)
{
    if (!f->place)
        f->place = sodium_malloc(sizeof *f->place);
    if (!f->place)
        return LTH_NO_MEMORY;
    memcpy(f->place->store_id, f->vault->secrets->store_id, STORE_ID_LEN);
    f->place->number = vault_segment_number(f->vault, slot);
    return vault_segment_key(f->vault, slot, f->place->key);
}

static enum lth_err open_segment(struct fetch *f, uint32_t slot)
{
    char name[SEGMENT_NAME_LEN];
    if (f->is_open && f->slot == slot)
        return LTH_OK;
    close_segment(f);
    enum lth_err err = read_place(f, slot);
    if (err != LTH_OK)
        return err;
    segment_name(f->place->number, "seg", name);
    int status = file_open(f->disk, f->dir, name, O_RDONLY, &f->file);
    if (status < 0)
        return status == -ENOENT ? LTH_DAMAGED : LTH_IO;
    f->is_open = true;
    f->slot = slot;
    file_window_over(&f->window, &f->file, f->ahead);
    return LTH_OK;
}

static enum lth_err view(struct fetch *f, uint64_t offset, size_t len, const uint8_t **out)
{
    *out = file_window_view(&f->window, offset, len);
    if (*out)
        return LTH_OK;
    return f->window.status < 0 ? LTH_IO : LTH_DAMAGED;
}

static enum lth_err decipher(struct fetch *f, const struct frames_entry *entry,
                             struct segment_frame *frame)
{
    const uint8_t *at;
    uint64_t from = (uint64_t)entry->offset - SEGMENT_TAG_LEN;
    enum lth_err err = view(f, from, SEGMENT_TAG_LEN + FRAME_FIELDS_LEN, &at);
    if (err != LTH_OK || segment_frame_parse(at + SEGMENT_TAG_LEN, frame) != LTH_OK)
        return err != LTH_OK ? err : LTH_DAMAGED;
    err = view(f, from, SEGMENT_TAG_LEN + segment_frame_len(frame), &at);
    if (err != LTH_OK)
        return err;
    f->plain.len = 0;
    uint8_t *plain = buffer_room(&f->plain, frame->sealed_len);
    if (!plain)
        return LTH_NO_MEMORY;
    f->plain.len = frame->sealed_len - SEGMENT_TAG_LEN;
    return segment_open(f->place, entry->offset, at + SEGMENT_TAG_LEN, frame, plain);
}

/* Brings the frame of entry into plain. */
static enum lth_err load(struct fetch *f, const struct frames_entry *entry)
{
    struct segment_frame frame;
    if (f->entry.first == entry->first)
        return LTH_OK;
    f->entry = (struct frames_entry){0};
    enum lth_err err = open_segment(f, entry->slot);
    if (err == LTH_OK)
        err = decipher(f, entry, &frame);
    if (err == LTH_OK && frame.first != entry->first)
        err = LTH_DAMAGED;
    if (err != LTH_OK)
        return err;
    f->entry = *entry;
    f->count = frame.count;
    f->rest = reader_over(f->plain.bytes, f->plain.len);
    f->passed = 0;
    return LTH_OK;
}

/* Record position of the frame in plain, counted from where the last one was found. */
static enum lth_err pick(struct fetch *f, uint64_t position, const uint8_t **record, size_t *len)
{
    enum lth_err err = LTH_OK;
    if (position < f->passed) {
        f->rest = reader_over(f->plain.bytes, f->plain.len);
        f->passed = 0;
    }
    while (f->passed <= position && err == LTH_OK) {
        err = pack_next(&f->rest, record, len);
        f->passed++;
    }
    return err;
}

enum lth_err fetch_record(struct fetch *f, uint64_t number, struct buffer *out)
{
    const uint8_t *record;
    size_t len;
    const struct frames_entry *entry = frames_find(f->frames, number);
    f->ahead = AHEAD_OF_ONE;
    if (f->is_open && entry && f->entry.first != entry->first)
        file_window_over(&f->window, &f->file, f->ahead); /* the file may have grown */
    enum lth_err err = entry ? load(f, entry) : LTH_DAMAGED;
    if (err != LTH_OK)
        return err;
    uint64_t position = number - entry->first;
    if (position >= f->count || pick(f, position, &record, &len) != LTH_OK)
        return LTH_DAMAGED; /* lost between this frame and the next */
    return buffer_append(out, record, len);
}

static enum lth_err replay_frame(struct fetch *f, store_each *each, void *ctx)
{
    struct reader r = reader_over(f->plain.bytes, f->plain.len);
    const uint8_t *record;
    size_t len;
    enum lth_err err = LTH_OK;
    for (uint64_t i = 0; err == LTH_OK && i < f->count; i++) {
        if (pack_next(&r, &record, &len) != LTH_OK)
            return LTH_DAMAGED;
        err = each(ctx, f->entry.first + i, record, len);
    }
    return err;
}

enum lth_err fetch_all(struct fetch *f, store_each *each, void *ctx)
{
    enum lth_err err = LTH_OK;
    fetch_forget(f);
    f->ahead = AHEAD_OF_ALL;
    for (size_t i = 0; err == LTH_OK && i < f->frames->count; i++) {
        err = load(f, &f->frames->at[i]);
        if (err == LTH_OK)
            err = replay_frame(f, each, ctx);
    }
    fetch_forget(f);
    return err;
}

static void wipe_plain(struct fetch *f)
{
    if (f->plain.bytes)
        sodium_memzero(f->plain.bytes, f->plain.size);
    buffer_clear(&f->plain);
}

void fetch_forget(struct fetch *f)
{
    close_segment(f);
    wipe_plain(f);
    file_window_clear(&f->window); /* so that a replay leaves no large buffer behind */
    f->entry = (struct frames_entry){0};
}

void fetch_clear(struct fetch *f)
{
    fetch_forget(f);
    sodium_free(f->place);
    f->place = NULL;
}
