/* SPDX-License-Identifier: Apache-2.0 */
/* What a restart counts (SAFETY R10), from a real ledger. */
#include "base/clock.h"
#include "proxy/limits.h"
#include "tests/support/ledger_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct limits *limits;
static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_open(&rig);
    return limits_new(&limits) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    limits_free(&limits);
    rig_close(&rig);
    return 0;
}

static enum err ask(struct limit *m, uint64_t per_minute, int64_t ms)
{
    struct limit_why why = {0};

    return limit_request(m, per_minute, ms, &why);
}

static void record(struct ledger *l, enum entry_kind kind, const char *body, unsigned students)
{
    char text[64][16];
    struct span ids[64];
    struct entry entry = rig_request();

    for (unsigned i = 0; i < students; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "s%u", i);
        ids[i] = span_str(text[i]);
    }
    entry.kind = kind;
    entry.body = span_str(body);
    entry.subjects = ids;
    entry.subject_count = students;
    (void)rig_record(l, &entry);
}

static void fill(struct ledger *l)
{
    record(l, ENTRY_REQUEST, "\"agreement\":\"a\"", 0);
    record(l, ENTRY_DISCLOSURE, "\"agreement\":\"a\"", 5);
    record(l, ENTRY_DISCLOSURE, "\"agreement\":\"b\"", 40);
    record(l, ENTRY_DISCLOSURE, "\"agreement\":\"a\"", 7);
    record(l, ENTRY_DENIED, "\"agreement\":\"a\",\"reason\":\"filter-field\"", 0);
    record(l, ENTRY_DENIED, "\"agreement\":\"a\",\"reason\":\"rate\"", 0);
    record(l, ENTRY_OUTCOME, "\"end\":\"complete\"", 0);
}

static void load_as_of(const struct ledger *l, int64_t later_ms)
{
    struct ledger_state ledger;

    ledger_read_state((struct ledger *)(uintptr_t)l, &ledger);
    const struct limits_past past = {.directory = rig.folder.path,
                                     .size = ledger.size,
                                     .wall_ms = clock_wall_ms() + later_ms,
                                     .mono_ms = clock_mono_ms() + later_ms};

    assert_int_equal(limits_load(limits, &past), OK);
}

static void R10_a_restart_counts_what_is_recorded_of_today(void **state)
{
    struct ledger *l = NULL;
    struct limit *a, *b;

    (void)state;
    l = rig_ledger(&rig);
    fill(l);
    load_as_of(l, 0);
    a = limits_of(limits, SPAN("a"));
    b = limits_of(limits, SPAN("b"));
    if (clock_local_date(clock_wall_ms()) == clock_local_date(clock_wall_ms() - 60000)) {
        assert_int_equal(limit_students(a), 7);
        assert_int_equal(limit_students(b), 40);
    }
    assert_int_equal(ask(a, 2, clock_mono_ms()),
                     ERR_RATE); /* the request, and the refused filter */
    assert_int_equal(ask(a, 3, clock_mono_ms()), OK);
    assert_int_equal(ask(b, 1, clock_mono_ms()), OK);
    assert_int_equal(ledger_close(&l), OK);
}

static void R10_a_restart_on_another_day_counts_nothing(void **state)
{
    enum { TWO_DAYS_MS = 48 * 60 * 60 * 1000 };
    struct ledger *l = NULL;

    (void)state;
    l = rig_ledger(&rig);
    fill(l);
    load_as_of(l, TWO_DAYS_MS);
    assert_int_equal(limit_students(limits_of(limits, SPAN("a"))), 0);
    assert_int_equal(ask(limits_of(limits, SPAN("a")), 1, clock_mono_ms() + TWO_DAYS_MS), OK);
    assert_int_equal(ledger_close(&l), OK);
}

static void R10_the_ledgers_numbers_are_those_that_are_counted(void **state)
{
    const struct span ids[] = {SPAN("s6"), SPAN("stranger"), SPAN("s0")};
    uint32_t found[3] = {9, 9, 9}, given[3] = {0};
    struct entry entry = rig_request();
    struct ledger *l = NULL;

    (void)state;
    l = rig_ledger(&rig);
    fill(l);
    ledger_find(l, ids, 3, found);
    assert_true(found[0] != 0 && found[2] != 0 && found[0] != found[2]);
    assert_int_equal(found[1], 0);
    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = ids;
    entry.subject_count = 3;
    entry.numbers = given;
    (void)rig_record(l, &entry);
    assert_int_equal(given[0], found[0]);
    assert_int_equal(given[2], found[2]);
    ledger_find(l, ids, 3, found);
    assert_int_equal(given[1], found[1]);
    assert_int_equal(ledger_close(&l), OK);
}

static void refuses_a_ledger_that_it_cannot_read(void **state)
{
    struct limits_past past = {.directory = "/nonexistent"};
    struct ledger *l = rig_ledger(&rig);
    struct ledger_state ledger;

    (void)state;
    assert_int_not_equal(limits_load(limits, &past), OK);
    ledger_read_state(l, &ledger);
    past = (struct limits_past){rig.folder.path, ledger.size + 1, clock_wall_ms(), 0};
    assert_int_equal(limits_load(limits, &past), ERR_NOT_FOUND); /* longer than it is */
    assert_int_equal(ledger_close(&l), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        EACH(R10_a_restart_counts_what_is_recorded_of_today),
        EACH(R10_a_restart_on_another_day_counts_nothing),
        EACH(R10_the_ledgers_numbers_are_those_that_are_counted),
        EACH(refuses_a_ledger_that_it_cannot_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
