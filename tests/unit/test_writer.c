/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that we send: their form, and that nothing can split them. */
#include "http/writer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_written(const struct buf *b, const char *want)
{
    struct span got = buf_span(b);

    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

static void writes_a_whole_head(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(writer_status(&b, 404), OK);
    assert_int_equal(writer_header(&b, SPAN("X-Total-Count"), SPAN("a, \"b\"")), OK);
    assert_int_equal(writer_number(&b, "Content-Length", 18446744073709551615u), OK);
    assert_int_equal(writer_end(&b), OK);
    assert_written(&b, "HTTP/1.1 404 Not Found\r\nX-Total-Count: a, \"b\"\r\n"
                       "Content-Length: 18446744073709551615\r\n\r\n");
    buf_fini(&b);
}

static void writes_a_request_line(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(writer_request(&b, "GET", SPAN("/x?a=%20b")), OK);
    assert_written(&b, "GET /x?a=%20b HTTP/1.1\r\n");
    buf_fini(&b);
}

static void writes_an_unknown_status_without_a_phrase(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(writer_status(&b, 599), OK);
    assert_written(&b, "HTTP/1.1 599 \r\n");
    buf_fini(&b);
}

static void refuses_statuses_that_end_no_exchange(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(writer_status(&b, 101), ERR_INTERNAL);
    assert_int_equal(writer_status(&b, 600), ERR_INTERNAL);
    assert_int_equal(b.len, 0);
    buf_fini(&b);
}

/* Every byte that is not printable ASCII, at every place of a value. */
static void lets_no_value_split_the_head(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    for (unsigned byte = 0; byte < 256; byte++) {
        bool printable = byte >= 0x20 && byte < 0x7f;

        for (size_t at = 0; at < 3; at++) {
            uint8_t value[3] = {'a', 'b', 'c'};

            value[at] = (uint8_t)byte;
            buf_clear(&b);
            enum err e = writer_header(&b, SPAN("X"), span_of(value, 3));

            assert_int_equal(e, printable ? OK : ERR_INTERNAL);
            assert_int_equal(b.len, printable ? 8 : 0);
        }
    }
    buf_fini(&b);
}

static void refuses_names_that_are_not_plain(void **state)
{
    static const char *const NAMES[] = {"", "X Y", "X:Y", "X\rY", "X\nY", "X_Y", "X\xc3"};
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        assert_int_equal(writer_header(&b, span_str(NAMES[i]), SPAN("v")), ERR_INTERNAL);
        assert_int_equal(writer_number(&b, NAMES[i], 1), ERR_INTERNAL);
    }
    assert_int_equal(b.len, 0);
    buf_fini(&b);
}

static void refuses_targets_that_would_split_the_request_line(void **state)
{
    static const char *const TARGETS[] = {"", "x", "/a b", "/a\rb", "/a\nb", "/a\tb", "/\xc3\xa9"};
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
        assert_int_equal(writer_request(&b, "GET", span_str(TARGETS[i])), ERR_INTERNAL);
    }
    assert_int_equal(writer_request(&b, "GET /x HTTP/1.1\r\nX:", SPAN("/")), ERR_INTERNAL);
    assert_int_equal(b.len, 0);
    buf_fini(&b);
}

static void takes_back_a_line_that_does_not_fit(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 20);
    assert_int_equal(writer_header(&b, SPAN("A"), SPAN("b")), OK);
    assert_int_equal(writer_header(&b, SPAN("Long-Name"), SPAN("long value")), ERR_TOO_BIG);
    assert_written(&b, "A: b\r\n");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_whole_head),
        cmocka_unit_test(writes_a_request_line),
        cmocka_unit_test(writes_an_unknown_status_without_a_phrase),
        cmocka_unit_test(refuses_statuses_that_end_no_exchange),
        cmocka_unit_test(lets_no_value_split_the_head),
        cmocka_unit_test(refuses_names_that_are_not_plain),
        cmocka_unit_test(refuses_targets_that_would_split_the_request_line),
        cmocka_unit_test(takes_back_a_line_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
