/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room for a page's students, before its first byte leaves (SAFETY R10):
 *
 *   1. Room for as many as the page's rows can bring at most is taken before the
 *      source is asked. If there is that much the page streams as always.
 *   2. If not, and the page is one student's record by id, that student decides,
 *      still before the source is asked.
 *   3. If not, and the partner asks by a filter or for a record that the roster does
 *      not know, nothing leaves, whatever there is.
 *   4. Else the page is gathered whole, then its students are known: those who do
 *      not count yet today fit, or nothing of it leaves. A page of students who count
 *      already always fits.
 *
 * Where not one student fits, an id that shows nothing is refused as one that would.
 */
#include "proxy/room_priv.h"

#include "base/clock.h"
#include "proxy/batch_priv.h"

#include <stdlib.h>

enum { SPANS_CAP = 16 * 1024 * 1024, DAY_S = 26 * 60 * 60 };

enum err room_request(struct exchange *x)
{
    x->hold.limit = limits_of(x->proxy->setup.limits, x->agreement->id);
    return x->hold.limit == NULL ? ERR_MEMORY
                                 : limit_request(x->hold.limit, x->agreement->requests_per_minute,
                                                 clock_mono_ms(), &x->limit_why);
}

static enum err reserve(struct exchange *x, const struct limit_page *page)
{
    struct limit_day day = {clock_local_date(clock_wall_ms()), x->agreement->students_per_day};

    return limit_reserve(&x->hold, &day, page, &x->limit_why);
}

/* True if the field, or an object that it stands in, is a list. */
static bool is_repeated(const struct resource *r, const struct field *f)
{
    while (!f->list && f->parent != CATALOG_ROOT) {
        f = &r->fields[f->parent];
    }
    return f->list;
}

/* How many students one row can be about. */
static uint64_t most_of_row(const struct plan *plan)
{
    const struct resource *r = plan->resource;
    uint64_t most = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        if ((r->fields[i].facts & FACT_SUBJECT) != 0) {
            most += is_repeated(r, &r->fields[i]) ? MAX_SUBJECTS : 1;
        }
    }
    if (plan->programs[ROLE_GUARDIAN] != NULL || most > MAX_SUBJECTS) {
        return MAX_SUBJECTS;
    }
    return most == 0 ? 1 : most;
}

static enum err reserve_most(struct exchange *x)
{
    uint64_t rows = x->plan.item ? 1 : x->query.limit;
    struct limit_page page = {.more = rows * most_of_row(&x->plan)};

    return reserve(x, &page);
}

/* True if the record asked for is a student's, by what the roster knows. */
static bool is_student(const struct exchange *x)
{
    struct person_facts person = {0};

    if (!x->plan.item || !x->plan.vouched || !x->plan.resource->is_person) {
        return false;
    }
    x->view.person(x->view.ctx, x->plan.id, &person);
    return person.known && (person.roles & ROLE_BIT(ROLE_STUDENT)) != 0;
}

static enum err reserve_student(struct exchange *x)
{
    uint32_t number = 0;

    ledger_find(x->proxy->setup.ledger, &x->plan.id, 1, &number);
    struct limit_page page = {&number, number == 0 ? 0 : 1, number == 0 ? 1 : 0};

    return reserve(x, &page);
}

/*
 * True if the partner says what the records must be like, or names one that only the
 * source knows. A 429 for what there is and something else for what there is not
 * would answer the question, about students who may not be shown.
 */
static bool chooses(const struct exchange *x)
{
    return x->plan.item ? !x->plan.resource->is_person : x->query.clause_count > 0;
}

enum err room_unknown(struct exchange *x)
{
    struct limit_page page = {.more = 1};

    if (x->agreement->students_per_day == 0 || !x->route.item || !x->route.resource->is_person) {
        return ERR_RECORD;
    }
    enum err e = reserve(x, &page);

    limit_release(&x->hold);
    return e == ERR_STUDENTS ? e : ERR_RECORD;
}

enum err room_begin(struct exchange *x)
{
    if (x->agreement->students_per_day == 0 || !x->plan.about_students) {
        return OK;
    }
    enum err e = reserve_most(x);

    if (e != ERR_STUDENTS) {
        return e;
    }
    if (is_student(x)) {
        return reserve_student(x);
    }
    if (chooses(x)) {
        return e;
    }
    x->gathers = true;
    return limit_gather(&x->hold);
}

static int by_id(const void *left, const void *right)
{
    return span_cmp(*(const struct span *)left, *(const struct span *)right);
}

static size_t sort_unique(struct span *ids, size_t count)
{
    size_t kept = 0;

    if (count == 0) {
        return 0;
    }
    qsort(ids, count, sizeof(*ids), by_id);
    for (size_t i = 1; i < count; i++) {
        if (!span_eq(ids[kept], ids[i])) {
            ids[++kept] = ids[i];
        }
    }
    return kept + 1;
}

/* `numbers` has room for `count`. Those without a number are new for certain. */
static enum err reserve_exactly(struct exchange *x, const struct span *ids, size_t count,
                                uint32_t *numbers)
{
    size_t known = 0;

    ledger_find(x->proxy->setup.ledger, ids, count, numbers);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != 0) {
            numbers[known++] = numbers[i];
        }
    }
    struct limit_page page = {numbers, known, count - known};

    return reserve(x, &page);
}

static enum err decide(struct exchange *x)
{
    struct buf list, room;
    enum err e;

    buf_init(&list, SPANS_CAP);
    buf_init(&room, SPANS_CAP);
    e = batch_list(x, &list);
    struct span *ids = (struct span *)(void *)list.base;
    size_t count = e == OK ? sort_unique(ids, list.len / sizeof(*ids)) : 0;

    if (count > 0) {
        uint8_t *numbers = buf_room(&room, count * sizeof(uint32_t));

        e = numbers == NULL ? buf_err(&room)
                            : reserve_exactly(x, ids, count, (uint32_t *)(void *)numbers);
    }
    buf_fini(&list);
    buf_fini(&room);
    return e;
}

enum err room_gather(struct exchange *x)
{
    if (x->state != X_FLUSHING || !x->request_durable) {
        return OK;
    }
    enum err e = decide(x);

    x->gathers = e != OK;
    return e;
}

enum err room_count(struct exchange *x, const uint32_t *numbers, size_t count)
{
    return limit_count(&x->hold, clock_local_date(clock_wall_ms()), numbers, count);
}

int64_t room_rest_of_day_s(int64_t wall_ms)
{
    int32_t today = clock_local_date(wall_ms);
    int64_t low = 0, high = DAY_S; /* the date has changed after `high` seconds, not after `low` */

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (clock_local_date(wall_ms + middle * 1000) > today) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}
