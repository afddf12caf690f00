/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/diff.c, one edit of the example district at a time: what is it called, and
 * about what? test_diff_property.c looks for edits that are called too little.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "policy/diff.h"
#include "tests/support/policy_kit.h"

enum { DAY = 20260901, MAX_DIFF = 64 << 20 };

#define MATH  "agreements/acme-math.yaml"
#define CARDS "agreements/library-cards.yaml"
#define ACME  "partners/acme.yaml"
#define KEYS  "partners/acme-jwks.json"

static struct policy_kit was, now;
static struct arena arena;
static struct diff diff;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, MAX_DIFF);
    policy_kit_open(&was);
    policy_kit_open(&now);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    policy_kit_close(&now);
    policy_kit_close(&was);
    arena_fini(&arena);
    return 0;
}

static void load(struct policy_kit *k)
{
    if (policy_kit_load(k) != OK) {
        policy_kit_print(k);
        fail_msg("the policy does not load");
    }
}

static void compare(int32_t since)
{
    load(&was);
    load(&now);
    assert_int_equal(policy_diff(was.policy, now.policy, since, &arena, &diff), OK);
}

/* The first change of this kind about this subject (and field), or NULL. */
static const struct diff_change *find(enum diff_kind kind, enum diff_subject subject,
                                      const char *field)
{
    for (size_t i = 0; i < diff.count; i++) {
        const struct diff_change *c = &diff.changes[i];

        if (c->kind == kind && c->subject == subject &&
            (field == NULL || span_eq_str(c->field->path, field))) {
            return c;
        }
    }
    return NULL;
}

/* --- one edit at a time ------------------------------------------------------------------ */

struct edit {
    const char *file;
    const char *old;
    const char *text;
    enum diff_subject subject;
    enum diff_kind back; /* what taking the edit back is called; the edit itself narrows */
};

/* Each narrows, and widens when it is taken back. */
static const struct edit edits[] = {
    {MATH, "familyName: initial", "familyName: omit", DIFF_FIELD, DIFF_WIDENED},
    {MATH, "{ givenName: as-is, familyName: initial }", "{ givenName: initial }", DIFF_FIELD,
     DIFF_WIDENED},
    {MATH, "    Schools: as-is\n", "", DIFF_FIELD, DIFF_WIDENED},
    {MATH, "ends: 2034-06-30", "ends: 2030-06-30", DIFF_DATES, DIFF_WIDENED},
    {MATH, "[riverside, lincoln]", "[lincoln]", DIFF_SCHOOLS, DIFF_WIDENED},
    {MATH, "[\"06\", \"07\", \"08\"]", "[\"08\"]", DIFF_GRADES, DIFF_WIDENED},
    {CARDS, "where: { schools: [alder, birch, cedar, riverside, northside] }",
     "where: { schools: [alder], grades: [\"08\"] }", DIFF_GRADES, DIFF_WIDENED},
    {MATH, "purposes: [instruction]", "purposes: [instruction, research]", DIFF_PURPOSES,
     DIFF_UNCHANGED /* this one widens */},
    {ACME, "max-token-seconds: 300", "max-token-seconds: 60", DIFF_TOKENS, DIFF_WIDENED},
    {KEYS, "\"kid\":\"k1\"", "\"kid\":\"k2\"", DIFF_KEYS, DIFF_UNCHANGED},
    {"district.yaml", "America/Chicago", "America/Denver", DIFF_TIME_ZONE, DIFF_UNCHANGED},
    {MATH, "purposes: [", "ended: { on: 2030-01-01 }\npurposes: [", DIFF_DATES, DIFF_WIDENED},
    {ACME, "contacts:", "barred-until: 2030-01-01\ncontacts:", DIFF_DATES, DIFF_WIDENED},
    {MATH, "      adds: [Schedule / Teacher names]\n",
     "      adds: [Schedule / Teacher names]\n      removes: [Enrollment / Student grade level]\n",
     DIFF_FIELD, DIFF_WIDENED},
    {MATH, "ids: district-ids", "limits: { requests-per-minute: 60 }\nids: district-ids",
     DIFF_REQUESTS, DIFF_WIDENED},
    {MATH, "ids: district-ids", "limits: { students-per-day: 100 }\nids: district-ids",
     DIFF_STUDENTS, DIFF_WIDENED},
    {MATH, "where: {", "where: { classes: [c1],", DIFF_CLASSES, DIFF_WIDENED},
    {MATH, "where: {", "where: { courses: [k1],", DIFF_COURSES, DIFF_WIDENED},
    {MATH, "where: {", "where: { terms: [t1],", DIFF_TERMS, DIFF_WIDENED},
    {"district.yaml", "student-facts: none", "student-facts: files", DIFF_FACTS, DIFF_WIDENED},
    {"district.yaml", "student-facts: none", "widening-needs: second-person\nstudent-facts: none",
     DIFF_SECOND, DIFF_WIDENED},
    {"district.yaml", "small-cell-minimum: 10", "small-cell-minimum: 20", DIFF_SMALL_CELLS,
     DIFF_WIDENED},
};

static void P2_each_edit_is_called_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        const struct edit *e = &edits[i];
        bool wide = e->back == DIFF_UNCHANGED;

        (void)teardown(NULL);
        (void)setup(NULL);
        policy_kit_edit(&now, e->file, e->old, e->text);
        compare(DAY);
        if (find(wide ? DIFF_WIDENED : DIFF_NARROWED, e->subject, NULL) == NULL ||
            (!wide && diff.of_kind[DIFF_WIDENED] > 0)) {
            fail_msg("\"%s\" -> \"%s\": %zu widened, %zu narrowed", e->old, e->text,
                     diff.of_kind[DIFF_WIDENED], diff.of_kind[DIFF_NARROWED]);
        }
        struct policy_kit swap = was;

        was = now;
        now = swap;
        was.diags.arena = &was.arena;
        now.diags.arena = &now.arena;
        compare(DAY);
        if (!wide && find(DIFF_WIDENED, e->subject, NULL) == NULL) {
            fail_msg("\"%s\" taken back is not called wider", e->text);
        }
    }
}

static void nothing_changed_is_nothing_widened_or_narrowed(void **state)
{
    (void)state;
    compare(DAY);
    assert_int_equal(diff.of_kind[DIFF_WIDENED], 0);
    assert_int_equal(diff.of_kind[DIFF_NARROWED], 0);
    assert_true(diff.of_kind[DIFF_UNCHANGED] > 100);
}

static void a_comment_and_a_moved_line_are_no_change(void **state)
{
    (void)state;
    policy_kit_edit(&now, MATH, "destroy-within:", "# ask the office\ndestroy-within:");
    compare(DAY);
    assert_int_equal(diff.of_kind[DIFF_WIDENED] + diff.of_kind[DIFF_NARROWED], 0);
}

/* --- agreements and clients ---------------------------------------------------------------- */

static void a_new_agreement_widens_by_each_of_its_fields(void **state)
{
    (void)state;
    policy_kit_set(&was, CARDS, NULL);
    policy_kit_set(&was, "partners/library.yaml", NULL);
    policy_kit_set(&was, "partners/library-jwks.json", NULL);
    compare(DAY);
    assert_non_null(find(DIFF_WIDENED, DIFF_AGREEMENT, NULL));
    assert_non_null(find(DIFF_WIDENED, DIFF_FIELD, "birthDate"));
    const struct diff_change *c = find(DIFF_WIDENED, DIFF_CLIENT, NULL);

    assert_non_null(c);
    assert_true(span_eq_str(c->client, "library-cards"));
}

static void an_agreement_that_goes_narrows(void **state)
{
    (void)state;
    policy_kit_set(&now, CARDS, NULL);
    policy_kit_set(&now, "partners/library.yaml", NULL);
    policy_kit_set(&now, "partners/library-jwks.json", NULL);
    compare(DAY);
    assert_int_equal(diff.of_kind[DIFF_WIDENED], 0);
    assert_non_null(find(DIFF_NARROWED, DIFF_AGREEMENT, NULL));
    assert_non_null(find(DIFF_NARROWED, DIFF_CLIENT, NULL));
}

/* --- days --------------------------------------------------------------------------------- */

static void a_change_is_told_from_its_day_on(void **state)
{
    (void)state;
    policy_kit_edit(&was, MATH, "ends: 2034-06-30", "ends: 2030-06-30");
    compare(DAY);
    const struct diff_change *c = find(DIFF_WIDENED, DIFF_FIELD, "givenName");

    assert_non_null(c);
    assert_int_equal(c->from, 20300701);
}

static void what_lies_before_the_day_asked_about_is_left_out(void **state)
{
    (void)state;
    policy_kit_edit(&now, MATH, "from: 2025-01-06", "from: 2024-08-01");
    policy_kit_edit(&now, MATH, "signed: 2024-12-10", "signed: 2024-07-10");
    compare(20240701);
    assert_non_null(find(DIFF_WIDENED, DIFF_FIELD, "givenName"));
    compare(DAY);
    assert_int_equal(diff.of_kind[DIFF_WIDENED], 0);
}

/* --- ids ------------------------------------------------------------------------------------ */

static void let_both_know_codes(void)
{
    policy_kit_edit(&was, MATH, "[Local ID number]",
                    "[Local ID number, Provider/App assigned student ID number]");
    policy_kit_edit(&now, MATH, "[Local ID number]",
                    "[Local ID number, Provider/App assigned student ID number]");
    policy_kit_edit(&now, MATH, "ids: district-ids", "ids: per-partner");
}

static void codes_for_ids_are_narrower(void **state)
{
    (void)state;
    let_both_know_codes();
    compare(DAY);
    assert_non_null(find(DIFF_NARROWED, DIFF_IDS, NULL));
    assert_int_equal(diff.of_kind[DIFF_WIDENED], 0);
}

/* A restriction on the district's id kept a student's records back; it says nothing of codes. */
static void S4_codes_for_ids_are_not_proven_narrower_where_facts_are_held(void **state)
{
    (void)state;
    let_both_know_codes();
    policy_kit_edit(&was, "district.yaml", "student-facts: none", "student-facts: files");
    policy_kit_edit(&now, "district.yaml", "student-facts: none", "student-facts: files");
    compare(DAY);
    assert_non_null(find(DIFF_WIDENED, DIFF_IDS, NULL));
}

/* --- people of several roles ----------------------------------------------------------------- */

/* What a teacher who is a guardian shows is what both roles show; without the one, the other. */
static void P2_two_narrowings_can_widen_for_who_holds_both_roles(void **state)
{
    static const char guardians[] = "  guardians:\n"
                                    "    Parent/Guardian Name: { givenName: as-is }\n"
                                    "    Parent/Guardian ID: { agents: as-is }\n"
                                    "  teachers:\n";

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct policy_kit *k = i == 0 ? &was : &now;

        policy_kit_edit(k, MATH, "exhibit-b:\n",
                        "exhibit-b:\n  Parent/Guardian ID: [Parent ID number]\n"
                        "  Parent/Guardian Name: [First and/or Last]\n");
    }
    policy_kit_edit(&was, MATH, "  teachers:\n", guardians);
    compare(DAY);
    const struct diff_change *c = find(DIFF_WIDENED, DIFF_FIELD, "familyName");

    assert_non_null(c);
    assert_int_equal(c->roles, ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_TEACHER));
    assert_null(find(DIFF_WIDENED, DIFF_FIELD, "givenName"));
}

/* --- catalogs ------------------------------------------------------------------------------- */

static void P2_a_catalog_that_changes_what_a_field_is_widens(void **state)
{
    (void)state;
    policy_kit_edit_catalog(&now, "placeholder: '\"-\"'", "placeholder: '\"?\"'");
    compare(DAY);
    assert_true(diff.of_kind[DIFF_WIDENED] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(P2_each_edit_is_called_what_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_changed_is_nothing_widened_or_narrowed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_comment_and_a_moved_line_are_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_agreement_widens_by_each_of_its_fields, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_agreement_that_goes_narrows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_is_told_from_its_day_on, setup, teardown),
        cmocka_unit_test_setup_teardown(what_lies_before_the_day_asked_about_is_left_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(codes_for_ids_are_narrower, setup, teardown),
        cmocka_unit_test_setup_teardown(
            S4_codes_for_ids_are_not_proven_narrower_where_facts_are_held, setup, teardown),
        cmocka_unit_test_setup_teardown(P2_two_narrowings_can_widen_for_who_holds_both_roles, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(P2_a_catalog_that_changes_what_a_field_is_widens, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
