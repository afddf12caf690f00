/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows against tables worked out by hand. The people and places
 * stand in tests/support/verdict_kit.c: `in` is school-07 (riverside), grade 07.
 */
#include "policy/verdict.h"

#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
    S = ROLE_BIT(ROLE_STUDENT),
    G = ROLE_BIT(ROLE_GUARDIAN),
    T = ROLE_BIT(ROLE_TEACHER),
    F = ROLE_BIT(ROLE_STAFF),
    N = ROLE_BIT(ROLE_NONE),
};

static struct verdict_kit kit;
static struct row_verdict row;

/* A record: who it names, the roles it says, its schools and grades (NULL: it says none). */
struct record {
    const char *id;
    role_mask roles;
    const char *schools, *grades;
};

static void decide(const struct plan *plan, const struct record *r)
{
    struct record_facts facts = {
        .id = SPAN("row"),
        .subjects = verdict_kit_set(&kit, r->id),
        .schools = verdict_kit_set(&kit, r->schools),
        .grades = verdict_kit_set(&kit, r->grades),
        .roles = r->roles,
    };
    if (plan->resource->ref != REF_ENROLLMENT) {
        facts.id = span_str(r->id);
    }
    verdict_row(plan, &facts, &row);
}

/* The subjects of the last decision, joined by blanks. */
static const char *subjects(void)
{
    static char text[256];
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row.subject_count; i++) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", i > 0 ? " " : "",
                              (int)row.subjects[i].len, (const char *)row.subjects[i].ptr);
    }
    return text;
}

struct expected {
    struct record record;
    enum row_reason reason;
    role_mask roles;
    const char *subjects;
};

/* What is withheld shows nothing at all. */
static void check(const char *agreement, const char *resource, const struct expected *rows,
                  size_t n)
{
    struct plan plan = verdict_kit_plan(&kit, agreement, resource, NULL);
    for (size_t i = 0; i < n; i++) {
        decide(&plan, &rows[i].record);
        if (row.reason != rows[i].reason || row.roles != rows[i].roles ||
            strcmp(subjects(), rows[i].subjects) != 0) {
            fail_msg("%s %s as %s: %s, roles %d, subjects \"%s\"", resource, rows[i].record.id,
                     agreement, row_reason_word(row.reason), row.roles, subjects());
        }
        bool empty = row.keep.word[0] == 0 && row.keep.word[1] == 0;
        assert_int_equal(empty, row.reason != ROW_RELEASED);
        assert_int_equal(row.rules == NULL, row.reason != ROW_RELEASED);
    }
}

static void students_pass_by_school_grade_and_stop(void **state)
{
    static const struct expected rows[] = {
        {{"s-in", S, "school-07", "07"}, ROW_RELEASED, S, "s-in"},
        {{"s-two", S, "school-06 school-07", "06 07"}, ROW_RELEASED, S, "s-two"},
        {{"s-school", S, "school-06", "07"}, ROW_SCHOOL, 0, ""},
        {{"s-grade", S, "school-07", "09"}, ROW_GRADE, 0, ""},
        {{"s-noschool", S, "school-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"s-empty", S, "school-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"s-nograde", S, "school-07", "07"}, ROW_GRADE, 0, ""},
        {{"s-stopped", S, "school-07", "07"}, ROW_STOPPED, 0, ""},
        {{"ghost", S, "school-07", "07"}, ROW_SUBJECT, 0, ""},
        {{"S-IN", S, "school-07", "07"}, ROW_SUBJECT, 0, ""},
        {{"s-in\xCC\x81", S, "school-07", "07"}, ROW_SUBJECT, 0, ""},
    };
    (void)state;
    check("narrow", "users", rows, LEN(rows));
    check("narrow", "students", rows, LEN(rows));
}

static void record_and_roster_must_both_allow(void **state)
{
    static const struct expected rows[] = {
        {{"s-in", S, NULL, NULL}, ROW_RELEASED, S, "s-in"},
        {{"s-in", S, "", ""}, ROW_RELEASED, S, "s-in"},
        {{"s-in", S, "school-06", "07"}, ROW_SCHOOL, 0, ""},
        {{"s-in", S, "school-06 school-07", "07"}, ROW_RELEASED, S, "s-in"},
        {{"s-in", S, "SCHOOL-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"s-in", S, "school-07", "9"}, ROW_GRADE, 0, ""},
        {{"s-in", S, "school-07", "7"}, ROW_GRADE, 0, ""},
        {{"s-in", S, "school-07", "09 07"}, ROW_RELEASED, S, "s-in"},
        {{"t-in", T, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"t-out", T, "school-07", NULL}, ROW_SCHOOL, 0, ""},
    };
    (void)state;
    check("narrow", "users", rows, LEN(rows));
}

static void a_student_by_either_is_a_student_and_nothing_else(void **state)
{
    static const struct expected rows[] = {
        {{"st-in", T, "school-07", "07"}, ROW_RELEASED, S, "st-in"},
        {{"st-in", S | T, "school-07", "07"}, ROW_RELEASED, S, "st-in"},
        {{"st-out", T, "school-07", NULL}, ROW_GRADE, 0, ""},
        {{"s-in", T, "school-07", NULL}, ROW_RELEASED, S, "s-in"},
        {{"s-in", 0, "school-07", NULL}, ROW_RELEASED, S, "s-in"},
        {{"t-in", S, "school-07", "07"}, ROW_SUBJECT, 0, ""},
        {{"t-in", S | T, "school-07", "07"}, ROW_SUBJECT, 0, ""},
        {{"g-one", S | G, "school-07", "07"}, ROW_SUBJECT, 0, ""},
    };
    (void)state;
    check("narrow", "users", rows, LEN(rows));
}

static void guardians_stand_when_every_child_passes(void **state)
{
    static const struct expected rows[] = {
        {{"g-one", G, "school-06", NULL}, ROW_RELEASED, G, "s-in"},
        {{"g-two", G, NULL, NULL}, ROW_RELEASED, G, "s-in s-two"},
        {{"g-out", G, "school-07", NULL}, ROW_SCHOOL, 0, ""},
        {{"g-stopped", G, "school-07", NULL}, ROW_STOPPED, 0, ""},
        {{"g-none", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"g-unknown", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"g-ghost", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"g-adult", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"t-in", G, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"idle", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"ghost", G, "school-07", NULL}, ROW_SUBJECT, 0, ""},
    };
    (void)state;
    check("narrow", "users", rows, LEN(rows));
}

static void other_roles_stand_each_on_its_own(void **state)
{
    static const struct expected rows[] = {
        {{"t-in", T, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"t-two", T, "school-06 school-07", NULL}, ROW_RELEASED, T, ""},
        {{"t-out", T, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"t-unknown", T, "school-07", NULL}, ROW_SCHOOL, 0, ""},
        {{"t-stopped", T, "school-07", NULL}, ROW_STOPPED, 0, ""},
        {{"tg-both", T | G, "school-07", NULL}, ROW_RELEASED, T | G, "s-in"},
        {{"tg-both", T, "school-07", NULL}, ROW_RELEASED, T | G, "s-in"},
        {{"tg-teacher", T | G, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"tg-guardian", T | G, "school-06", NULL}, ROW_RELEASED, G, "s-in"},
        {{"f-in", F, "school-07", NULL}, ROW_ROLE, 0, ""},
        {{"idle", 0, "school-07", NULL}, ROW_ROLE, 0, ""},
        /* a role that only the record knows has no school in the roster */
        {{"idle", T, "school-07", NULL}, ROW_SCHOOL, 0, ""},
    };
    static const struct expected staff[] = {
        {{"f-in", F, "school-07", NULL}, ROW_RELEASED, F, ""},
        {{"f-district", F, "district", NULL}, ROW_SCHOOL, 0, ""},
        {{"tf-both", T | F, "school-07", NULL}, ROW_RELEASED, T | F, ""},
        {{"tg-both", T | G, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"g-one", G, "school-07", NULL}, ROW_ROLE, 0, ""},
        {{"s-in", S, "school-07", "07"}, ROW_ROLE, 0, ""},
        {{"st-in", T, "school-07", "07"}, ROW_ROLE, 0, ""},
    };
    (void)state;
    check("narrow", "users", rows, LEN(rows));
    check("staff", "users", staff, LEN(staff));
}

static void a_list_of_one_kind_holds_that_kind_alone(void **state)
{
    static const struct expected students[] = {
        {{"t-in", T, "school-07", NULL}, ROW_ROLE, 0, ""},
        {{"g-one", G, NULL, NULL}, ROW_ROLE, 0, ""},
        {{"st-in", T, "school-07", "07"}, ROW_RELEASED, S, "st-in"},
    };
    static const struct expected teachers[] = {
        {{"t-in", T, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"tg-both", T | G, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"g-one", G, NULL, NULL}, ROW_ROLE, 0, ""},
        {{"st-in", T, "school-07", NULL}, ROW_ROLE, 0, ""},
        {{"s-in", T, "school-07", NULL}, ROW_ROLE, 0, ""},
    };
    (void)state;
    check("narrow", "students", students, LEN(students));
    check("narrow", "teachers", teachers, LEN(teachers));
}

static void demographics_are_of_known_students_alone(void **state)
{
    static const struct expected rows[] = {
        {{"s-in", 0, NULL, NULL}, ROW_RELEASED, S, "s-in"},
        {{"s-school", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
        {{"s-stopped", 0, NULL, NULL}, ROW_STOPPED, 0, ""},
        {{"t-in", 0, NULL, NULL}, ROW_ROLE, 0, ""},
        {{"g-one", 0, NULL, NULL}, ROW_ROLE, 0, ""},
        {{"ghost", 0, NULL, NULL}, ROW_SUBJECT, 0, ""},
    };
    (void)state;
    check("narrow", "demographics", rows, LEN(rows));
}

static void enrollments_follow_their_person(void **state)
{
    static const struct expected rows[] = {
        {{"s-in", S, "school-07", NULL}, ROW_RELEASED, S, "s-in"},
        {{"s-two", S, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"s-two", S, "district", NULL}, ROW_SCHOOL, 0, ""},
        {{"s-school", S, "school-07", NULL}, ROW_SCHOOL, 0, ""},
        {{"s-grade", S, "school-07", NULL}, ROW_GRADE, 0, ""},
        {{"s-in", T, "school-07", NULL}, ROW_RELEASED, S, "s-in"},
        {{"ghost", S, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"t-in", S, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"t-in", T, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"t-two", T, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"t-out", T, "school-07", NULL}, ROW_SCHOOL, 0, ""},
        {{"ghost", T, "school-07", NULL}, ROW_SUBJECT, 0, ""},
        {{"tg-both", T, "school-07", NULL}, ROW_RELEASED, T, ""},
        {{"f-in", F, "school-07", NULL}, ROW_ROLE, 0, ""},
    };
    (void)state;
    check("narrow", "enrollments", rows, LEN(rows));
}

static void the_whole_district_still_needs_a_known_student(void **state)
{
    static const struct expected rows[] = {
        {{"s-school", S, "school-06", "07"}, ROW_RELEASED, S, "s-school"},
        {{"s-noschool", S, NULL, NULL}, ROW_RELEASED, S, "s-noschool"},
        {{"s-nograde", S, NULL, NULL}, ROW_RELEASED, S, "s-nograde"},
        {{"s-stopped", S, NULL, NULL}, ROW_STOPPED, 0, ""},
        {{"ghost", S, NULL, NULL}, ROW_SUBJECT, 0, ""},
        {{"t-in", T, NULL, NULL}, ROW_ROLE, 0, ""},
        {{"g-one", G, NULL, NULL}, ROW_ROLE, 0, ""},
    };
    (void)state;
    check("wide", "users", rows, LEN(rows));
}

static void what_is_missing_or_unknown_is_withheld(void **state)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    struct span id = SPAN("s-in");
    const struct record_facts good = {
        .id = id, .subjects = {TRI_YES, &id, 1}, .roles = ROLE_BIT(ROLE_STUDENT)};
    struct record_facts facts = good;
    (void)state;
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_RELEASED);
    facts.id = SPAN("");
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_SUBJECT);
    facts = good;
    facts.subjects.known = TRI_UNKNOWN;
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_SUBJECT);
    facts.subjects = (struct fact_set){TRI_YES, &id, 0};
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_SUBJECT);
    facts.subjects = (struct fact_set){TRI_YES, &id, MAX_SUBJECTS + 1};
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_SUBJECT);
    facts = good;
    facts.roles_unknown = true;
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_ROLE);
}

static void every_subject_must_pass(void **state)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    struct record_facts facts = {.id = SPAN("x")};
    (void)state;
    facts.subjects = verdict_kit_set(&kit, "s-in s-two");
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_RELEASED);
    assert_string_equal(subjects(), "s-in s-two");
    facts.subjects = verdict_kit_set(&kit, "s-in s-grade");
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_GRADE);
    assert_string_equal(subjects(), "");
    facts.subjects = verdict_kit_set(&kit, "t-in s-in");
    verdict_row(&plan, &facts, &row);
    assert_int_equal(row.reason, ROW_SUBJECT);
}

static void places_are_decided_by_record_and_roster(void **state)
{
    static const struct expected orgs[] = {
        {{"school-07", 0, NULL, NULL}, ROW_RELEASED, N, ""},
        {{"district", 0, NULL, NULL}, ROW_RELEASED, N, ""},
        {{"school-06", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
        {{"department", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
        {{"vague", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
        {{"ghost", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
    };
    static const struct expected classes[] = {
        {{"c-in", 0, "school-07", "07"}, ROW_RELEASED, N, ""},
        {{"c-mixed", 0, "school-07", "07 09"}, ROW_RELEASED, N, ""},
        {{"c-any", 0, "school-07", NULL}, ROW_RELEASED, N, ""},
        {{"c-any", 0, "school-07", "09"}, ROW_GRADE, 0, ""},
        {{"c-in", 0, "school-06", "07"}, ROW_SCHOOL, 0, ""},
        {{"c-in", 0, "district", "07"}, ROW_SCHOOL, 0, ""},
        {{"c-in", 0, NULL, NULL}, ROW_RELEASED, N, ""},
        {{"c-grade", 0, "school-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"c-out", 0, "school-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"c-vague", 0, "school-07", "07"}, ROW_SCHOOL, 0, ""},
        {{"ghost", 0, "school-07", "07"}, ROW_SCHOOL, 0, ""},
    };
    static const struct expected courses[] = {
        {{"k-in", 0, "school-07", "07"}, ROW_RELEASED, N, ""},
        {{"k-district", 0, "district", NULL}, ROW_RELEASED, N, ""},
        {{"k-district", 0, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"k-district", 0, "district", "09"}, ROW_GRADE, 0, ""},
        {{"k-grade", 0, "district", NULL}, ROW_SCHOOL, 0, ""},
        {{"k-out", 0, "school-06", NULL}, ROW_SCHOOL, 0, ""},
        {{"k-noorg", 0, NULL, NULL}, ROW_SCHOOL, 0, ""},
    };
    static const struct expected sessions[] = {{{"any", 0, NULL, NULL}, ROW_RELEASED, N, ""}};
    (void)state;
    check("narrow", "orgs", orgs, LEN(orgs));
    check("narrow", "classes", classes, LEN(classes));
    check("narrow", "courses", courses, LEN(courses));
    check("narrow", "academicSessions", sessions, LEN(sessions));
}

static void without_where_every_place_is_in_scope(void **state)
{
    static const struct expected rows[] = {
        {{"school-06", 0, "school-06", "09"}, ROW_RELEASED, N, ""},
        {{"c-vague", 0, NULL, NULL}, ROW_RELEASED, N, ""},
        {{"ghost", 0, NULL, NULL}, ROW_RELEASED, N, ""},
    };
    (void)state;
    check("wide", "orgs", rows, LEN(rows));
    check("wide", "classes", rows, LEN(rows));
    check("wide", "courses", rows, LEN(rows));
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
        cmocka_unit_test(students_pass_by_school_grade_and_stop),
        cmocka_unit_test(record_and_roster_must_both_allow),
        cmocka_unit_test(a_student_by_either_is_a_student_and_nothing_else),
        cmocka_unit_test(guardians_stand_when_every_child_passes),
        cmocka_unit_test(other_roles_stand_each_on_its_own),
        cmocka_unit_test(a_list_of_one_kind_holds_that_kind_alone),
        cmocka_unit_test(demographics_are_of_known_students_alone),
        cmocka_unit_test(enrollments_follow_their_person),
        cmocka_unit_test(the_whole_district_still_needs_a_known_student),
        cmocka_unit_test(what_is_missing_or_unknown_is_withheld),
        cmocka_unit_test(every_subject_must_pass),
        cmocka_unit_test(places_are_decided_by_record_and_roster),
        cmocka_unit_test(without_where_every_place_is_in_scope),
    };
    return cmocka_run_group_tests(tests, open_kit, close_kit);
}
