/* store/file_window.h - looking at a file through a buffer that moves along.
 *
 * However long the file says it is, the window only holds what was asked for in one piece
 * and some bytes read ahead.
 */
#ifndef LTH_STORE_FILE_WINDOW_H
#define LTH_STORE_FILE_WINDOW_H

#include "store/file.h"

#include <stdbool.h>

struct file_window {
    const struct file *file; /* borrowed */
    size_t ahead;            /* bytes to read at once, at least */
    uint8_t *bytes;          /* owned */
    size_t size, len;
    uint64_t start; /* offset of bytes[0] */
    int status;     /* of the last view: 0 or -errno */
};

/* Looks at another file, or again at one that has changed; keeps the memory. */
void file_window_over(struct file_window *w, const struct file *file, size_t ahead);

/* len bytes at offset, borrowed until the next call. NULL with status 0 when the file ends
 * before, NULL with status -errno when it cannot be read. */
const uint8_t *file_window_view(struct file_window *w, uint64_t offset, size_t len);

void file_window_clear(struct file_window *w);

#endif
