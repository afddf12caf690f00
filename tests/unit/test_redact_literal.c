/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and flags: values that stand in JSON without quotes. The catalog is
 * OneRoster 1.2 with a few such members more, as other standards have them.
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ELEMENT "Enrollment / Year of graduation"

static const char added[] =
    "    score: { type: number, class: f, students: " ELEMENT " }\n"
    "    marks: { type: number, list: yes, class: f, students: " ELEMENT " }\n"
    "    rides: { type: flag, class: f, students: " ELEMENT " }\n"
    "    hidden: { type: number, class: f, students: " ELEMENT " }\n";

/* The shipped catalog with `added` before the user's `identifier`. */
static struct catalog *wider_catalog(void)
{
    static const char mark[] = "    identifier:\n      type: string\n";
    static char text[1 << 16], wide[1 << 17];
    struct arena arena;
    struct diag_list diags;
    struct catalog *c = NULL;
    FILE *f = fopen("policy/catalogs/oneroster-1.2.yaml", "rb");

    assert_non_null(f);
    size_t n = fread(text, 1, sizeof(text) - 1, f);

    assert_int_equal(fclose(f), 0);
    text[n] = '\0';
    char *at = strstr(text, mark);

    assert_non_null(at);
    int len = snprintf(wide, sizeof(wide), "%.*s%s%s", (int)(at - text), text, added, at);
    arena_init(&arena, 1 << 20);
    diag_init(&diags, &arena);
    assert_int_equal(catalog_load("wide", span_of(wide, (size_t)len), &diags, &c), OK);
    arena_fini(&arena);
    return c;
}

static int open_wide(void **state)
{
    int rc = case_open(state);

    catalog_free(&case_world.catalog);
    case_world.catalog = wider_catalog();
    return rc;
}

static int share(void **state)
{
    (void)state;
    case_run.bytes_only = true;
    world_plan(&case_world, "students");
    world_share(&case_world, ROLE_STUDENT, "score", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "marks", TRANSFORM_AS_IS);
    world_share(&case_world, ROLE_STUDENT, "rides", TRANSFORM_AS_IS);
    return 0;
}

#define OUT(more) STUDENT_OUT(more "," NO_STATE "," NO_NAMES)

static void keeps_the_text_of_numbers_and_flags(void **state)
{
    (void)state;
    assert_released(STUDENT(",\"score\":-1.50e+2 ,\"rides\":true"),
                    OUT(",\"score\":-1.50e+2,\"rides\":true"));
    assert_released(STUDENT(",\"marks\":[1, 2.0 ,3],\"rides\":false"),
                    OUT(",\"marks\":[1,2.0,3],\"rides\":false"));
    assert_released(STUDENT(",\"score\":123456789012345678901234567890"),
                    OUT(",\"score\":123456789012345678901234567890"));
}

static void drops_values_of_another_type(void **state)
{
    (void)state;
    assert_released(STUDENT(",\"score\":\"7\",\"rides\":1"), OUT(""));
    assert_released(STUDENT(",\"score\":true,\"rides\":\"true\""), OUT(""));
    assert_released(STUDENT(",\"score\":[7],\"marks\":7,\"rides\":null"), OUT(""));
    assert_released(STUDENT(",\"marks\":[\"1\",2,null,{},[3],true]"), OUT(",\"marks\":[2]"));
}

static void lets_no_number_through_that_is_not_shared(void **state)
{
    (void)state;
    assert_released(STUDENT(",\"hidden\":7,\"unknown\":8,\"score\":9"), OUT(",\"score\":9"));
}

/* A string field does not become a number because the source sends one (SAFETY F2). */
static void F2_drops_a_number_where_a_string_belongs(void **state)
{
    (void)state;
    world_share(&case_world, ROLE_STUDENT, "middleName", TRANSFORM_AS_IS);
    assert_released(STUDENT(",\"middleName\":7"), OUT(""));
}

static void leaves_the_same_bytes_at_every_split(void **state)
{
    static const char body[] =
        "{\"users\":[" STUDENT(",\"score\":-1.5e+2,\"marks\":[10,20 ],\"rides\":true") "]}";
    struct span bytes = span_str(body);
    char whole[1024];

    (void)state;
    assert_int_equal(case_body(body), OK);
    (void)snprintf(whole, sizeof(whole), "%s", case_log());
    assert_non_null(strstr(whole, "\"score\":-1.5e+2,\"marks\":[10,20],\"rides\":true"));
    for (size_t at = 0; at <= bytes.len; at++) {
        struct run run;
        struct redactor *r;

        run_init(&run);
        run.bytes_only = true;
        r = world_redactor(&case_world, &run);
        assert_non_null(r);
        run_split(&run, r, bytes, at);
        buf_put_byte(&run.log, 0);
        assert_string_equal((const char *)buf_span(&run.log).ptr, whole);
        redactor_free(&r);
        run_fini(&run);
    }
}

static void R3_no_question_compares_them(void **state)
{
    static const char *const filters[] = {"score='7'", "marks='7'", "rides='true'"};
    struct route route = {.resource = catalog_find(case_world.catalog, SPAN("students"))};

    (void)state;
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct param items[] = {{SPAN("filter"), span_str(filters[i])}};
        struct arena arena;
        struct query q;
        struct refusal why;

        arena_init(&arena, 1 << 16);
        assert_int_equal(query_parse(&route, &(struct params){items, 1}, &arena, &q, &why),
                         ERR_FILTER_FIELD);
        items[0] = (struct param){SPAN("sort"), SPAN("score")};
        assert_int_equal(query_parse(&route, &(struct params){items, 1}, &arena, &q, &why),
                         ERR_SORT_FIELD);
        items[0] = (struct param){SPAN("fields"), SPAN("score,rides")};
        assert_int_equal(query_parse(&route, &(struct params){items, 1}, &arena, &q, &why), OK);
        arena_fini(&arena);
    }
}

static void no_transform_but_omit_serves_them(void **state)
{
    const struct resource *r = catalog_find(case_world.catalog, SPAN("students"));
    const struct field *f = resource_field(r, SPAN("score"));

    (void)state;
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        bool plain = t == TRANSFORM_OMIT || t == TRANSFORM_AS_IS;

        assert_true((transform_fit((enum transform)t, r, f) == FIT_NEVER) == !plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_the_text_of_numbers_and_flags, share),
        cmocka_unit_test_setup(drops_values_of_another_type, share),
        cmocka_unit_test_setup(lets_no_number_through_that_is_not_shared, share),
        cmocka_unit_test_setup(F2_drops_a_number_where_a_string_belongs, share),
        cmocka_unit_test_setup(leaves_the_same_bytes_at_every_split, share),
        cmocka_unit_test_setup(R3_no_question_compares_them, share),
        cmocka_unit_test_setup(no_transform_but_omit_serves_them, share),
    };
    return cmocka_run_group_tests(tests, open_wide, case_close);
}
