/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of heads and framing: the last allowed byte is taken, one more is refused. */
#include "tests/support/parse_run.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct parse_run parsed(enum parse_side side, const struct buf *bytes)
{
    struct parse_run r;

    parse_open(&r, side);
    assert_int_equal(buf_err(bytes), OK);
    parse_feed(&r, (const char *)buf_span(bytes).ptr, bytes->len);
    return r;
}

static enum err verdict_on(enum parse_side side, struct buf *bytes)
{
    struct parse_run r = parsed(side, bytes);
    enum err verdict = r.verdict;
    bool ended = http_parser_is_done(r.parser) || http_parser_is_idle(r.parser);

    assert_true(verdict != OK || ended);
    parse_close(&r);
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

static enum err headers_of(enum parse_side side, size_t count)
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
    struct parse_run r;

    (void)state;
    buf_init(&b, 1 << 20);
    buf_put_str(&b, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    put_many(&b, SIZE, 'x');
    r = parsed(RESPONSE, &b);
    assert_int_equal(r.verdict, OK);
    assert_int_equal(r.told.len, strlen("head 200|body |end") + SIZE);
    parse_close(&r);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_head_of_the_limit_and_no_larger),
        cmocka_unit_test(takes_a_target_of_the_limit_and_no_larger),
        cmocka_unit_test(takes_a_hundred_headers_and_no_more),
        cmocka_unit_test(takes_a_chunk_extension_of_the_limit_and_no_longer),
        cmocka_unit_test(takes_trailers_of_eight_kilobytes_and_no_more),
        cmocka_unit_test(passes_a_large_body_piece_by_piece),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
