/* node_pipes.h - a node on the other end of two pipes: commands written, events read.
 *
 * The pipes are inherited from who started the node. Whatever the node refuses ends the program.
 */
#ifndef LTH_BENCH_NODE_PIPES_H
#define LTH_BENCH_NODE_PIPES_H

#include "bench.h"

enum { LINE_MAX_LEN = 64 * 1024, COMMAND_MAX = 32 * 1024 };

/* Lines of a node, one at a time. */
struct events {
    int fd;
    size_t len, taken; /* bytes read; of these the lines given out */
    char bytes[LINE_MAX_LEN + 1];
};

/* The next line, ended with a NUL; valid until the next call. */
static inline const char *events_next(struct events *e)
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

static inline void wait_for(struct events *e, const char *event, const char *with)
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

/* The line that sends a text of text_len bytes to who; returns its length. */
static inline size_t write_command(char line[COMMAND_MAX], const char *who, size_t text_len)
{
    static const char words[] = "shall we have lunch at half one? ";
    int len = snprintf(line, COMMAND_MAX, "{\"do\":\"send\",\"to\":\"%s\",\"text\":\"", who);
    if (len < 0 || (size_t)len + text_len + sizeof "\"}\n" > COMMAND_MAX) {
        errno = EMSGSIZE;
        die("send");
    }
    for (size_t i = 0; i < text_len; i++)
        line[len++] = words[i % (sizeof words - 1)];
    memcpy(line + len, "\"}\n", sizeof "\"}\n");
    return (size_t)len + strlen("\"}\n");
}

#endif
