/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict head and framing reader. Each row of http_rows.h is fed whole, byte
 * by byte, paused after every event, and cut at every place, always from blocks
 * of exactly their size; all must tell the same.
 */
#include "base/mem.h"
#include "tests/support/parse_run.h"
#include "tests/unit/http_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
    enum parse_side side;
    const char *sentence;
    const char *bytes;
    size_t len;
    enum err verdict;
    const char *events;
};

static const struct row ROWS[] = {
#define ROW(side, sentence, bytes, verdict, events)                                                \
    {side, sentence, bytes, sizeof(bytes) - 1, verdict, events},
    HTTP_ROWS(ROW)
#undef ROW
};

enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };

static void assert_run(struct parse_run *r, const struct row *row, const char *how, size_t at)
{
    struct span want = span_str(row->events);
    struct span got = buf_span(&r->told);

    if (r->verdict != row->verdict || !span_eq(got, want)) {
        fail_msg("%s (%s %zu): %s after '%.*s', wanted %s after '%s'", row->sentence, how, at,
                 r->verdict == OK ? "ok" : err_code(r->verdict), (int)got.len,
                 (const char *)got.ptr, row->verdict == OK ? "ok" : err_code(row->verdict),
                 row->events);
    }
}

/* In pieces of `size` bytes. */
static void run_pieces(const struct row *row, size_t size, bool pauses)
{
    struct parse_run r;

    parse_open(&r, row->side);
    r.pauses = pauses;
    for (size_t at = 0; at < row->len; at += size) {
        parse_feed(&r, row->bytes + at, row->len - at < size ? row->len - at : size);
    }
    parse_end(&r);
    assert_run(&r, row, pauses ? "paused, pieces of" : "pieces of", size);
    parse_close(&r);
}

static void run_cut(const struct row *row, size_t cut)
{
    struct parse_run r;

    parse_open(&r, row->side);
    parse_feed(&r, row->bytes, cut);
    parse_feed(&r, row->bytes + cut, row->len - cut);
    parse_end(&r);
    assert_run(&r, row, "cut at", cut);
    parse_close(&r);
}

static void test_row(void **state)
{
    const struct row *row = *state;

    run_pieces(row, row->len, false);
    run_pieces(row, row->len, true);
    run_pieces(row, 1, false);
    run_pieces(row, 1, true);
    run_pieces(row, 7, false);
    for (size_t cut = 1; cut < row->len; cut++) {
        run_cut(row, cut);
    }
}

/* --- behaviour */

static void keeps_saying_the_first_error(void **state)
{
    struct parse_run r;
    size_t used = 0;

    (void)state;
    parse_open(&r, REQUEST);
    parse_feed(&r, "GET /x HTTP/1.0\r\nHost: a\r\n\r\n", 28);
    assert_int_equal(r.verdict, ERR_HTTP_VERSION);
    assert_int_equal(http_parser_feed(r.parser, SPAN("GET /x HTTP/1.1\r\n"), &used),
                     ERR_HTTP_VERSION);
    assert_int_equal(used, 0);
    assert_int_equal(http_parser_eof(r.parser), ERR_HTTP_VERSION);
    assert_int_equal(r.told.len, 0);
    parse_close(&r);
}

static void returns_the_error_of_a_callback(void **state)
{
    struct parse_run r;

    (void)state;
    parse_open(&r, REQUEST);
    r.end_error = ERR_BUSY;
    parse_feed(&r, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", 28);
    assert_int_equal(r.verdict, ERR_BUSY);
    parse_close(&r);
}

static void leaves_the_bytes_of_the_next_message(void **state)
{
    struct span two = SPAN("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y");
    struct parse_run r;
    size_t used = 0;

    (void)state;
    parse_open(&r, REQUEST);
    assert_int_equal(http_parser_feed(r.parser, two, &used), OK);
    assert_int_equal(used, two.len - 6);
    assert_true(http_parser_is_done(r.parser));
    assert_false(http_parser_is_idle(r.parser));
    assert_int_equal(http_parser_feed(r.parser, span_from(two, used), &used), OK);
    assert_int_equal(used, 0);
    http_parser_next(r.parser, false);
    assert_true(http_parser_is_idle(r.parser));
    parse_close(&r);
}

static void ends_quietly_between_messages(void **state)
{
    struct parse_run r;

    (void)state;
    parse_open(&r, RESPONSE);
    assert_int_equal(http_parser_eof(r.parser), OK);
    assert_int_equal(r.told.len, 0);
    parse_close(&r);
}

static enum err look_up(void *ctx, const struct http_head *head)
{
    struct span value = SPAN("untouched");

    (void)ctx;
    assert_int_equal(http_head_count(head, "accept"), 2);
    assert_false(http_head_one(head, "accept", &value));
    assert_false(http_head_one(head, "absent", &value));
    assert_true(span_eq_str(value, "untouched"));
    assert_true(http_head_one(head, "AUTHORIZATION", &value));
    assert_true(span_eq_str(value, "Bearer x"));
    return OK;
}

static enum err ignore_body(void *ctx, struct span bytes)
{
    (void)ctx;
    (void)bytes;
    return OK;
}

static enum err ignore_end(void *ctx)
{
    (void)ctx;
    return OK;
}

static void finds_a_header_that_stands_once(void **state)
{
    struct http_events events = {look_up, ignore_body, ignore_end, NULL};
    struct http_parser *p = NULL;
    size_t used = 0;

    (void)state;
    assert_int_equal(http_parser_new(false, &events, &p), OK);
    assert_int_equal(http_parser_feed(p,
                                      SPAN("GET /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\n"
                                           "Authorization: Bearer x\r\naccept: c\r\n\r\n"),
                                      &used),
                     OK);
    http_parser_free(&p);
    assert_null(p);
}

/* Every allocation fails once; the outcome is ERR_MEMORY or the right one, never a leak. */
static void survives_every_failing_allocation(void **state)
{
    enum err e = ERR_MEMORY;

    (void)state;
    for (unsigned n = 1; e == ERR_MEMORY; n++) {
        struct http_events events = {look_up, ignore_body, ignore_end, NULL};
        struct http_parser *p = NULL;
        size_t used = 0;

        assert_true(n < 50);
        mem_fail_at(n);
        e = http_parser_new(false, &events, &p);
        if (e == OK) {
            e = http_parser_feed(p,
                                 SPAN("GET /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\n"
                                      "Authorization: Bearer x\r\naccept: c\r\n\r\n"),
                                 &used);
        }
        http_parser_free(&p);
    }
    mem_fail_at(0);
    assert_int_equal(e, OK);
}

static void allocates_nothing_once_it_is_warm(void **state)
{
    struct span message = SPAN("GET /x HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
    struct parse_run r;
    size_t used = 0;

    (void)state;
    parse_open(&r, REQUEST);
    parse_feed(&r, (const char *)message.ptr, message.len);
    buf_clear(&r.told);
    http_parser_next(r.parser, false);
    uint64_t before = mem_count();

    assert_int_equal(http_parser_feed(r.parser, message, &used), OK);
    assert_true(http_parser_is_done(r.parser));
    assert_int_equal(mem_count(), before);
    parse_close(&r);
}

/* --- the document */

static bool has_line(struct span text, const char *line)
{
    while (text.ptr != NULL) {
        if (span_eq_str(span_cut(&text, '\n'), line)) {
            return true;
        }
    }
    return false;
}

static void the_document_lists_every_row(void **state)
{
    static const char *const SIDES[] = {"request", "answer", "answer to HEAD"};
    static char text[128 * 1024];
    FILE *f = fopen("docs/http-strictness.md", "r");

    (void)state;
    assert_non_null(f);
    size_t len = fread(text, 1, sizeof(text), f);

    (void)fclose(f);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char line[512];

        snprintf(line, sizeof(line), "| %s | %s | %s |", SIDES[ROWS[i].side], ROWS[i].sentence,
                 ROWS[i].verdict == OK ? "taken" : err_code(ROWS[i].verdict));
        if (!has_line(span_of(text, len), line)) {
            fail_msg("docs/http-strictness.md lacks: %s", line);
        }
    }
}

static const struct CMUnitTest OTHERS[] = {
    cmocka_unit_test(keeps_saying_the_first_error),
    cmocka_unit_test(returns_the_error_of_a_callback),
    cmocka_unit_test(leaves_the_bytes_of_the_next_message),
    cmocka_unit_test(ends_quietly_between_messages),
    cmocka_unit_test(finds_a_header_that_stands_once),
    cmocka_unit_test(survives_every_failing_allocation),
    cmocka_unit_test(allocates_nothing_once_it_is_warm),
    cmocka_unit_test(the_document_lists_every_row),
};

enum { OTHER_COUNT = sizeof(OTHERS) / sizeof(OTHERS[0]) };

int main(void)
{
    static struct row rows[ROW_COUNT];
    static struct CMUnitTest tests[ROW_COUNT + OTHER_COUNT];

    for (size_t i = 0; i < ROW_COUNT; i++) {
        rows[i] = ROWS[i];
        tests[i] = (struct CMUnitTest){
            .name = rows[i].sentence, .test_func = test_row, .initial_state = &rows[i]};
    }
    memcpy(&tests[ROW_COUNT], OTHERS, sizeof(OTHERS));
    return _cmocka_run_group_tests("http_head", tests, ROW_COUNT + OTHER_COUNT, NULL, NULL);
}
