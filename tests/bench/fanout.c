/* fanout.c - how long a message to a group takes until every other member's node has shown it.
 *
 *   fanout GROUP LEN COUNT COMMANDS EVENTS OTHERS_EVENTS…
 *
 * The last are descriptors inherited from the starter: the author's standard input and output, and
 * the standard output of each other member. COUNT times writes one "send" of LEN bytes, reads until
 * each of the others has printed the message, then until the author has printed a "delivered" for
 * each. Prints "p50_us p99_us" until shown, then the same until delivered.
 */
#include "node_pipes.h"

static struct events *others_new(char **fds, size_t count)
{
    struct events *others = calloc(count, sizeof *others);
    if (!others)
        die("calloc");
    for (size_t i = 0; i < count; i++)
        others[i].fd = (int)number_of(fds[i]);
    return others;
}

/* The last to show it decides, so they may be read in any order. */
static void wait_until_shown(struct events *others, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wait_for(&others[i], "\"event\":\"message\"", "\"kind\":\"group\"");
}

static void wait_until_delivered(struct events *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wait_for(events, "\"event\":\"delivered\"", "");
}

int main(int argc, char **argv)
{
    static struct events events;
    static char command[COMMAND_MAX];
    if (argc < 7)
        return 2;
    size_t len = write_command(command, argv[1], number_of(argv[2])), count = number_of(argv[3]);
    size_t many = (size_t)argc - 6;
    uint64_t *shown = calloc(count, sizeof *shown), *delivered = calloc(count, sizeof *delivered);
    struct events *others = others_new(argv + 6, many);
    int commands = (int)number_of(argv[4]);
    if (!shown || !delivered)
        die("calloc");
    events.fd = (int)number_of(argv[5]);
    for (size_t i = 0; i < count; i++) {
        uint64_t begin = now_ns();
        write_whole(commands, command, len);
        wait_until_shown(others, many);
        shown[i] = now_ns() - begin;
        wait_until_delivered(&events, many);
        delivered[i] = now_ns() - begin;
    }
    print_percentiles(shown, count);
    print_percentiles(delivered, count);
    free(others);
    free(delivered);
    free(shown);
    return 0;
}
