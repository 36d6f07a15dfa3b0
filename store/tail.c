#include "store/tail.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void segment_name(uint32_t number, const char *ending, char name[SEGMENT_NAME_LEN])
{
    int len = snprintf(name, SEGMENT_NAME_LEN, "%08" PRIu32 ".%s", number, ending);
    assert(len > 0 && len < SEGMENT_NAME_LEN);
    (void)len;
}

/* --- making one --- */

static int write_header(struct tail *t, const uint8_t header[SEGMENT_HEADER_LEN], const char *dir)
{
    const struct disk *disk = t->file.disk;
    int status = file_write(&t->file, header, SEGMENT_HEADER_LEN, 0);
    if (status == 0)
        status = disk->sync(disk->ctx, t->file.fd);
    return status < 0 ? status : file_sync_dir(disk, dir);
}

static struct segment_place *guarded_copy(const struct segment_place *place)
{
    struct segment_place *copy = sodium_malloc(sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *place;
    if (sodium_mprotect_readonly(copy) == 0)
        return copy;
    sodium_free(copy);
    return NULL;
}

static enum lth_err create(struct tail *t, const struct disk *disk, const char *dir,
                           const uint8_t header[SEGMENT_HEADER_LEN], const char *name)
{
    int status = file_open(disk, dir, name, O_RDWR | O_CREAT | O_EXCL, &t->file);
    if (status < 0)
        return status == -EEXIST ? LTH_BAD_STATE : file_error(status);
    status = write_header(t, header, dir);
    t->end = t->allocated = SEGMENT_HEADER_LEN;
    if (status == 0)
        return LTH_OK;
    (void)file_unlink(disk, dir, name); /* without its key in the vault it is never read */
    return file_error(status);
}

enum lth_err tail_create(struct tail *t, const struct disk *disk, const char *dir,
                         const struct segment_header *header, const struct vault_secrets *secrets,
                         const struct segment_place *place)
{
    uint8_t bytes[SEGMENT_HEADER_LEN];
    char name[SEGMENT_NAME_LEN];
    segment_name(header->number, "seg", name);
    *t = (struct tail){.file = {.disk = disk, .fd = -1}, .place = guarded_copy(place)};
    enum lth_err err = t->place ? segment_header_write(header, secrets, bytes) : LTH_NO_MEMORY;
    if (err == LTH_OK)
        err = create(t, disk, dir, bytes, name);
    if (err != LTH_OK)
        tail_close(t);
    return err;
}

/* --- growing --- */

static int write_zeros(struct tail *t, uint64_t from, uint64_t to)
{
    static const uint8_t zeros[TAIL_FIRST_STEP];
    while (from < to) {
        size_t len = to - from < sizeof zeros ? (size_t)(to - from) : sizeof zeros;
        int status = file_write(&t->file, zeros, len, from);
        if (status < 0)
            return status;
        from += len;
    }
    return 0;
}

/* Room for the frames to come. A disk that has none says so when a frame needs it. */
static void allocate(struct tail *t)
{
    uint64_t step = t->end < TAIL_FIRST_STEP ? TAIL_FIRST_STEP : TAIL_STEP;
    uint64_t target = t->end - t->end % step + step;
    t->allocated = t->end;
    if (write_zeros(t, t->end, target) == 0)
        t->allocated = target;
    else
        (void)file_truncate(&t->file, t->end); /* zeros left over do no harm */
}

int tail_append(struct tail *t, const uint8_t *frames, size_t len, bool *intact)
{
    int status = file_write(&t->file, frames, len, t->end);
    if (status < 0) {
        *intact = file_truncate(&t->file, t->end) == 0;
        t->allocated = t->end;
        return status;
    }
    *intact = true;
    t->end += len;
    if (t->end > t->allocated)
        allocate(t);
    return 0;
}

int tail_trim(struct tail *t)
{
    if (t->allocated == t->end)
        return 0;
    t->allocated = t->end;
    return file_truncate(&t->file, t->end);
}

void tail_close(struct tail *t)
{
    (void)file_close(&t->file); /* what had to be durable was synced */
    sodium_free(t->place);      /* wipes; NULL is fine */
    *t = (struct tail){.file = {.fd = -1}};
}
