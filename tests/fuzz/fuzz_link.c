/* The core at the far end of a link: the first byte chooses how far the handshake goes, and what
 * the rest is then. Nobody who did not finish it leaves a trace; whoever did can send what he
 * likes, and the log can still be read again. Needs tests/unit/node/stage.c and guest.c. */
#include "base/cursor.h"
#include "node/guest.h"
#include "wire/hello.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

enum mode {
    AS_MESSAGE_1, /* raw bytes from the start */
    AS_MESSAGE_3, /* raw bytes after message 1 */
    AS_HELLO,     /* the payload of an honest message 3 */
    AS_FRAMES,    /* sealed: length (u16) and plain frame, again and again */
    AS_SESSION,   /* raw bytes after the handshake */
    MODES
};

static struct stage s;
static struct guest g;
static uint64_t draws;

static void require(bool fact)
{
    if (!fact)
        abort();
}

/* ---- the same randomness every time ---- */

static void random_bytes(void *bytes, size_t len)
{
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    memcpy(seed, &draws, sizeof draws);
    draws++;
    randombytes_buf_deterministic(bytes, len, seed);
}

static uint32_t random_u32(void)
{
    uint32_t value;
    random_bytes(&value, sizeof value);
    return value;
}

static const char *random_name(void)
{
    return "fuzzer";
}

static void init(void)
{
    static struct randombytes_implementation source = {
        .implementation_name = random_name, .random = random_u32, .buf = random_bytes};
    static bool done;
    if (!done)
        require(randombytes_set_implementation(&source) == 0);
    done = true;
    draws = 0;
}

/* ---- the modes ---- */

/* In pieces of the size that the first byte says. */
static void send_raw(struct reader *r)
{
    size_t piece = (size_t)read_u8(r) + 1;
    while (reader_left(r) > 0) {
        size_t len = reader_left(r) < piece ? reader_left(r) : piece;
        stage_bytes(&s, g.link, read_view(r, len), len);
    }
}

static void send_hello(struct reader *r)
{
    uint8_t out[512];
    size_t len = reader_left(r) < HELLO_LEN ? reader_left(r) : HELLO_LEN;
    const uint8_t *hello = read_view(r, len);
    stage_bytes(&s, g.link, out, guest_write_handshake(&g, hello, len, out));
}

/* The top bit of a length: the disk has written everything before. */
static void send_frames(struct reader *r)
{
    bool closed = false;
    while (!closed && reader_left(r) > 2) {
        size_t head = read_u16(r), len = head & 0x7fff;
        len = len < reader_left(r) ? len : reader_left(r);
        if (len == 0)
            continue;
        if (head & 0x8000)
            stage_disk_done(&s);
        guest_send_frame(&s, &g, read_view(r, len), len);
        closed = stage_closed(&s, g.link);
    }
}

static void require_no_trace(uint64_t appended)
{
    require(s.appended == appended);
    require(stage_count(&s, TODO_EVENT) == 0);
}

static void run(enum mode mode, struct reader *r)
{
    static const unsigned until[MODES] = {[AS_MESSAGE_3] = 2, [AS_HELLO] = 2};
    uint64_t appended = s.appended;
    guest_init(&g, 2, "guest");
    if (mode < AS_FRAMES)
        guest_begin(&s, &g, NODE_INCOMING_LINK | 1, until[mode]);
    else
        guest_connect(&s, &g, NODE_INCOMING_LINK | 1);
    if (mode == AS_FRAMES)
        send_frames(r);
    else if (mode == AS_HELLO)
        send_hello(r);
    else
        send_raw(r);
    if (mode < AS_HELLO)
        require_no_trace(appended);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct reader r = reader_over(input, len);
    if (len < 2 || len > 8192)
        return 0;
    init();
    stage_open(&s, 1);
    run(read_u8(&r) % MODES, &r);
    stage_disk_done(&s);
    guest_clear(&s, &g);
    stage_wait(&s, 20000);
    stage_restart(&s, 1); /* reads the log again */
    stage_close(&s);
    return 0;
}
