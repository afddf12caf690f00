/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger as a whole, on real files: what is acknowledged stands, what cannot
 * stand is not acknowledged. Kills, full disks and the order of syncs are in
 * tests/fault.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/leaf.h"
#include "ledger/ledger.h"
#include "ledger/month.h"
#include "store/stmt.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define EXCHANGE "00112233445566778899aabbccddeeff"

static char folder[64];
static char path[128];

static int setup(void **state)
{
    char name[MONTH_NAME_BYTES];

    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/hallpass-ledger-XXXXXX");
    assert_non_null(mkdtemp(folder));
    month_name(clock_wall_ms(), name);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return 0;
}

static int teardown(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static struct ledger_setup plain(void)
{
    return (struct ledger_setup){.directory = folder,
                                 .origin = "test.example/disclosures/1",
                                 .unsafe_storage = true,
                                 .ballast_bytes = 65536};
}

static struct ledger *open_plain(void)
{
    struct ledger_setup how = plain();
    struct ledger *l = NULL;

    assert_int_equal(ledger_open(&how, &l), OK);
    return l;
}

/* --- what stands in the file, read by another connection */

struct shelf {
    json_t *entries; /* array of objects */
    struct buf sides;
};

static void read_commit(const struct stmt *st, struct shelf *out)
{
    struct span bundle = stmt_bytes(st, 2);
    struct span leaf;
    int64_t count = 0;

    assert_int_equal(stmt_int(st, 0), json_array_size(out->entries));
    while (leaf_next(&bundle, &leaf)) {
        json_t *entry = json_loadb((const char *)leaf.ptr, leaf.len, JSON_REJECT_DUPLICATES, NULL);

        assert_non_null(entry);
        json_array_append_new(out->entries, entry);
        count++;
    }
    assert_int_equal(bundle.len, 0);
    assert_int_equal(stmt_int(st, 1), count);
    assert_true(stmt_is_null(st, 4));
    buf_put(&out->sides, stmt_bytes(st, 3));
}

static struct shelf read_shelf(void)
{
    struct store_setup how = {.path = path, .mode = STORE_READ};
    struct shelf out = {.entries = json_array()};
    struct store *s = NULL;
    struct stmt *st = NULL;
    bool row = false;

    buf_init(&out.sides, 1 << 20);
    assert_int_equal(store_open(&how, &s), OK);
    assert_int_equal(stmt_prepare(s, "SELECT * FROM commits ORDER BY first", &st), OK);
    while (stmt_step(st, &row) == OK && row) {
        read_commit(st, &out);
    }
    stmt_finish(&st);
    store_close(&s);
    return out;
}

static void free_shelf(struct shelf *shelf)
{
    json_decref(shelf->entries);
    buf_fini(&shelf->sides);
}

static const char *text_of(const struct shelf *shelf, size_t index, const char *key)
{
    return json_string_value(json_object_get(json_array_get(shelf->entries, index), key));
}

static int64_t count_of(const char *table)
{
    struct store_setup how = {.path = path, .mode = STORE_READ};
    struct store *s = NULL;
    struct stmt *st = NULL;
    bool row = false;
    char sql[96];

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    assert_int_equal(store_open(&how, &s), OK);
    assert_int_equal(stmt_prepare(s, sql, &st), OK);
    assert_int_equal(stmt_step(st, &row), OK);
    int64_t n = stmt_int(st, 0);

    stmt_finish(&st);
    store_close(&s);
    return n;
}

/* --- an ack that remembers */

struct note {
    struct ledger_ack ack; /* first */
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned times;
    enum err e;
    uint64_t index;
};

static void on_done(struct ledger_ack *ack, enum err e, uint64_t index)
{
    struct note *n = (struct note *)ack;

    pthread_mutex_lock(&n->lock);
    n->times++;
    n->e = e;
    n->index = index;
    pthread_cond_signal(&n->told);
    pthread_mutex_unlock(&n->lock);
}

static void note_init(struct note *n)
{
    memset(n, 0, sizeof(*n));
    n->ack.done = on_done;
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->told, NULL);
}

static enum err note_wait(struct note *n)
{
    pthread_mutex_lock(&n->lock);
    while (n->times == 0) {
        pthread_cond_wait(&n->told, &n->lock);
    }
    enum err e = n->e;

    pthread_mutex_unlock(&n->lock);
    return e;
}

static struct entry request(void)
{
    return (struct entry){.kind = ENTRY_REQUEST,
                          .exchange = SPAN(EXCHANGE),
                          .body = SPAN("\"agreement\":\"a\",\"client\":\"c\"")};
}

static void submit(struct ledger *l, const struct entry *entry, struct note *n)
{
    note_init(n);
    assert_int_equal(ledger_reserve(l, 1), OK);
    assert_int_equal(ledger_submit(l, entry, &n->ack), OK);
}

static uint64_t record(struct ledger *l, const struct entry *entry)
{
    uint64_t index = 0;

    assert_int_equal(ledger_record(l, entry, 10000, &index), OK);
    return index;
}

/* --- the tests */

static void a_new_ledger_starts_with_a_start_entry(void **state)
{
    struct ledger *l = open_plain();
    struct shelf shelf = read_shelf();

    (void)state;
    assert_int_equal(json_array_size(shelf.entries), 1);
    assert_string_equal(text_of(&shelf, 0, "kind"), "start");
    assert_string_equal(text_of(&shelf, 0, "cause"), "open");
    assert_string_equal(text_of(&shelf, 0, "id"), "000000000000");
    assert_string_equal(text_of(&shelf, 0, "origin"), "test.example/disclosures/1");
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
    assert_null(l);
    assert_int_equal(ledger_close(&l), OK);
}

static void an_acknowledged_entry_can_be_read(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct note n;

    (void)state;
    submit(l, &entry, &n);
    assert_int_equal(note_wait(&n), OK);
    assert_int_equal(n.index, 1);
    struct shelf shelf = read_shelf();

    assert_int_equal(json_array_size(shelf.entries), 2);
    assert_string_equal(text_of(&shelf, 1, "kind"), "request");
    assert_string_equal(text_of(&shelf, 1, "exchange"), EXCHANGE);
    assert_string_equal(text_of(&shelf, 1, "agreement"), "a");
    assert_int_equal(strlen(text_of(&shelf, 1, "salt")), 32);
    assert_null(json_object_get(json_array_get(shelf.entries, 1), "subjects"));
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void the_leaf_has_its_keys_in_the_promised_order(void **state)
{
    static const char *const keys[] = {"time",      "id",     "kind",     "exchange",
                                       "agreement", "client", "subjects", "salt"};
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct span id = SPAN("s1");
    size_t at = 0;

    (void)state;
    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = &id;
    entry.subject_count = 1;
    uint64_t index = record(l, &entry);
    struct shelf shelf = read_shelf();
    const char *key;
    json_t *value;

    json_object_foreach(json_array_get(shelf.entries, index), key, value)
    {
        assert_string_equal(key, keys[at++]);
    }
    assert_int_equal(at, 8);
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void new_students_get_numbers_in_the_same_commit(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct span ids[] = {SPAN("zoe"), SPAN("ann"), SPAN("zoe"), SPAN("bob")};
    struct side side;
    uint32_t numbers[3];

    (void)state;
    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = ids;
    entry.subject_count = 4;
    assert_int_equal(record(l, &entry), 2);
    assert_int_equal(count_of("dictionary"), 3);
    struct shelf shelf = read_shelf();
    json_t *subjects = json_object_get(json_array_get(shelf.entries, 2), "subjects");
    struct span rest = buf_span(&shelf.sides);

    assert_string_equal(text_of(&shelf, 1, "kind"), "dictionary");
    assert_int_equal(json_integer_value(json_object_get(subjects, "count")), 3);
    assert_true(side_next(&rest, &side));
    assert_int_equal(side.at, 1);
    assert_int_equal(subjects_decode(side.blob, 3, numbers), OK);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[2], 3);
    assert_int_equal(rest.len, 0);
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void numbers_outlive_a_restart(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct span ids[] = {SPAN("ann"), SPAN("bob")};
    struct ledger_state now;

    (void)state;
    entry.subjects = ids;
    entry.subject_count = 2;
    (void)record(l, &entry);
    assert_int_equal(ledger_close(&l), OK);
    l = open_plain();
    ledger_read_state(l, &now);
    assert_int_equal(now.size, 4);
    assert_int_equal(now.subjects, 2);
    assert_int_equal(record(l, &entry), 4);
    assert_int_equal(count_of("dictionary"), 2);
    assert_int_equal(ledger_close(&l), OK);
}

static void time_and_id_never_go_back(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();
    char last[32] = "";

    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)record(l, &entry);
    }
    struct shelf shelf = read_shelf();

    for (size_t i = 0; i < json_array_size(shelf.entries); i++) {
        char want[24];

        snprintf(want, sizeof(want), "%012zu", i);
        assert_string_equal(text_of(&shelf, i, "id"), want);
        assert_true(strcmp(text_of(&shelf, i, "time"), last) >= 0);
        snprintf(last, sizeof(last), "%s", text_of(&shelf, i, "time"));
    }
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void entries_without_an_ack_are_written_too(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();

    (void)state;
    entry.kind = ENTRY_OUTCOME;
    assert_int_equal(ledger_reserve(l, 2), OK);
    assert_int_equal(ledger_submit(l, &entry, NULL), OK);
    ledger_unreserve(l, 1);
    assert_int_equal(ledger_close(&l), OK);
    struct shelf shelf = read_shelf();

    assert_string_equal(text_of(&shelf, 1, "kind"), "outcome");
    free_shelf(&shelf);
}

static void refuses_what_cannot_be_a_leaf(void **state)
{
    static char large[ENTRY_MAX_BYTES];
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct span empty = {NULL, 0};

    (void)state;
    assert_int_equal(ledger_reserve(l, 1), OK);
    memset(large, 'x', sizeof(large));
    entry.body = span_of(large, sizeof(large));
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_TOO_BIG);
    entry.body = SPAN("\"name\":\"Zo\xc3\xab\"");
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry.body = SPAN("\"a\":1,\n\"b\":2");
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry = request();
    entry.exchange = SPAN("not\"hex");
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry = request();
    entry.kind = ENTRY_START;
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry = request();
    entry.subjects = &empty;
    entry.subject_count = 1;
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.reserved, 1);
    assert_int_equal(now.size, 1);
    assert_int_equal(ledger_close(&l), OK);
}

static void the_largest_leaf_fits_to_the_byte(void **state)
{
    static char body[ENTRY_MAX_BYTES];
    struct ledger *l = open_plain();
    struct entry entry = request();
    struct leaf shape = {.kind = ENTRY_REQUEST, .exchange = entry.exchange};

    (void)state;
    size_t room = ENTRY_MAX_BYTES - leaf_size(&shape) - 1;

    memset(body, 'x', sizeof(body));
    memcpy(body, "\"k\":\"", 5);
    body[room - 1] = '"';
    entry.body = span_of(body, room);
    assert_int_equal(record(l, &entry), 1);
    body[room - 1] = 'x';
    body[room] = '"';
    entry.body = span_of(body, room + 1);
    assert_int_equal(ledger_record(l, &entry, 1000, NULL), ERR_TOO_BIG);
    struct shelf shelf = read_shelf();

    assert_int_equal(strlen(text_of(&shelf, 1, "k")), room - 6);
    free_shelf(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void credits_bound_what_waits(void **state)
{
    struct ledger_setup how = plain();
    struct ledger *l = NULL;
    struct entry entry = request();

    (void)state;
    how.max_queue = 5;
    assert_int_equal(ledger_open(&how, &l), OK);
    assert_int_equal(ledger_reserve(l, 5), OK);
    assert_int_equal(ledger_reserve(l, 1), ERR_BUSY);
    ledger_unreserve(l, 4);
    assert_int_equal(ledger_reserve(l, 5), ERR_BUSY);
    ledger_unreserve(l, 1);
    for (int i = 0; i < 20; i++) {
        (void)record(l, &entry);
    }
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.reserved, 0);
    assert_int_equal(now.queued, 0);
    assert_int_equal(ledger_close(&l), OK);
}

static void only_one_writer_at_a_time(void **state)
{
    struct ledger_setup how = plain();
    struct ledger *a = open_plain();
    struct ledger *b = NULL;

    (void)state;
    assert_int_equal(ledger_open(&how, &b), ERR_LOCKED);
    assert_null(b);
    assert_int_equal(ledger_close(&a), OK);
    assert_int_equal(ledger_open(&how, &b), OK);
    assert_int_equal(ledger_close(&b), OK);
}

static void refuses_a_folder_that_is_not_safe(void **state)
{
    struct ledger_setup how = plain();
    struct ledger *l = NULL;

    (void)state;
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_int_equal(chmod(folder, 0700), 0);
    how.directory = "/tmp/hallpass-no-such-folder";
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_null(l);
}

static void refuses_storage_that_lies(void **state)
{
    char shm[] = "/dev/shm/hallpass-ledger-XXXXXX";
    struct ledger_setup how = plain();
    struct ledger *l = NULL;

    (void)state;
    if (mkdtemp(shm) == NULL) {
        skip();
    }
    how.directory = shm;
    how.unsafe_storage = false;
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_int_equal(rmdir(shm), 0);
}

static void refuses_the_ledger_of_another_origin(void **state)
{
    struct ledger_setup how = plain();
    struct ledger *l = open_plain();

    (void)state;
    assert_int_equal(ledger_close(&l), OK);
    how.origin = "other.example/disclosures/1";
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_null(l);
}

static void files_that_moved_are_never_acknowledged(void **state)
{
    static const char *const how[] = {"rm $v", "mv $v $v.old", "ln $v $v.second",
                                      "cp -p $v $v.new && mv $v.new $v"};
    char command[512];

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct ledger *l = open_plain();
        struct entry entry = request();
        struct note first, second;

        snprintf(command, sizeof(command), "v=%s%s; %s", path, i % 2 == 0 ? "" : "-wal",
                 how[i / 2]);
        assert_int_equal(system(command), 0);
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
        snprintf(command, sizeof(command), "rm -f %s/ledger-*", folder);
        assert_int_equal(system(command), 0);
    }
}

static void a_foreign_lock_refuses_and_lets_go(void **state)
{
    struct ledger *l = open_plain();
    struct store_setup how = {.path = path, .mode = STORE_WRITE};
    struct store *other = NULL;
    struct entry entry = request();

    (void)state;
    assert_int_equal(store_open(&how, &other), OK);
    assert_int_equal(store_begin(other), OK);
    assert_int_equal(ledger_record(l, &entry, 10000, NULL), ERR_LEDGER);
    store_rollback(other);
    store_abandon(&other);
    assert_int_equal(record(l, &entry), 1);
    assert_int_equal(ledger_close(&l), OK);
}

/* --- many threads */

enum { THREADS = 4, EACH = 200 };

static void *submit_many(void *ctx)
{
    struct ledger *l = ctx;
    struct entry entry = request();
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
    struct ledger *l = open_plain();
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
    struct shelf shelf = read_shelf();
    size_t disclosures = 0;

    for (size_t i = 0; i < json_array_size(shelf.entries); i++) {
        disclosures += strcmp(text_of(&shelf, i, "kind"), "disclosure") == 0;
    }
    assert_int_equal(disclosures, THREADS * EACH);
    assert_int_equal(count_of("dictionary"), 500);
    free_shelf(&shelf);
}

/* --- months */

static void a_new_month_goes_on_in_a_new_file(void **state)
{
    struct month_tail tail = {.last_ms = 1761955200000 - 1000}; /* 2025-10-31T23:59:59Z */
    struct month *old = NULL;
    struct ledger *l;
    struct month_list list;
    struct entry entry = request();
    struct span id = SPAN("ann");

    (void)state;
    assert_int_equal(month_create(folder, "test.example/disclosures/1", &tail, NULL, &old), OK);
    assert_string_equal(month_file(old), "ledger-2025-10.db");
    struct dictionary_row row = {.number = 1, .id = SPAN("ann")};

    assert_int_equal(month_put_row(old, &row), OK);
    month_close(&old);
    l = open_plain();
    assert_int_equal(month_list_read(folder, &list), OK);
    assert_int_equal(list.count, 2);
    month_list_fini(&list);
    entry.subjects = &id;
    entry.subject_count = 1;
    assert_int_equal(record(l, &entry), 3); /* start, seal | start; no new number */
    assert_int_equal(count_of("dictionary"), 1);
    assert_int_equal(ledger_close(&l), OK);
    snprintf(path, sizeof(path), "%s/ledger-2025-10.db", folder);
    struct shelf shelf = read_shelf();

    assert_int_equal(json_array_size(shelf.entries), 2);
    assert_string_equal(text_of(&shelf, 1, "kind"), "seal");
    free_shelf(&shelf);
}

static void an_unfinished_month_is_taken_over(void **state)
{
    struct ledger *l = open_plain();
    struct store_setup how = {.path = path, .mode = STORE_CREATE};
    struct store *s = NULL;

    (void)state;
    assert_int_equal(ledger_close(&l), OK);
    char command[256];

    snprintf(command, sizeof(command), "mv %s %s/ledger-2020-01.db", path, folder);
    assert_int_equal(system(command), 0);
    /* What a crash while the new file was made leaves: a database without anything. */
    assert_int_equal(store_open(&how, &s), OK);
    store_close(&s);
    l = open_plain();
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.size, 4); /* start, start, seal | start */
    assert_int_equal(ledger_close(&l), OK);
}

static void survives_each_allocation_that_fails(void **state)
{
    struct ledger *l = open_plain();
    struct entry entry = request();
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
    struct ledger_setup how = plain();
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
        TEST(a_new_ledger_starts_with_a_start_entry),
        TEST(an_acknowledged_entry_can_be_read),
        TEST(the_leaf_has_its_keys_in_the_promised_order),
        TEST(new_students_get_numbers_in_the_same_commit),
        TEST(numbers_outlive_a_restart),
        TEST(time_and_id_never_go_back),
        TEST(entries_without_an_ack_are_written_too),
        TEST(refuses_what_cannot_be_a_leaf),
        TEST(the_largest_leaf_fits_to_the_byte),
        TEST(credits_bound_what_waits),
        TEST(only_one_writer_at_a_time),
        TEST(refuses_a_folder_that_is_not_safe),
        TEST(refuses_storage_that_lies),
        TEST(refuses_the_ledger_of_another_origin),
        TEST(files_that_moved_are_never_acknowledged),
        TEST(a_foreign_lock_refuses_and_lets_go),
        TEST(many_threads_lose_nothing),
        TEST(a_new_month_goes_on_in_a_new_file),
        TEST(an_unfinished_month_is_taken_over),
        TEST(survives_each_allocation_that_fails),
        TEST(opening_survives_each_allocation_that_fails),
    };

    log_setup(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
