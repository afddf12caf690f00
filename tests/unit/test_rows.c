/* SPDX-License-Identifier: Apache-2.0 */
#include "district/rows.h"

#include "base/buf.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Writes each row as "line:[a|b]" and remembers how it ended. */
struct record {
    struct buf text;
    enum err result;
    struct rows_fault fault;
};

static enum err take(void *ctx, const struct rows_row *row)
{
    struct buf *out = ctx;

    buf_printf(out, "%u:[", row->line);
    for (size_t i = 0; i < row->count; i++) {
        buf_put_str(out, i == 0 ? "" : "|");
        buf_put(out, row->cells[i]);
    }
    buf_put_str(out, "]");
    return OK;
}

/* Reads `text` in pieces: up to `split`, then `step` bytes at a time. */
static void read_text(struct span text, size_t split, size_t step, struct record *out)
{
    struct rows *r = NULL;
    struct rows_events events = {take, &out->text};
    enum err e;

    buf_init(&out->text, 1 << 20);
    assert_int_equal(rows_new(&events, &r), OK);
    e = rows_feed(r, span_sub(text, 0, split));
    for (size_t at = split; at < text.len && e == OK; at += step) {
        e = rows_feed(r, span_sub(text, at, step));
    }
    out->result = e != OK ? e : rows_end(r);
    out->fault = *rows_fault(r);
    rows_free(&r);
}

static void assert_same(const struct record *a, const struct record *b)
{
    assert_int_equal(a->result, b->result);
    assert_true(span_eq(buf_span(&a->text), buf_span(&b->text)));
    assert_int_equal(a->fault.line, b->fault.line);
    assert_int_equal(a->fault.column, b->fault.column);
}

struct good {
    struct span text;
    const char *rows;
};

static const struct good GOOD[] = {
    {{(const uint8_t *)"", 0}, ""},
    {{(const uint8_t *)"a", 1}, "1:[a]"},
    {{(const uint8_t *)"a,b\r\nc,d\r\n", 10}, "1:[a|b]2:[c|d]"},
    {{(const uint8_t *)"a,b\nc,d", 7}, "1:[a|b]2:[c|d]"},
    {{(const uint8_t *)"\xEF\xBB\xBF"
                       "a,b\n",
      7},
     "1:[a|b]"},
    {{(const uint8_t *)"\xEF\xBB\xBF", 3}, ""},
    {{(const uint8_t *)"a,,\r\n", 5}, "1:[a||]"},
    {{(const uint8_t *)",\n", 2}, "1:[|]"},
    {{(const uint8_t *)"\"\"\n", 3}, "1:[]"},
    {{(const uint8_t *)"a\n\n\r\nb\n", 7}, "1:[a]4:[b]"},
    {{(const uint8_t *)"\"a,\"\"b\"\"\",c\n", 12}, "1:[a,\"b\"|c]"},
    {{(const uint8_t *)"\"a\r\nb\",c\r\nd,e\r\n", 15}, "1:[a\r\nb|c]3:[d|e]"},
    {{(const uint8_t *)" a , b \n", 8}, "1:[ a | b ]"},
    {{(const uint8_t *)"\"a\"", 3}, "1:[a]"},
    {{(const uint8_t *)"a,\"\"", 4}, "1:[a|]"},
};

static void reads_rows_with_their_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct record got;

        read_text(GOOD[i].text, GOOD[i].text.len, 1, &got);
        assert_int_equal(got.result, OK);
        assert_true(span_eq_str(buf_span(&got.text), GOOD[i].rows));
        buf_fini(&got.text);
    }
}

struct bad {
    struct span text;
    unsigned line, column;
};

static const struct bad BAD[] = {
    {{(const uint8_t *)"a\"b\n", 4}, 1, 1},
    {{(const uint8_t *)"x\ny,\"a\"b\n", 9}, 2, 2},
    {{(const uint8_t *)"a,\"b", 4}, 1, 2},
    {{(const uint8_t *)"a,\"b\n\nc", 7}, 1, 2},
    {{(const uint8_t *)"a\rb\n", 4}, 1, 1},
    {{(const uint8_t *)"a\r", 2}, 1, 1},
    {{(const uint8_t *)"a\r\r\n", 4}, 1, 1},
    {{(const uint8_t *)"a,b\0c\n", 6}, 1, 2},
    {{(const uint8_t *)"a,\x1B\n", 4}, 1, 2},
    {{(const uint8_t *)"a,\x7F\n", 4}, 1, 2},
    {{(const uint8_t *)"a\nb,\xC3(\n", 7}, 2, 2},
    {{(const uint8_t *)"\xED\xA0\x80\n", 4}, 1, 1},
    {{(const uint8_t *)"\xFF\xFE"
                       "a\0\n\0",
      6},
     1,
     1},
    {{(const uint8_t *)"\"a\nb\",\"c\nd\",\xFF\n", 14}, 3, 3},
};

static void names_the_place_of_what_is_not_csv(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct record got;

        read_text(BAD[i].text, BAD[i].text.len, 1, &got);
        assert_int_equal(got.result, ERR_INPUT);
        assert_non_null(got.fault.text);
        assert_int_equal(got.fault.line, BAD[i].line);
        assert_int_equal(got.fault.column, BAD[i].column);
        buf_fini(&got.text);
    }
}

static void check_splits(struct span text)
{
    struct record whole;

    read_text(text, text.len, 1, &whole);
    for (size_t split = 0; split <= text.len; split++) {
        struct record two, bytes;

        read_text(text, split, text.len + 1, &two);
        assert_same(&two, &whole);
        read_text(text, split, 1, &bytes);
        assert_same(&bytes, &whole);
        buf_fini(&two.text);
        buf_fini(&bytes.text);
    }
    buf_fini(&whole.text);
}

static void gives_the_same_rows_however_the_bytes_come(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        check_splits(GOOD[i].text);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        check_splits(BAD[i].text);
    }
}

static void refuses_too_many_cells(void **state)
{
    char text[2 * ROWS_MAX_CELLS + 8];
    struct record got;

    (void)state;
    memset(text, ',', sizeof(text));
    read_text(span_of(text, ROWS_MAX_CELLS - 1), 0, 50, &got);
    assert_int_equal(got.result, OK);
    buf_fini(&got.text);
    read_text(span_of(text, ROWS_MAX_CELLS), 0, 50, &got);
    assert_int_equal(got.result, ERR_INPUT);
    assert_int_equal(got.fault.column, ROWS_MAX_CELLS + 1);
    buf_fini(&got.text);
}

static void refuses_a_cell_without_end_before_it_is_all_in_memory(void **state)
{
    size_t len = 4 * ROWS_MAX_CELL;
    char *text = mem_alloc(len);
    struct record got;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    text[0] = '"';
    read_text(span_of(text, len), 0, len, &got);
    assert_int_equal(got.result, ERR_INPUT);
    assert_true(span_starts(span_str(got.fault.text), SPAN("the cell is longer")));
    buf_fini(&got.text);
    mem_free(text);
}

static enum err refuse(void *ctx, const struct rows_row *row)
{
    (void)row;
    ++*(unsigned *)ctx;
    return ERR_BUSY;
}

static void an_error_of_the_callback_ends_the_reading(void **state)
{
    unsigned calls = 0;
    struct rows *r = NULL;
    struct rows_events events = {refuse, &calls};

    (void)state;
    assert_int_equal(rows_new(&events, &r), OK);
    assert_int_equal(rows_feed(r, SPAN("a\nb\nc\n")), ERR_BUSY);
    assert_int_equal(calls, 1);
    assert_int_equal(rows_end(r), ERR_BUSY);
    rows_free(&r);
    assert_null(r);
}

static void survives_every_failing_allocation(void **state)
{
    enum err e = ERR_MEMORY;

    (void)state;
    for (uint64_t n = 1; e == ERR_MEMORY; n++) {
        struct rows *r = NULL;
        struct buf text;
        struct rows_events events = {take, &text};

        buf_init(&text, 1000);
        (void)buf_room(&text, 500);
        mem_fail_at(n);
        e = rows_new(&events, &r);
        e = e != OK ? e : rows_feed(r, SPAN("abc,def\n\"g\",h\n"));
        e = e != OK ? e : rows_end(r);
        mem_fail_at(0);
        rows_free(&r);
        buf_fini(&text);
        assert_true(n < 100);
    }
    assert_int_equal(e, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows_with_their_lines),
        cmocka_unit_test(names_the_place_of_what_is_not_csv),
        cmocka_unit_test(gives_the_same_rows_however_the_bytes_come),
        cmocka_unit_test(refuses_too_many_cells),
        cmocka_unit_test(refuses_a_cell_without_end_before_it_is_all_in_memory),
        cmocka_unit_test(an_error_of_the_callback_ends_the_reading),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
