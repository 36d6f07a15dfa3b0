/* round_trip.c - how long a message takes through two running nodes, there and back.
 *
 *   round_trip WHO LEN COUNT COMMANDS EVENTS OTHERS_EVENTS
 *
 * The last three are descriptors inherited from the starter: the node's standard input, its
 * standard output, and that of the other node, called WHO. Waits until WHO is online; then COUNT
 * times writes one "send" of LEN bytes and reads until its "delivered". Prints "p50_us p99_us".
 * What the other node prints is thrown away between two measurements.
 */
#include "bench.h"

#include <fcntl.h>

enum { LINE_MAX_LEN = 64 * 1024, COMMAND_MAX = 32 * 1024 };

/* Lines of a node, one at a time. */
struct events {
    int fd;
    size_t len, taken; /* bytes read; of these the lines given out */
    char bytes[LINE_MAX_LEN + 1];
};

/* The next line, ended with a NUL; valid until the next call. */
static const char *events_next(struct events *e)
{
    for (;;) {
        char *line = e->bytes + e->taken;
        char *end = memchr(line, '\n', e->len - e->taken);
        if (end) {
            *end = '\0';
            e->taken = (size_t)(end - e->bytes) + 1;
            return line;
        }
        memmove(e->bytes, line, e->len - e->taken);
        e->len -= e->taken;
        e->taken = 0;
        ssize_t got = read(e->fd, e->bytes + e->len, LINE_MAX_LEN - e->len);
        if (got <= 0)
            die("the node ended");
        e->len += (size_t)got;
    }
}

static void wait_for(struct events *e, const char *event, const char *with)
{
    const char *line = events_next(e);
    while (!strstr(line, event) || !strstr(line, with)) {
        if (strstr(line, "\"event\":\"error\"")) {
            fprintf(stderr, "%s\n", line);
            exit(1);
        }
        line = events_next(e);
    }
}

static void throw_away(int fd)
{
    char bytes[4096];
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

/* The line that sends a text of text_len bytes to who; returns its length. */
static size_t write_command(char line[COMMAND_MAX], const char *who, size_t text_len)
{
    static const char words[] = "shall we have lunch at half one? ";
    int len = snprintf(line, COMMAND_MAX, "{\"do\":\"send\",\"to\":\"%s\",\"text\":\"", who);
    if (len < 0 || (size_t)len + text_len + sizeof "\"}\n" > COMMAND_MAX) {
        errno = EMSGSIZE;
        die("round_trip");
    }
    for (size_t i = 0; i < text_len; i++)
        line[len++] = words[i % (sizeof words - 1)];
    memcpy(line + len, "\"}\n", sizeof "\"}\n");
    return (size_t)len + strlen("\"}\n");
}

int main(int argc, char **argv)
{
    static struct events events;
    static char command[COMMAND_MAX];
    if (argc != 7)
        return 2;
    size_t len = write_command(command, argv[1], number_of(argv[2])), count = number_of(argv[3]);
    int commands = (int)number_of(argv[4]), others = (int)number_of(argv[6]);
    uint64_t *times = calloc(count, sizeof *times);
    if (!times || fcntl(others, F_SETFL, O_NONBLOCK) != 0)
        die("round_trip");
    events.fd = (int)number_of(argv[5]);
    wait_for(&events, "\"event\":\"peer\"", "\"online\":true");
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        write_whole(commands, command, len);
        wait_for(&events, "\"event\":\"delivered\"", "");
        times[i] = now_ns() - begin;
        throw_away(others);
    }
    print_percentiles(times, count);
    free(times);
    return 0;
}
