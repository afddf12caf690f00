/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counts that a restart lost, from the ledger: what is recorded was released.
 * Entries stand in the order of their time, so the day's first one is found by
 * halving, and all from there on are read once.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ledger/entry.h"
#include "ledger/leaf.h"
#include "ledger/reader.h"
#include "ledger/subjects.h"
#include "ledger/view.h"
#include "proxy/limits.h"

enum { MINUTE_MS = 60000 };

struct load {
    struct limits *limits;
    const struct limits_past *past;
    struct reader *reader;
    int32_t today;
};

static enum err read_entry(const struct load *l, uint64_t index, struct reader_entry *out,
                           int64_t *ms)
{
    enum err e = reader_get(l->reader, index, out);

    return e != OK ? e : leaf_time(out->leaf, ms);
}

/* The first entry of today or of the last minute, whichever is earlier; the ledger's end if none.
 */
static enum err find_first(const struct load *l, uint64_t *out)
{
    uint64_t low = 0, high = l->past->size;
    enum err e = OK;

    while (low < high && e == OK) {
        uint64_t middle = low + (high - low) / 2;
        struct reader_entry entry;
        int64_t ms = 0;

        e = read_entry(l, middle, &entry, &ms);
        if (clock_local_date(ms) >= l->today || l->past->wall_ms - ms < MINUTE_MS) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *out = low;
    return e;
}

/* Refused ones did not count when they came. */
static bool counted(const struct view *v)
{
    return !span_eq_str(view_text(v, "reason"), err_code(ERR_RATE));
}

static enum err load_request(const struct load *l, const struct view *v, int64_t ms)
{
    struct limit *m = limits_of(l->limits, view_text(v, "agreement"));
    int64_t at_ms = l->past->mono_ms - (l->past->wall_ms - ms);
    struct limit_why why;

    if (m == NULL) {
        return ERR_MEMORY;
    }
    return counted(v) ? limit_request(m, 0, at_ms < 0 ? 0 : at_ms, &why) : OK;
}

static enum err load_students(const struct load *l, const struct view *v, struct span blob)
{
    struct limit_hold hold = {.limit = limits_of(l->limits, view_text(v, "agreement"))};
    int64_t count = view_subject_count(v);
    uint32_t *numbers = count < 0 || count > ENTRY_MAX_SUBJECTS
                            ? NULL
                            : mem_alloc_array((size_t)count, sizeof(*numbers));

    if (hold.limit == NULL || numbers == NULL) {
        mem_free(numbers);
        return ERR_MEMORY;
    }
    enum err e = subjects_decode(blob, (size_t)count, numbers);

    e = e != OK ? e : limit_count(&hold, l->today, numbers, (size_t)count);
    mem_free(numbers);
    return e;
}

static enum err load_entry(const struct load *l, const struct reader_entry *entry, int64_t ms)
{
    bool disclosed = leaf_is(entry->leaf, ENTRY_DISCLOSURE) && entry->blob.len > 0 &&
                     clock_local_date(ms) >= l->today;
    bool asked = (leaf_is(entry->leaf, ENTRY_REQUEST) || leaf_is(entry->leaf, ENTRY_DENIED)) &&
                 l->past->wall_ms - ms < MINUTE_MS;
    struct view *v = NULL;

    if (!disclosed && !asked) {
        return OK;
    }
    enum err e = view_read(entry->leaf, &v);

    if (e == OK) {
        e = disclosed ? load_students(l, v, entry->blob) : load_request(l, v, ms);
    }
    view_free(&v);
    return e;
}

enum err limits_load(struct limits *limits, const struct limits_past *past)
{
    struct load l = {.limits = limits, .past = past, .today = clock_local_date(past->wall_ms)};
    uint64_t at = 0;
    enum err e = reader_open(past->directory, &l.reader);

    e = e != OK ? e : find_first(&l, &at);
    for (; e == OK && at < past->size; at++) {
        struct reader_entry entry;
        int64_t ms = 0;

        e = read_entry(&l, at, &entry, &ms);
        e = e != OK ? e : load_entry(&l, &entry, ms);
    }
    reader_close(&l.reader);
    return e;
}
