/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SAFETY F1 through the compiler: an agreement that ticks and shares one element
 * for one role releases, over the whole catalog, the fields of that element and
 * role and structure, and to the other roles nothing.
 */
#include "policy/policy.h"

#include "policy/vocabulary.h"
#include "tests/support/policy_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { DAY = 20260115 };

static const char form[] =
    "agreement: one\n"
    "partner: acme\n"
    "products: [Test]\n"
    "contract:\n"
    "  form: ndpa-1.0\n"
    "  ends: 2026-06-30\n"
    "  documents:\n"
    "    - { is: original, signed: 2024-06-15, from: 2024-07-01, file: a.pdf, sha256: "
    "3f5d6a2be0e8c1ed4f9a7b6c5d8e0f1a2b3c4d5e6f708192a3b4c5d6e7f80912 }\n"
    "basis: school-official\n"
    "because: { institutional-service: a, direct-control: b, use-and-redisclosure: c }\n"
    "legitimate-interest: Tests\n"
    "purposes: [instruction]\n"
    "destroy-within: 60 days after request\n"
    "exhibit-b: { %.*s: [%s\"%.*s\"]%s }\n"
    "ids: district-ids\n"
    "share: { %s: { %.*s: %s } }\n";

/* The identifier that Exhibit B must tick for a role, unless it is the element itself. */
struct needed {
    const char *category, *element;
};

static struct needed needed_id(enum role role)
{
    return role == ROLE_STUDENT ? (struct needed){"Student Identifiers", "Local ID number"}
                                : (struct needed){"Parent/Guardian ID", "Parent ID number"};
}

static void write_agreement(struct policy_kit *k, const struct element *e, enum role role)
{
    char text[4096], beside[128] = "", apart[128] = "", share[512] = "as-is";
    struct needed id = needed_id(role);
    if (span_eq_str(e->category, id.category)) {
        bool same = span_eq_str(e->brief, id.element);
        (void)snprintf(beside, sizeof(beside), "%s%s", same ? "" : id.element, same ? "" : ", ");
    } else {
        (void)snprintf(apart, sizeof(apart), ", %s: [%s]", id.category, id.element);
    }
    (void)snprintf(share, sizeof(share), "{ \"%.*s\": as-is }", (int)e->element.len,
                   (const char *)e->element.ptr);
    int n = snprintf(text, sizeof(text), form, (int)e->category.len, (const char *)e->category.ptr,
                     beside, (int)e->element.len, (const char *)e->element.ptr, apart,
                     role_word(role), (int)e->category.len, (const char *)e->category.ptr, share);
    assert_in_range(n, 1, sizeof(text) - 1);
    policy_kit_set(k, "agreements/one.yaml", text);
}

static bool grants(const struct field *f, enum role role, const struct element *e)
{
    const struct field_grant *g = &f->grant[role];
    return f->kind != FIELD_OBJECT && g->by == GRANT_ELEMENT && span_eq(g->category, e->category) &&
           span_eq(g->element, e->element);
}

static bool is_mapped(const struct catalog *c, const struct element *e, enum role role)
{
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct resource *r = catalog_resource(c, i);
        for (size_t k = 0; k < r->field_count; k++) {
            if (grants(&r->fields[k], role, e)) {
                return true;
            }
        }
    }
    return false;
}

/* Keeps the element's fields and structure, and only if it keeps any of the former. */
static void check_program(const struct program *p, const struct resource *r, enum role role,
                          const struct element *e)
{
    bool any = false;
    for (unsigned i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        bool structure = f->kind != FIELD_OBJECT && f->grant[role].by == GRANT_STRUCTURE;
        any |= grants(f, role, e);
        if (p != NULL) {
            assert_int_equal(fieldset_has(&p->keep, i), structure || grants(f, role, e));
        }
    }
    assert_int_equal(p != NULL, any);
}

static void check_element(struct policy_kit *k, const struct element *e, enum role role)
{
    policy_free(&k->policy);
    write_agreement(k, e, role);
    if (policy_kit_load(k) != OK) {
        policy_kit_print(k);
        fail_msg("%.*s does not load", (int)e->element.len, (const char *)e->element.ptr);
    }
    const struct agreement *a = policy_find_agreement(k->policy, SPAN("one"));
    const struct catalog *c = policy_catalog(k->policy);
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct resource *r = catalog_resource(c, i);
        for (unsigned other = 0; other < ROLE_COUNT; other++) {
            const struct program *p = policy_program(k->policy, a, r, (enum role)other, DAY);
            if (other == role) {
                check_program(p, r, role, e);
            } else {
                assert_null(p);
            }
        }
    }
}

static unsigned check_role(enum role role)
{
    struct policy_kit k;
    unsigned checked = 0;
    policy_kit_open(&k);
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);
        if (is_mapped(k.catalog, e, role)) {
            check_element(&k, e, role);
            checked++;
        }
    }
    policy_kit_close(&k);
    return checked;
}

static void f1_one_element_of_students_opens_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(check_role(ROLE_STUDENT), 17);
}

static void f1_one_element_of_guardians_opens_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(check_role(ROLE_GUARDIAN), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f1_one_element_of_students_opens_nothing_else),
        cmocka_unit_test(f1_one_element_of_guardians_opens_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
