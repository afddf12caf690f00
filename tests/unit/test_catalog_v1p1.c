/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OneRoster 1.1 catalog: that of 1.2, whose every grant has been checked by hand,
 * but for what the 1.1 binding has otherwise. The lists are from the two bindings.
 */
#include "policy/catalog.h"

#include "tests/support/catalog.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct catalog *old, *new;

static bool is_among(struct span path, const char *const *paths, size_t n)
{
    bool found = false;

    for (size_t i = 0; i < n; i++) {
        found |= span_eq_str(path, paths[i]) ||
                 (path.len > strlen(paths[i]) && path.ptr[strlen(paths[i])] == '.' &&
                  span_starts(path, span_str(paths[i])));
    }
    return found;
}

static const char *const new_of_user[] = {
    "userMasterIdentifier", "preferredFirstName", "preferredMiddleName",
    "preferredLastName",    "pronouns",           "roles",
    "userProfiles",         "primaryOrg",         "resources",
};

static const char *const old_of_user[] = {"role", "orgs"};

/* Equal in everything a decision or a release looks at. */
static void expect_equal(const struct field *a, const struct field *b)
{
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->ref, b->ref);
    assert_int_equal(a->list, b->list);
    assert_int_equal(a->required, b->required);
    assert_int_equal(a->facts, b->facts);
    assert_int_equal(a->labels, b->labels);
    assert_int_equal(a->bar, b->bar);
    assert_true(span_eq(a->placeholder, b->placeholder));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(a->grant[role].by, b->grant[role].by);
        assert_true(span_eq(a->grant[role].category, b->grant[role].category));
        assert_true(span_eq(a->grant[role].element, b->grant[role].element));
    }
}

static void F1_1_1_grants_as_1_2_does_but_for_what_only_one_has(void **state)
{
    size_t seen = 0;

    (void)state;
    assert_int_equal(catalog_resource_count(old), 12);
    for (size_t i = 0; i < catalog_resource_count(old); i++) {
        const struct resource *o = catalog_resource(old, i);
        const struct resource *n = catalog_find(new, o->name);
        bool user = span_eq_str(o->item, "user");

        assert_non_null(n);
        assert_int_equal(o->roles, n->roles);
        assert_int_equal(o->is_person, n->is_person);
        assert_int_equal(o->has_subjects, n->has_subjects);
        for (size_t f = 0; f < n->field_count; f++) {
            struct span path = n->fields[f].path;

            if (user && is_among(path, new_of_user, LEN(new_of_user))) {
                assert_null(resource_field(o, path));
                continue;
            }
            expect_equal(&n->fields[f], resource_field(o, path));
            seen++;
        }
        for (size_t f = 0; f < o->field_count; f++) {
            struct span path = o->fields[f].path;
            bool alone = user && is_among(path, old_of_user, LEN(old_of_user));

            assert_true(alone == (resource_field(n, path) == NULL));
        }
    }
    assert_true(seen > 100);
}

static void a_user_of_1_1_has_one_role_and_the_orgs_that_decide(void **state)
{
    const struct resource *users = catalog_find(old, SPAN("users"));
    const struct field *role = resource_field(users, SPAN("role"));
    const struct field *orgs = resource_field(users, SPAN("orgs"));

    (void)state;
    assert_int_equal(role->facts, FACT_ROLE);
    assert_true(role->required);
    assert_false(role->guards_item);
    assert_int_equal(orgs->facts, FACT_SCHOOL);
    assert_int_equal(orgs->ref, REF_ORG);
    assert_true(orgs->list && orgs->required);
    assert_true(span_eq_str(catalog_base(old), "/ims/oneroster/v1p1"));
    assert_true(span_eq_str(catalog_name(old), "oneroster-1.1"));
}

static int load(void **state)
{
    (void)state;
    old = test_catalog_named("oneroster-1.1");
    new = test_catalog();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_free(&old);
    catalog_free(&new);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(F1_1_1_grants_as_1_2_does_but_for_what_only_one_has),
        cmocka_unit_test(a_user_of_1_1_has_one_role_and_the_orgs_that_decide),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
