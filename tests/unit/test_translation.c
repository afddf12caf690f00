/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions under translated ids: what may still be asked, and what may not.
 */
#include "policy/translation.h"

#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct verdict_kit kit;

/* The agreements of the kit, as if their files said so. */
static void set_ids(enum ids_mode mode)
{
    const struct policy *p = kit.policy.policy;

    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        ((struct agreement *)(uintptr_t)policy_agreement(p, i))->ids = mode;
    }
}

static int setup(void **state)
{
    (void)state;
    verdict_kit_open(&kit);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    verdict_kit_close(&kit);
    return 0;
}

static enum err ask(const char *path, const char *query)
{
    struct plan plan;

    return verdict_kit_ask(&kit, "narrow", path, query, &plan);
}

/* OK under district ids, `e` with the clause `ids` under translated ones. */
static void assert_refused(const char *path, const char *query, enum err e)
{
    static const enum ids_mode modes[] = {IDS_PER_PARTNER, IDS_RANDOM};

    set_ids(IDS_DISTRICT);
    assert_int_equal(ask(path, query), OK);
    for (size_t i = 0; i < 2; i++) {
        set_ids(modes[i]);
        assert_int_equal(ask(path, query), e);
        assert_true(span_eq_str(kit.why.clause, "ids"));
    }
}

static void R4_ranges_and_parts_of_ids_are_refused(void **state)
{
    static const char *const questions[] = {
        "filter=sourcedId>'a'",  "filter=sourcedId<'a'", "filter=sourcedId>='a'",
        "filter=sourcedId<='a'", "filter=sourcedId~'a'",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        assert_refused("users", questions[i], ERR_FILTER_FIELD);
    }
    assert_refused("users", "filter=status='active' AND sourcedId>'a'", ERR_FILTER_FIELD);
}

static void R4_sort_by_ids_is_refused(void **state)
{
    (void)state;
    assert_refused("users", "sort=sourcedId", ERR_SORT_FIELD);
}

static void F6_sort_by_the_time_of_change_is_refused(void **state)
{
    (void)state;
    assert_refused("users", "sort=dateLastModified&orderBy=desc", ERR_SORT_FIELD);
}

static void R4_equality_on_ids_and_ranges_of_days_are_answered(void **state)
{
    static const char *const questions[] = {"filter=sourcedId='a'", "filter=sourcedId!='a'",
                                            "filter=dateLastModified>='2026-01-01'",
                                            "filter=status='active'", "sort=status"};

    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        set_ids(IDS_PER_PARTNER);
        assert_int_equal(ask("users", questions[i]), OK);
    }
}

static void R4_an_id_that_is_none_of_the_partners_is_refused_as_an_unknown_one(void **state)
{
    static const char *const resources[] = {"users", "students", "teachers", "enrollments",
                                            "demographics"};
    struct refusal unknown;

    (void)state;
    set_ids(IDS_PER_PARTNER);
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        const struct catalog *c = policy_catalog(kit.policy.policy);
        const struct agreement *a = policy_find_agreement(kit.policy.policy, SPAN("narrow"));
        struct query query = {.limit = 1};
        struct route route = {.resource = catalog_find(c, span_str(resources[i])), .item = true};
        struct request_facts facts = {.policy = kit.policy.policy,
                                      .agreement = a,
                                      .roster = &kit.roster,
                                      .own = &own_view_none,
                                      .route = &route,
                                      .query = &query,
                                      .local_date = kit.date};
        struct plan plan;

        kit.why = (struct refusal){.param = {0}};
        query.resource = route.resource;
        assert_int_equal(verdict_request(&facts, &plan, &kit.why), ERR_RECORD);
        unknown = kit.why;
        assert_true(unknown.param.len == 0 && unknown.field.len == 0 && unknown.clause.len == 0);
    }
}

static void R2_totals_are_not_sent_where_an_id_may_have_no_code(void **state)
{
    struct plan plan;

    (void)state;
    set_ids(IDS_DISTRICT);
    plan = verdict_kit_plan(&kit, "wide", "courses", NULL);
    assert_true(plan.totals);
    set_ids(IDS_PER_PARTNER);
    plan = verdict_kit_plan(&kit, "wide", "courses", NULL);
    assert_false(plan.totals);
    assert_true(plan.has_row_rules);
}

static void I1_all_ids_but_those_of_orgs_and_sessions_are_coded(void **state)
{
    const struct catalog *c = policy_catalog(kit.policy.policy);
    const struct agreement coded = {.ids = IDS_PER_PARTNER};
    const struct agreement plain = {.ids = IDS_DISTRICT};
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct resource *r = catalog_resource(c, i);

        for (size_t n = 0; n < r->field_count; n++) {
            const struct field *f = &r->fields[n];
            bool id = f->kind == FIELD_REF || (f->kind == FIELD_VALUE && f->type == TYPE_ID);
            bool kept = f->ref == REF_ORG || f->ref == REF_ACADEMIC_SESSION;

            assert_true(translation_is_coded(&coded, f) == (id && !kept));
            assert_false(translation_is_coded(&plain, f));
            assert_false(translation_is_cut(&plain, f));
            assert_true(translation_is_cut(&coded, f) == span_eq_str(f->path, "dateLastModified"));
            count += translation_is_coded(&coded, f);
        }
    }
    assert_true(count > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R4_ranges_and_parts_of_ids_are_refused),
        cmocka_unit_test(R4_sort_by_ids_is_refused),
        cmocka_unit_test(F6_sort_by_the_time_of_change_is_refused),
        cmocka_unit_test(R4_equality_on_ids_and_ranges_of_days_are_answered),
        cmocka_unit_test(R4_an_id_that_is_none_of_the_partners_is_refused_as_an_unknown_one),
        cmocka_unit_test(R2_totals_are_not_sent_where_an_id_may_have_no_code),
        cmocka_unit_test(I1_all_ids_but_those_of_orgs_and_sessions_are_coded),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
