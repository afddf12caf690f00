/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors: of fixed length, readable by nobody else, useless under any other question. */
#include "proxy/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const uint8_t KEY[SEAL_KEY_BYTES] = {1, 2, 3};
static const uint8_t OTHER_KEY[SEAL_KEY_BYTES] = {1, 2, 4};

struct question {
    struct field fields[2];
    struct resource resource;
    struct agreement agreement;
    struct query query;
    struct plan plan;
    struct cursor_bond bond;
};

static void ask(struct question *q)
{
    memset(q, 0, sizeof(*q));
    q->fields[0] =
        (struct field){.number = 0, .path = SPAN("familyName"), .name = SPAN("familyName")};
    q->fields[1] =
        (struct field){.number = 1, .path = SPAN("givenName"), .name = SPAN("givenName")};
    q->resource =
        (struct resource){.name = SPAN("students"), .fields = q->fields, .field_count = 2};
    q->agreement.id = SPAN("acme-math");
    q->query.limit = 100;
    q->plan.agreement = &q->agreement;
    q->plan.resource = &q->resource;
    q->plan.query = &q->query;
    q->bond = (struct cursor_bond){.client = SPAN("acme"), .plan = &q->plan, .source = &q->query};
}

static void seal(struct question *q, struct position at, char out[CURSOR_CHARS])
{
    struct buf text;

    buf_init(&text, 256);
    assert_int_equal(cursor_put(&text, KEY, &q->bond, at), OK);
    assert_int_equal(buf_span(&text).len, CURSOR_CHARS);
    memcpy(out, buf_span(&text).ptr, CURSOR_CHARS);
    buf_fini(&text);
}

static enum err open_as(struct question *q, const char *text, const uint8_t *key,
                        struct position *out)
{
    return cursor_read(span_of(text, CURSOR_CHARS), key, &q->bond, out);
}

static void gives_back_the_position(void **state)
{
    static const struct position places[] = {{0, 0}, {1, 1}, {12345, 99}, {UINT64_MAX, UINT64_MAX}};
    struct question q;
    char text[CURSOR_CHARS];

    (void)state;
    ask(&q);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct position at = {7, 7};

        seal(&q, places[i], text);
        assert_int_equal(open_as(&q, text, KEY, &at), OK);
        assert_true(at.source == places[i].source && at.visible == places[i].visible);
    }
}

static void never_looks_the_same_twice(void **state)
{
    struct question q;
    char one[CURSOR_CHARS], two[CURSOR_CHARS];

    (void)state;
    ask(&q);
    seal(&q, (struct position){5, 5}, one);
    seal(&q, (struct position){5, 5}, two);
    assert_memory_not_equal(one, two, CURSOR_CHARS);
}

static void assert_refused(struct question *q, const char *text, const uint8_t *key)
{
    struct position at = {7, 7};

    assert_int_equal(open_as(q, text, key, &at), ERR_CURSOR);
    assert_true(at.source == 7 && at.visible == 7);
}

static void is_bound_to_client_agreement_resource_and_question(void **state)
{
    struct question q;
    char text[CURSOR_CHARS];

    (void)state;
    ask(&q);
    seal(&q, (struct position){5, 5}, text);
    assert_refused(&q, text, OTHER_KEY);
    q.bond.client = SPAN("other");
    assert_refused(&q, text, KEY);
    ask(&q);
    q.agreement.id = SPAN("acme-reading");
    assert_refused(&q, text, KEY);
    ask(&q);
    q.resource.name = SPAN("teachers");
    assert_refused(&q, text, KEY);
    ask(&q);
    q.query.sort = &q.fields[0];
    assert_refused(&q, text, KEY);
    q.query.sort = NULL;
    q.query.clauses[0] = (struct clause){&q.fields[0], FILTER_EQ, SPAN("x")};
    q.query.clause_count = 1;
    assert_refused(&q, text, KEY);
    ask(&q);
    q.query.has_fields = true;
    assert_refused(&q, text, KEY);
    ask(&q);
    struct position at;

    assert_int_equal(open_as(&q, text, KEY, &at), OK);
}

/* A policy that shows a field to other roles than before changes which rows positions count. */
static void is_bound_to_what_the_source_was_asked(void **state)
{
    struct question q;
    char text[CURSOR_CHARS];
    struct position at;

    (void)state;
    ask(&q);
    q.query.clauses[0] = (struct clause){&q.fields[0], FILTER_EQ, SPAN("x")};
    q.query.clause_count = 1;
    seal(&q, (struct position){5, 5}, text);
    assert_int_equal(open_as(&q, text, KEY, &at), OK);
    fieldset_add(&q.plan.open, 1);
    assert_int_equal(open_as(&q, text, KEY, &at), OK);
    fieldset_add(&q.plan.open, 0);
    assert_refused(&q, text, KEY);
}

static void refuses_every_changed_character(void **state)
{
    struct question q;
    char text[CURSOR_CHARS], bad[CURSOR_CHARS];

    (void)state;
    ask(&q);
    seal(&q, (struct position){5, 5}, text);
    for (size_t i = 0; i < CURSOR_CHARS; i++) {
        memcpy(bad, text, sizeof(bad));
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        assert_refused(&q, bad, KEY);
    }
    struct position at;

    assert_int_equal(cursor_read(span_of(text, CURSOR_CHARS - 1), KEY, &q.bond, &at), ERR_CURSOR);
    assert_int_equal(cursor_read(SPAN(""), KEY, &q.bond, &at), ERR_CURSOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_the_position),
        cmocka_unit_test(never_looks_the_same_twice),
        cmocka_unit_test(is_bound_to_client_agreement_resource_and_question),
        cmocka_unit_test(is_bound_to_what_the_source_was_asked),
        cmocka_unit_test(refuses_every_changed_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
