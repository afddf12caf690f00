/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV: whatever the bytes, whole and one by one give the same number of cells
 * and the same end.
 */
#include "tests/fuzz/fuzz.h"

#include "district/rows.h"

#include <assert.h>

static enum err count(void *ctx, const struct rows_row *row)
{
    size_t *total = ctx;
    for (size_t i = 0; i < row->count; i++) {
        *total += 1 + row->cells[i].len;
    }
    return OK;
}

static enum err read_all(struct span text, size_t step, size_t *total)
{
    struct rows_events events = {count, total};
    struct rows *r = NULL;
    enum err e = rows_new(&events, &r);
    for (size_t at = 0; at < text.len && e == OK; at += step) {
        e = rows_feed(r, span_sub(text, at, step));
    }
    e = e == OK ? rows_end(r) : e;
    rows_free(&r);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = 0;
    size_t bytes = 0;
    enum err first = read_all(span_of(data, size), size + 1, &whole);
    enum err second = read_all(span_of(data, size), 1, &bytes);
    assert(first == second && (first != OK || whole == bytes));
    return 0;
}
