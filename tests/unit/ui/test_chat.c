/* The prompt's memory, told as what a person types and reads. */
#include "check.h"

#include "ui/chat.h"

#include <stdlib.h>
#include <time.h>

struct fixture {
    struct chat chat;
    struct buffer out;
    struct prompt_line line; /* the last typed */
    uint64_t now_ms;
};

static void start(struct fixture *f, const char *to)
{
    *f = (struct fixture){.now_ms = 1000};
    chat_init(&f->chat, to, NULL, false);
}

static void end(struct fixture *f)
{
    prompt_line_clear(&f->line);
    buffer_clear(&f->out);
    chat_clear(&f->chat);
}

static struct command *type(struct fixture *f, const char *line)
{
    struct pen pen = pen_over(&f->out, false);
    prompt_line_clear(&f->line);
    assert_int_equal(chat_line(&f->chat, line, &pen, &f->line), LTH_OK);
    return &f->line.command;
}

static void tell(struct fixture *f, struct event e)
{
    struct pen pen = pen_over(&f->out, false);
    struct chat_time now = {.wall_ms = 43200000, .monotonic_ms = f->now_ms};
    chat_event(&f->chat, &e, now, &pen);
}

static void settle(struct fixture *f)
{
    struct pen pen = pen_over(&f->out, false);
    chat_settle(&f->chat, f->now_ms, &pen);
}

/* What was printed since the last time is exactly this. */
static void read_lines(struct fixture *f, const char *want)
{
    assert_int_equal(buffer_append(&f->out, "", 1), LTH_OK);
    assert_string_equal(f->out.bytes, want);
    f->out.len = 0;
}

static void read_prompt(struct fixture *f, const char *want)
{
    struct pen pen = pen_over(&f->out, false);
    chat_prompt(&f->chat, &pen);
    read_lines(f, want);
}

static struct event peer(uint8_t number, const char *name, bool online)
{
    struct event e = {.type = EVENT_PEER};
    e.peer = (struct peer_view){.id = {number}, .name = name, .petname = "", .online = online};
    return e;
}

static struct event message(uint8_t from, const char *name, const char *text)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message = (struct message_view){.from = {from}, .name = name, .time_ms = 43200000};
    e.message.text = (const uint8_t *)text;
    e.message.text_len = strlen(text);
    return e;
}

static struct event safety(uint64_t ticket, uint8_t number)
{
    struct event e = {.type = EVENT_SAFETY, .is_answer = true, .ticket = ticket};
    e.safety.peer[0] = number;
    e.safety.number = "1";
    return e;
}

static struct event error(uint64_t ticket, enum error_code code, const char *text)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = true, .ticket = ticket};
    e.error.code = code;
    e.error.text = text;
    return e;
}

static struct event accepted(uint8_t number)
{
    struct event e = {.type = EVENT_ACCEPTED, .is_answer = true, .ticket = 1};
    e.accepted.id[0] = number;
    return e;
}

static struct event delivered(uint8_t number, uint8_t to)
{
    struct event e = {.type = EVENT_DELIVERED};
    e.delivery.id[0] = number;
    e.delivery.peer[0] = to;
    return e;
}

static void test_people_come_go_and_change_their_name(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    tell(&f, peer(1, "bob", true));
    tell(&f, peer(1, "b\x1b[0m", true));
    tell(&f, peer(1, "b\x1b[0m", false));
    read_lines(&f, "-- bob is here\n-- bob is now called b\\x1b[0m\n-- b\\x1b[0m is away\n");
    end(&f);
}

static void test_to_asks_who_it_is_and_then_all_text_goes_there(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    f.out.len = 0;
    read_prompt(&f, "> ");
    struct command *c = type(&f, "/to bob");
    assert_int_equal(c->type, COMMAND_VERIFY);
    tell(&f, safety(c->ticket, 1));
    read_lines(&f, "-- talking to bob, not verified: see /verify\n");
    read_prompt(&f, "bob> ");
    c = type(&f, "hello");
    assert_int_equal(c->type, COMMAND_SEND);
    assert_int_equal(strlen(c->who), ID_TEXT_LEN); /* the id, which nobody can take over */
    end(&f);
}

static void test_an_unknown_to_leaves_the_conversation_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, message(1, "bob", "hi"));
    f.out.len = 0;
    struct command *c = type(&f, "/to nobody");
    tell(&f, error(c->ticket, CODE_UNKNOWN_PEER, "No nobody."));
    read_lines(&f, "!! No nobody.\n");
    assert_true(f.chat.has_current && f.chat.current[0] == 1);
    end(&f);
}

static void test_the_first_message_chooses_the_conversation_and_later_ones_do_not(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    tell(&f, message(1, "bob", "one\ntwo"));
    tell(&f, message(2, "carol", "hi"));
    read_lines(&f, "-- bob is here\n12:00 bob: one\n      | two\n"
                   "-- what you type now goes to bob; /to WHO chooses somebody else\n"
                   "12:00 carol: hi\n");
    read_prompt(&f, "bob> ");
    end(&f);
}

static void test_who_is_first_heard_of_by_a_message_is_called_by_its_name(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, message(1, "bob", "hi"));
    read_lines(&f, "12:00 bob: hi\n"
                   "-- what you type now goes to bob; /to WHO chooses somebody else\n");
    read_prompt(&f, "bob> ");
    end(&f);
}

static void test_a_namesake_cannot_pass_for_somebody_else(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    tell(&f, message(1, "bob", "hi"));
    tell(&f, peer(2, "bob", true));
    f.out.len = 0;
    tell(&f, message(2, "bob", "send me the key"));
    read_lines(&f, "12:00 bob~aiaaaaaa: send me the key\n");
    read_prompt(&f, "bob~aeaaaaaa> ");
    end(&f);
}

static void test_what_we_sent_stands_on_the_screen_already(void **state)
{
    (void)state;
    struct fixture f;
    struct event e = message(1, "me", "hi");
    e.message.from_me = true;
    start(&f, NULL);
    tell(&f, e);
    read_lines(&f, "");
    assert_false(f.chat.has_current);
    end(&f);
}

static void test_names_are_learnt_from_lists_and_contacts_too(void **state)
{
    (void)state;
    struct fixture f;
    struct event list = {.type = EVENT_PEERS}, contact = peer(2, "carol", true);
    struct peer_view bob = peer(1, "bob", true).peer;
    start(&f, NULL);
    list.peers.peers = &bob;
    list.peers.count = 1;
    contact.type = EVENT_CONTACT;
    tell(&f, list);
    tell(&f, contact);
    assert_true(known_peers_has(&f.chat.names.peers, bob.id));
    assert_true(known_peers_has(&f.chat.names.peers, contact.peer.id));
    end(&f);
}

static struct event ready(void)
{
    struct event e = {.type = EVENT_READY};
    e.ready.name = e.ready.data = e.ready.version = "x";
    return e;
}

static void test_everybody_in_the_store_is_known_from_the_start_and_not_spoken_of(void **state)
{
    (void)state;
    struct fixture f;
    struct command c, groups;
    struct peer_view ben = peer(1, "ben", false).peer;
    start(&f, NULL);
    assert_false(chat_ask(&f.chat, &c)); /* not before the node answers */
    tell(&f, ready());
    assert_true(chat_ask(&f.chat, &c));
    assert_int_equal(c.type, COMMAND_PEERS);
    assert_true(chat_ask(&f.chat, &groups));
    assert_int_equal(groups.type, COMMAND_GROUPS);
    assert_false(chat_ask(&f.chat, &groups));
    f.out.len = 0;
    struct event list = {.type = EVENT_PEERS, .is_answer = true, .ticket = c.ticket};
    tell(&f, list); /* nobody yet, which is not said either */
    list.peers.peers = &ben;
    list.peers.count = 1;
    tell(&f, list);
    read_lines(&f, "");
    struct command *to = type(&f, "/to ben");
    tell(&f, safety(to->ticket, 1));
    read_lines(&f, "-- talking to ben, not verified: see /verify\n");
    read_prompt(&f, "ben> ");
    end(&f);
}

static void test_a_list_that_was_typed_for_is_shown(void **state)
{
    (void)state;
    struct fixture f;
    struct event list = {.type = EVENT_PEERS, .is_answer = true};
    start(&f, NULL);
    list.ticket = type(&f, "/who")->ticket;
    tell(&f, list);
    assert_memory_equal(f.out.bytes, "-- nobody yet", 13);
    end(&f);
}

/* ---- groups ---- */

#define OPS "ab00000000000000000000000000000000000000000000000000000000000000"

static struct group_view group(uint8_t number, const char *name)
{
    static const struct member_view members[] = {
        {.id = {1}, .name = "bob"},
        {.id = {2}, .name = "carol"},
        {.id = {9}, .name = "me", .is_me = true},
    };
    return (struct group_view){.id = {number},
                               .name = name,
                               .members = members,
                               .member_count = LENGTH(members),
                               .is_member = true};
}

/* What was done to #ops, by bob. */
static struct event change(const char *what)
{
    struct event e = {.type = EVENT_GROUP};
    e.group = group(0xab, "ops");
    e.group.change = (struct group_change){.is_any = true, .what = what, .by = {1}};
    e.group.change.by_name = "bob";
    return e;
}

static struct event groups(uint64_t ticket, const struct group_view *views, size_t count)
{
    struct event e = {.type = EVENT_GROUPS, .is_answer = true, .ticket = ticket};
    e.groups.groups = views;
    e.groups.count = count;
    return e;
}

static struct event message_in(uint8_t number, const char *name, struct event e)
{
    e.message.conversation[0] = number;
    e.message.group_name = name;
    return e;
}

static void test_to_a_group_asks_which_and_then_all_text_goes_there(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view ops = group(0xab, "ops");
    start(&f, NULL);
    struct command *c = type(&f, "/to #ops");
    assert_int_equal(f.line.kind, PROMPT_TO);
    assert_int_equal(c->type, COMMAND_GROUPS);
    tell(&f, groups(c->ticket, &ops, 1));
    read_lines(&f, "-- talking to #ops, 3 members: /group info shows them\n");
    read_prompt(&f, "#ops> ");
    c = type(&f, "hello");
    assert_int_equal(c->type, COMMAND_SEND);
    assert_string_equal(c->who, OPS);
    c = type(&f, "/group add dan");
    assert_string_equal(c->group, OPS);
    end(&f);
}

static void test_the_prompt_follows_the_name_of_its_group(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view ops = group(0xab, "ops");
    struct event renamed = change("rename");
    renamed.group.name = "two words";
    start(&f, NULL);
    tell(&f, groups(type(&f, "/to #ops")->ticket, &ops, 1));
    f.out.len = 0;
    tell(&f, renamed);
    read_lines(&f, "-- bob renamed #ops to \"#two words\"\n");
    read_prompt(&f, "\"#two words\"> ");
    end(&f);
}

static void test_an_unknown_or_ambiguous_group_leaves_the_conversation_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view views[] = {group(1, "ops"), group(2, "twin"), group(3, "twin")};
    start(&f, NULL);
    tell(&f, message(1, "bob", "hi"));
    f.out.len = 0;
    tell(&f, groups(type(&f, "/to #opsy")->ticket, views, 3));
    read_lines(&f, "!! There is no such group here: /groups lists them.\n");
    tell(&f, groups(type(&f, "/to #twin")->ticket, views, 3));
    read_lines(&f, "!! More than one group has this name: Tab behind # tells them apart.\n");
    struct command *c = type(&f, "/to #ops");
    tell(&f, error(c->ticket, CODE_INTERNAL, "No groups."));
    read_lines(&f, "!! No groups.\n");
    assert_true(f.chat.has_current && !f.chat.current_is_group && f.chat.current[0] == 1);
    end(&f);
}

static void test_a_name_that_is_too_long_for_a_group_names_none(void **state)
{
    (void)state;
    struct fixture f;
    char line[400] = "/to #";
    char name[NAME_MAX_LEN + 1] = "";
    memset(name, 'n', NAME_MAX_LEN);
    memset(line + 5, 'n', 300);
    const struct group_view longest = group(1, name);
    start(&f, NULL);
    tell(&f, groups(type(&f, line)->ticket, &longest, 1));
    assert_false(f.chat.has_current);
    line[5 + NAME_MAX_LEN] = '\0';
    tell(&f, groups(type(&f, line)->ticket, &longest, 1));
    assert_true(f.chat.has_current);
    end(&f);
}

static void test_a_group_one_has_left_can_be_read(void **state)
{
    (void)state;
    struct fixture f;
    struct group_view ops = group(0xab, "ops");
    ops.is_member = false;
    start(&f, NULL);
    tell(&f, groups(type(&f, "/to #ops")->ticket, &ops, 1));
    read_lines(&f, "-- talking to #ops, of which you are no member any more: /history shows what "
                   "was said\n");
    assert_string_equal(type(&f, "/history")->who, OPS);
    end(&f);
}

static void test_messages_of_a_group_carry_its_name_and_choose_nothing(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, message_in(0xab, "ops", message(1, "bob", "hi")));
    tell(&f, change("add"));
    tell(&f, message_in(0xab, "ops", message(1, "bob", "hi")));
    read_lines(&f, "12:00 #ops bob: hi\n-- bob added somebody else to #ops\n12:00 #ops bob: hi\n");
    read_prompt(&f, "> ");
    end(&f);
}

static void test_namesakes_among_groups_and_members_are_told_apart(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view views[] = {group(0xab, "ops"), group(0xac, "ops")};
    start(&f, NULL);
    tell(&f, peer(7, "bob", true));
    tell(&f, groups(type(&f, "/groups")->ticket, views, 2));
    f.out.len = 0;
    tell(&f, message_in(0xac, "ops", message(1, "bob", "hi")));
    read_lines(&f, "12:00 #ops~ac000000 bob~aeaaaaaa: hi\n");
    end(&f);
}

static void test_leaving_is_said_once_by_the_answer_or_the_event(void **state)
{
    (void)state;
    static const char want[] = "-- you left #ops: what was said stays readable with /history "
                               "#ops\n";
    struct event as_answer = change("leave"), as_event;
    as_answer.group.is_member = false;
    as_answer.group.change.by_me = as_answer.group.change.subject_is_me = true;
    as_event = as_answer;
    as_event.type = EVENT_LEFT;
    for (int order = 0; order < 2; order++) {
        struct fixture f;
        start(&f, NULL);
        tell(&f, change("create"));
        f.out.len = 0;
        tell(&f, order ? as_answer : as_event);
        tell(&f, order ? as_event : as_answer);
        read_lines(&f, want);
        tell(&f, change("add")); /* back again, which is news */
        assert_true(f.out.len > 0);
        end(&f);
    }
}

static void test_info_shows_the_current_group_or_says_that_there_is_none(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view ops = group(0xab, "ops");
    start(&f, NULL);
    tell(&f, groups(type(&f, "/to #ops")->ticket, &ops, 1));
    f.out.len = 0;
    struct command *c = type(&f, "/group info");
    assert_int_equal(f.line.kind, PROMPT_INFO);
    tell(&f, groups(c->ticket, &ops, 1));
    assert_memory_equal(f.out.bytes, "-- #ops: 3 members, epoch 0\n   bob  away", 40);
    f.out.len = 0;
    tell(&f, groups(type(&f, "/group info #nope")->ticket, &ops, 1));
    read_lines(&f, "!! There is no such group here: /groups lists them.\n");
    tell(&f, error(type(&f, "/group info")->ticket, CODE_INTERNAL, "No groups."));
    read_lines(&f, "!! No groups.\n");
    tell(&f, groups(99, &ops, 1)); /* a list that was typed for is a list again */
    assert_memory_equal(f.out.bytes, "   #ops  3 members", 18);
    end(&f);
}

static void test_groups_in_the_store_are_known_from_the_start_and_not_spoken_of(void **state)
{
    (void)state;
    struct fixture f;
    struct command people, list;
    const struct group_view ops = group(0xab, "ops");
    start(&f, NULL);
    tell(&f, ready());
    assert_true(chat_ask(&f.chat, &people));
    assert_true(chat_ask(&f.chat, &list));
    f.out.len = 0;
    tell(&f, error(list.ticket, CODE_INTERNAL, "No groups.")); /* not the user's question */
    tell(&f, groups(list.ticket, &ops, 1));
    read_lines(&f, "");
    assert_true(known_groups_has(&f.chat.names.groups, ops.id));
    end(&f);
}

static void test_a_group_named_at_the_start_is_waited_for(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    const struct group_view ops = group(0xab, "ops");
    start(&f, "#ops");
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &c));
    assert_int_equal(c.type, COMMAND_GROUPS);
    f.out.len = 0;
    tell(&f, groups(SEEK_TICKET, NULL, 0));
    tell(&f, message(2, "carol", "hi"));
    assert_false(f.chat.has_current);
    tell(&f, change("add"));
    assert_true(chat_ask(&f.chat, &c));
    tell(&f, groups(SEEK_TICKET, &ops, 1));
    read_lines(&f, "-- waiting for #ops to appear\n12:00 carol: hi\n"
                   "-- bob added somebody else to #ops\n"
                   "-- talking to #ops, 3 members: /group info shows them\n");
    end(&f);
}

static void test_two_groups_named_at_the_start_are_not_guessed_between(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    const struct group_view views[] = {group(1, "ops"), group(2, "ops")};
    start(&f, "#ops");
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &c));
    f.out.len = 0;
    tell(&f, groups(SEEK_TICKET, views, 2));
    read_lines(&f, "!! More than one group has this name: Tab behind # tells them apart.\n");
    assert_false(f.chat.has_current);
    end(&f);
}

static void tell_address(struct fixture *f, uint64_t ticket)
{
    struct event e = {.type = EVENT_ADDRESS, .is_answer = true, .ticket = ticket};
    e.address.address = "b\x1b:1";
    tell(f, e);
}

static void test_an_address_that_goes_does_not_read_like_one_that_comes(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    uint64_t added = type(&f, "/peer add b:1")->ticket;
    uint64_t removed = type(&f, "/peer remove b:1")->ticket;
    uint64_t removed_too = type(&f, "/peer remove b:1")->ticket;
    assert_true(removed != removed_too);
    tell_address(&f, added);
    tell_address(&f, removed);
    tell_address(&f, removed_too);
    read_lines(&f, "-- also looking for people at b\\x1b:1\n"
                   "-- no longer looking for people at b\\x1b:1\n"
                   "-- no longer looking for people at b\\x1b:1\n");
    end(&f);
}

static void test_the_start_says_who_we_are_and_where_help_is(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, ready());
    read_lines(&f, "-- you are x, on port 0; /help lists commands\n");
    end(&f);
}

static void test_a_newcomer_is_welcomed(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    f.chat.first_run = true;
    tell(&f, ready());
    assert_memory_equal(f.out.bytes, "Your name:  x", 13);
    end(&f);
}

static void test_a_verify_shows_the_number_and_chooses_nobody(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    struct command *c = type(&f, "/verify bob");
    tell(&f, safety(c->ticket, 1));
    assert_false(f.chat.has_current);
    assert_true(f.out.len > 0);
    end(&f);
}

static void test_what_is_delivered_at_once_is_not_spoken_of(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, accepted(1));
    assert_true(chat_wants_tick(&f.chat));
    tell(&f, delivered(1, 9));
    settle(&f);
    f.now_ms += 100000;
    settle(&f);
    read_lines(&f, "");
    assert_false(chat_wants_tick(&f.chat));
    end(&f);
}

static void test_what_waits_is_told_and_so_is_its_delivery(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(9, "bob", false));
    tell(&f, accepted(1));
    tell(&f, accepted(2));
    f.now_ms += UNSETTLED_PATIENCE_MS;
    settle(&f);
    read_lines(&f, "-- 2 messages not delivered yet; kept, and sent when the other side can be "
                   "reached\n");
    tell(&f, delivered(1, 9));
    tell(&f, delivered(2, 9));
    tell(&f, delivered(77, 8)); /* of an earlier run */
    settle(&f);
    read_lines(&f, "-- delivered to bob: 2 messages that had waited\n"
                   "-- delivered to baaaaaaa: 1 message that had waited\n");
    end(&f);
}

static void test_who_is_named_at_the_start_is_waited_for(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f, "bob");
    assert_false(chat_ask(&f.chat, &c));
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &c));
    tell(&f, error(SEEK_TICKET, CODE_UNKNOWN_PEER, "No bob."));
    tell(&f, message(2, "carol", "hi"));
    assert_false(f.chat.has_current); /* bob is wanted, not carol */
    tell(&f, peer(1, "bob", true));
    assert_true(chat_ask(&f.chat, &c));
    tell(&f, safety(SEEK_TICKET, 1));
    read_lines(&f, "-- carol is here\n-- waiting for bob to appear\n12:00 carol: hi\n"
                   "-- bob is here\n-- talking to bob, not verified: see /verify\n");
    end(&f);
}

/* The id of author n, as peer() and safety() have it. */
static const char *id_text(uint8_t n)
{
    static char text[ID_TEXT_LEN + 1];
    uint8_t id[ID_LEN] = {n};
    id_write(id, text);
    return text;
}

static void test_whom_a_link_leads_to_is_told_and_then_called_by_their_own_name(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f, id_text(1));
    f.chat.link_name = "#1 \x1b[2J";
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &c));
    assert_string_equal(c.who, id_text(1));
    tell(&f, error(SEEK_TICKET, CODE_UNKNOWN_PEER, "Nobody."));
    tell(&f, peer(1, "bob", true));
    assert_true(chat_ask(&f.chat, &c));
    tell(&f, safety(SEEK_TICKET, 1));
    read_lines(&f, "-- carol is here\n-- you have not met the person this link leads to; they are "
                   "chosen as soon as they appear; the link calls them \\x231 \\x1b[2J\n"
                   "-- bob is here\n-- talking to bob, not verified: see /verify\n");
    end(&f);
}

static void test_a_link_without_a_name_calls_nobody_anything(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f, id_text(1));
    f.chat.link_name = "";
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &c));
    tell(&f, error(SEEK_TICKET, CODE_UNKNOWN_PEER, "Nobody."));
    read_lines(&f, "-- carol is here\n-- you have not met the person this link leads to; they are "
                   "chosen as soon as they appear\n");
    end(&f);
}

static void test_a_link_to_oneself_is_not_waited_for(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f, id_text(0));
    f.chat.link_name = "me";
    tell(&f, (struct event){.type = EVENT_READY, .ready = {.name = "ann", .data = "/d"}});
    while (chat_ask(&f.chat, &c))
        assert_int_not_equal(c.type, COMMAND_VERIFY);
    assert_int_equal(buffer_append(&f.out, "", 1), LTH_OK);
    assert_non_null(
        strstr((char *)f.out.bytes, "-- the link leads to yourself: hand it to others\n"));
    end(&f);
}

static void test_a_to_ends_the_wait_for_somebody_else(void **state)
{
    (void)state;
    struct fixture f;
    struct command question;
    start(&f, "bob");
    tell(&f, peer(2, "carol", true));
    assert_true(chat_ask(&f.chat, &question));
    struct command *c = type(&f, "/to carol");
    tell(&f, safety(SEEK_TICKET, 1)); /* too late */
    tell(&f, safety(c->ticket, 2));
    assert_int_equal(f.chat.current[0], 2);
    end(&f);
}

static void test_help_and_refusals_are_answered_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    type(&f, "/help");
    assert_int_equal(f.line.kind, PROMPT_HELP);
    assert_true(f.out.len > 500);
    f.out.len = 0;
    type(&f, "/help group");
    assert_int_equal(f.line.kind, PROMPT_GROUP_HELP);
    assert_memory_equal(f.out.bytes, "  /group new", 12);
    f.out.len = 0;
    type(&f, "hello");
    assert_int_equal(f.line.kind, PROMPT_REFUSED);
    assert_memory_equal(f.out.bytes, "!! Nobody is chosen", 19);
    end(&f);
}

static void check_completion(struct fixture *f, const char *before, const char *word,
                             const char *want)
{
    char *got = chat_complete(&f->chat, before, word, 0);
    CHECK(want ? got && strcmp(got, want) == 0 : !got, word);
    free(got);
}

static void test_commands_and_people_are_completed_where_they_belong(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    check_completion(&f, "", "/he", "/help");
    check_completion(&f, "/to ", "b", "bob");
    check_completion(&f, "/msg ", "b", "bob");
    check_completion(&f, "/msg bob ", "b", NULL);
    check_completion(&f, "", "b", NULL);
    check_completion(&f, "say ", "/he", NULL);
    check_completion(&f, "/to ", "\"b", "bob"); /* the quotes were not needed */
    check_completion(&f, "/peer ", "r", "remove");
    end(&f);
}

static const struct {
    const char *before, *word, *first, *second;
} completions[] = {
    {"", "/gr", "/groups", "/group new"},
    {"/group ", "pro", "promote", NULL},
    {"/to ", "#", "#ops", "\"#two words\""},
    {"/to ", "\"#tw", "\"#two words\"", NULL},
    {"/msg ", "#o", "#ops", NULL},
    {"/history ", "#o", "#ops", NULL},
    {"/verify ", "#o", NULL, NULL},
    {"/group add ", "#o", "#ops", NULL},
    {"/group add ", "b", "bob", NULL},
    {"/group add #ops ", "b", "bob", NULL},
    {"/group add \"#two words\" ", "b", "bob", NULL},
    {"/group add \"#two words ", "b", NULL, NULL},
    {"/group add #ops ", "#o", NULL, NULL},
    {"/group add bob ", "b", NULL, NULL},
    {"/group add #ops bob ", "b", NULL, NULL},
    {"/group leave ", "", "#ops", "\"#two words\""},
    {"/group info ", "b", NULL, NULL},
    {"/group new ", "b", NULL, NULL},
    {"/group new ops ", "b", "bob", NULL},
    {"/group new ops bob ", "b", "bob", NULL},
    {"/group new #ops ", "b", "bob", NULL},
};

static void test_groups_are_completed_where_they_belong(void **state)
{
    (void)state;
    struct fixture f;
    const struct group_view views[] = {{.id = {1}, .name = "ops"},
                                       {.id = {2}, .name = "two words"}};
    start(&f, NULL);
    tell(&f, peer(1, "bob", true));
    tell(&f, groups(1, views, 2));
    for (size_t i = 0; i < LENGTH(completions); i++) {
        const char *want[] = {completions[i].first, completions[i].second};
        for (size_t nth = 0; nth < 2; nth++) {
            char *got = chat_complete(&f.chat, completions[i].before, completions[i].word, nth);
            CHECK(want[nth] ? got && strcmp(got, want[nth]) == 0 : !got, completions[i].before);
            free(got);
        }
    }
    end(&f);
}

static int use_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people_come_go_and_change_their_name),
        cmocka_unit_test(test_to_asks_who_it_is_and_then_all_text_goes_there),
        cmocka_unit_test(test_an_unknown_to_leaves_the_conversation_as_it_was),
        cmocka_unit_test(test_the_first_message_chooses_the_conversation_and_later_ones_do_not),
        cmocka_unit_test(test_who_is_first_heard_of_by_a_message_is_called_by_its_name),
        cmocka_unit_test(test_a_namesake_cannot_pass_for_somebody_else),
        cmocka_unit_test(test_what_we_sent_stands_on_the_screen_already),
        cmocka_unit_test(test_names_are_learnt_from_lists_and_contacts_too),
        cmocka_unit_test(test_everybody_in_the_store_is_known_from_the_start_and_not_spoken_of),
        cmocka_unit_test(test_a_list_that_was_typed_for_is_shown),
        cmocka_unit_test(test_to_a_group_asks_which_and_then_all_text_goes_there),
        cmocka_unit_test(test_the_prompt_follows_the_name_of_its_group),
        cmocka_unit_test(test_an_unknown_or_ambiguous_group_leaves_the_conversation_as_it_was),
        cmocka_unit_test(test_a_name_that_is_too_long_for_a_group_names_none),
        cmocka_unit_test(test_a_group_one_has_left_can_be_read),
        cmocka_unit_test(test_messages_of_a_group_carry_its_name_and_choose_nothing),
        cmocka_unit_test(test_namesakes_among_groups_and_members_are_told_apart),
        cmocka_unit_test(test_leaving_is_said_once_by_the_answer_or_the_event),
        cmocka_unit_test(test_info_shows_the_current_group_or_says_that_there_is_none),
        cmocka_unit_test(test_groups_in_the_store_are_known_from_the_start_and_not_spoken_of),
        cmocka_unit_test(test_a_group_named_at_the_start_is_waited_for),
        cmocka_unit_test(test_two_groups_named_at_the_start_are_not_guessed_between),
        cmocka_unit_test(test_an_address_that_goes_does_not_read_like_one_that_comes),
        cmocka_unit_test(test_the_start_says_who_we_are_and_where_help_is),
        cmocka_unit_test(test_a_newcomer_is_welcomed),
        cmocka_unit_test(test_a_verify_shows_the_number_and_chooses_nobody),
        cmocka_unit_test(test_what_is_delivered_at_once_is_not_spoken_of),
        cmocka_unit_test(test_what_waits_is_told_and_so_is_its_delivery),
        cmocka_unit_test(test_who_is_named_at_the_start_is_waited_for),
        cmocka_unit_test(test_whom_a_link_leads_to_is_told_and_then_called_by_their_own_name),
        cmocka_unit_test(test_a_link_without_a_name_calls_nobody_anything),
        cmocka_unit_test(test_a_link_to_oneself_is_not_waited_for),
        cmocka_unit_test(test_a_to_ends_the_wait_for_somebody_else),
        cmocka_unit_test(test_help_and_refusals_are_answered_at_once),
        cmocka_unit_test(test_commands_and_people_are_completed_where_they_belong),
        cmocka_unit_test(test_groups_are_completed_where_they_belong),
    };
    return cmocka_run_group_tests(tests, use_utc, NULL);
}
