/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/host.h"

#include "base/mem.h"

#include <assert.h>

enum { PIECE = 8192 };

struct visit {
    struct host *host;
    struct exchange_io *io;
    size_t left;
    struct buf body; /* of /echo */
};

static void must(enum err e)
{
    assert(e == OK);
    (void)e;
}

uint8_t host_pattern(size_t at)
{
    return (uint8_t)('a' + at % 23);
}

static void say(struct exchange_io *io, const char *text, bool close)
{
    struct http_header headers[] = {{SPAN("Content-Type"), SPAN("text/plain")}};
    struct response_head head = {
        .status = 200, .headers = headers, .header_count = 1, .close = close};

    enum err e = io_answer(io, &head, span_str(text));

    assert(e == OK || e == ERR_MEMORY); /* tests let allocations fail */
    (void)e;
}

static void start_chunked(struct exchange_io *io)
{
    struct response_head head = {.status = 200};

    must(io_head(io, &head));
}

static void end_visit(struct visit *v)
{
    buf_fini(&v->body);
    mem_free(v);
}

/* True when all was handed over. */
static bool pour(struct visit *v)
{
    uint8_t piece[PIECE];

    while (v->left > 0) {
        size_t room = io_room(v->io);
        size_t size = v->left < PIECE ? v->left : PIECE;

        v->host->least_room = room < v->host->least_room ? room : v->host->least_room;
        if (room == 0) {
            return false;
        }
        size = size < room ? size : room;
        for (size_t i = 0; i < size; i++) {
            piece[i] = host_pattern(v->host->streamed + i);
        }
        must(io_body(v->io, span_of(piece, size)));
        v->host->streamed += size;
        v->left -= size;
    }
    io_end(v->io);
    return true;
}

static struct visit *new_visit(struct host *h, struct exchange_io *io)
{
    struct visit *v = mem_alloc(sizeof(*v));

    if (v != NULL) {
        *v = (struct visit){.host = h, .io = io};
        buf_init(&v->body, 1 << 20);
    }
    return v;
}

static void *stream(struct host *h, struct exchange_io *io, bool fixed)
{
    struct response_head head = {.status = 200, .has_length = fixed, .length = h->stream_bytes};
    struct visit *v = new_visit(h, io);

    if (v == NULL) {
        io_abort(io);
        return NULL;
    }
    v->left = h->stream_bytes;
    h->streamed = 0;
    h->least_room = SIZE_MAX;
    must(io_head(io, &head));
    if (pour(v)) {
        end_visit(v);
        return NULL;
    }
    return v;
}

/* --- one function a path */

static void *do_hello(struct host *h, struct exchange_io *io)
{
    (void)h;
    say(io, "hello", false);
    return NULL;
}

static void *do_last(struct host *h, struct exchange_io *io)
{
    (void)h;
    say(io, "last", true);
    return NULL;
}

static void *do_hold(struct host *h, struct exchange_io *io)
{
    h->holder = new_visit(h, io);
    return h->holder;
}

static void *do_stream(struct host *h, struct exchange_io *io)
{
    return stream(h, io, false);
}

static void *do_fixed(struct host *h, struct exchange_io *io)
{
    return stream(h, io, true);
}

static void *do_abort(struct host *h, struct exchange_io *io)
{
    (void)h;
    start_chunked(io);
    must(io_body(io, SPAN("part")));
    io_abort(io);
    return NULL;
}

static void *do_refuse(struct host *h, struct exchange_io *io)
{
    (void)h;
    io_abort(io);
    return NULL;
}

static void *do_mute(struct host *h, struct exchange_io *io)
{
    (void)h;
    (void)io;
    return NULL;
}

static void *do_pieces(struct host *h, struct exchange_io *io)
{
    (void)h;
    start_chunked(io);
    must(io_chunk(io, 10));
    must(io_body(io, SPAN("01234")));
    must(io_body(io, SPAN("56789")));
    must(io_body(io, SPAN("abc")));
    io_end(io);
    return NULL;
}

static void *do_chunked_head(struct host *h, struct exchange_io *io)
{
    (void)h;
    start_chunked(io);
    must(io_body(io, SPAN("not for HEAD")));
    io_end(io);
    return NULL;
}

static void *misuse_header(struct host *h, struct exchange_io *io, struct http_header header)
{
    struct response_head head = {.status = 200, .headers = &header, .header_count = 1};

    h->misuse = io_head(io, &head);
    return NULL;
}

static void *do_split(struct host *h, struct exchange_io *io)
{
    return misuse_header(h, io, (struct http_header){SPAN("X"), SPAN("a\r\nSet-Cookie: b")});
}

static void *do_framing(struct host *h, struct exchange_io *io)
{
    return misuse_header(h, io, (struct http_header){SPAN("content-length"), SPAN("5")});
}

static void *do_over(struct host *h, struct exchange_io *io)
{
    struct response_head head = {.status = 200, .has_length = true, .length = 3};

    must(io_head(io, &head));
    h->misuse = io_body(io, SPAN("four"));
    return NULL;
}

static void *do_short(struct host *h, struct exchange_io *io)
{
    struct response_head head = {.status = 200, .has_length = true, .length = 30};

    (void)h;
    must(io_head(io, &head));
    must(io_body(io, SPAN("four")));
    io_end(io);
    return NULL;
}

static void *do_long(struct host *h, struct exchange_io *io)
{
    static uint8_t much[1 << 20];

    start_chunked(io);
    h->misuse = io_body(io, span_of(much, sizeof(much)));
    return NULL;
}

static void *do_echo(struct host *h, struct exchange_io *io)
{
    return new_visit(h, io);
}

static const struct {
    const char *path;
    void *(*act)(struct host *h, struct exchange_io *io);
} ACTS[] = {
    {"hello", do_hello},   {"last", do_last},
    {"hold", do_hold},     {"stream", do_stream},
    {"fixed", do_fixed},   {"abort", do_abort},
    {"refuse", do_refuse}, {"mute", do_mute},
    {"pieces", do_pieces}, {"head-only-chunked", do_chunked_head},
    {"split", do_split},   {"framing", do_framing},
    {"over", do_over},     {"short", do_short},
    {"long", do_long},     {"echo", do_echo},
};

/* --- the handler */

static void *on_start(void *ctx, struct exchange_io *io, const struct request *request)
{
    struct host *h = ctx;

    h->started++;
    for (size_t i = 0; i < sizeof(ACTS) / sizeof(ACTS[0]); i++) {
        if (request->target->segment_count == 1 &&
            span_eq_str(request->target->segments[0], ACTS[i].path)) {
            return ACTS[i].act(h, io);
        }
    }
    say(io, "what?", false);
    return NULL;
}

static void on_body(void *exchange, struct span bytes, bool last)
{
    struct visit *v = exchange;
    struct response_head head = {.status = 200};

    buf_put(&v->body, bytes);
    if (last) {
        must(io_answer(v->io, &head, buf_span(&v->body)));
        end_visit(v);
    }
}

static void on_writable(void *exchange)
{
    struct visit *v = exchange;

    v->host->writables++;
    if (pour(v)) {
        end_visit(v);
    }
}

static void on_gone(void *exchange)
{
    struct visit *v = exchange;

    v->host->gone++;
    v->host->holder = v->host->holder == v ? NULL : v->host->holder;
    end_visit(v);
}

void host_answer_held(struct host *h)
{
    struct visit *v = h->holder;

    assert(v != NULL);
    h->holder = NULL;
    say(v->io, "held", false);
    end_visit(v);
}

static void error_body(struct buf *out, enum err e)
{
    buf_put_str(out, "error: ");
    buf_put_str(out, err_code(e));
}

void host_open(struct host *h, struct loop *loop, const struct server_setup *setup)
{
    struct handler handler = {h, on_start, on_body, on_writable, on_gone};
    struct server_setup full = *setup;

    *h = (struct host){.loop = loop, .stream_bytes = 1 << 20};
    full.address = "127.0.0.1:0";
    full.handler = &handler;
    full.error_body = error_body;
    must(server_new(loop, &full, &h->server));
}

void host_close(struct host *h)
{
    server_free(&h->server);
}
