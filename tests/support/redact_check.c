/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of the redactor for any bytes. The district is opened once and
 * kept; nothing else is carried from one input to the next.
 */
#include "tests/support/redact_check.h"

#include "tests/support/redact_world.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static struct world world;
static struct run whole;
static struct run cut;

static void demand(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "redact_check: %s\n", what);
        abort();
    }
}

static void open_once(void)
{
    if (world.catalog == NULL) {
        demand(world_open(&world), "no catalog");
        run_init(&whole);
        run_init(&cut);
    }
}

#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* Transforms that read a value's form, and two that need a key. */
static void share_changed(void)
{
    static const struct band bands[] = {{0, TEXT("\"0-9\"")}, {10, TEXT("\"10+\"")}};
    static const struct map_pair pairs[] = {{TEXT("she"), TEXT("\"one\"")}};
    static const struct transform_args args = {.bands = bands,
                                               .band_count = 2,
                                               .pairs = pairs,
                                               .pair_count = 1,
                                               .step = 5,
                                               .domain = TEXT("alias.invalid")};
    static const struct {
        const char *path;
        enum transform transform;
    } rows[] = {
        {"sms", TRANSFORM_ROUND},
        {"phone", TRANSFORM_ZIP3},
        {"pronouns", TRANSFORM_MAP},
        {"preferredFirstName", TRANSFORM_BAND},
        {"username", TRANSFORM_CODE},
        {"preferredLastName", TRANSFORM_ALIAS},
        {"userMasterIdentifier", TRANSFORM_CODE},
    };

    demand(world_keys(&world), "no keys");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_share_rule(&world, ROLE_STUDENT, rows[i].path,
                         (struct field_rule){.transform = rows[i].transform, .args = &args});
    }
}

static void plan(uint8_t choice)
{
    if ((choice & 3) == 1) {
        world_plan_item(&world, "users", "stu-0");
    } else {
        world_plan(&world, "users");
    }
    world_share_users(&world);
    if ((choice & 3) == 3) {
        share_changed();
    }
    if ((choice & 3) == 2) {
        world_filter(&world, "givenName", FILTER_NE, "Bob");
        world_filter(&world, "roles.org", FILTER_EQ, "school-0");
    }
    world.agreement.schools = (choice & 4) != 0 ? &world.schools : NULL;
}

/* Values that may be copied from the source; all others are ours or changed. */
static bool may_copy(const char *key)
{
    static const char *const keys[] = {"givenName",  "email", "sourcedId",  "type",
                                       "identifier", "href",  "middleName", "familyName"};
    bool may = false;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        may |= strcmp(key, keys[i]) == 0;
    }
    return may;
}

static void check_tree(const char *key, const json_t *value)
{
    const char *name;
    json_t *member;
    size_t at;

    demand(json_is_string(value) || json_is_object(value) || json_is_array(value),
           "a value of a type that no field has");
    if (json_is_string(value)) {
        bool canary =
            memmem(json_string_value(value), json_string_length(value), "CANARY", 6) != NULL;

        demand(!canary || may_copy(key), "a withheld value");
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        check_tree(name, member);
    }
    json_array_foreach(value, at, member)
    {
        check_tree(key, member);
    }
}

static void check_lines(struct span rest)
{
    while (rest.len > 0) {
        struct span line = span_cut(&rest, '\n');

        if (line.len > 0) {
            json_t *tree = json_loadb((const char *)line.ptr, line.len,
                                      JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);

            demand(json_is_object(tree), "no JSON object");
            check_tree("", tree);
            json_decref(tree);
        }
    }
}

void redact_check(uint8_t choice, struct span body)
{
    open_once();
    plan(choice);
    whole.bytes_only = true;
    cut.bytes_only = true;
    struct redactor *a = world_redactor(&world, &whole);
    struct redactor *b = world_redactor(&world, &cut);

    demand(a != NULL && b != NULL, "no memory");
    run_body(&whole, a, body, body.len);
    run_body(&cut, b, body, 1 + (size_t)(choice >> 3));
    demand(whole.end == cut.end && whole.records == cut.records && whole.released == cut.released &&
               span_eq(buf_span(&whole.log), buf_span(&cut.log)),
           "the pieces change the result");
    check_lines(buf_span(&whole.log));
    redactor_free(&a);
    redactor_free(&b);
}
