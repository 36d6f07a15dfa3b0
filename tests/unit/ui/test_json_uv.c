/* JSON lines over pipes and files, with a host that answers now, later, or never. */
#include "fake_host.h"
#include "ui/splitter.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct ui_config pipes = {.kind = UI_JSON, .in_fd = -1, .out_fd = -1};

static struct event answer_to(uint64_t ticket, enum event_type type)
{
    return (struct event){.type = type, .is_answer = true, .ticket = ticket};
}

static void answer_at_once(struct fake_host *h, const struct command *c)
{
    struct event e = answer_to(c->ticket, EVENT_PEERS);
    ui_event(h->ui, &e);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

static struct fake_host h; /* large, so not on the stack */

static void test_an_answer_carries_the_ref_of_its_command(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    fake_host_say(&h,
                  "{\"do\":\"peers\",\"ref\":\"a\"}\n{\"do\":\"status\",\"ref\":\"b\\\"\"}\r\n");
    fake_host_until_size(&h, &h.submitted, 2);
    struct event second = answer_to(h.last.ticket, EVENT_BYE);
    struct event first = answer_to(h.last.ticket - 1, EVENT_PEERS);
    ui_event(h.ui, &second);
    ui_event(h.ui, &first);
    ui_event(h.ui, &first); /* not asked for twice: no ref */
    fake_host_until_got(&h, "\"seq\":4");
    assert_non_null(strstr(h.got, "{\"event\":\"bye\",\"seq\":2,\"ref\":\"b\\\"\"}\n"));
    assert_non_null(strstr(h.got, "{\"event\":\"peers\",\"seq\":3,\"ref\":\"a\",\"peers\":[]}\n"));
    assert_non_null(strstr(h.got, "{\"event\":\"peers\",\"seq\":4,\"peers\":[]}\n"));
    fake_host_close(&h);
}

static void test_nothing_is_read_before_the_node_is_ready(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    assert_int_equal(write(h.to_ui, "{\"do\":\"peers\"}\n", 15), 15);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.submitted, 0);
    fake_host_ready(&h);
    fake_host_until_got(&h, "\"seq\":2");
    assert_memory_equal(h.got, "{\"event\":\"ready\",\"seq\":1", 24);
    fake_host_close(&h);
}

static void test_a_malformed_line_is_refused_and_the_next_one_works(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    fake_host_ready(&h);
    fake_host_say(&h, "garbage\n{\"do\":\"dance\",\"ref\":\"r\"}\n\n{\"do\":\"peers\"}\n");
    fake_host_until_got(&h, "\"seq\":5");
    assert_non_null(strstr(h.got, "\"seq\":2,\"ref\":null,\"code\":\"malformed\""));
    assert_non_null(strstr(h.got, "\"seq\":3,\"ref\":\"r\",\"code\":\"usage\""));
    assert_non_null(strstr(h.got, "\"seq\":4,\"ref\":null,\"code\":\"malformed\""));
    assert_int_equal(h.submitted, 1);
    fake_host_close(&h);
}

/* {"do":"send","to":"b","text":"xxx…"} of len bytes in all, and a line feed. */
static void say_line_of(size_t len)
{
    static char line[1024 * 1024 + 1];
    int start = snprintf(line, sizeof line, "{\"do\":\"send\",\"to\":\"b\",\"text\":\"");
    memset(line + start, 'x', len - (size_t)start);
    line[len - 2] = '"';
    line[len - 1] = '}';
    line[len] = '\n';
    fake_host_write(&h, line, len + 1);
}

static void test_a_line_may_have_64_KiB_and_no_more(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    fake_host_ready(&h);
    say_line_of(65536);
    fake_host_until_size(&h, &h.submitted, 1);
    say_line_of(65537);
    say_line_of(1u << 20);
    say_line_of(100);
    fake_host_until_size(&h, &h.submitted, 2);
    fake_host_until_got(&h, "\"seq\":5");
    assert_int_equal(count(h.got, "64 KiB"), 2);
    fake_host_close(&h);
}

static void test_the_end_of_input_stops_once_all_answers_are_out(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    fake_host_say(&h, "{\"do\":\"peers\",\"ref\":\"last\"}"); /* and no line feed */
    fake_host_end_input(&h);
    fake_host_until_size(&h, &h.submitted, 1);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.stops, 0);
    struct event e = answer_to(h.last.ticket, EVENT_PEERS);
    ui_event(h.ui, &e);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_turn(&h, 20, true);
    assert_non_null(strstr(h.got, "\"last\""));
    fake_host_close(&h);
    assert_int_equal(h.stops, 1);
    assert_int_equal(h.status, 0);
}

static void test_after_quit_nothing_more_is_read(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    fake_host_ready(&h);
    fake_host_say(&h, "{\"do\":\"quit\"}\n{\"do\":\"peers\"}\n");
    fake_host_end_input(&h);
    fake_host_until_size(&h, &h.submitted, 1);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.submitted, 1);
    assert_int_equal(h.stops, 0); /* the host knows by the command */
    fake_host_close(&h);
}

static void test_a_busy_node_is_left_alone_until_it_resumes(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    h.busy = true;
    fake_host_ready(&h);
    fake_host_say(&h, "{\"do\":\"peers\"}\n{\"do\":\"peers\"}\n");
    fake_host_end_input(&h);
    fake_host_turn(&h, 20, true);
    assert_int_equal(h.submitted, 0);
    h.busy = false;
    ui_resume(h.ui);
    fake_host_until_int(&h, &h.stops, 1);
    assert_int_equal(h.submitted, 2);
    fake_host_close(&h);
}

static struct event message(uint64_t record, const char *text, size_t len)
{
    struct event e = {.type = EVENT_MESSAGE};
    e.message.name = "bob";
    e.message.record = record;
    e.message.text = (const uint8_t *)text;
    e.message.text_len = len;
    return e;
}

static void test_a_message_is_shown_when_it_has_left(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    struct event e = message(7, "hello", 5);
    ui_event(h.ui, &e);
    assert_int_equal(h.shown, 0);
    fake_host_until_got(&h, "hello");
    fake_host_turn(&h, 5, true);
    assert_int_equal(h.shown, 7);
    fake_host_close(&h);
}

/* 2 MiB of messages; the records are 1 to 128. */
static void fill_output(void)
{
    static const char text[16 * 1024] = {[0 ... 16383] = 'm'};
    for (uint64_t record = 1; record <= 128; record++) {
        struct event e = message(record, text, sizeof text);
        ui_event(h.ui, &e);
    }
}

static void test_a_reader_that_does_not_read_stops_the_input(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    h.answer = answer_at_once;
    fake_host_ready(&h);
    fill_output();
    assert_true(ui_is_full(h.ui));
    assert_int_equal(write(h.to_ui, "{\"do\":\"peers\"}\n", 15), 15);
    fake_host_turn(&h, 50, false);
    assert_int_equal(h.submitted, 0);
    assert_in_range(h.shown, 0, 4); /* what the pipe took */
    while (h.submitted == 0) {      /* now it reads, and forgets */
        h.got_len = 0;
        fake_host_turn(&h, 1, true);
    }
    assert_int_equal(h.drains, 1);
    assert_false(ui_is_full(h.ui));
    for (int i = 0; i < 2000 && h.shown < 128; i++) {
        h.got_len = 0;
        fake_host_turn(&h, 1, true);
    }
    assert_int_equal(h.shown, 128);
    fake_host_close(&h);
}

static void test_a_reader_that_went_away_ends_it_with_status_1(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    close(h.from_ui);
    h.from_ui = -1;
    fake_host_ready(&h);
    struct event e = message(7, "hello", 5);
    ui_event(h.ui, &e);
    fake_host_until_int(&h, &h.stops, 1);
    ui_event(h.ui, &e); /* forgotten */
    fake_host_turn(&h, 5, true);
    fake_host_close(&h);
    assert_int_equal(h.shown, 0);
    assert_int_equal(h.status, 1);
    assert_int_equal(h.stops, 1);
}

static void test_closing_does_not_wait_for_ever_for_a_reader(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    fill_output();
    fake_host_turn(&h, 5, false);
    int unread = h.from_ui;
    h.from_ui = -1;
    fake_host_close(&h);
    assert_in_range(h.shown, 0, 4);
    close(unread);
}

static void test_closing_with_open_commands_frees_them(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    fake_host_say(&h, "{\"do\":\"peers\",\"ref\":\"a\"}\n{\"do\":\"peers\"}\n{\"do\":");
    fake_host_until_size(&h, &h.submitted, 2);
    fake_host_close(&h);
}

/* A file with text, open for reading and already unlinked. */
static int file_with(const char *text)
{
    char path[] = "/tmp/lanthorn-json-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void test_regular_files_work_at_both_ends(void **state)
{
    (void)state;
    char text[200] = "";
    struct ui_config files = pipes;
    files.in_fd = file_with("{\"do\":\"peers\",\"ref\":\"a\"}\n{\"do\":\"peers\",\"ref\":\"b\"}\n");
    files.out_fd = file_with("");
    fake_host_open(&h, files);
    h.answer = answer_at_once;
    fake_host_ready(&h);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    assert_true(pread(files.out_fd, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, "\"ref\":\"a\""));
    close(files.in_fd);
    close(files.out_fd);
}

static void test_dev_null_is_an_input_that_has_ended(void **state)
{
    (void)state;
    struct ui_config nothing = pipes;
    nothing.in_fd = open("/dev/null", O_RDONLY);
    fake_host_open(&h, nothing);
    fake_host_ready(&h);
    fake_host_until_int(&h, &h.stops, 1);
    fake_host_close(&h);
    close(nothing.in_fd);
}

static void run_until_stopped(void)
{
    fake_host_until_int(&h, &h.stops, 1);
}

static void test_a_full_device_ends_it_with_status_1_and_a_sentence(void **state)
{
    (void)state;
    struct ui_config full = pipes;
    full.out_fd = open("/dev/full", O_WRONLY);
    fake_host_open(&h, full);
    fake_host_ready(&h);
    assert_string_equal(
        stderr_of(run_until_stopped),
        "lanthorn: Standard output takes nothing any more, and not all was printed.\n");
    fake_host_close(&h);
    assert_int_equal(h.status, 1);
    close(full.out_fd);
}

static bool is_memory_out;
enum lth_err __real_splitter_feed(struct splitter *s, const char *bytes, size_t len);
enum lth_err __wrap_splitter_feed(struct splitter *s, const char *bytes, size_t len);

/* In the place of splitter_feed, by the linker's --wrap. */
enum lth_err __wrap_splitter_feed(struct splitter *s, const char *bytes, size_t len)
{
    return is_memory_out ? LTH_NO_MEMORY : __real_splitter_feed(s, bytes, len);
}

static void test_an_input_that_does_not_fit_into_memory_ends_it_with_status_1(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    assert_int_equal(write(h.to_ui, "{}\n", 3), 3);
    is_memory_out = true;
    const char *said = stderr_of(run_until_stopped);
    is_memory_out = false;
    assert_string_equal(said, "lanthorn: Memory is short: the input was read only in part.\n");
    fake_host_close(&h);
    assert_int_equal(h.submitted, 0);
    assert_int_equal(h.status, 1);
}

static void test_answers_to_the_program_itself_are_not_told_but_errors_are(void **state)
{
    (void)state;
    fake_host_open(&h, pipes);
    fake_host_ready(&h);
    struct event added = answer_to(0, EVENT_ADDRESS), refused = answer_to(0, EVENT_ERROR);
    added.address.address = "a:1";
    refused.error.code = CODE_USAGE;
    refused.error.text = "No such host.";
    ui_event(h.ui, &added);
    ui_event(h.ui, &refused);
    fake_host_until_got(&h, "No such host.");
    assert_null(strstr(h.got, "\"address\""));
    assert_non_null(strstr(h.got, "{\"event\":\"error\",\"seq\":2,\"ref\":null,"));
    fake_host_close(&h);
}

static void test_one_socket_may_be_both_ends(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct ui_config socket = {.kind = UI_JSON, .in_fd = ends[0], .out_fd = dup(ends[0])};
    fake_host_open(&h, socket);
    h.answer = answer_at_once;
    h.to_ui = ends[1];
    h.from_ui = dup(ends[1]);
    fcntl(h.from_ui, F_SETFL, O_NONBLOCK);
    fake_host_ready(&h);
    fake_host_say(&h, "{\"do\":\"peers\",\"ref\":\"a\"}\n");
    fake_host_until_got(&h, "\"ref\":\"a\"");
    fake_host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_carries_the_ref_of_its_command),
        cmocka_unit_test(test_nothing_is_read_before_the_node_is_ready),
        cmocka_unit_test(test_a_malformed_line_is_refused_and_the_next_one_works),
        cmocka_unit_test(test_a_line_may_have_64_KiB_and_no_more),
        cmocka_unit_test(test_the_end_of_input_stops_once_all_answers_are_out),
        cmocka_unit_test(test_after_quit_nothing_more_is_read),
        cmocka_unit_test(test_a_busy_node_is_left_alone_until_it_resumes),
        cmocka_unit_test(test_a_message_is_shown_when_it_has_left),
        cmocka_unit_test(test_a_reader_that_does_not_read_stops_the_input),
        cmocka_unit_test(test_a_reader_that_went_away_ends_it_with_status_1),
        cmocka_unit_test(test_closing_does_not_wait_for_ever_for_a_reader),
        cmocka_unit_test(test_closing_with_open_commands_frees_them),
        cmocka_unit_test(test_regular_files_work_at_both_ends),
        cmocka_unit_test(test_dev_null_is_an_input_that_has_ended),
        cmocka_unit_test(test_a_full_device_ends_it_with_status_1_and_a_sentence),
        cmocka_unit_test(test_an_input_that_does_not_fit_into_memory_ends_it_with_status_1),
        cmocka_unit_test(test_answers_to_the_program_itself_are_not_told_but_errors_are),
        cmocka_unit_test(test_one_socket_may_be_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
