/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two doors, one table of routes. A command lives through
 *
 *   READING --(body whole)--> RUNNING --admin_answer()--> freed
 *      '--gone--> freed          '--gone--> LEFT --admin_answer()--> freed
 *
 * What may be asked is in `routes`, who may ask in admit(). Nothing here knows
 * what a partner or a student is.
 */
#include "admin/admin.h"

#include "admin/command.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <unistd.h>

enum { MAX_ANSWER = 256 * 1024 };

struct metric_table {
    const struct metric *rows;
    size_t count;
};

struct admin {
    struct admin_setup setup;
    struct handler handler;
    struct metric_table tables[ADMIN_MAX_TABLES];
    size_t table_count;
};

enum call_state { CALL_READING, CALL_RUNNING, CALL_LEFT };

struct admin_call {
    struct admin *admin;
    struct exchange_io *io; /* READING, RUNNING */
    const struct route_row *route;
    struct buf body;
    struct stop_command stop;   /* RUNNING, of /stop */
    struct apply_command apply; /* the same of that command */
    uint32_t uid;
    enum call_state state;
};

/* --- answers */

static void answer(struct exchange_io *io, unsigned status, const char *type,
                   const struct buf *body)
{
    const struct http_header headers[] = {
        {SPAN("Content-Type"), span_str(type)},
        {SPAN("Cache-Control"), SPAN("no-store")},
        {SPAN("X-Content-Type-Options"), SPAN("nosniff")},
        {SPAN("WWW-Authenticate"), SPAN("Bearer")}, /* of 401 only, so it stands last */
    };
    size_t count = sizeof(headers) / sizeof(headers[0]) - (status == 401 ? 0 : 1);
    struct response_head head = {.status = status, .headers = headers, .header_count = count};

    if (buf_err(body) != OK) {
        io_abort(io);
        return;
    }
    (void)!io_answer(io, &head, buf_span(body)); /* a failure has aborted already */
}

static void answer_json(struct exchange_io *io, unsigned status, const struct buf *body)
{
    answer(io, status, "application/json", body);
}

static void put_failure(struct buf *out, const char *code, const char *text)
{
    buf_printf(out, "{\"done\":false,\"code\":\"%s\",\"text\":", code);
    text_json_string(out, span_str(text));
    buf_put_str(out, "}\n");
}

static void refuse(struct exchange_io *io, unsigned status, const char *code, const char *text)
{
    struct buf body;

    buf_init(&body, MAX_ANSWER);
    put_failure(&body, code, text);
    answer_json(io, status, &body);
    buf_fini(&body);
}

/* --- reading routes */

static void show_health(struct admin *a, struct exchange_io *io)
{
    struct buf body;

    (void)a;
    buf_init(&body, MAX_ANSWER);
    buf_put_str(&body, "{\"alive\":true}\n");
    answer_json(io, 200, &body);
    buf_fini(&body);
}

static void put_part(struct buf *out, const struct admin_part *part)
{
    buf_printf(out, "{\"name\":\"%s\",\"good\":%s", part->name, part->good ? "true" : "false");
    if (!part->good) {
        buf_printf(out, ",\"reason\":\"%s\"", part->reason == NULL ? "unknown" : part->reason);
    }
    if (part->note != NULL) {
        buf_printf(out, ",\"note\":\"%s\"", part->note);
    }
    buf_put_str(out, "}");
}

static void show_readiness(struct admin *a, struct exchange_io *io)
{
    struct admin_part parts[ADMIN_MAX_PARTS] = {{0}};
    size_t n = a->setup.ops.state(a->setup.ops.ctx, parts);
    bool ready = n > 0;
    struct buf list, body;

    buf_init(&list, MAX_ANSWER);
    for (size_t i = 0; i < n; i++) {
        ready = ready && parts[i].good;
        buf_put_str(&list, i == 0 ? "" : ",");
        put_part(&list, &parts[i]);
    }
    buf_init(&body, MAX_ANSWER);
    buf_printf(&body, "{\"ready\":%s,\"parts\":[", ready ? "true" : "false");
    buf_put(&body, buf_span(&list));
    buf_put_str(&body, "]}\n");
    answer_json(io, ready ? 200 : 503, &body);
    buf_fini(&list);
    buf_fini(&body);
}

static void show_metrics(struct admin *a, struct exchange_io *io)
{
    struct buf body;

    buf_init(&body, MAX_ANSWER);
    for (size_t i = 0; i < a->table_count; i++) {
        metric_write(&body, a->tables[i].rows, a->tables[i].count);
    }
    answer(io, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
    buf_fini(&body);
}

/* --- commands */

static void free_call(struct admin_call *call)
{
    buf_fini(&call->body);
    stop_command_fini(&call->stop);
    apply_command_fini(&call->apply);
    mem_free(call);
}

static void put_outcome(struct buf *out, enum err e, const char *text)
{
    if (e == OK) {
        buf_put_str(out, "{\"done\":true}\n");
    } else {
        put_failure(out, err_code(e), text == NULL ? err_text(e) : text);
    }
}

static unsigned status_of(enum err e)
{
    int status = e == OK ? 200 : e == ERR_INPUT ? 400 : err_row(e)->status;

    return status == 0 ? 500 : (unsigned)status;
}

void admin_answer(struct admin_call *call, enum err e, const char *text)
{
    struct buf body;

    assert(call->state == CALL_RUNNING || call->state == CALL_LEFT);
    if (call->state == CALL_RUNNING) {
        buf_init(&body, MAX_ANSWER);
        put_outcome(&body, e, text);
        answer_json(call->io, status_of(e), &body);
        buf_fini(&body);
    }
    free_call(call);
}

void admin_answer_json(struct admin_call *call, struct span json)
{
    struct buf body;

    assert(call->state == CALL_RUNNING || call->state == CALL_LEFT);
    if (call->state == CALL_RUNNING) {
        buf_init(&body, MAX_ANSWER);
        buf_put(&body, json);
        answer_json(call->io, 200, &body);
        buf_fini(&body);
    }
    free_call(call);
}

static void run_stop(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;
    enum err e = stop_command_read(buf_span(&call->body), &call->stop);

    if (e != OK) {
        admin_answer(call, e, "the message must be {\"what\":...,\"who\":...,\"undo\":...}");
        return;
    }
    const struct admin_stop stop = {
        .what = span_str(call->stop.what),
        .who = span_of(call->stop.who, call->stop.who_len),
        .undo = call->stop.undo,
        .uid = call->uid,
    };

    ops->stop(ops->ctx, &stop, call);
}

/* Commands without arguments. False: it has been refused. */
static bool is_bare(struct admin_call *call)
{
    bool bare = span_eq_str(buf_span(&call->body), "{}");

    if (!bare) {
        admin_answer(call, ERR_INPUT, "the message must be {}");
    }
    return bare;
}

static void run_reload(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;

    if (is_bare(call)) {
        ops->reload(ops->ctx, call);
    }
}

static void run_apply(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;
    enum err e = apply_command_read(buf_span(&call->body), &call->apply);

    if (e != OK) {
        admin_answer(call, e, "the message must be {\"by\":...,\"digest\":...,\"second\":...}");
        return;
    }
    const struct admin_apply apply = {.by = call->apply.by,
                                      .second = call->apply.second,
                                      .digest = call->apply.digest,
                                      .uid = call->uid};

    ops->apply(ops->ctx, &apply, call);
}

static void run_students(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;

    if (is_bare(call)) {
        ops->students(ops->ctx, call);
    }
}

static void run_vanished(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;

    if (is_bare(call)) {
        ops->vanished(ops->ctx, call->uid, call);
    }
}

static void run_confirm(struct admin_call *call)
{
    const struct admin_ops *ops = &call->admin->setup.ops;

    if (is_bare(call)) {
        ops->confirm(ops->ctx, call->uid, call);
    }
}

/* --- the table */

static const struct route_row {
    const char *path;
    void (*show)(struct admin *a, struct exchange_io *io); /* GET, HEAD */
    void (*run)(struct admin_call *call);                  /* POST, on the command door */
} routes[] = {
    {"healthz", show_health, NULL},
    {"readyz", show_readiness, NULL},
    {"metrics", show_metrics, NULL},
    {"stop", NULL, run_stop},
    {"reload", NULL, run_reload},
    {"apply", NULL, run_apply},
    {"students", NULL, run_students},
    {"students-vanished", NULL, run_vanished},
    {"students-confirm", NULL, run_confirm},
};

static const struct route_row *find_route(const struct admin *a, const struct target *target)
{
    if (target->segment_count != 1 || target->param_count != 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        bool open = routes[i].show != NULL || a->setup.commands;

        if (open && span_eq_str(target->segments[0], routes[i].path)) {
            return &routes[i];
        }
    }
    return NULL;
}

/* The Host without its port; "[::1]:80" gives "[::1]". */
static struct span host_name(struct span host)
{
    size_t from = host.len > 0 && host.ptr[0] == '[' ? span_find(host, ']') : 0;

    return span_sub(host, 0, from + span_find(span_from(host, from), ':'));
}

static bool is_known_host(const struct admin *a, struct span host)
{
    for (const char *const *h = a->setup.hosts; h != NULL && *h != NULL; h++) {
        if (span_eq_nocase(host_name(host), span_str(*h))) {
            return true;
        }
    }
    return false;
}

static bool shows_secret(const struct admin *a, const struct http_head *head)
{
    struct span value;

    if (a->setup.secret.len == 0 || !http_head_one(head, "Authorization", &value) ||
        !span_eq_nocase(span_sub(value, 0, 7), SPAN("Bearer "))) {
        return false;
    }
    return span_eq_secret(span_from(value, 7), a->setup.secret);
}

enum admission { COME_IN, STAY_OUT, SHOW_SECRET };

/*
 * Against other users of the machine, and against a web page that makes its
 * reader's browser ask us (DNS rebinding): SAFETY A6.
 */
static enum admission admit(const struct admin *a, const struct request *request)
{
    if (request->has_peer_uid) {
        bool ours = request->peer_uid == geteuid() || request->peer_uid == 0;

        return ours ? COME_IN : STAY_OUT;
    }
    if (a->setup.commands || !is_known_host(a, request->head->host)) {
        return STAY_OUT;
    }
    return shows_secret(a, request->head) ? COME_IN : SHOW_SECRET;
}

static void *begin_call(struct admin *a, struct exchange_io *io, const struct route_row *route,
                        const struct request *request)
{
    struct admin_call *call = request->body_follows ? mem_alloc(sizeof(*call)) : NULL;

    if (!request->body_follows) {
        refuse(io, 400, err_code(ERR_INPUT), "a command is a JSON object in the body");
        return NULL;
    }
    if (call == NULL) {
        io_abort(io);
        return NULL;
    }
    call->admin = a;
    call->io = io;
    call->route = route;
    call->uid = request->peer_uid;
    buf_init(&call->body, ADMIN_MAX_BODY);
    return call;
}

static void *on_start(void *ctx, struct exchange_io *io, const struct request *request)
{
    struct admin *a = ctx;
    enum http_method method = request->head->method;
    const struct route_row *route = find_route(a, request->target);

    switch (admit(a, request)) {
    case STAY_OUT:
        refuse(io, 403, "forbidden", "this door is not open to you");
        return NULL;
    case SHOW_SECRET:
        refuse(io, 401, "no-secret", "Authorization: Bearer must carry the admin secret");
        return NULL;
    case COME_IN:
        break;
    }
    if (route == NULL) {
        refuse(io, 404, err_code(ERR_PATH), err_text(ERR_PATH));
    } else if (route->run != NULL && method == HTTP_POST) {
        return begin_call(a, io, route, request);
    } else if (route->show != NULL && (method == HTTP_GET || method == HTTP_HEAD) &&
               !request->body_follows) {
        route->show(a, io);
    } else {
        refuse(io, 405, err_code(ERR_HTTP_METHOD), err_text(ERR_HTTP_METHOD));
    }
    return NULL;
}

static void on_body(void *exchange, struct span bytes, bool last)
{
    struct admin_call *call = exchange;

    buf_put(&call->body, bytes);
    if (!last) {
        return;
    }
    call->state = CALL_RUNNING;
    if (buf_err(&call->body) != OK) {
        admin_answer(call, ERR_HTTP_BODY_LARGE, NULL);
        return;
    }
    call->route->run(call);
}

static void on_gone(void *exchange)
{
    struct admin_call *call = exchange;

    if (call->state == CALL_READING) {
        free_call(call);
        return;
    }
    call->state = CALL_LEFT;
    call->io = NULL;
}

enum err admin_new(const struct admin_setup *setup, struct admin **out)
{
    if (setup->commands && (setup->hosts != NULL || setup->secret.len > 0)) {
        return ERR_INPUT;
    }
    struct admin *a = mem_alloc(sizeof(*a));

    if (a == NULL) {
        return ERR_MEMORY;
    }
    a->setup = *setup;
    a->handler = (struct handler){.ctx = a, .start = on_start, .body = on_body, .gone = on_gone};
    *out = a;
    return OK;
}

void admin_free(struct admin **a)
{
    mem_free(*a);
    *a = NULL;
}

enum err admin_add_metrics(struct admin *a, const struct metric *table, size_t n)
{
    if (a->table_count == ADMIN_MAX_TABLES) {
        return ERR_TOO_BIG;
    }
    a->tables[a->table_count++] = (struct metric_table){table, n};
    return OK;
}

const struct handler *admin_handler(const struct admin *a)
{
    return &a->handler;
}
