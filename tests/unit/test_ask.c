/* SPDX-License-Identifier: Apache-2.0 */
#include "district/ask.h"

#include "district/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define BASE SHAPE_BASE_PATH

static const struct span KEYS[] = {{(const uint8_t *)"lunch", 5}, {(const uint8_t *)"bus", 3}};

static enum err read_raw(const char *raw, struct arena *arena, struct ask *out)
{
    struct ask_metadata metadata = {0};
    struct target target;

    metadata.names[SHAPE_USERS] = KEYS;
    metadata.counts[SHAPE_USERS] = 2;
    assert_int_equal(target_parse(span_str(raw), arena, &target), OK);
    return ask_read(&target, &metadata, arena, out);
}

struct sample {
    const char *raw;
    enum err want;
};

static const struct sample SAMPLES[] = {
    {BASE "/students", OK},
    {BASE "/students/x", OK},
    {BASE "/students/x/y", ERR_PATH},
    {BASE "/pupils", ERR_PATH},
    {BASE, ERR_PATH},
    {"/ims/oneroster/rostering/v1p1/students", ERR_PATH},
    {BASE "/students?limit=1&offset=0&sort=familyName&orderBy=asc&fields=roles.org", OK},
    {BASE "/students?sort=sourcedId", OK},
    {BASE "/students?sort=agents", ERR_SORT_FIELD},
    {BASE "/students?sort=metadata.lunch", ERR_SORT_FIELD},
    {BASE "/students?sort=password", ERR_SORT_FIELD},
    {BASE "/students?sort=primaryOrg.sourcedId", OK},
    {BASE "/students?sort=status.sourcedId", ERR_SORT_FIELD},
    {BASE "/students?limit=0", ERR_PARAM_VALUE},
    {BASE "/students?limit=1&limit=1", ERR_PARAM_TWICE},
    {BASE "/students?offset=4294967296", ERR_PARAM_VALUE},
    {BASE "/students?orderBy=DESC", ERR_PARAM_VALUE},
    {BASE "/students?cursor=x", ERR_PARAM},
    {BASE "/students/x?fields=givenName", OK},
    {BASE "/students/x?limit=1", ERR_PARAM},
    {BASE "/students?fields=metadata.lunch,metadata", OK},
    {BASE "/students?fields=metadata.shoe", ERR_FIELDS},
    {BASE "/schools?fields=metadata.lunch", ERR_FIELDS},
    {BASE "/students?fields=roles.org.sourcedId", ERR_FIELDS},
    {BASE "/students?filter=familyName=%27x%27", OK},
    {BASE "/students?filter=familyName=%27x%27%20AND%20roles.org.sourcedId!=%27y%27", OK},
    {BASE "/students?filter=metadata.lunch~%27x%27%20OR%20status=%27y%27", OK},
    {BASE "/students?filter=metadata.shoe~%27x%27", ERR_FILTER_FIELD},
    {BASE "/students?filter=password=%27x%27", ERR_FILTER_FIELD},
    {BASE "/students?filter=familyName=%27x%27%20AND", ERR_FILTER},
    {BASE "/students?filter=familyName=%27x%27+AND+status=%27y%27", ERR_FILTER},
    {BASE "/students?filter=a=%27x%27", ERR_FILTER_FIELD},
    {BASE "/students?filter=%27x%27", ERR_FILTER},
};

static void questions_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
        struct arena arena;
        struct ask ask = {.limit = 4711};

        arena_init(&arena, 100000);
        enum err e = read_raw(SAMPLES[i].raw, &arena, &ask);

        if (e != SAMPLES[i].want) {
            fail_msg("%s: %s", SAMPLES[i].raw, err_code(e));
        }
        if (e != OK) {
            assert_int_equal(ask.limit, 4711);
        }
        arena_fini(&arena);
    }
}

static void values_are_unquoted(void **state)
{
    struct arena arena;
    struct ask ask;

    (void)state;
    arena_init(&arena, 100000);
    assert_int_equal(read_raw(BASE "/users?filter=familyName%3E=%27O%27%27Neil%27%27%27%20OR%20"
                                   "givenName=%27%27",
                              &arena, &ask),
                     OK);
    assert_int_equal(ask.clause_count, 2);
    assert_true(ask.any);
    assert_int_equal(ask.clauses[0].op, ASK_GE);
    assert_true(span_eq_str(ask.clauses[0].value, "O'Neil'"));
    assert_int_equal(ask.clauses[1].value.len, 0);
    arena_fini(&arena);
}

static void a_large_limit_is_lowered(void **state)
{
    struct arena arena;
    struct ask ask;

    (void)state;
    arena_init(&arena, 100000);
    assert_int_equal(read_raw(BASE "/users?limit=4294967295", &arena, &ask), OK);
    assert_int_equal(ask.limit, ASK_MAX_LIMIT);
    arena_fini(&arena);
}

/* No byte of a value may stand in the SQL: only our names, numbers and ?1 ?2. */
static void no_value_stands_in_the_sql(void **state)
{
    static const char *const ops[] = {"=", "!=", "%3E", "%3E=", "%3C", "%3C=", "~"};
    static const char *const fields[] = {"sourcedId", "familyName", "roles.role", "metadata.bus"};

    (void)state;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]) * 4; i++) {
        char raw[256];
        struct arena arena;
        struct ask ask;
        struct buf sql;

        arena_init(&arena, 100000);
        buf_init(&sql, 10000);
        (void)snprintf(raw, sizeof(raw), BASE "/teachers?sort=email&filter=%s%s%%27QZX%%27",
                       fields[i % 4], ops[i / 4]);
        assert_int_equal(read_raw(raw, &arena, &ask), OK);
        search_rows(&sql, &ask);
        search_order(&sql, &ask);
        assert_int_equal(buf_err(&sql), OK);
        buf_put_byte(&sql, 0);
        assert_null(strstr((const char *)buf_span(&sql).ptr, "QZX"));
        assert_non_null(strstr((const char *)buf_span(&sql).ptr, "?1"));
        assert_non_null(strstr((const char *)buf_span(&sql).ptr, "u.views&4"));
        assert_non_null(strstr((const char *)buf_span(&sql).ptr, " ORDER BY u.f_email,"));
        buf_fini(&sql);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_read_strictly),
        cmocka_unit_test(values_are_unquoted),
        cmocka_unit_test(a_large_limit_is_lowered),
        cmocka_unit_test(no_value_stands_in_the_sql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
