/* tests/sim/run.c - runs seeds, and says which rule broke where and how to see it again. */
#include "ingredients.h"
#include "story.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    JOBS_MAX = 64,
    SEED_S = 120,      /* of processor time; a seed that takes longer never ends */
    FAILURES_MAX = 10, /* told by one job */
};

struct options {
    struct story_options story;
    uint64_t first, last;
    unsigned jobs;
    bool trace, real_curves;
    int limit; /* stop after so many broken seeds */
};

/* What one job did; goes through a pipe as it is. */
struct result {
    uint64_t seeds, broken, virtual_ms;
    struct tally tally;
};

static char last_words[256]; /* of a core that dies at a seed */
static const struct options *chosen;

static void add_tally(struct tally *to, const struct tally *from)
{
#define TALLY_ADD(name, what) to->name += from->name;
    TALLY(TALLY_ADD)
#undef TALLY_ADD
}

static void print_replay(FILE *out, uint64_t seed)
{
    fprintf(out,
            "  replay: tests/sim/run --seed %" PRIu64 "%s --nodes %zu --minutes %u%s --trace\n",
            seed, chosen->story.groups ? " --groups" : "", chosen->story.people,
            chosen->story.minutes, chosen->real_curves ? " --real" : "");
}

static void print_broken(const struct world *w)
{
    const struct verdict *v = &w->verdict;
    printf("seed %" PRIu64 " at %" PRIu64 ".%03u s: broken: %s (%s)\n", w->seed, v->at_ms / 1000,
           (unsigned)(v->at_ms % 1000), rule_words(v->rule), v->detail);
    print_replay(stdout, w->seed);
    fflush(stdout);
}

/* SIGPROF after so many seconds of work; 0: no more. A process that is stopped, or has to wait for
 * others, does not work. */
static void watch(unsigned seconds)
{
    const struct itimerval limit = {.it_value.tv_sec = seconds};
    setitimer(ITIMER_PROF, &limit, NULL);
}

static void run_seed(const struct options *o, uint64_t seed, struct result *result)
{
    snprintf(last_words, sizeof last_words,
             "seed %" PRIu64 ": broken: the core lives\n"
             "  replay: tests/sim/run --seed %" PRIu64 "%s --nodes %zu --minutes %u --trace\n",
             seed, seed, o->story.groups ? " --groups" : "", o->story.people, o->story.minutes);
    watch(SEED_S);
    struct world *w = story_run(seed, &o->story, o->trace ? stdout : NULL);
    watch(0);
    result->seeds++;
    result->virtual_ms += w->now_ms;
    w->tally.seals = w->seals.count;
    add_tally(&result->tally, &w->tally);
    if (w->verdict.rule != RULE_NONE) {
        result->broken++;
        print_broken(w);
    }
    world_free(w);
}

/* Every jobs-th seed, beginning with the job's own. */
static struct result run_share(const struct options *o, unsigned job)
{
    struct result result = {0};
    for (uint64_t seed = o->first + job; seed <= o->last; seed += o->jobs) {
        run_seed(o, seed, &result);
        if (result.broken >= (uint64_t)o->limit)
            break;
    }
    return result;
}

/* A core that dies says at which seed: the line was written before. */
static void on_death(int number)
{
    ssize_t ignored = write(STDERR_FILENO, last_words, strlen(last_words));
    (void)ignored;
    signal(number, SIG_DFL);
    raise(number);
}

static pid_t start_job(const struct options *o, unsigned job, int *from)
{
    int pipes[2];
    fflush(stdout);
    if (pipe(pipes) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct result result = run_share(o, job);
        close(pipes[0]);
        _exit(write(pipes[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    close(pipes[1]);
    *from = pipes[0];
    return pid;
}

/* True when every job lived to its end. */
static bool run_jobs(const struct options *o, struct result *sum)
{
    pid_t pids[JOBS_MAX];
    int from[JOBS_MAX], status;
    bool all = true;
    for (unsigned job = 0; job < o->jobs; job++)
        if ((pids[job] = start_job(o, job, &from[job])) < 0)
            return false;
    for (unsigned job = 0; job < o->jobs; job++) {
        struct result result;
        bool came = read(from[job], &result, sizeof result) == sizeof result;
        close(from[job]);
        all = waitpid(pids[job], &status, 0) == pids[job] && status == 0 && came && all;
        if (!came)
            continue;
        sum->seeds += result.seeds;
        sum->broken += result.broken;
        sum->virtual_ms += result.virtual_ms;
        add_tally(&sum->tally, &result.tally);
    }
    return all;
}

static void print_summary(const struct result *r)
{
    printf("%" PRIu64 " seeds, %" PRIu64 " broken, %" PRIu64 " virtual hours\n", r->seeds,
           r->broken, r->virtual_ms / 3600000);
#define TALLY_PRINT(name, what) printf("%12" PRIu64 " %s: %s\n", r->tally.name, #name, what);
    TALLY(TALLY_PRINT)
#undef TALLY_PRINT
}

/* ---- the command line ---- */

static void print_help(void)
{
    printf("usage: tests/sim/run [options]\n"
           "  --seed N          one seed (0)\n"
           "  --seeds A..B      all seeds from A to B\n"
           "  --count N         seeds from 1 to N\n"
           "  --groups          people are in groups, too\n"
           "  --nodes K         people in the story (0 = drawn, 2 to 8; at most 50)\n"
           "  --minutes M       virtual minutes before everything is healed (10)\n"
           "  --trace           tells what happens, line by line\n"
           "  --jobs J          processes (1)\n"
           "  --limit N         a job ends after so many broken seeds (10)\n"
           "  --real            true X25519 and Ed25519 instead of stand-ins\n"
           "  --only A,B        of these ingredients at most\n"
           "  --without A,B     none of these\n"
           "  --with A,B        these in every seed\n"
           "ingredients:");
    for (enum ingredient i = 0; i < INGREDIENT_COUNT; i++)
        printf(" %s", ingredient_word(i));
    printf("\nExit status 1: a rule was broken.\n");
}

/* Bits of the ingredients named in a list with commas; exits when one is unknown. */
static uint32_t parse_ingredients(char *list)
{
    uint32_t bits = 0;
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        enum ingredient i = 0;
        while (i < INGREDIENT_COUNT && strcmp(word, ingredient_word(i)) != 0)
            i++;
        if (i == INGREDIENT_COUNT) {
            fprintf(stderr, "There is no ingredient \"%s\": see --help.\n", word);
            exit(2);
        }
        bits |= (uint32_t)1 << i;
    }
    return bits;
}

static uint64_t parse_number(const char *text, uint64_t most)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end || value > most) {
        fprintf(stderr, "\"%s\" is not a number up to %" PRIu64 ".\n", text, most);
        exit(2);
    }
    return value;
}

static void parse_range(struct options *o, char *text)
{
    char *dots = strstr(text, "..");
    if (!dots) {
        fprintf(stderr, "\"%s\" is not a range: write A..B.\n", text);
        exit(2);
    }
    *dots = '\0';
    o->first = parse_number(text, UINT64_MAX);
    o->last = parse_number(dots + 2, UINT64_MAX);
}

static void take_option(struct options *o, int option)
{
    switch (option) {
    case 's': o->first = o->last = parse_number(optarg, UINT64_MAX); return;
    case 'r': parse_range(o, optarg); return;
    case 'c':
        o->first = 1;
        o->last = parse_number(optarg, UINT64_MAX);
        return;
    case 'n': o->story.people = parse_number(optarg, PEOPLE_MAX); return;
    case 'm': o->story.minutes = (unsigned)parse_number(optarg, 100000); return;
    case 't': o->trace = true; return;
    case 'j': o->jobs = (unsigned)parse_number(optarg, JOBS_MAX); return;
    case 'l': o->limit = (int)parse_number(optarg, 1000000); return;
    case 'R': o->real_curves = true; return;
    case 'g': o->story.groups = true; return;
    case 'o': o->story.only = parse_ingredients(optarg); return;
    case 'w': o->story.only &= ~parse_ingredients(optarg); return;
    case 'W': o->story.surely = parse_ingredients(optarg); return;
    case 'h': print_help(); exit(0);
    default: exit(2);
    }
}

static void parse_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"seed", required_argument, NULL, 's'},
        {"seeds", required_argument, NULL, 'r'},
        {"count", required_argument, NULL, 'c'},
        {"nodes", required_argument, NULL, 'n'},
        {"minutes", required_argument, NULL, 'm'},
        {"trace", no_argument, NULL, 't'},
        {"jobs", required_argument, NULL, 'j'},
        {"limit", required_argument, NULL, 'l'},
        {"real", no_argument, NULL, 'R'},
        {"groups", no_argument, NULL, 'g'},
        {"only", required_argument, NULL, 'o'},
        {"without", required_argument, NULL, 'w'},
        {"with", required_argument, NULL, 'W'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        take_option(o, option);
    if (optind < argc || o->story.people == 1 || !o->jobs) {
        fprintf(stderr, "These options make no story: see --help.\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct options options = {.story = {.people = 5, .minutes = 10, .only = UINT32_MAX},
                              .jobs = 1,
                              .limit = FAILURES_MAX};
    struct result sum = {0};
    parse_options(&options, argc, argv);
    chosen = &options;
    sodium_between_cheap_curves(!options.real_curves);
    signal(SIGABRT, on_death);
    signal(SIGSEGV, on_death);
    signal(SIGPROF, on_death);
    bool all = true;
    if (options.jobs == 1)
        sum = run_share(&options, 0);
    else
        all = run_jobs(&options, &sum);
    if (!options.trace)
        print_summary(&sum);
    return all && sum.seeds && !sum.broken ? EXIT_SUCCESS : EXIT_FAILURE;
}
