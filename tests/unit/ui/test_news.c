/* Which answers concern others, and as what. */
#include "check.h"

#include "ui/news.h"

static void test_what_has_changed_is_news_and_what_was_asked_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum event_type answer;
        enum news_reader to;
        bool is_news;
        enum event_type news;
    } rows[] = {
        {"a group", EVENT_GROUP, NEWS_TO_USER, true, EVENT_GROUP},
        {"a group, to a program", EVENT_GROUP, NEWS_TO_PROGRAM, true, EVENT_GROUP},
        {"a contact", EVENT_CONTACT, NEWS_TO_USER, true, EVENT_PEER},
        {"a contact, to a program", EVENT_CONTACT, NEWS_TO_PROGRAM, true, EVENT_PEER},
        {"a message", EVENT_ACCEPTED, NEWS_TO_USER, true, EVENT_ACCEPTED},
        {"a message, to a program", EVENT_ACCEPTED, NEWS_TO_PROGRAM, false, EVENT_ACCEPTED},
        {"peers", EVENT_PEERS, NEWS_TO_USER, false, EVENT_PEERS},
        {"groups", EVENT_GROUPS, NEWS_TO_USER, false, EVENT_GROUPS},
        {"history", EVENT_HISTORY, NEWS_TO_USER, false, EVENT_HISTORY},
        {"status", EVENT_STATUS, NEWS_TO_USER, false, EVENT_STATUS},
        {"a refusal", EVENT_ERROR, NEWS_TO_USER, false, EVENT_ERROR},
        {"the end", EVENT_BYE, NEWS_TO_USER, false, EVENT_BYE},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct event news, answer = {.type = rows[i].answer, .is_answer = true, .ticket = 9};
        answer.accepted.id[0] = 77;
        CHECK(news_of_answer(&answer, rows[i].to, &news) == rows[i].is_news, rows[i].name);
        if (!rows[i].is_news)
            continue;
        CHECK(news.type == rows[i].news, rows[i].name);
        CHECK(!news.is_answer, rows[i].name);
        CHECK(news.accepted.id[0] == 77, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_has_changed_is_news_and_what_was_asked_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
