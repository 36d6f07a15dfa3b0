#include "ui/news.h"

bool news_of_answer(const struct event *answer, enum news_reader to, struct event *news)
{
    bool is_news = answer->type == EVENT_GROUP || answer->type == EVENT_CONTACT ||
                   (answer->type == EVENT_ACCEPTED && to == NEWS_TO_USER);
    if (!is_news)
        return false;
    *news = *answer;
    news->is_answer = false;
    if (answer->type == EVENT_CONTACT)
        news->type = EVENT_PEER;
    return true;
}
