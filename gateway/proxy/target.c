/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request to the source, built anew from the plan (invariant 3). Every value
 * is percent-encoded here; nothing that the partner sent is copied as it came.
 */
#include "base/text.h"
#include "proxy/pull_priv.h"

static void put_fields(struct buf *out, const struct plan *plan)
{
    struct buf names;

    buf_init(&names, 4096);
    query_put_fields(&names, plan->resource, &plan->upstream);
    buf_put_str(out, plan->item ? "?fields=" : "&fields=");
    text_percent(out, buf_span(&names));
    out->failed = out->failed != OK ? out->failed : buf_err(&names);
    buf_fini(&names);
}

void source_put_query(struct buf *out, const struct query *q, const struct fieldset *open)
{
    struct buf filter;

    if (q->sort != NULL) {
        buf_put_str(out, "&sort=");
        query_put_field(out, q->sort);
        buf_put_str(out, q->descending ? "&orderBy=desc" : "&orderBy=asc");
    }
    if (q->clause_count > 0) {
        buf_init(&filter, 4096);
        if (open == NULL) {
            query_put_clauses(&filter, q);
        } else {
            query_put_filter(&filter, q, open);
        }
        buf_put_str(out, buf_span(&filter).len > 0 ? "&filter=" : "");
        text_percent(out, buf_span(&filter));
        out->failed = out->failed != OK ? out->failed : buf_err(&filter);
        buf_fini(&filter);
    }
}

enum err source_target(struct buf *out, const struct plan *plan, const struct query *q,
                       uint64_t from, uint64_t rows)
{
    buf_clear(out);
    buf_put(out, plan->resource->base);
    buf_put_byte(out, '/');
    buf_put(out, plan->resource->name);
    if (plan->item) {
        buf_put_byte(out, '/');
        text_percent(out, plan->id);
    } else {
        buf_put_str(out, "?limit=");
        buf_put_u64(out, rows);
        buf_put_str(out, "&offset=");
        buf_put_u64(out, from);
        source_put_query(out, q, &plan->open);
    }
    put_fields(out, plan);
    return buf_err(out);
}
