/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handler. An exchange is answered at once when it is an error or a single
 * record; a collection is pumped whenever the connection has room. Errors that
 * come up in the middle of a body break the connection: a client never sees a
 * list that ends well and lacks records.
 */
#include "district/rest.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    MAX_QUESTION = 64 * 1024, /* memory of one question */
    PIECE = 64 * 1024,        /* text gathered before it is handed to the connection */
    MAX_RECORD = 1024 * 1024,
    MAX_LINKS = 32 * 1024,
};

struct rest {
    struct source *source;
    uint32_t uid;
};

/* One collection answer on its way. */
struct answer {
    struct rest *rest;
    struct exchange_io *io;
    struct arena arena;
    struct ask ask;
    struct source_page page;
    size_t next; /* of the page's places */
    bool closed; /* the end of the envelope is in `text` */
    struct buf text;
};

static void answer_free(struct answer *a)
{
    mem_free(a->page.places);
    buf_fini(&a->text);
    arena_fini(&a->arena);
    mem_free(a);
}

void rest_error_body(struct buf *out, enum err e)
{
    const struct err_row *row = err_row(e);

    buf_put(out, SPAN("{\"imsx_codeMajor\":\"failure\",\"imsx_severity\":\"error\","
                      "\"imsx_description\":"));
    text_json_string(out, span_str(row->text));
    buf_put(out, SPAN(",\"imsx_CodeMinor\":{\"imsx_codeMinorField\":[{"
                      "\"imsx_codeMinorFieldName\":\"TargetEndSystem\","
                      "\"imsx_codeMinorFieldValue\":"));
    text_json_string(out, span_str(row->minor));
    buf_put(out, SPAN("}]}}"));
}

/* Fields that a source does not know are the asker's mistake here, not a matter of rights. */
static unsigned status_of(enum err e)
{
    int status = err_row(e)->status;

    if (e == ERR_FILTER_FIELD || e == ERR_SORT_FIELD) {
        return 400;
    }
    return status >= 400 ? (unsigned)status : 500;
}

static void send_whole(struct exchange_io *io, unsigned status, struct buf *body)
{
    const struct http_header headers[] = {{SPAN("Content-Type"), SPAN("application/json")},
                                          {SPAN("Cache-Control"), SPAN("no-store")},
                                          {SPAN("Allow"), SPAN("GET, HEAD")}};
    struct response_head head = {
        .status = status, .headers = headers, .header_count = status == 405 ? 3 : 2};

    if (buf_err(body) != OK || body->len > io_room(io)) {
        io_abort(io);
        return;
    }
    enum err e = io_answer(io, &head, buf_span(body));

    (void)e; /* on failure the server has ended the exchange */
}

static void send_error(struct exchange_io *io, enum err e)
{
    struct buf body;

    buf_init(&body, 4096);
    rest_error_body(&body, e);
    send_whole(io, status_of(e), &body);
    buf_fini(&body);
}

static enum err put_item(struct rest *r, const struct ask *ask, struct buf *body)
{
    uint32_t place;
    enum err e = source_find_id(r->source, ask->view, ask->id, &place);

    if (e != OK) {
        return e;
    }
    buf_put(body, SPAN("{\""));
    buf_put_str(body, SHAPES[ask->view->shape].one);
    buf_put(body, SPAN("\":"));
    e = source_document(r->source, ask, place, body);
    buf_put_byte(body, '}');
    return e != OK ? e : buf_err(body);
}

static void send_item(struct rest *r, struct exchange_io *io, const struct ask *ask)
{
    struct buf body;

    buf_init(&body, MAX_RECORD + PIECE);
    enum err e = put_item(r, ask, &body);

    if (e != OK) {
        send_error(io, e);
    } else {
        send_whole(io, 200, &body);
    }
    buf_fini(&body);
}

/* --- collections */

static void put_link(struct buf *out, const struct answer *a, const struct target *t,
                     const char *rel, uint64_t offset)
{
    const struct ask *ask = &a->ask;

    buf_put_str(out, out->len == 0 ? "<" : ", <");
    buf_put(out, source_url(a->rest->source));
    buf_printf(out, SHAPE_BASE_PATH "/%s?limit=%llu&offset=%llu", ask->view->segment,
               (unsigned long long)ask->limit, (unsigned long long)offset);
    for (size_t i = 0; i < t->param_count; i++) {
        if (!span_eq_str(t->params[i].name, "limit") && !span_eq_str(t->params[i].name, "offset")) {
            buf_put_byte(out, '&');
            text_percent(out, t->params[i].name);
            buf_put_byte(out, '=');
            text_percent(out, t->params[i].value);
        }
    }
    buf_printf(out, ">; rel=\"%s\"", rel);
}

static void put_links(struct buf *out, const struct answer *a, const struct target *t)
{
    uint64_t limit = a->ask.limit;
    uint64_t offset = a->ask.offset;
    uint64_t total = a->page.total;

    if (offset + a->page.count < total) {
        put_link(out, a, t, "next", offset + limit);
    }
    if (offset > 0) {
        put_link(out, a, t, "prev", offset > limit ? offset - limit : 0);
    }
    put_link(out, a, t, "first", 0);
    put_link(out, a, t, "last", total == 0 ? 0 : (total - 1) / limit * limit);
}

static enum err send_head(struct answer *a, const struct target *t)
{
    struct buf links;
    struct buf total;

    buf_init(&links, MAX_LINKS);
    buf_init(&total, 32);
    put_links(&links, a, t);
    buf_put_u64(&total, a->page.total);

    const struct http_header headers[] = {{SPAN("Content-Type"), SPAN("application/json")},
                                          {SPAN("Cache-Control"), SPAN("no-store")},
                                          {SPAN("X-Total-Count"), buf_span(&total)},
                                          {SPAN("Link"), buf_span(&links)}};
    /* Links that do not fit are left out: they repeat the question. */
    struct response_head head = {
        .status = 200, .headers = headers, .header_count = buf_err(&links) == OK ? 4 : 3};
    enum err e = io_head(a->io, &head);

    buf_fini(&links);
    buf_fini(&total);
    return e;
}

static enum err gather(struct answer *a)
{
    enum err e = OK;

    while (e == OK && a->next < a->page.count && a->text.len < PIECE) {
        if (a->next > 0) {
            buf_put_byte(&a->text, ',');
        }
        e = source_document(a->rest->source, &a->ask, a->page.places[a->next++], &a->text);
    }
    if (e == OK && a->next == a->page.count && !a->closed) {
        buf_put(&a->text, SPAN("]}"));
        a->closed = true;
    }
    return e != OK ? e : buf_err(&a->text);
}

/* Hands over what there is room for. True: the exchange is over and `a` is gone. */
static bool pump(struct answer *a)
{
    for (;;) {
        enum err e = a->text.len == 0 && !a->closed ? gather(a) : OK;
        struct span piece = span_sub(buf_span(&a->text), 0, io_room(a->io));

        if (e != OK) {
            log_event(LOG_ERROR, "district-read-failed", LOG_STR("reason", err_code(e)));
            io_abort(a->io);
            answer_free(a);
            return true;
        }
        if (a->text.len > 0 && piece.len == 0) {
            return false;
        }
        if (a->text.len > 0 && io_body(a->io, piece) != OK) {
            answer_free(a);
            return true;
        }
        buf_consume(&a->text, piece.len);
        if (a->text.len == 0 && a->closed) {
            io_end(a->io);
            answer_free(a);
            return true;
        }
    }
}

static struct answer *answer_new(struct rest *r, struct exchange_io *io)
{
    struct answer *a = mem_alloc(sizeof(*a));

    if (a != NULL) {
        a->rest = r;
        a->io = io;
        arena_init(&a->arena, MAX_QUESTION);
        buf_init(&a->text, MAX_RECORD + PIECE);
    }
    return a;
}

/* Starts a collection; the answer that goes on, or NULL when all is said. */
static struct answer *start_list(struct answer *a, const struct request *request)
{
    enum err e = source_find(a->rest->source, &a->ask, &a->page);

    if (e != OK) {
        send_error(a->io, e);
        answer_free(a);
        return NULL;
    }
    if (send_head(a, request->target) != OK) {
        answer_free(a);
        return NULL;
    }
    if (request->is_head) {
        io_end(a->io);
        answer_free(a);
        return NULL;
    }
    buf_printf(&a->text, "{\"%s\":[", SHAPES[a->ask.view->shape].many);
    e = gather(a);
    if (e != OK) {
        io_abort(a->io);
        answer_free(a);
        return NULL;
    }
    return pump(a) ? NULL : a;
}

static enum err check_request(const struct rest *r, const struct request *request)
{
    enum http_method method = request->head->method;

    if (request->has_peer_uid && request->peer_uid != r->uid && request->peer_uid != 0) {
        return ERR_STOPPED;
    }
    return method == HTTP_GET || method == HTTP_HEAD ? OK : ERR_HTTP_METHOD;
}

static void *on_start(void *ctx, struct exchange_io *io, const struct request *request)
{
    struct rest *r = ctx;
    struct answer *a = answer_new(r, io);
    enum err e = a == NULL ? ERR_MEMORY : check_request(r, request);

    e = e != OK ? e : ask_read(request->target, source_metadata(r->source), &a->arena, &a->ask);
    if (e == OK && !a->ask.item) {
        return start_list(a, request);
    }
    if (e != OK) {
        send_error(io, e);
    } else {
        send_item(r, io, &a->ask);
    }
    if (a != NULL) {
        answer_free(a);
    }
    return NULL;
}

static void on_writable(void *exchange)
{
    (void)pump(exchange);
}

static void on_gone(void *exchange)
{
    answer_free(exchange);
}

enum err rest_new(struct source *source, uint32_t uid, struct rest **out)
{
    struct rest *r = mem_alloc(sizeof(*r));

    if (r == NULL) {
        return ERR_MEMORY;
    }
    *r = (struct rest){source, uid};
    *out = r;
    return OK;
}

void rest_free(struct rest **r)
{
    mem_free(*r);
    *r = NULL;
}

struct handler rest_handler(struct rest *r)
{
    return (struct handler){.ctx = r, .start = on_start, .writable = on_writable, .gone = on_gone};
}
