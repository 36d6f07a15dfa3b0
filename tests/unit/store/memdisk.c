#include "store/memdisk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_FD = 1000 };

struct mem_file {
    uint8_t *bytes; /* owned */
    size_t len, size;
    bool is_dir, is_locked;
    size_t lock_fd;
};

/* One change, or one sync. */
struct mem_change {
    enum { WRITE, TRUNCATE, NAME, RENAME, UNLINK, SYNC_FILE, SYNC_DIR } kind;
    size_t file;
    char *path, *to; /* owned */
    uint64_t offset;
    uint8_t *bytes; /* owned */
    size_t len;
};

static void *need(void *p)
{
    if (!p)
        abort();
    return p;
}

static char *copy_text(const char *text)
{
    return need(strdup(text));
}

/* "a/b/.." is "a". */
static void normal(const char *path, char out[512])
{
    snprintf(out, 512, "%s", path);
    size_t len = strlen(out);
    if (len < 3 || strcmp(out + len - 3, "/..") != 0)
        return;
    out[len - 3] = 0;
    char *slash = strrchr(out, '/');
    *(slash ? slash : out) = 0;
}

static bool is_inside(const char *path, const char *dir)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    return strlen(dir) == len && memcmp(path, dir, len) == 0;
}

/* --- the state --- */

static struct mem_name *find(struct memdisk *m, const char *path)
{
    for (size_t i = 0; i < m->name_count; i++)
        if (strcmp(m->names[i].path, path) == 0)
            return &m->names[i];
    return NULL;
}

static size_t add_file(struct memdisk *m)
{
    assert(m->file_count < MEM_FILES_MAX);
    m->files[m->file_count] = need(calloc(1, sizeof(struct mem_file)));
    return m->file_count++;
}

static void add_name(struct memdisk *m, const char *path, size_t file)
{
    assert(m->name_count < MEM_FILES_MAX);
    m->names[m->name_count++] = (struct mem_name){copy_text(path), file};
}

static void drop_name(struct memdisk *m, const char *path)
{
    struct mem_name *n = find(m, path);
    if (!n)
        return;
    free(n->path);
    *n = m->names[--m->name_count];
}

static void resize(struct mem_file *f, size_t len)
{
    if (len > f->size) {
        f->size = len * 2 + 4096;
        f->bytes = need(realloc(f->bytes, f->size));
    }
    if (len > f->len)
        memset(f->bytes + f->len, 0, len - f->len);
    f->len = len;
}

static void apply_write(struct memdisk *m, size_t file, uint64_t offset, const uint8_t *bytes,
                        size_t len)
{
    struct mem_file *f = m->files[file];
    if (offset + len > f->len)
        resize(f, (size_t)offset + len);
    if (len)
        memcpy(f->bytes + offset, bytes, len);
}

static void apply_rename(struct memdisk *m, const char *from, const char *to)
{
    struct mem_name *n = find(m, from);
    if (!n)
        return;
    size_t file = n->file;
    drop_name(m, to);
    drop_name(m, from);
    add_name(m, to, file);
}

/* --- the record of changes --- */

static void record(struct memdisk *m, struct mem_change change)
{
    if (m->change_count == m->change_size) {
        m->change_size = m->change_size * 2 + 64;
        m->changes = need(realloc(m->changes, m->change_size * sizeof *m->changes));
    }
    m->changes[m->change_count++] = change;
}

/* Whether a sync at `by` makes the change durable. */
static bool covers(const struct mem_change *by, const struct mem_change *change)
{
    switch (change->kind) {
    case WRITE:
    case TRUNCATE: return by->kind == SYNC_FILE && by->file == change->file;
    case NAME:
    case RENAME:
    case UNLINK: return by->kind == SYNC_DIR && is_inside(change->path, by->path);
    case SYNC_FILE:
    case SYNC_DIR: return true; /* nothing to lose */
    }
    return false;
}

static bool is_durable(const struct memdisk *m, size_t at, size_t changes)
{
    if (m->changes[at].kind == SYNC_FILE || m->changes[at].kind == SYNC_DIR)
        return true;
    for (size_t i = at + 1; i < changes; i++)
        if (covers(&m->changes[i], &m->changes[at]))
            return true;
    return false;
}

size_t memdisk_unsynced(const struct memdisk *m, size_t changes)
{
    size_t count = 0;
    for (size_t i = 0; i < changes; i++)
        count += !is_durable(m, i, changes);
    return count;
}

static void apply(struct memdisk *m, const struct mem_change *c, bool torn)
{
    switch (c->kind) {
    case WRITE: apply_write(m, c->file, c->offset, c->bytes, torn ? c->len / 2 : c->len); break;
    case TRUNCATE: resize(m->files[c->file], (size_t)c->offset); break;
    case NAME:
        drop_name(m, c->path);
        add_name(m, c->path, c->file);
        break;
    case RENAME: apply_rename(m, c->path, c->to); break;
    case UNLINK: drop_name(m, c->path); break;
    case SYNC_FILE:
    case SYNC_DIR: break;
    }
}

static bool has_parent(struct memdisk *m, const char *path)
{
    char parent[512];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash)
        return true;
    *slash = 0;
    return find(m, parent) != NULL;
}

/* A directory that did not survive takes along what was in it. */
static void drop_orphans(struct memdisk *m)
{
    for (size_t i = 0; i < m->name_count;)
        if (has_parent(m, m->names[i].path))
            i++;
        else {
            drop_name(m, m->names[i].path);
            i = 0;
        }
}

struct memdisk *memdisk_after_crash(const struct memdisk *m, size_t changes, size_t unsynced,
                                    bool torn)
{
    struct memdisk *after = memdisk_new();
    while (after->file_count < m->file_count) {
        size_t file = add_file(after);
        after->files[file]->is_dir = m->files[file]->is_dir;
    }
    for (size_t i = 0; i < changes; i++) {
        bool durable = is_durable(m, i, changes);
        if (!durable && unsynced == 0)
            continue;
        unsynced -= !durable;
        apply(after, &m->changes[i], torn && !durable && unsynced == 0);
    }
    drop_orphans(after);
    return after;
}

/* --- struct disk --- */

static bool fails(struct memdisk *m, enum memdisk_call call)
{
    if (!(m->fail_calls & call) || !m->fail_at)
        return false;
    m->calls++;
    return m->calls == m->fail_at || (m->fail_for_ever && m->calls > m->fail_at);
}

static struct mem_file *file_of(struct memdisk *m, int fd)
{
    assert(fd >= FIRST_FD && m->handles[fd - FIRST_FD].is_open);
    return m->files[m->handles[fd - FIRST_FD].file];
}

static size_t id_of(struct memdisk *m, int fd)
{
    return m->handles[fd - FIRST_FD].file;
}

static int handle(struct memdisk *m, size_t file)
{
    for (size_t i = 0; i < MEM_HANDLES_MAX; i++)
        if (!m->handles[i].is_open) {
            m->handles[i] = (struct mem_handle){file, true};
            return FIRST_FD + (int)i;
        }
    return -EMFILE;
}

static size_t make(struct memdisk *m, const char *path, bool is_dir)
{
    size_t file = add_file(m);
    m->files[file]->is_dir = is_dir;
    add_name(m, path, file);
    record(m, (struct mem_change){.kind = NAME, .file = file, .path = copy_text(path)});
    return file;
}

static int mem_open(void *ctx, const char *path, int flags, mode_t mode)
{
    (void)mode;
    struct memdisk *m = ctx;
    char name[512];
    normal(path, name);
    if (fails(m, MEM_OPEN))
        return -m->fail_errno;
    struct mem_name *n = find(m, name);
    if (!n && !*name)
        return handle(m, 0); /* the root, which is always there */
    if (m->read_only && (flags & (O_RDWR | O_WRONLY)))
        return -EROFS;
    if (!n && !(flags & O_CREAT))
        return -ENOENT;
    if (n && (flags & O_EXCL))
        return -EEXIST;
    size_t file = n ? n->file : make(m, name, false);
    if (flags & O_TRUNC) {
        resize(m->files[file], 0);
        record(m, (struct mem_change){.kind = TRUNCATE, .file = file});
    }
    return handle(m, file);
}

static ssize_t mem_pread(void *ctx, int fd, void *bytes, size_t len, uint64_t offset)
{
    struct memdisk *m = ctx;
    struct mem_file *f = file_of(m, fd);
    if (fails(m, MEM_PREAD))
        return -m->fail_errno;
    if (offset >= f->len)
        return 0;
    if (len > f->len - offset)
        len = (size_t)(f->len - offset);
    memcpy(bytes, f->bytes + offset, len);
    return (ssize_t)len;
}

static size_t bytes_in_all(const struct memdisk *m)
{
    size_t sum = 0;
    for (size_t i = 0; i < m->name_count; i++)
        sum += m->files[m->names[i].file]->len;
    return sum;
}

/* How many of len bytes at offset the disk has room for. */
static size_t room_for(const struct memdisk *m, const struct mem_file *f, uint64_t offset,
                       size_t len)
{
    size_t end = (size_t)offset + len, used = bytes_in_all(m);
    size_t left = used < m->limit ? m->limit - used : 0;
    if (!m->limit || end <= f->len || end - f->len <= left)
        return len;
    size_t can_end = f->len + left;
    return can_end > offset ? can_end - (size_t)offset : 0;
}

static ssize_t mem_pwrite(void *ctx, int fd, const void *bytes, size_t len, uint64_t offset)
{
    struct memdisk *m = ctx;
    struct mem_file *f = file_of(m, fd);
    if (fails(m, MEM_PWRITE))
        return -m->fail_errno;
    len = room_for(m, f, offset, len);
    if (!len)
        return -ENOSPC;
    apply_write(m, id_of(m, fd), offset, bytes, len);
    struct mem_change c = {.kind = WRITE, .file = id_of(m, fd), .offset = offset, .len = len};
    c.bytes = need(malloc(len));
    memcpy(c.bytes, bytes, len);
    record(m, c);
    return (ssize_t)len;
}

static const char *path_of(const struct memdisk *m, size_t file)
{
    for (size_t i = 0; i < m->name_count; i++)
        if (m->names[i].file == file)
            return m->names[i].path;
    return "";
}

static int sync_it(struct memdisk *m, int fd)
{
    size_t file = id_of(m, fd);
    if (file_of(m, fd)->is_dir)
        record(m, (struct mem_change){.kind = SYNC_DIR, .path = copy_text(path_of(m, file))});
    else
        record(m, (struct mem_change){.kind = SYNC_FILE, .file = file});
    return 0;
}

static int mem_datasync(void *ctx, int fd)
{
    struct memdisk *m = ctx;
    return fails(m, MEM_DATASYNC) ? -m->fail_errno : sync_it(m, fd);
}

static int mem_sync(void *ctx, int fd)
{
    struct memdisk *m = ctx;
    return fails(m, MEM_SYNC) ? -m->fail_errno : sync_it(m, fd);
}

static int mem_truncate(void *ctx, int fd, uint64_t len)
{
    struct memdisk *m = ctx;
    if (fails(m, MEM_TRUNCATE))
        return -m->fail_errno;
    resize(file_of(m, fd), (size_t)len);
    record(m, (struct mem_change){.kind = TRUNCATE, .file = id_of(m, fd), .offset = len});
    return 0;
}

static int64_t mem_size(void *ctx, int fd)
{
    struct memdisk *m = ctx;
    return fails(m, MEM_SIZE) ? -m->fail_errno : (int64_t)file_of(m, fd)->len;
}

static int mem_close(void *ctx, int fd)
{
    struct memdisk *m = ctx;
    struct mem_file *f = file_of(m, fd);
    if (f->is_locked && f->lock_fd == (size_t)fd)
        f->is_locked = false;
    m->handles[fd - FIRST_FD].is_open = false;
    return fails(m, MEM_CLOSE) ? -m->fail_errno : 0;
}

static int mem_rename(void *ctx, const char *from, const char *to)
{
    struct memdisk *m = ctx;
    if (fails(m, MEM_RENAME))
        return -m->fail_errno;
    if (!find(m, from))
        return -ENOENT;
    apply_rename(m, from, to);
    record(m, (struct mem_change){.kind = RENAME, .path = copy_text(from), .to = copy_text(to)});
    return 0;
}

static int mem_unlink(void *ctx, const char *path)
{
    struct memdisk *m = ctx;
    if (fails(m, MEM_UNLINK))
        return -m->fail_errno;
    if (!find(m, path))
        return -ENOENT;
    drop_name(m, path);
    record(m, (struct mem_change){.kind = UNLINK, .path = copy_text(path)});
    return 0;
}

static int mem_mkdir(void *ctx, const char *path, mode_t mode)
{
    (void)mode;
    struct memdisk *m = ctx;
    if (fails(m, MEM_MKDIR))
        return -m->fail_errno;
    if (find(m, path))
        return -EEXIST;
    if (m->read_only)
        return -EROFS;
    make(m, path, true);
    return 0;
}

static int mem_lock(void *ctx, int fd)
{
    struct memdisk *m = ctx;
    struct mem_file *f = file_of(m, fd);
    if (fails(m, MEM_LOCK))
        return -m->fail_errno;
    if (f->is_locked)
        return -EAGAIN;
    f->is_locked = true;
    f->lock_fd = (size_t)fd;
    return 0;
}

static void *mem_map(void *ctx, int fd, size_t len)
{
    struct memdisk *m = ctx;
    struct mem_file *f = file_of(m, fd);
    return fails(m, MEM_MAP) || f->len < len ? NULL : f->bytes;
}

static void mem_unmap(void *ctx, void *at, size_t len)
{
    (void)ctx;
    (void)at;
    (void)len;
}

/* --- for the tests --- */

struct memdisk *memdisk_new(void)
{
    struct memdisk *m = need(calloc(1, sizeof *m));
    m->disk = (struct disk){mem_open,     mem_pread, mem_pwrite, mem_datasync, mem_sync,
                            mem_truncate, mem_size,  mem_close,  mem_rename,   mem_unlink,
                            mem_mkdir,    mem_lock,  mem_map,    mem_unmap,    m};
    m->files[add_file(m)]->is_dir = true; /* the root */
    return m;
}

void memdisk_free(struct memdisk *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->file_count; i++) {
        free(m->files[i]->bytes);
        free(m->files[i]);
    }
    for (size_t i = 0; i < m->name_count; i++)
        free(m->names[i].path);
    for (size_t i = 0; i < m->change_count; i++) {
        free(m->changes[i].path);
        free(m->changes[i].to);
        free(m->changes[i].bytes);
    }
    free(m->changes);
    free(m);
}

void memdisk_fail(struct memdisk *m, unsigned calls, unsigned at, int error, bool for_ever)
{
    m->fail_calls = calls;
    m->fail_at = at;
    m->fail_errno = error;
    m->fail_for_ever = for_ever;
    m->calls = 0;
}

struct memdisk *memdisk_copy(const struct memdisk *m)
{
    struct memdisk *copy = memdisk_new();
    for (size_t i = 0; i < m->name_count; i++) {
        const struct mem_file *f = m->files[m->names[i].file];
        size_t file = make(copy, m->names[i].path, f->is_dir);
        apply_write(copy, file, 0, f->bytes, f->len);
    }
    return copy;
}

uint8_t *memdisk_bytes(struct memdisk *m, const char *path, size_t *len)
{
    struct mem_name *n = find(m, path);
    if (!n)
        return NULL;
    *len = m->files[n->file]->len;
    return m->files[n->file]->bytes;
}

void memdisk_cut(struct memdisk *m, const char *path, size_t len)
{
    struct mem_name *n = find(m, path);
    assert(n);
    resize(m->files[n->file], len);
}

void memdisk_remove(struct memdisk *m, const char *path)
{
    drop_name(m, path);
}

void memdisk_put(struct memdisk *m, const char *path, const void *bytes, size_t len)
{
    drop_name(m, path);
    size_t file = make(m, path, false);
    apply_write(m, file, 0, bytes, len);
}

size_t memdisk_open_handles(const struct memdisk *m)
{
    size_t count = 0;
    for (size_t i = 0; i < MEM_HANDLES_MAX; i++)
        count += m->handles[i].is_open;
    return count;
}
