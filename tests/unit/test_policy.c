/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/support/policy_kit.h"

enum { DAY = 20260901 };

static void load(struct policy_kit *k)
{
    enum err e = policy_kit_load(k);

    if (e != OK) {
        policy_kit_print(k);
    }
    assert_int_equal(e, OK);
}

static const struct program *find_on(const struct policy_kit *k, const char *agreement,
                                     const char *resource, enum role role, int32_t day)
{
    const struct agreement *a = policy_find_agreement(k->policy, span_str(agreement));
    const struct resource *r = catalog_find(policy_catalog(k->policy), span_str(resource));

    assert_non_null(a);
    assert_non_null(r);
    return policy_program(k->policy, a, r, role, day);
}

static const struct program *find(const struct policy_kit *k, const char *agreement,
                                  const char *resource, enum role role)
{
    return find_on(k, agreement, resource, role, DAY);
}

static enum transform rule(const struct program *p, const char *path)
{
    assert_non_null(p);
    const struct field *f = resource_field(p->resource, span_str(path));

    assert_non_null(f);
    bool kept = fieldset_has(&p->keep, f->number);

    assert_int_equal(kept, p->rules[f->number].transform != TRANSFORM_OMIT);
    return p->rules[f->number].transform;
}

static void the_example_district_loads_with_known_warnings(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    assert_int_equal(k.diags.errors, 0);
    assert_int_equal(k.diags.warnings, 2); /* two unbound clients */
    assert_true(span_eq_str(policy_district(k.policy), "Example Unified School District"));
    assert_true(span_eq_str(policy_time_zone(k.policy), "America/Chicago"));
    assert_ptr_not_equal(policy_catalog(k.policy), k.catalog); /* it has a local field more */
    assert_int_equal(policy_client_count(k.policy), 2);
    assert_int_equal(policy_agreement_count(k.policy), 2);
    assert_true(policy_has_partner(k.policy, SPAN("acme")));
    assert_false(policy_has_partner(k.policy, SPAN("acm")));
    policy_kit_close(&k);
}

static void a_client_is_fixed_to_one_agreement_and_purpose(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    const struct client *c = policy_find_client(k.policy, SPAN("acme-prod"));

    assert_non_null(c);
    assert_true(span_eq_str(c->agreement, "acme-math"));
    assert_true(span_eq_str(c->purpose, "instruction"));
    assert_true(span_eq_str(c->partner, "acme"));
    assert_int_equal(c->max_token_s, 300);
    assert_string_equal((const char *)c->file.ptr, "partners/acme.yaml");
    assert_true(span_starts(c->keys, SPAN("{\"keys\":[{\"kty\":\"EC\",")));
    assert_null(policy_find_client(k.policy, SPAN("acme")));
    policy_kit_close(&k);
}

static void an_agreement_knows_its_dates_schools_and_grades(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    const struct agreement *a = policy_find_agreement(k.policy, SPAN("acme-math"));

    assert_int_equal(a->from, 20240701);
    assert_int_equal(a->ends, 20340630);
    assert_true(span_eq_str(a->basis, "school-official"));
    assert_true(span_eq_str(a->partner_name, "Acme Learning, Inc."));
    assert_int_equal(a->schools->known, TRI_YES);
    assert_int_equal(a->schools->count, 2);
    assert_true(span_eq_str(a->schools->items[0], "school-07"));
    assert_int_equal(a->grades->count, 3);
    assert_true(span_eq_str(a->grades->items[2], "08"));
    assert_null(policy_find_agreement(k.policy, SPAN("library-cards"))->grades);
    policy_kit_close(&k);
}

static void students_get_exactly_what_is_shared(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    const struct program *p = find(&k, "acme-math", "students", ROLE_STUDENT);

    assert_int_equal(rule(p, "givenName"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "familyName"), TRANSFORM_INITIAL);
    assert_int_equal(rule(p, "middleName"), TRANSFORM_OMIT);
    assert_int_equal(rule(p, "email"), TRANSFORM_OMIT);
    assert_int_equal(rule(p, "grades"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "primaryOrg"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "sourcedId"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "roles.role"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "identifier"), TRANSFORM_OMIT);
    assert_int_equal(rule(p, "userIds.identifier"), TRANSFORM_OMIT);
    p = find(&k, "library-cards", "users", ROLE_STUDENT);
    assert_int_equal(rule(p, "middleName"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "email"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "agents"), TRANSFORM_AS_IS);
    p = find(&k, "library-cards", "demographics", ROLE_STUDENT);
    assert_int_equal(rule(p, "birthDate"), TRANSFORM_YEAR);
    assert_int_equal(rule(p, "sex"), TRANSFORM_OMIT);
    policy_kit_close(&k);
}

static void what_is_not_shared_has_no_program(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    assert_null(find(&k, "acme-math", "demographics", ROLE_STUDENT));
    assert_null(find(&k, "acme-math", "users", ROLE_GUARDIAN));
    assert_null(find(&k, "acme-math", "users", ROLE_STAFF));
    assert_null(find(&k, "library-cards", "enrollments", ROLE_STUDENT));
    assert_null(find(&k, "library-cards", "users", ROLE_TEACHER));
    assert_null(find(&k, "library-cards", "teachers", ROLE_TEACHER));
    assert_null(find(&k, "library-cards", "classes", ROLE_NONE));
    assert_null(find(&k, "library-cards", "academicSessions", ROLE_NONE));
    assert_non_null(find(&k, "library-cards", "orgs", ROLE_NONE));
    assert_non_null(find(&k, "acme-math", "enrollments", ROLE_TEACHER));
    policy_kit_close(&k);
}

static void f1_a_tick_for_one_role_grants_no_other(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    const struct program *p = find(&k, "library-cards", "users", ROLE_GUARDIAN);

    assert_int_equal(rule(p, "email"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "phone"), TRANSFORM_AS_IS);
    assert_int_equal(rule(p, "sms"), TRANSFORM_OMIT);
    p = find(&k, "library-cards", "users", ROLE_STUDENT);
    assert_int_equal(rule(p, "phone"), TRANSFORM_OMIT);
    policy_kit_close(&k);
}

static void f5_free_text_is_granted_by_name_alone(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml",
                    "terms: { title: as-is, parent: as-is, children: as-is }", "terms: as-is");
    load(&k);
    assert_int_equal(rule(find(&k, "acme-math", "terms", ROLE_NONE), "title"), TRANSFORM_OMIT);
    assert_int_equal(rule(find(&k, "acme-math", "terms", ROLE_NONE), "parent"), TRANSFORM_AS_IS);
    assert_int_equal(rule(find(&k, "acme-math", "classes", ROLE_NONE), "title"), TRANSFORM_AS_IS);
    assert_int_equal(rule(find(&k, "acme-math", "classes", ROLE_NONE), "location"), TRANSFORM_OMIT);
    policy_kit_close(&k);
}

static void an_amendment_counts_from_its_own_date(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    load(&k);
    assert_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20240630));
    assert_non_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20240701));
    const struct program *before = find_on(&k, "acme-math", "users", ROLE_TEACHER, 20250105);
    const struct program *after = find_on(&k, "acme-math", "users", ROLE_TEACHER, 20250106);

    assert_int_equal(rule(before, "givenName"), TRANSFORM_OMIT);
    assert_int_equal(rule(before, "primaryOrg"), TRANSFORM_AS_IS);
    assert_int_equal(rule(after, "givenName"), TRANSFORM_AS_IS);
    assert_non_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20340630));
    assert_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20340701));
    policy_kit_close(&k);
}

static void ids_ticked_by_an_amendment_hold_back_the_whole_role(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "adds: [Schedule / Teacher names]",
                    "adds: [Student Identifiers / Local ID number]");
    load(&k);
    assert_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20250105));
    assert_non_null(find_on(&k, "acme-math", "students", ROLE_STUDENT, 20250106));
    assert_non_null(find_on(&k, "acme-math", "users", ROLE_TEACHER, 20250105));
    policy_kit_close(&k);
}

static void constants_and_masks_are_compiled(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(
        &k, "agreements/acme-math.yaml", "Student Name: { givenName: as-is, familyName: initial }",
        "Student Name: { givenName: mask, familyName: { as: const, value: 'A \"b\"' } }");
    load(&k);
    const struct program *p = find(&k, "acme-math", "students", ROLE_STUDENT);
    const struct field *f = resource_field(p->resource, SPAN("familyName"));

    assert_int_equal(rule(p, "givenName"), TRANSFORM_MASK);
    assert_int_equal(rule(p, "familyName"), TRANSFORM_CONST);
    assert_true(span_eq_str(p->rules[f->number].constant, "\"A \\\"b\\\"\""));
    policy_kit_close(&k);
}

static void a_field_can_be_named_for_one_resource_alone(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "familyName: initial",
                    "users.familyName: initial");
    load(&k);
    assert_int_equal(rule(find(&k, "acme-math", "users", ROLE_STUDENT), "familyName"),
                     TRANSFORM_INITIAL);
    assert_int_equal(rule(find(&k, "acme-math", "students", ROLE_STUDENT), "familyName"),
                     TRANSFORM_OMIT);
    policy_kit_close(&k);
}

static void omit_takes_a_field_out_without_a_tick(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "familyName: initial", "familyName: omit");
    load(&k);
    assert_int_equal(rule(find(&k, "acme-math", "users", ROLE_STUDENT), "familyName"),
                     TRANSFORM_OMIT);
    policy_kit_close(&k);
}

static void share_living_situations(struct policy_kit *k)
{
    policy_kit_edit(k, "agreements/acme-math.yaml", "  Student Contact Information: [Email]",
                    "  Special Indicator: [Living situations]");
    policy_kit_edit(k, "agreements/acme-math.yaml", "    Enrollment: as-signed",
                    "    Enrollment: as-signed\n    Special Indicator: as-signed");
}

static void l5_labelled_fields_need_a_clause_of_their_own(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit_catalog(&k, "labels: [mckinney-vento]", "labels: [nsla]");
    share_living_situations(&k);
    assert_int_equal(policy_kit_load(&k), ERR_INPUT);
    assert_int_equal(k.diags.errors, 1);
    assert_non_null(policy_kit_find(&k, "demographics.publicSchoolResidenceStatus needs the clause "
                                        "`because: nsla` (42 USC 1758(b)(6))"));
    policy_kit_edit(&k, "agreements/acme-math.yaml",
                    "because:", "because:\n  nsla: memorandum with the State agency");
    load(&k);
    assert_int_equal(
        rule(find(&k, "acme-math", "demographics", ROLE_STUDENT), "publicSchoolResidenceStatus"),
        TRANSFORM_AS_IS);
    policy_kit_close(&k);
}

static void a_required_value_without_stand_in_must_be_shared(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit_catalog(&k,
                            "name: { type: string, required: yes, placeholder: '\"-\"', records",
                            "name: { type: string, required: yes, records");
    policy_kit_edit(&k, "agreements/library-cards.yaml", "orgs: { name: as-is }",
                    "orgs: { identifier: as-is }");
    assert_int_equal(policy_kit_load(&k), ERR_INPUT);
    assert_non_null(policy_kit_find(&k, "orgs of records would lack \"name\""));
    policy_kit_close(&k);
}

static void digest_of(struct policy_kit *k, uint8_t out[32], uint64_t *version)
{
    load(k);
    policy_digest(k->policy, out);
    *version = policy_find_agreement(k->policy, SPAN("acme-math"))->version;
}

static void digest_and_version_change_with_any_byte(void **state)
{
    struct policy_kit k;
    uint8_t a[32], b[32], c[32];
    uint64_t v[3];

    (void)state;
    policy_kit_open(&k);
    digest_of(&k, a, &v[0]);
    digest_of(&k, b, &v[1]);
    assert_memory_equal(a, b, 32);
    assert_int_equal(v[0], v[1]);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "# Adaptive", "# adaptive");
    digest_of(&k, c, &v[2]);
    assert_memory_not_equal(a, c, 32);
    assert_int_not_equal(v[0], v[2]);
    struct policy_file first = k.files[0];

    k.files[0] = k.files[3];
    k.files[3] = first;
    digest_of(&k, a, &v[0]);
    assert_memory_equal(a, c, 32); /* the order of the files means nothing */
    policy_kit_close(&k);
}

static void an_error_leaves_the_output_untouched(void **state)
{
    struct policy_kit k;
    struct policy *mark = (struct policy *)&k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "district.yaml", "student-facts: none", "");
    assert_int_equal(policy_load(k.files, k.count, k.catalog, &k.diags, &mark), ERR_INPUT);
    assert_ptr_equal(mark, &k);
    assert_non_null(policy_kit_find(&k, "\"student-facts\" is missing"));
    policy_kit_close(&k);
}

static void every_failed_allocation_gives_no_policy(void **state)
{
    struct policy_kit k;
    bool passed = false;

    (void)state;
    policy_kit_open(&k);
    for (uint64_t n = 1; !passed && n < 2000; n++) {
        diag_init(&k.diags, &k.arena);
        mem_fail_at(n);
        enum err e = policy_kit_load(&k);

        mem_fail_at(0);
        passed = e == OK;
        assert_true(passed || (e == ERR_MEMORY && k.policy == NULL));
    }
    assert_true(passed);
    policy_kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_district_loads_with_known_warnings),
        cmocka_unit_test(a_client_is_fixed_to_one_agreement_and_purpose),
        cmocka_unit_test(an_agreement_knows_its_dates_schools_and_grades),
        cmocka_unit_test(students_get_exactly_what_is_shared),
        cmocka_unit_test(what_is_not_shared_has_no_program),
        cmocka_unit_test(f1_a_tick_for_one_role_grants_no_other),
        cmocka_unit_test(f5_free_text_is_granted_by_name_alone),
        cmocka_unit_test(an_amendment_counts_from_its_own_date),
        cmocka_unit_test(ids_ticked_by_an_amendment_hold_back_the_whole_role),
        cmocka_unit_test(constants_and_masks_are_compiled),
        cmocka_unit_test(a_field_can_be_named_for_one_resource_alone),
        cmocka_unit_test(omit_takes_a_field_out_without_a_tick),
        cmocka_unit_test(l5_labelled_fields_need_a_clause_of_their_own),
        cmocka_unit_test(a_required_value_without_stand_in_must_be_shared),
        cmocka_unit_test(digest_and_version_change_with_any_byte),
        cmocka_unit_test(an_error_leaves_the_output_untouched),
        cmocka_unit_test(every_failed_allocation_gives_no_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
