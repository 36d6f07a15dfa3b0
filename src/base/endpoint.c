#include "base/endpoint.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0 && a->scope == b->scope && a->port == b->port;
}

bool endpoint_is_ipv4(const struct endpoint *e)
{
    return memcmp(e->ip, mapped, sizeof mapped) == 0;
}

bool endpoint_is_loopback(const struct endpoint *e)
{
    static const uint8_t loopback6[16] = {[15] = 1};
    return endpoint_is_ipv4(e) ? e->ip[12] == 127 : memcmp(e->ip, loopback6, 16) == 0;
}

bool endpoint_is_link_local(const struct endpoint *e)
{
    return e->ip[0] == 0xfe && (e->ip[1] & 0xc0) == 0x80;
}

bool endpoint_is_dialable(const struct endpoint *e)
{
    static const uint8_t unspecified[16] = {0};
    if (e->port == 0 || memcmp(e->ip, unspecified, 16) == 0)
        return false;
    if (endpoint_is_ipv4(e)) /* not 0/8, multicast 224/4, reserved and broadcast 240/4 */
        return e->ip[12] != 0 && e->ip[12] < 224;
    return e->ip[0] != 0xff && (!endpoint_is_link_local(e) || e->scope != 0);
}

void endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (endpoint_is_ipv4(e)) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons(e->port);
        memcpy(&in->sin_addr, e->ip + 12, 4);
        return;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(e->port);
    in6->sin6_scope_id = e->scope;
    memcpy(&in6->sin6_addr, e->ip, 16);
}

enum lth_err endpoint_from_sockaddr(const struct sockaddr *from, struct endpoint *out)
{
    struct endpoint e = {0};
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        memcpy(e.ip, mapped, sizeof mapped);
        memcpy(e.ip + 12, &in->sin_addr, 4);
        e.port = ntohs(in->sin_port);
    } else if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        memcpy(e.ip, &in6->sin6_addr, 16);
        e.port = ntohs(in6->sin6_port);
        e.scope = endpoint_is_link_local(&e) ? in6->sin6_scope_id : 0;
    } else {
        return LTH_MALFORMED;
    }
    *out = e;
    return LTH_OK;
}

void endpoint_write(const struct endpoint *e, char text[ENDPOINT_TEXT_LEN])
{
    char ip[INET6_ADDRSTRLEN], name[IF_NAMESIZE] = "";
    if (endpoint_is_ipv4(e)) {
        inet_ntop(AF_INET, e->ip + 12, ip, sizeof ip);
        snprintf(text, ENDPOINT_TEXT_LEN, "%s:%u", ip, e->port);
        return;
    }
    inet_ntop(AF_INET6, e->ip, ip, sizeof ip);
    if (e->scope && !if_indextoname(e->scope, name))
        snprintf(name, sizeof name, "%u", e->scope); /* the interface has gone */
    snprintf(text, ENDPOINT_TEXT_LEN, "[%s%s%s]:%u", ip, e->scope ? "%" : "", name, e->port);
}

static enum lth_err parse_port(const char *text, uint16_t *port)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return LTH_MALFORMED;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || value > 65535)
        return LTH_MALFORMED;
    *port = (uint16_t)value;
    return LTH_OK;
}

enum lth_err endpoint_split(const char *text, char *host, size_t host_size, uint16_t *port)
{
    const char *start = text, *end, *colon;
    if (text[0] == '[') {
        start = text + 1;
        end = strchr(start, ']');
        colon = end ? end + 1 : NULL;
    } else {
        end = colon = strchr(text, ':');
    }
    if (!end || *colon != ':' || end == start || (size_t)(end - start) >= host_size)
        return LTH_MALFORMED;
    if (parse_port(colon + 1, port) != LTH_OK)
        return LTH_MALFORMED;
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    return LTH_OK;
}

/* "eth0" or "2", the part behind %. */
static uint32_t parse_scope(const char *text)
{
    char name[IF_NAMESIZE];
    char *end;
    unsigned long index = strtoul(text, &end, 10);
    if (*text && !*end && index <= UINT32_MAX)
        return if_indextoname((unsigned)index, name) ? (uint32_t)index : 0;
    return if_nametoindex(text);
}

enum lth_err endpoint_parse(const char *text, struct endpoint *out)
{
    struct endpoint e = {0};
    char host[ENDPOINT_TEXT_LEN];
    enum lth_err err = endpoint_split(text, host, sizeof host, &e.port);
    if (err != LTH_OK)
        return err;
    char *zone = strchr(host, '%');
    if (zone)
        *zone++ = '\0';
    if (!zone && inet_pton(AF_INET, host, e.ip + 12) == 1)
        memcpy(e.ip, mapped, sizeof mapped);
    else if (inet_pton(AF_INET6, host, e.ip) != 1)
        return LTH_MALFORMED;
    if (zone && (e.scope = parse_scope(zone)) == 0)
        return LTH_MALFORMED;
    if (zone && !endpoint_is_link_local(&e))
        e.scope = 0; /* so that equal addresses compare equal */
    *out = e;
    return LTH_OK;
}
