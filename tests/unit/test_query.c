/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters and filters against tables: what parses to what canonical form, and
 * what is refused with which reason.
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

/* The source's filter when every record shows every field. */
static void put_open_filter(struct buf *out, const struct query *q)
{
    struct fieldset open;
    memset(&open, 0xFF, sizeof(open));
    query_put_filter(out, q, &open);
}

/* --- filter -------------------------------------------------------------------- */

static void filters_are_written_anew_in_one_form(void **state)
{
    static const char *const good[] = {
        "familyName='Jones'",
        "familyName!='Jones'",
        "dateLastModified>'2026-01-01T00:00:00.000Z'",
        "dateLastModified>='2026-01-01'",
        "familyName<'M'",
        "familyName<='M'",
        "familyName~'on'",
        "familyName=''",
        "familyName='O''Brien'",
        "familyName=''''",
        "familyName=''' OR ''=''' AND givenName='x'",
        "familyName='\xC3\xA9\xE4\xB8\xAD'",
        "familyName='a' AND givenName='b'",
        "familyName='a' OR givenName='b'",
        "familyName=' AND '",
        "roles.org.sourcedId='s1'",
        "primaryOrg.sourcedId='s1'",
        "agents.sourcedId='g1'",
        "userIds.identifier='1'",
        "sourcedId='1'",
    };
    (void)state;
    for (size_t i = 0; i < LEN(good); i++) {
        struct query q = {0};
        struct refusal why = {0};
        assert_int_equal(parse("filter", good[i], &q, &why), OK);
        assert_string_equal(text_of(query_put_clauses, &q), good[i]);
        assert_string_equal(text_of(put_open_filter, &q), good[i]);
    }
}

static void values_are_unquoted_and_fields_found(void **state)
{
    struct query q = {0};
    struct refusal why;
    (void)state;
    assert_int_equal(parse("filter", "familyName~'O''B' OR roles.org.sourcedId<='s'", &q, &why),
                     OK);
    assert_int_equal(q.clause_count, 2);
    assert_true(q.any);
    assert_int_equal(q.clauses[0].op, FILTER_CONTAINS);
    assert_true(span_eq_str(q.clauses[0].value, "O'B"));
    assert_true(span_eq_str(q.clauses[0].field->path, "familyName"));
    assert_int_equal(q.clauses[1].op, FILTER_LE);
    assert_true(span_eq_str(q.clauses[1].field->path, "roles.org"));
    assert_int_equal(q.clauses[1].field->kind, FIELD_REF);
}

static void refuses_filters_outside_the_grammar(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "familyName",
        "familyName=",
        "familyName='",
        "familyName='a",
        "familyName='a''",
        "familyName=a",
        "familyName=\"a\"",
        "familyName = 'a'",
        " familyName='a'",
        "familyName='a' ",
        "familyName=='a'",
        "familyName<>'a'",
        "familyName=>'a'",
        "familyName LIKE 'a'",
        "='a'",
        "(familyName='a')",
        "NOT familyName='a'",
        "familyName='a' and givenName='b'",
        "familyName='a'  AND givenName='b'",
        "familyName='a' AND  givenName='b'",
        "familyName='a' AND ",
        "familyName='a' XOR givenName='b'",
        "familyName='a'AND givenName='b'",
        "familyName='a' AND givenName='b' AND middleName='c'",
        "familyName='a' AND givenName='b' OR middleName='c'",
        "familyName='a' AND givenName='b' ",
        "familyName='a'; DROP TABLE users",
        "familyName='a\nb'",
        "familyName='a\x7F'",
        "familyName='\xC0\x80'",
        "familyName='\xED\xA0\x80'",
    };
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        struct query q = {.limit = 7};
        struct refusal why = {0};
        if (parse("filter", bad[i], &q, &why) != ERR_FILTER) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_true(span_eq_str(why.param, "filter"));
        assert_int_equal(why.field.len, 0);
        assert_int_equal(q.limit, 7);
    }
}

static void refuses_fields_that_are_none(void **state)
{
    static const char *const bad[] = {
        "name='a'",
        "FamilyName='a'",
        "metadata.x='a'",
        "roles='a'",
        "roles.org='a'",
        "roles.org.href='a'",
        "primaryOrg='a'",
        "sourcedId.sourcedId='a'",
        "familyName.sourcedId='a'",
        "roles.sourcedId='a'",
        ".sourcedId='a'",
        "roles..role='a'",
    };
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        struct query q = {0};
        struct refusal why = {0};
        assert_int_equal(parse("filter", bad[i], &q, &why), ERR_FILTER_FIELD);
        assert_true(span_eq_str(why.param, "filter"));
    }
}

static void a_value_has_at_most_256_bytes(void **state)
{
    char text[512] = "familyName='";
    struct query q;
    struct refusal why;
    (void)state;
    memset(text + 12, 'a', 256);
    memcpy(text + 268, "'", 2);
    assert_int_equal(parse("filter", text, &q, &why), OK);
    memcpy(text + 268, "a'", 3);
    assert_int_equal(parse("filter", text, &q, &why), ERR_FILTER);
}

static void clauses_compare_bytes_and_fold_only_for_contains(void **state)
{
    static const struct {
        enum filter_op op;
        const char *value, *clause;
        bool match;
    } rows[] = {
        {FILTER_EQ, "Jones", "Jones", true},
        {FILTER_EQ, "jones", "Jones", false},
        {FILTER_EQ, "Jones ", "Jones", false},
        {FILTER_NE, "jones", "Jones", true},
        {FILTER_NE, "Jones", "Jones", false},
        {FILTER_GT, "b", "a", true},
        {FILTER_GT, "a", "a", false},
        {FILTER_GT, "a", "B", true},
        {FILTER_GE, "a", "a", true},
        {FILTER_GE, "A", "a", false},
        {FILTER_LT, "10", "9", true},
        {FILTER_LT, "", "a", true},
        {FILTER_LE, "a", "a", true},
        {FILTER_LE, "aa", "a", false},
        {FILTER_CONTAINS, "McJONES", "jon", true},
        {FILTER_CONTAINS, "Jo", "jon", false},
        {FILTER_CONTAINS, "x", "", true},
        {FILTER_CONTAINS, "", "", true},
        {FILTER_CONTAINS, "\xC3\x89", "\xC3\xA9", false},
        {FILTER_CONTAINS, "aab", "AB", true},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct clause c = {.op = rows[i].op, .value = span_str(rows[i].clause)};
        assert_int_equal(clause_matches(&c, span_str(rows[i].value)), rows[i].match);
    }
    struct clause broken = {.op = (enum filter_op)99, .value = SPAN("a")};
    assert_false(clause_matches(&broken, SPAN("a")));
}

/* --- the other parameters ------------------------------------------------------ */

static void numbers_are_strict_and_a_large_limit_is_lowered(void **state)
{
    static const struct {
        const char *name, *value;
        enum err e;
        uint64_t limit, offset;
    } rows[] = {
        {"limit", "1", OK, 1, 0},
        {"limit", "10000", OK, 10000, 0},
        {"limit", "10001", OK, 10000, 0},
        {"limit", "9999999999999999999", OK, 10000, 0},
        {"limit", "99999999999999999999", ERR_PARAM_VALUE, 0, 0},
        {"limit", "0", ERR_PARAM_VALUE, 0, 0},
        {"limit", "-1", ERR_PARAM_VALUE, 0, 0},
        {"limit", "+1", ERR_PARAM_VALUE, 0, 0},
        {"limit", "01", ERR_PARAM_VALUE, 0, 0},
        {"limit", "1e3", ERR_PARAM_VALUE, 0, 0},
        {"limit", "", ERR_PARAM_VALUE, 0, 0},
        {"offset", "0", OK, 100, 0},
        {"offset", "250", OK, 100, 250},
        {"offset", "1000000000", OK, 100, 1000000000},
        {"offset", "1000000001", ERR_PARAM_VALUE, 0, 0},
        {"offset", "18446744073709551615", ERR_PARAM_VALUE, 0, 0},
        {"offset", " 1", ERR_PARAM_VALUE, 0, 0},
        {"offset", "x", ERR_PARAM_VALUE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct query q = {0};
        struct refusal why = {0};
        assert_int_equal(parse(rows[i].name, rows[i].value, &q, &why), rows[i].e);
        assert_int_equal(q.limit, rows[i].limit);
        assert_int_equal(q.offset, rows[i].offset);
    }
}

static void nothing_asked_is_the_first_hundred_of_everything(void **state)
{
    struct route route = route_of("users", false);
    struct query q;
    struct refusal why;
    (void)state;
    assert_int_equal(query_parse(&route, &(struct params){NULL, 0}, &arena, &q, &why), OK);
    assert_int_equal(q.limit, 100);
    assert_int_equal(q.offset, 0);
    assert_int_equal(q.clause_count, 0);
    assert_false(q.has_fields);
    assert_null(q.sort);
    assert_string_equal(text_of(put_open_filter, &q), "");
}

static void unknown_parameters_are_refused_without_being_repeated(void **state)
{
    static const char *const bad[] = {"Limit", "page", "", "limit ", "$filter", "token"};
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        struct query q;
        struct refusal why = {.param = SPAN("x")};
        assert_int_equal(parse(bad[i], "1", &q, &why), ERR_PARAM);
        assert_int_equal(why.param.len, 0);
    }
}

static void a_parameter_stands_once(void **state)
{
    static const char *const names[] = {"limit", "offset", "sort", "filter", "fields", "cursor"};
    static const char *const values[] = {"1", "1", "familyName", "familyName='a'", "email", "c"};
    struct route route = route_of("users", false);
    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        struct param twice[2] = {{span_str(names[i]), span_str(values[i])},
                                 {span_str(names[i]), span_str(values[i])}};
        struct query q;
        struct refusal why = {0};
        assert_int_equal(query_parse(&route, &(struct params){twice, 2}, &arena, &q, &why),
                         ERR_PARAM_TWICE);
        assert_true(span_eq_str(why.param, names[i]));
    }
}

static void one_record_takes_fields_only(void **state)
{
    static const char *const names[] = {"limit", "offset", "sort", "orderBy", "filter", "cursor"};
    struct route route = route_of("users", true);
    struct param param = {SPAN("fields"), SPAN("email")};
    struct query q;
    struct refusal why = {0};
    (void)state;
    assert_int_equal(query_parse(&route, &(struct params){&param, 1}, &arena, &q, &why), OK);
    for (size_t i = 0; i < LEN(names); i++) {
        param = (struct param){span_str(names[i]), SPAN("1")};
        assert_int_equal(query_parse(&route, &(struct params){&param, 1}, &arena, &q, &why),
                         ERR_PARAM);
        assert_true(span_eq_str(why.param, names[i]));
    }
}

static void sort_takes_a_field_and_a_direction(void **state)
{
    struct route route = route_of("users", false);
    struct param params[2] = {{SPAN("orderBy"), SPAN("desc")}, {SPAN("sort"), SPAN("familyName")}};
    struct query q = {0};
    struct refusal why = {0};
    (void)state;
    assert_int_equal(query_parse(&route, &(struct params){params, 2}, &arena, &q, &why), OK);
    assert_true(q.descending);
    assert_true(span_eq_str(q.sort->path, "familyName"));
    params[0].value = SPAN("asc");
    params[1].value = SPAN("primaryOrg.sourcedId");
    assert_int_equal(query_parse(&route, &(struct params){params, 2}, &arena, &q, &why), OK);
    assert_false(q.descending);
    params[0].value = SPAN("DESC");
    assert_int_equal(query_parse(&route, &(struct params){params, 2}, &arena, &q, &why),
                     ERR_PARAM_VALUE);
    assert_int_equal(parse("orderBy", "asc", &q, &why), ERR_PARAM_VALUE);
    assert_int_equal(parse("sort", "roles", &q, &why), ERR_SORT_FIELD);
    assert_int_equal(parse("sort", "primaryOrg", &q, &why), ERR_SORT_FIELD);
    assert_int_equal(parse("sort", "", &q, &why), ERR_SORT_FIELD);
    assert_int_equal(parse("sort", "a,b", &q, &why), ERR_SORT_FIELD);
    assert_int_equal(parse("cursor", "", &q, &why), ERR_CURSOR);
}

static bool selects(const struct query *q, const char *path)
{
    return fieldset_has(&q->fields, resource_field(q->resource, span_str(path))->number);
}

static void fields_select_leaves_and_objects_select_all_below(void **state)
{
    struct query q;
    struct refusal why;
    struct buf b;
    (void)state;
    assert_int_equal(parse("fields", "givenName,roles.org,userProfiles", &q, &why), OK);
    assert_true(q.has_fields);
    assert_true(selects(&q, "givenName"));
    assert_true(selects(&q, "roles.org"));
    assert_false(selects(&q, "roles.role"));
    assert_true(selects(&q, "userProfiles.profileId"));
    assert_true(selects(&q, "userProfiles.credentials.password"));
    assert_false(selects(&q, "userProfiles"));
    assert_false(selects(&q, "sourcedId"));
    buf_init(&b, 256);
    query_put_fields(&b, q.resource, &q.fields);
    assert_true(span_eq_str(buf_span(&b), "givenName,roles,userProfiles"));
    buf_fini(&b);
}

static void refuses_fields_lists_that_are_none(void **state)
{
    static const char *const bad[] = {"",      ",",          "email,",   ",email",
                                      "Email", "email, sms", "metadata", "roles.org.sourcedId",
                                      "*",     "users.email"};
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        struct query q;
        struct refusal why = {0};
        assert_int_equal(parse("fields", bad[i], &q, &why), ERR_FIELDS);
        assert_true(span_eq_str(why.param, "fields"));
    }
}

static void a_full_arena_refuses_the_question(void **state)
{
    struct route route = route_of("users", false);
    struct param param = {SPAN("filter"), SPAN("familyName='a'")};
    struct query q = {.limit = 7};
    struct refusal why;
    struct arena small;
    (void)state;
    arena_init(&small, 8);
    assert_int_equal(query_parse(&route, &(struct params){&param, 1}, &small, &q, &why),
                     ERR_MEMORY);
    assert_int_equal(q.limit, 7);
    arena_fini(&small);
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
        cmocka_unit_test(filters_are_written_anew_in_one_form),
        cmocka_unit_test(values_are_unquoted_and_fields_found),
        cmocka_unit_test(refuses_filters_outside_the_grammar),
        cmocka_unit_test(refuses_fields_that_are_none),
        cmocka_unit_test(a_value_has_at_most_256_bytes),
        cmocka_unit_test(clauses_compare_bytes_and_fold_only_for_contains),
        cmocka_unit_test(numbers_are_strict_and_a_large_limit_is_lowered),
        cmocka_unit_test(nothing_asked_is_the_first_hundred_of_everything),
        cmocka_unit_test(unknown_parameters_are_refused_without_being_repeated),
        cmocka_unit_test(a_parameter_stands_once),
        cmocka_unit_test(one_record_takes_fields_only),
        cmocka_unit_test(sort_takes_a_field_and_a_direction),
        cmocka_unit_test(fields_select_leaves_and_objects_select_all_below),
        cmocka_unit_test(refuses_fields_lists_that_are_none),
        cmocka_unit_test(a_full_arena_refuses_the_question),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
