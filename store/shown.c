#include "store/shown.h"

#include "base/cursor.h"

#include <assert.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

/* magic (6), version (2), number (8), MAC (32), zeros */
enum { VERSION = 1, MAC_AT = 16, MAC_LEN = 32, USED_LEN = MAC_AT + MAC_LEN };

static const uint8_t magic[6] = {'L', 'T', 'H', 'S', 'H', 'N'};

static enum lth_err slot_mac(const struct shown *m, const uint8_t *slot, uint8_t mac[MAC_LEN])
{
    return crypto_generichash(mac, MAC_LEN, slot, MAC_AT, m->secrets->shown_mac,
                              sizeof m->secrets->shown_mac) == 0
               ? LTH_OK
               : LTH_BAD_STATE;
}

static enum lth_err slot_parse(const struct shown *m, const uint8_t *slot, uint64_t *number)
{
    uint8_t mac[MAC_LEN];
    if (slot_mac(m, slot, mac) != LTH_OK || memcmp(slot, magic, sizeof magic) != 0 ||
        sodium_memcmp(mac, slot + MAC_AT, MAC_LEN) != 0)
        return LTH_NOT_FOUND;
    struct reader r = reader_over(slot + sizeof magic, MAC_AT - sizeof magic);
    if (read_u16(&r) != VERSION)
        return LTH_TOO_NEW;
    *number = read_u64(&r);
    return LTH_OK;
}

static enum lth_err read_slots(struct shown *m, const uint8_t bytes[SHOWN_FILE_LEN])
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t number;
        enum lth_err err = slot_parse(m, bytes + (size_t)i * SHOWN_SLOT_LEN, &number);
        if (err == LTH_TOO_NEW)
            return err;
        if (err == LTH_OK && number >= m->number) {
            m->number = number;
            m->slot = !i; /* the newest stays while the other is written */
        }
    }
    return LTH_OK;
}

/* The whole file in bytes, zeros where it is short; how much of it there is in *got. */
static int load(const struct file *f, uint8_t bytes[SHOWN_FILE_LEN], size_t *got)
{
    memset(bytes, 0, SHOWN_FILE_LEN);
    return file_read(f, bytes, SHOWN_FILE_LEN, 0, got);
}

/* As load, and zeros are written out where the file is short: every mapped byte needs a block of
 * its own, or a full disk would kill the process that touches it. */
static int load_whole(const struct file *f, uint8_t bytes[SHOWN_FILE_LEN])
{
    size_t got;
    int status = load(f, bytes, &got);
    if (status == 0 && got < SHOWN_FILE_LEN)
        status = file_write(f, bytes + got, SHOWN_FILE_LEN - got, got);
    return status;
}

static enum lth_err slot_write(const struct shown *m, uint64_t number, uint8_t slot[USED_LEN])
{
    struct writer w = writer_over(slot, MAC_AT);
    write_bytes(&w, magic, sizeof magic);
    write_u16(&w, VERSION);
    write_u64(&w, number);
    assert(!w.spoiled && writer_len(&w) == MAC_AT);
    return slot_mac(m, slot, slot + MAC_AT);
}

/* Both slots, durable: a higher one that came back after a power cut would hide records. */
static bool overwrite(const struct shown *m, const struct file *f)
{
    uint8_t bytes[SHOWN_FILE_LEN] = {0};
    if (slot_write(m, m->number, bytes) != LTH_OK)
        return false;
    memcpy(bytes + SHOWN_SLOT_LEN, bytes, USED_LEN);
    return file_write(f, bytes, sizeof bytes, 0) == 0 && file_datasync(f) == 0;
}

enum lth_err shown_open(struct shown *m, const struct disk *disk, const char *dir,
                        const struct vault_secrets *secrets, uint64_t last)
{
    struct file f;
    uint8_t bytes[SHOWN_FILE_LEN];
    size_t got;
    enum lth_err err = LTH_OK;
    *m = (struct shown){.disk = disk, .secrets = secrets};
    if (file_open(disk, dir, "shown", O_RDONLY, &f) < 0)
        return LTH_OK;
    if (load(&f, bytes, &got) == 0)
        err = read_slots(m, bytes);
    (void)file_close(&f);
    if (m->number > last)
        m->number = last;
    return err;
}

static void map(struct shown *m, const struct file *f, uint64_t last)
{
    uint8_t bytes[SHOWN_FILE_LEN];
    bool usable = true;
    if (load_whole(f, bytes) < 0 || read_slots(m, bytes) != LTH_OK)
        return;
    if (m->number > last) {
        m->number = last;
        usable = overwrite(m, f);
    }
    if (usable)
        m->map = m->disk->map(m->disk->ctx, f->fd, SHOWN_FILE_LEN);
}

void shown_begin(struct shown *m, const char *dir, uint64_t last)
{
    struct file f;
    if (file_open(m->disk, dir, "shown", O_RDWR | O_CREAT, &f) < 0)
        return;
    map(m, &f, last);
    (void)file_close(&f);
}

void shown_set(struct shown *m, uint64_t number)
{
    uint8_t slot[USED_LEN];
    if (number <= m->number)
        return;
    m->number = number;
    if (!m->map || slot_write(m, number, slot) != LTH_OK)
        return;
    memcpy(m->map + (size_t)m->slot * SHOWN_SLOT_LEN, slot, sizeof slot);
    m->slot = !m->slot;
}

void shown_close(struct shown *m)
{
    if (m->map)
        m->disk->unmap(m->disk->ctx, m->map, SHOWN_FILE_LEN);
    *m = (struct shown){0};
}
