/* A link says who somebody is by their id, and by nothing else. */
#include "check.h"

#include "ui/person_uri.h"

#include <stdlib.h>

#define ID "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsq"
static const char id[] = ID;

#define A8  "aaaaaaaa"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8

static const struct {
    const char *row, *text, *name; /* name NULL: refused */
} rows[] = {
    {"id alone", "lanthorn:" ID, ""},
    {"with a name", "lanthorn:" ID "?n=Ann", "Ann"},
    {"upper case", "LANTHORN:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSQ", ""},
    {"escaped name", "lanthorn:" ID "?n=Ann%20of%20%C3%A9%26%2f", "Ann of \xc3\xa9&/"},
    {"plus is plus", "lanthorn:" ID "?n=a+b", "a+b"},
    {"unescaped name", "lanthorn:" ID "?n=\xc3\xa9 #=?", "\xc3\xa9 #=?"},
    {"no parameters", "lanthorn:" ID "?", ""},
    {"empty name", "lanthorn:" ID "?n=", ""},
    {"unknown parameters", "lanthorn:" ID "?x=%zz&n=Ann&&y", "Ann"},
    {"n of another", "lanthorn:" ID "?nn=Ann", ""},
    {"64 bytes", "lanthorn:" ID "?n=" A64, A64},
    {"65 bytes", "lanthorn:" ID "?n=" A64 "a", NULL},
    {"65 bytes, escaped", "lanthorn:" ID "?n=" A64 "%61", NULL},
    {"two names", "lanthorn:" ID "?n=Ann&n=Ben", NULL},
    {"zero byte", "lanthorn:" ID "?n=A%00n", NULL},
    {"half an escape", "lanthorn:" ID "?n=A%4", NULL},
    {"nothing of an escape", "lanthorn:" ID "?n=A%", NULL},
    {"escape over the end", "lanthorn:" ID "?n=A%4&1", NULL},
    {"no hexadecimal digit", "lanthorn:" ID "?n=A%4g", NULL},
    {"no UTF-8", "lanthorn:" ID "?n=A%ff", NULL},
    {"half a character", "lanthorn:" ID "?n=A%C3", NULL},
    {"nothing", "lanthorn:", NULL},
    {"a beginning of an id", "lanthorn:abcdef", NULL},
    {"an id too long", "lanthorn:" ID "q", NULL},
    {"an id too short, and a name", "lanthorn:abc?n=Ann", NULL},
    {"not base32", "lanthorn:1bcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsq", NULL},
    {"bits beyond the id", "lanthorn:abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsz", NULL},
    {"slashes", "lanthorn://" ID, NULL},
    {"fragment", "lanthorn:" ID "#x", NULL},
    {"another scheme", "lantern:" ID, NULL},
    {"a name for an id", "lanthorn:Ann", NULL},
};

static void test_a_link_is_read_whole_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct person_uri uri = {.id = "untouched"};
        struct sentence why = {""};
        char *text = strdup(rows[i].text); /* so that a step too far is seen */
        enum lth_err want = rows[i].name ? LTH_OK : LTH_MALFORMED;
        CHECK_ERR(person_uri_parse(text, &uri, &why), want, rows[i].row);
        CHECK(strcmp(uri.id, rows[i].name ? id : "untouched") == 0, rows[i].row);
        CHECK(!rows[i].name || strcmp(uri.name, rows[i].name) == 0, rows[i].row);
        CHECK(rows[i].name || strstr(why.text, "link"), rows[i].row);
        free(text);
    }
}

static void test_what_is_written_can_be_read(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "Ann",
                                        "Ann & \"Ben\" #1 100%",
                                        "\xc3\xa9\n\x1b[2J",
                                        A64,
                                        "\xf0\x9f\x8f\xae\xf0\x9f\x8f\xae"};
    uint8_t bytes[ID_LEN];
    char text[PERSON_URI_SIZE], longest[NAME_MAX_LEN + 2];
    struct person_uri uri;
    struct sentence why;
    assert_int_equal(id_parse(id, bytes), LTH_OK);
    for (size_t i = 0; i < LENGTH(names); i++) {
        person_uri_write(bytes, names[i], text);
        CHECK(strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                           "-._~:?=%") == strlen(text),
              names[i]);
        CHECK_ERR(person_uri_parse(text, &uri, &why), LTH_OK, names[i]);
        CHECK(strcmp(uri.id, id) == 0 && strcmp(uri.name, names[i]) == 0, names[i]);
    }
    memset(longest, '/', NAME_MAX_LEN);
    longest[NAME_MAX_LEN] = '\0';
    person_uri_write(bytes, longest, text);
    assert_int_equal(strlen(text) + 1, PERSON_URI_SIZE);
    memset(longest, '/', NAME_MAX_LEN + 1);
    longest[NAME_MAX_LEN + 1] = '\0';
    person_uri_write(bytes, longest, text);
    assert_string_equal(text, "lanthorn:" ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_link_is_read_whole_or_refused),
        cmocka_unit_test(test_what_is_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
