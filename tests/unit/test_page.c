/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows a page shows, worked by hand. R = released, w = withheld. */
#include "proxy/pull_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Feeds rows; writes 'T' for taken and '.' for not into `out`. */
static void walk(struct page *page, uint64_t limit, const char *rows, char *out)
{
    struct query q = {.limit = limit};

    for (size_t i = 0; rows[i] != '\0'; i++) {
        out[i] = page_take(page, &q, rows[i] == 'R') ? 'T' : '.';
        out[i + 1] = '\0';
    }
}

static void takes_the_first_visible_rows(void **state)
{
    struct page page = {0};
    char out[32];

    (void)state;
    walk(&page, 3, "wRwRRwR", out);
    assert_string_equal(out, ".T.TT..");
    assert_int_equal(page.taken, 3);
    assert_int_equal(page.rows, 7);
    assert_int_equal(page.next, NEXT_AT);
    assert_int_equal(page.next_at.source, 6); /* the row behind the page, counted from 0 */
    assert_int_equal(page.next_at.visible, 3);
}

static void knows_no_next_page_from_withheld_rows(void **state)
{
    struct page page = {0};
    char out[32];

    (void)state;
    walk(&page, 2, "RwRwwww", out);
    assert_string_equal(out, "T.T....");
    assert_int_equal(page.next, NEXT_UNKNOWN);
}

static void skips_visible_rows_of_a_raw_offset(void **state)
{
    struct page page = {.skip = 2};
    char out[32];

    (void)state;
    walk(&page, 2, "wRRwRwRR", out);
    assert_string_equal(out, "....T.T.");
    assert_int_equal(page.next_at.source, 7);
    assert_int_equal(page.next_at.visible, 4);
}

static void counts_on_from_a_cursor(void **state)
{
    struct page page = {.from = {.source = 100, .visible = 40}};
    char out[32];

    (void)state;
    walk(&page, 1, "wRwR", out);
    assert_string_equal(out, ".T..");
    assert_int_equal(page.next_at.source, 103);
    assert_int_equal(page.next_at.visible, 41);
}

static void remembers_the_first_row_behind_the_page_only(void **state)
{
    struct page page = {0};
    char out[32];

    (void)state;
    walk(&page, 1, "RRRR", out);
    assert_string_equal(out, "T...");
    assert_int_equal(page.next_at.source, 1);
}

static uint64_t ask_after(uint64_t rows, uint64_t visible, uint64_t asked)
{
    static struct exchange x;

    memset(&x, 0, sizeof(x));
    x.query.limit = 100;
    x.plan.has_row_rules = true;
    x.page = (struct page){.rows = rows, .visible = visible};
    x.pull.asked = asked;
    return page_next_ask(&x);
}

/* 100 rows and the one behind the page are wanted. */
static void asks_for_a_little_more_than_is_missing(void **state)
{
    (void)state;
    assert_int_equal(ask_after(0, 0, 0), 101 + 12 + 1);
    assert_int_equal(ask_after(114, 97, 114), 4 + 0 + 1);
    assert_int_equal(ask_after(114, 57, 114), 44 + 5 + 1);
}

static void doubles_where_few_rows_show(void **state)
{
    (void)state;
    assert_int_equal(ask_after(114, 3, 114), 228);
    assert_int_equal(ask_after(342, 3, 228), 456);
    assert_int_equal(ask_after(20000, 3, 8000), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_visible_rows),
        cmocka_unit_test(knows_no_next_page_from_withheld_rows),
        cmocka_unit_test(skips_visible_rows_of_a_raw_offset),
        cmocka_unit_test(counts_on_from_a_cursor),
        cmocka_unit_test(remembers_the_first_row_behind_the_page_only),
        cmocka_unit_test(asks_for_a_little_more_than_is_missing),
        cmocka_unit_test(doubles_where_few_rows_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
