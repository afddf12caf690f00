/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/policy_kit.h"

enum { BEFORE_AMENDMENT = 20250105, AFTER = 20250106, WORK = 8 << 20 };

struct rig {
    struct policy_kit kit;
    struct arena arena;
    struct explanation e;
};

static void open_rig(struct rig *r, const char *agreement)
{
    policy_kit_open(&r->kit);
    assert_int_equal(policy_kit_load(&r->kit), OK);
    arena_init(&r->arena, WORK);
    const struct agreement *a = policy_find_agreement(r->kit.policy, span_str(agreement));

    assert_non_null(a);
    assert_int_equal(explain_agreement(r->kit.policy, a, &r->arena, &r->e), OK);
}

static void close_rig(struct rig *r)
{
    arena_fini(&r->arena);
    policy_kit_close(&r->kit);
}

static struct field_fate fate(struct rig *r, const char *resource, enum role role,
                              const char *field, int32_t day)
{
    const struct resource *res = catalog_find(policy_catalog(r->kit.policy), span_str(resource));
    struct field_fate out;

    assert_non_null(res);
    const struct field *f = resource_field(res, span_str(field));

    assert_non_null(f);
    out = explain_field(&r->e, res, role, f, day);
    return out;
}

/* What leaves must be what the programs say, whatever the reading again found. */
static void fates_agree_with_the_programs_on_every_field_role_and_day(void **state)
{
    static const char *const ids[] = {"acme-math", "library-cards"};
    static const int32_t days[] = {20240630, 20240701, BEFORE_AMENDMENT, AFTER, 20340701};
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig r;

        open_rig(&r, ids[i]);
        for (size_t k = 0;
             k < catalog_resource_count(policy_catalog(r.kit.policy)) * ROLE_COUNT * 5; k++) {
            int32_t day = days[k % 5];
            enum role role = (enum role)(k / 5 % ROLE_COUNT);
            const struct resource *res =
                catalog_resource(policy_catalog(r.kit.policy), k / 5 / ROLE_COUNT);
            const struct program *p = policy_program(r.kit.policy, r.e.agreement, res, role, day);

            for (unsigned f = 0; f < res->field_count; f++) {
                struct field_fate out;

                out = explain_field(&r.e, res, role, &res->fields[f], day);
                bool leaves = out.fate == FATE_SENT || out.fate == FATE_STRUCTURE;

                assert_int_equal(leaves, p != NULL && fieldset_has(&p->keep, f));
                assert_true(!leaves || out.rule.transform == p->rules[f].transform);
                assert_true(out.fate != FATE_SENT || out.at != NULL);
                seen += leaves;
            }
        }
        close_rig(&r);
    }
    assert_true(seen > 100);
}

static void a_field_that_leaves_has_its_line_and_its_box(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r, "acme-math");
    struct field_fate f = fate(&r, "users", ROLE_STUDENT, "familyName", AFTER);

    assert_int_equal(f.fate, FATE_SENT);
    assert_int_equal(f.rule.transform, TRANSFORM_INITIAL);
    assert_string_equal(f.at->text.ptr, "initial");
    assert_string_equal(f.element->category.ptr, "Student Name");
    assert_ptr_equal(f.box, f.element);
    assert_string_equal(f.ticked->text.ptr, "First and/or Last");
    f = fate(&r, "users", ROLE_STUDENT, "sourcedId", AFTER);
    assert_int_equal(f.fate, FATE_STRUCTURE);
    assert_null(f.at);
    close_rig(&r);
}

static void an_amendments_field_comes_later(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r, "acme-math");
    struct field_fate f = fate(&r, "users", ROLE_TEACHER, "givenName", BEFORE_AMENDMENT);

    assert_int_equal(f.fate, FATE_LATER);
    assert_int_equal(f.from, AFTER);
    assert_true(f.stand_in); /* a strict client wants a given name */
    assert_string_equal(f.box->element.ptr, "Teacher names");
    assert_string_equal(f.element->category.ptr, "Staff");
    f = fate(&r, "users", ROLE_TEACHER, "givenName", AFTER);
    assert_int_equal(f.fate, FATE_SENT);
    close_rig(&r);
}

static void what_does_not_leave_says_why(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r, "acme-math");
    struct field_fate f = fate(&r, "users", ROLE_STUDENT, "email", AFTER);

    assert_int_equal(f.fate, FATE_UNMENTIONED); /* ticked, not shared */
    assert_non_null(f.ticked);
    f = fate(&r, "demographics", ROLE_STUDENT, "birthDate", AFTER);
    assert_int_equal(f.fate, FATE_UNMENTIONED);
    assert_null(f.ticked);
    assert_int_equal(fate(&r, "demographics", ROLE_STUDENT, "status", AFTER).fate, FATE_UNSHARED);
    assert_int_equal(fate(&r, "users", ROLE_STUDENT, "password", AFTER).fate, FATE_NEVER);
    close_rig(&r);
}

static void an_omitted_field_says_by_which_line(void **state)
{
    struct rig r = {.kit = {.count = 0}};

    (void)state;
    policy_kit_open(&r.kit);
    policy_kit_edit(&r.kit, "agreements/acme-math.yaml", "familyName: initial",
                    "familyName: initial, middleName: omit");
    assert_int_equal(policy_kit_load(&r.kit), OK);
    arena_init(&r.arena, WORK);
    assert_int_equal(explain_agreement(r.kit.policy,
                                       policy_find_agreement(r.kit.policy, SPAN("acme-math")),
                                       &r.arena, &r.e),
                     OK);
    struct field_fate f = fate(&r, "users", ROLE_STUDENT, "middleName", AFTER);

    assert_int_equal(f.fate, FATE_OMITTED);
    assert_string_equal(f.at->text.ptr, "omit");
    close_rig(&r);
}

static void places_of_members_are_found_by_path(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r, "acme-math");
    assert_int_equal(explain_member(&r.e, "where.schools")->count, 2);
    assert_string_equal(explain_member(&r.e, "contract.ends")->text.ptr, "2034-06-30");
    assert_null(explain_member(&r.e, "where.floors"));
    assert_null(explain_member(&r.e, "basis.floors"));
    assert_null(explain_box(&r.e, NULL));
    close_rig(&r);
}

static void an_arena_too_small_is_an_error(void **state)
{
    struct policy_kit kit;
    struct explanation e;
    struct arena small;

    (void)state;
    policy_kit_open(&kit);
    assert_int_equal(policy_kit_load(&kit), OK);
    arena_init(&small, 1000);
    assert_int_equal(explain_agreement(kit.policy, policy_agreement(kit.policy, 0), &small, &e),
                     ERR_MEMORY);
    arena_fini(&small);
    policy_kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates_agree_with_the_programs_on_every_field_role_and_day),
        cmocka_unit_test(a_field_that_leaves_has_its_line_and_its_box),
        cmocka_unit_test(an_amendments_field_comes_later),
        cmocka_unit_test(what_does_not_leave_says_why),
        cmocka_unit_test(an_omitted_field_says_by_which_line),
        cmocka_unit_test(places_of_members_are_found_by_path),
        cmocka_unit_test(an_arena_too_small_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
