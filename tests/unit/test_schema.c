/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/schema/ *.json against the loader. The loader reads tests/policy/full/,
 * which has every map there can be, and tells of each map by which table of rules
 * it is read; the schema at the same place must have those keys, no other, and
 * demand the same ones. Lists of words are test_schema_words.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli/suite.h"
#include "policy/partner.h"
#include "policy/share.h"
#include "tests/support/policy_kit.h"

enum { CANDIDATES = 32, FULL_BYTES = 1 << 20, MAX_MAPS = 64 };

/* The schema that a document is held against while it is read. */
static struct run {
    json_t *schema;
    const struct doc *doc;
    json_t *visited[MAX_MAPS]; /* schemas of maps that the loader read by a table */
    size_t visits;
    size_t problems;
} run;

/* Schemas that may hold at one place. */
struct places {
    json_t *at[CANDIDATES];
    size_t count;
};

static void problem(const char *what, const struct node *map, const char *key)
{
    print_error("%s:%u: %s \"%s\"\n", run.doc->name, map->line, what, key);
    run.problems++;
}

/* --- walking a schema ------------------------------------------------------------------ */

static json_t *definition(const char *ref)
{
    static const char prefix[] = "#/$defs/";

    assert_int_equal(strncmp(ref, prefix, strlen(prefix)), 0);
    json_t *found = json_object_get(json_object_get(run.schema, "$defs"), ref + strlen(prefix));

    assert_non_null(found);
    return found;
}

/* A schema with all that it refers to and all its alternatives. */
static void open_schema(json_t *schema, struct places *out)
{
    json_t *ref = json_object_get(schema, "$ref");
    json_t *any = json_object_get(schema, "anyOf");

    assert_true(out->count < CANDIDATES);
    out->at[out->count++] = schema;
    if (ref != NULL) {
        open_schema(definition(json_string_value(ref)), out);
    }
    for (size_t i = 0; i < json_array_size(any); i++) {
        open_schema(json_array_get(any, i), out);
    }
}

static json_t *step(json_t *schema, const struct node *n)
{
    if (n->key.len == 0) {
        return json_object_get(schema, "items");
    }
    json_t *properties = json_object_get(schema, "properties");
    json_t *named = json_object_get(properties, (const char *)n->key.ptr);
    json_t *other = json_object_get(schema, "additionalProperties");

    return named != NULL ? named : json_is_object(other) ? other : NULL;
}

/* The way from the root to a node: its ancestors, itself last. */
static size_t find_way(const struct node *from, const struct node *to, const struct node **way)
{
    way[0] = from;
    if (from == to) {
        return 1;
    }
    for (const struct node *c = from->first; c != NULL; c = c->next) {
        size_t n = find_way(c, to, way + 1);

        if (n > 0) {
            return n + 1;
        }
    }
    return 0;
}

static void schemas_of(const struct node *map, struct places *out)
{
    const struct node *way[DOC_MAX_DEPTH + 1];
    size_t n = find_way(run.doc->root, map, way);

    assert_true(n > 0);
    *out = (struct places){.count = 0};
    open_schema(run.schema, out);
    for (size_t i = 1; i < n; i++) {
        struct places next = {.count = 0};

        for (size_t k = 0; k < out->count; k++) {
            json_t *there = step(out->at[k], way[i]);

            if (there != NULL) {
                open_schema(there, &next);
            }
        }
        *out = next;
    }
}

/* --- maps against tables of rules -------------------------------------------------------- */

static bool has_word(json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), word) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_rule(const struct doc_rule *rules, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rules[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* How many of the keys the schema knows. */
static size_t overlap(json_t *schema, const struct doc_rule *rules, size_t n)
{
    json_t *properties = json_object_get(schema, "properties");
    size_t known = 0;

    for (size_t i = 0; i < n; i++) {
        known += json_object_get(properties, rules[i].key) != NULL;
    }
    return known;
}

static void compare(const struct node *map, json_t *schema, const struct doc_rule *rules, size_t n)
{
    json_t *properties = json_object_get(schema, "properties");
    json_t *required = json_object_get(schema, "required");
    const char *key;
    json_t *value;

    for (size_t i = 0; i < n; i++) {
        if (json_object_get(properties, rules[i].key) == NULL) {
            problem("the schema lacks", map, rules[i].key);
        } else if (has_word(required, rules[i].key) != rules[i].required) {
            problem("the schema and the loader differ over the need for", map, rules[i].key);
        }
    }
    json_object_foreach(properties, key, value)
    {
        if (!has_rule(rules, n, key)) {
            problem("the loader does not know", map, key);
        }
    }
    if (!json_is_false(json_object_get(schema, "additionalProperties"))) {
        problem("the schema allows other keys at", map, rules[0].key);
    }
}

static void on_fill(const struct doc *d, const struct node *map, const struct doc_rule *rules,
                    size_t n)
{
    struct places places;
    json_t *best = NULL;

    assert_ptr_equal(d, run.doc);
    schemas_of(map, &places);
    for (size_t i = 0; i < places.count; i++) {
        if (overlap(places.at[i], rules, n) > overlap(best, rules, n)) {
            best = places.at[i];
        }
    }
    if (best == NULL) {
        problem("the schema has nothing at the place of the map with", map, rules[0].key);
        return;
    }
    compare(map, best, rules, n);
    assert_true(run.visits < MAX_MAPS);
    run.visited[run.visits++] = best;
}

static bool is_visited(json_t *schema)
{
    for (size_t i = 0; i < run.visits; i++) {
        if (run.visited[i] == schema) {
            return true;
        }
    }
    return false;
}

/* Maps that the loader reads without a table of rules; other tests below look at them. */
static bool is_exempt(const char *name)
{
    static const char *const names[] = {"because", "exhibit-b", "share",
                                        "people",  "employees", "key-file"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Every map of the schema was read, else tests/policy/full/ lacks it, or the loader does. */
static void check_visits(json_t *schema, const char *name)
{
    const char *key;
    json_t *value;

    if (json_is_array(schema)) {
        for (size_t i = 0; i < json_array_size(schema); i++) {
            check_visits(json_array_get(schema, i), name);
        }
        return;
    }
    if (json_object_get(schema, "properties") != NULL && json_object_get(schema, "type") != NULL &&
        !is_exempt(name) && !is_visited(schema)) {
        print_error("%s: nobody read the map \"%s\"\n", run.doc->name, name);
        run.problems++;
    }
    json_object_foreach(schema, key, value)
    {
        check_visits(value, key);
    }
}

/* --- the three kinds --------------------------------------------------------------------- */

struct full {
    struct policy_kit kit;
    struct doc doc;
};

static struct span slurp(struct arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    char *bytes = arena_alloc(arena, FULL_BYTES);

    assert_non_null(f);
    size_t n = fread(bytes, 1, FULL_BYTES, f);

    (void)fclose(f);
    return span_of(bytes, n);
}

static void open_full(struct full *full, const char *kind)
{
    char path[100];

    policy_kit_open(&full->kit);
    (void)snprintf(path, sizeof(path), "policy/schema/%s.json", kind);
    run = (struct run){.schema = json_load_file(path, JSON_REJECT_DUPLICATES, NULL)};
    assert_non_null(run.schema);
    (void)snprintf(path, sizeof(path), "tests/policy/full/%s.yaml", kind);
    full->doc = (struct doc){.name = kind, .arena = &full->kit.arena, .diags = &full->kit.diags};
    assert_int_equal(doc_parse(&full->doc, slurp(&full->kit.arena, path)), OK);
    full->doc.on_fill = on_fill;
    run.doc = &full->doc;
}

static void close_full(struct full *full)
{
    check_visits(run.schema, "the whole");
    json_decref(run.schema);
    policy_kit_close(&full->kit);
    assert_int_equal(run.problems, 0);
}

static void the_schema_of_a_district_has_the_keys_of_the_loader(void **state)
{
    struct full full;
    struct district district;

    (void)state;
    open_full(&full, "district");
    (void)district_read(&full.doc, &district);
    assert_true(run.visits >= 6);
    close_full(&full);
}

static void the_schema_of_a_partner_has_the_keys_of_the_loader(void **state)
{
    struct full full;
    struct partner partner;

    (void)state;
    open_full(&full, "partner");
    (void)partner_read(&full.doc, &(struct key_files){full.kit.files, full.kit.count}, &partner);
    assert_true(run.visits >= 6);
    close_full(&full);
}

static void the_schema_of_an_agreement_has_the_keys_of_the_loader(void **state)
{
    struct full full;
    struct agreement_file file;
    struct district district = {.name = SPAN("full")};
    struct sharing sharing;

    (void)state;
    open_full(&full, "agreement");
    (void)agreement_read(&full.doc, &district, full.kit.catalog, &file);
    assert_non_null(file.share);
    (void)share_read(&file, full.kit.catalog, &full.kit.arena, &sharing);
    assert_true(run.visits >= 8);
    close_full(&full);
}

static void the_schema_of_a_suite_has_the_keys_of_the_loader(void **state)
{
    struct full full;
    struct suite suite;

    (void)state;
    open_full(&full, "suite");
    assert_int_equal(policy_kit_load(&full.kit), OK);
    (void)suite_read(&full.doc, full.kit.policy, &suite);
    assert_true(run.visits >= 4);
    close_full(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_of_a_district_has_the_keys_of_the_loader),
        cmocka_unit_test(the_schema_of_a_partner_has_the_keys_of_the_loader),
        cmocka_unit_test(the_schema_of_an_agreement_has_the_keys_of_the_loader),
        cmocka_unit_test(the_schema_of_a_suite_has_the_keys_of_the_loader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
