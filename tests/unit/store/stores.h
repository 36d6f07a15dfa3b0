/* tests/unit/store/stores.h - stores on a memory disk, as the tests open and fill them. */
#ifndef LTH_TESTS_STORES_H
#define LTH_TESTS_STORES_H

#include "check.h"
#include "store/memdisk.h"
#include "store/options.h"

extern const struct store_key test_key;         /* a key file: no Argon2 */
extern const struct store_options test_options; /* cheap passphrases, a clock in our hand */
extern uint64_t test_now_ms;

/* store_open_with the test's options, and store_begin. */
enum lth_err open_with(const struct disk *disk, const char *dir, const struct store_key *key,
                       struct store **out, struct store_report *report);

/* As above on m, directory "s", with the test's key. */
enum lth_err open_on(struct memdisk *m, struct store **out, struct store_report *report);

/* As above, and it must succeed. */
struct store *must_open(struct memdisk *m, struct store_report *report);

/* Record n of every test: "record n", with n letters after it. NUL-terminated. */
void test_record(uint64_t n, char text[128]);

/* Appends record `number` of the above as the next. */
enum lth_err append_one(struct store *s);

/* Appends `count` and syncs each; all must succeed. */
void fill(struct store *s, unsigned count);

/* Checks that s replays exactly what test_record says, and returns how many records it has.
 * skipped is increased for each number that is missing. */
uint64_t check_all(struct store *s, uint64_t *skipped, const char *row);

void must_close(struct store *s);

#endif
