/* round_trip.c - how long a message takes through two running nodes, there and back.
 *
 *   round_trip WHO LEN COUNT COMMANDS EVENTS OTHERS_EVENTS
 *
 * The last three are descriptors inherited from the starter: the node's standard input, its
 * standard output, and that of the other node, called WHO. Waits until WHO is online; then COUNT
 * times writes one "send" of LEN bytes and reads until its "delivered". Prints "p50_us p99_us".
 * What the other node prints is thrown away between two measurements.
 */
#include "node_pipes.h"

#include <fcntl.h>

static void throw_away(int fd)
{
    char bytes[4096];
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
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
