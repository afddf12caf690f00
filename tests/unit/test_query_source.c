/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter that the source gets: it is asked nothing that it could answer about
 * withheld values (SAFETY R3, decision 030).
 */
#include "policy/query.h"

#include "base/mem.h"
#include "tests/support/catalog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct catalog *catalog;
static struct arena arena;

static struct route route_of(const char *name, bool item)
{
    return (struct route){.resource = catalog_find(catalog, span_str(name)),
                          .item = item,
                          .id = item ? SPAN("x") : SPAN("")};
}

/* Parses one parameter of /users. */
static enum err parse(const char *name, const char *value, struct query *q, struct refusal *why)
{
    struct route route = route_of("users", false);
    struct param param = {span_str(name), span_str(value)};
    return query_parse(&route, &(struct params){&param, 1}, &arena, q, why);
}

static const char *text_of(void (*put)(struct buf *out, const struct query *q),
                           const struct query *q)
{
    static char text[2048];
    struct buf b;
    buf_init(&b, sizeof(text) - 1);
    put(&b, q);
    assert_int_equal(buf_err(&b), OK);
    (void)snprintf(text, sizeof(text), "%.*s", (int)buf_span(&b).len,
                   buf_span(&b).len == 0 ? "" : (const char *)buf_span(&b).ptr);
    buf_fini(&b);
    return text;
}

/* The source's filter when the leaf `hidden` (may be NULL) is not plain in every record. */
static const char *hidden;

static void put_source_filter(struct buf *out, const struct query *q)
{
    const struct resource *r = route_of("users", false).resource;
    struct fieldset open = {{0}};
    for (unsigned i = 0; i < r->field_count; i++) {
        if (hidden == NULL || !span_eq_str(r->fields[i].path, hidden)) {
            fieldset_add(&open, i);
        }
    }
    query_put_filter(out, q, &open);
}

static void r3_the_source_does_not_decide_what_a_list_lacks(void **state)
{
    static const struct {
        const char *filter, *source;
    } rows[] = {
        {"grades!='07'", ""},
        {"roles.role!='guardian'", ""},
        {"roles.org.sourcedId!='s1'", ""},
        {"userIds.type!='x' AND familyName='a'", "familyName='a'"},
        {"familyName!='a' AND grades!='07'", "familyName!='a'"},
        {"familyName='a' OR grades!='07'", ""},
        {"primaryOrg.sourcedId!='s1'", "primaryOrg.sourcedId!='s1'"},
        {"grades='07' OR roles.role~'x'", "grades='07' OR roles.role~'x'"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct query q;
        struct refusal why;
        assert_int_equal(parse("filter", rows[i].filter, &q, &why), OK);
        assert_string_equal(text_of(put_source_filter, &q), rows[i].source);
        assert_string_equal(text_of(query_put_clauses, &q), rows[i].filter);
    }
}

static void r3_the_source_compares_what_every_record_shows(void **state)
{
    static const struct {
        const char *hidden, *filter, *source;
    } rows[] = {
        {"familyName", "familyName='a'", ""},
        {"familyName", "familyName='a' AND givenName~'b'", "givenName~'b'"},
        {"familyName", "familyName='a' OR givenName~'b'", ""},
        {"familyName", "givenName='a' OR givenName~'b'", "givenName='a' OR givenName~'b'"},
        {"primaryOrg", "primaryOrg.sourcedId='s1'", ""},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct query q;
        struct refusal why;
        assert_int_equal(parse("filter", rows[i].filter, &q, &why), OK);
        hidden = rows[i].hidden;
        assert_string_equal(text_of(put_source_filter, &q), rows[i].source);
        assert_string_equal(text_of(query_put_clauses, &q), rows[i].filter);
    }
    hidden = NULL;
}

/* Else the time that one row or none takes would tell the value in that very record. */
static void r3_nothing_stands_beside_the_id_of_one_record(void **state)
{
    static const struct {
        const char *filter, *source;
    } rows[] = {
        {"sourcedId='1' AND familyName='a'", "sourcedId='1'"},
        {"familyName='a' AND sourcedId='1'", "sourcedId='1'"},
        {"agents.sourcedId='g' AND familyName='a'", "agents.sourcedId='g'"},
        {"sourcedId!='1' AND familyName='a'", "sourcedId!='1' AND familyName='a'"},
        {"sourcedId='1' AND agents.sourcedId='g'", "sourcedId='1'"},
        {"sourcedId='1' OR familyName='a'", ""},
        {"familyName='a' OR agents.sourcedId='g'", ""},
        {"sourcedId='1' OR sourcedId='2'", "sourcedId='1' OR sourcedId='2'"},
        {"primaryOrg.sourcedId='s' AND status='active'",
         "primaryOrg.sourcedId='s' AND status='active'"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct query q;
        struct refusal why;
        assert_int_equal(parse("filter", rows[i].filter, &q, &why), OK);
        assert_string_equal(text_of(put_source_filter, &q), rows[i].source);
        assert_string_equal(text_of(query_put_clauses, &q), rows[i].filter);
    }
}

static int load(void **state)
{
    (void)state;
    catalog = test_catalog();
    arena_init(&arena, 1 << 20);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_free(&catalog);
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r3_the_source_does_not_decide_what_a_list_lacks),
        cmocka_unit_test(r3_the_source_compares_what_every_record_shows),
        cmocka_unit_test(r3_nothing_stands_beside_the_id_of_one_record),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
