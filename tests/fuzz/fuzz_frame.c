/* wire/frame.h: any bytes as a plain frame. Bodies lie inside the frame, the end is final,
 * and what was read, written again, is the same bytes. */
#include "wire/frame.h"
#include "wire/session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
    if (!fact)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[SESSION_PLAIN_MAX];
    size_t len = size < sizeof again ? size : sizeof again;
    struct reader r = reader_over(data, len);
    struct writer w = writer_over(again, sizeof again);
    struct frame_message m;
    enum lth_err err;

    while ((err = frame_next(&r, &m)) == LTH_OK) {
        require(m.body >= data && m.body + m.len <= data + len);
        require(frame_add(&w, m.type, m.flags, m.body, m.len));
        require(memcmp(again, data, writer_len(&w)) == 0);
    }
    require(err == LTH_NOT_FOUND || err == LTH_MALFORMED);
    require(frame_next(&r, &m) == err);

    size_t written = writer_len(&w);
    size_t padded = frame_pad(&w, sizeof again);
    require(padded >= written && padded <= sizeof again);
    if (err == LTH_NOT_FOUND)
        require(memcmp(again, data, len < padded ? len : padded) == 0);
    return 0;
}
