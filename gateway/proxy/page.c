/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: `limit` and `offset` count the rows that the partner sees (SAFETY R2).
 * A page is read from a position in the source; visible rows are skipped, taken,
 * and the first one behind the page tells that there is a next page.
 */
#include "proxy/pull_priv.h"

enum { LEG_ROWS = 10000, FILTERED_ROWS = 256 };

/* True if each row of the source is a visible row, so that offsets are the same. */
static bool is_one_to_one(const struct exchange *x)
{
    return !x->plan.has_row_rules && x->query.clause_count == 0;
}

enum err page_init(struct exchange *x)
{
    struct page *page = &x->page;
    const struct query *q = &x->query;
    struct cursor_bond bond = {x->client->id, &x->plan, &x->asked.query};

    if (q->cursor.len > 0) {
        enum err e = cursor_read(q->cursor, x->proxy->setup.cursor_key, &bond, &page->from);

        return e == OK && page->from.visible != q->offset ? ERR_CURSOR : e;
    }
    if (is_one_to_one(x)) {
        page->from = (struct position){q->offset, q->offset};
    } else {
        page->skip = q->offset;
    }
    return OK;
}

bool page_take(struct page *page, const struct query *q, bool released)
{
    page->rows++;
    if (!released) {
        return false;
    }
    page->visible++;
    if (page->visible <= page->skip) {
        return false;
    }
    if (page->taken < q->limit) {
        page->taken++;
        return true;
    }
    if (page->next == NEXT_UNKNOWN) {
        page->next = NEXT_AT;
        page->next_at = (struct position){page->from.source + page->rows - 1,
                                          page->from.visible + page->visible - 1};
    }
    return false;
}

bool page_knows_next(struct exchange *x)
{
    struct page *page = &x->page;
    uint64_t limit = x->query.limit;

    if (x->plan.item) {
        page->next = NEXT_NONE;
    }
    if (page->next != NEXT_UNKNOWN || !page->has_total) {
        return page->next != NEXT_UNKNOWN;
    }
    uint64_t left = page->total > page->from.source ? page->total - page->from.source : 0;

    if (left <= page->skip + limit) {
        page->next = NEXT_NONE;
    } else if (is_one_to_one(x)) {
        page->next = NEXT_AT;
        page->next_at = (struct position){page->from.source + limit, page->from.visible + limit};
    }
    return page->next != NEXT_UNKNOWN;
}

/*
 * Without a count only an empty leg is the end. If the first leg is empty another
 * one is sent all the same, where rows can be withheld: with none to send and with
 * one that is withheld, the partner waits for two.
 */
bool page_at_end(const struct exchange *x)
{
    const struct page *page = &x->page;

    if (x->plan.item) {
        return true;
    }
    if (page->has_total) {
        return page->from.source + page->rows >= page->total;
    }
    return x->pull.leg_rows == 0 && (x->pull.legs > 1 || is_one_to_one(x));
}

/*
 * Where most rows show, a little more than is missing nearly always does; where
 * few do, each leg is twice the last, so that 16 legs reach far.
 */
static uint64_t widened(const struct exchange *x, uint64_t ask)
{
    if (x->page.visible * 2 >= x->page.rows) {
        return ask + ask / 8 + 1;
    }
    return ask < x->pull.asked * 2 ? x->pull.asked * 2 : ask;
}

uint64_t page_next_ask(const struct exchange *x)
{
    const struct page *page = &x->page;
    bool known = page->next != NEXT_UNKNOWN || is_one_to_one(x);
    uint64_t want = page->skip + x->query.limit + (known ? 0 : 1);
    uint64_t have = page->visible < want ? page->visible : want;
    uint64_t ask = want - have;

    if (!is_one_to_one(x)) {
        ask = widened(x, ask);
    }
    /* The number of legs is felt. A filter can single out one student: few rows go in one leg. */
    if (x->query.clause_count > 0 && ask < FILTERED_ROWS) {
        ask = FILTERED_ROWS;
    }
    return ask == 0 ? 1 : ask > LEG_ROWS ? LEG_ROWS : ask;
}
