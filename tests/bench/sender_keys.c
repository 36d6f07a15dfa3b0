/* sender_keys.c - messages to a group: ours, the floor's, Megolm's, libsignal's, in memory.
 *
 * All take turns in short slices, so that a busy machine slows each of them; what others take of
 * the processor meanwhile is not counted. Prints a line for each way and size of burst: "name burst
 * sealed_per_s opened_per_s bytes_beyond_the_text".
 */
#include "sender_keys.h"

#include <sodium.h>

enum { SLICES = 16, SLICE_NS = 15 * 1000 * 1000 };

static const struct sender_keys *const ways[] = {
    &floor_keys,
    &our_keys,
#ifdef BENCH_MEGOLM
    &megolm_keys,
#endif
#ifdef BENCH_SIGNAL
    &signal_keys,
#endif
};
static const size_t bursts[] = {1, BURST};

enum { WAYS = sizeof ways / sizeof ways[0], BURSTS = sizeof bursts / sizeof bursts[0] };

struct tally {
    uint64_t count, bytes, sealing_ns, opening_ns;
};

static void run_slice(const struct sender_keys *way, size_t burst, struct tally *tally)
{
    static const uint8_t text[TEXT_LEN] = "shall we have lunch at half one?";
    uint64_t end = cpu_ns() + SLICE_NS;
    for (uint64_t begin = cpu_ns(), sealed, opened; begin < end; begin = opened) {
        tally->bytes += way->seal(text, burst);
        sealed = cpu_ns();
        way->open(text, burst);
        opened = cpu_ns();
        tally->sealing_ns += sealed - begin;
        tally->opening_ns += opened - sealed;
        tally->count += BATCH;
    }
}

static void print_tally(const struct sender_keys *way, size_t burst, const struct tally *tally)
{
    double count = (double)tally->count;
    printf("%s %zu %.1f %.1f %.2f\n", way->name, burst, count * 1e9 / (double)tally->sealing_ns,
           count * 1e9 / (double)tally->opening_ns, (double)tally->bytes / count - TEXT_LEN);
}

int main(void)
{
    static struct tally tallies[WAYS][BURSTS];
    if (sodium_init() < 0)
        return 1;
    for (size_t way = 0; way < WAYS; way++)
        ways[way]->begin();
    for (int slice = 0; slice < SLICES; slice++)
        for (size_t way = 0; way < WAYS; way++)
            for (size_t i = 0; i < BURSTS; i++)
                run_slice(ways[way], bursts[i], &tallies[way][i]);
    for (size_t way = 0; way < WAYS; way++)
        for (size_t i = 0; i < BURSTS; i++)
            print_tally(ways[way], bursts[i], &tallies[way][i]);
    return 0;
}
