/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata dictionary: a row for each recipient, a column for each element that
 * anybody gets. With a ledger, declared stands beside really disclosed.
 */
#include <inttypes.h>

#include "cli/csv.h"
#include "cli/publish.h"
#include "cli/usage.h"

enum { MAX_WORDS = 256 * 1024 };

/* Roles of people, by element: the columns, in the order of the form. */
struct column {
    const struct element *element;
    enum role role;
};

static struct column column_at(size_t i)
{
    return (struct column){element_at(i / ROLE_NONE), (enum role)(i % ROLE_NONE)};
}

static bool is_shared(const struct publishing *p, const struct agreement *a, struct column c)
{
    const struct usage_question q = {p->policy, a, c.role, c.element, p->day};

    return usage_shares(&q);
}

static bool is_used(const struct publishing *p, struct column c)
{
    for (size_t i = 0; i < policy_agreement_count(p->policy); i++) {
        if (is_shared(p, policy_agreement(p->policy, i), c)) {
            return true;
        }
    }
    return false;
}

static void put_built(const struct publishing *p, struct buf *words)
{
    csv_put(p->out, buf_span(words), false);
    p->out->failed = p->out->failed != OK ? p->out->failed : buf_err(words);
    buf_clear(words);
}

static void put_heads(const struct publishing *p, struct buf *words)
{
    static const char *const heads[] = {"Agreement",  "Products",        "Purpose",
                                        "Population", "FERPA exception", "From",
                                        "To",         "Destruction",     "Subcontractors"};

    csv_put(p->out, SPAN("Recipient"), true);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        csv_put(p->out, span_str(heads[i]), false);
    }
    for (size_t i = 0; i < element_count() * ROLE_NONE; i++) {
        struct column c = column_at(i);

        if (is_used(p, c)) {
            buf_printf(words, "%s: %.*s / %.*s", role_word(c.role), (int)c.element->category.len,
                       (const char *)c.element->category.ptr, (int)c.element->brief.len,
                       (const char *)c.element->brief.ptr);
            put_built(p, words);
        }
    }
    csv_end(p->out);
}

/* "shared", "shared, disclosed 12 times", "shared, never disclosed". */
static void put_cell(const struct publishing *p, const struct agreement *a, struct column c,
                     struct buf *words)
{
    const struct usage_question q = {p->policy, a, c.role, c.element, p->day};
    bool recorded = c.role == ROLE_STUDENT || c.role == ROLE_GUARDIAN;

    if (usage_shares(&q)) {
        uint64_t times = p->shapes == NULL ? 0 : usage_times(&q, p->shapes);

        buf_put_str(words, "shared");
        if (p->shapes != NULL && recorded && times == 0) {
            buf_put_str(words, ", never disclosed");
        } else if (p->shapes != NULL && recorded) {
            buf_printf(words, ", disclosed %" PRIu64 " time%s", times, times == 1 ? "" : "s");
        }
    }
    put_built(p, words);
}

static void put_about(const struct publishing *p, const struct explanation *e, struct buf *words)
{
    const struct agreement *a = e->agreement;

    csv_put(p->out, a->partner_name, true);
    csv_put(p->out, a->id, false);
    publish_products(words, e);
    put_built(p, words);
    csv_put(p->out, a->interest, false);
    publish_population(words, p, a);
    put_built(p, words);
    buf_printf(words, "%.*s (%s)", (int)a->basis.len, (const char *)a->basis.ptr,
               basis_row(a->kind)->law);
    put_built(p, words);
    publish_date(words, a->from);
    put_built(p, words);
    publish_date(words, a->ends);
    put_built(p, words);
    csv_put(p->out, e->file.destroy_within, false);
    publish_subprocessors(words, e);
    put_built(p, words);
}

static enum err put_recipient(const struct publishing *p, const struct explanation *e)
{
    struct buf words;

    buf_init(&words, MAX_WORDS);
    put_about(p, e, &words);
    for (size_t i = 0; i < element_count() * ROLE_NONE; i++) {
        if (is_used(p, column_at(i))) {
            put_cell(p, e->agreement, column_at(i), &words);
        }
    }
    csv_end(p->out);
    buf_fini(&words);
    return buf_err(p->out);
}

enum err publish_dictionary(const struct publishing *p)
{
    struct buf words;
    bool any;

    buf_init(&words, MAX_WORDS);
    put_heads(p, &words);
    buf_fini(&words);
    return publish_each(p, put_recipient, &any);
}
