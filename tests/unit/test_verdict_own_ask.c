/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What students' own facts do to questions (SAFETY R3): what they are asked with, what
 * a filter may still match and a source still compare, and that deciding allocates
 * nothing.
 */
#include "base/mem.h"
#include "policy/verdict_priv.h"

#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a)    (sizeof(a) / sizeof((a)[0]))
#define NAME      "Student Name / First and/or Last"
#define GRADE     "Enrollment / Student grade level"
#define PARENT_ID "Parent/Guardian ID / Parent ID number"

enum { S = ROLE_BIT(ROLE_STUDENT) };

static struct verdict_kit kit;
static struct row_verdict row;

/* --- what strict clients require -------------------------------------------------------- */

/* A program of students' users that keeps these leaves, the element of each beside it. */
static struct program program_of(const char *const *paths, const char *const *lines, uint8_t *room)
{
    const struct resource *users = catalog_find(kit.policy.catalog, SPAN("users"));
    struct program p = {.resource = users, .role = ROLE_STUDENT, .elements = room};
    memset(room, ELEMENT_NONE, users->field_count);
    for (size_t i = 0; paths[i] != NULL; i++) {
        unsigned n = resource_field(users, span_str(paths[i]))->number;
        fieldset_add(&p.keep, n);
        room[n] = (uint8_t)element_number(element_parse(span_str(lines[i])));
    }
    for (unsigned n = 0; n < users->field_count; n++) {
        if (users->fields[n].required &&
            users->fields[n].grant[ROLE_STUDENT].by == GRANT_STRUCTURE) {
            fieldset_add(&p.keep, n);
        }
    }
    return p;
}

static void f7_items_and_records_do_not_leave_without_what_they_require(void **state)
{
    static const char *const paths[] = {"givenName", "userIds.type", "userIds.identifier", NULL};
    static const char *const lines[] = {NAME, NAME, GRADE};
    uint8_t room[CATALOG_MAX_FIELDS];
    struct own_limits limits = OWN_LIMITS_NONE;
    struct program p = program_of(paths, lines, room);
    struct fieldset keep = p.keep;
    (void)state;
    limits.left = verdict_kit_elements(NAME);
    assert_true(own_narrow(&p, &limits, &keep));
    const char *kept = verdict_kit_paths(p.resource, &keep);
    assert_non_null(strstr(kept, "givenName"));
    assert_null(strstr(kept, "userIds")); /* a type alone is no user id */
    unsigned status = resource_field(p.resource, SPAN("status"))->number;
    p.keep.word[status / 64] &= ~((uint64_t)1 << (status % 64));
    keep = p.keep;
    assert_false(own_narrow(&p, &limits, &keep));
}

/* --- what the facts are asked ----------------------------------------------------------- */

static void f3_d28_d30_the_question_carries_day_purpose_and_birth(void **state)
{
    (void)state;
    verdict_kit_own(&kit, NULL, 0);
    kit.purpose = SPAN("instruction");
    struct plan plan = verdict_kit_plan(&kit, "narrow", "users", NULL);
    verdict_kit_decide(&kit, &plan, "s-in", S, &row);
    assert_int_equal(kit.asked.birth, 20130315);
    assert_int_equal(kit.asked.date, 20260115);
    assert_true(span_eq_str(kit.asked.partner, "acme"));
    assert_true(span_eq_str(kit.asked.agreement, "narrow"));
    assert_true(span_eq_str(kit.asked.purpose, "instruction"));
    verdict_kit_decide(&kit, &plan, "s-two", S, &row);
    assert_int_equal(kit.asked.birth, 0);
}

/* --- R3 --------------------------------------------------------------------------------- */

static enum row_reason filtered(const char *query)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", "students", query);
    verdict_kit_decide(&kit, &plan, "s-in", S, &row);
    return row.reason;
}

static void r3_what_own_facts_withhold_matches_nothing(void **state)
{
    static const struct kit_own hidden = {"s-in", .restricted = NAME},
                                open = {"s-two", .restricted = NAME};
    (void)state;
    verdict_kit_own(&kit, &hidden, 1);
    assert_int_equal(filtered("filter=givenName='x'"), ROW_FILTER);
    assert_int_equal(filtered("filter=givenName!='x'"), ROW_FILTER);
    assert_int_equal(filtered("filter=givenName~'x' OR grades='07'"), ROW_RELEASED);
    assert_int_equal(filtered("filter=givenName~'x' AND grades='07'"), ROW_FILTER);
    verdict_kit_own(&kit, &open, 1);
    assert_int_equal(filtered("filter=givenName!='x'"), ROW_RELEASED);
}

static bool is_open(const char *resource, const char *field)
{
    struct plan plan = verdict_kit_plan(&kit, "narrow", resource, NULL);
    return fieldset_has(&plan.open, resource_field(plan.resource, span_str(field))->number);
}

/* Whatever the facts are today: the agreement alone decides. */
static void r3_the_source_compares_nothing_that_own_facts_can_take(void **state)
{
    static const struct {
        const char *resource, *field;
        bool with, without;
    } rows[] = {
        {"students", "givenName", false, true},
        {"students", "grades", false, true},
        {"students", "sourcedId", true, true},
        {"students", "dateLastModified", true, true},
        {"users", "givenName", false, true},
        {"teachers", "familyName", true, true},
        {"demographics", "birthDate", false, true},
        /* without these the record does not leave */
        {"enrollments", "user", true, true},
        {"enrollments", "class", true, true},
        {"enrollments", "beginDate", false, true},
        {"classes", "title", true, true},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        kit.own = &own_view_none;
        assert_int_equal(is_open(rows[i].resource, rows[i].field), rows[i].without);
        verdict_kit_own(&kit, NULL, 0);
        assert_int_equal(is_open(rows[i].resource, rows[i].field), rows[i].with);
        kit.own = NULL;
        assert_int_equal(is_open(rows[i].resource, rows[i].field), rows[i].with);
    }
}

static void r3_sort_is_refused_on_what_own_facts_can_take(void **state)
{
    static const struct {
        const char *path, *query;
        enum err with;
    } rows[] = {
        {"students", "sort=givenName", ERR_SORT_FIELD},
        {"users", "sort=givenName", ERR_SORT_FIELD},
        {"demographics", "sort=birthDate", ERR_SORT_FIELD},
        {"enrollments", "sort=beginDate", ERR_SORT_FIELD},
        {"students", "sort=dateLastModified", OK},
        {"students", "sort=sourcedId", OK},
        {"enrollments", "sort=class.sourcedId", OK},
        {"teachers", "sort=familyName", OK},
        {"classes", "sort=title", OK},
    };
    struct plan plan;
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        kit.own = &own_view_none;
        assert_int_equal(verdict_kit_ask(&kit, "narrow", rows[i].path, rows[i].query, &plan), OK);
        verdict_kit_own(&kit, NULL, 0);
        assert_int_equal(verdict_kit_ask(&kit, "narrow", rows[i].path, rows[i].query, &plan),
                         rows[i].with);
        assert_true(!plan.totals || strcmp(rows[i].path, "classes") == 0);
    }
}

/* --- purity ----------------------------------------------------------------------------- */

static void find_s_in(const void *ctx, struct span id, struct person_facts *out)
{
    static struct span school, grade;
    (void)ctx;
    school = SPAN("school-07");
    grade = SPAN("07");
    *out = (struct person_facts){.known = span_eq_str(id, "s-in"), .roles = S};
    out->schools[ROLE_STUDENT] = (struct fact_set){TRI_YES, &school, 1};
    out->grades = (struct fact_set){TRI_YES, &grade, 1};
}

static void find_nowhere(const void *ctx, enum ref_type type, struct span id,
                         struct place_facts *out)
{
    (void)ctx;
    (void)type;
    (void)id;
    *out = (struct place_facts){0};
}

static void restrict_all(const void *ctx, struct span student, const struct own_question *q,
                         struct own_facts *out)
{
    (void)student;
    (void)q;
    *out = *(const struct own_facts *)ctx;
}

static void a_row_is_decided_without_allocation(void **state)
{
    struct own_facts own = {.named = true, .consented = true};
    const struct own_view view = {&own, true, false, restrict_all};
    const struct roster_view roster = {NULL, find_s_in, find_nowhere};
    struct span id = SPAN("s-in");
    struct record_facts facts = {.id = id, .subjects = {TRI_YES, &id, 1}, .roles = S};
    (void)state;
    own.restricted = verdict_kit_elements(GRADE "; " PARENT_ID);
    own.consents = verdict_kit_elements(NAME "; " GRADE);
    struct agreement *a = verdict_kit_bend(&kit, "narrow");
    a->by_consent = a->by_naming = true;
    struct plan plan = verdict_kit_plan(&kit, "narrow", "students", NULL);
    plan.own = &view;
    plan.roster = &roster;
    uint64_t before = mem_count();
    verdict_row(&plan, &facts, &row);
    (void)verdict_ref(&plan, &row, REF_USER, id);
    (void)verdict_ref(&plan, &row, REF_CLASS, id);
    assert_int_equal(mem_count(), before);
    assert_int_equal(row.reason, ROW_RELEASED);
    assert_null(strstr(verdict_kit_paths(plan.resource, &row.keep), "grades"));
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
        CASE(f7_items_and_records_do_not_leave_without_what_they_require),
        CASE(f3_d28_d30_the_question_carries_day_purpose_and_birth),
        CASE(r3_what_own_facts_withhold_matches_nothing),
        CASE(r3_the_source_compares_nothing_that_own_facts_can_take),
        CASE(r3_sort_is_refused_on_what_own_facts_can_take),
        CASE(a_row_is_decided_without_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
