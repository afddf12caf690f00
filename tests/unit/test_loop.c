/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: order of messages from several threads, order and re-arming of
 * timers, stopping. Run under SAN=thread too.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "net/heap.h"
#include "net/loop.h"
#include "net/signals.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

static struct loop *loop;

static int setup(void **state)
{
    (void)state;
    return loop_new(&loop) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(&loop);
    return loop == NULL ? 0 : -1;
}

/* --- messages */

enum { THREADS = 4, ITEMS = 2000 };

struct message {
    struct loop_item item;
    struct sender *sender;
    unsigned number;
};

struct sender {
    struct loop *loop;
    pthread_t thread;
    unsigned next; /* the number that must run next; the loop's thread only */
    struct message messages[ITEMS];
};

static struct sender senders[THREADS];
static unsigned ran;

static void on_message(struct loop_item *item)
{
    struct message *m = (struct message *)item;

    assert_int_equal(m->number, m->sender->next);
    m->sender->next++;
    ran++;
    if (ran == THREADS * ITEMS) {
        loop_stop(m->sender->loop);
    }
}

static void *send_all(void *arg)
{
    struct sender *s = arg;

    for (unsigned i = 0; i < ITEMS; i++) {
        s->messages[i] = (struct message){{NULL, on_message}, s, i};
        loop_post(s->loop, &s->messages[i].item);
    }
    return NULL;
}

static void runs_messages_of_each_thread_in_order(void **state)
{
    (void)state;
    ran = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        senders[i].loop = loop;
        senders[i].next = 0;
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
    loop_run(loop);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(senders[i].thread, NULL);
        assert_int_equal(senders[i].next, ITEMS);
    }
}

static unsigned rounds;

static void on_repost(struct loop_item *item)
{
    rounds++;
    if (rounds < 100) {
        loop_post(loop, item);
    } else {
        loop_stop(loop);
    }
}

static void lets_a_message_post_itself_again(void **state)
{
    struct loop_item item = {NULL, on_repost};

    (void)state;
    rounds = 0;
    loop_post(loop, &item);
    loop_run(loop);
    assert_int_equal(rounds, 100);
}

static void *stop_from_elsewhere(void *arg)
{
    loop_stop(arg);
    return NULL;
}

static void stops_when_another_thread_says_so(void **state)
{
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, stop_from_elsewhere, loop), 0);
    loop_run(loop);
    pthread_join(thread, NULL);
}

/* --- timers */

struct shot {
    struct timer timer;
    char name;
    int64_t fired_ms;
};

static char fired[16];
static size_t fired_count;

static void on_shot(void *ctx)
{
    struct shot *s = ctx;

    s->fired_ms = loop_now_ms(loop);
    fired[fired_count++] = s->name;
    fired[fired_count] = '\0';
}

static void turn_until(size_t count)
{
    int64_t give_up = clock_mono_ms() + 10000;

    while (fired_count < count && clock_mono_ms() < give_up) {
        loop_turn(loop, 100);
    }
    assert_int_equal(fired_count, count);
}

static void arm(struct shot *s, int64_t in_ms)
{
    assert_int_equal(timer_arm(&s->timer, loop, in_ms, on_shot, s), OK);
}

static void fires_timers_by_time_then_by_arming(void **state)
{
    struct shot a = {.name = 'a'};
    struct shot b = {.name = 'b'};
    struct shot c = {.name = 'c'};
    struct shot d = {.name = 'd'};

    (void)state;
    fired_count = 0;
    arm(&a, 20);
    arm(&b, 5);
    arm(&c, 5);
    arm(&d, 0);
    int64_t start = loop_now_ms(loop);

    turn_until(4);
    assert_string_equal(fired, "dbca");
    assert_true(a.fired_ms >= start + 20);
    assert_true(b.fired_ms >= start + 5);
    assert_false(timer_is_armed(&a.timer));
}

static void does_not_fire_a_stopped_timer(void **state)
{
    struct shot a = {.name = 'a'};
    struct shot b = {.name = 'b'};

    (void)state;
    fired_count = 0;
    arm(&a, 1);
    arm(&b, 5);
    timer_stop(&a.timer);
    timer_stop(&a.timer);
    turn_until(1);
    assert_string_equal(fired, "b");
}

static void moves_a_timer_that_is_armed_again(void **state)
{
    struct shot a = {.name = 'a'};
    struct shot b = {.name = 'b'};

    (void)state;
    fired_count = 0;
    arm(&a, 1);
    arm(&b, 5);
    arm(&a, 10);
    turn_until(2);
    assert_string_equal(fired, "ba");
}

static struct shot again;
static unsigned agains;

static void on_again(void *ctx)
{
    agains++;
    assert_int_equal(timer_arm(&again.timer, loop, 0, on_again, ctx), OK);
}

static void puts_a_timer_armed_while_firing_off_to_the_next_turn(void **state)
{
    (void)state;
    agains = 0;
    assert_int_equal(timer_arm(&again.timer, loop, 0, on_again, NULL), OK);
    for (unsigned i = 1; i <= 5; i++) {
        loop_turn(loop, 100);
        assert_int_equal(agains, i);
    }
    timer_stop(&again.timer);
}

/* A heap of 500 with random stops and re-arms must come out sorted. */
static void keeps_a_large_heap_in_order(void **state)
{
    enum { COUNT = 500 };
    static struct timer timers[COUNT];
    struct timer_heap heap = {0};
    uint64_t seed = 1;

    (void)state;
    for (unsigned i = 0; i < 3 * COUNT; i++) {
        struct timer *t = &timers[i % COUNT];

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        if (t->heap_at != 0) {
            heap_take(&heap, t);
        }
        t->due_ms = (int64_t)(seed >> 40) % 100;
        t->order = i;
        if (seed >> 63 == 0 || i >= 2 * COUNT) {
            assert_int_equal(heap_put(&heap, t), OK);
        }
    }
    const struct timer *last = NULL;

    for (unsigned i = 0; i < COUNT; i++) {
        struct timer *t = heap_top(&heap);

        assert_non_null(t);
        heap_take(&heap, t);
        assert_true(last == NULL || last->due_ms < t->due_ms ||
                    (last->due_ms == t->due_ms && last->order < t->order));
        last = t;
    }
    assert_null(heap_top(&heap));
    heap_fini(&heap);
}

static void says_when_there_is_no_memory_for_a_timer(void **state)
{
    struct shot a = {.name = 'a'};

    (void)state;
    mem_fail_at(1);
    assert_int_equal(timer_arm(&a.timer, loop, 0, on_shot, &a), ERR_MEMORY);
    mem_fail_at(0);
    assert_false(timer_is_armed(&a.timer));
    timer_stop(&a.timer);
}

static void survives_failing_allocations_when_made(void **state)
{
    struct loop *l = NULL;

    (void)state;
    mem_fail_at(1);
    assert_int_equal(loop_new(&l), ERR_MEMORY);
    mem_fail_at(0);
    assert_null(l);
}

/* --- signals */

static int got_signal;

static void on_signal(void *ctx, int number)
{
    (void)ctx;
    got_signal = number;
    fired_count++;
}

static void hands_a_signal_to_the_loop(void **state)
{
    struct signals *s = NULL;

    (void)state;
    fired_count = 0;
    assert_int_equal(signals_new(loop, on_signal, NULL, &s), OK);
    assert_int_equal(raise(SIGHUP), 0);
    turn_until(1);
    assert_int_equal(got_signal, SIGHUP);
    signals_free(&s);
    assert_null(s);
    signals_free(&s);
}

/* A second SIGTERM while the process ends: it would die of it. */
static void ignores_signals_once_nobody_waits_for_them(void **state)
{
    struct signals *s = NULL;

    (void)state;
    fired_count = 0;
    assert_int_equal(signals_new(loop, on_signal, NULL, &s), OK);
    signals_free(&s);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(raise(SIGHUP), 0);
    assert_int_equal(fired_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_messages_of_each_thread_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(lets_a_message_post_itself_again, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_when_another_thread_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(fires_timers_by_time_then_by_arming, setup, teardown),
        cmocka_unit_test_setup_teardown(does_not_fire_a_stopped_timer, setup, teardown),
        cmocka_unit_test_setup_teardown(moves_a_timer_that_is_armed_again, setup, teardown),
        cmocka_unit_test_setup_teardown(puts_a_timer_armed_while_firing_off_to_the_next_turn, setup,
                                        teardown),
        cmocka_unit_test(keeps_a_large_heap_in_order),
        cmocka_unit_test_setup_teardown(says_when_there_is_no_memory_for_a_timer, setup, teardown),
        cmocka_unit_test(survives_failing_allocations_when_made),
        cmocka_unit_test_setup_teardown(hands_a_signal_to_the_loop, setup, teardown),
        cmocka_unit_test_setup_teardown(ignores_signals_once_nobody_waits_for_them, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
