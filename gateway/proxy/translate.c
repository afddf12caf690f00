/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each clause is either said to the source (decoded, or as a lower bound of days),
 * or left to the redactor alone, or one that no record can meet. What the source is
 * asked follows from codes and days, which the partner knows, and from nothing that
 * it may not know.
 */
#include "proxy/translate.h"

#include "base/clock.h"

#include <stdio.h>

enum part {
    PART_SAID,  /* the source compares it */
    PART_LEFT,  /* the source would compare what the partner cannot see, or it excludes nothing */
    PART_NEVER, /* it names no id */
};

enum { DATE_CHARS = 10 };

static const char MIDNIGHT[] = "T00:00:00.000Z";

enum err translate_path_id(struct idmap *ids, const struct resource *r, struct span id,
                           struct arena *arena, struct span *out)
{
    struct idmap_text text;

    if (ids == NULL || ref_keeps_id(r->ref)) {
        *out = id;
        return OK;
    }
    if (!idmap_decode(ids, r->ref, id, &text)) {
        *out = SPAN("");
        return OK;
    }
    *out = arena_copy(arena, idmap_span(&text));
    return out->len > 0 ? OK : ERR_MEMORY;
}

/* --- days ------------------------------------------------------------------------- */

static bool starts_with_date(struct span text, int32_t *date)
{
    return clock_parse_date(span_sub(text, 0, DATE_CHARS), date);
}

/* "T00:00:00Z" or the same with any number of zeros behind a point. */
static bool is_midnight(struct span time)
{
    size_t zeros = 0;

    if (!span_starts(time, SPAN("T00:00:00")) || time.ptr[time.len - 1] != 'Z') {
        return false;
    }
    struct span rest = span_sub(time, 9, time.len - 10);

    while (zeros + 1 < rest.len && rest.ptr[zeros + 1] == '0') {
        zeros++;
    }
    return rest.len == 0 || (rest.ptr[0] == '.' && zeros > 0 && zeros + 1 == rest.len);
}

/* The first moment of a day, in the arena; empty without memory. */
static struct span midnight_of(int32_t date, struct arena *arena)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%04d-%02d-%02d%s", date / 10000, date / 100 % 100,
                       date % 100, MIDNIGHT);

    return arena_copy(arena, span_of(text, len < 0 ? 0 : (size_t)len));
}

enum err translate_days(const struct agreement *a, struct arena *arena, struct query *q)
{
    int32_t date;

    for (unsigned i = 0; i < q->clause_count; i++) {
        struct clause *c = &q->clauses[i];

        if (!translation_is_cut(a, c->field) || !starts_with_date(c->value, &date) ||
            !is_midnight(span_from(c->value, DATE_CHARS))) {
            continue;
        }
        c->value = midnight_of(date, arena);
        if (c->value.len == 0) {
            return ERR_MEMORY;
        }
    }
    return OK;
}

static bool is_date(int32_t date)
{
    char text[16];
    int32_t same;
    int len =
        snprintf(text, sizeof(text), "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);

    return len == DATE_CHARS && clock_parse_date(span_of(text, DATE_CHARS), &same);
}

/* The day before, in the calendar. */
static int32_t day_before(int32_t date)
{
    int32_t before = date - 1;

    if (date % 100 > 1) {
        return before;
    }
    before = date / 100 % 100 > 1 ? date - 100 : date - 10000 + 1100;
    before += 30; /* the 31st, or the last day that there is */
    while (!is_date(before) && before % 100 > 1) {
        before--;
    }
    return before;
}

/* --- clauses ---------------------------------------------------------------------- */

static enum err say_id(struct idmap *ids, struct arena *arena, struct clause *c, enum part *part)
{
    struct idmap_text text;

    if (!idmap_decode(ids, c->field->ref, c->value, &text)) {
        *part = c->op == FILTER_NE ? PART_LEFT : PART_NEVER;
        return OK;
    }
    *part = PART_SAID;
    c->value = arena_copy(arena, idmap_span(&text));
    return c->value.len > 0 ? OK : ERR_MEMORY;
}

/*
 * Records show the day alone. A source that compared more would choose rows by the
 * time; so it is given the day, and one day more, because it may count days in
 * another zone. An upper bound it must not compare at all: for "until noon" every
 * record of the day matches as it leaves.
 */
static enum err say_day(struct arena *arena, struct clause *c, enum part *part)
{
    bool bound = c->op == FILTER_EQ || c->op == FILTER_GT || c->op == FILTER_GE;
    int32_t date;

    *part = PART_LEFT;
    if (!bound || !starts_with_date(c->value, &date)) {
        return OK;
    }
    *part = PART_SAID;
    c->op = FILTER_GE;
    c->value = midnight_of(day_before(date), arena);
    return c->value.len > 0 ? OK : ERR_MEMORY;
}

static enum err say(const struct plan *plan, struct idmap *ids, struct arena *arena,
                    struct clause *c, enum part *part)
{
    *part = PART_SAID;
    if (translation_is_coded(plan->agreement, c->field)) {
        return say_id(ids, arena, c, part);
    }
    return translation_is_cut(plan->agreement, c->field) ? say_day(arena, c, part) : OK;
}

/* Takes clauses out of the source's question, as AND and OR allow it. */
static void join(struct asked *asked, const enum part *parts)
{
    struct query *q = &asked->query;
    unsigned never = 0;
    unsigned left = 0;
    unsigned said = 0;

    for (unsigned i = 0; i < q->clause_count; i++) {
        never += parts[i] == PART_NEVER ? 1 : 0;
        left += parts[i] == PART_LEFT ? 1 : 0;
    }
    asked->nothing = never > 0 && (!q->any || never == q->clause_count);
    for (unsigned i = 0; i < q->clause_count; i++) {
        if (parts[i] == PART_SAID && (!q->any || left == 0)) {
            q->clauses[said++] = q->clauses[i];
        }
    }
    q->clause_count = (uint8_t)said;
}

enum err translate_question(const struct plan *plan, struct idmap *ids, struct arena *arena,
                            struct asked *out)
{
    enum part parts[QUERY_MAX_CLAUSES] = {PART_SAID};
    enum err e = OK;

    *out = (struct asked){.query = *plan->query};
    for (unsigned i = 0; e == OK && ids != NULL && i < out->query.clause_count; i++) {
        e = say(plan, ids, arena, &out->query.clauses[i], &parts[i]);
    }
    if (e == OK && ids != NULL) {
        join(out, parts);
    }
    return e;
}
