/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, built from the plan (invariant 3, SAFETY E3): next, prev, first, last and
 * the notice against redisclosure that goes with every answer (34 CFR 99.33(d)).
 */
#include "base/text.h"
#include "proxy/answer_priv.h"
#include "proxy/pull_priv.h"

enum { MAX_FIELDS_TEXT = 8 * 1024 };

/* The `fields` parameter as the partner named it, in canonical order. */
static void put_fields(struct buf *out, const struct exchange *x)
{
    const struct resource *r = x->plan.resource;
    const char *lead = "&fields=";

    for (unsigned i = 0; x->query.has_fields && i < r->field_count; i++) {
        if (fieldset_has(&x->query.named, i)) {
            buf_put_str(out, lead);
            text_percent(out, r->fields[i].path);
            lead = ",";
        }
    }
}

static void open_link(struct buf *out, const struct exchange *x, uint64_t offset)
{
    buf_put_byte(out, '<');
    buf_put(out, x->proxy->setup.public_url);
    buf_put(out, x->plan.resource->base);
    buf_put_byte(out, '/');
    buf_put(out, x->plan.resource->name);
    buf_put_str(out, "?limit=");
    buf_put_u64(out, x->query.limit);
    buf_put_str(out, "&offset=");
    buf_put_u64(out, offset);
    source_put_query(out, &x->query, NULL);
    put_fields(out, x);
}

static void close_link(struct buf *out, const char *rel)
{
    buf_put_str(out, ">; rel=\"");
    buf_put_str(out, rel);
    buf_put_str(out, "\", ");
}

static enum err put_next(struct buf *out, const struct exchange *x)
{
    struct cursor_bond bond = {x->client->id, &x->plan, &x->asked.query};

    if (x->page.next != NEXT_AT) {
        return OK;
    }
    open_link(out, x, x->page.next_at.visible);
    buf_put_str(out, "&cursor=");
    enum err e = cursor_put(out, x->proxy->setup.cursor_key, &bond, x->page.next_at);

    close_link(out, "next");
    return e;
}

static void put_others(struct buf *out, const struct exchange *x)
{
    uint64_t limit = x->query.limit;
    uint64_t offset = x->query.offset;

    if (offset > 0) {
        open_link(out, x, offset > limit ? offset - limit : 0);
        close_link(out, "prev");
    }
    open_link(out, x, 0);
    close_link(out, "first");
    if (x->plan.totals && x->page.has_total) {
        open_link(out, x, x->page.total == 0 ? 0 : (x->page.total - 1) / limit * limit);
        close_link(out, "last");
    }
}

enum err links_put(struct buf *out, const struct exchange *x)
{
    enum err e = OK;

    if (!x->plan.item) {
        e = put_next(out, x);
        put_others(out, x);
    }
    buf_put_byte(out, '<');
    buf_put(out, x->proxy->setup.public_url);
    buf_put_str(out, "/notices/redisclosure>; rel=\"terms-of-service\"");
    return e != OK ? e : buf_err(out);
}
