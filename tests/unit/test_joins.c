/* SPDX-License-Identifier: Apache-2.0 */
/* The example's two agreements share no schools but riverside; ids are altered here. */
#include "cli/joins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/policy_kit.h"

enum { DAY = 20260901, WORK = 8 << 20 };

struct rig {
    struct policy_kit kit;
    struct arena arena;
    struct agreement changed[2]; /* copies that a test may alter */
    struct join_side sides[2];
    struct join joins[JOINS_MAX];
    size_t count;
};

static void open_rig(struct rig *r)
{
    policy_kit_open(&r->kit);
    assert_int_equal(policy_kit_load(&r->kit), OK);
    arena_init(&r->arena, WORK);
    for (size_t i = 0; i < 2; i++) {
        const struct agreement *a = policy_find_agreement(
            r->kit.policy, i == 0 ? SPAN("acme-math") : SPAN("library-cards"));

        assert_non_null(a);
        r->changed[i] = *a;
        assert_int_equal(joins_gather(r->kit.policy, a, DAY, &r->arena, &r->sides[i]), OK);
        r->sides[i].agreement = &r->changed[i];
    }
}

static void close_rig(struct rig *r)
{
    arena_fini(&r->arena);
    policy_kit_close(&r->kit);
}

static bool joins(struct rig *r, const char *record, const char *path)
{
    bool found = false;

    r->count = joins_between(&r->sides[0], &r->sides[1], r->joins);
    for (size_t i = 0; i < r->count; i++) {
        found |= span_eq_str(r->joins[i].record, record) && span_eq_str(r->joins[i].path, path) &&
                 r->joins[i].role == ROLE_STUDENT;
    }
    return found;
}

static void I4_the_districts_ids_join_everybody(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r);
    assert_true(joins(&r, "user", "sourcedId"));
    assert_true(joins(&r, "user", "givenName"));
    assert_false(joins(&r, "user", "email"));      /* of one alone */
    assert_false(joins(&r, "user", "familyName")); /* initial in one of them */
    close_rig(&r);
}

static void I4_ids_of_each_partner_join_only_the_partner_with_itself(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r);
    r.changed[0].ids = r.changed[1].ids = IDS_PER_PARTNER;
    assert_false(joins(&r, "user", "sourcedId"));
    assert_true(joins(&r, "user", "givenName"));
    r.changed[1].partner = r.changed[0].partner;
    assert_true(joins(&r, "user", "sourcedId"));
    r.changed[1].ids_for_agreement = true;
    assert_false(joins(&r, "user", "sourcedId"));
    r.changed[1].ids_for_agreement = false;
    r.changed[1].epoch++;
    assert_false(joins(&r, "user", "sourcedId"));
    close_rig(&r);
}

static void I4_ids_of_different_kinds_do_not_join(void **state)
{
    struct rig r;

    (void)state;
    open_rig(&r);
    r.changed[1].ids = IDS_PER_PARTNER;
    assert_false(joins(&r, "user", "sourcedId"));
    r.changed[1].ids = IDS_RANDOM;
    assert_false(joins(&r, "user", "sourcedId"));
    close_rig(&r);
}

static void I4_overlap_is_by_day_schools_and_grades(void **state)
{
    static const struct span away[] = {{(const uint8_t *)"school-99", 9}};
    static const struct fact_set elsewhere = {TRI_YES, away, 1};
    struct rig r;

    (void)state;
    open_rig(&r);
    assert_true(joins_overlap(&r.changed[0], &r.changed[1], DAY)); /* riverside is in both */
    assert_false(joins_overlap(&r.changed[0], &r.changed[1], 20340701));
    assert_false(joins_overlap(&r.changed[0], &r.changed[1], 20240630));
    r.changed[1].stopped_on = DAY;
    assert_false(joins_overlap(&r.changed[0], &r.changed[1], DAY));
    r.changed[1].stopped_on = 0;
    r.changed[1].schools = &elsewhere;
    assert_false(joins_overlap(&r.changed[0], &r.changed[1], DAY));
    r.changed[1].schools = NULL;
    r.changed[1].grades = &elsewhere;
    assert_false(joins_overlap(&r.changed[0], &r.changed[1], DAY));
    close_rig(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(I4_the_districts_ids_join_everybody),
        cmocka_unit_test(I4_ids_of_each_partner_join_only_the_partner_with_itself),
        cmocka_unit_test(I4_ids_of_different_kinds_do_not_join),
        cmocka_unit_test(I4_overlap_is_by_day_schools_and_grades),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
