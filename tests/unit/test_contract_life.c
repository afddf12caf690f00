/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dates do to a compiled agreement: amendments both ways, the end, a bar.
 */
#include "policy/ending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/local_field.h"
#include "policy/vocabulary.h"
#include "tests/support/policy_kit.h"

#define DIGEST "c0ffee00112233445566778899aabbccddeeff00112233445566778899aabbcc"

static void load(struct policy_kit *k)
{
    if (policy_kit_load(k) != OK) {
        policy_kit_print(k);
        fail_msg("the policy does not load");
    }
}

/* acme-math, in force from 2024-07-01 to 2034-06-30. */
static const struct agreement *math(const struct policy_kit *k)
{
    return policy_find_agreement(k->policy, SPAN("acme-math"));
}

/* True if students' records of users show the field on that day. */
static bool shows(const struct policy_kit *k, const char *path, int32_t date)
{
    const struct resource *r = catalog_find(policy_catalog(k->policy), SPAN("users"));
    const struct field *f = resource_field(r, span_str(path));
    const struct program *p = policy_program(k->policy, math(k), r, ROLE_STUDENT, date);

    assert_non_null(f);
    return p != NULL && fieldset_has(&p->keep, f->number);
}

static void amend(struct policy_kit *k, const char *what)
{
    policy_kit_edit(k, "agreements/acme-math.yaml", "      adds: [Schedule / Teacher names]\n",
                    what);
}

static void an_amendment_removes_a_box_from_its_day_on(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    amend(&k, "      adds: [Schedule / Teacher names]\n"
              "      removes: [Enrollment / Student grade level]\n");
    load(&k);
    assert_true(shows(&k, "grades", 20250105));
    assert_false(shows(&k, "grades", 20250106));
    assert_true(shows(&k, "givenName", 20250106));
    policy_kit_close(&k);
}

static void a_removed_box_can_be_added_again(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    amend(&k, "      removes: [Enrollment / Student grade level]\n"
              "    - is: amendment 2\n      signed: 2025-02-01\n      from: 2025-03-01\n"
              "      file: b.pdf\n      sha256: " DIGEST "\n"
              "      adds: [Schedule / Teacher names, Enrollment / Student grade level]\n");
    load(&k);
    assert_true(shows(&k, "grades", 20250105));
    assert_false(shows(&k, "grades", 20250106));
    assert_false(shows(&k, "grades", 20250228));
    assert_true(shows(&k, "grades", 20250301));
    policy_kit_close(&k);
}

/* Without the box for their ids no student's record leaves at all. */
static void removing_the_box_for_ids_ends_the_role(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    amend(&k, "      adds: [Schedule / Teacher names]\n"
              "      removes: [Student Identifiers / Local ID number]\n");
    load(&k);
    assert_true(shows(&k, "givenName", 20250105));
    assert_false(shows(&k, "givenName", 20250106));
    policy_kit_close(&k);
}

static void end_with(struct policy_kit *k, const char *text)
{
    policy_kit_edit(k, "agreements/acme-math.yaml", "ids: district-ids\n", text);
}

static void l8_nothing_leaves_from_the_end_or_the_directive_on(void **state)
{
    struct policy_kit k;
    struct ending e;

    (void)state;
    policy_kit_open(&k);
    end_with(&k, "ids: district-ids\nended:\n  on: 2027-04-01\n  directive: { by: Ann Able, on: "
                 "2027-03-15, nature: destruction, extent: complete }\n");
    load(&k);
    policy_ending(k.policy, math(&k), &e);
    assert_int_equal(e.on, 20270401);
    assert_int_equal(e.directed_on, 20270315);
    assert_int_equal(e.certified_on, 0);
    assert_int_equal(e.due, 20270514); /* 60 days after the request */
    assert_int_equal(math(&k)->stopped_on, 20270315);
    assert_true(shows(&k, "givenName", 20270314));
    assert_false(shows(&k, "givenName", 20270315));
    assert_false(agreement_in_force(math(&k), 20270401));
    assert_int_equal(k.diags.warnings, 3); /* two unbound clients, a certificate that lacks */
    policy_kit_close(&k);
}

static void l8_the_time_runs_from_the_request_that_is_not_there_yet(void **state)
{
    struct policy_kit k;
    struct ending e;

    (void)state;
    policy_kit_open(&k);
    end_with(&k, "ids: district-ids\nended: { on: 2027-04-01 }\n");
    load(&k);
    policy_ending(k.policy, math(&k), &e);
    assert_int_equal(e.due, 0);
    policy_kit_close(&k);
}

static void l8_other_periods_run_from_the_last_day(void **state)
{
    struct policy_kit k;
    struct ending e;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "60 days after request", "30 days after end");
    load(&k);
    policy_ending(k.policy, math(&k), &e);
    assert_int_equal(e.stopped_on, 0);
    assert_int_equal(e.due, 20340730);
    end_with(&k, "ids: district-ids\nended: { on: 2027-04-01 }\n");
    load(&k);
    policy_ending(k.policy, math(&k), &e);
    assert_int_equal(e.due, 20270430); /* the last day was 2027-03-31 */
    policy_kit_close(&k);
}

static void l8_a_certificate_ends_the_warning(void **state)
{
    struct policy_kit k;
    struct ending e;

    (void)state;
    policy_kit_open(&k);
    end_with(&k,
             "ids: district-ids\nended:\n  on: 2027-04-01\n  certificate: { on: 2027-05-01, file: "
             "c.pdf, sha256: " DIGEST " }\n");
    load(&k);
    policy_ending(k.policy, math(&k), &e);
    assert_int_equal(e.certified_on, 20270501);
    assert_int_equal(k.diags.warnings, 2);
    policy_kit_close(&k);
}

static void d33_a_barred_partner_gets_nothing_until_the_bar_is_over(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "partners/acme.yaml", "contacts:", "barred-until: 2031-01-01\ncontacts:");
    load(&k);
    assert_false(shows(&k, "givenName", 20260901));
    assert_false(shows(&k, "givenName", 20310101));
    assert_true(shows(&k, "givenName", 20310102));
    policy_kit_close(&k);
}

static void a_local_field_is_a_leaf_of_its_kind_of_records(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "agreements/acme-math.yaml", "  Schedule: [Student scheduled",
                    "  Transportation: [Student bus assignment]\n  Schedule: [Student scheduled");
    policy_kit_edit(&k, "agreements/acme-math.yaml", "    Schedule: as-signed\n",
                    "    Schedule: as-signed\n    Transportation: { users.metadata.bus: as-is }\n");
    load(&k);
    const struct catalog *c = policy_catalog(k.policy);
    const struct field *bus =
        resource_field(catalog_find(c, SPAN("students")), SPAN("metadata.bus"));

    assert_true(shows(&k, "metadata.bus", 20260901));
    assert_non_null(bus);
    assert_true(span_eq_str(bus->local, "users.metadata.bus"));
    assert_int_equal(bus->grant[ROLE_GUARDIAN].by, GRANT_NEVER);
    assert_null(resource_field(catalog_find(c, SPAN("teachers")), SPAN("metadata.bus")));
    assert_null(resource_field(catalog_find(c, SPAN("orgs")), SPAN("metadata.bus")));
    assert_null(resource_field(catalog_find(k.catalog, SPAN("users")), SPAN("metadata.bus")));
    assert_ptr_equal(resource_member(catalog_find(c, SPAN("students")), bus->parent, SPAN("bus")),
                     bus);
    assert_int_equal(policy_local_fields(k.policy)->count, 1);
    policy_kit_close(&k);
}

/* --- what the basis makes of it --------------------------------------------------- */

/* tests/policy/files/duty.yaml on another basis, in a district with students' own facts. */
static const struct agreement *duty(struct policy_kit *k, const char *basis)
{
    static char text[8000];
    FILE *f = fopen("tests/policy/files/duty.yaml", "r");

    assert_non_null(f);
    size_t n = fread(text, 1, sizeof(text) - 1, f);

    (void)fclose(f);
    text[n] = '\0';
    policy_kit_edit(k, "district.yaml", "student-facts: none", "student-facts: files");
    policy_kit_set(k, "agreements/duty.yaml", text);
    policy_kit_edit(k, "agreements/duty.yaml", "basis: consent\n", basis);
    load(k);
    return policy_find_agreement(k->policy, SPAN("duty"));
}

static void d27_the_ledger_classes_a_disclosure_by_its_basis(void **state)
{
    static const struct {
        const char *basis, *class;
        bool named, consent;
    } cases[] = {
        {"basis: consent\n", "consent", false, true},
        {"basis: parent-or-student\n", "parent-or-student", true, false},
        {"basis: accreditation\nbecause: { accrediting-function: x }\n", "99.32", false, false},
        {"basis: judicial\nbecause: { order: x, notice: 2026-01-03 }\n", "99.32", true, false},
        {"basis: judicial\nbecause: { order: x, sealed: A }\n", "sealed", true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct policy_kit k;

        policy_kit_open(&k);
        const struct agreement *a = duty(&k, cases[i].basis);

        assert_true(span_eq_str(a->ledger_class, cases[i].class));
        assert_int_equal(a->by_naming, cases[i].named);
        assert_int_equal(a->by_consent, cases[i].consent);
        assert_false(a->by_directory);
        policy_kit_close(&k);
    }
}

static void l5_a_field_labelled_idea_makes_a_full_record(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "district.yaml", "Student bus assignment, class: f",
                    "Student bus assignment, class: f, label: idea");
    load(&k);
    assert_true(span_eq_str(math(&k)->ledger_class, "school-official")); /* it is not shared */
    policy_kit_edit(&k, "agreements/acme-math.yaml", "  Schedule: [Student scheduled",
                    "  Transportation: [Student bus assignment]\n  Schedule: [Student scheduled");
    policy_kit_edit(&k, "agreements/acme-math.yaml", "    Schedule: as-signed\n",
                    "    Schedule: as-signed\n    Transportation: { users.metadata.bus: as-is }\n");
    load(&k);
    assert_true(span_eq_str(math(&k)->ledger_class, "idea"));
    policy_kit_close(&k);
}

static void d13_directory_information_waits_for_the_time_to_refuse(void **state)
{
    struct policy_kit k;

    (void)state;
    policy_kit_open(&k);
    policy_kit_edit(&k, "district.yaml", "2024-09-15\n  types: [name,",
                    "2026-02-15\n  types: [login-id, name,");
    const struct agreement *a = duty(&k, "basis: directory\n");
    const struct element *name = element_find(SPAN("Student Name"), SPAN("First and/or Last"));
    const struct element *email = element_find(SPAN("Student Contact Information"), SPAN("Email"));

    assert_true(a->by_directory);
    assert_int_equal(a->from, 20260216); /* the contract is from 2026-01-05 on */
    assert_false(agreement_in_force(a, 20260215));
    assert_true(element_set_has(&a->designated, element_number(name)));
    assert_false(element_set_has(&a->designated, element_number(email)));
    assert_true(span_eq_str(a->ledger_class, "directory"));
    policy_kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amendment_removes_a_box_from_its_day_on),
        cmocka_unit_test(a_removed_box_can_be_added_again),
        cmocka_unit_test(removing_the_box_for_ids_ends_the_role),
        cmocka_unit_test(l8_nothing_leaves_from_the_end_or_the_directive_on),
        cmocka_unit_test(l8_the_time_runs_from_the_request_that_is_not_there_yet),
        cmocka_unit_test(l8_other_periods_run_from_the_last_day),
        cmocka_unit_test(l8_a_certificate_ends_the_warning),
        cmocka_unit_test(d33_a_barred_partner_gets_nothing_until_the_bar_is_over),
        cmocka_unit_test(a_local_field_is_a_leaf_of_its_kind_of_records),
        cmocka_unit_test(d27_the_ledger_classes_a_disclosure_by_its_basis),
        cmocka_unit_test(l5_a_field_labelled_idea_makes_a_full_record),
        cmocka_unit_test(d13_directory_information_waits_for_the_time_to_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
