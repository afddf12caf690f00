/* SPDX-License-Identifier: Apache-2.0 */
/* Names of field sets: the same for the same fields, other for others, written once. */
#include "proxy/sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct field FIELDS[] = {
    {.number = 0, .kind = FIELD_VALUE, .path = {(const uint8_t *)"sourcedId", 9}},
    {.number = 1, .kind = FIELD_VALUE, .path = {(const uint8_t *)"givenName", 9}},
    {.number = 2, .kind = FIELD_OBJECT, .path = {(const uint8_t *)"roles", 5}},
};

static struct resource students = {.fields = FIELDS, .field_count = 3};

static struct fieldset keep(unsigned bits)
{
    return (struct fieldset){{bits}};
}

struct asked {
    uint64_t world;
    struct resource *resource;
    role_mask roles;
    unsigned bits;
};

static bool ask(struct set_cache *c, struct asked a, char name[SET_NAME_CHARS + 1])
{
    struct fieldset k = keep(a.bits);
    struct set_parts parts = {a.world, a.resource, a.roles, &k};
    bool is_new = false;

    students.name = SPAN("students");
    assert_int_equal(set_cache_name(c, &parts, name, &is_new), OK);
    assert_int_equal(strlen(name), SET_NAME_CHARS);
    return is_new;
}

static void names_a_set_once(void **state)
{
    struct set_cache *c = NULL;
    char one[SET_NAME_CHARS + 1], again[SET_NAME_CHARS + 1];

    (void)state;
    assert_int_equal(set_cache_new(&c), OK);
    assert_true(ask(c, (struct asked){1, &students, 1, 3}, one));
    assert_false(ask(c, (struct asked){1, &students, 1, 3}, again));
    assert_string_equal(one, again);
    set_cache_clear(c);
    assert_true(ask(c, (struct asked){1, &students, 1, 3}, again));
    assert_string_equal(one, again);
    set_cache_free(&c);
}

static void tells_roles_and_fields_apart(void **state)
{
    struct set_cache *c = NULL;
    char one[SET_NAME_CHARS + 1], other[SET_NAME_CHARS + 1];

    (void)state;
    assert_int_equal(set_cache_new(&c), OK);
    assert_true(ask(c, (struct asked){1, &students, 1, 3}, one));
    assert_true(ask(c, (struct asked){1, &students, 2, 3}, other));
    assert_string_not_equal(one, other);
    assert_true(ask(c, (struct asked){1, &students, 1, 1}, other));
    assert_string_not_equal(one, other);
    set_cache_free(&c);
}

/* The catalog of a later world may lie where an earlier one lay. */
static void does_not_take_one_worlds_resource_for_anothers(void **state)
{
    struct set_cache *c = NULL;
    char one[SET_NAME_CHARS + 1], other[SET_NAME_CHARS + 1];

    (void)state;
    assert_int_equal(set_cache_new(&c), OK);
    assert_true(ask(c, (struct asked){1, &students, 1, 3}, one));
    assert_true(ask(c, (struct asked){2, &students, 1, 3}, other));
    set_cache_free(&c);
}

static void forgets_rather_than_overflow(void **state)
{
    struct set_cache *c = NULL;
    char name[SET_NAME_CHARS + 1];

    (void)state;
    assert_int_equal(set_cache_new(&c), OK);
    for (uint64_t world = 1; world < 5000; world++) {
        assert_true(ask(c, (struct asked){world, &students, 1, 3}, name));
        assert_false(ask(c, (struct asked){world, &students, 1, 3}, name));
    }
    set_cache_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_a_set_once),
        cmocka_unit_test(tells_roles_and_fields_apart),
        cmocka_unit_test(does_not_take_one_worlds_resource_for_anothers),
        cmocka_unit_test(forgets_rather_than_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
