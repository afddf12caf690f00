/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves of a record that is released, worked out by hand: fields and their
 * changes, placeholders, references built anew.
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void releases_what_the_program_shares_in_the_order_of_the_document(void **state)
{
    (void)state;
    assert_released(
        "{ \"familyName\" : \"Doe\" , \"secret\":{\"givenName\":\"x\"}, \"grades\":[ \"06\" ],"
        "\"email\":\"a@b.example\",\"phone\":\"555\",\"givenName\":\"Jos\\u00e9 \\\"J\\\"\","
        "\"enabledUser\":\"true\",\"metadata\":{\"ssn\":\"1\"},\"roles\":[{\"org\":{\"type\":"
        "\"org\","
        "\"sourcedId\":\"school-0\",\"href\":\"https://sis.internal/x\"},\"role\":\"student\","
        "\"beginDate\":\"2026-08-01\",\"endDate\":\"2027-06-01\",\"roleType\":\"primary\"}],"
        "\"password\":\"hunter2\",\"sourcedId\":\"stu-0\",\"username\":\"ana\",\"status\":"
        "\"active\"}",
        "{\"familyName\":\"D.\",\"grades\":[\"06\"],\"email\":\"a@b.example\","
        "\"givenName\":\"Jos\\u00e9 \\\"J\\\"\",\"enabledUser\":\"true\",\"roles\":[{\"org\":" REF(
            "org", "school-0") ",\"role\":\"student\",\"beginDate\":\"2026\",\"roleType\":"
                               "\"primary\"}],\"sourcedId\":\"stu-0\",\"username\":\"***\","
                               "\"status\":\"active\"}");
}

static void puts_placeholders_last_and_in_the_catalogs_order(void **state)
{
    (void)state;
    assert_released(STUDENT(""), STUDENT_OUT("," NO_STATE "," NO_NAMES));
    /* Withheld, missing, null and mistyped look the same, wherever they stood (SAFETY R1). */
    assert_released(STUDENT(",\"familyName\":null,\"enabledUser\":true,\"givenName\":7"),
                    STUDENT_OUT("," NO_STATE "," NO_NAMES));
    case_world.plan.programs[ROLE_STUDENT] = &case_world.programs[ROLE_STUDENT];
    world_plan(&case_world, "users");
    assert_released(STUDENT(",\"familyName\":\"Doe\",\"givenName\":\"Ana\""),
                    STUDENT_OUT("," NO_STATE "," NO_NAMES));
}

static void leaves_placeholders_out_where_fields_leaves_the_field_out(void **state)
{
    const char *const paths[] = {"givenName", "grades", NULL};

    (void)state;
    world_ask(&case_world, paths);
    assert_released(STUDENT(",\"familyName\":\"Doe\""), "{\"givenName\":\"-\"}");
    assert_released(STUDENT(",\"grades\":[\"06\"],\"givenName\":\"Ana\""),
                    "{\"grades\":[\"06\"],\"givenName\":\"Ana\"}");
}

static void drops_and_counts_values_of_another_type_enum_or_format(void **state)
{
    static const char *const bad[] = {
        "\"status\":\"deleted\"",
        "\"status\":\"Active\"",
        "\"status\":true",
        "\"dateLastModified\":\"today\"",
        "\"dateLastModified\":20260101",
        "\"email\":\"nobody\"",
        "\"email\":[\"a@b.example\"]",
        "\"email\":{\"x\":\"a@b.example\"}",
        "\"primaryOrg\":\"school-0\"",
        "\"primaryOrg\":[" REF("org", "school-0") "]",
        "\"agents\":" REF("user", "par-0"),
        "\"primaryOrg\":{\"sourcedId\":0}",
        "\"username\":7",
        "\"grades\":{\"0\":\"06\"}",
    };
    char record[1024];

    (void)state;
    case_world.agreement.schools = NULL; /* malformed schools would withhold the row */
    case_run.bytes_only = false;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)snprintf(record, sizeof(record), STUDENT(",%s"), bad[i]);
        assert_int_equal(case_record(record), OK);
        assert_string_equal(case_log(),
                            "released stu-0 1 1 " STUDENT_OUT("," NO_STATE "," NO_NAMES) "\n");
    }
}

static void leaves_out_lists_and_objects_of_which_nothing_is_left(void **state)
{
    (void)state;
    case_world.agreement.schools = NULL;
    assert_released(STUDENT(",\"grades\":[],\"agents\":[" REF(
                        "user", "stu-1") "],\"userIds\":[{\"type\":"
                                         "\"SSN\",\"identifier\":\"1\"}]"),
                    STUDENT_OUT("," NO_STATE "," NO_NAMES));
    assert_released(STUDENT(",\"grades\":[\"06\",\"six\",\"07\"]"),
                    STUDENT_OUT(",\"grades\":[\"06\",\"07\"]," NO_STATE "," NO_NAMES));
}

static void never_shows_a_social_security_number_among_user_ids(void **state)
{
    (void)state;
    assert_released(
        STUDENT(",\"userIds\":[{\"type\":\"S\\u0053N\",\"identifier\":\"9\"},{\"type\":\"state\","
                "\"identifier\":\"123-45-6789\"},{\"identifier\":\"5\"},{\"type\":\"lea\","
                "\"identifier\":"
                "\"42\"},{\"type\":1,\"identifier\":\"43\"}]"),
        STUDENT_OUT(",\"userIds\":[{\"type\":\"lea\",\"identifier\":\"42\"}]," NO_STATE
                    "," NO_NAMES));
}

static void changes_values_by_their_transform(void **state)
{
    static const char *const names[][2] = {
        {"Doe", "D."},
        {"D", "-"},
        {"", "-"},
        {"\\u00c9lodie", "\xC3\x89."},
        {"e\\u0301", "-"},
        {"E\\u0301lodie", "E\xCC\x81."},
        {"\\\"x", "\\\"."},
        {"\\ud83d\\ude00abc", "\xF0\x9F\x98\x80."},
        {"\\u0001a", "\\u0001."},
        {"\xED\x95\x9C\xEA\xB8\x80", "\xED\x95\x9C."},
        {"\\\\x", "\\\\."},
    };
    char record[512];
    char want[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(record, sizeof(record),
                       STUDENT(",\"givenName\":\"Ana\",\"familyName\":\"%s\""), names[i][0]);
        (void)snprintf(want, sizeof(want),
                       STUDENT_OUT(",\"givenName\":\"Ana\",\"familyName\":\"%s\"," NO_STATE),
                       names[i][1]);
        assert_released(record, want);
    }
}

static void builds_references_anew(void **state)
{
    (void)state;
    assert_released(
        STUDENT(
            ",\"primaryOrg\":{\"href\":\"javascript:x\",\"sourcedId\":\"school\\u002f1\",\"type\":"
            "\"evil\",\"more\":{\"sourcedId\":\"school-2\"}}"),
        STUDENT_OUT(",\"primaryOrg\":{\"href\":\"https://hallpass/v1p2/orgs/school%2F1\","
                    "\"sourcedId\":\"school\\u002f1\",\"type\":\"org\"}," NO_STATE "," NO_NAMES));
}

static void drops_references_out_of_scope(void **state)
{
    (void)state;
    case_world.agreement.schools = NULL;
    assert_released(
        STUDENT(",\"agents\":[{\"sourcedId\":\"par-0\"},{\"sourcedId\":\"ghost\"},{\"sourcedId\":"
                "\"stu-1\"},{\"sourcedId\":\"\"},null,{\"sourcedId\":\"tea-1\"}]"),
        STUDENT_OUT(",\"agents\":[" REF("user", "par-0") "," REF("user", "tea-1") "]," NO_STATE
                                                                                  "," NO_NAMES));
}

static void withholds_a_row_whose_required_reference_is_out_of_scope(void **state)
{
    (void)state;
    world_plan(&case_world, "enrollments");
    world_share(&case_world, ROLE_STUDENT, "user", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "class", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "school", TRANSFORM_AS_IS);
    case_world.agreement.schools = NULL;
    assert_released(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"class\":"
        "{\"sourcedId\":\"class-0\"},\"school\":{\"sourcedId\":\"school-0\"},\"primary\":\"true\"}",
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":" REF(
            "user", "stu-0") ",\"class\":"
                             "{\"href\":\"https://hallpass/v1p2/classes/"
                             "class-0\",\"sourcedId\":\"class-0\",\"type\":"
                             "\"class\"},\"school\":" REF("org",
                                                          "school-0") ",\"primary\":\"true\"}");
    case_world.agreement.schools = &case_world.schools;
    assert_withheld(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"class\":"
        "{\"sourcedId\":\"class-2\"},\"school\":{\"sourcedId\":\"school-0\"}}",
        ROW_REF);
    assert_withheld(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"school\":"
        "{\"sourcedId\":\"school-0\"}}",
        ROW_REF);
    assert_withheld(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"class\":"
        "\"class-0\",\"school\":{\"sourcedId\":\"school-0\"}}",
        ROW_REF);
    assert_withheld(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"nobody\"},\"class\":"
        "{\"sourcedId\":\"class-0\"},\"school\":{\"sourcedId\":\"school-0\"}}",
        ROW_SUBJECT);
}

static void judges_required_references_whatever_fields_asks_for(void **state)
{
    const char *const paths[] = {"primary", NULL};

    (void)state;
    world_plan(&case_world, "enrollments");
    world_ask(&case_world, paths);
    assert_withheld(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"class\":"
        "{\"sourcedId\":\"class-2\"},\"school\":{\"sourcedId\":\"school-0\"},\"primary\":\"true\"}",
        ROW_REF);
    assert_released(
        "{\"sourcedId\":\"e1\",\"role\":\"student\",\"user\":{\"sourcedId\":\"stu-0\"},\"class\":"
        "{\"sourcedId\":\"class-1\"},\"school\":{\"sourcedId\":\"school-0\"},\"primary\":\"true\"}",
        "{\"primary\":\"true\"}");
}

static void withholds_a_record_of_too_many_facts(void **state)
{
    static char record[65536];
    size_t len = (size_t)snprintf(record, sizeof(record), "{\"sourcedId\":\"stu-0\",\"roles\":[");

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        len += (size_t)snprintf(record + len, sizeof(record) - len,
                                "%s{\"role\":\"student\",\"org\":{\"sourcedId\":\"school-0\"}}",
                                i > 0 ? "," : "");
    }
    (void)snprintf(record + len, sizeof(record) - len, "]}");
    assert_withheld(record, ROW_SCHOOL);
}

#define CASE(name) cmocka_unit_test_setup(name, case_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(releases_what_the_program_shares_in_the_order_of_the_document),
        CASE(puts_placeholders_last_and_in_the_catalogs_order),
        CASE(leaves_placeholders_out_where_fields_leaves_the_field_out),
        CASE(drops_and_counts_values_of_another_type_enum_or_format),
        CASE(leaves_out_lists_and_objects_of_which_nothing_is_left),
        CASE(never_shows_a_social_security_number_among_user_ids),
        CASE(changes_values_by_their_transform),
        CASE(builds_references_anew),
        CASE(drops_references_out_of_scope),
        CASE(withholds_a_row_whose_required_reference_is_out_of_scope),
        CASE(judges_required_references_whatever_fields_asks_for),
        CASE(withholds_a_record_of_too_many_facts),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
