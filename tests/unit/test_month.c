/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Months: one file for each, and what a crash between two of them leaves.
 */
#include "base/log.h"
#include "store/store.h"
#include "tests/support/ledger_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_open(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static void a_new_month_goes_on_in_a_new_file(void **state)
{
    struct month_tail tail = {.last_ms = 1761955200000 - 1000}; /* 2025-10-31T23:59:59Z */
    struct month *old = NULL;
    struct ledger *l;
    struct month_list list;
    struct entry entry = rig_request();
    struct span id = SPAN("ann");
    char path[128];

    (void)state;
    assert_int_equal(month_create(rig.folder.path, RIG_ORIGIN, &tail, NULL, &old), OK);
    assert_string_equal(month_file(old), "ledger-2025-10.db");
    struct dictionary_row row = {.number = 1, .id = SPAN("ann")};

    assert_int_equal(month_put_row(old, &row), OK);
    month_close(&old);
    l = rig_ledger(&rig);
    assert_int_equal(month_list_read(rig.folder.path, &list), OK);
    assert_int_equal(list.count, 2);
    month_list_fini(&list);
    entry.subjects = &id;
    entry.subject_count = 1;
    assert_int_equal(rig_record(l, &entry), 3); /* start, seal | start; no new number */
    assert_int_equal(rig_ask(rig.path, "SELECT count(*) FROM dictionary"), 1);
    assert_int_equal(ledger_close(&l), OK);
    snprintf(path, sizeof(path), "%s/ledger-2025-10.db", rig.folder.path);
    struct shelf *shelf = shelf_read(path);

    assert_int_equal(shelf->count, 2);
    assert_string_equal(shelf_text(shelf, 1, "kind"), "seal");
    shelf_free(&shelf);
}

static void an_unfinished_month_is_taken_over(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct store_setup how = {.path = rig.path, .mode = STORE_CREATE};
    struct store *s = NULL;
    char old[128];

    (void)state;
    assert_int_equal(ledger_close(&l), OK);
    snprintf(old, sizeof(old), "%s/ledger-2020-01.db", rig.folder.path);
    assert_int_equal(rename(rig.path, old), 0);
    /* What a crash while the new file was made leaves: a database without anything. */
    assert_int_equal(store_open(&how, &s), OK);
    store_close(&s);
    l = rig_ledger(&rig);
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.size, 4); /* start, start, seal | start */
    assert_int_equal(ledger_close(&l), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_month_goes_on_in_a_new_file),
        TEST(an_unfinished_month_is_taken_over),
    };

    log_setup(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
