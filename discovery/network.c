#include "discovery/network.h"

#include "discovery/addresses.h"

#include <stdio.h>
#include <string.h>

static const char no_network[] = "No network is up; waiting for one.";

void network_init(struct network *n)
{
    *n = (struct network){.is_up = true};
}

static void append(char text[NETWORK_SENTENCE_SIZE], const char *lead, const char *word)
{
    size_t len = strlen(text);
    snprintf(text + len, NETWORK_SENTENCE_SIZE - len, "%s%s", lead, word); /* has room for all */
}

/* How many of the names exist; text gets the sentence about the others, or "". */
static size_t name_missing(const struct interfaces *in, char text[NETWORK_SENTENCE_SIZE])
{
    size_t there = 0;
    text[0] = '\0';
    for (size_t i = 0; i < in->count; i++) {
        if (if_nametoindex(in->names[i]) > 0)
            there++;
        else
            append(text, *text ? " or " : "No network interface here is called ", in->names[i]);
    }
    if (*text)
        append(text, "; ", "one that comes later will be used.");
    return there;
}

static void look_at_names(struct network *n, const struct interfaces *in)
{
    char text[NETWORK_SENTENCE_SIZE];
    size_t there = name_missing(in, text);
    n->has_none = in->count > 0 && there == 0;
    if (strcmp(text, n->missing) == 0)
        return;
    memcpy(n->missing, text, sizeof text);
    n->has_news = true;
}

void network_look(struct network *n, const struct interfaces *in, uint64_t now_ms)
{
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return;
    bool was_up = n->is_up;
    n->is_up = addresses_can_be_used(list, in);
    freeifaddrs(list);
    if (was_up && !n->is_up)
        n->down_since_ms = now_ms;
    look_at_names(n, in);
}

const char *network_take_missing(struct network *n)
{
    bool has_news = n->has_news;
    n->has_news = false;
    return has_news && n->missing[0] ? n->missing : NULL;
}

static uint64_t grace_left_ms(const struct network *n, uint64_t now_ms)
{
    uint64_t down_ms = now_ms - n->down_since_ms;
    return down_ms < NETWORK_GRACE_MS ? NETWORK_GRACE_MS - down_ms : 0;
}

struct outlook network_outlook(const struct network *n, struct outlook o, uint64_t now_ms)
{
    bool is_worth_saying = !n->has_none && grace_left_ms(n, now_ms) == 0;
    if (n->is_up)
        return o;
    return (struct outlook){o.backend, "waiting", is_worth_saying ? no_network : NULL, false};
}

uint64_t network_wait_ms(const struct network *n, uint64_t now_ms)
{
    uint64_t left_ms = n->is_up ? 0 : grace_left_ms(n, now_ms);
    return left_ms > 0 ? left_ms : UINT64_MAX;
}
