/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass audit and the index under it, on a ledger that is being written to:
 * what an officer sees of it.
 */
#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "ledger/index.h"
#include "tests/support/ledger_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SECOND "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct rig rig;
static struct ledger *ledger;

/* What a disclosure of the proxy's looks like; `batch` is a digit. */
#define DISCLOSURE(batch)                                                                          \
    "\"agreement\":\"acme-math\",\"basis\":\"school-official\",\"batch\":" batch                   \
    ",\"class\":\"99.32\",\"client\":\"acme-prod\",\"fields\":[\"f1\",\"f2\"],\"interest\":"       \
    "\"practice\",\"partner\":\"acme\",\"purpose\":\"instruction\",\"records\":2,"                 \
    "\"resource\":\"users\",\"route\":\"/users\""

static void write_entry(enum entry_kind kind, const char *exchange, const char *body,
                        const char *students)
{
    struct span rest = span_str(students);
    struct span ids[4];
    struct entry entry = {
        .kind = kind, .exchange = span_str(exchange), .body = span_str(body), .subjects = ids};

    while (rest.len > 0) {
        ids[entry.subject_count++] = span_cut(&rest, ' ');
    }
    (void)rig_record(ledger, &entry);
}

static int setup(void **state)
{
    (void)state;
    rig_open(&rig);
    ledger = rig_ledger(&rig);
    write_entry(ENTRY_FIELDS, NULL,
                "\"fields\":[\"givenName\",\"user.sourcedId\"],\"resource\":\"users\","
                "\"role\":[\"student\"],\"set\":\"f1\"",
                NULL);
    write_entry(ENTRY_REQUEST, FIRST,
                "\"agreement\":\"acme-math\",\"partner\":\"acme\",\"resource\":\"users\"", NULL);
    write_entry(ENTRY_DISCLOSURE, FIRST, DISCLOSURE("1"), "ann bob");
    write_entry(ENTRY_DISCLOSURE, FIRST, DISCLOSURE("2"), "cy");
    write_entry(ENTRY_OUTCOME, FIRST, "\"batches\":1,\"end\":\"client-gone\",\"status\":200", NULL);
    write_entry(ENTRY_DISCLOSURE, SECOND, DISCLOSURE("1"), "ann");
    write_entry(ENTRY_DENIED, SECOND,
                "\"partner\":\"evil\\u001b[2J\",\"reason\":\"filter-field\",\"status\":403", NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)ledger_close(&ledger);
    rig_close(&rig);
    return 0;
}

static char said[65536];

/* Runs a command with its standard output in `said`; its exit code. */
static int run(int (*command)(int argc, char **argv), const char *one, const char *two)
{
    char *argv[] = {(char[]){"audit"},      (char[]){"--ledger"},   rig.folder.path,
                    (char *)(uintptr_t)one, (char *)(uintptr_t)two, NULL};
    int argc = one == NULL ? 3 : two == NULL ? 4 : 5;
    int pipes[2];

    (void)fflush(stdout);
    int keep = dup(STDOUT_FILENO);

    assert_true(keep >= 0 && pipe(pipes) == 0);
    assert_true(fcntl(pipes[1], F_SETPIPE_SZ, sizeof(said)) >= (int)sizeof(said));
    assert_true(dup2(pipes[1], STDOUT_FILENO) >= 0);
    int code = command(argc, argv);

    (void)fflush(stdout);
    (void)dup2(keep, STDOUT_FILENO);
    (void)close(pipes[1]);
    (void)close(keep);
    ssize_t n = read(pipes[0], said, sizeof(said) - 1);

    said[n < 0 ? 0 : n] = '\0';
    (void)close(pipes[0]);
    return code;
}

static unsigned times(const char *part)
{
    unsigned n = 0;

    for (const char *at = said; (at = strstr(at, part)) != NULL; at++) {
        n++;
    }
    return n;
}

static void lists_the_newest_last(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_list, NULL, NULL), 0);
    assert_non_null(strstr(said, "start"));
    assert_true(strstr(said, "client-gone") < strstr(said, "filter-field"));
    assert_non_null(strstr(said, "2 students"));
    assert_int_equal(run(cmd_audit_list, "--limit=1", NULL), 0);
    assert_int_equal(times("\n"), 1);
    assert_non_null(strstr(said, "denied"));
}

static void lists_by_partner_kind_and_date(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_list, "--partner=acme", NULL), 0);
    assert_int_equal(times("\n"), 4);
    assert_int_equal(run(cmd_audit_list, "--partner=acme", "--kind=disclosure"), 0);
    assert_int_equal(times("\n"), 3);
    assert_int_equal(run(cmd_audit_list, "--since=2999-01-01", NULL), 0);
    assert_int_equal(times("\n"), 0);
    assert_int_equal(run(cmd_audit_list, "--since=2020-01-01T00:00:00.000Z", "--limit=0"), 0);
    assert_true(times("\n") >= 8);
    assert_int_equal(run(cmd_audit_list, "--since=2020-13-01", NULL), 2);
    assert_int_equal(run(cmd_audit_list, "--kind=nonsense", NULL), 2);
}

static void json_lists_the_exact_leaves(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_list, "--json", "--kind=fields"), 0);
    struct shelf *shelf = shelf_read(rig.path);

    assert_int_equal(strncmp(said, "{\"time\":\"", 9), 0);
    assert_non_null(strstr(said, shelf_text(shelf, 1, "salt")));
    assert_int_equal(times("\n"), 1);
    shelf_free(&shelf);
}

static void nothing_an_entry_holds_steers_the_terminal(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_list, NULL, NULL), 0);
    assert_int_equal(times("\x1b"), 0);
    assert_non_null(strstr(said, "evil?[2J"));
    assert_int_equal(run(cmd_audit_show, SECOND, NULL), 0);
    assert_int_equal(times("\x1b"), 0);
}

static void shows_an_entry_by_id(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_show, "000000000002", NULL), 0);
    assert_int_equal(times("a partner's request was allowed"), 1);
    assert_int_equal(times("{\"time\":"), 1);
    assert_int_equal(run(cmd_audit_show, "2", NULL), 0);
    assert_int_equal(times("a partner's request was allowed"), 1);
    assert_int_equal(run(cmd_audit_show, "99999", NULL), 1);
    assert_int_equal(run(cmd_audit_show, "-3", NULL), 2);
}

static void shows_all_of_an_exchange(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_show, FIRST, NULL), 0);
    assert_int_equal(times("{\"time\":"), 4);
    assert_true(strstr(said, "request:") < strstr(said, "outcome:"));
    assert_int_equal(run(cmd_audit_show, "cccccccccccccccccccccccccccccccc", NULL), 1);
}

static void shows_every_disclosure_of_a_student_and_no_other(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_non_null(strstr(said, "2 disclosures of this student"));
    assert_int_equal(times("acme-math"), 2);
    assert_int_equal(times("school-official"), 2);
    assert_int_equal(times("instruction"), 2);
    assert_int_equal(times("given name, user: sourced id (of a student)"), 2);
    assert_int_equal(times("f2 (a set that this ledger does not describe)"), 2);
    assert_int_equal(times("bob"), 0);
    assert_int_equal(run(cmd_audit_student, "nobody", NULL), 0);
    assert_non_null(strstr(said, "0 disclosures"));
}

static void marks_what_did_not_go_out(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_student, "bob", NULL), 0);
    assert_int_equal(times("delivered"), 1);
    assert_int_equal(times("NOT DELIVERED"), 0);
    assert_int_equal(run(cmd_audit_student, "cy", NULL), 0);
    assert_int_equal(times("NOT DELIVERED"), 1);
}

static void an_answer_without_end_counts_as_delivered_after_a_restart(void **state)
{
    (void)state;
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_int_equal(times("the answer has not ended yet"), 1);
    assert_int_equal(ledger_close(&ledger), OK);
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_int_equal(times("the answer has not ended yet"), 1);
    ledger = rig_ledger(&rig);
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_int_equal(times("counts as delivered"), 1);
    assert_int_equal(times("the answer has not ended yet"), 0);
}

static void entries_newer_than_the_index_are_shown(void **state)
{
    (void)state;
    assert_int_equal(ledger_index_refresh(rig.folder.path), OK);
    write_entry(ENTRY_DISCLOSURE, SECOND, DISCLOSURE("2"), "dee");
    assert_int_equal(run(cmd_audit_student, "dee", NULL), 0);
    assert_non_null(strstr(said, "1 disclosure of this student"));
}

static void an_index_of_another_ledger_is_begun_anew(void **state)
{
    struct folder other = rig.folder;

    (void)state;
    assert_int_equal(ledger_index_refresh(rig.folder.path), OK);
    assert_int_equal(ledger_close(&ledger), OK);
    /* The same folder, a new and shorter log. */
    assert_int_equal(unlink(rig.path), 0);
    ledger = rig_ledger(&rig);
    write_entry(ENTRY_DISCLOSURE, SECOND, DISCLOSURE("1"), "cy");
    assert_int_equal(run(cmd_audit_list, "--limit=0", NULL), 0);
    assert_int_equal(times("\n"), 3);
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_non_null(strstr(said, "0 disclosures"));
    assert_string_equal(other.path, rig.folder.path);
}

static void a_folder_without_ledger_is_an_error(void **state)
{
    struct folder empty;
    struct reader *r = NULL;

    (void)state;
    assert_true(folder_open(&empty));
    assert_int_equal(reader_open(empty.path, &r), ERR_NOT_FOUND);
    assert_int_equal(ledger_index_refresh(empty.path), ERR_NOT_FOUND);
    folder_close(&empty);
    assert_int_equal(reader_open(empty.path, &r), ERR_IO);
    assert_null(r);
}

static void the_index_survives_each_allocation_that_fails(void **state)
{
    enum err e = ERR_MEMORY;
    uint64_t n = 1;

    (void)state;
    for (; e != OK && n < 1000; n++) {
        mem_fail_at(n);
        e = ledger_index_refresh(rig.folder.path);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    assert_int_equal(e, OK);
    assert_int_equal(run(cmd_audit_student, "ann", NULL), 0);
    assert_non_null(strstr(said, "2 disclosures"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_the_newest_last),
        TEST(lists_by_partner_kind_and_date),
        TEST(json_lists_the_exact_leaves),
        TEST(nothing_an_entry_holds_steers_the_terminal),
        TEST(shows_an_entry_by_id),
        TEST(shows_all_of_an_exchange),
        TEST(shows_every_disclosure_of_a_student_and_no_other),
        TEST(marks_what_did_not_go_out),
        TEST(an_answer_without_end_counts_as_delivered_after_a_restart),
        TEST(entries_newer_than_the_index_are_shown),
        TEST(an_index_of_another_ledger_is_begun_anew),
        TEST(a_folder_without_ledger_is_an_error),
        TEST(the_index_survives_each_allocation_that_fails),
    };

    log_setup(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
