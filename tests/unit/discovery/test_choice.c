/* Which responder speaks for us, and when: the drawing in choice.h, row by row. */
#include "check.h"

#include "discovery/choice.h"

struct step {
    enum responder_state daemon;
    uint64_t at_ms;
    enum responder want;
    uint64_t wait_ms;
};

#define NEVER UINT64_MAX

static void test_each_mode_makes_its_choice(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum discovery_mode mode;
        struct step steps[6]; /* at_ms 0 ends */
    } rows[] = {
        {"auto: daemon there", DISCOVERY_AUTO, {{RESPONDER_READY, 1, RESPONDER_DAEMON, NEVER}}},
        {"auto: none at the start", DISCOVERY_AUTO, {{RESPONDER_ABSENT, 1, RESPONDER_CORE, NEVER}}},
        {"auto: slow daemon",
         DISCOVERY_AUTO,
         {{RESPONDER_COMING, 1, RESPONDER_NONE, 1500},
          {RESPONDER_COMING, 1001, RESPONDER_NONE, 500},
          {RESPONDER_READY, 1100, RESPONDER_DAEMON, NEVER}}},
        {"auto: stuck daemon",
         DISCOVERY_AUTO,
         {{RESPONDER_COMING, 1, RESPONDER_NONE, 1500},
          {RESPONDER_COMING, 1501, RESPONDER_CORE, NEVER}}},
        {"auto: daemon restarts",
         DISCOVERY_AUTO,
         {{RESPONDER_PUBLISHED, 1, RESPONDER_DAEMON, NEVER},
          {RESPONDER_ABSENT, 100, RESPONDER_DAEMON, 1500},
          {RESPONDER_READY, 1000, RESPONDER_DAEMON, NEVER},
          {RESPONDER_ABSENT, 2000, RESPONDER_DAEMON, 1500}}},
        {"auto: daemon dies",
         DISCOVERY_AUTO,
         {{RESPONDER_PUBLISHED, 1, RESPONDER_DAEMON, NEVER},
          {RESPONDER_ABSENT, 100, RESPONDER_DAEMON, 1500},
          {RESPONDER_ABSENT, 1600, RESPONDER_CORE, NEVER},
          {RESPONDER_COMING, 9000, RESPONDER_CORE, NEVER},
          {RESPONDER_READY, 9900, RESPONDER_DAEMON, NEVER}}},
        {"auto: daemon refuses",
         DISCOVERY_AUTO,
         {{RESPONDER_READY, 1, RESPONDER_DAEMON, NEVER},
          {RESPONDER_REFUSES, 2, RESPONDER_CORE, NEVER}}},
        {"avahi: waits",
         DISCOVERY_AVAHI,
         {{RESPONDER_ABSENT, 1, RESPONDER_NONE, 1500},
          {RESPONDER_ABSENT, 1501, RESPONDER_NONE, NEVER},
          {RESPONDER_READY, 9000, RESPONDER_DAEMON, NEVER}}},
        {"avahi: never the core",
         DISCOVERY_AVAHI,
         {{RESPONDER_REFUSES, 1, RESPONDER_NONE, 1500},
          {RESPONDER_REFUSES, 9000, RESPONDER_NONE, NEVER}}},
        {"embedded", DISCOVERY_EMBEDDED, {{RESPONDER_READY, 1, RESPONDER_CORE, NEVER}}},
        {"off", DISCOVERY_OFF, {{RESPONDER_READY, 1, RESPONDER_NONE, NEVER}}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct choice c;
        choice_init(&c, rows[i].mode);
        for (const struct step *s = rows[i].steps; s->at_ms; s++) {
            CHECK(choice_step(&c, s->daemon, s->at_ms) == s->wait_ms, rows[i].name);
            CHECK(c.use == s->want, rows[i].name);
        }
    }
}

static void test_the_outlook_tells_backend_state_and_health(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum discovery_mode mode;
        enum responder use;
        enum responder_state daemon, core;
        const char *backend, *state;
        bool said, healthy;
    } rows[] = {
        {"off", DISCOVERY_OFF, RESPONDER_NONE, RESPONDER_COMING, RESPONDER_COMING, "off", "off",
         false, true},
        {"through the daemon", DISCOVERY_AUTO, RESPONDER_DAEMON, RESPONDER_PUBLISHED,
         RESPONDER_COMING, "avahi", "published", true, true},
        {"daemon probing", DISCOVERY_AUTO, RESPONDER_DAEMON, RESPONDER_STARTING, RESPONDER_COMING,
         "avahi", "starting", false, true},
        {"daemon restarting", DISCOVERY_AUTO, RESPONDER_DAEMON, RESPONDER_ABSENT, RESPONDER_COMING,
         "avahi", "waiting", false, false},
        {"only the daemon, and none", DISCOVERY_AVAHI, RESPONDER_NONE, RESPONDER_ABSENT,
         RESPONDER_COMING, "avahi", "waiting", true, false},
        {"only the daemon, and it refuses", DISCOVERY_AVAHI, RESPONDER_DAEMON, RESPONDER_REFUSES,
         RESPONDER_COMING, "avahi", "failed", true, false},
        {"refused, core to come", DISCOVERY_AUTO, RESPONDER_DAEMON, RESPONDER_REFUSES,
         RESPONDER_COMING, "avahi", "failed", false, false},
        {"embedded", DISCOVERY_AUTO, RESPONDER_CORE, RESPONDER_ABSENT, RESPONDER_PUBLISHED,
         "embedded", "published", true, true},
        {"embedded, probing", DISCOVERY_EMBEDDED, RESPONDER_CORE, RESPONDER_COMING,
         RESPONDER_STARTING, "embedded", "starting", false, true},
        {"no socket", DISCOVERY_EMBEDDED, RESPONDER_CORE, RESPONDER_COMING, RESPONDER_ABSENT,
         "embedded", "failed", true, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct choice c = {.mode = rows[i].mode, .use = rows[i].use, .without_since_ms = 1};
        struct outlook o = choice_outlook(&c, rows[i].daemon, rows[i].core, 100000);
        CHECK(strcmp(o.backend, rows[i].backend) == 0, rows[i].name);
        CHECK(strcmp(o.state, rows[i].state) == 0, rows[i].name);
        CHECK((o.sentence != NULL) == rows[i].said, rows[i].name);
        CHECK(o.healthy == rows[i].healthy, rows[i].name);
    }
}

static void test_waiting_for_the_daemon_is_told_only_after_the_grace(void **state)
{
    (void)state;
    struct choice c;
    choice_init(&c, DISCOVERY_AVAHI);
    (void)choice_step(&c, RESPONDER_ABSENT, 10);
    assert_null(choice_outlook(&c, RESPONDER_ABSENT, RESPONDER_COMING, 1509).sentence);
    assert_non_null(choice_outlook(&c, RESPONDER_ABSENT, RESPONDER_COMING, 1510).sentence);
}

static void test_why_the_core_is_used_is_part_of_the_sentence(void **state)
{
    (void)state;
    const struct choice automatic = {.mode = DISCOVERY_AUTO, .use = RESPONDER_CORE};
    const struct choice chosen = {.mode = DISCOVERY_EMBEDDED, .use = RESPONDER_CORE};
    const char *none =
        choice_outlook(&automatic, RESPONDER_ABSENT, RESPONDER_PUBLISHED, 1).sentence;
    const char *refused =
        choice_outlook(&automatic, RESPONDER_REFUSES, RESPONDER_PUBLISHED, 1).sentence;
    const char *asked = choice_outlook(&chosen, RESPONDER_ABSENT, RESPONDER_PUBLISHED, 1).sentence;
    assert_non_null(strstr(none, "no avahi-daemon"));
    assert_non_null(strstr(refused, "does not let"));
    assert_string_equal(asked, "Discovery runs inside this process.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mode_makes_its_choice),
        cmocka_unit_test(test_the_outlook_tells_backend_state_and_health),
        cmocka_unit_test(test_waiting_for_the_daemon_is_told_only_after_the_grace),
        cmocka_unit_test(test_why_the_core_is_used_is_part_of_the_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
