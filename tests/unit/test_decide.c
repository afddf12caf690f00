/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record is taken for: whose it is, which role items stand, and what a
 * source may try to be taken for something else.
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void drops_role_items_that_do_not_stand(void **state)
{
    (void)state;
    assert_released(
        "{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":\"teacher\",\"roleType\":\"primary\","
        "\"org\":{\"sourcedId\":\"school-0\"}},{\"role\":\"teacher\",\"roleType\":"
        "\"secondary\",\"org\":{\"sourcedId\":\"school-2\"}}],\"familyName\":\"Smith\"}",
        "{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":\"teacher\",\"roleType\":\"primary\","
        "\"org\":" REF("org", "school-0") "}],\"familyName\":\"Smith\"," NO_STATE
                                          ",\"givenName\":\"-\"}");
    case_world.plan.programs[ROLE_GUARDIAN] = NULL;
    assert_released(
        "{\"sourcedId\":\"both-0\",\"roles\":[{\"role\":\"parent\",\"roleType\":\"primary\","
        "\"org\":{\"sourcedId\":\"school-0\"}},{\"role\":\"teacher\",\"roleType\":\"primary\","
        "\"org\":{\"sourcedId\":\"school-0\"}}]}",
        "{\"sourcedId\":\"both-0\",\"roles\":[{\"role\":\"teacher\",\"roleType\":\"primary\","
        "\"org\":" REF("org", "school-0") "}]," NO_STATE "," NO_NAMES "}");
}

static void takes_a_hidden_student_role_for_what_it_is(void **state)
{
    (void)state;
    case_world.plan.programs[ROLE_STUDENT] = NULL;
    /* Anywhere in the list, with escapes, and behind items that are something else. */
    assert_withheld(
        "{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":\"teacher\",\"org\":{\"sourcedId\":"
        "\"school-0\"}},{\"role\":\"stud\\u0065nt\",\"org\":{\"sourcedId\":\"school-0\"}}]}",
        ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":[\"student\",{\"role\":\"teacher\",\"org\":"
                    "{\"sourcedId\":\"school-0\"}}]}",
                    ROW_ROLE);
    assert_withheld(
        "{\"sourcedId\":\"tea-0\",\"roles\":[[{\"role\":\"student\"}],{\"role\":\"teacher\","
        "\"org\":{\"sourcedId\":\"school-0\"}}]}",
        ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":{\"role\":\"teacher\"}}", ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":[\"teacher\"]}]}", ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":[{\"org\":{\"sourcedId\":\"school-0\"}}]}",
                    ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":null}]}", ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":[]}", ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"roles\":null}", ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\"}", ROW_ROLE);
}

static void takes_facts_from_their_own_place_alone(void **state)
{
    (void)state;
    /* A sourcedId, a role or a school inside something else is nobody's fact. */
    assert_withheld("{\"metadata\":{\"sourcedId\":\"stu-0\"},\"roles\":[{\"role\":\"student\"}]}",
                    ROW_SUBJECT);
    assert_withheld("{\"primaryOrg\":{\"sourcedId\":\"stu-0\"},\"roles\":[{\"role\":\"student\"}]}",
                    ROW_SUBJECT);
    assert_withheld("{\"sourcedId\":{\"sourcedId\":\"stu-0\"},\"roles\":[{\"role\":\"student\"}]}",
                    ROW_SUBJECT);
    assert_withheld("{\"sourcedId\":[\"stu-0\"],\"roles\":[{\"role\":\"student\"}]}", ROW_SUBJECT);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"metadata\":{\"roles\":[{\"role\":\"teacher\"}]}}",
                    ROW_ROLE);
    assert_withheld("{\"sourcedId\":\"tea-0\",\"userIds\":[{\"role\":\"teacher\"}]}", ROW_ROLE);
}

static void takes_no_key_of_an_item_for_one_of_the_record(void **state)
{
    (void)state;
    /* As the first key of the item, where nothing stood before to guess from. */
    assert_released(
        "{\"roles\":[{\"sourcedId\":\"stu-1\",\"role\":\"teacher\",\"roleType\":\"primary\","
        "\"givenName\":\"x\",\"org\":{\"sourcedId\":\"school-0\"}}],\"sourcedId\":\"tea-0\"}",
        "{\"roles\":[{\"role\":\"teacher\",\"roleType\":\"primary\",\"org\":" REF(
            "org", "school-0") "}],\"sourcedId\":\"tea-0\"," NO_STATE "," NO_NAMES "}");
}

static void withholds_records_without_a_sound_id(void **state)
{
    static const char *const ids[] = {"0",
                                      "null",
                                      "true",
                                      "\"\"",
                                      "[]",
                                      "{}",
                                      "\"stu-0\\u0000\"",
                                      "\"\\u0000\"",
                                      "\"stu-0\\n\"",
                                      "\"stu-99\"",
                                      "\"STU-0\"",
                                      "\" stu-0\"",
                                      "\"stu\\u200b-0\"",
                                      "12.0",
                                      "\"ghost\""};
    char record[512];

    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        (void)snprintf(record, sizeof(record),
                       "{\"sourcedId\":%s,\"roles\":[{\"role\":\"student\",\"org\":"
                       "{\"sourcedId\":\"school-0\"}}]}",
                       ids[i]);
        assert_withheld(record, ROW_SUBJECT);
    }
}

static void withholds_what_the_record_says_against_itself(void **state)
{
    (void)state;
    assert_withheld(STUDENT(",\"primaryOrg\":{\"sourcedId\":5}"), ROW_SCHOOL);
    assert_withheld(STUDENT(",\"primaryOrg\":\"school-0\""), ROW_SCHOOL);
    assert_withheld(
        "{\"sourcedId\":\"stu-13\",\"roles\":[{\"role\":\"student\",\"org\":{\"sourcedId\":"
        "\"school-1\"}}]}",
        ROW_STOPPED);
    assert_withheld(
        "{\"sourcedId\":\"stu-2\",\"roles\":[{\"role\":\"student\",\"org\":{\"sourcedId\":"
        "\"school-0\"}}]}",
        ROW_SCHOOL);
}

/* --- statuses and programs: local fields that are facts */

static struct span enrolled, lunch;

static void find_labelled(const void *ctx, struct span id, struct person_facts *out)
{
    (void)ctx;
    enrolled = SPAN("enrolled");
    lunch = SPAN("lunch");
    case_world.roster.person(case_world.roster.ctx, id, out);
    out->statuses = (struct fact_set){TRI_YES, &enrolled, 1};
    out->programs = (struct fact_set){TRI_YES, &lunch, 1};
}

/* As if district.yaml had said so of this field; undone by the caller. */
static void mark(const char *path, uint8_t fact)
{
    const struct field *f = resource_field(case_world.plan.resource, span_str(path));

    ((struct field *)(uintptr_t)f)->facts = fact;
}

/* Invariant 6: the roster says yes, and the record must not say no. */
static void r5_what_the_record_says_of_status_and_program_counts_too(void **state)
{
    struct roster_view labelled = {NULL, find_labelled, case_world.roster.place};
    const struct fact_set statuses = {TRI_YES, &enrolled, 1}, programs = {TRI_YES, &lunch, 1};

    (void)state;
    mark("pronouns", FACT_STATUS);
    mark("userMasterIdentifier", FACT_PROGRAM);
    case_world.plan.roster = &labelled;
    case_world.agreement.statuses = &statuses;
    case_world.agreement.programs = &programs;
    assert_released(STUDENT(""), STUDENT_OUT("," NO_STATE "," NO_NAMES));
    assert_released(STUDENT(",\"pronouns\":\"enrolled\",\"userMasterIdentifier\":\"lunch\""),
                    STUDENT_OUT("," NO_STATE "," NO_NAMES));
    assert_withheld(STUDENT(",\"pronouns\":\"withdrawn\""), ROW_STATUS);
    assert_withheld(STUDENT(",\"pronouns\":\"enrolled\",\"userMasterIdentifier\":\"chess\""),
                    ROW_STATUS);
    assert_withheld(STUDENT(",\"pronouns\":7"), ROW_STATUS);
    assert_withheld(STUDENT(",\"userMasterIdentifier\":\"\""), ROW_STATUS);
    case_world.agreement.statuses = case_world.agreement.programs = NULL;
    assert_released(STUDENT(",\"pronouns\":\"withdrawn\",\"userMasterIdentifier\":7"),
                    STUDENT_OUT("," NO_STATE "," NO_NAMES));
    mark("pronouns", 0);
    mark("userMasterIdentifier", 0);
}

#define CASE(name) cmocka_unit_test_setup(name, case_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(drops_role_items_that_do_not_stand),
        CASE(takes_a_hidden_student_role_for_what_it_is),
        CASE(takes_facts_from_their_own_place_alone),
        CASE(takes_no_key_of_an_item_for_one_of_the_record),
        CASE(withholds_records_without_a_sound_id),
        CASE(withholds_what_the_record_says_against_itself),
        CASE(r5_what_the_record_says_of_status_and_program_counts_too),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
