/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger says of an exchange. Members stand in byte order because a
 * leaf has one form only. A parameter whose name the catalog does not know is
 * written as "other": the name itself could carry a value.
 */
#include "proxy/record_priv.h"

#include "base/text.h"

#include <stdio.h>

static void put_key(struct buf *out, const char *key)
{
    if (out->len > 0) {
        buf_put_byte(out, ',');
    }
    text_json_ascii(out, span_str(key));
    buf_put_byte(out, ':');
}

static struct span route_of(const struct exchange *x)
{
    return x->routed ? x->route.template : span_str("other");
}

/* The peer's address without its port. */
static struct span address_of(const struct exchange *x)
{
    struct span address = x->request->peer_address;
    size_t colon = address.len;

    while (colon > 0 && address.ptr[colon - 1] != ':') {
        colon--;
    }
    return colon == 0 ? address : span_sub(address, 0, colon - 1);
}

static const char *op_text(enum filter_op op)
{
    static const char *const words[] = {"=", "!=", ">", ">=", "<", "<=", "~"};

    return words[op];
}

static void put_param(struct buf *out, bool *any, struct span text)
{
    if (*any) {
        buf_put_byte(out, ',');
    }
    *any = true;
    text_json_ascii(out, text);
}

static void put_clauses(struct buf *out, bool *any, const struct query *q)
{
    for (unsigned i = 0; i < q->clause_count; i++) {
        char text[160];
        const struct clause *c = &q->clauses[i];
        int n = snprintf(text, sizeof(text), "filter:%.*s:%s", (int)c->field->path.len,
                         (const char *)c->field->path.ptr, op_text(c->op));

        put_param(out, any, span_of(text, n < 0 ? 0 : (size_t)n));
    }
}

static bool is_known_param(struct span name)
{
    static const char *const known[] = {"cursor", "fields",  "filter", "limit",
                                        "offset", "orderBy", "sort"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (span_eq_str(name, known[i])) {
            return true;
        }
    }
    return false;
}

static void put_params(struct buf *out, const struct exchange *x)
{
    const struct target *t = x->request->target;
    bool any = false;

    put_key(out, "params");
    buf_put_byte(out, '[');
    for (size_t i = 0; i < t->param_count; i++) {
        struct span name = t->params[i].name;

        if (span_eq_str(name, "filter") && x->query.clause_count > 0) {
            put_clauses(out, &any, &x->query);
        } else {
            put_param(out, &any, is_known_param(name) ? name : span_str("other"));
        }
    }
    buf_put_byte(out, ']');
}

static struct span method_word(const struct exchange *x)
{
    static const char *const words[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "other"};

    return span_str(words[x->request->head->method]);
}

void record_put_request(struct buf *out, const struct exchange *x)
{
    entry_text(out, "address", address_of(x));
    entry_text(out, "agreement", x->agreement->id);
    entry_text(out, "basis", x->agreement->basis);
    entry_text(out, "client", x->client->id);
    entry_text(out, "interest", x->agreement->interest);
    entry_text(out, "method", method_word(x));
    put_params(out, x);
    entry_text(out, "partner", x->client->partner);
    entry_text(out, "policy", span_of(x->world->rules->digest, 16));
    entry_text(out, "purpose", x->client->purpose);
    entry_text(out, "resource", x->route.resource->name);
    entry_text(out, "route", route_of(x));
}

void record_put_denied(struct buf *out, const struct exchange *x, enum err e)
{
    entry_text(out, "address", address_of(x));
    entry_text(out, "agreement", x->client->agreement);
    if (x->agreement != NULL) {
        entry_text(out, "basis", x->agreement->basis);
    }
    entry_text(out, "clause", x->why.clause);
    entry_text(out, "client", x->client->id);
    entry_text(out, "field", x->why.field);
    entry_text(out, "method", method_word(x));
    put_params(out, x);
    entry_text(out, "partner", x->client->partner);
    entry_text(out, "policy", span_of(x->world->rules->digest, 16));
    entry_text(out, "purpose", x->client->purpose);
    entry_text(out, "reason", span_str(err_code(e)));
    if (x->routed) {
        entry_text(out, "resource", x->route.resource->name);
    }
    entry_text(out, "route", route_of(x));
    entry_number(out, "status", (uint64_t)err_row(e)->status);
}

static void put_sets(struct buf *out, const struct batch *b)
{
    put_key(out, "fields");
    for (unsigned i = 0; i < b->set_count; i++) {
        buf_put_byte(out, i == 0 ? '[' : ',');
        text_json_ascii(out, span_str(b->sets[i]));
    }
    buf_put_str(out, b->set_count == 0 ? "[]" : "]");
}

void record_put_disclosure(struct buf *out, const struct exchange *x, const struct batch *b)
{
    entry_text(out, "agreement", x->agreement->id);
    entry_text(out, "basis", x->agreement->basis);
    entry_number(out, "batch", b->number);
    entry_text(out, "class", x->agreement->ledger_class);
    entry_text(out, "client", x->client->id);
    put_sets(out, b);
    entry_text(out, "interest", x->agreement->interest);
    entry_text(out, "partner", x->client->partner);
    entry_text(out, "purpose", x->client->purpose);
    entry_number(out, "records", b->records);
    entry_text(out, "resource", x->route.resource->name);
    entry_text(out, "route", route_of(x));
}

static uint64_t rows_withheld(const struct exchange *x)
{
    uint64_t sum = 0;

    for (int r = ROW_RELEASED + 1; r < ROW_REASON_COUNT; r++) {
        sum += x->by_reason[r];
    }
    return sum;
}

static void put_withheld(struct buf *out, const struct exchange *x)
{
    bool any = false;

    put_key(out, "withheld");
    buf_put_byte(out, '{');
    for (int r = ROW_RELEASED + 1; r < ROW_REASON_COUNT; r++) {
        if (x->by_reason[r] > 0) {
            put_param(out, &any, span_str(row_reason_word((enum row_reason)r)));
            buf_put_byte(out, ':');
            buf_put_u64(out, x->by_reason[r]);
        }
    }
    buf_put_byte(out, '}');
}

void record_put_outcome(struct buf *out, const struct exchange *x, const char *end)
{
    entry_number(out, "batches", x->released_batches);
    entry_number(out, "bytes", x->sent_bytes);
    entry_number(out, "dropped", x->dropped);
    entry_text(out, "end", span_str(end));
    entry_number(out, "records", x->page.taken);
    entry_number(out, "rows", x->by_reason[ROW_RELEASED] + rows_withheld(x));
    entry_number(out, "status", x->status);
    put_withheld(out, x);
}

void record_put_junk(struct buf *out, uint64_t count)
{
    entry_number(out, "count", count);
    entry_text(out, "reason", span_str("unauthenticated"));
}

static void put_paths(struct buf *out, const struct resource *r, const struct fieldset *keep)
{
    bool any = false;

    put_key(out, "fields");
    buf_put_byte(out, '[');
    for (unsigned i = 0; i < r->field_count; i++) {
        if (fieldset_has(keep, i) && r->fields[i].kind != FIELD_OBJECT) {
            put_param(out, &any, r->fields[i].path);
        }
    }
    buf_put_byte(out, ']');
}

void record_put_fields(struct buf *out, const struct resource *r, role_mask roles,
                       const struct fieldset *keep, const char *set)
{
    bool any = false;

    put_paths(out, r, keep);
    entry_text(out, "resource", r->name);
    put_key(out, "role");
    buf_put_byte(out, '[');
    for (int role = 0; role < ROLE_COUNT; role++) {
        if ((roles & ROLE_BIT(role)) != 0) {
            put_param(out, &any, span_str(role_word((enum role)role)));
        }
    }
    buf_put_byte(out, ']');
    entry_text(out, "set", span_str(set));
}
