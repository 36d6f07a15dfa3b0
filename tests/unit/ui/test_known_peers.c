/* An event is news once; an id has a name; the start of a name can be completed. */
#include "check.h"

#include "ui/known_peers.h"

#include <stdlib.h>

static struct peer_view peer(uint8_t number, const char *name, bool online)
{
    return (struct peer_view){.id = {number}, .name = name, .petname = "", .online = online};
}

static enum peer_change update(struct known_peers *k, struct peer_view view)
{
    return known_peers_update(k, &view);
}

static void check_completion(const struct known_peers *k, const char *start, size_t nth,
                             const char *want)
{
    char *got = known_peers_complete(k, start, &nth);
    CHECK(want ? got && strcmp(got, want) == 0 : !got, start);
    free(got);
}

static void test_the_same_event_twice_is_no_news(void **state)
{
    (void)state;
    struct known_peers k = {0};
    assert_int_equal(update(&k, peer(1, "bob", true)), PEER_CAME);
    assert_int_equal(update(&k, peer(1, "bob", true)), PEER_AS_BEFORE);
    assert_int_equal(update(&k, peer(1, "bobby", true)), PEER_RENAMED);
    assert_int_equal(update(&k, peer(1, "bobby", false)), PEER_WENT);
    assert_int_equal(update(&k, peer(2, "carol", false)), PEER_AS_BEFORE);
    assert_int_equal(update(&k, peer(2, "carol", true)), PEER_CAME);
    known_peers_clear(&k);
}

static void test_petname_then_name_then_short_id(void **state)
{
    (void)state;
    struct known_peers k = {0};
    char name[KNOWN_NAME_SIZE];
    struct peer_view view = peer(1, "bob", true);
    known_peers_name(&k, view.id, name);
    assert_string_equal(name, "aeaaaaaa");
    update(&k, view);
    known_peers_name(&k, view.id, name);
    assert_string_equal(name, "bob");
    view.petname = "Robert";
    update(&k, view);
    known_peers_name(&k, view.id, name);
    assert_string_equal(name, "Robert");
    known_peers_clear(&k);
}

static void test_namesakes_are_told_apart(void **state)
{
    (void)state;
    struct known_peers k = {0};
    char name[KNOWN_NAME_SIZE];
    update(&k, peer(1, "bob", true));
    update(&k, peer(2, "bob", true));
    known_peers_name(&k, peer(1, "", true).id, name);
    assert_string_equal(name, "bob~aeaaaaaa");
    known_peers_name(&k, peer(2, "", true).id, name);
    assert_string_equal(name, "bob~aiaaaaaa");
    check_completion(&k, "bo", 1, "bob~aiaaaaaa");
    check_completion(&k, "bob~ai", 0, "bob~aiaaaaaa");
    check_completion(&k, "bob~x", 0, NULL);
    known_peers_clear(&k);
}

static void test_nobody_is_called_like_the_mark_or_the_id_of_somebody_else(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"bob~aiaaaaaa", "bob~aiaaaaaa~amaaaaaa"},
        {"bob\u223caiaaaaaa", "bob\u223caiaaaaaa~amaaaaaa"},
        {"aiaaaaaa", "aiaaaaaa~amaaaaaa"},
        {"AIAAAA", "AIAAAA~amaaaaaa"},
        {"AIAAA", "AIAAA"},
        {"aiaaab", "aiaaab"},
        {"amaaaaaa", "amaaaaaa"}, /* their own */
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct known_peers k = {0};
        char name[KNOWN_NAME_SIZE];
        update(&k, peer(1, "bob", true));
        update(&k, peer(2, "bob", true));
        update(&k, peer(3, rows[i].name, true));
        known_peers_name(&k, peer(3, "", true).id, name);
        CHECK(strcmp(name, rows[i].want) == 0, rows[i].name);
        check_completion(&k, rows[i].name, strcmp(rows[i].name, "bob~aiaaaaaa") == 0, rows[i].want);
        known_peers_clear(&k);
    }
}

static void test_a_name_of_any_length_is_held(void **state)
{
    (void)state;
    static char endless[1000];
    struct known_peers k = {0};
    char name[KNOWN_NAME_SIZE];
    memset(endless, 'n', sizeof endless - 1);
    update(&k, peer(1, endless, true));
    assert_int_equal(update(&k, peer(1, endless, true)), PEER_AS_BEFORE);
    known_peers_name(&k, peer(1, "", true).id, name);
    assert_int_equal(strlen(name), NAME_MAX_LEN);
    known_peers_clear(&k);
}

static void test_names_are_completed_as_they_can_be_typed(void **state)
{
    (void)state;
    struct known_peers k = {0};
    update(&k, peer(1, "bob", true));
    update(&k, peer(2, "bo Peep", true));
    update(&k, peer(3, "bad\x1b[2J", true));
    update(&k, peer(4, "日本", true));
    update(&k, peer(5, "#ops", true));
    check_completion(&k, "bob", 0, "bob");
    check_completion(&k, "bo", 1, "\"bo Peep\"");
    check_completion(&k, "bo", 2, NULL);
    check_completion(&k, "bad", 0, "amaaaaaa");
    check_completion(&k, "日", 0, "日本");
    check_completion(&k, "x", 0, NULL);
    check_completion(&k, "#", 0, "auaaaaaa"); /* the node would take it for a group */
    size_t nth = 5;
    assert_null(known_peers_complete(&k, "bo", &nth));
    assert_int_equal(nth, 3);
    known_peers_clear(&k);
}

static void test_who_is_introduced_is_no_news_and_changes_no_name(void **state)
{
    (void)state;
    struct known_peers k = {0};
    char name[KNOWN_NAME_SIZE];
    struct peer_view bob = peer(1, "bob", true), cat = peer(2, "cat", true);
    update(&k, bob);
    known_peers_introduce(&k, bob.id, "eve");
    known_peers_introduce(&k, cat.id, "cat");
    known_peers_name(&k, bob.id, name);
    assert_string_equal(name, "bob");
    known_peers_name(&k, cat.id, name);
    assert_string_equal(name, "cat");
    assert_int_equal(update(&k, cat), PEER_CAME);
    known_peers_clear(&k);
}

static void test_strangers_beyond_the_limit_are_not_kept(void **state)
{
    (void)state;
    struct known_peers k = {0};
    for (unsigned i = 0; i < KNOWN_PEERS_MAX + 10; i++) {
        struct peer_view view = peer((uint8_t)i, "n", true);
        view.id[1] = (uint8_t)(i >> 8);
        enum peer_change want = i < KNOWN_PEERS_MAX ? PEER_CAME : PEER_AS_BEFORE;
        assert_int_equal(update(&k, view), want);
    }
    known_peers_clear(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_event_twice_is_no_news),
        cmocka_unit_test(test_petname_then_name_then_short_id),
        cmocka_unit_test(test_namesakes_are_told_apart),
        cmocka_unit_test(test_nobody_is_called_like_the_mark_or_the_id_of_somebody_else),
        cmocka_unit_test(test_a_name_of_any_length_is_held),
        cmocka_unit_test(test_names_are_completed_as_they_can_be_typed),
        cmocka_unit_test(test_who_is_introduced_is_no_news_and_changes_no_name),
        cmocka_unit_test(test_strangers_beyond_the_limit_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
