/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers. A good one gets its head here and its body from the batches. An error
 * is one small body: imsx_StatusInfo on OneRoster paths, RFC 9457 elsewhere. Errors
 * carry the reason code and its page, the agreement's clause, the field or
 * parameter, the exchange id and the district's contact; never a value, another
 * partner's existence, or whether a student exists (DESIGN 12).
 */
#include "proxy/answer_priv.h"

#include "base/clock.h"
#include "base/text.h"
#include "proxy/room_priv.h"

#include <stdio.h>

enum { MAX_HEAD = 24 * 1024, MAX_BODY = 16 * 1024, MAX_HEADERS = 8 };

#define HEADER(name, value) ((struct http_header){span_str(name), (value)})

enum err answer_head(struct exchange *x, bool whole, uint64_t length)
{
    struct http_header headers[MAX_HEADERS];
    struct buf *links = &x->proxy->scratch;
    char total[24];
    size_t n = 0;

    buf_clear(links);
    enum err e = links_put(links, x);

    headers[n++] = HEADER("Content-Type", SPAN("application/json"));
    headers[n++] = HEADER("Cache-Control", SPAN("no-store"));
    headers[n++] = HEADER("Hallpass-Exchange", span_of(x->id, ID_CHARS));
    headers[n++] = HEADER("Link", buf_span(links));
    if (x->plan.totals && x->page.has_total && !x->plan.item) {
        int len = snprintf(total, sizeof(total), "%llu", (unsigned long long)x->page.total);

        headers[n++] = HEADER("X-Total-Count", span_of(total, (size_t)len));
    }
    struct response_head head = {.status = 200,
                                 .headers = headers,
                                 .header_count = n,
                                 .has_length = whole,
                                 .length = length};

    if (e != OK) {
        return e;
    }
    e = io_head(x->io, &head);
    x->io_dead = e != OK;
    x->head_sent = e == OK;
    x->status = e == OK ? 200 : 0;
    return e;
}

/* What an error answer may speak of. */
struct trouble {
    enum err e;
    const struct refusal *why; /* or NULL */
    struct span contact;       /* or empty */
    struct span public_url;
    const char *exchange;          /* hex, or NULL */
    const struct agreement *terms; /* or NULL; with `limit`, what a 429 is about */
    const struct limit_why *limit;
    bool oneroster;
};

static void put_detail(struct buf *out, const char *label, struct span value)
{
    if (value.len > 0) {
        buf_printf(out, "; %s ", label);
        buf_put(out, value);
    }
}

/* One plain sentence with all that the partner's developer needs. */
static void put_sentence(struct buf *out, const struct trouble *t)
{
    buf_put_str(out, err_text(t->e));
    if (t->why != NULL) {
        put_detail(out, "parameter", t->why->param);
        put_detail(out, "field", t->why->field);
        put_detail(out, "clause of the agreement:", t->why->clause);
    }
    put_detail(out, "reason", span_str(err_code(t->e)));
    buf_put_str(out, ", see ");
    buf_put(out, t->public_url);
    buf_printf(out, "/errors/%s", err_code(t->e));
    put_detail(out, "exchange", span_str(t->exchange));
    put_detail(out, "contact", t->contact);
}

static void put_imsx(struct buf *out, const struct trouble *t, struct span sentence)
{
    buf_put_str(out, "{\"imsx_codeMajor\":\"failure\",\"imsx_severity\":\"error\","
                     "\"imsx_description\":");
    text_json_string(out, sentence);
    buf_put_str(out, ",\"imsx_CodeMinor\":{\"imsx_codeMinorField\":[{"
                     "\"imsx_codeMinorFieldName\":\"TargetEndSystem\","
                     "\"imsx_codeMinorFieldValue\":");
    text_json_string(out, span_str(err_row(t->e)->minor));
    buf_put_str(out, "}]}}");
}

static void put_problem(struct buf *out, const struct trouble *t, struct span sentence)
{
    buf_put_str(out, "{\"type\":\"");
    buf_put(out, t->public_url);
    buf_printf(out, "/errors/%s\",\"title\":", err_code(t->e));
    text_json_string(out, span_str(err_text(t->e)));
    buf_printf(out, ",\"status\":%d,\"detail\":", err_row(t->e)->status);
    text_json_string(out, sentence);
    buf_put_byte(out, '}');
}

static void put_body(struct buf *out, const struct trouble *t)
{
    struct buf sentence;

    buf_init(&sentence, MAX_BODY / 2);
    put_sentence(&sentence, t);
    if (t->oneroster) {
        put_imsx(out, t, buf_span(&sentence));
    } else {
        put_problem(out, t, buf_span(&sentence));
    }
    buf_fini(&sentence);
}

static struct span challenge(enum err e)
{
    switch (e) {
    case ERR_TOKEN_MISSING:
        return SPAN("Bearer");
    case ERR_TOKEN_REQUEST:
        return SPAN("Bearer error=\"invalid_request\"");
    default:
        return SPAN("Bearer error=\"invalid_token\"");
    }
}

/* Of what the agreement allows: draft-ietf-httpapi-ratelimit-headers. */
static void put_policy(struct buf *out, const struct agreement *a)
{
    if (a->requests_per_minute > 0) {
        buf_printf(out, "\"requests-per-minute\";q=%llu;w=60",
                   (unsigned long long)a->requests_per_minute);
    }
    if (a->students_per_day > 0) {
        buf_printf(out, "%s\"students-per-day\";q=%llu;w=86400;qu=\"students\"",
                   a->requests_per_minute > 0 ? ", " : "", (unsigned long long)a->students_per_day);
    }
}

/* Which limit refused, what is left of it, and when to come again. */
struct limit_heads {
    struct buf policy, state, wait;
};

static void limit_heads_init(struct limit_heads *h, const struct trouble *t)
{
    buf_init(&h->policy, 256);
    buf_init(&h->state, 256);
    buf_init(&h->wait, 32);
    if (t->limit == NULL) {
        return;
    }
    int64_t wait_s = t->limit->wait_s > 0 ? t->limit->wait_s : room_rest_of_day_s(clock_wall_ms());

    put_policy(&h->policy, t->terms);
    buf_printf(&h->state, "\"%s\";r=%llu;t=%lld", t->limit->name,
               (unsigned long long)t->limit->left, (long long)wait_s);
    buf_put_u64(&h->wait, (uint64_t)wait_s);
}

static void limit_heads_fini(struct limit_heads *h)
{
    buf_fini(&h->policy);
    buf_fini(&h->state);
    buf_fini(&h->wait);
}

static size_t add_limit_heads(const struct limit_heads *h, struct http_header *headers)
{
    headers[0] = HEADER("Retry-After", buf_span(&h->wait));
    headers[1] = HEADER("RateLimit-Policy", buf_span(&h->policy));
    headers[2] = HEADER("RateLimit", buf_span(&h->state));
    return 3;
}

static void send_error(struct proxy *p, struct exchange_io *io, const struct trouble *t)
{
    struct http_header headers[MAX_HEADERS];
    struct limit_heads limit;
    struct buf notice, body;
    size_t n = 0;

    limit_heads_init(&limit, t);
    buf_init(&notice, MAX_HEAD);
    buf_init(&body, MAX_BODY);
    put_body(&body, t);
    buf_put_byte(&notice, '<');
    buf_put(&notice, p->setup.public_url);
    buf_put_str(&notice, "/notices/redisclosure>; rel=\"terms-of-service\"");
    headers[n++] = HEADER("Content-Type", t->oneroster ? SPAN("application/json")
                                                       : SPAN("application/problem+json"));
    headers[n++] = HEADER("Cache-Control", SPAN("no-store"));
    headers[n++] = HEADER("Link", buf_span(&notice));
    if (t->exchange != NULL) {
        headers[n++] = HEADER("Hallpass-Exchange", span_of(t->exchange, ID_CHARS));
    }
    if (err_row(t->e)->status == 401 || t->e == ERR_TOKEN_REQUEST) {
        headers[n++] = HEADER("WWW-Authenticate", challenge(t->e));
    }
    if (t->e == ERR_HTTP_METHOD) {
        headers[n++] = HEADER("Allow", SPAN("GET, HEAD"));
    }
    if (err_row(t->e)->status == 503) {
        headers[n++] = HEADER("Retry-After", SPAN("5"));
    }
    n += t->limit == NULL ? 0 : add_limit_heads(&limit, headers + n);
    struct response_head head = {
        .status = (unsigned)err_row(t->e)->status, .headers = headers, .header_count = n};

    if (buf_err(&body) != OK || buf_err(&notice) != OK) {
        io_abort(io);
    } else if (io_answer(io, &head, buf_span(&body)) != OK) {
        COUNT(p, broken);
    }
    buf_fini(&notice);
    buf_fini(&body);
    limit_heads_fini(&limit);
}

/* True if the path is one of the data standard's. */
static bool is_oneroster(const struct request *r)
{
    return r->target->segment_count > 1 && span_eq(r->target->segments[0], SPAN("ims")) &&
           span_eq(r->target->segments[1], SPAN("oneroster"));
}

void answer_error(struct exchange *x, enum err e)
{
    bool told = e != ERR_LEDGER && e != ERR_LEDGER_FULL && e != ERR_LEDGER_MOVED;
    struct trouble t = {.e = err_row(e)->status == 0 ? ERR_INTERNAL : e,
                        .why = told ? &x->why : NULL,
                        .contact = policy_contact(x->world->rules->policy),
                        .public_url = x->proxy->setup.public_url,
                        .exchange = x->id,
                        .terms = x->agreement,
                        .limit = e == ERR_RATE || e == ERR_STUDENTS ? &x->limit_why : NULL,
                        .oneroster = is_oneroster(x->request)};

    x->status = (unsigned)err_row(t.e)->status;
    send_error(x->proxy, x->io, &t);
}

void answer_early(struct proxy *p, struct exchange_io *io, const struct request *r, enum err e)
{
    struct trouble t = {.e = e, .public_url = p->setup.public_url, .oneroster = is_oneroster(r)};
    char id[ID_CHARS + 1];

    t.exchange = exchange_make_id(id) == OK ? id : NULL;
    send_error(p, io, &t);
}

void proxy_error_body(struct buf *out, enum err e)
{
    struct trouble t = {.e = e, .public_url = span_str("")};

    put_body(out, &t);
}
