#include "store/file_window.h"

#include <errno.h>
#include <stdlib.h>

void file_window_over(struct file_window *w, const struct file *file, size_t ahead)
{
    int64_t size = file_size(file);
    w->file = file;
    w->ahead = size >= 0 && (uint64_t)size < ahead ? (size_t)size : ahead; /* small stays small */
    w->len = 0;
    w->start = 0;
    w->status = 0;
}

static int grow(struct file_window *w, size_t size)
{
    if (size <= w->size)
        return 0;
    free(w->bytes); /* what was in it is read again */
    w->bytes = malloc(size);
    w->size = w->bytes ? size : 0;
    return w->bytes ? 0 : -ENOMEM;
}

static int fill(struct file_window *w, uint64_t offset, size_t len)
{
    size_t want = len > w->ahead ? len : w->ahead;
    w->len = 0;
    w->start = offset;
    int status = grow(w, want);
    return status < 0 ? status : file_read(w->file, w->bytes, want, offset, &w->len);
}

const uint8_t *file_window_view(struct file_window *w, uint64_t offset, size_t len)
{
    bool inside = offset >= w->start && offset - w->start <= w->len &&
                  w->len - (size_t)(offset - w->start) >= len;
    w->status = inside ? 0 : fill(w, offset, len);
    if (w->status < 0 || (!inside && w->len < len))
        return NULL;
    return w->bytes + (offset - w->start);
}

void file_window_clear(struct file_window *w)
{
    free(w->bytes);
    *w = (struct file_window){0};
}
