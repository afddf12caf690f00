/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store against real files in a folder of its own: modes, settings, errors,
 * files that move, disks that fill.
 */
#include "base/mem.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct folder folder;
static char path[96];
static char wal[112];

static int setup(void **state)
{
    (void)state;
    assert_true(folder_open(&folder));
    snprintf(path, sizeof(path), "%s/a.db", folder.path);
    snprintf(wal, sizeof(wal), "%s-wal", path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&folder);
    return 0;
}

static struct store *open_as(enum store_mode mode)
{
    struct store_setup how = {.path = path, .mode = mode, .busy_ms = 20};
    struct store *s = NULL;

    assert_int_equal(store_open(&how, &s), OK);
    return s;
}

static struct store *open_with_table(void)
{
    struct store *s = open_as(STORE_CREATE);

    assert_int_equal(store_run(s, "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB UNIQUE)"), OK);
    return s;
}

static int64_t ask(struct store *s, const char *sql)
{
    struct stmt *st = NULL;
    bool row = false;

    assert_int_equal(stmt_prepare(s, sql, &st), OK);
    assert_int_equal(stmt_step(st, &row), OK);
    assert_true(row);
    int64_t value = stmt_int(st, 0);

    stmt_finish(&st);
    return value;
}

static void assert_text(struct store *s, const char *sql, const char *want)
{
    struct stmt *st = NULL;
    bool row = false;

    assert_int_equal(stmt_prepare(s, sql, &st), OK);
    assert_int_equal(stmt_step(st, &row), OK);
    assert_true(row);
    assert_true(span_eq_str(stmt_bytes(st, 0), want));
    stmt_finish(&st);
}

static unsigned mode_of(const char *file)
{
    struct stat st;

    assert_int_equal(stat(file, &st), 0);
    return st.st_mode & 07777;
}

static void files_are_private_whatever_the_umask(void **state)
{
    char shm[112];
    mode_t old = umask(0);
    struct store *s = open_with_table();

    (void)state;
    umask(old);
    snprintf(shm, sizeof(shm), "%s-shm", path);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(wal), 0600);
    assert_int_equal(mode_of(shm), 0600);
    store_close(&s);
    assert_null(s);
}

static void a_looser_mode_is_tightened_by_the_writer(void **state)
{
    struct store *s = open_with_table();

    (void)state;
    store_close(&s);
    assert_int_equal(chmod(path, 0644), 0);
    s = open_as(STORE_WRITE);
    assert_int_equal(mode_of(path), 0600);
    store_close(&s);
}

static void settings_are_those_promised(void **state)
{
    struct store *s = open_with_table();

    (void)state;
    assert_text(s, "PRAGMA journal_mode", "wal");
    assert_int_equal(ask(s, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(s, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(ask(s, "PRAGMA temp_store"), 2);
    assert_int_equal(ask(s, "PRAGMA cell_size_check"), 1);
    assert_int_equal(ask(s, "PRAGMA trusted_schema"), 0);
    assert_int_equal(ask(s, "PRAGMA foreign_keys"), 0);
    assert_int_equal(store_run(s, "PRAGMA writable_schema=1; DELETE FROM sqlite_schema"),
                     ERR_STORE);
    store_close(&s);
}

static void foreign_keys_hold_when_asked_for(void **state)
{
    struct store_setup how = {.path = path, .mode = STORE_CREATE, .foreign_keys = true};
    struct store *s = NULL;

    (void)state;
    assert_int_equal(store_open(&how, &s), OK);
    assert_int_equal(store_run(s, "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                                  "CREATE TABLE c (p INTEGER REFERENCES p (id))"),
                     OK);
    assert_int_equal(store_run(s, "INSERT INTO c VALUES (1)"), ERR_INPUT);
    store_close(&s);
}

static void refuses_paths_that_are_not_a_plain_file(void **state)
{
    struct store_setup how = {.path = path, .mode = STORE_WRITE};
    struct store *s = NULL;

    (void)state;
    assert_int_equal(store_open(&how, &s), ERR_NOT_FOUND);
    how.mode = STORE_READ;
    assert_int_equal(store_open(&how, &s), ERR_NOT_FOUND);
    how.mode = STORE_CREATE;
    how.path = folder.path;
    assert_int_equal(store_open(&how, &s), ERR_INPUT);
    how.path = ":memory:";
    assert_int_equal(store_open(&how, &s), ERR_INPUT);
    how.path = "";
    assert_int_equal(store_open(&how, &s), ERR_INPUT);
    assert_int_equal(symlink("elsewhere.db", path), 0);
    how.path = path;
    assert_int_equal(store_open(&how, &s), ERR_INPUT);
    assert_null(s);
}

static void refuses_a_file_that_is_no_database(void **state)
{
    struct store_setup how = {.path = path, .mode = STORE_WRITE};
    struct store *s = NULL;
    FILE *f = fopen(path, "w");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        fputs("these are no pages ", f);
    }
    fclose(f);
    assert_int_equal(store_open(&how, &s), ERR_STORE);
    assert_null(s);
}

static void values_come_back_as_they_went_in(void **state)
{
    struct store *s = open_with_table();
    struct stmt *put = NULL, *get = NULL;
    bool row = false;

    (void)state;
    assert_int_equal(stmt_prepare(s, "INSERT INTO t (id, v) VALUES (?1, ?2)", &put), OK);
    assert_int_equal(stmt_prepare(s, "SELECT id, v FROM t ORDER BY id", &get), OK);
    stmt_bind_int(put, 1, INT64_MAX);
    stmt_bind_blob(put, 2, SPAN("a\0b"));
    assert_int_equal(stmt_exec(put), OK);
    stmt_bind_int(put, 1, 1);
    stmt_bind_blob(put, 2, span_of(NULL, 0));
    assert_int_equal(stmt_exec(put), OK);
    stmt_bind_int(put, 1, 2);
    stmt_bind_null(put, 2);
    assert_int_equal(stmt_exec(put), OK);
    assert_int_equal(store_last_rowid(s), 2);
    assert_int_equal(store_changes(s), 1);
    assert_int_equal(stmt_step(get, &row), OK);
    assert_true(row && !stmt_is_null(get, 1) && stmt_bytes(get, 1).len == 0);
    assert_int_equal(stmt_step(get, &row), OK);
    assert_true(row && stmt_is_null(get, 1));
    assert_int_equal(stmt_step(get, &row), OK);
    assert_true(row && stmt_int(get, 0) == INT64_MAX);
    assert_true(span_eq(stmt_bytes(get, 1), SPAN("a\0b")));
    assert_int_equal(stmt_step(get, &row), OK);
    assert_false(row);
    stmt_finish(&put);
    stmt_finish(&get);
    store_close(&s);
}

static void errors_are_told_apart(void **state)
{
    struct store *s = open_with_table();
    struct stmt *st = NULL;

    (void)state;
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (1, 'x')"), OK);
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (1, 'y')"), ERR_EXISTS);
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (2, 'x')"), ERR_EXISTS);
    assert_int_equal(store_run(s, "not sql"), ERR_STORE);
    assert_int_equal(stmt_prepare(s, "SELECT none FROM t", &st), ERR_STORE);
    assert_null(st);
    assert_int_equal(stmt_prepare(s, "INSERT INTO t VALUES (?1, ?2)", &st), OK);
    stmt_bind_int(st, 3, 1);
    assert_int_equal(stmt_exec(st), ERR_STORE);
    stmt_reset(st);
    stmt_bind_int(st, 1, 5);
    assert_int_equal(stmt_exec(st), OK);
    stmt_finish(&st);
    store_close(&s);
}

static void a_second_writer_waits_then_is_refused(void **state)
{
    struct store *a = open_with_table();
    struct store *b = open_as(STORE_WRITE);

    (void)state;
    assert_int_equal(store_begin(a), OK);
    assert_int_equal(store_begin(b), ERR_LOCKED);
    store_rollback(a);
    assert_int_equal(store_begin(b), OK);
    store_rollback(b);
    store_rollback(b);
    store_close(&b);
    store_close(&a);
}

static void readers_see_commits_and_write_nothing(void **state)
{
    struct store *w = open_with_table();
    struct store *r = open_as(STORE_READ);

    (void)state;
    assert_int_equal(store_begin(r), OK);
    assert_int_equal(store_run(w, "INSERT INTO t VALUES (7, NULL)"), OK);
    assert_int_equal(ask(r, "SELECT count(*) FROM t"), 0);
    store_rollback(r);
    assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
    assert_int_equal(store_run(r, "DELETE FROM t"), ERR_STORE);
    store_close(&r);
    assert_int_equal(ask(w, "SELECT count(*) FROM t"), 1);
    store_close(&w);
}

static void a_reader_leaves_the_wal_alone_when_it_closes_last(void **state)
{
    struct store *w = open_with_table();
    struct store *r = open_as(STORE_READ);

    (void)state;
    assert_int_equal(ask(r, "SELECT count(*) FROM t"), 0);
    store_abandon(&w);
    store_close(&r);
    assert_int_equal(access(wal, F_OK), 0);
    w = open_as(STORE_WRITE);
    assert_int_equal(ask(w, "SELECT count(*) FROM t"), 0);
    store_close(&w);
    assert_int_not_equal(access(wal, F_OK), 0);
    r = open_as(STORE_READ);
    assert_int_equal(ask(r, "SELECT count(*) FROM t"), 0);
    store_close(&r);
}

static void a_checkpoint_lets_the_wal_start_over(void **state)
{
    struct store *s = open_with_table();

    (void)state;
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (1, zeroblob(400000))"), OK);
    assert_true(store_wal_pages(s) > 97);
    assert_int_equal(store_checkpoint(s), OK);
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (2, NULL)"), OK);
    assert_true(store_wal_pages(s) < 5);
    assert_int_equal(store_check(s), OK);
    store_close(&s);
}

static void check_mishap(const char *victim, enum mishap what)
{
    struct store *s = open_with_table();

    assert_int_equal(store_unmoved(s), OK);
    assert_true(folder_mishap(victim, what));
    /* SQLite alone does not mind. */
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (9, NULL)"), OK);
    assert_int_equal(store_unmoved(s), ERR_LEDGER_MOVED);
    store_abandon(&s);
    folder_empty(&folder);
}

static void notices_files_that_moved(void **state)
{
    (void)state;
    for (enum mishap what = MISHAP_UNLINK; what < MISHAP_COUNT; what++) {
        check_mishap(path, what);
        check_mishap(wal, what);
    }
}

static void a_full_disk_rolls_back_and_may_be_tried_again(void **state)
{
    struct store *s = open_with_table();

    (void)state;
    assert_int_equal(store_run(s, "PRAGMA max_page_count=10"), OK);
    assert_int_equal(store_begin(s), OK);
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (1, zeroblob(100000))"), ERR_STORE_FULL);
    store_rollback(s);
    assert_int_equal(store_run(s, "PRAGMA max_page_count=1000"), OK);
    assert_int_equal(store_run(s, "INSERT INTO t VALUES (1, zeroblob(100000))"), OK);
    assert_int_equal(ask(s, "SELECT count(*) FROM t"), 1);
    store_close(&s);
}

static void survives_each_allocation_that_fails(void **state)
{
    struct store_setup how = {.path = path, .mode = STORE_CREATE};
    enum err e = ERR_MEMORY;

    (void)state;
    for (uint64_t n = 1; e != OK && n < 100; n++) {
        struct store *s = NULL;

        mem_fail_at(n);
        e = store_open(&how, &s);
        mem_fail_at(0);
        assert_true(e == OK ? s != NULL : e == ERR_MEMORY && s == NULL);
        store_close(&s);
    }
    assert_int_equal(e, OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_private_whatever_the_umask),
        TEST(a_looser_mode_is_tightened_by_the_writer),
        TEST(settings_are_those_promised),
        TEST(foreign_keys_hold_when_asked_for),
        TEST(refuses_paths_that_are_not_a_plain_file),
        TEST(refuses_a_file_that_is_no_database),
        TEST(values_come_back_as_they_went_in),
        TEST(errors_are_told_apart),
        TEST(a_second_writer_waits_then_is_refused),
        TEST(readers_see_commits_and_write_nothing),
        TEST(a_reader_leaves_the_wal_alone_when_it_closes_last),
        TEST(a_checkpoint_lets_the_wal_start_over),
        TEST(notices_files_that_moved),
        TEST(a_full_disk_rolls_back_and_may_be_tried_again),
        TEST(survives_each_allocation_that_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
