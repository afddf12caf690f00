/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte picks the side and the cut; the rest is fed whole and cut, and
 * both must tell the same. http_parser itself compares our reading with llhttp's.
 */
#include "base/buf.h"
#include "http/head.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

struct told {
    struct buf text;
    bool in_body;
};

static enum err on_head(void *ctx, const struct http_head *head)
{
    struct told *t = ctx;

    t->in_body = false;
    buf_printf(&t->text, "\nhead %d %u %d %zu ", (int)head->method, head->status,
               (int)head->framing, head->header_count);
    buf_put(&t->text, head->target);
    for (size_t i = 0; i < head->header_count; i++) {
        buf_put(&t->text, head->headers[i].name);
        buf_put(&t->text, head->headers[i].value);
    }
    return OK;
}

static enum err on_body(void *ctx, struct span bytes)
{
    struct told *t = ctx;

    buf_put_str(&t->text, t->in_body ? "" : "\nbody ");
    buf_put(&t->text, bytes);
    t->in_body = true;
    return OK;
}

static enum err on_end(void *ctx)
{
    struct told *t = ctx;

    t->in_body = false;
    buf_put_str(&t->text, "\nend");
    return OK;
}

/* Feeds one piece; messages follow one another on the connection. */
static enum err feed(struct http_parser *p, struct span bytes)
{
    enum err e = OK;

    while (e == OK && bytes.len > 0) {
        size_t used = 0;

        if (http_parser_is_done(p)) {
            http_parser_next(p, false);
        }
        e = http_parser_feed(p, bytes, &used);
        bytes = span_from(bytes, used);
    }
    return e;
}

static enum err run(bool response, struct span bytes, size_t cut, struct told *t)
{
    struct http_events events = {on_head, on_body, on_end, t};
    struct http_parser *p = NULL;

    buf_init(&t->text, 1 << 20);
    enum err e = http_parser_new(response, &events, &p);

    if (e == OK) {
        e = feed(p, span_sub(bytes, 0, cut));
    }
    if (e == OK) {
        e = feed(p, span_from(bytes, cut));
    }
    if (e == OK) {
        e = http_parser_eof(p);
    }
    http_parser_free(&p);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole = {0};
    struct told parts = {0};

    if (size < 2) {
        return 0;
    }
    struct span bytes = span_of(data + 1, size - 1);
    bool response = (data[0] & 1) != 0;
    enum err a = run(response, bytes, bytes.len, &whole);
    enum err b = run(response, bytes, (size_t)(data[0] >> 1) % bytes.len, &parts);

    if (a != b || !span_eq(buf_span(&whole.text), buf_span(&parts.text))) {
        __builtin_trap();
    }
    buf_fini(&whole.text);
    buf_fini(&parts.text);
    return 0;
}
