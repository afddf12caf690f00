/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `where` by classes, courses, terms, statuses and programs: on students, on those
 * who teach, on places and on references (SAFETY R5). People, places and their links
 * stand in tests/support/verdict_kit.c; the agreement is `narrow`, bent to the rule.
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
};

static struct verdict_kit kit;
static struct row_verdict row;

/* The rules of a table, as words; NULL: no such rule. */
struct where {
    const char *classes, *courses, *terms, *statuses, *programs;
};

struct placed {
    struct where where;
    const char *resource, *id;
    role_mask roles;
    enum row_reason reason;
};

/* Schools and grades stay those of the agreement, unless `alone`. */
static void bend(const struct where *w, bool alone)
{
    static struct fact_set sets[5];
    const char *words[] = {w->classes, w->courses, w->terms, w->statuses, w->programs};
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    const struct fact_set **rules[] = {&a->classes, &a->courses, &a->terms, &a->statuses,
                                       &a->programs};
    for (size_t i = 0; i < LEN(sets); i++) {
        sets[i] = verdict_kit_set(&kit, words[i]);
        *rules[i] = words[i] == NULL ? NULL : &sets[i];
    }
    a->schools = alone ? NULL : a->schools;
    a->grades = alone ? NULL : a->grades;
}

static void check(const struct placed *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bend(&rows[i].where, false);
        struct plan plan = verdict_kit_plan(&kit, "narrow", rows[i].resource, NULL);
        verdict_kit_decide(&kit, &plan, rows[i].id, rows[i].roles, &row);
        if (row.reason != rows[i].reason) {
            fail_msg("row %zu, %s %s: %s", i, rows[i].resource, rows[i].id,
                     row_reason_word(row.reason));
        }
    }
}

static void r5_students_must_be_in_each_list(void **state)
{
    static const struct placed rows[] = {
        {{.classes = "c-in"}, "users", "s-in", S, ROW_RELEASED},
        {{.classes = "c-any"}, "users", "s-in", S, ROW_PLACE},
        {{.classes = "c-any"}, "users", "s-two", S, ROW_RELEASED},
        {{.classes = "c-any c-in"}, "users", "s-in", S, ROW_RELEASED},
        {{.classes = "C-IN"}, "users", "s-in", S, ROW_PLACE},
        {{.classes = ""}, "users", "s-in", S, ROW_PLACE},
        {{.courses = "k-in"}, "students", "s-in", S, ROW_RELEASED},
        {{.courses = "k-district"}, "students", "s-in", S, ROW_PLACE},
        {{.terms = "fall"}, "demographics", "s-in", 0, ROW_RELEASED},
        {{.terms = "year"}, "demographics", "s-in", 0, ROW_RELEASED},
        {{.terms = "spring"}, "demographics", "s-in", 0, ROW_PLACE},
        {{.classes = "c-in", .terms = "spring"}, "users", "s-in", S, ROW_PLACE},
        {{.classes = "c-in", .courses = "k-in", .terms = "q1"}, "users", "s-in", S, ROW_RELEASED},
        {{.statuses = "enrolled"}, "users", "s-in", S, ROW_RELEASED},
        {{.statuses = "enrolled"}, "users", "st-in", S, ROW_STATUS},
        {{.programs = "lunch"}, "users", "s-in", S, ROW_RELEASED},
        {{.programs = "chess"}, "users", "s-in", S, ROW_STATUS},
        {{.programs = "chess"}, "users", "st-in", S, ROW_RELEASED},
        {{.programs = "lunch"}, "users", "s-two", S, ROW_STATUS},
        {{.statuses = "enrolled", .programs = "chess"}, "users", "st-in", S, ROW_STATUS},
        {{.classes = "c-in"}, "enrollments", "s-in", S, ROW_RELEASED},
        {{.classes = "c-any"}, "enrollments", "s-in", S, ROW_PLACE},
        /* schools and grades still hold */
        {{.classes = "c-in"}, "users", "s-school", S, ROW_SCHOOL},
        {{.classes = "c-in"}, "users", "s-grade", S, ROW_GRADE},
        {{.classes = "c-in"}, "users", "ghost", S, ROW_SUBJECT},
    };
    (void)state;
    check(rows, LEN(rows));
}

/* Invariant 6: what the roster does not know meets no rule. */
static void r5_an_unknown_fact_meets_no_list(void **state)
{
    static const struct where rules[] = {{.classes = "c-in"},
                                         {.courses = "k-in"},
                                         {.terms = "year"},
                                         {.statuses = "enrolled"},
                                         {.programs = "lunch"}};
    (void)state;
    for (size_t i = 0; i < LEN(rules); i++) {
        bend(&rules[i], true);
        struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
        verdict_kit_decide(&kit, &plan, "s-grade", S, &row);
        assert_int_equal(row.reason, i < 3 ? ROW_PLACE : ROW_STATUS);
        verdict_kit_decide(&kit, &plan, "s-in", S, &row);
        assert_int_equal(row.reason, ROW_RELEASED);
    }
}

static void r5_guardians_follow_all_children_and_teachers_their_classes(void **state)
{
    static const struct placed rows[] = {
        {{.classes = "c-in"}, "users", "g-one", G, ROW_RELEASED},
        {{.classes = "c-in"}, "users", "g-two", G, ROW_RELEASED},
        {{.classes = "c-any"}, "users", "g-two", G, ROW_PLACE},
        {{.programs = "lunch"}, "users", "g-two", G, ROW_STATUS},
        {{.classes = "c-in"}, "users", "t-in", T, ROW_RELEASED},
        {{.classes = "c-in"}, "users", "t-two", T, ROW_PLACE},
        {{.classes = "c-any"}, "users", "t-two", T, ROW_RELEASED},
        {{.courses = "k-in"}, "users", "t-in", T, ROW_RELEASED},
        {{.courses = "k-in"}, "users", "t-two", T, ROW_PLACE},
        {{.terms = "spring"}, "users", "t-in", T, ROW_PLACE},
        {{.classes = "c-in"}, "users", "tf-both", T | F, ROW_PLACE},
        {{.classes = "c-in"}, "users", "t-out", T, ROW_SCHOOL},
        {{.statuses = "enrolled", .programs = "lunch"}, "users", "t-in", T, ROW_RELEASED},
        {{.classes = "c-in"}, "enrollments", "t-two", T, ROW_PLACE},
    };
    (void)state;
    check(rows, LEN(rows));
    bend(&(struct where){.classes = "c-in"}, false);
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    verdict_kit_decide(&kit, &plan, "tg-both", T | G, &row);
    assert_int_equal(row.roles, G); /* teaches none of the classes, the child sits in one */
}

static void r5_places_must_be_in_each_list(void **state)
{
    static const struct placed rows[] = {
        {{.classes = "c-in"}, "classes", "c-in", 0, ROW_RELEASED},
        {{.classes = "c-in"}, "classes", "c-any", 0, ROW_PLACE},
        {{.classes = "c-out"}, "classes", "c-out", 0, ROW_SCHOOL},
        {{.classes = "c-in ghost"}, "classes", "ghost", 0, ROW_SCHOOL},
        {{.courses = "k-in"}, "classes", "c-in", 0, ROW_RELEASED},
        {{.courses = "k-in"}, "classes", "c-any", 0, ROW_PLACE},
        {{.courses = "k-in"}, "classes", "c-mixed", 0, ROW_PLACE}, /* course unknown */
        {{.terms = "fall"}, "classes", "c-in", 0, ROW_RELEASED},
        {{.terms = "year"}, "classes", "c-in", 0, ROW_RELEASED},
        {{.terms = "spring"}, "classes", "c-in", 0, ROW_PLACE},
        {{.terms = "fall"}, "classes", "c-mixed", 0, ROW_PLACE},
        {{.classes = "c-in", .terms = "spring"}, "classes", "c-in", 0, ROW_PLACE},
        {{.courses = "k-in"}, "courses", "k-in", 0, ROW_RELEASED},
        {{.courses = "k-in"}, "courses", "k-district", 0, ROW_PLACE},
        {{.classes = "c-in"}, "courses", "k-in", 0, ROW_RELEASED},
        {{.classes = "c-in"}, "courses", "k-district", 0, ROW_PLACE},
        {{.terms = "spring"}, "courses", "k-district", 0, ROW_RELEASED},
        {{.terms = "spring"}, "courses", "k-in", 0, ROW_PLACE},
        {{.terms = "fall"}, "academicSessions", "fall", 0, ROW_RELEASED},
        {{.terms = "fall"}, "academicSessions", "q1", 0, ROW_RELEASED},
        {{.terms = "fall"}, "academicSessions", "year", 0, ROW_RELEASED},
        {{.terms = "fall"}, "academicSessions", "spring", 0, ROW_PLACE},
        {{.terms = "fall"}, "academicSessions", "mute", 0, ROW_PLACE},
        {{.terms = "fall"}, "academicSessions", "ghost", 0, ROW_PLACE},
        {{.terms = "fall lost"}, "academicSessions", "lost", 0, ROW_RELEASED}, /* listed itself */
        {{.classes = "c-in"}, "academicSessions", "spring", 0, ROW_RELEASED},
        {{.statuses = "enrolled"}, "classes", "c-in", 0, ROW_RELEASED},
        {{.classes = "c-in", .terms = "spring"}, "orgs", "school-07", 0, ROW_RELEASED},
        {{.classes = "c-in"}, "orgs", "school-06", 0, ROW_SCHOOL},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void r5_references_follow_the_lists(void **state)
{
    static const struct {
        struct where where;
        enum ref_type type;
        const char *id;
        bool stands;
    } rows[] = {
        {{.classes = "c-in"}, REF_CLASS, "c-in", true},
        {{.classes = "c-in"}, REF_CLASS, "c-any", false},
        {{.courses = "k-in"}, REF_CLASS, "c-any", false},
        {{.classes = "c-in"}, REF_COURSE, "k-in", true},
        {{.classes = "c-in"}, REF_COURSE, "k-district", false},
        {{.terms = "fall"}, REF_ACADEMIC_SESSION, "year", true},
        {{.terms = "fall"}, REF_ACADEMIC_SESSION, "spring", false},
        {{.terms = "fall"}, REF_ACADEMIC_SESSION, "ghost", false},
        {{.classes = "c-in"}, REF_ACADEMIC_SESSION, "ghost", true},
        {{.classes = "c-in"}, REF_USER, "t-in", true},
        {{.classes = "c-in"}, REF_USER, "t-two", false},
        {{.classes = "c-in"}, REF_USER, "g-one", true},
        {{.programs = "lunch"}, REF_USER, "g-two", false},
        {{.programs = "lunch"}, REF_USER, "g-one", true},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bend(&rows[i].where, false);
        struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
        verdict_kit_decide(&kit, &plan, "s-in", S, &row);
        assert_int_equal(row.reason, ROW_RELEASED);
        if (verdict_ref(&plan, &row, rows[i].type, span_str(rows[i].id)) != rows[i].stands) {
            fail_msg("row %zu: %s %s", i, ref_word(rows[i].type), rows[i].id);
        }
    }
}

static void r4_ids_outside_the_lists_are_ids_that_do_not_exist(void **state)
{
    static const struct {
        struct where where;
        const char *path;
        enum err e;
    } rows[] = {
        {{.classes = "c-in"}, "users/s-in", OK},
        {{.classes = "c-any"}, "users/s-in", ERR_RECORD},
        {{.classes = "c-in"}, "teachers/t-two", ERR_RECORD},
        {{.classes = "c-in"}, "classes/c-any", ERR_RECORD},
        {{.classes = "c-in"}, "courses/k-district", ERR_RECORD},
        {{.terms = "fall"}, "academicSessions/q1", OK},
        {{.terms = "fall"}, "academicSessions/spring", ERR_RECORD},
        {{.terms = "fall"}, "academicSessions/ghost", ERR_RECORD},
        {{.classes = "c-in"}, "academicSessions/ghost", OK}, /* the source knows */
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct plan plan;
        bend(&rows[i].where, false);
        enum err e = verdict_kit_ask(&kit, "narrow", rows[i].path, NULL, &plan);
        if (e != rows[i].e) {
            fail_msg("%s: %s", rows[i].path, err_code(e));
        }
    }
}

static void r2_lists_take_totals_away(void **state)
{
    static const struct {
        struct where where;
        const char *path;
        bool totals;
    } rows[] = {
        {{.statuses = "enrolled"}, "academicSessions", true},
        {{.classes = "c-in"}, "academicSessions", true},
        {{.terms = "fall"}, "academicSessions", false},
        {{.statuses = "enrolled"}, "orgs", true},
        {{.terms = "fall"}, "orgs", true},
        {{.statuses = "enrolled"}, "courses", true},
        {{.classes = "c-in"}, "courses", false},
        {{.courses = "k-in"}, "courses", false},
        {{.terms = "fall"}, "courses", false},
        {{.statuses = "enrolled"}, "students", false},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bend(&rows[i].where, true);
        struct plan plan = verdict_kit_plan(&kit, "narrow", rows[i].path, NULL);
        assert_int_equal(plan.totals, rows[i].totals);
        assert_int_equal(plan.has_row_rules, !rows[i].totals);
    }
}

/* R3: where sessions can be out of scope, a reference to one may be missing. */
static void r3_no_sort_by_a_session_that_can_be_dropped(void **state)
{
    struct plan plan;
    (void)state;
    bend(&(struct where){.classes = "c-in"}, false);
    assert_int_equal(
        verdict_kit_ask(&kit, "narrow", "academicSessions", "sort=parent.sourcedId", &plan), OK);
    bend(&(struct where){.terms = "fall"}, false);
    assert_int_equal(
        verdict_kit_ask(&kit, "narrow", "academicSessions", "sort=parent.sourcedId", &plan),
        ERR_SORT_FIELD);
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
        CASE(r5_students_must_be_in_each_list),
        CASE(r5_an_unknown_fact_meets_no_list),
        CASE(r5_guardians_follow_all_children_and_teachers_their_classes),
        CASE(r5_places_must_be_in_each_list),
        CASE(r5_references_follow_the_lists),
        CASE(r4_ids_outside_the_lists_are_ids_that_do_not_exist),
        CASE(r2_lists_take_totals_away),
        CASE(r3_no_sort_by_a_session_that_can_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
