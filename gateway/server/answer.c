/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer's half of an exchange: the io_ functions of handler.h, and the
 * answers that the server makes itself. These only queue, and write when enough
 * waits or the answer is complete; a failed write is noted and dealt with in the
 * next turn. Invariant: what is in `out` is a prefix of one well-framed answer;
 * no header of a handler can change its framing.
 */
#include "base/clock.h"
#include "base/log.h"
#include "http/writer.h"
#include "server/server_priv.h"

#include <assert.h>

/* --- heads */

static bool is_server_header(struct span name)
{
    static const char *const NAMES[] = {"connection", "content-length",    "date",   "keep-alive",
                                        "trailer",    "transfer-encoding", "upgrade"};

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (span_eq_nocase(name, span_str(NAMES[i]))) {
            return true;
        }
    }
    return false;
}

static enum err put_headers(struct buf *out, const struct response_head *head)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < head->header_count; i++) {
        const struct http_header *h = &head->headers[i];

        e = is_server_header(h->name) ? ERR_INTERNAL : writer_header(out, h->name, h->value);
    }
    return e;
}

static bool is_bodiless(unsigned status)
{
    return status == 204 || status == 304;
}

static enum err put_framing(struct exchange_io *x, const struct response_head *head)
{
    enum err e = OK;

    if (is_bodiless(head->status)) {
        return head->has_length && head->length > 0 ? ERR_INTERNAL : OK;
    }
    if (head->has_length) {
        e = writer_number(&x->out, "Content-Length", head->length);
    } else {
        e = writer_header(&x->out, SPAN("Transfer-Encoding"), SPAN("chunked"));
    }
    return e;
}

static enum err put_head(struct exchange_io *x, const struct response_head *head)
{
    struct connection *c = x->connection;
    struct buf *out = &x->out;
    enum err e = writer_status(out, head->status);

    if (e == OK) {
        e = writer_header(out, SPAN("Date"), server_date(c->server, clock_wall_ms()));
    }
    if (e == OK) {
        e = put_headers(out, head);
    }
    if (e == OK) {
        e = put_framing(x, head);
    }
    if (e == OK && c->last) {
        e = writer_header(out, SPAN("Connection"), SPAN("close"));
    }
    return e == OK ? writer_end(out) : e;
}

/* Queued bytes that nobody takes yet count from now. */
static void note_queued(struct exchange_io *x)
{
    if (x->out.len == 0) {
        x->progress_ms = loop_now_ms(x->connection->server->loop);
    }
}

static enum err queue_head(struct exchange_io *x, const struct response_head *head)
{
    struct connection *c = x->connection;

    if (head->close && !c->last) {
        c->last = true;
        c->why_last = CLOSE_ANSWERED;
    }
    note_queued(x);
    enum err e = put_head(x, head);

    if (e != OK) {
        return e == ERR_TOO_BIG ? ERR_INTERNAL : e;
    }
    x->head_sent = true;
    x->drops_body = x->drops_body || is_bodiless(head->status);
    x->chunked = !head->has_length && !is_bodiless(head->status);
    x->left = head->has_length ? head->length : 0;
    return OK;
}

/* --- our own answers */

static struct response_head describe_error(const struct exchange_io *x, enum err e,
                                           struct http_header headers[3])
{
    const struct server_setup *setup = &x->connection->server->setup;
    int status = err_row(e)->status;
    size_t count = 0;

    headers[count++] = (struct http_header){SPAN("Cache-Control"), SPAN("no-store")};
    if (setup->error_body != NULL) {
        headers[count++] = (struct http_header){SPAN("Content-Type"), span_str(setup->error_type)};
    }
    if (e == ERR_HTTP_METHOD) {
        headers[count++] = (struct http_header){
            SPAN("Allow"), setup->takes_body ? SPAN("GET, HEAD, POST") : SPAN("GET, HEAD")};
    }
    return (struct response_head){
        .status = status == 0 ? 400 : (unsigned)status,
        .headers = headers,
        .header_count = count,
        .has_length = true,
        .close = true,
    };
}

static enum err queue_error(struct exchange_io *x, enum err e)
{
    struct http_header headers[3];
    struct response_head head = describe_error(x, e, headers);
    struct buf body;

    buf_init(&body, HEAD_ROOM / 2);
    if (x->connection->server->setup.error_body != NULL) {
        x->connection->server->setup.error_body(&body, e);
    }
    head.length = body.len;
    enum err failed = buf_err(&body) == OK ? queue_head(x, &head) : ERR_MEMORY;

    if (failed == OK && !x->drops_body) {
        buf_put(&x->out, buf_span(&body));
        failed = buf_err(&x->out);
    }
    buf_fini(&body);
    return failed;
}

static void tell_gone(struct exchange_io *x)
{
    if (x->handler_on) {
        x->handler_on = false;
        x->connection->server->handler.gone(x->exchange);
    }
}

void answer_refuse(struct exchange_io *x, enum err e, enum close_reason why)
{
    struct connection *c = x->connection;
    bool answered = x->head_sent;

    log_event(LOG_INFO, "request-refused", LOG_STR("error", err_code(e)));
    c->server->counts.bad_heads += c->state == CONNECTION_HEAD;
    tell_gone(x);
    c->last = true;
    c->why_last = why;
    x->drops_body = x->head != NULL && x->head->method == HTTP_HEAD;
    if (answered || queue_error(x, e) != OK) {
        connection_close(c, why, false);
        return;
    }
    x->complete = true;
    if (x->began_ms == 0) {
        x->began_ms = loop_now_ms(c->server->loop);
    }
    connection_enter(c, CONNECTION_FLUSH);
    connection_settle_soon(c);
}

/* --- what handlers call */

static enum err fail(struct exchange_io *io, enum err e)
{
    io_abort(io);
    return e;
}

static void written(struct exchange_io *io)
{
    struct connection *c = io->connection;

    if (io->out.len >= FLUSH_BYTES && !c->blocked) {
        connection_flush(c);
    }
    io->was_low = io->was_low || io_room(io) < c->server->setup.max_out_bytes / 2;
    if (c->calls > 0) {
        return; /* settled when the call returns */
    }
    if (c->broken || (io->out.len > 0 && !c->blocked)) {
        connection_settle_soon(c);
    } else {
        connection_rearm(c);
    }
}

enum err io_head(struct exchange_io *io, const struct response_head *head)
{
    assert(!io->head_sent && !io->complete);
    enum err e = queue_head(io, head);

    if (e != OK) {
        return fail(io, e);
    }
    written(io);
    return OK;
}

size_t io_room(const struct exchange_io *io)
{
    size_t max = io->connection->server->setup.max_out_bytes;

    return io->out.len < max ? max - io->out.len : 0;
}

static void put_chunk_size(struct buf *out, size_t size)
{
    static const char DIGITS[] = "0123456789abcdef";
    char text[16];
    size_t at = sizeof(text);

    do {
        text[--at] = DIGITS[size & 15];
        size >>= 4;
    } while (size > 0);
    buf_put(out, span_of(text + at, sizeof(text) - at));
    buf_put(out, SPAN("\r\n"));
}

enum err io_chunk(struct exchange_io *io, size_t len)
{
    assert(io->head_sent && !io->complete);
    if (!io->chunked || io->drops_body) {
        return OK;
    }
    if (len == 0 || io->chunk_left > 0) {
        return fail(io, ERR_INTERNAL);
    }
    note_queued(io);
    put_chunk_size(&io->out, len);
    io->chunk_left = len;
    return buf_err(&io->out) == OK ? OK : fail(io, ERR_MEMORY);
}

static enum err put_chunked(struct exchange_io *io, struct span bytes)
{
    enum err e = io->chunk_left == 0 ? io_chunk(io, bytes.len) : OK;

    if (e != OK) {
        return e;
    }
    if (bytes.len > io->chunk_left) {
        return fail(io, ERR_INTERNAL);
    }
    buf_put(&io->out, bytes);
    io->chunk_left -= bytes.len;
    if (io->chunk_left == 0) {
        buf_put(&io->out, SPAN("\r\n"));
    }
    return buf_err(&io->out) == OK ? OK : fail(io, ERR_MEMORY);
}

static enum err put_plain(struct exchange_io *io, struct span bytes)
{
    if (bytes.len > io->left) {
        return fail(io, ERR_INTERNAL);
    }
    io->left -= bytes.len;
    if (!io->drops_body) {
        buf_put(&io->out, bytes);
    }
    return buf_err(&io->out) == OK ? OK : fail(io, ERR_MEMORY);
}

enum err io_body(struct exchange_io *io, struct span bytes)
{
    assert(io->head_sent && !io->complete);
    if (bytes.len == 0 || (io->drops_body && io->chunked)) {
        return OK;
    }
    if (bytes.len > io_room(io)) {
        return fail(io, ERR_INTERNAL);
    }
    note_queued(io);
    enum err e = io->chunked ? put_chunked(io, bytes) : put_plain(io, bytes);

    if (e == OK) {
        written(io);
    }
    return e;
}

static bool is_short(const struct exchange_io *io)
{
    return !io->head_sent || io->chunk_left > 0 || (!io->drops_body && io->left > 0);
}

void io_end(struct exchange_io *io)
{
    struct connection *c = io->connection;

    assert(!io->complete);
    if (io->chunked && !io->drops_body && !is_short(io)) {
        note_queued(io);
        buf_put(&io->out, SPAN("0\r\n\r\n"));
    }
    if (is_short(io) || buf_err(&io->out) != OK) {
        io_abort(io);
        return;
    }
    io->complete = true;
    io->handler_on = false;
    if (c->calls == 0) {
        connection_settle(c);
    }
}

enum err io_answer(struct exchange_io *io, struct response_head *head, struct span body)
{
    head->has_length = true;
    head->length = body.len;
    enum err e = io_head(io, head);

    if (e == OK) {
        e = io_body(io, body);
    }
    if (e == OK) {
        io_end(io);
    }
    return e;
}

void io_abort(struct exchange_io *io)
{
    io->handler_on = false;
    connection_close(io->connection, CLOSE_ABORT, false);
}

uint64_t io_sent(const struct exchange_io *io)
{
    return io->sent;
}

struct loop *io_loop(const struct exchange_io *io)
{
    return io->connection->server->loop;
}
