/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records under per-partner ids. The codes were worked out by tests/support/ids.py.
 */
#include "tests/support/redact_case.h"
#include "tests/support/redact_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define STU_0    "tk3wcluwm4ce6bseqsganz5gml3gff53aruzbry"
#define PAR_0    "hbbjasckue7gqmwx3cliwivfrb5rf4jyzby3uhq"
#define CLASS_0  "6e3ywxli3pigqcl3iezrcgcpmakyat4fdqxzrxy"
#define COURSE_0 "6ycpqpsrq3cmnmplkgr62qaoqc6lek2iz2smogi"
#define ENR_0    "ak4cyi27ny7idky3itr34cnhg5hgdfq4rehymba"

#define CODED(kind, path, code)                                                                    \
    "{\"href\":\"https://hallpass/v1p2/" path "/" code "\",\"sourcedId\":\"" code                  \
    "\",\"type\":\"" kind "\"}"
#define GIVEN(kind, id) "{\"sourcedId\":\"" id "\",\"type\":\"" kind "\"}"
#define DAY             "\"dateLastModified\":\"2026-03-09T00:00:00.000Z\""

static int users(void **state)
{
    (void)case_users(state);
    return world_translate(&case_world, true) ? 0 : -1;
}

static int enrollments(void **state)
{
    (void)state;
    world_plan(&case_world, "enrollments");
    world_share(&case_world, ROLE_STUDENT, "user", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "class", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "school", TRANSFORM_AS_IS);
    case_world.agreement.schools = &case_world.schools;
    case_run.bytes_only = true;
    return world_translate(&case_world, true) ? 0 : -1;
}

static int back(void **state)
{
    (void)state;
    return world_translate(&case_world, false) ? 0 : -1;
}

#define ENROLLMENT(id, class)                                                                      \
    "{\"sourcedId\":\"" id "\",\"user\":" GIVEN("user", "stu-0") ",\"class\":" GIVEN(              \
        "class", class) ",\"school\":" GIVEN("org", "school-0") ",\"role\":\"student\"}"

static void I1_ids_and_references_leave_as_codes_but_those_of_orgs(void **state)
{
    (void)state;
    assert_released(
        STUDENT(",\"agents\":[" GIVEN("user", "stu-0") "],\"primaryOrg\":" GIVEN(
            "org", "school-0") ",\"givenName\":\"stu-0\""),
        "{\"sourcedId\":\"" STU_0 "\",\"roles\":[{\"role\":\"student\",\"roleType\":"
        "\"primary\",\"org\":" REF("org", "school-0") "}],\"agents\":[" CODED(
            "user", "users",
            STU_0) "],\"primaryOrg\":" REF("org", "school-0") ","
                                                              "\"givenName\":\"stu-0\"," NO_STATE
                                                              ",\"familyName\":\"-\"}");
}

static void I1_an_enrollments_own_id_is_translated_too(void **state)
{
    (void)state;
    assert_released(
        ENROLLMENT("enr-0", "class-0"),
        "{\"sourcedId\":\"" ENR_0 "\",\"user\":" CODED(
            "user", "users",
            STU_0) ","
                   "\"class\":" CODED("class", "classes", CLASS_0) ",\"school\":" REF(
                       "org", "school-0") ",\"role\":\"student\",\"primary\":\"false\"}");
}

static void I1_escapes_in_an_id_are_read_before_it_is_translated(void **state)
{
    (void)state;
    assert_released(
        ENROLLMENT("e\\u006er\\u002d0", "cl\\u0061ss-0"),
        "{\"sourcedId\":\"" ENR_0 "\",\"user\":" CODED(
            "user", "users",
            STU_0) ","
                   "\"class\":" CODED("class", "classes", CLASS_0) ",\"school\":" REF(
                       "org", "school-0") ",\"role\":\"student\",\"primary\":\"false\"}");
}

static void I1_a_record_without_a_code_is_withheld_and_counted(void **state)
{
    (void)state;
    assert_withheld(ENROLLMENT("a-much-longer-id-than-any-code-can-hold", "class-0"), ROW_ID);
    assert_withheld(ENROLLMENT("\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
                               "\\u00e9\\u00e9",
                               "class-0"),
                    ROW_ID);
}

static void I1_a_reference_without_a_code_is_dropped(void **state)
{
    (void)state;
    world_plan(&case_world, "courses");
    world_share(&case_world, ROLE_NONE, "resources", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_NONE, "title", TRANSFORM_AS_IS);
    assert_released("{\"sourcedId\":\"course-0\",\"title\":\"x\",\"resources\":[{\"sourcedId\":"
                    "\"a-much-longer-id-than-any-code-can-hold\"}]}",
                    "{\"sourcedId\":\"" COURSE_0 "\",\"title\":\"x\",\"courseCode\":\"-\"}");
}

static void F6_the_time_of_the_last_change_is_cut_to_its_day(void **state)
{
    static const char *const times[] = {"2026-03-09T23:59:59.999Z", "2026-03-09T00:00:00Z",
                                        "2026-03-09T11:22:33+02:00", "2026-03-09t11:22:33z"};
    char record[512];

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        (void)snprintf(record, sizeof(record), STUDENT(",\"dateLastModified\":\"%s\""), times[i]);
        assert_int_equal(case_record(record), OK);
        assert_non_null(strstr(case_log(), DAY));
    }
    assert_int_equal(case_record(STUDENT(",\"dateLastModified\":\"2026-02-30T00:00:00Z\"")), OK);
    assert_null(strstr(case_log(), "2026-02-30"));
}

/* True if the record is still there under one clause. */
static bool passes(const char *path, enum filter_op op, const char *value)
{
    case_world.query.clause_count = 0;
    world_filter(&case_world, path, op, value);
    assert_int_equal(case_record(STUDENT(",\"dateLastModified\":\"2026-03-09T11:22:33.444Z\"")),
                     OK);
    case_world.query.clause_count = 0;
    return case_run.released == 1;
}

static void R4_a_filter_compares_codes_and_no_district_id(void **state)
{
    (void)state;
    assert_true(passes("sourcedId", FILTER_EQ, STU_0));
    assert_false(passes("sourcedId", FILTER_NE, STU_0));
    assert_false(passes("sourcedId", FILTER_EQ, "stu-0"));
    assert_true(passes("sourcedId", FILTER_NE, "stu-0")); /* as any text that is no id */
    assert_false(passes("sourcedId", FILTER_EQ, PAR_0));
    assert_true(passes("roles.org", FILTER_EQ, "school-0"));
}

static void F6_a_filter_compares_the_day_and_not_the_time(void **state)
{
    (void)state;
    assert_true(passes("dateLastModified", FILTER_EQ, "2026-03-09T00:00:00.000Z"));
    assert_false(passes("dateLastModified", FILTER_EQ, "2026-03-09T11:22:33.444Z"));
    assert_true(passes("dateLastModified", FILTER_LT, "2026-03-09T00:00:00.001Z"));
    assert_false(passes("dateLastModified", FILTER_GT, "2026-03-09T00:00:00.000Z"));
    assert_true(passes("dateLastModified", FILTER_GE, "2026-03-09"));
    assert_false(passes("dateLastModified", FILTER_CONTAINS, "11:22"));
}

static void I1_a_redactor_without_the_codes_refuses_to_begin(void **state)
{
    struct redact_setup setup = {.plan = &case_world.plan, .href_base = SPAN("https://h")};
    struct redactor *r = NULL;

    (void)state;
    assert_int_equal(redactor_new(&setup, run_record, &case_run, &r), ERR_INPUT);
    assert_null(r);
}

/* A document's released bytes, whole and at every split point: one and the same. */
static void assert_splits(struct span body)
{
    struct run whole, cut;

    run_init(&whole);
    run_init(&cut);
    struct redactor *a = world_redactor(&case_world, &whole);
    struct redactor *b = world_redactor(&case_world, &cut);

    run_body(&whole, a, body, body.len + 1);
    for (size_t at = 0; at <= body.len; at++) {
        run_split(&cut, b, body, at);
        assert_int_equal(whole.end, cut.end);
        assert_true(span_eq(buf_span(&whole.log), buf_span(&cut.log)));
    }
    redactor_free(&a);
    redactor_free(&b);
    run_fini(&whole);
    run_fini(&cut);
}

static void I1_codes_are_the_same_at_every_split_point(void **state)
{
    struct gen gen = {.resource = case_world.plan.resource, .mess = 15};
    struct buf body;

    (void)state;
    buf_init(&body, 1 << 20);
    gen.out = &body;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gen_seed(&gen, seed);
        buf_clear(&body);
        gen_document(&gen, 2, false);
        assert_splits(buf_span(&body));
    }
    buf_fini(&body);
}

#define USERS(name)       cmocka_unit_test_setup_teardown(name, users, back)
#define ENROLLMENTS(name) cmocka_unit_test_setup_teardown(name, enrollments, back)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USERS(I1_ids_and_references_leave_as_codes_but_those_of_orgs),
        ENROLLMENTS(I1_an_enrollments_own_id_is_translated_too),
        ENROLLMENTS(I1_escapes_in_an_id_are_read_before_it_is_translated),
        ENROLLMENTS(I1_a_record_without_a_code_is_withheld_and_counted),
        USERS(I1_a_reference_without_a_code_is_dropped),
        USERS(F6_the_time_of_the_last_change_is_cut_to_its_day),
        USERS(R4_a_filter_compares_codes_and_no_district_id),
        USERS(F6_a_filter_compares_the_day_and_not_the_time),
        USERS(I1_a_redactor_without_the_codes_refuses_to_begin),
        USERS(I1_codes_are_the_same_at_every_split_point),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
