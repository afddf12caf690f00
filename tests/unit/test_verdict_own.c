/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Students' own facts in the decision on a record (SAFETY S1-S5), in tables worked out
 * by hand. The people stand in tests/support/verdict_kit.c; all rows are of the
 * agreement `narrow`, bent to the basis that the table is about.
 */
#include "base/mem.h"
#include "policy/directory.h"
#include "policy/verdict_priv.h"

#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

#define NAME       "Student Name / First and/or Last"
#define GRADE      "Enrollment / Student grade level"
#define SCHOOL     "Enrollment / Student school enrollment"
#define BIRTH      "Demographics / Date of Birth"
#define SCHEDULE   "Schedule / Student scheduled courses"
#define NUMBER     "Student Identifiers / Local (School district) ID number"
#define CODE       "Student Identifiers / Provider/App assigned student ID number"
#define PARENT     "Parent/Guardian Name / First and/or Last"
#define PARENT_ID  "Parent/Guardian ID / Parent ID number"
#define ENROLLMENT "roles.beginDate roles.endDate primaryOrg"

enum {
    S = ROLE_BIT(ROLE_STUDENT),
    G = ROLE_BIT(ROLE_GUARDIAN),
    T = ROLE_BIT(ROLE_TEACHER),
};

static struct verdict_kit kit;
static struct row_verdict row;

/* The facts of one student, and what they make of one record. */
struct owned {
    struct kit_own own;
    const char *resource, *id;
    role_mask roles;
    enum row_reason reason;
    const char *lost; /* leaves that the record of one without facts shows, and this one does not */
};

static const char *lost_of(const struct plan *plan, const struct fieldset *before)
{
    struct fieldset lost = *before;
    for (size_t w = 0; w < CATALOG_MAX_FIELDS / 64; w++) {
        lost.word[w] &= ~row.keep.word[w];
        assert_int_equal(row.keep.word[w] & ~before->word[w], 0);
        assert_int_equal(row.match.word[w] & ~row.keep.word[w], 0);
    }
    return verdict_kit_paths(plan->resource, &lost);
}

/* What a record of a district without own facts would show. */
static struct fieldset whole(const struct owned *o)
{
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    const struct agreement bent = *a;
    a->by_naming = a->by_consent = a->by_directory = false;
    kit.own = &own_view_none;
    struct plan plan = verdict_kit_plan(&kit, "narrow", o->resource, NULL);
    verdict_kit_decide(&kit, &plan, o->id, o->roles, &row);
    *a = bent;
    return row.keep;
}

static void check(const struct owned *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct owned *o = &rows[i];
        struct fieldset before = whole(o);
        verdict_kit_own(&kit, &o->own, 1);
        struct plan plan = verdict_kit_plan(&kit, "narrow", o->resource, NULL);
        verdict_kit_decide(&kit, &plan, o->id, o->roles, &row);
        if (row.reason != o->reason) {
            fail_msg("row %zu, %s %s: %s", i, o->resource, o->id, row_reason_word(row.reason));
        }
        if (o->reason == ROW_RELEASED && strcmp(lost_of(&plan, &before), o->lost) != 0) {
            fail_msg("row %zu, %s %s: lost %s", i, o->resource, o->id, lost_of(&plan, &before));
        }
        bool empty = row.keep.word[0] == 0 && row.keep.word[1] == 0 && row.subject_count == 0;
        assert_true(row.reason == ROW_RELEASED || empty);
    }
}

/* --- S1 ------------------------------------------------------------------------- */

static void check_s1(void)
{
    static const struct {
        const char *resource, *id;
        role_mask roles;
        enum row_reason reason;
    } rows[] = {
        {"users", "s-in", S, ROW_OWN},
        {"users", "st-in", T, ROW_OWN},
        {"students", "s-in", S, ROW_OWN},
        {"demographics", "s-in", 0, ROW_OWN},
        {"enrollments", "s-in", S, ROW_OWN},
        {"users", "g-one", G, ROW_OWN},
        {"users", "tg-both", T | G, ROW_RELEASED}, /* as a teacher */
        {"users", "t-in", T, ROW_RELEASED},
        {"orgs", "school-07", 0, ROW_RELEASED},
        {"classes", "c-in", 0, ROW_RELEASED},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct plan plan = verdict_kit_plan(&kit, "narrow", rows[i].resource, NULL);
        verdict_kit_decide(&kit, &plan, rows[i].id, rows[i].roles, &row);
        if (row.reason != rows[i].reason) {
            fail_msg("%s %s: %s", rows[i].resource, rows[i].id, row_reason_word(row.reason));
        }
        assert_int_equal(row.subject_count, 0);
    }
}

static void s1_missing_own_facts_withhold_every_student_and_nobody_else(void **state)
{
    struct plan plan;
    (void)state;
    kit.own = NULL;
    check_s1();
    assert_int_equal(verdict_kit_ask(&kit, "narrow", "users/s-in", NULL, &plan), ERR_RECORD);
    assert_int_equal(verdict_kit_ask(&kit, "narrow", "users/t-in", NULL, &plan), OK);
    verdict_kit_own(&kit, NULL, 0);
    kit.own_view.complete = false;
    check_s1();
    assert_int_equal(verdict_kit_ask(&kit, "narrow", "students/s-in", NULL, &plan), ERR_RECORD);
}

/* --- S4: restrictions -------------------------------------------------------------- */

static void s4_a_restriction_on_all_withholds_the_student_and_the_family(void **state)
{
    static const struct owned rows[] = {
        {{"s-in", .withheld = true}, "users", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .withheld = true}, "demographics", "s-in", 0, ROW_STOPPED, NULL},
        {{"s-in", .withheld = true}, "enrollments", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .withheld = true}, "users", "g-one", G, ROW_STOPPED, NULL},
        {{"s-two", .withheld = true}, "users", "g-two", G, ROW_STOPPED, NULL},
        {{"s-two", .withheld = true}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-in", .withheld = true}, "users", "tg-both", T | G, ROW_RELEASED, ""},
        {{"s-in", .withheld = true, .named = true, .consented = true, .consents = NAME},
         "users",
         "s-in",
         S,
         ROW_STOPPED,
         NULL},
    };
    (void)state;
    check(rows, LEN(rows) - 2);
    check(&rows[LEN(rows) - 1], 1);
    verdict_kit_own(&kit, &rows[6].own, 1);
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    verdict_kit_decide(&kit, &plan, "tg-both", T | G, &row);
    assert_int_equal(row.roles, T);
    assert_int_equal(row.subject_count, 0);
}

static void s4_a_restriction_takes_its_elements_from_that_student(void **state)
{
    static const struct owned rows[] = {
        {{"s-in", .restricted = NAME}, "users", "s-in", S, ROW_RELEASED, "givenName familyName"},
        {{"s-in", .restricted = GRADE}, "users", "s-in", S, ROW_RELEASED, "grades"},
        {{"s-in", .restricted = PARENT_ID}, "users", "s-in", S, ROW_RELEASED, "agents"},
        {{"s-in", .restricted = NAME "; " GRADE},
         "students",
         "s-in",
         S,
         ROW_RELEASED,
         "givenName familyName grades"},
        {{"s-in", .restricted = BIRTH}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-two", .restricted = NAME}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-in", .restricted = "Staff / Name"}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"t-in", .withheld = true, .restricted = "Staff / Name"},
         "users",
         "t-in",
         T,
         ROW_RELEASED,
         ""},
    };
    (void)state;
    check(rows, LEN(rows));
}

/* Structure cannot be taken from a record: the record goes. */
static void s4_a_restriction_on_what_every_record_shows_takes_the_record(void **state)
{
    static const struct owned rows[] = {
        {{"s-in", .restricted = NUMBER}, "users", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = NUMBER}, "demographics", "s-in", 0, ROW_STOPPED, NULL},
        {{"s-in", .restricted = NUMBER}, "enrollments", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHOOL}, "users", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHOOL}, "users", "g-one", G, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHOOL}, "enrollments", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHOOL}, "demographics", "s-in", 0, ROW_RELEASED, ""},
        {{"s-in", .restricted = BIRTH}, "demographics", "s-in", 0, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHEDULE}, "enrollments", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = SCHEDULE}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-in", .restricted = CODE}, "users", "s-in", S, ROW_RELEASED, ""},
    };
    static const struct owned coded[] = {
        {{"s-in", .restricted = CODE}, "users", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .restricted = NUMBER}, "users", "s-in", S, ROW_RELEASED, ""},
    };
    (void)state;
    check(rows, LEN(rows));
    verdict_kit_bend(&kit, "narrow")->ids = IDS_PER_PARTNER;
    check(coded, LEN(coded));
}

static void s4_a_childs_restriction_reaches_the_guardians_own_elements(void **state)
{
    static const struct owned rows[] = {
        {{"s-in", .restricted = NAME}, "users", "g-one", G, ROW_RELEASED, ""},
        {{"s-in", .restricted = PARENT}, "users", "g-one", G, ROW_RELEASED, "givenName familyName"},
        {{"s-in", .restricted = PARENT}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-two", .restricted = PARENT},
         "users",
         "g-two",
         G,
         ROW_RELEASED,
         "givenName familyName"},
        {{"s-two", .restricted = PARENT}, "users", "g-one", G, ROW_RELEASED, ""},
        {{"s-in", .restricted = PARENT_ID}, "users", "g-one", G, ROW_STOPPED, NULL},
        /* a guardian's record names the children by their numbers */
        {{"s-in", .restricted = NUMBER}, "users", "g-one", G, ROW_RELEASED, "agents"},
        {{"s-in", .restricted = PARENT "; " NUMBER}, "users", "g-one", G, ROW_STOPPED, NULL},
        {{"s-in", .restricted = PARENT}, "users", "tg-both", T | G, ROW_RELEASED, "givenName"},
        {{"s-in", .restricted = PARENT_ID}, "users", "tg-both", T | G, ROW_RELEASED, ""},
    };
    (void)state;
    check(rows, LEN(rows) - 1);
    verdict_kit_own(&kit, &rows[LEN(rows) - 1].own, 1);
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    verdict_kit_decide(&kit, &plan, "tg-both", T | G, &row);
    assert_int_equal(row.roles, T);
}

static void r5_a_guardian_who_is_withheld_is_not_named_either(void **state)
{
    static const struct kit_own stopped = {"s-in", .withheld = true},
                                hidden = {"s-two", .restricted = PARENT_ID};
    (void)state;
    verdict_kit_own(&kit, &stopped, 1);
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    verdict_kit_decide(&kit, &plan, "s-two", S, &row);
    assert_int_equal(row.reason, ROW_RELEASED);
    assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("g-one")));
    assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("g-two")));
    verdict_kit_own(&kit, &hidden, 1);
    assert_true(verdict_ref(&plan, &row, REF_USER, SPAN("g-one")));
    assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("g-two")));
}

/* The same behind every path: /students and /users tell alike. */
static void r5_a_reference_does_not_depend_on_the_resource_it_stands_in(void **state)
{
    static const struct kit_own hidden = {"s-two", .restricted = SCHOOL};
    static const char *const resources[] = {"users", "students", "demographics"};
    (void)state;
    verdict_kit_own(&kit, &hidden, 1);
    for (size_t i = 0; i < LEN(resources); i++) {
        struct plan plan = verdict_kit_plan(&kit, "narrow", resources[i], NULL);
        verdict_kit_decide(&kit, &plan, "s-in", S, &row);
        assert_int_equal(row.reason, ROW_RELEASED);
        assert_true(verdict_ref(&plan, &row, REF_USER, SPAN("g-one")));
        assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("g-two")));
    }
}

static void several_subjects_narrow_together(void **state)
{
    static const struct kit_own own[] = {{"s-in", .restricted = GRADE},
                                         {"s-two", .restricted = NAME}};
    (void)state;
    verdict_kit_own(&kit, own, LEN(own));
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    struct record_facts facts = {.id = SPAN("x")};
    facts.subjects = verdict_kit_set(&kit, "s-in s-two");
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_RELEASED);
    const char *kept = verdict_kit_paths(plan.resource, &row.keep);
    assert_non_null(strstr(kept, "agents"));
    assert_null(strstr(kept, "grades"));
    assert_null(strstr(kept, "Name"));
}

/* --- S5: consents, and naming --------------------------------------------------------- */

static void s5_d1_consents_release_the_elements_they_name_and_nothing_else(void **state)
{
    static const struct owned rows[] = {
        {{.student = "nobody"}, "users", "s-in", S, ROW_CONSENT, NULL},
        {{"s-in", .consents = NAME}, "users", "s-in", S, ROW_CONSENT, NULL},
        {{"s-two", .consented = true, .consents = NAME}, "users", "s-in", S, ROW_CONSENT, NULL},
        {{"s-in", .consented = true, .consents = NAME},
         "users",
         "s-in",
         S,
         ROW_RELEASED,
         ENROLLMENT " agents grades"},
        {{"s-in", .consented = true, .consents = NAME "; " GRADE, .restricted = NAME},
         "users",
         "s-in",
         S,
         ROW_RELEASED,
         "givenName familyName " ENROLLMENT " agents"},
        {{"s-in", .consented = true}, "users", "s-in", S, ROW_CONSENT, NULL},
        {{"s-in", .consented = true, .consents = NAME}, "demographics", "s-in", 0, ROW_CONSENT, ""},
        {{"s-in", .consented = true, .consents = BIRTH},
         "demographics",
         "s-in",
         0,
         ROW_RELEASED,
         ""},
        {{"s-in", .consented = true, .consents = NAME}, "enrollments", "s-in", S, ROW_CONSENT, ""},
        {{"s-in", .consented = true, .consents = NAME}, "users", "g-one", G, ROW_CONSENT, ""},
        {{"s-in", .consented = true, .consents = PARENT},
         "users",
         "g-one",
         G,
         ROW_RELEASED,
         "agents"},
        {{"s-in", .consented = true, .consents = PARENT}, "users", "g-two", G, ROW_CONSENT, NULL},
        {{"s-in", .consented = true, .consents = NAME, .refused_all = true, .refused = NAME},
         "users",
         "s-in",
         S,
         ROW_RELEASED,
         ENROLLMENT " agents grades"},
        {{.student = "nobody"}, "users", "t-in", T, ROW_RELEASED, ""},
    };
    (void)state;
    verdict_kit_bend(&kit, "narrow")->by_consent = true;
    check(rows, LEN(rows));
}

static void d7_d12_only_those_named_are_disclosed(void **state)
{
    static const struct owned rows[] = {
        {{.student = "nobody"}, "users", "s-in", S, ROW_NAMED, NULL},
        {{"s-two", .named = true}, "users", "s-in", S, ROW_NAMED, NULL},
        {{"s-in", .named = true}, "users", "s-in", S, ROW_RELEASED, ""},
        {{"s-in", .named = true}, "enrollments", "s-in", S, ROW_RELEASED, ""},
        {{"s-in", .named = true}, "users", "g-one", G, ROW_RELEASED, ""},
        {{"s-in", .named = true}, "users", "g-two", G, ROW_NAMED, NULL},
        {{"s-in", .named = true, .withheld = true}, "users", "s-in", S, ROW_STOPPED, NULL},
        {{"s-in", .named = true, .restricted = NAME},
         "users",
         "s-in",
         S,
         ROW_RELEASED,
         "givenName familyName"},
        {{"s-school", .named = true}, "users", "s-school", S, ROW_SCHOOL, NULL},
        {{.student = "nobody"}, "users", "s-school", S, ROW_NAMED, NULL},
        {{"s-stopped", .named = true}, "users", "s-stopped", S, ROW_STOPPED, NULL},
        {{.student = "nobody"}, "users", "t-in", T, ROW_RELEASED, ""},
    };
    (void)state;
    verdict_kit_bend(&kit, "narrow")->by_naming = true;
    check(rows, LEN(rows));
}

/* --- S3: opt-outs --------------------------------------------------------------------- */

static void bend_to_directory(void)
{
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    a->by_directory = true;
    a->designated = verdict_kit_elements(NAME "; " GRADE);
}

static void s3_d13_an_opt_out_is_by_type_and_by_the_directory_basis(void **state)
{
#define BARE ENROLLMENT " agents" /* not designated */
    static const struct owned rows[] = {
        {{.student = "nobody"}, "users", "s-in", S, ROW_RELEASED, BARE},
        {{"s-in", .refused_all = true}, "users", "s-in", S, ROW_REFUSED, NULL},
        {{"s-in", .refused = NAME}, "users", "s-in", S, ROW_REFUSED, NULL},
        {{"s-in", .refused = GRADE}, "users", "s-in", S, ROW_RELEASED, BARE " grades"},
        {{"s-in", .refused = NAME "; " GRADE}, "users", "s-in", S, ROW_REFUSED, NULL},
        {{"s-in", .refused = SCHOOL}, "users", "s-in", S, ROW_REFUSED, NULL},
        {{"s-in", .refused = BIRTH}, "users", "s-in", S, ROW_RELEASED, BARE},
        {{"s-two", .refused_all = true}, "users", "s-in", S, ROW_RELEASED, BARE},
        {{"s-in", .restricted = GRADE}, "users", "s-in", S, ROW_RELEASED, BARE " grades"},
        {{"s-in", .restricted = NAME, .refused = GRADE}, "users", "s-in", S, ROW_REFUSED, NULL},
        {{.student = "nobody"}, "demographics", "s-in", 0, ROW_REFUSED, NULL},
        {{.student = "nobody"}, "enrollments", "s-in", S, ROW_REFUSED, NULL},
        {{.student = "nobody"}, "users", "g-one", G, ROW_REFUSED, NULL},
        {{.student = "nobody"}, "users", "t-in", T, ROW_RELEASED, ""},
    };
    static const struct owned others[] = {
        {{"s-in", .refused_all = true, .refused = NAME}, "users", "s-in", S, ROW_RELEASED, ""},
    };
    (void)state;
    check(others, LEN(others));
    bend_to_directory();
    check(rows, LEN(rows));
}

/* 99.37(b): nothing about enrollment or status revives what was refused. */
static void d14_an_opt_out_holds_for_one_who_left(void **state)
{
    static const struct owned rows[] = {
        {{"st-in", .refused_all = true}, "users", "st-in", S, ROW_REFUSED, NULL}, /* withdrawn */
        {{"s-two", .refused = NAME}, "users", "s-two", S, ROW_REFUSED, NULL},
    };
    (void)state;
    bend_to_directory();
    check(rows, LEN(rows));
}

/* 99.37(c)(1) would allow more in a student's own classes; no purpose makes use of it. */
static void r6_d15_an_opt_out_holds_in_the_students_own_classes_too(void **state)
{
    static const struct owned rows[] = {
        {{"s-in", .refused = NAME}, "enrollments", "s-in", S, ROW_REFUSED, NULL},
        {{"s-in", .refused = NAME}, "users", "s-in", S, ROW_REFUSED, NULL},
    };
    static struct fact_set classes;
    (void)state;
    bend_to_directory();
    classes = verdict_kit_set(&kit, "c-in");
    verdict_kit_bend(&kit, "narrow")->classes = &classes;
    kit.purpose = SPAN("class-roster");
    check(rows, LEN(rows));
}

/* The elements that the code names by hand are those of the form. */
static void the_elements_of_structure_and_name_are_of_the_vocabulary(void **state)
{
    static const char *const lines[] = {NUMBER,
                                        CODE,
                                        SCHOOL,
                                        PARENT_ID,
                                        "Student Identifiers / Local ID number",
                                        ("Student Identifiers / Provider/App assigned student ID "
                                         "number")};
    struct element_set name = directory_elements(DIRECTORY_NAME), same = verdict_kit_elements(NAME);
    (void)state;
    for (size_t i = 0; i < LEN(lines); i++) {
        assert_non_null(element_parse(span_str(lines[i])));
    }
    assert_memory_equal(&name, &same, sizeof(name));
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
        CASE(s1_missing_own_facts_withhold_every_student_and_nobody_else),
        CASE(s4_a_restriction_on_all_withholds_the_student_and_the_family),
        CASE(s4_a_restriction_takes_its_elements_from_that_student),
        CASE(s4_a_restriction_on_what_every_record_shows_takes_the_record),
        CASE(s4_a_childs_restriction_reaches_the_guardians_own_elements),
        CASE(r5_a_guardian_who_is_withheld_is_not_named_either),
        CASE(r5_a_reference_does_not_depend_on_the_resource_it_stands_in),
        CASE(several_subjects_narrow_together),
        CASE(s5_d1_consents_release_the_elements_they_name_and_nothing_else),
        CASE(d7_d12_only_those_named_are_disclosed),
        CASE(s3_d13_an_opt_out_is_by_type_and_by_the_directory_basis),
        CASE(d14_an_opt_out_holds_for_one_who_left),
        CASE(r6_d15_an_opt_out_holds_in_the_students_own_classes_too),
        CASE(the_elements_of_structure_and_name_are_of_the_vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
