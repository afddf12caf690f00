/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: what is refused with which reason, and the plan of what is allowed.
 * The agreements stand in tests/support/verdict_kit.c.
 */
#include "policy/verdict.h"

#include "base/mem.h"
#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct verdict_kit kit;

struct asked {
    const char *agreement, *path, *query;
    enum err e;
    const char *param, *field; /* of the refusal */
};

static void check(const struct asked *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct plan plan = {.has_row_rules = true};
        enum err e = verdict_kit_ask(&kit, rows[i].agreement, rows[i].path, rows[i].query, &plan);
        if (e != rows[i].e) {
            fail_msg("%s %s?%s: %s", rows[i].agreement, rows[i].path,
                     rows[i].query == NULL ? "" : rows[i].query, err_code(e));
        }
        if (e != OK) {
            assert_true(span_eq_str(kit.why.param, rows[i].param == NULL ? "" : rows[i].param));
            assert_true(span_eq_str(kit.why.field, rows[i].field == NULL ? "" : rows[i].field));
            assert_null(plan.policy);
        }
    }
}

static void the_first_and_the_last_whole_day_count(void **state)
{
    static const struct {
        int32_t date;
        enum err e;
        const char *clause;
    } rows[] = {
        {20240630, ERR_AGREEMENT_NOT_YET, "from"},
        {20240701, OK, ""},
        {20260630, OK, ""},
        {20260701, ERR_AGREEMENT_ENDED, "ends"},
        {20231231, ERR_AGREEMENT_NOT_YET, "from"},
        {20270101, ERR_AGREEMENT_ENDED, "ends"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct plan plan;
        kit.date = rows[i].date;
        assert_int_equal(verdict_kit_ask(&kit, "narrow", "users", NULL, &plan), rows[i].e);
        assert_true(span_eq_str(kit.why.clause, rows[i].clause));
    }
    kit.date = 20260115;
}

static void resources_that_no_role_shares_are_refused(void **state)
{
    static const struct asked rows[] = {
        {"narrow", "terms", NULL, ERR_RESOURCE, NULL, NULL},
        {"narrow", "schools", NULL, ERR_RESOURCE, NULL, NULL},
        {"narrow", "demographics", NULL, OK, NULL, NULL},
        {"wide", "demographics", NULL, ERR_RESOURCE, NULL, NULL},
        {"wide", "enrollments", NULL, ERR_RESOURCE, NULL, NULL},
        {"wide", "teachers", NULL, ERR_RESOURCE, NULL, NULL},
        {"wide", "teachers/t-in", NULL, ERR_RESOURCE, NULL, NULL},
        {"staff", "students", NULL, ERR_RESOURCE, NULL, NULL},
        {"staff", "students/s-in", NULL, ERR_RESOURCE, NULL, NULL},
        {"staff", "orgs", NULL, ERR_RESOURCE, NULL, NULL},
    };
    (void)state;
    check(rows, LEN(rows));
}

/* Invariant 5: unknown and out of scope are one answer. */
static void r4_an_id_out_of_scope_is_an_id_that_does_not_exist(void **state)
{
    static const char *const hidden[] = {
        "users/ghost",
        "users/s-school",
        "users/s-grade",
        "users/s-stopped",
        "users/S-IN",
        "users/g-out",
        "users/g-none",
        "users/t-out",
        "users/f-in",
        "users/idle",
        "users/st-out",
        "students/t-in",
        "students/ghost",
        "teachers/s-in",
        "teachers/st-in",
        "demographics/t-in",
        "demographics/s-school",
        "demographics/ghost",
        "orgs/school-06",
        "orgs/ghost",
        "orgs/s-in",
        "classes/c-out",
        "classes/c-grade",
        "classes/ghost",
        "courses/k-out",
        "courses/k-noorg",
        "courses/ghost",
    };
    static const char *const shown[] = {
        "users/s-in",         "students/s-in",    "users/g-one",          "users/t-in",
        "teachers/t-in",      "teachers/tg-both", "demographics/s-in",    "orgs/school-07",
        "orgs/district",      "classes/c-in",     "classes/c-any",        "courses/k-in",
        "courses/k-district", "enrollments/any",  "academicSessions/any",
    };
    (void)state;
    for (size_t i = 0; i < LEN(hidden); i++) {
        struct asked row = {"narrow", hidden[i], NULL, ERR_RECORD, NULL, NULL};
        check(&row, 1);
    }
    for (size_t i = 0; i < LEN(shown); i++) {
        struct asked row = {"narrow", shown[i], NULL, OK, NULL, NULL};
        check(&row, 1);
    }
}

static void without_where_a_place_must_still_be_known(void **state)
{
    static const struct asked rows[] = {
        {"wide", "orgs/school-06", NULL, OK, NULL, NULL},
        {"wide", "classes/c-vague", NULL, OK, NULL, NULL},
        {"wide", "orgs/ghost", NULL, ERR_RECORD, NULL, NULL},
        {"wide", "classes/ghost", NULL, ERR_RECORD, NULL, NULL},
        {"wide", "students/s-school", NULL, OK, NULL, NULL},
        {"wide", "users/t-in", NULL, ERR_RECORD, NULL, NULL},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void r3_filters_name_only_what_some_role_shows_unchanged(void **state)
{
    static const struct asked rows[] = {
        {"narrow", "users", "filter=familyName='a'", OK, NULL, NULL}, /* teachers */
        {"narrow", "students", "filter=familyName='a'", ERR_FILTER_FIELD, "filter", "familyName"},
        {"narrow", "students", "filter=givenName='a'", OK, NULL, NULL},
        {"narrow", "students", "filter=status='active'", OK, NULL, NULL},
        {"narrow", "students", "filter=sourcedId='s-in'", OK, NULL, NULL},
        {"narrow", "students", "filter=email='a'", ERR_FILTER_FIELD, "filter", "email"},
        {"narrow", "students", "filter=password='a'", ERR_FILTER_FIELD, "filter", "password"},
        {"narrow", "students", "filter=nonsense='a'", ERR_FILTER_FIELD, "filter", NULL},
        {"narrow", "students", "filter=givenName='a' OR identifier='1'", ERR_FILTER_FIELD, "filter",
         "identifier"},
        {"narrow", "students", "filter=userIds.identifier='1'", ERR_FILTER_FIELD, "filter",
         "userIds.identifier"},
        {"narrow", "classes", "filter=title='a'", OK, NULL, NULL},
        {"narrow", "classes", "filter=location='a'", ERR_FILTER_FIELD, "filter", "location"},
        {"narrow", "enrollments", "filter=class.sourcedId='c-out'", OK, NULL, NULL},
        {"wide", "students", "filter=familyName='a'", ERR_FILTER_FIELD, "filter", "familyName"},
        {"wide", "classes", "filter=title='a'", ERR_FILTER_FIELD, "filter", "title"},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void r3_the_source_may_compare_what_all_roles_show(void **state)
{
    static const struct {
        const char *resource, *field;
        bool open;
    } rows[] = {
        {"users", "givenName", true},
        {"users", "sourcedId", true},
        {"users", "status", true},
        {"users", "familyName", false}, /* students: initial; teachers: as it is */
        {"users", "email", false},      /* of teachers alone */
        {"teachers", "familyName", true},
        {"teachers", "email", true},
        {"students", "familyName", false},
        {"enrollments", "user", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct plan plan = verdict_kit_plan(&kit, "narrow", rows[i].resource, NULL);
        const struct field *f = resource_field(plan.resource, span_str(rows[i].field));

        assert_non_null(f);
        assert_int_equal(fieldset_has(&plan.open, f->number), rows[i].open);
    }
}

static void r3_sort_names_only_what_no_row_can_lack(void **state)
{
    static const struct asked rows[] = {
        {"narrow", "users", "sort=givenName", OK, NULL, NULL},
        {"narrow", "users", "sort=familyName", ERR_SORT_FIELD, "sort", "familyName"},
        {"narrow", "teachers", "sort=familyName", OK, NULL, NULL},
        {"narrow", "teachers", "sort=email", OK, NULL, NULL},
        {"narrow", "users", "sort=email", ERR_SORT_FIELD, "sort", "email"},
        {"narrow", "students", "sort=dateLastModified&orderBy=desc", OK, NULL, NULL},
        {"narrow", "students", "sort=grades", ERR_SORT_FIELD, "sort", "grades"},
        {"narrow", "students", "sort=roles.beginDate", ERR_SORT_FIELD, "sort", "roles.beginDate"},
        {"narrow", "students", "sort=primaryOrg.sourcedId", ERR_SORT_FIELD, "sort", "primaryOrg"},
        {"narrow", "students", "sort=password", ERR_SORT_FIELD, "sort", "password"},
        {"narrow", "enrollments", "sort=class.sourcedId", OK, NULL, NULL},
        {"narrow", "demographics", "sort=birthDate", OK, NULL, NULL},
        {"narrow", "demographics", "sort=sex", ERR_SORT_FIELD, "sort", "sex"},
        {"staff", "users", "sort=givenName", OK, NULL, NULL},
        {"staff", "users", "sort=familyName", ERR_SORT_FIELD, "sort", "familyName"},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void fields_name_only_what_some_role_shows(void **state)
{
    static const struct asked rows[] = {
        {"narrow", "users", "fields=givenName,email", OK, NULL, NULL},
        {"narrow", "students", "fields=givenName,email", ERR_FIELDS, "fields", "email"},
        {"narrow", "students/s-in", "fields=email", ERR_FIELDS, "fields", "email"},
        {"narrow", "students", "fields=roles", OK, NULL, NULL},
        {"narrow", "students", "fields=userProfiles", ERR_FIELDS, "fields", "userProfiles"},
        {"narrow", "students", "fields=userProfiles.credentials.password", ERR_FIELDS, "fields",
         "userProfiles.credentials.password"},
        {"narrow", "students", "fields=password", ERR_FIELDS, "fields", "password"},
        {"narrow", "students", "fields=nonsense", ERR_FIELDS, "fields", NULL},
        {"narrow", "students", "fields=familyName", OK, NULL, NULL},
        {"wide", "students", "fields=familyName", ERR_FIELDS, "fields", "familyName"},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void r2_totals_only_where_no_row_can_be_withheld(void **state)
{
    static const struct {
        const char *agreement, *path, *query;
        bool totals;
    } rows[] = {
        {"narrow", "users", NULL, false},
        {"narrow", "students", NULL, false},
        {"narrow", "enrollments", NULL, false},
        {"narrow", "demographics", NULL, false},
        {"narrow", "orgs", NULL, false},
        {"narrow", "courses", NULL, false},
        {"narrow", "classes", NULL, false},
        {"narrow", "academicSessions", NULL, true},
        {"narrow", "academicSessions", "filter=status='active'", false},
        {"narrow", "academicSessions", "limit=5&offset=3&sort=startDate", true},
        {"staff", "users", NULL, false},
        {"staff", "teachers", NULL, false},
        {"wide", "students", NULL, false},
        {"wide", "orgs", NULL, true},
        {"wide", "courses", NULL, true},
        {"wide", "classes", NULL, false}, /* school and course are required and may be malformed */
        {"wide", "terms", NULL, true},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct plan plan = verdict_kit_plan(&kit, rows[i].agreement, rows[i].path, rows[i].query);
        assert_int_equal(plan.totals, rows[i].totals);
        assert_int_equal(plan.has_row_rules, !rows[i].totals);
    }
}

static void a_plan_knows_whether_students_are_concerned(void **state)
{
    (void)state;
    assert_true(verdict_kit_plan(&kit, "narrow", "users", NULL).about_students);
    assert_true(verdict_kit_plan(&kit, "narrow", "enrollments", NULL).about_students);
    assert_true(verdict_kit_plan(&kit, "narrow", "demographics", NULL).about_students);
    assert_false(verdict_kit_plan(&kit, "narrow", "teachers", NULL).about_students);
    assert_false(verdict_kit_plan(&kit, "narrow", "classes", NULL).about_students);
    assert_false(verdict_kit_plan(&kit, "staff", "users", NULL).about_students);
}

static void the_source_is_asked_for_what_is_shown_or_decides(void **state)
{
    struct plan plan = verdict_kit_plan(&kit, "wide", "students", NULL);
    (void)state;
    assert_string_equal(verdict_kit_paths(plan.resource, &plan.upstream),
                        "sourcedId status dateLastModified enabledUser givenName roles.roleType "
                        "roles.role roles.org primaryOrg "
                        "grades");
    plan = verdict_kit_plan(&kit, "wide", "students", "fields=givenName&filter=status='active'");
    assert_string_equal(verdict_kit_paths(plan.resource, &plan.upstream),
                        "sourcedId status givenName roles.role "
                        "roles.org primaryOrg grades");
    plan = verdict_kit_plan(&kit, "narrow", "enrollments", "fields=beginDate");
    assert_string_equal(verdict_kit_paths(plan.resource, &plan.upstream),
                        "sourcedId user class school role beginDate");
    plan = verdict_kit_plan(&kit, "narrow", "teachers", NULL);
    assert_null(strstr(verdict_kit_paths(plan.resource, &plan.upstream), "password"));
    assert_null(strstr(verdict_kit_paths(plan.resource, &plan.upstream), "phone"));
}

/* Invariant 6: no allocation, and the same answer twice. */
static void verdicts_are_pure(void **state)
{
    struct plan once = verdict_kit_plan(&kit, "narrow", "users", "sort=givenName");
    struct plan twice;
    struct refusal why;
    struct route route = {.resource = once.resource};
    const struct request_facts facts = {.policy = kit.policy.policy,
                                        .agreement = once.agreement,
                                        .roster = &kit.roster,
                                        .own = &own_view_none,
                                        .route = &route,
                                        .query = once.query,
                                        .local_date = kit.date};
    uint64_t before = mem_count();
    (void)state;
    assert_int_equal(verdict_request(&facts, &twice, &why), OK);
    assert_int_equal(mem_count(), before);
    assert_memory_equal(&once.upstream, &twice.upstream, sizeof(once.upstream));
    assert_memory_equal(&once.asked, &twice.asked, sizeof(once.asked));
    assert_memory_equal(once.programs, twice.programs, sizeof(once.programs));
}

static void every_row_reason_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROW_REASON_COUNT; i++) {
        assert_true(strlen(row_reason_word((enum row_reason)i)) > 0);
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(row_reason_word((enum row_reason)i),
                                    row_reason_word((enum row_reason)k));
        }
    }
    assert_string_equal(row_reason_word(ROW_REASON_COUNT), "");
}

static int open_kit(void **state)
{
    (void)state;
    verdict_kit_open(&kit);
    return 0;
}

static int close_kit(void **state)
{
    (void)state;
    verdict_kit_close(&kit);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_the_last_whole_day_count),
        cmocka_unit_test(resources_that_no_role_shares_are_refused),
        cmocka_unit_test(r4_an_id_out_of_scope_is_an_id_that_does_not_exist),
        cmocka_unit_test(without_where_a_place_must_still_be_known),
        cmocka_unit_test(r3_filters_name_only_what_some_role_shows_unchanged),
        cmocka_unit_test(r3_the_source_may_compare_what_all_roles_show),
        cmocka_unit_test(r3_sort_names_only_what_no_row_can_lack),
        cmocka_unit_test(fields_name_only_what_some_role_shows),
        cmocka_unit_test(r2_totals_only_where_no_row_can_be_withheld),
        cmocka_unit_test(a_plan_knows_whether_students_are_concerned),
        cmocka_unit_test(the_source_is_asked_for_what_is_shown_or_decides),
        cmocka_unit_test(verdicts_are_pure),
        cmocka_unit_test(every_row_reason_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, open_kit, close_kit);
}
