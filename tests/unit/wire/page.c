#include "wire/page.h"

#include "check.h"

#include <sodium.h>
#include <stdio.h>

static char page[128 * 1024];

void page_load(void)
{
    FILE *f = fopen(PROTOCOL_MD, "r");

    assert_non_null(f);
    size_t len = fread(page, 1, sizeof page - 1, f);
    fclose(f);
    assert_in_range(len, 1, sizeof page - 2);
    page[len] = '\0';
}

/* Where the value of name begins; the name stands at the start of a line. */
static const char *find_value(const char *name)
{
    size_t len = strlen(name);

    for (const char *line = page; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && strcspn(line + len, "=") == strspn(line + len, " "))
            return line + len + strspn(line + len, " =");
    }
    fail_msg("PROTOCOL.md has no \"%s\"", name);
    return NULL;
}

void page_value(const char *name, struct hex_bytes *out)
{
    const char *at = find_value(name);
    char hex[2 * VECTOR_BYTES + 1];
    size_t len = 0;

    do {
        size_t digits = strspn(at, "0123456789abcdef");
        CHECK(digits > 0 && at[digits] == '\n' && len + digits < sizeof hex, name);
        memcpy(hex + len, at, digits);
        len += digits;
        at += digits + 1;
        at += strspn(at, " ");
    } while (at[-1] == ' ');
    hex[len] = '\0';
    hex_parse(hex, out);
}

void page_expect(const char *name, const uint8_t *got, size_t len)
{
    struct hex_bytes want;

    page_value(name, &want);
    vector_expect(&want, got, len, name);
}

struct identity_secret page_identity(const char *who)
{
    struct hex_bytes x25519, ed25519;
    struct identity_secret s;
    char name[64];

    snprintf(name, sizeof name, "%s x25519 secret", who);
    page_value(name, &x25519);
    snprintf(name, sizeof name, "%s ed25519 seed", who);
    page_value(name, &ed25519);
    identity_secret_init(&s, x25519.bytes, ed25519.bytes);
    snprintf(name, sizeof name, "%s x25519 public", who);
    page_expect(name, s.public.x25519, IDENTITY_KEY_LEN);
    snprintf(name, sizeof name, "%s ed25519 public", who);
    page_expect(name, s.public.ed25519, IDENTITY_KEY_LEN);
    snprintf(name, sizeof name, "%s id", who);
    page_expect(name, s.public.id, ID_LEN);
    return s;
}

bool page_has(const char *text)
{
    return strstr(page, text) != NULL;
}
