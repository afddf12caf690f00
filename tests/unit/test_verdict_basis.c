/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a basis lets a client ask: directory information by designated types alone
 * (SAFETY R6, 34 CFR 99.37(e)), a transfer by id alone (99.34), nothing from the day
 * on which an agreement was ended. The agreement is `narrow`, bent to the basis.
 */
#include "policy/verdict.h"

#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct verdict_kit kit;

struct asked {
    const char *path, *query;
    enum err e;
    const char *clause; /* of the refusal */
};

static void check(const struct asked *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct plan plan;
        enum err e = verdict_kit_ask(&kit, "narrow", rows[i].path, rows[i].query, &plan);
        if (e != rows[i].e) {
            fail_msg("%s?%s: %s", rows[i].path, rows[i].query == NULL ? "" : rows[i].query,
                     err_code(e));
        }
        if (e != OK && !span_eq_str(kit.why.clause, rows[i].clause)) {
            fail_msg("%s: clause %.*s", rows[i].path, (int)kit.why.clause.len,
                     (const char *)kit.why.clause.ptr);
        }
    }
}

static void bend_to_directory(void)
{
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    a->kind = BASIS_DIRECTORY;
    a->by_directory = true;
    a->designated = verdict_kit_elements("Student Name / First and/or Last; "
                                         "Enrollment / Student grade level");
}

/* The number is no directory information: not even a right one is answered. */
static void r6_d17_a_directory_client_addresses_no_person_by_id(void **state)
{
    static const struct asked rows[] = {
        {"students/s-in", NULL, ERR_RESOURCE, "basis"},
        {"students/ghost", NULL, ERR_RESOURCE, "basis"},
        {"users/s-in", NULL, ERR_RESOURCE, "basis"},
        {"users/s-school", NULL, ERR_RESOURCE, "basis"},
        {"users/t-in", NULL, ERR_RESOURCE, "basis"},
        {"users/g-one", NULL, ERR_RESOURCE, "basis"},
        {"demographics/s-in", NULL, ERR_RESOURCE, "basis"},
        {"enrollments/any", NULL, ERR_RESOURCE, "basis"},
        {"students", NULL, OK, NULL},
        {"users", NULL, OK, NULL},
        /* records about no student */
        {"teachers/t-in", NULL, OK, NULL},
        {"orgs/school-07", NULL, OK, NULL},
        {"classes/c-in", NULL, OK, NULL},
    };
    (void)state;
    bend_to_directory();
    check(rows, LEN(rows));
}

static void r6_d17_a_directory_client_selects_by_designated_types_alone(void **state)
{
    static const struct asked rows[] = {
        {"students", "filter=givenName='a'", OK, NULL},
        {"students", "filter=grades='07'", OK, NULL},
        {"students", "filter=givenName='a' AND grades='07'", OK, NULL},
        {"students", "limit=5&offset=10", OK, NULL},
        {"students", "fields=sourcedId,givenName", OK, NULL},
        {"students", "filter=sourcedId='s-in'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=sourcedId!='s-in'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=sourcedId~'s'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=givenName='a' AND sourcedId='s-in'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=givenName='a' OR sourcedId='s-in'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=status='active'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=dateLastModified>'2026'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=roles.org.sourcedId='school-07'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=primaryOrg.sourcedId='school-07'", ERR_FILTER_FIELD, "share"},
        {"students", "filter=agents.sourcedId='g-one'", ERR_FILTER_FIELD, "share"},
        {"users", "filter=email='a'", ERR_FILTER_FIELD, "share"},
        {"demographics", "filter=birthDate='2013-03-15'", ERR_FILTER_FIELD, "share"},
        {"enrollments", "filter=user.sourcedId='s-in'", ERR_FILTER_FIELD, "share"},
        {"students", "sort=sourcedId", ERR_SORT_FIELD, "share"},
        {"students", "sort=dateLastModified", ERR_SORT_FIELD, "share"},
        {"students", "fields=email", ERR_FIELDS, "share"},
        {"teachers", "filter=email='a'", OK, NULL},
        {"teachers", "sort=dateLastModified", OK, NULL},
        {"classes", "filter=sourcedId='c-in'", OK, NULL},
    };
    (void)state;
    bend_to_directory();
    check(rows, LEN(rows));
    verdict_kit_own(&kit, NULL, 0);
    check(rows, LEN(rows));
}

static void d7_a_transfer_is_asked_for_one_student_at_a_time(void **state)
{
    static const struct asked rows[] = {
        {"students", NULL, ERR_RESOURCE, "basis"},
        {"users", NULL, ERR_RESOURCE, "basis"},
        {"users", "filter=sourcedId='s-in'", ERR_RESOURCE, "basis"},
        {"demographics", NULL, ERR_RESOURCE, "basis"},
        {"enrollments", NULL, ERR_RESOURCE, "basis"},
        {"enrollments", "filter=user.sourcedId='s-in'", ERR_RESOURCE, "basis"},
        {"students/s-in", NULL, OK, NULL},
        {"students/s-two", NULL, ERR_RECORD, ""}, /* not named */
        {"students/ghost", NULL, ERR_RECORD, ""},
        {"demographics/s-in", NULL, OK, NULL},
        {"users/g-one", NULL, OK, NULL},
        {"users/g-two", NULL, ERR_RECORD, ""},
        {"orgs", NULL, OK, NULL},
        {"teachers", NULL, OK, NULL},
    };
    static const struct kit_own own = {.student = "s-in", .named = true};
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    (void)state;
    a->kind = BASIS_TRANSFER;
    a->by_naming = true;
    verdict_kit_own(&kit, &own, 1);
    check(rows, LEN(rows));
}

static void l8_an_ended_agreement_discloses_nothing_from_its_day_on(void **state)
{
    static const struct asked before[] = {{"students", NULL, OK, NULL}, {"orgs", NULL, OK, NULL}};
    static const struct asked after[] = {{"students", NULL, ERR_AGREEMENT_ENDED, "ended"},
                                         {"orgs", NULL, ERR_AGREEMENT_ENDED, "ended"},
                                         {"users/s-in", NULL, ERR_AGREEMENT_ENDED, "ended"}};
    (void)state;
    verdict_kit_bend(&kit, "narrow")->stopped_on = 20260115;
    kit.date = 20260114;
    check(before, LEN(before));
    kit.date = 20260115;
    check(after, LEN(after));
    kit.date = 20260301;
    check(after, LEN(after));
}

/* R4: a student withheld by own facts is a student who does not exist. */
static void r4_an_id_withheld_by_own_facts_is_an_id_that_does_not_exist(void **state)
{
    static const struct kit_own own[] = {
        {.student = "s-in", .restricted = "Student Identifiers / Local ID number"},
        {.student = "s-two", .withheld = true},
        {.student = "st-in", .restricted = "Demographics / Date of Birth"},
    };
    static const struct asked rows[] = {
        {"students/s-in", NULL, ERR_RECORD, ""},      {"users/s-in", NULL, ERR_RECORD, ""},
        {"students/s-two", NULL, ERR_RECORD, ""},     {"users/g-two", NULL, ERR_RECORD, ""},
        {"demographics/st-in", NULL, ERR_RECORD, ""}, {"students/ghost", NULL, ERR_RECORD, ""},
        {"students/st-in", NULL, OK, NULL},
    };
    (void)state;
    verdict_kit_own(&kit, own, LEN(own));
    check(rows, LEN(rows));
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

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_kit, close_kit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(r6_d17_a_directory_client_addresses_no_person_by_id),
        CASE(r6_d17_a_directory_client_selects_by_designated_types_alone),
        CASE(d7_a_transfer_is_asked_for_one_student_at_a_time),
        CASE(l8_an_ended_agreement_discloses_nothing_from_its_day_on),
        CASE(r4_an_id_withheld_by_own_facts_is_an_id_that_does_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
