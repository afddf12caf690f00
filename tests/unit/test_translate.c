/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source's question where the partner has ids of its own. Codes were worked out
 * by tests/support/ids.py.
 */
#include "proxy/translate.h"

#include "tests/support/redact_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define STU_0   "tk3wcluwm4ce6bseqsganz5gml3gff53aruzbry"
#define STU_1   "3gn2nc56i7virkosmtot7odqs2pw67ztx6hrwvy"
#define CLASS_0 "6e3ywxli3pigqcl3iezrcgcpmakyat4fdqxzrxy"

static struct world world;
static struct arena arena;
static struct buf text;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    buf_init(&text, 4096);
    return world_open(&world) && world_translate(&world, true) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    buf_fini(&text);
    world_close(&world);
    return 0;
}

struct said {
    const char *field;
    enum filter_op op;
    const char *value;
};

/* What the source is asked by one or two clauses on enrollments; NULL: it is not asked. */
static const char *asked_for(bool any, const struct said *clauses)
{
    struct asked asked;

    world_plan(&world, "enrollments");
    for (unsigned i = 0; i < 2 && clauses[i].field != NULL; i++) {
        world_filter(&world, clauses[i].field, clauses[i].op, clauses[i].value);
    }
    world.query.any = any;
    assert_int_equal(translate_days(&world.agreement, &arena, &world.query), OK);
    assert_int_equal(translate_question(&world.plan, world.ids, &arena, &asked), OK);
    if (asked.nothing) {
        return NULL;
    }
    buf_clear(&text);
    query_put_clauses(&text, &asked.query);
    buf_put_byte(&text, '\0');
    return (const char *)buf_span(&text).ptr;
}

static const char *one(const char *field, enum filter_op op, const char *value)
{
    return asked_for(false, (struct said[]){{field, op, value}, {NULL, FILTER_EQ, NULL}});
}

static void R4_codes_become_ids_and_other_ids_are_never_sent(void **state)
{
    (void)state;
    assert_string_equal(one("user", FILTER_EQ, STU_0), "user.sourcedId='stu-0'");
    assert_string_equal(one("user", FILTER_NE, STU_0), "user.sourcedId!='stu-0'");
    assert_string_equal(one("class", FILTER_EQ, CLASS_0), "class.sourcedId='class-0'");
    assert_null(one("class", FILTER_EQ, STU_0)); /* a user's code is no class's */
    assert_null(one("user", FILTER_EQ, "stu-0"));
    assert_null(one("sourcedId", FILTER_EQ, "enr-0"));
    assert_null(one("sourcedId", FILTER_EQ, ""));
    assert_string_equal(one("user", FILTER_NE, "stu-0"), ""); /* true of all */
    assert_string_equal(one("school", FILTER_EQ, "school-0"), "school.sourcedId='school-0'");
    assert_string_equal(one("status", FILTER_EQ, "active"), "status='active'");
}

static void R4_a_clause_that_nothing_meets_decides_an_and_and_falls_out_of_an_or(void **state)
{
    const struct said both[] = {{"user", FILTER_EQ, "stu-0"}, {"class", FILTER_EQ, CLASS_0}};
    const struct said none[] = {{"user", FILTER_EQ, "stu-0"}, {"class", FILTER_EQ, "class-0"}};
    const struct said open[] = {{"user", FILTER_NE, "stu-0"}, {"class", FILTER_EQ, CLASS_0}};
    const struct said good[] = {{"user", FILTER_EQ, STU_0}, {"user", FILTER_EQ, STU_1}};

    (void)state;
    assert_null(asked_for(false, both));
    assert_string_equal(asked_for(true, both), "class.sourcedId='class-0'");
    assert_null(asked_for(true, none));
    assert_null(asked_for(false, none));
    assert_string_equal(asked_for(false, open), "class.sourcedId='class-0'");
    assert_string_equal(asked_for(true, open), ""); /* every record meets it */
    assert_string_equal(asked_for(true, good), "user.sourcedId='stu-0' OR user.sourcedId='stu-1'");
}

static void F6_the_source_is_asked_for_whole_days_and_for_lower_bounds_alone(void **state)
{
    static const struct {
        enum filter_op op;
        const char *value;
        const char *want;
    } rows[] = {
        {FILTER_GE, "2026-05-02T00:00:00.000Z", "2026-05-01"},
        {FILTER_GT, "2026-05-02T23:59:59.999Z", "2026-05-01"},
        {FILTER_EQ, "2026-05-02T12:00:00.000Z", "2026-05-01"},
        {FILTER_GE, "2026-05-01", "2026-04-30"},
        {FILTER_GE, "2026-03-01T00:00:00Z", "2026-02-28"},
        {FILTER_GE, "2028-03-01T00:00:00Z", "2028-02-29"},
        {FILTER_GE, "2026-01-01T00:00:00Z", "2025-12-31"},
        {FILTER_LT, "2026-05-02T12:00:00.000Z", NULL},
        {FILTER_LE, "2026-05-02T12:00:00.000Z", NULL},
        {FILTER_NE, "2026-05-02T12:00:00.000Z", NULL},
        {FILTER_CONTAINS, "12:00", NULL},
        {FILTER_GE, "yesterday", NULL},
        {FILTER_GE, "2026-02-30T00:00:00Z", NULL},
        {FILTER_GE, "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char want[80] = "";

        if (rows[i].want != NULL) {
            (void)snprintf(want, sizeof(want), "dateLastModified>='%sT00:00:00.000Z'",
                           rows[i].want);
        }
        assert_string_equal(one("dateLastModified", rows[i].op, rows[i].value), want);
    }
}

static void F6_an_upper_bound_beside_or_keeps_the_source_out_of_it(void **state)
{
    const struct said window[] = {{"dateLastModified", FILTER_GE, "2026-05-02T06:00:00Z"},
                                  {"dateLastModified", FILTER_LE, "2026-05-02T12:00:00Z"}};

    (void)state;
    assert_string_equal(asked_for(false, window), "dateLastModified>='2026-05-01T00:00:00.000Z'");
    assert_string_equal(asked_for(true, window), "");
}

static void F6_midnight_is_one_moment_however_it_is_written(void **state)
{
    static const struct {
        const char *value;
        const char *want;
    } rows[] = {
        {"2026-05-01T00:00:00Z", "2026-05-01T00:00:00.000Z"},
        {"2026-05-01T00:00:00.0Z", "2026-05-01T00:00:00.000Z"},
        {"2026-05-01T00:00:00.000000Z", "2026-05-01T00:00:00.000Z"},
        {"2026-05-01T00:00:00.Z", "2026-05-01T00:00:00.Z"},
        {"2026-05-01T00:00:00.001Z", "2026-05-01T00:00:00.001Z"},
        {"2026-05-01T00:00:00", "2026-05-01T00:00:00"},
        {"2026-05-01T00:00:00+00:00", "2026-05-01T00:00:00+00:00"},
        {"2026-05-01T00:00:00.0xZ", "2026-05-01T00:00:00.0xZ"},
        {"2026-05-01", "2026-05-01"},
        {"2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_plan(&world, "enrollments");
        world_filter(&world, "dateLastModified", FILTER_GE, rows[i].value);
        assert_int_equal(translate_days(&world.agreement, &arena, &world.query), OK);
        assert_true(span_eq_str(world.query.clauses[0].value, rows[i].want));
    }
}

static void R4_a_path_holds_a_code_of_its_own_resource_or_no_id(void **state)
{
    const struct resource *classes = catalog_find(world.catalog, SPAN("classes"));
    const struct resource *students = catalog_find(world.catalog, SPAN("students"));
    const struct resource *orgs = catalog_find(world.catalog, SPAN("orgs"));
    struct span id;

    (void)state;
    assert_int_equal(translate_path_id(world.ids, students, SPAN(STU_0), &arena, &id), OK);
    assert_true(span_eq_str(id, "stu-0"));
    assert_int_equal(translate_path_id(world.ids, classes, SPAN(STU_0), &arena, &id), OK);
    assert_int_equal(id.len, 0);
    assert_int_equal(translate_path_id(world.ids, students, SPAN("stu-0"), &arena, &id), OK);
    assert_int_equal(id.len, 0);
    assert_int_equal(translate_path_id(world.ids, orgs, SPAN("school-0"), &arena, &id), OK);
    assert_true(span_eq_str(id, "school-0"));
    assert_int_equal(translate_path_id(NULL, students, SPAN("stu-0"), &arena, &id), OK);
    assert_true(span_eq_str(id, "stu-0"));
}

static void without_translation_nothing_is_changed(void **state)
{
    struct asked asked;

    (void)state;
    assert_true(world_translate(&world, false));
    world_plan(&world, "enrollments");
    world_filter(&world, "user", FILTER_EQ, "stu-0");
    world_filter(&world, "dateLastModified", FILTER_LE, "2026-05-01T00:00:00Z");
    assert_int_equal(translate_days(&world.agreement, &arena, &world.query), OK);
    assert_int_equal(translate_question(&world.plan, NULL, &arena, &asked), OK);
    assert_memory_equal(&asked.query, &world.query, sizeof(world.query));
    assert_false(asked.nothing);
    assert_true(world_translate(&world, true));
}

static void says_so_when_memory_is_out(void **state)
{
    struct arena small;
    struct asked asked;
    struct span id = SPAN("x");

    (void)state;
    arena_init(&small, 1);
    world_plan(&world, "enrollments");
    world_filter(&world, "user", FILTER_EQ, STU_0);
    assert_int_equal(translate_question(&world.plan, world.ids, &small, &asked), ERR_MEMORY);
    assert_int_equal(translate_path_id(world.ids, catalog_find(world.catalog, SPAN("users")),
                                       SPAN(STU_0), &small, &id),
                     ERR_MEMORY);
    arena_fini(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R4_codes_become_ids_and_other_ids_are_never_sent),
        cmocka_unit_test(R4_a_clause_that_nothing_meets_decides_an_and_and_falls_out_of_an_or),
        cmocka_unit_test(F6_the_source_is_asked_for_whole_days_and_for_lower_bounds_alone),
        cmocka_unit_test(F6_an_upper_bound_beside_or_keeps_the_source_out_of_it),
        cmocka_unit_test(F6_midnight_is_one_moment_however_it_is_written),
        cmocka_unit_test(R4_a_path_holds_a_code_of_its_own_resource_or_no_id),
        cmocka_unit_test(without_translation_nothing_is_changed),
        cmocka_unit_test(says_so_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
