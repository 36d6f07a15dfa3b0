#include "ui/person_uri.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char scheme[] = "lanthorn:";
static const char hex[] = "0123456789ABCDEF";

/* RFC 3986 §2.3: what stands for itself everywhere. */
static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-._~";

bool person_uri_is(const char *text)
{
    return strncasecmp(text, scheme, sizeof scheme - 1) == 0;
}

static enum lth_err refuse(struct sentence *why, const char *what)
{
    sentence_set(why, "This link does not lead to anybody: %s.", what);
    return LTH_MALFORMED;
}

static int digit_of(char c)
{
    const char *at = c ? strchr(hex, c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c) : NULL;
    return at ? (int)(at - hex) : -1;
}

/* Takes one byte, as it is or as %XX, off *at, which is before end; -1 when it is neither. */
static int take_byte(const char **at, const char *end)
{
    if (**at != '%')
        return (unsigned char)*(*at)++;
    int high = end - *at > 2 ? digit_of((*at)[1]) : -1;
    int low = high >= 0 ? digit_of((*at)[2]) : -1;
    *at += 3;
    return low >= 0 ? high << 4 | low : -1;
}

/* False when it is no name, or too long a one. */
static bool take_name(const char *at, const char *end, char name[NAME_MAX_LEN + 1])
{
    size_t len = 0;
    while (at < end) {
        int byte = take_byte(&at, end);
        if (byte <= 0 || len == NAME_MAX_LEN)
            return false;
        name[len++] = (char)byte;
    }
    name[len] = '\0';
    return utf8_is_valid((const uint8_t *)name, len);
}

/* "n=Ann&x=1": what is known of it. */
static bool take_parameters(const char *at, struct person_uri *out)
{
    while (*at) {
        size_t len = strcspn(at, "&");
        if (strncmp(at, "n=", 2) == 0 && (*out->name || !take_name(at + 2, at + len, out->name)))
            return false;
        at += len;
        at += *at == '&';
    }
    return true;
}

enum lth_err person_uri_parse(const char *text, struct person_uri *out, struct sentence *why)
{
    struct person_uri uri = {.name = ""};
    uint8_t id[ID_LEN];
    const char *at = text + sizeof scheme - 1;
    size_t len = person_uri_is(text) ? strcspn(at, "?") : 0;
    snprintf(uri.id, sizeof uri.id, "%.*s", len == ID_TEXT_LEN ? ID_TEXT_LEN : 0, at);
    if (id_parse(uri.id, id) != LTH_OK)
        return refuse(why, "behind \"lanthorn:\" stand the 52 letters and digits of an id, as "
                           "/status shows them at the prompt");
    if (at[len] == '?' && !take_parameters(at + len + 1, &uri))
        return refuse(why, "the name behind \"n=\" stands there once, and is at most 64 bytes of "
                           "UTF-8");
    id_write(id, uri.id);
    *out = uri;
    return LTH_OK;
}

void person_uri_write(const uint8_t id[ID_LEN], const char *name, char text[PERSON_URI_SIZE])
{
    char id_text[ID_TEXT_LEN + 1], *to = text;
    id_write(id, id_text);
    to += snprintf(to, PERSON_URI_SIZE, "%s%s", scheme, id_text);
    if (!*name || strlen(name) > NAME_MAX_LEN)
        return;
    to = stpcpy(to, "?n=");
    for (; *name; name++) {
        unsigned char byte = (unsigned char)*name;
        if (!strchr(unreserved, *name)) {
            *to++ = '%';
            *to++ = hex[byte >> 4];
            *to++ = hex[byte & 15];
        } else {
            *to++ = *name;
        }
    }
    *to = '\0';
}
