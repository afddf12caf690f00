/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: asking it. Every question is one statement whose values are bound;
 * the answer is a list of places in the log, and what is shown is read there.
 */
#include "base/mem.h"
#include "ledger/entry.h"
#include "ledger/index_priv.h"

void ledger_index_hits_fini(struct index_hits *hits)
{
    mem_free(hits->at);
    *hits = (struct index_hits){0};
}

static enum err add(struct index_hits *hits, uint64_t at)
{
    if (hits->count == hits->cap) {
        size_t cap = hits->cap == 0 ? 64 : hits->cap * 2;
        uint64_t *grown = mem_resize(hits->at, cap * sizeof(*grown));

        if (grown == NULL) {
            return ERR_MEMORY;
        }
        hits->at = grown;
        hits->cap = cap;
    }
    hits->at[hits->count++] = at;
    return OK;
}

/* Runs the statement to its end, collecting the first column. */
static enum err collect(struct stmt *st, struct index_hits *out)
{
    struct index_hits hits = {0};
    bool row = true;
    enum err e = OK;

    while (e == OK && row) {
        e = stmt_step(st, &row);
        e = e == OK && row ? add(&hits, (uint64_t)stmt_int(st, 0)) : e;
    }
    if (e != OK) {
        ledger_index_hits_fini(&hits);
        return e;
    }
    *out = hits;
    return OK;
}

/* One word for each member that narrows, so that SQLite can pick the right index. */
static void put_where(struct buf *sql, const struct index_query *q)
{
    buf_put_str(sql, "SELECT at FROM entries WHERE time >= ?1");
    if (q->kind.len > 0) {
        buf_put_str(sql, " AND kind = ?2");
    }
    if (q->partner.len > 0) {
        buf_put_str(sql, " AND partner = ?3");
    }
    if (q->exchange.len > 0) {
        buf_put_str(sql, " AND exchange = ?4");
    }
    buf_put_str(sql, " ORDER BY at DESC LIMIT ?5");
    buf_put_byte(sql, '\0');
}

static void bind_where(struct stmt *st, const struct index_query *q)
{
    stmt_bind_int(st, 1, q->since_ms);
    if (q->kind.len > 0) {
        stmt_bind_text(st, 2, q->kind);
    }
    if (q->partner.len > 0) {
        stmt_bind_text(st, 3, q->partner);
    }
    if (q->exchange.len > 0) {
        stmt_bind_text(st, 4, q->exchange);
    }
    stmt_bind_int(st, 5, q->limit == 0 || q->limit > INT64_MAX ? -1 : (int64_t)q->limit);
}

enum err ledger_index_find(struct index *x, const struct index_query *q, struct index_hits *out)
{
    struct stmt *st = NULL;
    struct buf sql;

    buf_init(&sql, 512);
    put_where(&sql, q);
    enum err e = buf_err(&sql);

    e = e != OK ? e : stmt_prepare(x->store, (const char *)buf_span(&sql).ptr, &st);
    if (e == OK) {
        bind_where(st, q);
        e = collect(st, out);
    }
    stmt_finish(&st);
    buf_fini(&sql);
    return e;
}

enum err ledger_index_of_subject(struct index *x, uint32_t number, struct index_hits *out)
{
    struct stmt *st = NULL;
    enum err e =
        stmt_prepare(x->store, "SELECT at FROM postings WHERE subject = ?1 ORDER BY at", &st);

    if (e == OK) {
        stmt_bind_int(st, 1, number);
        e = collect(st, out);
    }
    stmt_finish(&st);
    return e;
}

enum err ledger_index_of_set(struct index *x, struct span name, struct index_hits *out)
{
    struct stmt *st = NULL;
    enum err e = stmt_prepare(x->store, "SELECT at FROM sets WHERE name = ?1 ORDER BY at", &st);

    if (e == OK) {
        stmt_bind_text(st, 1, name);
        e = collect(st, out);
    }
    stmt_finish(&st);
    return e;
}

enum err ledger_index_restarted_after(struct index *x, uint64_t index, bool *out)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(x->store,
                              "SELECT 1 FROM entries WHERE kind = ?1 AND at > ?2"
                              " AND reason = 'open' LIMIT 1",
                              &st);

    if (e == OK) {
        stmt_bind_text(st, 1, span_str(entry_kind_name(ENTRY_START)));
        stmt_bind_int(st, 2, (int64_t)index);
        e = stmt_step(st, &row);
    }
    stmt_finish(&st);
    *out = row;
    return e;
}
