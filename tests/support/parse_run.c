/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/parse_run.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void tell(struct parse_run *r, const char *what)
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
    struct parse_run *r = ctx;
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
    struct parse_run *r = ctx;

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
    struct parse_run *r = ctx;

    r->in_body = false;
    tell(r, "end");
    return r->end_error;
}

void parse_open(struct parse_run *r, enum parse_side side)
{
    struct http_events events = {on_head, on_body, on_end, r};

    *r = (struct parse_run){0};
    buf_init(&r->told, 1 << 20);
    assert_int_equal(http_parser_new(side != REQUEST, &events, &r->parser), OK);
    http_parser_next(r->parser, side == TO_HEAD);
}

void parse_close(struct parse_run *r)
{
    http_parser_free(&r->parser);
    buf_fini(&r->told);
}

void parse_feed(struct parse_run *r, const char *bytes, size_t len)
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

void parse_end(struct parse_run *r)
{
    if (r->verdict == OK) {
        r->verdict = http_parser_eof(r->parser);
    }
}
