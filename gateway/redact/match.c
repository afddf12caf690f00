/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter, once more, on the record as released (SAFETY R3): what the source
 * selected by is not what the partner may see. The fields of the clauses are
 * written as they would leave (whether `fields` asks for them or not), and these
 * bytes are read again by the same two stages; so a value counts here exactly if
 * it could be read in an answer, unchanged. Placeholders count as nothing.
 */
#include "redact/redact_priv.h"

/* The fields of the clauses that may be compared in this record. */
static struct fieldset comparable(const struct redactor *r)
{
    const struct query *q = r->setup.plan->query;
    struct fieldset set = {{0}};

    for (unsigned i = 0; i < q->clause_count; i++) {
        uint16_t number = q->clauses[i].field->number;

        if (fieldset_has(&r->verdict.match, number)) {
            fieldset_add(&set, number);
        }
    }
    return set;
}

static enum err index_again(struct redactor *r)
{
    struct span bytes = buf_span(&r->out);
    struct scan_carry carry = {.need = 0};
    enum err e = OK;

    walk_start(&r->again, true);
    for (size_t at = 0; e == OK && at < bytes.len; at += SCAN_WINDOW) {
        struct span window = span_sub(bytes, at, SCAN_WINDOW);
        size_t i = 0;

        r->kernel->run(&carry, window, &r->again_places);
        e = r->again_places.fault < window.len
                ? ERR_INTERNAL
                : walk_places(&r->again, window.ptr, &r->again_places, &i);
    }
    return e == ERR_MEMORY ? e : e != OK || !r->again.whole ? ERR_INTERNAL : OK;
}

static bool clause_holds(struct redactor *r, const struct clause *c)
{
    size_t values = 0;
    size_t hits = 0;

    if (!fieldset_has(&r->verdict.match, c->field->number)) {
        return false;
    }
    for (size_t i = 1; i < r->again.count; i++) {
        const struct entry *e = &r->again.entries[i];

        if (e->field == c->field->number && (e->kind == ENTRY_STRING || e->kind == ENTRY_REF)) {
            values++;
            hits += clause_matches(c, entry_value(r, e)) ? 1 : 0;
        }
    }
    return c->op == FILTER_NE ? values > 0 && hits == values : hits > 0;
}

static bool clauses_hold(struct redactor *r)
{
    const struct query *q = r->setup.plan->query;
    unsigned held = 0;

    for (unsigned i = 0; i < q->clause_count; i++) {
        held += clause_holds(r, &q->clauses[i]) ? 1 : 0;
    }
    return q->any ? held > 0 : held == q->clause_count;
}

enum err record_match(struct redactor *r, bool *matches)
{
    r->keep = comparable(r);
    r->fill = false;
    enum err e = record_emit(r);

    if (e == OK) {
        e = index_again(r);
    }
    if (e == OK) {
        r->view = &r->again;
        *matches = clauses_hold(r);
        r->view = &r->walker;
    }
    return e;
}
