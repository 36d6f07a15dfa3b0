/* Lines in, lines out: the story of a run, and the exit status it ends with. */
#include "check.h"

#include "ui/lines.h"

struct fixture {
    struct lines lines;
    struct buffer out, complaints;
};

static void start(struct fixture *f)
{
    *f = (struct fixture){0};
    lines_init(&f->lines, "bob", false);
}

static void end(struct fixture *f)
{
    buffer_clear(&f->out);
    buffer_clear(&f->complaints);
}

static void tell(struct fixture *f, struct event e)
{
    struct pen out = pen_over(&f->out, false), complaints = pen_over(&f->complaints, false);
    lines_event(&f->lines, &e, &out, &complaints);
}

static void time_out(struct fixture *f)
{
    struct pen complaints = pen_over(&f->complaints, false);
    lines_timeout(&f->lines, &complaints);
}

static struct event answer(uint64_t ticket, enum event_type type)
{
    return (struct event){.type = type, .is_answer = true, .ticket = ticket};
}

static struct event refused(uint64_t ticket, enum error_code code)
{
    struct event e = answer(ticket, EVENT_ERROR);
    e.error.code = code;
    e.error.text = "No.";
    return e;
}

static struct event accepted(uint64_t ticket, uint8_t id)
{
    struct event e = answer(ticket, EVENT_ACCEPTED);
    e.accepted.id[0] = id;
    return e;
}

static struct event delivered(uint8_t id)
{
    struct event e = {.type = EVENT_DELIVERED};
    e.delivery.id[0] = id;
    return e;
}

/* Appears, is asked about, and is known. */
static void find_bob(struct fixture *f)
{
    struct command c;
    tell(f, (struct event){.type = EVENT_PEER});
    assert_true(seek_ask(&f->lines.seek, &c));
    struct event e = answer(SEEK_TICKET, EVENT_SAFETY);
    e.safety.number = "1";
    tell(f, e);
    assert_int_equal(f->lines.state, LINES_SENDING);
}

static void take(struct fixture *f, const char *text)
{
    struct command c;
    lines_take(&f->lines, text, strlen(text), &c);
    assert_int_equal(c.type, COMMAND_SEND);
    assert_int_equal(c.ticket, f->lines.line);
    assert_int_equal(strlen(c.who), ID_TEXT_LEN);
    assert_ptr_equal(c.text, text);
}

static void check_end(struct fixture *f, int status, const char *complaint)
{
    assert_int_equal(f->lines.state, LINES_DONE);
    assert_int_equal(f->lines.status, status);
    assert_int_equal(buffer_append(&f->complaints, "", 1), LTH_OK);
    assert_non_null(strstr((const char *)f->complaints.bytes, complaint));
    end(f);
}

static void test_all_delivered_ends_with_0(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    find_bob(&f);
    take(&f, "one");
    take(&f, "two");
    tell(&f, accepted(1, 11));
    tell(&f, delivered(11));
    lines_end_of_input(&f.lines);
    assert_int_equal(f.lines.state, LINES_DRAINING);
    assert_false(lines_is_timed(&f.lines)); /* the answer comes without fail */
    tell(&f, accepted(2, 12));
    assert_true(lines_is_timed(&f.lines));
    tell(&f, delivered(12));
    check_end(&f, 0, "");
}

static void test_deliveries_of_older_messages_do_not_count(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    find_bob(&f);
    take(&f, "one");
    tell(&f, accepted(1, 11));
    lines_end_of_input(&f.lines);
    tell(&f, delivered(77));
    assert_int_equal(f.lines.state, LINES_DRAINING);
    time_out(&f);
    check_end(&f, 4, "not everything was delivered");
}

static void test_an_empty_input_is_done_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    find_bob(&f);
    lines_end_of_input(&f.lines);
    check_end(&f, 0, "");
}

static void test_nobody_of_that_name_ends_with_3(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f);
    tell(&f, (struct event){.type = EVENT_READY});
    assert_true(seek_ask(&f.lines.seek, &c));
    assert_false(lines_is_timed(&f.lines)); /* the first answer comes before any timeout */
    tell(&f, refused(SEEK_TICKET, CODE_UNKNOWN_PEER));
    assert_int_equal(f.lines.state, LINES_SEEKING);
    assert_true(lines_is_timed(&f.lines));
    time_out(&f);
    check_end(&f, 3, "\"bob\"");
}

static struct event warning(const char *code)
{
    struct event e = {.type = EVENT_WARNING};
    e.warning.code = code;
    e.warning.text = "Mind.";
    return e;
}

static const struct {
    const char *name;
    const char *codes[3]; /* of warnings, in order */
    bool has_addresses;
    int want;
} searches[] = {
    {"all is well", {NULL}, false, 3},
    {"no discovery", {"discovery_lost"}, false, 8},
    {"no discovery, but an address", {"discovery_lost"}, true, 3},
    {"discovery came back", {"discovery_lost", "discovery"}, false, 3},
    {"discovery went again", {"discovery", "discovery_lost", "clock"}, false, 8},
    {"another trouble", {"clock"}, false, 3},
};

static void test_nobody_found_without_discovery_and_addresses_ends_with_8(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(searches); i++) {
        struct fixture f;
        start(&f);
        f.lines.has_addresses = searches[i].has_addresses;
        for (size_t k = 0; k < LENGTH(searches[i].codes) && searches[i].codes[k]; k++)
            tell(&f, warning(searches[i].codes[k]));
        time_out(&f);
        CHECK((int)lines_status(&f.lines) == searches[i].want, searches[i].name);
        CHECK(memmem(f.complaints.bytes, f.complaints.len, "--peer", 6) ? searches[i].want == 8
                                                                        : searches[i].want == 3,
              searches[i].name);
        end(&f);
    }
}

/* How far the run has come when the process is told to end. */
static void come_to(struct fixture *f, char moment)
{
    if (moment >= 'b')
        find_bob(f);
    if (moment >= 'c') {
        take(f, "one");
        tell(f, accepted(1, 11));
    }
    if (moment >= 'd')
        tell(f, delivered(11));
    if (moment >= 'e')
        lines_end_of_input(&f->lines);
}

static const struct {
    const char *name;
    char moment;
    int want;
    const char *says;
} stops[] = {
    {"nobody is found yet", 'a', 1, "stopped before the end of the input"},
    {"nothing is read yet", 'b', 1, "stopped before the end of the input"},
    {"accepted, not delivered", 'c', 4, "stopped before everything was delivered"},
    {"delivered, and more may come", 'd', 1, "stopped before the end of the input"},
    {"all is done", 'e', 0, NULL},
};

static void test_a_stop_before_the_end_is_never_a_success(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(stops); i++) {
        struct fixture f;
        start(&f);
        come_to(&f, stops[i].moment);
        CHECK((int)lines_status(&f.lines) == stops[i].want, stops[i].name);
        tell(&f, (struct event){.type = EVENT_BYE});
        CHECK((int)lines_status(&f.lines) == stops[i].want, stops[i].name);
        CHECK(buffer_append(&f.complaints, "", 1) == LTH_OK, stops[i].name);
        CHECK(stops[i].says ? strstr((const char *)f.complaints.bytes, stops[i].says) != NULL
                            : f.complaints.len == 1,
              stops[i].name);
        end(&f);
    }
}

/* The answer to a search for #ops that finds count groups of the name. */
static void find_groups(struct fixture *f, size_t count)
{
    static const struct group_view groups[] = {{.id = {0xab}, .name = "ops"}, {.name = "ops"}};
    struct command c;
    struct event e = answer(SEEK_TICKET, EVENT_GROUPS);
    e.groups.groups = groups;
    e.groups.count = count;
    tell(f, (struct event){.type = EVENT_GROUP});
    assert_true(seek_ask(&f->lines.seek, &c));
    tell(f, e);
}

static void start_with_group(struct fixture *f)
{
    *f = (struct fixture){0};
    lines_init(&f->lines, "#ops", false);
}

static void test_a_group_is_waited_for_and_has_a_line_when_one_member_has_it(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start_with_group(&f);
    find_groups(&f, 0);
    assert_int_equal(f.lines.state, LINES_SEEKING);
    find_groups(&f, 1);
    assert_int_equal(f.lines.state, LINES_SENDING);
    lines_take(&f.lines, "one", 3, &c);
    assert_string_equal(c.who, "ab00000000000000000000000000000000000000000000000000000000000000");
    tell(&f, accepted(1, 11));
    lines_end_of_input(&f.lines);
    tell(&f, delivered(11));
    check_end(&f, 0, "");
}

static void test_a_group_that_is_not_there_ends_with_3(void **state)
{
    (void)state;
    struct fixture f;
    start_with_group(&f);
    find_groups(&f, 0);
    time_out(&f);
    check_end(&f, 3, "no group known as \"#ops\"");
}

static void test_two_groups_of_the_name_end_with_3_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start_with_group(&f);
    find_groups(&f, 2);
    check_end(&f, 3, "more than one group");
}

static void test_messages_of_a_group_are_printed_with_its_name(void **state)
{
    (void)state;
    static const char want[] = "\"#two words\" \\x23bob: hi\n"
                               "\"#two words\" bob~aiaaaaaa~amaaaaaa: hi\n";
    struct fixture f;
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = "#bob";
    e.message.group_name = "two words";
    e.message.text = (const uint8_t *)"hi";
    e.message.text_len = 2;
    start(&f);
    tell(&f, e);
    e.message.name = "bob~aiaaaaaa"; /* like the mark of somebody else */
    e.message.from[0] = 3;
    tell(&f, e);
    assert_int_equal(f.out.len, sizeof want - 1);
    assert_memory_equal(f.out.bytes, want, f.out.len);
    end(&f);
}

static void test_an_ambiguous_name_ends_with_3_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct command c;
    start(&f);
    tell(&f, (struct event){.type = EVENT_READY});
    assert_true(seek_ask(&f.lines.seek, &c));
    tell(&f, refused(SEEK_TICKET, CODE_AMBIGUOUS));
    check_end(&f, 3, "No.");
}

static void test_a_bad_line_is_named_and_the_rest_is_sent(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    find_bob(&f);
    take(&f, "one");
    take(&f, "");
    tell(&f, accepted(1, 11));
    tell(&f, refused(2, CODE_EMPTY_TEXT));
    struct pen complaints = pen_over(&f.complaints, false);
    lines_take_too_long(&f.lines, &complaints);
    assert_int_equal(f.lines.state, LINES_SENDING);
    lines_end_of_input(&f.lines);
    tell(&f, delivered(11));
    assert_non_null(memmem(f.complaints.bytes, f.complaints.len, "line 3 is longer", 16));
    check_end(&f, 1, "lanthorn: line 2: No.\n");
}

static void test_a_full_disk_ends_with_1_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    find_bob(&f);
    take(&f, "one");
    take(&f, "two");
    tell(&f, refused(1, CODE_DISK_FULL));
    tell(&f, refused(2, CODE_DISK_FULL)); /* said once is enough */
    assert_int_equal(f.complaints.len, strlen("lanthorn: line 1: No.\n"));
    check_end(&f, 1, "line 1");
}

static void test_messages_of_others_are_printed_and_ours_are_not(void **state)
{
    (void)state;
    struct fixture f;
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = "b\x1bob";
    e.message.text = (const uint8_t *)"a\nb";
    e.message.text_len = 3;
    start(&f);
    tell(&f, e);
    e.message.from_me = true;
    tell(&f, e);
    assert_int_equal(f.out.len, strlen("b\\x1bob: a\n  | b\n"));
    assert_memory_equal(f.out.bytes, "b\\x1bob: a\n  | b\n", f.out.len);
    end(&f);
}

static void test_warnings_go_to_stderr(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    tell(&f, warning("clock"));
    assert_memory_equal(f.complaints.bytes, "lanthorn: Mind.\n", f.complaints.len);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_delivered_ends_with_0),
        cmocka_unit_test(test_deliveries_of_older_messages_do_not_count),
        cmocka_unit_test(test_an_empty_input_is_done_at_once),
        cmocka_unit_test(test_nobody_of_that_name_ends_with_3),
        cmocka_unit_test(test_nobody_found_without_discovery_and_addresses_ends_with_8),
        cmocka_unit_test(test_a_stop_before_the_end_is_never_a_success),
        cmocka_unit_test(test_a_group_is_waited_for_and_has_a_line_when_one_member_has_it),
        cmocka_unit_test(test_a_group_that_is_not_there_ends_with_3),
        cmocka_unit_test(test_two_groups_of_the_name_end_with_3_at_once),
        cmocka_unit_test(test_messages_of_a_group_are_printed_with_its_name),
        cmocka_unit_test(test_an_ambiguous_name_ends_with_3_at_once),
        cmocka_unit_test(test_a_bad_line_is_named_and_the_rest_is_sent),
        cmocka_unit_test(test_a_full_disk_ends_with_1_at_once),
        cmocka_unit_test(test_messages_of_others_are_printed_and_ours_are_not),
        cmocka_unit_test(test_warnings_go_to_stderr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
