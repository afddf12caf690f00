/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that vanish, and rows of nobody: what was in force stays until it is confirmed (S2). */
#include "roster/own_keep.h"

#include "tests/support/own_place.h"
#include "tests/support/records.h"

#include <stdio.h>
#include <sys/stat.h>

#define NAME "Student Name / First and/or Last"

static bool some(struct element_set set)
{
    return !element_set_is_empty(&set);
}

static void s2_rows_that_vanish_stay_until_confirmed(void **state)
{
    struct own_place *p = *state;
    struct own_checks checks = own_place_checks(p);
    size_t rows = 99;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns2,name,directory,2026-01-01,\n";
    p->texts[OWN_RESTRICTIONS] = "s3,all,all,\n";
    own_place_change(p);
    p->texts[OWN_OPT_OUTS] = "s2,name,directory,2026-01-01,\n";
    p->texts[OWN_RESTRICTIONS] = "";
    own_place_change(p);
    assert_true(own_place_ask(p, "s1").refused_all && own_place_ask(p, "s3").withheld);
    assert_int_equal(own_place_vanished(p), 2);
    p->texts[OWN_RESTRICTIONS] = "broken\n";
    own_place_change(p);
    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), ERR_NOT_READY);
    assert_int_equal(rows, 99);
    p->texts[OWN_RESTRICTIONS] = "";
    own_place_change(p);
    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), OK);
    assert_int_equal(rows, 2);
    assert_false(own_place_ask(p, "s1").refused_all || own_place_ask(p, "s3").withheld);
    assert_true(some(own_place_ask(p, "s2").refused));
    assert_int_equal(own_place_vanished(p), 0);
    own_place_stop(p);
    own_place_start(p);
    assert_int_equal(own_keep_report(p->keep)->files[OWN_OPT_OUTS].rows, 1);
}

static void s2_a_row_that_vanished_while_the_gateway_was_down_is_missed(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n\"s\"\" 2\",all,agreement:acme-math,"
                             "2026-02-03,2027-01-02\n";
    p->texts[OWN_RESTRICTIONS] = "s3,\"" NAME "; Demographics / Gender\",partner:acme,\n";
    own_place_change(p);
    own_place_stop(p);
    own_place_start(p);
    assert_false(own_place_is_complete(p));
    p->texts[OWN_OPT_OUTS] = "";
    p->texts[OWN_RESTRICTIONS] = "";
    own_place_change(p);
    assert_true(own_place_is_complete(p));
    assert_int_equal(own_place_vanished(p), 3);
    assert_true(own_place_ask(p, "s1").refused_all);
    assert_true(own_place_ask(p, "s\" 2").withheld);
    assert_true(own_place_ask_on(p, "s\" 2", 20270102).withheld);
    assert_false(own_place_ask_on(p, "s\" 2", 20270103).withheld);
    assert_true(some(own_place_ask(p, "s3").restricted));
}

static void s2_a_row_is_ended_by_its_last_day_not_by_vanishing(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    own_place_change(p);
    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,2026-08-31\n";
    assert_int_equal(own_place_offer(p, true), OK);
    assert_true(own_place_ask(p, "s1").refused_all); /* that opens, and waits */
    own_place_change(p);
    assert_false(own_place_ask(p, "s1").refused_all);
    assert_int_equal(own_place_vanished(p), 0);
    p->texts[OWN_OPT_OUTS] = ""; /* it has passed: nothing to be missed */
    own_place_change(p);
    assert_int_equal(own_place_vanished(p), 0);
}

static void s2_a_file_cut_off_takes_nothing_back(void **state)
{
    static const char rows[] = "student,withhold,from,until\n"
                               "s1,all,all,\ns2,all,partner:acme,2027-01-01\ns3,all,all,\n";
    struct own_place *p = *state;
    char cut[sizeof(rows)];

    p->whole_of[OWN_RESTRICTIONS] = rows;
    own_place_change(p);
    p->whole_of[OWN_RESTRICTIONS] = cut;
    for (size_t len = 0; len < sizeof(rows); len++) {
        (void)snprintf(cut, sizeof(cut), "%.*s", (int)len, rows);
        assert_int_equal(own_place_offer(p, true), OK);
        assert_int_equal(own_place_offer(p, false), OK);
        assert_true(own_place_ask(p, "s1").withheld && own_place_ask(p, "s2").withheld &&
                    own_place_ask(p, "s3").withheld);
    }
}

static void s2_ids_that_the_roster_never_knew_are_told(void **state)
{
    struct own_place *p = *state;
    struct roster *roster = p->roster;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns99,all,directory,2026-01-01,\n"
                             "t1,all,directory,2026-01-01,\n";
    p->roster = NULL;
    own_place_change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 0); /* nobody can tell yet */
    p->roster = roster;
    struct own_checks checks = own_place_checks(p);

    assert_int_equal(own_keep_check(p->keep, &checks), OK);
    const struct own_report *r = own_keep_report(p->keep);

    assert_int_equal(r->unknown_students, 2);
    assert_int_equal(r->fault_count, 2);
    assert_int_equal(r->faults[0].line, 3);
    assert_int_equal(r->faults[0].file, OWN_OPT_OUTS);
    assert_true(own_place_ask(p, "s99").refused_all); /* the roster may learn of the student */
}

static void s2_an_id_that_was_known_once_stays_known(void **state)
{
    struct own_place *p = *state;
    struct roster *whole = p->roster;
    struct roster_builder *b = NULL;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    own_place_change(p);
    own_place_stop(p);
    own_place_start(p);
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "orgs", "{'orgs':[{'sourcedId':'oak','type':'school'}]}"), OK);
    assert_int_equal(roster_build(b, 1, &p->roster), OK);
    roster_builder_free(&b);
    own_place_change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 0);
    assert_true(own_place_ask(p, "s1").refused_all); /* D14: also of who has left */
    roster_unref(&whole);
}

static void s2_a_number_that_lost_its_zeros_withholds_who_may_be_meant(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_OPT_OUTS] = "123,name,directory,2026-01-01,\n";
    own_place_change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 1);
    assert_true(own_place_ask(p, "00123").withheld);
    p->texts[OWN_OPT_OUTS] = "00123,name,directory,2026-01-01,\n";
    own_place_change(p);
    assert_false(own_place_ask(p, "00123").refused_all);
    assert_true(
        own_place_ask(p, "00123").withheld); /* until the row for 123, which vanished, is let go */
    struct own_checks checks = own_place_checks(p);
    size_t rows = 0;

    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), OK);
    assert_int_equal(rows, 1);
    assert_false(own_place_ask(p, "00123").withheld);
}

static void s2_a_party_that_nobody_declared_withholds_from_all(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_RESTRICTIONS] = "s1,all,agreement:acme-mth,\ns2,all,partner:library,\n";
    p->texts[OWN_NAMED] = "s3,no-such,2026-01-01,,me\n";
    own_place_change(p);
    assert_true(own_place_ask(p, "s1").withheld);
    assert_false(own_place_ask(p, "s2").withheld || own_place_ask(p, "s3").withheld);
    assert_int_equal(own_keep_report(p->keep)->unknown_parties, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, own_place_set_up, own_place_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s2_rows_that_vanish_stay_until_confirmed),
        CASE(s2_a_row_that_vanished_while_the_gateway_was_down_is_missed),
        CASE(s2_a_row_is_ended_by_its_last_day_not_by_vanishing),
        CASE(s2_a_file_cut_off_takes_nothing_back),
        CASE(s2_ids_that_the_roster_never_knew_are_told),
        CASE(s2_an_id_that_was_known_once_stays_known),
        CASE(s2_a_number_that_lost_its_zeros_withholds_who_may_be_meant),
        CASE(s2_a_party_that_nobody_declared_withholds_from_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
