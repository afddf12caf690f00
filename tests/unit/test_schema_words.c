/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of words in policy/schema/agreement.json against the tables of the
 * language: bases, transforms, clauses, Exhibit B.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "policy/basis.h"
#include "policy/program.h"
#include "policy/vocabulary.h"

static json_t *load_agreement(void)
{
    json_t *schema = json_load_file("policy/schema/agreement.json", JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(schema);
    return schema;
}

static json_t *definition(json_t *schema, const char *name)
{
    json_t *found = json_object_get(json_object_get(schema, "$defs"), name);

    assert_non_null(found);
    return found;
}

static bool has_word(json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), word) == 0) {
            return true;
        }
    }
    return false;
}

static json_t *property(json_t *schema, const char *key)
{
    json_t *found = json_object_get(json_object_get(schema, "properties"), key);

    if (found == NULL) {
        print_error("the schema lacks \"%s\"\n", key);
    }
    assert_non_null(found);
    return found;
}

static void assert_word(json_t *list, const char *word)
{
    if (!has_word(list, word)) {
        print_error("the schema lacks the word \"%s\"\n", word);
    }
    assert_true(has_word(list, word));
}

static void the_schema_has_every_basis_and_transform(void **state)
{
    json_t *schema = load_agreement();
    json_t *bases = json_object_get(definition(schema, "basis"), "enum");
    json_t *transforms = json_object_get(definition(schema, "transform"), "enum");

    (void)state;
    assert_int_equal(json_array_size(bases), BASIS_COUNT);
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        assert_word(bases, basis_row((enum basis)b)->word);
    }
    assert_int_equal(json_array_size(transforms), TRANSFORM_COUNT);
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        assert_word(transforms, transform_word((enum transform)t));
    }
    json_decref(schema);
}

/* The keys that `because` must have beside this basis; NULL when the schema asks for none. */
static json_t *demanded_by(json_t *schema, const char *basis)
{
    json_t *rules = json_object_get(schema, "allOf");

    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *rule = json_array_get(rules, i);
        json_t *when = json_object_get(property(json_object_get(rule, "if"), "basis"), "const");

        if (strcmp(json_string_value(when), basis) == 0) {
            json_t *then = json_object_get(rule, "then");

            assert_word(json_object_get(then, "required"), "because");
            return json_object_get(property(then, "because"), "required");
        }
    }
    return NULL;
}

static size_t clauses_demanded(json_t *list, unsigned basis)
{
    size_t demanded = 0;

    for (size_t i = 0; i < basis_clause_count(); i++) {
        const struct clause_row *c = basis_clause(i);

        if (c->basis == (enum basis)basis && c->need == CLAUSE_MUST) {
            assert_word(list, c->key);
            demanded++;
        }
    }
    return demanded;
}

static void the_schema_demands_the_clauses_of_each_basis(void **state)
{
    json_t *schema = load_agreement();
    json_t *because = property(schema, "because");
    const char *key;
    json_t *value;

    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        json_t *list = demanded_by(schema, basis_row((enum basis)b)->word);

        assert_int_equal(clauses_demanded(list, b), json_array_size(list));
    }
    for (size_t i = 0; i < basis_clause_count(); i++) {
        (void)property(because, basis_clause(i)->key);
    }
    json_object_foreach(json_object_get(because, "properties"), key, value)
    {
        bool known = false;

        for (size_t i = 0; i < basis_clause_count(); i++) {
            known |= strcmp(basis_clause(i)->key, key) == 0;
        }
        assert_true(known);
    }
    json_decref(schema);
}

/* The plain words that a list's items may be. */
static json_t *item_words(json_t *list)
{
    json_t *items = json_object_get(list, "items");
    json_t *any = json_object_get(items, "anyOf");

    return json_object_get(any == NULL ? items : json_array_get(any, 0), "enum");
}

static const char *text_of(struct span s)
{
    static char text[400];

    (void)snprintf(text, sizeof(text), "%.*s", (int)s.len, (const char *)s.ptr);
    return text;
}

static void the_schema_has_every_line_of_exhibit_b(void **state)
{
    json_t *schema = load_agreement();
    json_t *exhibit = property(schema, "exhibit-b");
    json_t *people = definition(schema, "people");
    size_t words = 0;
    const char *key;
    json_t *value;

    (void)state;
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (!element_is_ndpa(e)) {
            (void)property(definition(schema, "employees"), text_of(e->element));
            continue;
        }
        json_t *list = item_words(property(exhibit, text_of(e->category)));

        (void)property(people, text_of(e->category));
        assert_word(list, text_of(e->element));
        assert_word(list, text_of(e->brief));
        words += span_eq(e->element, e->brief) ? 1 : 2;
    }
    json_object_foreach(json_object_get(exhibit, "properties"), key, value)
    {
        words -= json_array_size(item_words(value));
    }
    assert_int_equal(words, 0); /* no word too many */
    json_decref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_has_every_basis_and_transform),
        cmocka_unit_test(the_schema_demands_the_clauses_of_each_basis),
        cmocka_unit_test(the_schema_has_every_line_of_exhibit_b),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
