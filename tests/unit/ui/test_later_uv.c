/* Later is in the loop's next turn, once, and not at all after closing. */
#include "check.h"

#include "ui/later_uv.h"

struct work {
    uv_loop_t loop;
    struct later later;
    int runs, again, closes;
};

static void run(void *ctx)
{
    struct work *w = ctx;
    w->runs++;
    if (w->again-- > 0)
        later_ask(&w->later);
}

static void on_closed(uv_handle_t *handle)
{
    struct work *w = handle->data;
    w->closes++;
}

static void finish(struct work *w)
{
    later_close(&w->later, on_closed);
    later_ask(&w->later);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(w->closes, 1);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

static void start(struct work *w)
{
    *w = (struct work){0};
    uv_loop_init(&w->loop);
    later_init(&w->later, &w->loop, run, w);
}

static void test_it_runs_once_however_often_it_is_asked(void **state)
{
    (void)state;
    struct work w;
    start(&w);
    later_ask(&w.later);
    later_ask(&w.later);
    assert_int_equal(w.runs, 0);
    uv_run(&w.loop, UV_RUN_DEFAULT); /* ends, so nothing keeps the loop alive */
    assert_int_equal(w.runs, 1);
    finish(&w);
    assert_int_equal(w.runs, 1);
}

static void test_it_may_ask_again_while_it_runs(void **state)
{
    (void)state;
    struct work w;
    start(&w);
    w.again = 2;
    later_ask(&w.later);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    assert_int_equal(w.runs, 3);
    finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_once_however_often_it_is_asked),
        cmocka_unit_test(test_it_may_ask_again_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
