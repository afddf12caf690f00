/* SPDX-License-Identifier: Apache-2.0 */
/* Stops: durable, swapped whole, narrower when in doubt. */
#include "roster/stops.h"

#include "base/mem.h"
#include "store/stmt.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64];
    char path[96];
};

static int set_up(void **state)
{
    struct place *p = mem_alloc(sizeof(*p));

    if (p == NULL) {
        return -1;
    }
    (void)snprintf(p->folder, sizeof(p->folder), "build/tmp-stops-XXXXXX");
    if (mkdtemp(p->folder) == NULL) {
        return -1;
    }
    (void)snprintf(p->path, sizeof(p->path), "%s/" STOPS_FILE, p->folder);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct place *p = *state;
    char path[128];

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(p->folder);
    mem_free(p);
    return 0;
}

static struct stops *open_stops(const struct place *p)
{
    struct stops *s = NULL;

    assert_int_equal(stops_open(p->path, &s), OK);
    return s;
}

static void starts_with_nothing_stopped_in_a_private_file(void **state)
{
    const struct place *p = *state;
    struct stops *s = open_stops(p);
    struct stat st;

    assert_false(stops_has(s, STOP_STUDENT, SPAN("s1")));
    assert_false(stops_has(s, STOP_PARTNER, SPAN("")));
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    stops_close(&s);
    assert_null(s);
}

static void remembers_each_kind_across_restarts(void **state)
{
    struct stops *s = open_stops(*state);

    for (int k = 0; k < STOP_KIND_COUNT; k++) {
        bool changed = false;

        assert_int_equal(stops_write(s, (enum stop_kind)k, SPAN("x"), true, &changed), OK);
        assert_true(changed);
        stops_close(&s);
        s = open_stops(*state);
        for (int other = 0; other < STOP_KIND_COUNT; other++) {
            assert_int_equal(stops_has(s, (enum stop_kind)other, SPAN("x")), other <= k);
        }
        assert_false(stops_has(s, (enum stop_kind)k, SPAN("X")));
    }
    stops_close(&s);
}

static void takes_back_one_stop_and_no_other(void **state)
{
    struct stops *s = open_stops(*state);
    bool changed = false;

    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), true, NULL), OK);
    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("b"), true, NULL), OK);
    assert_int_equal(stops_write(s, STOP_CLIENT, SPAN("a"), true, NULL), OK);
    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), false, &changed), OK);
    assert_true(changed);
    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), false, &changed), OK);
    assert_false(changed);
    stops_close(&s);
    s = open_stops(*state);
    assert_false(stops_has(s, STOP_STUDENT, SPAN("a")));
    assert_true(stops_has(s, STOP_STUDENT, SPAN("b")));
    assert_true(stops_has(s, STOP_CLIENT, SPAN("a")));
    stops_close(&s);
}

static void keeps_a_set_as_it_was_when_handed_out(void **state)
{
    struct stops *s = open_stops(*state);
    struct stop_set *before = stops_current(s);
    uint64_t generation = stops_generation(s);
    bool changed = true;

    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), true, NULL), OK);
    assert_true(stops_generation(s) > generation);
    struct stop_set *after = stops_current(s);

    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), true, &changed), OK);
    assert_false(changed);
    stops_close(&s);
    assert_false(stop_set_has(before, STOP_STUDENT, SPAN("a")));
    assert_true(stop_set_has_student(after, SPAN("a")));
    assert_int_equal(stop_set_count(after, STOP_STUDENT), 1);
    assert_int_equal(stop_set_count(after, STOP_PARTNER), 0);
    stop_set_unref(&before);
    stop_set_unref(&after);
}

static void refuses_empty_and_huge_ids(void **state)
{
    struct stops *s = open_stops(*state);
    static uint8_t huge[1025];
    bool changed = true;

    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN(""), true, &changed), ERR_INPUT);
    assert_int_equal(stops_write(s, STOP_STUDENT, span_of(huge, sizeof(huge)), true, &changed),
                     ERR_INPUT);
    assert_true(changed);
    assert_int_equal(stops_write(s, STOP_STUDENT, span_of(huge, 1024), true, NULL), OK);
    assert_true(stops_has(s, STOP_STUDENT, span_of(huge, 1024)));
    assert_false(stops_has(s, STOP_STUDENT, span_of(huge, 1023)));
    stops_close(&s);
}

/* Another connection holds the write lock, so commits fail. */
static struct store *block(const struct place *p)
{
    struct store *other = NULL;
    const struct store_setup setup = {.path = p->path, .mode = STORE_WRITE};

    assert_int_equal(store_open(&setup, &other), OK);
    assert_int_equal(store_begin(other), OK);
    return other;
}

static void acts_on_a_stop_that_cannot_be_made_durable(void **state)
{
    struct stops *s = open_stops(*state);
    struct store *other = block(*state);

    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), true, NULL), ERR_LOCKED);
    assert_true(stops_has(s, STOP_STUDENT, SPAN("a")));
    store_rollback(other);
    store_close(&other);
    assert_int_equal(stops_write(s, STOP_STUDENT, SPAN("a"), true, NULL), OK);
    stops_close(&s);
    s = open_stops(*state);
    assert_true(stops_has(s, STOP_STUDENT, SPAN("a")));
    stops_close(&s);
}

static void stays_stopped_when_taking_back_fails(void **state)
{
    struct stops *s = open_stops(*state);
    bool changed = true;

    assert_int_equal(stops_write(s, STOP_PARTNER, SPAN("acme"), true, NULL), OK);
    struct store *other = block(*state);

    assert_int_equal(stops_write(s, STOP_PARTNER, SPAN("acme"), false, &changed), ERR_LOCKED);
    assert_true(changed);
    assert_true(stops_has(s, STOP_PARTNER, SPAN("acme")));
    store_rollback(other);
    store_close(&other);
    stops_close(&s);
}

static void refuses_a_file_with_a_row_that_is_not_a_stop(void **state)
{
    const struct place *p = *state;
    const struct store_setup setup = {.path = p->path, .mode = STORE_WRITE};
    struct stops *s = open_stops(p);
    struct store *other = NULL;

    stops_close(&s);
    assert_int_equal(store_open(&setup, &other), OK);
    assert_int_equal(store_run(other, "INSERT INTO stops VALUES ('school', x'61')"), OK);
    store_close(&other);
    assert_int_equal(stops_open(p->path, &s), ERR_INPUT);
    assert_null(s);
}

static void survives_every_failing_allocation(void **state)
{
    struct stops *s = open_stops(*state);
    enum err e = ERR_MEMORY;
    uint64_t n = 0;

    assert_int_equal(stops_write(s, STOP_CLIENT, SPAN("c"), true, NULL), OK);
    while (e != OK) {
        mem_fail_at(++n);
        e = stops_write(s, STOP_STUDENT, SPAN("a"), true, NULL);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true(stops_has(s, STOP_CLIENT, SPAN("c")));
    }
    assert_true(n > 3);
    assert_true(stops_has(s, STOP_STUDENT, SPAN("a")));
    stops_close(&s);
}

struct race {
    struct stops *stops;
    atomic_bool stop;
};

static void *ask(void *ctx)
{
    struct race *race = ctx;
    uint64_t seen = 0;

    while (!atomic_load(&race->stop)) {
        struct stop_set *set = stops_current(race->stops);

        seen += stop_set_has(set, STOP_STUDENT, SPAN("always"));
        stop_set_unref(&set);
        if (!stops_has(race->stops, STOP_STUDENT, SPAN("always"))) {
            return NULL;
        }
    }
    return seen > 0 ? ctx : NULL;
}

static void answers_other_threads_while_it_changes(void **state)
{
    struct race race = {.stops = open_stops(*state)};
    pthread_t thread;
    void *result = NULL;

    assert_int_equal(stops_write(race.stops, STOP_STUDENT, SPAN("always"), true, NULL), OK);
    assert_int_equal(pthread_create(&thread, NULL, ask, &race), 0);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(stops_write(race.stops, STOP_STUDENT, SPAN("x"), i % 2 == 0, NULL), OK);
    }
    atomic_store(&race.stop, true);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &race);
    stops_close(&race.stops);
}

static void writes_ledger_members_without_a_students_id(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    stop_put_entry(&out, STOP_STUDENT, SPAN("canary"), true, 0);
    assert_true(
        span_eq_str(buf_span(&out), "\"action\":\"stop\",\"by\":\"uid 0\",\"what\":\"student\""));
    buf_clear(&out);
    stop_put_entry(&out, STOP_PARTNER, SPAN("a\"\xc3\xa9"), false, 1000);
    assert_true(span_eq_str(buf_span(&out), "\"action\":\"resume\",\"by\":\"uid 1000\",\"what\":"
                                            "\"partner\",\"who\":\"a\\\"\\u00e9\""));
    buf_fini(&out);
}

static void reads_its_own_words(void **state)
{
    enum stop_kind kind = STOP_AGREEMENT;

    (void)state;
    for (int k = 0; k < STOP_KIND_COUNT; k++) {
        assert_true(stop_kind_of_word(span_str(stop_kind_word((enum stop_kind)k)), &kind));
        assert_int_equal(kind, k);
    }
    assert_false(stop_kind_of_word(SPAN("school"), &kind));
    assert_false(stop_kind_of_word(SPAN(""), &kind));
    assert_int_equal(kind, STOP_STUDENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(starts_with_nothing_stopped_in_a_private_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(remembers_each_kind_across_restarts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_back_one_stop_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_a_set_as_it_was_when_handed_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_empty_and_huge_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(acts_on_a_stop_that_cannot_be_made_durable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(stays_stopped_when_taking_back_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_file_with_a_row_that_is_not_a_stop, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(survives_every_failing_allocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_other_threads_while_it_changes, set_up, tear_down),
        cmocka_unit_test(writes_ledger_members_without_a_students_id),
        cmocka_unit_test(reads_its_own_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
