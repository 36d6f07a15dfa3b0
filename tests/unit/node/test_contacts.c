/* How people are called: by petname, by name if nobody else has it, by id; never guessed. */
#include "check.h"

#include "base/text.h"
#include "node/contacts.h"

static struct contact *add(struct contacts *c, uint8_t first, uint8_t fifth, const char *name,
                           const char *petname)
{
    struct contact *out = NULL;
    struct identity identity = {.id = {first, 0, 0, 0, fifth}};
    assert_int_equal(contacts_add(c, &identity, &out), LTH_OK);
    text_copy(out->name, sizeof out->name, name);
    text_copy(out->petname, sizeof out->petname, petname);
    return out;
}

/* Ids as text begin with "aaaaaaa", "eaaaaaa" and so on; the eighth letter tells the fifth byte. */
enum { A = 0x00, E = 0x20, I = 0x40, M = 0x60 };

static void make(struct contacts *c)
{
    add(c, A, 0, "anna", "");
    add(c, A, 1, "bert", "boss");
    add(c, E, 0, "carl", "anna's brother");
    add(c, I, 0, "twin", "");
    add(c, I, 9, "twin", "left");
    add(c, M, 0, "boss", "");
    add(c, M, 9, "same", "pet");
    add(c, 0x80, 0, "other", "pet");
    add(c, 0xa0, 0, "maaaaaaa", "");
    add(c, 0xc0, 0, "eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""); /* E's id */
    add(c, 0xe0, 0, "twin~iaaaaaaj", "");
    add(c, 0xe8, 0, "carl~zzzzzzzz", "");
    add(c, 0xf0, 0, "pat", "marked~iaaaaaaj"); /* given before that was refused */
}

static void test_who_is_found_by_what(void **state)
{
    (void)state;
    static const char e_id[] = "eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const struct {
        const char *name, *who;
        enum lth_err want;
        uint8_t first, fifth;
    } rows[] = {
        {"a name", "anna", LTH_OK, A, 0},
        {"a petname", "anna's brother", LTH_OK, E, 0},
        {"a petname before a name", "boss", LTH_OK, A, 1},
        {"a name behind a petname", "bert", LTH_OK, A, 1},
        {"a name that two have", "twin", LTH_AMBIGUOUS, 0, 0},
        {"the petname of one of them", "left", LTH_OK, I, 9},
        {"a petname that two have", "pet", LTH_AMBIGUOUS, 0, 0},
        {"a name in other letters", "Anna", LTH_NOT_FOUND, 0, 0},
        {"the start of a name", "ann", LTH_NOT_FOUND, 0, 0},
        {"five letters of an id", "eaaaa", LTH_NOT_FOUND, 0, 0},
        {"six letters of an id", "eaaaaa", LTH_OK, E, 0},
        {"in capitals", "EAAAAA", LTH_OK, E, 0},
        {"a whole id", e_id, LTH_OK, E, 0},
        {"an id and one more", "eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         LTH_NOT_FOUND, 0, 0},
        {"the start of two ids", "aaaaaa", LTH_AMBIGUOUS, 0, 0},
        {"enough of one of them", "aaaaaaab", LTH_OK, A, 1},
        {"a name made to look like the start of an id", "maaaaaaa", LTH_AMBIGUOUS, 0, 0},
        {"a start of an id that is nobody's", "zzzzzz", LTH_NOT_FOUND, 0, 0},
        {"one of two, by the mark they are shown with", "twin~iaaaaaaa", LTH_OK, I, 0},
        {"not who is called like the mark of somebody", "twin~iaaaaaaj", LTH_OK, I, 9},
        {"who is called so, by their own mark", "twin~iaaaaaaj~4aaaaaaa", LTH_OK, 0xe0, 0},
        {"the mark of a petname", "left~iaaaaaaj", LTH_OK, I, 9},
        {"a mark with more letters, in capitals", "anna~AAAAAAAAAA", LTH_OK, A, 0},
        {"a mark with too few letters", "anna~aaaaaaa", LTH_NOT_FOUND, 0, 0},
        {"a mark that is nobody's, though somebody is called so", "carl~zzzzzzzz", LTH_NOT_FOUND, 0,
         0},
        {"the name of one and the id of another", "anna~iaaaaaaa", LTH_NOT_FOUND, 0, 0},
        {"a petname like a mark: we gave it", "marked~iaaaaaaj", LTH_OK, 0xf0, 0},
        {"nothing", "", LTH_NOT_FOUND, 0, 0},
        {"not even nothing", NULL, LTH_NOT_FOUND, 0, 0},
    };
    struct contacts c = {0};
    make(&c);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct contact *found = NULL;
        CHECK_ERR(contacts_find(&c, rows[i].who, &found), rows[i].want, rows[i].name);
        CHECK((found != NULL) == (rows[i].want == LTH_OK), rows[i].name);
        CHECK(!found || (found->identity.id[0] == rows[i].first &&
                         found->identity.id[4] == rows[i].fifth),
              rows[i].name);
    }
    contacts_clear(&c);
}

static void test_a_contact_is_its_id(void **state)
{
    (void)state;
    struct contacts c = {0};
    struct contact *bert = add(&c, A, 1, "bert", "");
    const uint8_t id[ID_LEN] = {[4] = 1}, nobody[ID_LEN] = {[4] = 2};
    assert_ptr_equal(contacts_get(&c, id), bert);
    assert_null(contacts_get(&c, nobody));
    contacts_clear(&c);
    assert_null(contacts_get(&c, id));
}

static void test_namesakes_and_labels(void **state)
{
    (void)state;
    struct contacts c = {0};
    struct contact *one = add(&c, A, 0, "twin", ""), *two = add(&c, A, 1, "twin", "left");
    struct contact *other = add(&c, A, 2, "other", "twin"); /* a petname is no name */
    assert_ptr_equal(contacts_namesake(&c, one), two);
    assert_ptr_equal(contacts_namesake(&c, two), one);
    assert_null(contacts_namesake(&c, other));
    assert_string_equal(contact_label(one), "twin");
    assert_string_equal(contact_label(two), "left");
    contacts_clear(&c);
}

static void test_there_is_room_for_1024_and_no_more(void **state)
{
    (void)state;
    struct contacts c = {0};
    struct contact *out = NULL;
    for (unsigned i = 0; i < CONTACTS_MAX; i++) {
        struct identity identity = {.id = {(uint8_t)(i >> 8), (uint8_t)i}};
        assert_int_equal(contacts_add(&c, &identity, &out), LTH_OK);
    }
    out = NULL;
    assert_int_equal(contacts_add(&c, &(struct identity){.id = {0xff}}, &out), LTH_LIMIT);
    assert_null(out);
    contacts_clear(&c);
}

static void test_a_view_shows_the_address_that_is_known(void **state)
{
    (void)state;
    struct contacts c = {0};
    struct contact *bert = add(&c, A, 1, "bert", "boss");
    struct peer_view view;
    contact_view(bert, &view);
    assert_string_equal(view.name, "bert");
    assert_string_equal(view.petname, "boss");
    assert_false(view.online);
    assert_int_equal(view.address_count, 0);
    bert->address = (struct endpoint){.ip = {1}, .port = 7327};
    contact_view(bert, &view);
    assert_int_equal(view.address_count, 1);
    assert_true(endpoint_equal(&view.addresses[0], &bert->address));
    contacts_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_found_by_what),
        cmocka_unit_test(test_a_contact_is_its_id),
        cmocka_unit_test(test_namesakes_and_labels),
        cmocka_unit_test(test_there_is_room_for_1024_and_no_more),
        cmocka_unit_test(test_a_view_shows_the_address_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
