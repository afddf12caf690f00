/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of released rows, and references (SAFETY R3, R5), worked out by hand. The people and
 * places stand in tests/support/verdict_kit.c: `in` is school-07 (riverside), grade 07.
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

/* --- fields -------------------------------------------------------------------- */

static const char *kept(const char *agreement, const char *path, const char *query,
                        const struct record *r)
{
    struct plan plan = verdict_kit_plan(&kit, agreement, path, query);
    decide(&plan, r);
    assert_int_equal(row.reason, ROW_RELEASED);
    return verdict_kit_paths(plan.resource, &row.keep);
}

#define HEAD  "sourcedId status dateLastModified "
#define ROLES "roles.roleType roles.role roles.org"

static void each_role_keeps_its_own_fields(void **state)
{
    static const struct record student = {"s-in", S, NULL, NULL},
                               guardian = {"g-one", G, NULL, NULL},
                               teacher = {"t-in", T, NULL, NULL};
    (void)state;
    assert_string_equal(kept("narrow", "users", NULL, &student),
                        HEAD "enabledUser givenName familyName " ROLES
                             " roles.beginDate roles.endDate primaryOrg agents grades");
    assert_string_equal(kept("narrow", "users", NULL, &guardian),
                        HEAD "enabledUser givenName familyName " ROLES " agents");
    assert_string_equal(
        kept("narrow", "users", NULL, &teacher),
        HEAD "enabledUser givenName familyName middleName preferredFirstName preferredMiddleName "
             "preferredLastName " ROLES " email grades resources");
}

static void several_roles_keep_what_all_release_by_the_same_rule(void **state)
{
    static const struct record both = {"tg-both", T | G, NULL, NULL},
                               staff = {"tf-both", T | F, NULL, NULL};
    (void)state;
    /* the guardian's familyName is an initial, the teacher's as it is: dropped */
    assert_string_equal(kept("narrow", "users", NULL, &both), HEAD "enabledUser givenName " ROLES);
    assert_string_equal(kept("staff", "users", NULL, &staff), HEAD "enabledUser givenName " ROLES);
    const struct resource *users = catalog_find(policy_catalog(kit.policy.policy), SPAN("users"));
    assert_int_equal(row.rules[resource_field(users, SPAN("givenName"))->number].transform,
                     TRANSFORM_AS_IS);
}

static void fields_narrow_what_leaves_and_not_what_is_compared(void **state)
{
    static const struct record student = {"s-in", S, NULL, NULL};
    (void)state;
    assert_string_equal(kept("narrow", "users", "fields=grades,roles", &student),
                        ROLES " roles.beginDate roles.endDate grades");
    const struct resource *users = catalog_find(policy_catalog(kit.policy.policy), SPAN("users"));
    const char *match = verdict_kit_paths(users, &row.match);
    assert_non_null(strstr(match, "givenName"));
    assert_null(strstr(match, "familyName"));
}

static enum row_reason filtered(const char *query, const struct record *r)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", query);
    decide(&plan, r);
    return row.reason;
}

static void r3_a_changed_or_withheld_value_matches_nothing(void **state)
{
    static const struct record student = {"s-in", S, NULL, NULL}, teacher = {"t-in", T, NULL, NULL},
                               both = {"tg-both", T | G, NULL, NULL};
    (void)state;
    assert_int_equal(filtered("filter=familyName='Nguyen'", &student), ROW_FILTER);
    assert_int_equal(filtered("filter=familyName!='Nguyen'", &student), ROW_FILTER);
    assert_int_equal(filtered("filter=familyName='Nguyen'", &teacher), ROW_RELEASED);
    assert_int_equal(filtered("filter=familyName='Nguyen'", &both), ROW_FILTER);
    assert_int_equal(filtered("filter=email='a@b'", &student), ROW_FILTER);
    assert_int_equal(filtered("filter=familyName='a' AND givenName='b'", &student), ROW_FILTER);
    assert_int_equal(filtered("filter=familyName='a' OR givenName='b'", &student), ROW_RELEASED);
    assert_int_equal(filtered("filter=familyName='a' OR email='b'", &student), ROW_FILTER);
    assert_int_equal(filtered("filter=givenName='b'&fields=grades", &student), ROW_RELEASED);
}

/* --- references ---------------------------------------------------------------- */

static void r5_references_stand_only_in_scope(void **state)
{
    static const struct {
        enum ref_type type;
        const char *id;
        bool stands;
    } rows[] = {
        {REF_ORG, "school-07", true},
        {REF_ORG, "district", true},
        {REF_ORG, "school-06", false},
        {REF_ORG, "ghost", false},
        {REF_ORG, "department", false},
        {REF_ORG, "", false},
        {REF_CLASS, "c-in", true},
        {REF_CLASS, "c-any", true},
        {REF_CLASS, "c-grade", false},
        {REF_CLASS, "c-out", false},
        {REF_CLASS, "school-07", false},
        {REF_COURSE, "k-district", true},
        {REF_COURSE, "k-grade", false},
        {REF_COURSE, "k-noorg", false},
        {REF_USER, "s-in", true},
        {REF_USER, "s-two", false},
        {REF_USER, "s-school", false},
        {REF_USER, "g-one", true},
        {REF_USER, "g-out", false},
        {REF_USER, "g-none", false},
        {REF_USER, "t-in", true},
        {REF_USER, "t-out", false},
        {REF_USER, "t-stopped", false},
        {REF_USER, "tg-guardian", true},
        {REF_USER, "tg-teacher", true},
        {REF_USER, "f-in", false},
        {REF_USER, "ghost", false},
        {REF_USER, "idle", false},
        {REF_USER, "G-ONE", false},
        {REF_DEMOGRAPHICS, "s-in", true},
        {REF_ACADEMIC_SESSION, "x", true},
        {REF_RESOURCE, "x", true},
        {REF_ACADEMIC_SESSION, "", false},
        {REF_ENROLLMENT, "x", false},
        {REF_NONE, "x", false},
        {REF_COUNT, "x", false},
    };
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    (void)state;
    decide(&plan, &(struct record){"s-in", S, NULL, NULL});
    for (size_t i = 0; i < LEN(rows); i++) {
        if (verdict_ref(&plan, &row, rows[i].type, span_str(rows[i].id)) != rows[i].stands) {
            fail_msg("%s %s", ref_word(rows[i].type), rows[i].id);
        }
    }
}

static void a_student_is_named_only_where_the_release_is_recorded(void **state)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    (void)state;
    decide(&plan, &(struct record){"g-two", G, NULL, NULL});
    assert_true(verdict_ref(&plan, &row, REF_USER, SPAN("s-in")));
    assert_true(verdict_ref(&plan, &row, REF_USER, SPAN("s-two")));
    assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("st-in")));
    decide(&plan, &(struct record){"t-in", T, NULL, NULL});
    assert_false(verdict_ref(&plan, &row, REF_USER, SPAN("s-in")));
    decide(&plan, &(struct record){"s-school", S, NULL, NULL});
    assert_false(verdict_ref(&plan, &row, REF_ORG, SPAN("school-07")));
}

static void items_of_roles_that_do_not_stand_are_dropped(void **state)
{
    (void)state;
    assert_true(verdict_role_item(S, SPAN("student")));
    assert_false(verdict_role_item(S, SPAN("teacher")));
    assert_true(verdict_role_item(T | G, SPAN("parent")));
    assert_true(verdict_role_item(F, SPAN("principal")));
    assert_false(verdict_role_item(T, SPAN("Teacher")));
    assert_false(verdict_role_item(0xFF, SPAN("ext:coach")));
    assert_false(verdict_role_item(0xFF, SPAN("")));
    assert_false(verdict_role_item(0, SPAN("student")));
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
        cmocka_unit_test(each_role_keeps_its_own_fields),
        cmocka_unit_test(several_roles_keep_what_all_release_by_the_same_rule),
        cmocka_unit_test(fields_narrow_what_leaves_and_not_what_is_compared),
        cmocka_unit_test(r3_a_changed_or_withheld_value_matches_nothing),
        cmocka_unit_test(r5_references_stand_only_in_scope),
        cmocka_unit_test(a_student_is_named_only_where_the_release_is_recorded),
        cmocka_unit_test(items_of_roles_that_do_not_stand_are_dropped),
    };
    return cmocka_run_group_tests(tests, open_kit, close_kit);
}
