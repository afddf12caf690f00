/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger on real files: what is acknowledged stands, as promised. Faults are
 * in test_ledger_faults.c, kills, full disks and the order of syncs in tests/fault.
 */
#include "base/log.h"
#include "ledger/leaf.h"
#include "tests/support/ledger_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void a_new_ledger_starts_with_a_start_entry(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct shelf *shelf = shelf_read(rig.path);

    (void)state;
    assert_int_equal(shelf->count, 1);
    assert_string_equal(shelf_text(shelf, 0, "kind"), "start");
    assert_string_equal(shelf_text(shelf, 0, "cause"), "open");
    assert_string_equal(shelf_text(shelf, 0, "id"), "000000000000");
    assert_string_equal(shelf_text(shelf, 0, "origin"), RIG_ORIGIN);
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
    assert_null(l);
    assert_int_equal(ledger_close(&l), OK);
}

static void an_acknowledged_entry_can_be_read(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct note n;

    (void)state;
    note_init(&n);
    assert_int_equal(ledger_reserve(l, 1), OK);
    assert_int_equal(ledger_submit(l, &entry, &n.ack), OK);
    assert_int_equal(note_wait(&n), OK);
    assert_int_equal(n.index, 1);
    struct shelf *shelf = shelf_read(rig.path);

    assert_int_equal(shelf->count, 2);
    assert_string_equal(shelf_text(shelf, 1, "kind"), "request");
    assert_string_equal(shelf_text(shelf, 1, "exchange"), RIG_EXCHANGE);
    assert_string_equal(shelf_text(shelf, 1, "agreement"), "a");
    assert_int_equal(strlen(shelf_text(shelf, 1, "salt")), 32);
    assert_int_equal(view_subject_count(shelf->entries[1]), 0);
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void check_key(void *ctx, const char *key, struct span text)
{
    static const char *const keys[] = {"time",      "id",     "kind",     "exchange",
                                       "agreement", "client", "subjects", "salt"};
    size_t *at = ctx;

    (void)text;
    assert_true(*at < 8);
    assert_string_equal(key, keys[(*at)++]);
}

static void the_leaf_has_its_keys_in_the_promised_order(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct span id = SPAN("s1");
    size_t at = 0;

    (void)state;
    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = &id;
    entry.subject_count = 1;
    uint64_t index = rig_record(l, &entry);
    struct shelf *shelf = shelf_read(rig.path);

    assert_int_equal(view_each(shelf->entries[index], check_key, &at), OK);
    assert_int_equal(at, 8);
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void new_students_get_numbers_in_the_same_commit(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct span ids[] = {SPAN("zoe"), SPAN("ann"), SPAN("zoe"), SPAN("bob")};
    struct side side;
    uint32_t numbers[3];

    (void)state;
    entry.kind = ENTRY_DISCLOSURE;
    entry.subjects = ids;
    entry.subject_count = 4;
    assert_int_equal(rig_record(l, &entry), 2);
    assert_int_equal(rig_ask(rig.path, "SELECT count(*) FROM dictionary"), 3);
    struct shelf *shelf = shelf_read(rig.path);
    struct span rest = buf_span(&shelf->sides);

    assert_string_equal(shelf_text(shelf, 1, "kind"), "dictionary");
    assert_int_equal(view_subject_count(shelf->entries[2]), 3);
    assert_true(side_next(&rest, &side));
    assert_int_equal(side.at, 1);
    assert_int_equal(subjects_decode(side.blob, 3, numbers), OK);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[2], 3);
    assert_int_equal(rest.len, 0);
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void numbers_outlive_a_restart(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct span ids[] = {SPAN("ann"), SPAN("bob")};
    struct ledger_state now;

    (void)state;
    entry.subjects = ids;
    entry.subject_count = 2;
    (void)rig_record(l, &entry);
    assert_int_equal(ledger_close(&l), OK);
    l = rig_ledger(&rig);
    ledger_read_state(l, &now);
    assert_int_equal(now.size, 4);
    assert_int_equal(now.subjects, 2);
    assert_int_equal(rig_record(l, &entry), 4);
    assert_int_equal(rig_ask(rig.path, "SELECT count(*) FROM dictionary"), 2);
    assert_int_equal(ledger_close(&l), OK);
}

static void time_and_id_never_go_back(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    char last[32] = "";

    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)rig_record(l, &entry);
    }
    struct shelf *shelf = shelf_read(rig.path);

    for (size_t i = 0; i < shelf->count; i++) {
        char want[24];

        snprintf(want, sizeof(want), "%012zu", i);
        assert_string_equal(shelf_text(shelf, i, "id"), want);
        assert_true(strcmp(shelf_text(shelf, i, "time"), last) >= 0);
        snprintf(last, sizeof(last), "%s", shelf_text(shelf, i, "time"));
    }
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void entries_without_an_ack_are_written_too(void **state)
{
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();

    (void)state;
    entry.kind = ENTRY_OUTCOME;
    assert_int_equal(ledger_reserve(l, 2), OK);
    assert_int_equal(ledger_submit(l, &entry, NULL), OK);
    ledger_unreserve(l, 1);
    assert_int_equal(ledger_close(&l), OK);
    struct shelf *shelf = shelf_read(rig.path);

    assert_string_equal(shelf_text(shelf, 1, "kind"), "outcome");
    shelf_free(&shelf);
}

static void refuses_what_cannot_be_a_leaf(void **state)
{
    static char large[ENTRY_MAX_BYTES];
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
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
    entry = rig_request();
    entry.exchange = SPAN("not\"hex");
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry = rig_request();
    entry.kind = ENTRY_START;
    assert_int_equal(ledger_submit(l, &entry, NULL), ERR_INPUT);
    entry = rig_request();
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
    struct ledger *l = rig_ledger(&rig);
    struct entry entry = rig_request();
    struct leaf shape = {.kind = ENTRY_REQUEST, .exchange = entry.exchange};

    (void)state;
    size_t room = ENTRY_MAX_BYTES - leaf_size(&shape) - 1;

    memset(body, 'x', sizeof(body));
    memcpy(body, "\"k\":\"", 5);
    body[room - 1] = '"';
    entry.body = span_of(body, room);
    assert_int_equal(rig_record(l, &entry), 1);
    body[room - 1] = 'x';
    body[room] = '"';
    entry.body = span_of(body, room + 1);
    assert_int_equal(ledger_record(l, &entry, 1000, NULL), ERR_TOO_BIG);
    struct shelf *shelf = shelf_read(rig.path);

    assert_int_equal(strlen(shelf_text(shelf, 1, "k")), room - 6);
    shelf_free(&shelf);
    assert_int_equal(ledger_close(&l), OK);
}

static void credits_bound_what_waits(void **state)
{
    struct ledger_setup how = rig_setup(&rig);
    struct ledger *l = NULL;
    struct entry entry = rig_request();

    (void)state;
    how.max_queue = 5;
    assert_int_equal(ledger_open(&how, &l), OK);
    assert_int_equal(ledger_reserve(l, 5), OK);
    assert_int_equal(ledger_reserve(l, 1), ERR_BUSY);
    ledger_unreserve(l, 4);
    assert_int_equal(ledger_reserve(l, 5), ERR_BUSY);
    ledger_unreserve(l, 1);
    for (int i = 0; i < 20; i++) {
        (void)rig_record(l, &entry);
    }
    struct ledger_state now;

    ledger_read_state(l, &now);
    assert_int_equal(now.reserved, 0);
    assert_int_equal(now.queued, 0);
    assert_int_equal(ledger_close(&l), OK);
}

static void only_one_writer_at_a_time(void **state)
{
    struct ledger_setup how = rig_setup(&rig);
    struct ledger *a = rig_ledger(&rig);
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
    struct ledger_setup how = rig_setup(&rig);
    struct ledger *l = NULL;

    (void)state;
    assert_int_equal(chmod(rig.folder.path, 0755), 0);
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_int_equal(chmod(rig.folder.path, 0700), 0);
    how.directory = "/tmp/hallpass-no-such-folder";
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_null(l);
}

static void refuses_storage_that_lies(void **state)
{
    char shm[] = "/dev/shm/hallpass-ledger-XXXXXX";
    struct ledger_setup how = rig_setup(&rig);
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
    struct ledger_setup how = rig_setup(&rig);
    struct ledger *l = rig_ledger(&rig);

    (void)state;
    assert_int_equal(ledger_close(&l), OK);
    how.origin = "other.example/disclosures/1";
    assert_int_equal(ledger_open(&how, &l), ERR_INPUT);
    assert_null(l);
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
    };

    log_setup(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
