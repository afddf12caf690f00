/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger in trouble: files that move, foreign locks, many threads at once,
 * memory that runs out. Nothing is acknowledged that does not stand.
 */
#include "base/log.h"
#include "base/mem.h"
#include "store/store.h"
#include "tests/support/ledger_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static void check_mishap(const char *victim, enum mishap what)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct note first, second;

    assert_true(folder_mishap(victim, what));
    note_init(&first);
    note_init(&second);
    assert_int_equal(ledger_reserve(l, 2), OK);
    assert_int_equal(ledger_submit(l, &entry, &first.ack), OK);
    enum err e = ledger_submit(l, &entry, &second.ack);

    assert_int_equal(note_wait(&first), ERR_LEDGER_MOVED);
    assert_int_equal(e == OK ? note_wait(&second) : e, ERR_LEDGER_MOVED);
    assert_int_equal(ledger_reserve(l, 1), ERR_LEDGER_MOVED);
    assert_int_equal(ledger_close(&l), ERR_LEDGER_MOVED);
    assert_int_equal(first.times, 1);
    folder_empty(&rig.folder);
}

static void files_that_moved_are_never_acknowledged(void **state)
{
    (void)state;
    for (enum mishap what = MISHAP_UNLINK; what < MISHAP_COUNT; what++) {
        check_mishap(rig.path, what);
        check_mishap(rig.wal, what);
    }
}

static void a_foreign_lock_refuses_and_lets_go(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct store_setup how = {.path = rig.path, .mode = STORE_WRITE};
    struct store *other = NULL;
    struct entry entry = rig_request();

    (void)state;
    assert_int_equal(store_open(&how, &other), OK);
    assert_int_equal(store_begin(other), OK);
    assert_int_equal(ledger_record(l, &entry, 10000, NULL), ERR_LEDGER);
    store_rollback(other);
    store_abandon(&other);
    assert_int_equal(rig_record(l, &entry), 1);
    assert_int_equal(ledger_close(&l), OK);
}

enum { THREADS = 4, EACH = 200 };

static void *submit_many(void *ctx)
{
    struct ledger *l = ctx;
    struct entry entry = rig_request();
    uintptr_t good = 0;
    char names[8][16];
    struct span ids[8];

    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = ids;
    entry.subject_count = 8;
    for (unsigned i = 0; i < EACH; i++) {
        for (unsigned k = 0; k < 8; k++) {
            snprintf(names[k], sizeof(names[k]), "student-%u", (i * 3 + k) % 500);
            ids[k] = span_str(names[k]);
        }
        good += ledger_record(l, &entry, 20000, NULL) == OK;
    }
    return (void *)good;
}

static void many_threads_lose_nothing(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    pthread_t threads[THREADS];
    struct ledger_state now;

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, l), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *good = NULL;

        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_int_equal((uintptr_t)good, EACH);
    }
    ledger_read_state(l, &now);
    assert_int_equal(now.subjects, 500);
    assert_int_equal(ledger_close(&l), OK);
    struct shelf *shelf = shelf_read(rig.path);
    size_t disclosures = 0;

    for (size_t i = 0; i < shelf->count; i++) {
        disclosures += strcmp(shelf_text(shelf, i, "kind"), "disclosure") == 0;
    }
    assert_int_equal(disclosures, THREADS * EACH);
    assert_int_equal(rig_ask(rig.path, "SELECT count(*) FROM dictionary"), 500);
    shelf_free(&shelf);
}

static void survives_each_allocation_that_fails(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct span ids[60];
    char names[60][8];
    enum err e = ERR_MEMORY;

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        snprintf(names[i], sizeof(names[i]), "s%u", i);
        ids[i] = span_str(names[i]);
    }
    entry.subjects = ids;
    entry.subject_count = 60;
    for (uint64_t n = 1; e != OK && n < 500; n++) {
        mem_fail_at(n);
        e = ledger_record(l, &entry, 10000, NULL);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    assert_int_equal(e, OK);
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.reserved, 0);
    assert_int_equal(now.subjects, 60);
    assert_int_equal(ledger_close(&l), OK);
}

static void opening_survives_each_allocation_that_fails(void **state)
{
    struct ledger_setup how = rig_setup(&rig);
    enum err e = ERR_MEMORY;

    (void)state;
    for (uint64_t n = 1; e != OK && n < 500; n++) {
        struct ledger *l = NULL;

        mem_fail_at(n);
        e = ledger_open(&how, &l);
        mem_fail_at(0);
        assert_true(e == OK ? l != NULL : e == ERR_MEMORY && l == NULL);
        (void)ledger_close(&l);
    }
    assert_int_equal(e, OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_that_moved_are_never_acknowledged),
        TEST(a_foreign_lock_refuses_and_lets_go),
        TEST(many_threads_lose_nothing),
        TEST(survives_each_allocation_that_fails),
        TEST(opening_survives_each_allocation_that_fails),
    };

    log_setup(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
