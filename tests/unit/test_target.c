/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets: what is taken, what is refused, and that every cut of them is safe. */
#include "base/buf.h"
#include "base/mem.h"
#include "http/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* "seg/seg?name=value&name=value" with decoded parts, or the error's code. */
struct row {
    const char *sentence;
    const char *raw;
    const char *want;
};

static const struct row ROWS[] = {
    {"reads a path", "/ims/oneroster/users", "ims/oneroster/users"},
    {"reads the root as no segments", "/", ""},
    {"decodes a segment", "/users/a%20b%2Cc", "users/a b,c"},
    {"decodes UTF-8", "/users/%C3%A9", "users/\xc3\xa9"},
    {"decodes once only", "/users/%2520", "users/%20"},
    {"keeps sub-delimiters", "/a!$&'()*+,;=:@-._~", "a!$&'()*+,;=:@-._~"},
    {"reads parameters in order", "/x?b=1&a=2&b=3", "x?b=1&a=2&b=3"},
    {"takes an empty value", "/x?a=", "x?a="},
    {"splits at the first equals sign", "/x?filter=a='b'", "x?filter=a='b'"},
    {"keeps a plus sign", "/x?a=1+2", "x?a=1+2"},
    {"keeps a semicolon inside a value", "/x?a=1;b=2", "x?a=1;b=2"},
    {"decodes an ampersand into the value", "/x?a=1%26b%3D2", "x?a=1&b=2"},
    {"decodes names", "/x?%61=1", "x?a=1"},
    {"takes slash and question mark in a query", "/x?a=/b?c", "x?a=/b?c"},
    {"takes an escaped slash in a value", "/x?a=%2Fb%5Cc", "x?a=/b\\c"},
    {"refuses the empty target", "", "bad-target"},
    {"refuses a target without a slash", "users", "bad-target"},
    {"refuses a query alone", "?a=b", "bad-target"},
    {"refuses a trailing slash", "/users/", "bad-target"},
    {"refuses two slashes in front", "//users", "bad-target"},
    {"refuses two slashes inside", "/a//b", "bad-target"},
    {"refuses one dot", "/a/./b", "bad-target"},
    {"refuses two dots", "/a/../b", "bad-target"},
    {"refuses two dots at the end", "/a/..", "bad-target"},
    {"refuses escaped dots", "/a/%2e%2E/b", "bad-target"},
    {"refuses half-escaped dots", "/a/.%2e/b", "bad-target"},
    {"takes three dots", "/a/...", "a/..."},
    {"refuses an escaped slash in a path", "/a%2fb", "bad-target"},
    {"refuses an escaped backslash in a path", "/a%5cb", "bad-target"},
    {"refuses a backslash", "/a\\b", "bad-target"},
    {"refuses an escaped NUL", "/a%00", "bad-target"},
    {"refuses an escaped NUL in a value", "/x?a=%00", "bad-target"},
    {"refuses an escaped line feed in a value", "/x?a=%0Ab", "bad-target"},
    {"refuses an escaped DEL", "/x?a=%7f", "bad-target"},
    {"refuses a percent sign alone", "/a%", "bad-target"},
    {"refuses half an escape", "/a%4", "bad-target"},
    {"refuses an escape of no hex digits", "/a%zz", "bad-target"},
    {"refuses bytes that are not UTF-8", "/a%ff", "bad-target"},
    {"refuses overlong UTF-8", "/a%c0%af", "bad-target"},
    {"refuses a surrogate", "/a%ed%a0%80", "bad-target"},
    {"refuses raw bytes from 0x80 up", "/\xc3\xa9", "bad-target"},
    {"refuses a fragment", "/a#b", "bad-target"},
    {"refuses a raw blank", "/a b", "bad-target"},
    {"refuses raw angle brackets", "/x?a=<b>", "bad-target"},
    {"refuses raw square brackets", "/x?a[]=b", "bad-target"},
    {"refuses a raw quote", "/x?a=\"b\"", "bad-target"},
    {"refuses an empty query", "/x?", "bad-target"},
    {"refuses a pair without an equals sign", "/x?a", "bad-target"},
    {"refuses an empty name", "/x?=b", "bad-target"},
    {"refuses an empty pair", "/x?a=b&&c=d", "bad-target"},
    {"refuses an ampersand at the end", "/x?a=b&", "bad-target"},
};

enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };

static void put_target(struct buf *out, const struct target *t)
{
    for (size_t i = 0; i < t->segment_count; i++) {
        buf_put_str(out, i > 0 ? "/" : "");
        buf_put(out, t->segments[i]);
    }
    for (size_t i = 0; i < t->param_count; i++) {
        buf_put_str(out, i > 0 ? "&" : "?");
        buf_put(out, t->params[i].name);
        buf_put_byte(out, '=');
        buf_put(out, t->params[i].value);
    }
}

/* Parses from a block of exactly that size; a failure must leave the output alone. */
static enum err parse(const char *raw, size_t len, struct buf *out)
{
    uint8_t *exact = mem_alloc_array(len, 1);
    struct target t;
    struct arena arena;

    assert_non_null(exact);
    memcpy(exact, raw, len);
    memset(&t, 0xa5, sizeof(t));
    arena_init(&arena, 64 * 1024);
    enum err e = target_parse(span_of(exact, len), &arena, &t);

    mem_free(exact); /* the parts live in the arena alone */
    if (e == OK) {
        put_target(out, &t);
    } else {
        assert_int_equal(t.segment_count, (size_t)0xa5a5a5a5a5a5a5a5);
    }
    arena_fini(&arena);
    return e;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct buf got;

    buf_init(&got, 4096);
    enum err e = parse(row->raw, strlen(row->raw), &got);

    if (e != OK) {
        buf_put_str(&got, err_code(e));
    }
    buf_put_byte(&got, 0);
    assert_string_equal((const char *)got.base, row->want);
    buf_fini(&got);
}

static void reads_every_cut_without_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (size_t len = 0; len < strlen(ROWS[i].raw); len++) {
            struct buf got;

            buf_init(&got, 4096);
            enum err e = parse(ROWS[i].raw, len, &got);

            assert_true(e == OK || e == ERR_HTTP_TARGET);
            buf_fini(&got);
        }
    }
}

static enum err parse_repeated(const char *first, const char *part, size_t count)
{
    struct buf raw;
    struct buf got;

    buf_init(&raw, 64 * 1024);
    buf_init(&got, 64 * 1024);
    buf_put_str(&raw, first);
    for (size_t i = 0; i < count; i++) {
        buf_put_str(&raw, part);
    }
    enum err e = parse((const char *)raw.base, raw.len, &got);

    buf_fini(&raw);
    buf_fini(&got);
    return e;
}

static void takes_sixteen_segments_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(parse_repeated("", "/a", TARGET_MAX_SEGMENTS), OK);
    assert_int_equal(parse_repeated("", "/a", TARGET_MAX_SEGMENTS + 1), ERR_HTTP_TARGET);
}

static void takes_thirty_two_parameters_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(parse_repeated("/x?a=b", "&a=b", TARGET_MAX_PARAMS - 1), OK);
    assert_int_equal(parse_repeated("/x?a=b", "&a=b", TARGET_MAX_PARAMS), ERR_HTTP_TARGET);
}

static void says_when_the_arena_is_full(void **state)
{
    struct target t;
    struct arena arena;

    (void)state;
    arena_init(&arena, 64);
    assert_int_equal(
        target_parse(SPAN("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b"),
                     &arena, &t),
        ERR_MEMORY);
    arena_fini(&arena);
}

static const struct CMUnitTest OTHERS[] = {
    cmocka_unit_test(reads_every_cut_without_harm),
    cmocka_unit_test(takes_sixteen_segments_and_no_more),
    cmocka_unit_test(takes_thirty_two_parameters_and_no_more),
    cmocka_unit_test(says_when_the_arena_is_full),
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
    return _cmocka_run_group_tests("target", tests, ROW_COUNT + OTHER_COUNT, NULL, NULL);
}
