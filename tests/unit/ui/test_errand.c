/* One command of a shell: what is asked, what is printed, and with which status it ends. */
#include "check.h"

#include "ui/errand.h"
#include "ui/sample_events.h"

#include <ctype.h>
#include <stdio.h>

/* An errand, and what it asked for and said. */
static struct {
    struct shell shell;
    struct errand errand;
    struct buffer out, complaints;
    uint64_t seq;
    struct command asked; /* the last; its text is kept in: */
    char text[100];
} s;

static void begin(struct shell shell, enum errand_form form)
{
    s.shell = shell;
    s.seq = 0;
    s.asked = (struct command){.type = COMMAND_COUNT};
    errand_init(&s.errand, &s.shell, form);
}

static void end(void)
{
    errand_clear(&s.errand);
    buffer_clear(&s.out);
    buffer_clear(&s.complaints);
}

static struct shell asking(enum command_type type)
{
    return (struct shell){
        .kind = SHELL_ASK, .wait_s = SHELL_FOREVER, .command = {.type = type, .who = "bob"}};
}

static struct shell sending(const char *text, long wait_s)
{
    struct shell shell = {.kind = SHELL_SEND, .wait_s = wait_s};
    shell.command = (struct command){.type = COMMAND_SEND, .who = "bob"};
    shell.command.text = (const uint8_t *)text;
    shell.command.text_len = text ? strlen(text) : 0;
    shell.from_input = !text;
    return shell;
}

static struct shell sending_lines(long wait_s)
{
    struct shell shell = sending(NULL, wait_s);
    shell.lines = true;
    return shell;
}

/* Everything that is to be asked now; how many commands that was. */
static size_t ask(void)
{
    size_t count = 0;
    struct command c;
    struct pen complaints = pen_over(&s.complaints, false);
    for (; errand_ask(&s.errand, &c, &complaints); count++) {
        s.asked = c;
        snprintf(s.text, sizeof s.text, "%.*s", (int)c.text_len,
                 c.text ? (const char *)c.text : "");
    }
    return count;
}

/* Two strings of what has been printed; they are good until the next event. */
static const char *string_of(struct buffer *b)
{
    assert_int_equal(buffer_append(b, "", 1), LTH_OK);
    b->len--;
    return (const char *)b->bytes;
}

static void tell_line(const struct event *e, enum lth_err err, const char *line)
{
    struct pen out = pen_over(&s.out, false), complaints = pen_over(&s.complaints, false);
    const struct errand_news news = {err, e, ++s.seq, 1000, line, strlen(line)};
    errand_event(&s.errand, &news, &out, &complaints);
    assert_int_equal(pen_finish(&out), LTH_OK);
}

static void tell(const struct event *e)
{
    tell_line(e, LTH_OK, event_word(e->type));
}

static void tell_sample(enum event_type type)
{
    struct event e = {.type = type};
    sample_event(&e);
    tell(&e);
}

/* The answer to the last question. */
static void answer(enum event_type type)
{
    struct event e = {.type = type, .is_answer = true, .ticket = s.asked.ticket};
    sample_event(&e);
    tell(&e);
}

static void refuse(uint64_t ticket, enum error_code code)
{
    struct event e = {.type = EVENT_ERROR, .is_answer = true, .ticket = ticket};
    e.error.code = code;
    e.error.text = "No\x1b.";
    tell(&e);
}

/* READY, and where names are asked for their answers: then the command is asked. */
static void greet(void)
{
    tell_sample(EVENT_READY);
    for (size_t questions = ask(); questions > 1 && s.asked.type == COMMAND_GROUPS;
         questions = ask()) {
        answer(EVENT_GROUPS);
        s.asked.ticket--;
        answer(EVENT_PEERS);
    }
}

static void keep(uint8_t number)
{
    struct event e = {.type = EVENT_ACCEPTED, .is_answer = true, .ticket = s.asked.ticket};
    e.accepted.id[0] = number;
    tell(&e);
}

static void deliver(uint8_t number)
{
    struct event e = {.type = EVENT_DELIVERED};
    e.delivery.id[0] = number;
    tell(&e);
}

static void input(const char *text)
{
    assert_int_equal(errand_input(&s.errand, text, strlen(text)), LTH_OK);
}

static void check_done(enum exit_status status)
{
    assert_int_equal(s.errand.state, ERRAND_DONE);
    assert_int_equal(s.errand.status, status);
    assert_int_equal(ask(), 0);
    end();
}

/* ---- one command, one answer ---- */

static void test_a_command_is_asked_after_the_greeting_and_its_answer_ends_it(void **state)
{
    (void)state;
    begin(asking(COMMAND_STATUS), FORM_ROWS);
    assert_int_equal(ask(), 0);
    greet();
    assert_int_equal(s.asked.type, COMMAND_STATUS);
    answer(EVENT_STATUS);
    assert_non_null(strstr(string_of(&s.out), "port\t7327\n"));
    check_done(EXIT_DONE);
}

static void test_names_are_learnt_before_what_has_them_is_asked(void **state)
{
    (void)state;
    begin(asking(COMMAND_HISTORY), FORM_PEOPLE);
    tell_sample(EVENT_READY);
    assert_int_equal(ask(), 2);
    assert_int_equal(s.asked.type, COMMAND_GROUPS);
    answer(EVENT_GROUPS);
    assert_int_equal(ask(), 0);
    s.asked.ticket--;
    answer(EVENT_PEERS);
    assert_int_equal(s.out.len, 0);
    assert_int_equal(ask(), 1);
    assert_int_equal(s.asked.type, COMMAND_HISTORY);
    answer(EVENT_HISTORY);
    assert_non_null(strstr(string_of(&s.out), "there is more: --last N"));
    check_done(EXIT_DONE);
}

static void test_json_is_what_came_and_asks_nothing_else(void **state)
{
    (void)state;
    begin(asking(COMMAND_PEERS), FORM_JSON);
    tell_sample(EVENT_READY);
    assert_int_equal(ask(), 1);
    tell_sample(EVENT_PEER); /* nobody asked */
    struct event e = {.type = EVENT_PEERS, .is_answer = true, .ticket = s.asked.ticket};
    sample_event(&e);
    tell_line(&e, LTH_OK, "{\"the line\"}");
    assert_string_equal(string_of(&s.out), "{\"the line\"}\n");
    check_done(EXIT_DONE);
}

static const struct {
    enum command_type type;
    bool has_number;
    enum error_code code;
    enum exit_status want;
} refusals[] = {
    {COMMAND_VERIFY, false, CODE_UNKNOWN_PEER, EXIT_UNKNOWN_PEER},
    {COMMAND_VERIFY, true, CODE_UNKNOWN_PEER, EXIT_UNKNOWN_PEER},
    {COMMAND_VERIFY, true, CODE_USAGE, EXIT_KEY_CHANGED},
    {COMMAND_BLOCK, false, CODE_AMBIGUOUS, EXIT_UNKNOWN_PEER},
    {COMMAND_NAME, false, CODE_USAGE, EXIT_USAGE},
    {COMMAND_NAME, false, CODE_TOO_LONG, EXIT_FAILED},
    {COMMAND_GROUP_ADD, false, CODE_NOT_AN_ADMIN, EXIT_FAILED},
    {COMMAND_PEERS, false, CODE_INTERNAL, EXIT_FAILED},
};

static void test_a_refusal_is_said_and_has_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(refusals); i++) {
        struct shell shell = asking(refusals[i].type);
        shell.command.number = refusals[i].has_number ? "1" : NULL;
        begin(shell, i % 2 ? FORM_ROWS : FORM_PEOPLE);
        greet();
        refuse(s.asked.ticket, refusals[i].code);
        assert_int_equal(s.out.len, 0);
        assert_string_equal(string_of(&s.complaints), "lanthorn: No\\x1b.\n");
        check_done(refusals[i].want);
    }
}

static void test_a_refusal_is_an_answer_for_programs_too(void **state)
{
    (void)state;
    begin(asking(COMMAND_PEERS), FORM_JSON);
    greet();
    refuse(s.asked.ticket, CODE_INTERNAL);
    assert_string_equal(string_of(&s.out), "error\n");
    assert_true(s.complaints.len > 0);
    check_done(EXIT_FAILED);
}

static void test_of_the_groups_the_one_that_is_asked_about_is_shown(void **state)
{
    (void)state;
    for (int form = FORM_PEOPLE; form <= FORM_JSON; form++) {
        struct shell shell = asking(COMMAND_GROUPS);
        char name[200];
        snprintf(name, sizeof name, "#%s", sample_words);
        shell.kind = SHELL_INFO;
        shell.command.group = name;
        begin(shell, (enum errand_form)form);
        greet();
        answer(EVENT_GROUPS);
        const char *text = string_of(&s.out);
        assert_non_null(strstr(text, form == FORM_JSON ? "{\"event\":\"group\"" : "admin"));
        check_done(EXIT_DONE);
    }
}

static void test_a_group_that_is_not_there_is_unknown(void **state)
{
    (void)state;
    struct shell shell = asking(COMMAND_GROUPS);
    shell.kind = SHELL_INFO;
    shell.command.group = "#quay";
    begin(shell, FORM_ROWS);
    greet();
    answer(EVENT_GROUPS);
    assert_int_equal(s.out.len, 0);
    assert_non_null(strstr(string_of(&s.complaints), "no such group"));
    check_done(EXIT_UNKNOWN_PEER);
    begin(shell, FORM_JSON);
    greet();
    answer(EVENT_GROUPS);
    assert_non_null(strstr(string_of(&s.out), "{\"event\":\"error\",\"seq\":2,"));
    assert_non_null(strstr(string_of(&s.out), "\"code\":\"unknown_peer\""));
    check_done(EXIT_UNKNOWN_PEER);
}

static void test_an_answer_of_another_kind_is_not_taken_for_a_group(void **state)
{
    (void)state;
    struct shell shell = asking(COMMAND_GROUPS);
    shell.kind = SHELL_INFO;
    shell.command.group = "#quay";
    begin(shell, FORM_ROWS);
    greet();
    struct event e;
    memset(&e, 0x41, sizeof e); /* no group that lies there is to be read */
    e.type = EVENT_ACCEPTED;
    e.is_answer = true;
    e.ticket = s.asked.ticket;
    tell(&e);
    check_done(EXIT_DONE);
}

static void test_a_node_that_goes_without_an_answer_is_told(void **state)
{
    (void)state;
    for (int is_greeted = 0; is_greeted < 2; is_greeted++) {
        struct pen complaints = pen_over(&s.complaints, false);
        begin(asking(COMMAND_PEERS), FORM_ROWS);
        if (is_greeted)
            greet();
        errand_lost(&s.errand, &complaints);
        assert_non_null(strstr(string_of(&s.complaints), "before it answered"));
        check_done(EXIT_FAILED);
    }
}

static void test_a_node_that_has_no_room_says_why(void **state)
{
    struct event e = {.type = EVENT_ERROR};
    (void)state;
    begin(asking(COMMAND_PEERS), FORM_ROWS);
    e.error.code = CODE_LIMIT;
    e.error.text = "Too many.";
    tell(&e);
    assert_string_equal(string_of(&s.complaints), "lanthorn: Too many.\n");
    check_done(EXIT_FAILED);
}

static void test_a_garbled_answer_ends_it_and_an_event_of_a_later_version_does_not(void **state)
{
    (void)state;
    begin(asking(COMMAND_PEERS), FORM_JSON);
    greet();
    tell_line(NULL, LTH_NOT_FOUND, "later");
    assert_int_equal(s.errand.state, ERRAND_ASKING);
    tell_line(NULL, LTH_MALFORMED, "garbled");
    assert_int_equal(s.out.len, 0);
    assert_non_null(strstr(string_of(&s.complaints), "not understood"));
    check_done(EXIT_FAILED);
}

/* ---- sending ---- */

static void test_a_message_is_done_when_it_is_kept(void **state)
{
    (void)state;
    begin(sending("hi", SHELL_FOREVER), FORM_ROWS);
    greet();
    assert_int_equal(s.asked.type, COMMAND_SEND);
    assert_string_equal(s.text, "hi");
    keep(0xab);
    assert_memory_equal(string_of(&s.out), "ab00", 4);
    assert_int_equal(s.out.len, 65);
    check_done(EXIT_DONE);
}

static void test_delivery_is_waited_for_where_that_is_asked(void **state)
{
    (void)state;
    for (int form = FORM_PEOPLE; form <= FORM_JSON; form++) {
        static const char *const want[] = {"-- delivered\n", "", "delivered\n"};
        begin(sending("hi", 5), (enum errand_form)form);
        greet();
        assert_false(errand_is_timed(&s.errand));
        keep(1);
        assert_true(errand_is_timed(&s.errand));
        deliver(2); /* another one */
        buffer_clear(&s.out);
        assert_int_equal(s.errand.state, ERRAND_WAITING);
        deliver(1);
        assert_string_equal(string_of(&s.out), want[form]);
        check_done(EXIT_DONE);
    }
}

static void test_what_is_not_delivered_in_time_is_still_queued(void **state)
{
    (void)state;
    struct pen complaints = pen_over(&s.complaints, false);
    begin(sending("hi", 0), FORM_ROWS);
    greet();
    keep(1);
    errand_timeout(&s.errand, &complaints);
    assert_non_null(strstr(string_of(&s.complaints), "it is kept"));
    check_done(EXIT_NOT_DELIVERED);
}

static void test_a_node_that_ends_before_delivery_keeps_the_message(void **state)
{
    (void)state;
    struct pen complaints = pen_over(&s.complaints, false);
    begin(sending("hi", 5), FORM_ROWS);
    greet();
    keep(1);
    errand_lost(&s.errand, &complaints);
    check_done(EXIT_NOT_DELIVERED);
}

static void test_an_interrupt_ends_anything(void **state)
{
    (void)state;
    struct pen complaints = pen_over(&s.complaints, false);
    begin(sending("hi", 5), FORM_ROWS);
    errand_interrupt(&s.errand, &complaints);
    check_done(EXIT_INTERRUPTED);
    begin(sending("hi", 5), FORM_ROWS);
    greet();
    keep(1);
    errand_interrupt(&s.errand, &complaints);
    assert_non_null(strstr(string_of(&s.complaints), "sent all the same"));
    check_done(EXIT_INTERRUPTED);
}

/* The person whose key changes: the sample's old id. */
static void tell_person(const struct event *change, bool is_them)
{
    struct recipient_view recipient = {.state = STATE_SENT};
    struct event e = {.type = EVENT_MESSAGE_STATE, .is_answer = true, .ticket = s.asked.ticket};
    assert_int_equal(s.asked.type, COMMAND_MESSAGE);
    memcpy(recipient.peer, change->key_change.old_id, ID_LEN);
    recipient.peer[0] ^= !is_them;
    e.message_state.recipients = &recipient;
    e.message_state.count = 1;
    tell(&e);
}

static void test_a_key_that_changed_meanwhile_is_an_alarm(void **state)
{
    static const struct {
        const char *name, *who; /* NULL: the first letters of the id */
        size_t letters;
        bool in_capitals, is_known, is_them, want;
    } rows[] = {
        {"name", "bob", .want = true},
        {"another name", .who = "ben"},
        {"name of another whom the user calls so", "bob", .is_known = true},
        {"petname", "Bobby", .is_known = true, .is_them = true, .want = true},
        {"id", .letters = ID_TEXT_LEN, .want = true},
        {"beginning of the id", .letters = ID_PREFIX_MIN, .want = true},
        {"in capitals", .letters = 8, .in_capitals = true, .want = true},
        {"too few letters", .letters = ID_PREFIX_MIN - 1},
        {"group", .who = "#bob"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct event e = {.type = EVENT_KEY_CHANGE};
        struct shell shell = sending("hi", 5);
        char id[ID_TEXT_LEN + 1];
        sample_event(&e);
        e.key_change.name = "bob";
        id_write(e.key_change.old_id, id);
        id[rows[i].letters] = '\0';
        for (char *at = id; rows[i].in_capitals && *at; at++)
            *at = (char)toupper((unsigned char)*at);
        shell.command.who = rows[i].who ? rows[i].who : id;
        begin(shell, FORM_ROWS);
        greet();
        keep(1);
        bool is_asked = ask() > 0;
        CHECK(is_asked == (*shell.command.who != '#'), rows[i].name);
        if (rows[i].is_known)
            tell_person(&e, rows[i].is_them);
        tell(&e);
        CHECK((s.errand.status == EXIT_KEY_CHANGED) == rows[i].want, rows[i].name);
        CHECK(!strstr(string_of(&s.complaints), "!! ") == !rows[i].want, rows[i].name);
        end();
    }
}

/* What was delivered may be among what was lost. */
static void test_a_hole_in_the_events_asks_what_became_of_the_message(void **state)
{
    static const struct recipient_view states[] = {{.state = STATE_SENT},
                                                   {.state = STATE_DELIVERED}};
    (void)state;
    for (size_t i = 0; i < LENGTH(states); i++) {
        begin(sending("hi", 5), FORM_ROWS);
        greet();
        keep(1);
        assert_int_equal(ask(), 1); /* who gets it */
        assert_int_equal(ask(), 0);
        s.seq += 3;
        tell_sample(EVENT_PEER);
        assert_int_equal(ask(), 1);
        assert_int_equal(s.asked.type, COMMAND_MESSAGE);
        assert_memory_equal(s.asked.id, "0100", 4);
        struct event e = {.type = EVENT_MESSAGE_STATE, .is_answer = true};
        e.ticket = s.asked.ticket;
        e.message_state.id[0] = 1;
        e.message_state.recipients = &states[i];
        e.message_state.count = 1;
        tell(&e);
        assert_int_equal(s.errand.state, i ? ERRAND_DONE : ERRAND_WAITING);
        deliver(1);
        check_done(EXIT_DONE);
    }
}

static void test_a_text_that_no_json_holds_is_refused_here(void **state)
{
    static char long_text[TEXT_MAX + 2];
    (void)state;
    memset(long_text, 'x', TEXT_MAX + 1);
    begin(sending("a\xff", SHELL_FOREVER), FORM_ROWS);
    greet();
    assert_non_null(strstr(string_of(&s.complaints), "UTF-8"));
    check_done(EXIT_FAILED);
    begin(sending(long_text, SHELL_FOREVER), FORM_ROWS);
    greet();
    assert_non_null(strstr(string_of(&s.complaints), "16384"));
    check_done(EXIT_FAILED);
}

static void test_stdin_is_one_text_without_its_last_line_feed(void **state)
{
    (void)state;
    begin(sending(NULL, SHELL_FOREVER), FORM_ROWS);
    assert_false(errand_wants_input(&s.errand));
    greet();
    assert_true(errand_wants_input(&s.errand));
    input("one\n");
    assert_int_equal(ask(), 0);
    input("two\n");
    errand_end_of_input(&s.errand);
    assert_int_equal(ask(), 1);
    assert_string_equal(s.text, "one\ntwo");
    keep(1);
    ask();
    check_done(EXIT_DONE);
}

static void test_an_endless_stdin_is_refused_before_its_end(void **state)
{
    static char much[TEXT_MAX + 3];
    (void)state;
    memset(much, 'x', TEXT_MAX + 2);
    begin(sending(NULL, SHELL_FOREVER), FORM_ROWS);
    greet();
    input(much);
    assert_int_equal(ask(), 0);
    assert_non_null(strstr(string_of(&s.complaints), "longer than"));
    check_done(EXIT_FAILED);
}

static void test_an_empty_stdin_is_an_empty_text(void **state)
{
    (void)state;
    begin(sending(NULL, SHELL_FOREVER), FORM_ROWS);
    greet();
    errand_end_of_input(&s.errand);
    assert_int_equal(ask(), 1);
    assert_int_equal(s.asked.text_len, 0);
    refuse(s.asked.ticket, CODE_EMPTY_TEXT); /* as a node does */
    check_done(EXIT_FAILED);
}

static void test_each_line_is_a_message_and_each_refused_one_is_told_by_number(void **state)
{
    (void)state;
    begin(sending_lines(SHELL_FOREVER), FORM_ROWS);
    greet();
    input("one\n\nb\xff"
          "d\nfour");
    assert_int_equal(ask(), 2);
    errand_end_of_input(&s.errand);
    assert_int_equal(ask(), 1);
    assert_string_equal(s.text, "four");
    uint64_t fourth = s.asked.ticket;
    s.asked.ticket = fourth - 3;
    keep(1);
    refuse(fourth - 2, CODE_EMPTY_TEXT);
    assert_int_equal(s.errand.state, ERRAND_SENDING);
    s.asked.ticket = fourth;
    keep(4);
    ask();
    assert_string_equal(string_of(&s.complaints),
                        "lanthorn: line 3: The message is not valid UTF-8: set the terminal or the "
                        "program to UTF-8.\nlanthorn: line 2: No\\x1b.\n");
    assert_int_equal(s.out.len, 2 * 65);
    check_done(EXIT_FAILED);
}

static void test_a_refusal_of_whom_the_lines_are_for_ends_it(void **state)
{
    (void)state;
    begin(sending_lines(SHELL_FOREVER), FORM_ROWS);
    greet();
    input("one\ntwo\n");
    assert_int_equal(ask(), 2);
    refuse(s.asked.ticket, CODE_UNKNOWN_PEER);
    check_done(EXIT_UNKNOWN_PEER);
}

static void test_so_many_lines_are_open_at_a_time(void **state)
{
    (void)state;
    begin(sending_lines(SHELL_FOREVER), FORM_ROWS);
    greet();
    for (int i = 0; i < ERRAND_OPEN_MAX + 5; i++)
        input("line\n");
    assert_int_equal(ask(), ERRAND_OPEN_MAX);
    assert_false(errand_wants_input(&s.errand));
    keep(1);
    assert_true(errand_wants_input(&s.errand));
    assert_int_equal(ask(), 1);
    end();
}

static void test_lines_are_delivered_when_the_last_is(void **state)
{
    (void)state;
    begin(sending_lines(5), FORM_ROWS);
    greet();
    input("one\ntwo\n");
    errand_end_of_input(&s.errand);
    assert_int_equal(ask(), 2);
    keep(1);
    keep(2);
    ask();
    assert_int_equal(s.errand.state, ERRAND_WAITING);
    deliver(1);
    assert_int_equal(s.errand.state, ERRAND_WAITING);
    deliver(2);
    check_done(EXIT_DONE);
}

static void test_no_lines_are_no_failure(void **state)
{
    (void)state;
    begin(sending_lines(5), FORM_ROWS);
    greet();
    errand_end_of_input(&s.errand);
    ask();
    check_done(EXIT_DONE);
}

/* ---- watching ---- */

static struct shell watching(long count, long wait_s)
{
    return (struct shell){.kind = SHELL_WATCH, .count = count, .wait_s = wait_s};
}

static void test_watching_ends_after_so_many_events(void **state)
{
    (void)state;
    begin(watching(2, SHELL_FOREVER), FORM_ROWS);
    greet();
    tell_sample(EVENT_MESSAGE);
    tell_sample(EVENT_ACCEPTED); /* what others sent, and what became of it, is JSON's */
    tell_sample(EVENT_DELIVERED);
    assert_int_equal(s.errand.state, ERRAND_WATCHING);
    tell_sample(EVENT_WARNING);
    const char *text = string_of(&s.out);
    assert_memory_equal(text, "ready\t", 6);
    assert_non_null(strstr(text, "\nmessage\t"));
    assert_non_null(strstr(text, "\nwarning\ttorn_tail\t"));
    check_done(EXIT_DONE);
}

static void test_watching_begins_with_the_greeting_which_does_not_count(void **state)
{
    (void)state;
    begin(watching(2, SHELL_FOREVER), FORM_JSON);
    greet();
    tell_sample(EVENT_DELIVERED);
    tell_line(NULL, LTH_NOT_FOUND, "later");
    assert_int_equal(s.errand.state, ERRAND_WATCHING);
    tell_sample(EVENT_MESSAGE);
    assert_string_equal(string_of(&s.out), "ready\ndelivered\nlater\nmessage\n");
    check_done(EXIT_DONE);
}

static void test_time_ends_watching_well_unless_events_are_missing(void **state)
{
    (void)state;
    struct pen complaints = pen_over(&s.complaints, false);
    for (long count = 0; count < 2; count++) {
        begin(watching(count, 3), FORM_ROWS);
        assert_false(errand_is_timed(&s.errand));
        greet();
        assert_true(errand_is_timed(&s.errand));
        errand_timeout(&s.errand, &complaints);
        check_done(count ? EXIT_FAILED : EXIT_DONE);
    }
}

static void test_watching_a_node_that_ends_says_so(void **state)
{
    (void)state;
    struct pen complaints = pen_over(&s.complaints, false);
    begin(watching(0, SHELL_FOREVER), FORM_ROWS);
    greet();
    tell_sample(EVENT_BYE);
    errand_lost(&s.errand, &complaints);
    assert_string_equal(string_of(&s.complaints), "lanthorn: The node has ended.\n");
    check_done(EXIT_NO_NODE);
}

static void test_events_that_were_lost_are_told_of(void **state)
{
    (void)state;
    begin(watching(0, SHELL_FOREVER), FORM_ROWS);
    greet();
    s.seq += 2;
    tell_sample(EVENT_MESSAGE);
    assert_non_null(strstr(string_of(&s.complaints), "Events were lost"));
    end();
}

static void test_people_are_told_who_comes_goes_and_has_another_name(void **state)
{
    struct event e = {.type = EVENT_PEER};
    (void)state;
    begin(watching(0, SHELL_FOREVER), FORM_PEOPLE);
    greet();
    buffer_clear(&s.out);
    e.peer = (struct peer_view){.id = {9}, .name = "cat", .petname = "", .online = true};
    tell(&e);
    tell(&e); /* nothing new */
    e.peer.name = "c#t";
    tell(&e);
    e.peer.online = false;
    tell(&e);
    assert_string_equal(string_of(&s.out), "-- cat is here\n-- cat is now called c\\x23t\n"
                                           "-- c\\x23t is away\n");
    end();
}

static void test_no_event_says_a_slash_to_people_at_a_shell(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        begin(watching(0, SHELL_FOREVER), FORM_PEOPLE);
        greet();
        tell_sample((enum event_type)type);
        assert_null(strstr(string_of(&s.out), " /"));
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_command_is_asked_after_the_greeting_and_its_answer_ends_it),
        cmocka_unit_test(test_names_are_learnt_before_what_has_them_is_asked),
        cmocka_unit_test(test_json_is_what_came_and_asks_nothing_else),
        cmocka_unit_test(test_a_refusal_is_said_and_has_its_status),
        cmocka_unit_test(test_a_refusal_is_an_answer_for_programs_too),
        cmocka_unit_test(test_of_the_groups_the_one_that_is_asked_about_is_shown),
        cmocka_unit_test(test_a_group_that_is_not_there_is_unknown),
        cmocka_unit_test(test_an_answer_of_another_kind_is_not_taken_for_a_group),
        cmocka_unit_test(test_a_node_that_goes_without_an_answer_is_told),
        cmocka_unit_test(test_a_node_that_has_no_room_says_why),
        cmocka_unit_test(test_a_garbled_answer_ends_it_and_an_event_of_a_later_version_does_not),
        cmocka_unit_test(test_a_message_is_done_when_it_is_kept),
        cmocka_unit_test(test_delivery_is_waited_for_where_that_is_asked),
        cmocka_unit_test(test_what_is_not_delivered_in_time_is_still_queued),
        cmocka_unit_test(test_a_node_that_ends_before_delivery_keeps_the_message),
        cmocka_unit_test(test_an_interrupt_ends_anything),
        cmocka_unit_test(test_a_key_that_changed_meanwhile_is_an_alarm),
        cmocka_unit_test(test_a_hole_in_the_events_asks_what_became_of_the_message),
        cmocka_unit_test(test_a_text_that_no_json_holds_is_refused_here),
        cmocka_unit_test(test_stdin_is_one_text_without_its_last_line_feed),
        cmocka_unit_test(test_an_endless_stdin_is_refused_before_its_end),
        cmocka_unit_test(test_an_empty_stdin_is_an_empty_text),
        cmocka_unit_test(test_each_line_is_a_message_and_each_refused_one_is_told_by_number),
        cmocka_unit_test(test_a_refusal_of_whom_the_lines_are_for_ends_it),
        cmocka_unit_test(test_so_many_lines_are_open_at_a_time),
        cmocka_unit_test(test_lines_are_delivered_when_the_last_is),
        cmocka_unit_test(test_no_lines_are_no_failure),
        cmocka_unit_test(test_watching_ends_after_so_many_events),
        cmocka_unit_test(test_watching_begins_with_the_greeting_which_does_not_count),
        cmocka_unit_test(test_time_ends_watching_well_unless_events_are_missing),
        cmocka_unit_test(test_watching_a_node_that_ends_says_so),
        cmocka_unit_test(test_events_that_were_lost_are_told_of),
        cmocka_unit_test(test_people_are_told_who_comes_goes_and_has_another_name),
        cmocka_unit_test(test_no_event_says_a_slash_to_people_at_a_shell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
