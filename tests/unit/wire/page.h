/* tests/unit/wire/page.h - the worked examples of wire/PROTOCOL.md, read from the page itself.
 *
 * They are its blocks of "name = hexadecimal digits", where a value goes on in indented lines.
 * Whatever is not as expected fails the running test.
 */
#ifndef LTH_TESTS_WIRE_PAGE_H
#define LTH_TESTS_WIRE_PAGE_H

#include "wire/identity.h"
#include "wire/vector.h"

void page_load(void); /* before all else */
void page_value(const char *name, struct hex_bytes *out);
void page_expect(const char *name, const uint8_t *got, size_t len);

/* From "WHO x25519 secret" and "WHO ed25519 seed"; public keys and id must be those of the page. */
struct identity_secret page_identity(const char *who);

/* Anywhere, also in its prose. */
bool page_has(const char *text);

#endif
