/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_cell(struct span text, const char *want)
{
    struct buf out;

    buf_init(&out, 1000);
    csv_put(&out, text, true);
    assert_int_equal(buf_err(&out), OK);
    buf_put_byte(&out, '\0');
    assert_string_equal((const char *)out.base + out.start, want);
    buf_fini(&out);
}

static void quotes_what_must_be_quoted(void **state)
{
    (void)state;
    assert_cell(SPAN("plain"), "plain");
    assert_cell(SPAN(""), "");
    assert_cell(SPAN("a,b"), "\"a,b\"");
    assert_cell(SPAN("a;b"), "\"a;b\"");
    assert_cell(SPAN("a \"b\""), "\"a \"\"b\"\"\"");
    assert_cell(SPAN("a\nb"), "\"a\nb\"");
    assert_cell(SPAN("a "), "\"a \"");
}

static void G5_no_cell_is_a_formula(void **state)
{
    (void)state;
    assert_cell(SPAN("=1+1"), "'=1+1");
    assert_cell(SPAN("+1"), "'+1");
    assert_cell(SPAN("-1"), "'-1");
    assert_cell(SPAN("@x"), "'@x");
    assert_cell(SPAN("\tx"), "\"'\tx\"");
    assert_cell(SPAN("\rx"), "\"'\rx\"");
    assert_cell(SPAN("  =x"), "\"'  =x\"");
    assert_cell(SPAN(" \t=x"), "\"' \t=x\"");
    assert_cell(SPAN("\xC2\xA0=x"), "'\xC2\xA0=x");
    assert_cell(SPAN("\xE3\x80\x80=x"), "'\xE3\x80\x80=x");
    assert_cell(SPAN("\xEF\xBC\x9Dx"), "'\xEF\xBC\x9Dx");
    assert_cell(SPAN("\xEF\xBC\x8Bx"), "'\xEF\xBC\x8Bx");
    assert_cell(SPAN("\xEF\xBC\x8Dx"), "'\xEF\xBC\x8Dx");
    assert_cell(SPAN("\xEF\xBC\xA0x"), "'\xEF\xBC\xA0x");
    assert_cell(SPAN("=\"a\""), "\"'=\"\"a\"\"\"");
    assert_cell(SPAN("a=b"), "a=b");
}

static void rows_are_cells_between_commas(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    csv_put(&out, SPAN("a"), true);
    csv_put(&out, SPAN(""), false);
    csv_put(&out, SPAN("b"), false);
    csv_end(&out);
    assert_true(span_eq(buf_span(&out), SPAN("a,,b\r\n")));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_what_must_be_quoted),
        cmocka_unit_test(G5_no_cell_is_a_formula),
        cmocka_unit_test(rows_are_cells_between_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
