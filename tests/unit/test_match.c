/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter on the record as released (SAFETY R3).
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* True if the record is still there under one clause. */
static bool passes(const char *record, const char *path, enum filter_op op, const char *value)
{
    case_world.query.clause_count = 0;
    world_filter(&case_world, path, op, value);
    assert_int_equal(case_record(record), OK);
    case_world.query.clause_count = 0;
    return case_run.released == 1;
}

static void matches_on_the_record_as_released(void **state)
{
    const char *record = STUDENT(
        ",\"givenName\":\"\\u0041na\",\"familyName\":\"Doe\",\"grades\":[\"06\",\"six\",\"07\"],"
        "\"middleName\":\"Q\"");

    (void)state;
    assert_true(passes(record, "givenName", FILTER_EQ, "Ana"));
    assert_false(passes(record, "givenName", FILTER_EQ, "\\u0041na"));
    assert_true(passes(record, "givenName", FILTER_NE, "Bob"));
    assert_false(passes(record, "givenName", FILTER_NE, "Ana"));
    assert_true(passes(record, "givenName", FILTER_CONTAINS, "NA"));
    assert_true(passes(record, "grades", FILTER_EQ, "07"));
    assert_false(passes(record, "grades", FILTER_EQ, "six")); /* malformed: not released */
    assert_false(passes(record, "grades", FILTER_NE, "07"));  /* some item equals */
    assert_true(passes(record, "grades", FILTER_NE, "08"));
    assert_true(passes(record, "roles.org", FILTER_EQ, "school-0"));
    assert_false(passes(record, "roles.org", FILTER_EQ, "school-2"));
}

static void lets_withheld_and_changed_values_match_nothing(void **state)
{
    const char *record = STUDENT(",\"familyName\":\"Doe\",\"middleName\":\"Q\"");
    static const char *const tries[] = {"Doe", "D.", "Q", "-", "", "x"};

    (void)state;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        for (unsigned op = FILTER_EQ; op <= FILTER_CONTAINS; op++) {
            assert_false(passes(record, "familyName", (enum filter_op)op, tries[i])); /* initial */
            assert_false(
                passes(record, "middleName", (enum filter_op)op, tries[i])); /* not shared */
            assert_false(
                passes(record, "givenName", (enum filter_op)op, tries[i])); /* placeholder */
        }
    }
}

static void matches_fields_that_were_not_asked_for(void **state)
{
    const char *const paths[] = {"sourcedId", NULL};

    (void)state;
    world_ask(&case_world, paths);
    world_filter(&case_world, "givenName", FILTER_EQ, "Ana");
    assert_released(STUDENT(",\"givenName\":\"Ana\""), "{\"sourcedId\":\"stu-0\"}");
    assert_withheld(STUDENT(",\"givenName\":\"Bob\""), ROW_FILTER);
}

static void joins_two_clauses_by_and_or_or(void **state)
{
    const char *record = STUDENT(",\"givenName\":\"Ana\",\"email\":\"a@b.example\"");

    (void)state;
    world_filter(&case_world, "givenName", FILTER_EQ, "Ana");
    world_filter(&case_world, "email", FILTER_EQ, "z@b.example");
    assert_withheld(record, ROW_FILTER);
    case_world.query.any = true;
    assert_int_equal(case_record(record), OK);
    assert_int_equal(case_run.released, 1);
}

#define CASE(name) cmocka_unit_test_setup(name, case_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(matches_on_the_record_as_released),
        CASE(lets_withheld_and_changed_values_match_nothing),
        CASE(matches_fields_that_were_not_asked_for),
        CASE(joins_two_clauses_by_and_or_or),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
