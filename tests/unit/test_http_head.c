/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict head and framing reader. Each row of http_rows.h is fed whole, byte
 * by byte, paused after every event, and cut at every place, always from blocks
 * of exactly their size; all must tell the same.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "http/head.h"
#include "tests/unit/http_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum side { REQUEST, RESPONSE, TO_HEAD };

struct row {
    enum side side;
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

/* One connection's worth of parsing. */
struct run {
    struct http_parser *parser;
    struct buf told;
    bool in_body;
    bool pauses;
    bool closed; /* a message said that it is the last */
    enum err verdict;
    enum err end_error; /* what end() returns */
};

static void tell(struct run *r, const char *what)
{
    buf_put_str(&r->told, r->told.len > 0 ? "|" : "");
    buf_put_str(&r->told, what);
    if (r->pauses) {
        http_parser_pause(r->parser);
    }
}

static enum err on_head(void *ctx, const struct http_head *head)
{
    static const char *const METHODS[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "other"};
    struct run *r = ctx;
    char text[512];

    if (head->status > 0) {
        snprintf(text, sizeof(text), "head %u%s", head->status, head->keep_alive ? "" : " close");
    } else {
        snprintf(text, sizeof(text), "head %s %.*s %.*s%s", METHODS[head->method],
                 (int)head->target.len, (const char *)head->target.ptr, (int)head->host.len,
                 (const char *)head->host.ptr, head->keep_alive ? "" : " close");
    }
    r->in_body = false;
    r->closed = !head->keep_alive;
    tell(r, text);
    return OK;
}

static enum err on_body(void *ctx, struct span bytes)
{
    struct run *r = ctx;

    assert_true(bytes.len > 0);
    if (!r->in_body) {
        tell(r, "body ");
    }
    r->in_body = true;
    buf_put(&r->told, bytes);
    return OK;
}

static enum err on_end(void *ctx)
{
    struct run *r = ctx;

    r->in_body = false;
    tell(r, "end");
    return r->end_error;
}

static void open_run(struct run *r, enum side side)
{
    struct http_events events = {on_head, on_body, on_end, r};

    *r = (struct run){0};
    buf_init(&r->told, 1 << 20);
    assert_int_equal(http_parser_new(side != REQUEST, &events, &r->parser), OK);
    http_parser_next(r->parser, side == TO_HEAD);
}

static void close_run(struct run *r)
{
    http_parser_free(&r->parser);
    buf_fini(&r->told);
}

/* Feeds one piece from a block of exactly its size; where a message ended, the next may begin. */
static void feed(struct run *r, const char *bytes, size_t len)
{
    uint8_t *exact = mem_alloc_array(len, 1);
    size_t at = 0;
    bool moves = true;

    assert_non_null(exact);
    memcpy(exact, bytes, len);
    while (r->verdict == OK && moves && !(r->closed && http_parser_is_done(r->parser))) {
        size_t used = 0;
        size_t told = r->told.len;

        if (http_parser_is_done(r->parser)) {
            http_parser_next(r->parser, false);
        }
        r->verdict = http_parser_feed(r->parser, span_of(exact + at, len - at), &used);
        at += used;
        moves = used > 0 || r->told.len > told;
    }
    mem_free(exact);
}

static void finish(struct run *r)
{
    if (r->verdict == OK) {
        r->verdict = http_parser_eof(r->parser);
    }
}

static void assert_run(struct run *r, const struct row *row, const char *how, size_t at)
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
    struct run r;

    open_run(&r, row->side);
    r.pauses = pauses;
    for (size_t at = 0; at < row->len; at += size) {
        feed(&r, row->bytes + at, row->len - at < size ? row->len - at : size);
    }
    finish(&r);
    assert_run(&r, row, pauses ? "paused, pieces of" : "pieces of", size);
    close_run(&r);
}

static void run_cut(const struct row *row, size_t cut)
{
    struct run r;

    open_run(&r, row->side);
    feed(&r, row->bytes, cut);
    feed(&r, row->bytes + cut, row->len - cut);
    finish(&r);
    assert_run(&r, row, "cut at", cut);
    close_run(&r);
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

/* --- limits: one more byte than allowed is refused, the last allowed one is not */

static struct run parsed(enum side side, const struct buf *bytes)
{
    struct run r;

    open_run(&r, side);
    assert_int_equal(buf_err(bytes), OK);
    feed(&r, (const char *)buf_span(bytes).ptr, bytes->len);
    return r;
}

static enum err verdict_on(enum side side, struct buf *bytes)
{
    struct run r = parsed(side, bytes);
    enum err verdict = r.verdict;
    bool ended = http_parser_is_done(r.parser) || http_parser_is_idle(r.parser);

    assert_true(verdict != OK || ended);
    close_run(&r);
    buf_fini(bytes);
    return verdict;
}

static void put_many(struct buf *out, size_t count, char byte)
{
    for (size_t i = 0; i < count; i++) {
        buf_put_byte(out, (uint8_t)byte);
    }
}

static enum err head_of(size_t size)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_put_str(&b, "GET /x HTTP/1.1\r\nHost: a\r\nX: ");
    put_many(&b, size - b.len - 4, 'a');
    buf_put_str(&b, "\r\n\r\n");
    assert_int_equal(b.len, size);
    return verdict_on(REQUEST, &b);
}

static void takes_a_head_of_the_limit_and_no_larger(void **state)
{
    (void)state;
    assert_int_equal(head_of(HTTP_MAX_HEAD), OK);
    assert_int_equal(head_of(HTTP_MAX_HEAD + 1), ERR_HTTP_LARGE);
}

static enum err target_of(size_t size)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_put_str(&b, "GET /");
    put_many(&b, size - 1, 'a');
    buf_put_str(&b, " HTTP/1.1\r\nHost: a\r\n\r\n");
    return verdict_on(REQUEST, &b);
}

static void takes_a_target_of_the_limit_and_no_larger(void **state)
{
    (void)state;
    assert_int_equal(target_of(HTTP_MAX_TARGET), OK);
    assert_int_equal(target_of(HTTP_MAX_TARGET + 1), ERR_HTTP_LARGE);
}

static enum err headers_of(enum side side, size_t count)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_put_str(&b, side == REQUEST ? "GET /x HTTP/1.1\r\nHost: a\r\n"
                                    : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
    for (size_t i = 1; i < count; i++) {
        buf_put_str(&b, "X: y\r\n");
    }
    buf_put_str(&b, "\r\n");
    return verdict_on(side, &b);
}

static void takes_a_hundred_headers_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(headers_of(REQUEST, HTTP_MAX_HEADERS), OK);
    assert_int_equal(headers_of(REQUEST, HTTP_MAX_HEADERS + 1), ERR_HTTP_LARGE);
    assert_int_equal(headers_of(RESPONSE, HTTP_MAX_HEADERS), OK);
    assert_int_equal(headers_of(RESPONSE, HTTP_MAX_HEADERS + 1), ERR_UP_HEAD);
}

static enum err extension_of(size_t size)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_put_str(&b, "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    put_many(&b, size, 'a');
    buf_put_str(&b, "\r\nA\r\n0\r\n\r\n");
    return verdict_on(REQUEST, &b);
}

static void takes_a_chunk_extension_of_the_limit_and_no_longer(void **state)
{
    (void)state;
    assert_int_equal(extension_of(HTTP_MAX_EXTENSION), OK);
    assert_int_equal(extension_of(HTTP_MAX_EXTENSION + 1), ERR_HTTP_FRAMING);
}

static enum err trailers_of(size_t size)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_put_str(&b, "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
    size_t before = b.len;

    buf_put_str(&b, "X: ");
    put_many(&b, size - 7, 'a');
    buf_put_str(&b, "\r\n\r\n");
    assert_int_equal(b.len - before, size);
    return verdict_on(REQUEST, &b);
}

static void takes_trailers_of_eight_kilobytes_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(trailers_of(8 * 1024), OK);
    assert_int_equal(trailers_of(8 * 1024 + 1), ERR_HTTP_FRAMING);
}

static void passes_a_large_body_piece_by_piece(void **state)
{
    enum { SIZE = 300000 };
    struct buf b;
    struct run r;

    (void)state;
    buf_init(&b, 1 << 20);
    buf_put_str(&b, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    put_many(&b, SIZE, 'x');
    r = parsed(RESPONSE, &b);
    assert_int_equal(r.verdict, OK);
    assert_int_equal(r.told.len, strlen("head 200|body |end") + SIZE);
    close_run(&r);
    buf_fini(&b);
}

/* --- behaviour */

static void keeps_saying_the_first_error(void **state)
{
    struct run r;
    size_t used = 0;

    (void)state;
    open_run(&r, REQUEST);
    feed(&r, "GET /x HTTP/1.0\r\nHost: a\r\n\r\n", 28);
    assert_int_equal(r.verdict, ERR_HTTP_VERSION);
    assert_int_equal(http_parser_feed(r.parser, SPAN("GET /x HTTP/1.1\r\n"), &used),
                     ERR_HTTP_VERSION);
    assert_int_equal(used, 0);
    assert_int_equal(http_parser_eof(r.parser), ERR_HTTP_VERSION);
    assert_int_equal(r.told.len, 0);
    close_run(&r);
}

static void returns_the_error_of_a_callback(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, REQUEST);
    r.end_error = ERR_BUSY;
    feed(&r, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", 28);
    assert_int_equal(r.verdict, ERR_BUSY);
    close_run(&r);
}

static void leaves_the_bytes_of_the_next_message(void **state)
{
    struct span two = SPAN("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y");
    struct run r;
    size_t used = 0;

    (void)state;
    open_run(&r, REQUEST);
    assert_int_equal(http_parser_feed(r.parser, two, &used), OK);
    assert_int_equal(used, two.len - 6);
    assert_true(http_parser_is_done(r.parser));
    assert_false(http_parser_is_idle(r.parser));
    assert_int_equal(http_parser_feed(r.parser, span_from(two, used), &used), OK);
    assert_int_equal(used, 0);
    http_parser_next(r.parser, false);
    assert_true(http_parser_is_idle(r.parser));
    close_run(&r);
}

static void ends_quietly_between_messages(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, RESPONSE);
    assert_int_equal(http_parser_eof(r.parser), OK);
    assert_int_equal(r.told.len, 0);
    close_run(&r);
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
    struct run r;
    size_t used = 0;

    (void)state;
    open_run(&r, REQUEST);
    feed(&r, (const char *)message.ptr, message.len);
    buf_clear(&r.told);
    http_parser_next(r.parser, false);
    uint64_t before = mem_count();

    assert_int_equal(http_parser_feed(r.parser, message, &used), OK);
    assert_true(http_parser_is_done(r.parser));
    assert_int_equal(mem_count(), before);
    close_run(&r);
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
    cmocka_unit_test(takes_a_head_of_the_limit_and_no_larger),
    cmocka_unit_test(takes_a_target_of_the_limit_and_no_larger),
    cmocka_unit_test(takes_a_hundred_headers_and_no_more),
    cmocka_unit_test(takes_a_chunk_extension_of_the_limit_and_no_longer),
    cmocka_unit_test(takes_trailers_of_eight_kilobytes_and_no_more),
    cmocka_unit_test(passes_a_large_body_piece_by_piece),
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
