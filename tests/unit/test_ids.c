/* SPDX-License-Identifier: Apache-2.0 */
/* Strings numbered once; sets kept once. */
#include "roster/ids.h"

#include "base/mem.h"
#include "roster/sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t add(struct ids *t, const char *text)
{
    uint32_t number = IDS_NONE;

    assert_int_equal(ids_add(t, span_str(text), &number), OK);
    return number;
}

static void numbers_strings_in_order_of_arrival(void **state)
{
    struct ids t;

    (void)state;
    assert_int_equal(ids_init(&t), OK);
    assert_int_equal(add(&t, "b"), 0);
    assert_int_equal(add(&t, "a"), 1);
    assert_int_equal(add(&t, "b"), 0);
    assert_int_equal(add(&t, "exactly8"), 2);
    assert_int_equal(add(&t, "exactly8+"), 3);
    assert_int_equal(ids_find(&t, SPAN("a")), 1);
    assert_int_equal(ids_find(&t, SPAN("exactly8")), 2);
    assert_int_equal(ids_find(&t, SPAN("ab")), IDS_NONE);
    assert_int_equal(ids_find(&t, SPAN("")), IDS_NONE);
    assert_true(span_eq_str(ids_get(&t, 3), "exactly8+"));
    ids_fini(&t);
}

static void finds_nothing_in_an_empty_table(void **state)
{
    struct ids t;

    (void)state;
    assert_int_equal(ids_init(&t), OK);
    assert_int_equal(ids_find(&t, SPAN("a")), IDS_NONE);
    assert_int_equal(ids_find(&t, span_of(NULL, 0)), IDS_NONE);
    assert_int_equal(ids_bytes(&t), 0);
    ids_fini(&t);
}

static void keeps_every_string_while_growing(void **state)
{
    struct ids t;
    char text[32];

    (void)state;
    assert_int_equal(ids_init(&t), OK);
    for (uint32_t i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof(text), "id-%u", i * 7);
        assert_int_equal(add(&t, text), i);
    }
    ids_shrink(&t);
    for (uint32_t i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof(text), "id-%u", i * 7);
        assert_int_equal(ids_find(&t, span_str(text)), i);
        assert_true(span_eq_str(ids_get(&t, i), text));
    }
    assert_int_equal(t.cap, t.used);
    ids_fini(&t);
}

static void tells_strings_with_nul_bytes_apart(void **state)
{
    struct ids t;
    uint32_t a, b;

    (void)state;
    assert_int_equal(ids_init(&t), OK);
    assert_int_equal(ids_add(&t, span_of("x\0a", 3), &a), OK);
    assert_int_equal(ids_add(&t, span_of("x\0b", 3), &b), OK);
    assert_int_not_equal(a, b);
    assert_int_equal(ids_find(&t, SPAN("x")), IDS_NONE);
    ids_fini(&t);
}

static enum err fill(struct ids *t)
{
    uint32_t number;
    char text[32];
    enum err e = OK;

    for (int i = 0; i < 300 && e == OK; i++) {
        (void)snprintf(text, sizeof(text), "string number %d", i);
        e = ids_add(t, span_str(text), &number);
    }
    return e;
}

static void survives_every_failing_allocation(void **state)
{
    uint64_t n = 0;
    enum err e = ERR_MEMORY;

    (void)state;
    while (e != OK) {
        struct ids t;

        assert_int_equal(ids_init(&t), OK);
        mem_fail_at(++n);
        e = fill(&t);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        for (uint32_t i = 0; i < t.count; i++) {
            assert_int_equal(ids_find(&t, ids_get(&t, i)), i);
        }
        ids_fini(&t);
    }
    assert_true(n > 5);
}

static void keeps_each_distinct_set_once(void **state)
{
    static const struct edge edges[] = {{0, 1}, {1, 0}, {0, 0}, {1, 1}, {3, 1}, {0, 1}};
    struct edges e = {0};
    struct sets s;
    struct ids names;
    uint32_t of[4];
    size_t n;

    (void)state;
    assert_int_equal(ids_init(&names), OK);
    (void)add(&names, "red");
    (void)add(&names, "blue");
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        assert_int_equal(edges_add(&e, edges[i].from, edges[i].to), OK);
    }
    assert_int_equal(sets_build(&e, &names, 4, of, &s), OK);
    assert_int_equal(of[0], of[1]);
    assert_int_equal(of[2], 0);
    assert_int_not_equal(of[3], of[0]);
    const struct span *items = sets_items(&s, of[0], &n);

    assert_int_equal(n, 2);
    assert_true(span_eq_str(items[0], "red") && span_eq_str(items[1], "blue"));
    items = sets_items(&s, of[3], &n);
    assert_int_equal(n, 1);
    assert_true(span_eq_str(items[0], "blue"));
    (void)sets_items(&s, of[2], &n);
    assert_int_equal(n, 0);
    assert_int_equal(s.count, 3);
    sets_fini(&s);
    edges_fini(&e);
    ids_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_strings_in_order_of_arrival),
        cmocka_unit_test(finds_nothing_in_an_empty_table),
        cmocka_unit_test(keeps_every_string_while_growing),
        cmocka_unit_test(tells_strings_with_nul_bytes_apart),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(keeps_each_distinct_set_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
