/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two policies compared: the district, each agreement's frame (basis, dates,
 * where, purposes, ids, limits), its programs, and the clients. Each comparison
 * begins from "widened" and is taken back only by what proves the contrary.
 */
#include "policy/diff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/diff_priv.h"

static const char *const subject_words[DIFF_SUBJECT_COUNT] = {
#define DIFF_WORD(sym, word) [sym] = (word),
    DIFF_SUBJECT_TABLE(DIFF_WORD)
#undef DIFF_WORD
};

const char *diff_subject_word(enum diff_subject subject)
{
    return subject_words[subject];
}

const char *diff_kind_word(enum diff_kind kind)
{
    static const char *const words[] = {"unchanged", "narrowed", "widened"};

    return words[kind];
}

/* --- telling ----------------------------------------------------------------------- */

struct span diff_text(struct differ *d, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;

    return arena_copy(d->arena, span_of(text, len));
}

struct span diff_date(struct differ *d, int32_t date)
{
    if (date == 0) {
        return (struct span){NULL, 0};
    }
    return diff_text(d, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
                     (int)(date % 100));
}

static bool grow(struct differ *d)
{
    size_t cap = d->cap == 0 ? 256 : d->cap * 2;
    struct diff_change *more = arena_array(d->arena, cap, sizeof(*more));

    if (more == NULL) {
        return false;
    }
    if (d->out->count > 0) {
        memcpy(more, d->out->changes, d->out->count * sizeof(*more));
    }
    d->out->changes = more;
    d->cap = cap;
    return true;
}

void diff_tell(struct differ *d, const struct diff_change *change)
{
    if (d->out->count == d->cap && !grow(d)) {
        return;
    }
    d->out->changes[d->out->count++] = *change;
    d->out->of_kind[change->kind]++;
}

void diff_tell_of(struct differ *d, const struct pair *p, struct diff_change change)
{
    const struct agreement *a = p->now != NULL ? p->now : p->was;

    change.partner = a->partner;
    change.agreement = a->id;
    diff_tell(d, &change);
}

/* Two texts that must be the same, or it counts as widened. */
static void tell_texts(struct differ *d, const struct pair *p, enum diff_subject subject,
                       struct span was, struct span now)
{
    if (!span_eq(was, now)) {
        diff_tell_of(
            d, p,
            (struct diff_change){.kind = DIFF_WIDENED, .subject = subject, .was = was, .now = now});
    }
}

/* --- sets -------------------------------------------------------------------------- */

/* NULL is everything. Only a known set of known items can be the smaller one. */
static bool is_within(const struct fact_set *inner, const struct fact_set *outer)
{
    if (outer == NULL) {
        return true;
    }
    if (inner == NULL || inner->known != TRI_YES || outer->known != TRI_YES) {
        return false;
    }
    for (size_t i = 0; i < inner->count; i++) {
        bool found = false;

        for (size_t k = 0; !found && k < outer->count; k++) {
            found = span_eq(inner->items[i], outer->items[k]);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static struct span set_text(struct differ *d, const struct fact_set *set)
{
    char text[480];
    size_t len = 0;

    if (set == NULL) {
        return SPAN("all");
    }
    for (size_t i = 0; i < set->count; i++) {
        int n = snprintf(text + len, sizeof(text) - len, "%s%.*s", i == 0 ? "" : " ",
                         (int)set->items[i].len, (const char *)set->items[i].ptr);

        if (n < 0 || (size_t)n >= sizeof(text) - len) {
            return diff_text(d, "%.*s ... (%zu in all)", (int)len, text, set->count);
        }
        len += (size_t)n;
    }
    return diff_text(d, "%.*s", (int)len, text);
}

/* True if the two sets are not the same. */
static bool compare_sets(struct differ *d, const struct pair *p, enum diff_subject subject,
                         const struct fact_set *was, const struct fact_set *now)
{
    bool narrower = is_within(now, was);

    if (narrower && is_within(was, now)) {
        return false;
    }
    diff_tell_of(d, p,
                 (struct diff_change){.kind = narrower ? DIFF_NARROWED : DIFF_WIDENED,
                                      .subject = subject,
                                      .was = set_text(d, was),
                                      .now = set_text(d, now)});
    return true;
}

static bool compare_places(struct differ *d, const struct pair *p)
{
    const struct agreement *was = p->was, *now = p->now;
    const struct {
        enum diff_subject subject;
        const struct fact_set *was;
        const struct fact_set *now;
    } sets[] = {
        {DIFF_SCHOOLS, was->schools, now->schools},
        {DIFF_GRADES, was->grades, now->grades},
        {DIFF_CLASSES, was->classes, now->classes},
        {DIFF_COURSES, was->courses, now->courses},
        {DIFF_TERMS, was->terms, now->terms},
        {DIFF_STATUSES, was->statuses, now->statuses},
        {DIFF_PROGRAMS, was->programs, now->programs},
    };
    bool moved = false;

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        moved = compare_sets(d, p, sets[i].subject, sets[i].was, sets[i].now) || moved;
    }
    return moved;
}

static void compare_purposes(struct differ *d, const struct pair *p)
{
    const struct fact_set was = {TRI_YES, p->was->purposes, p->was->purpose_count};
    const struct fact_set now = {TRI_YES, p->now->purposes, p->now->purpose_count};

    (void)compare_sets(d, p, DIFF_PURPOSES, &was, &now);
}

/* --- dates ------------------------------------------------------------------------- */

static int32_t last_day_before(int32_t ends, int32_t stopped_on)
{
    /* Only compared: a day that no calendar has sorts where it must. */
    return stopped_on != 0 && stopped_on - 1 < ends ? stopped_on - 1 : ends;
}

static struct span dates_text(struct differ *d, const struct agreement *a)
{
    struct span stopped = diff_date(d, a->stopped_on), barred = diff_date(d, a->barred_until);

    return diff_text(d, "%.*s to %.*s%s%.*s%s%.*s", 10, (const char *)diff_date(d, a->from).ptr, 10,
                     (const char *)diff_date(d, a->ends).ptr,
                     stopped.len > 0 ? ", stopped on " : "", (int)stopped.len,
                     stopped.len > 0 ? (const char *)stopped.ptr : "",
                     barred.len > 0 ? ", barred until " : "", (int)barred.len,
                     barred.len > 0 ? (const char *)barred.ptr : "");
}

/* Not before its own first day, and not while the partner is barred. */
static int32_t first_day(const struct agreement *a)
{
    return a->barred_until >= a->from ? a->barred_until + 1 : a->from; /* only compared, too */
}

static void compare_dates(struct differ *d, const struct pair *p)
{
    const struct agreement *was = p->was, *now = p->now;
    bool narrower =
        first_day(now) >= first_day(was) &&
        last_day_before(now->ends, now->stopped_on) <= last_day_before(was->ends, was->stopped_on);

    if (was->from == now->from && was->ends == now->ends && was->stopped_on == now->stopped_on &&
        was->barred_until == now->barred_until) {
        return;
    }
    diff_tell_of(d, p,
                 (struct diff_change){.kind = narrower ? DIFF_NARROWED : DIFF_WIDENED,
                                      .subject = DIFF_DATES,
                                      .was = dates_text(d, was),
                                      .now = dates_text(d, now)});
}

/* --- the rest of an agreement -------------------------------------------------------- */

static void compare_limit(struct differ *d, const struct pair *p, enum diff_subject subject,
                          uint64_t was, uint64_t now)
{
    bool narrower = now != 0 && (was == 0 || now < was);

    if (was == now) {
        return;
    }
    diff_tell_of(
        d, p,
        (struct diff_change){.kind = narrower ? DIFF_NARROWED : DIFF_WIDENED,
                             .subject = subject,
                             .was = was == 0 ? SPAN("no limit") : diff_text(d, "%" PRIu64, was),
                             .now = now == 0 ? SPAN("no limit") : diff_text(d, "%" PRIu64, now)});
}

static struct span ids_text(struct differ *d, const struct agreement *a)
{
    static const char *const words[] = {"district-ids", "per-partner", "random"};
    bool one = a->ids == IDS_PER_PARTNER && a->ids_for_agreement;

    return diff_text(d, "%s%s, epoch %u", words[a->ids], one ? " (of the agreement)" : "",
                     a->epoch);
}

/*
 * District ids join everything; codes of a partner join its agreements; codes at
 * random join nothing else. The same codes under an older epoch join old copies.
 * Where students' own facts are held, a restriction on the one kind of id, which kept
 * a student's records back, does not speak of the other.
 */
static bool ids_are_narrower(const struct differ *d, const struct agreement *was,
                             const struct agreement *now)
{
    if (was->ids != now->ids) {
        return now->ids > was->ids && !d->facts_held;
    }
    return now->epoch >= was->epoch && (now->ids_for_agreement || !was->ids_for_agreement);
}

static void compare_ids(struct differ *d, const struct pair *p)
{
    const struct agreement *was = p->was, *now = p->now;

    if (was->ids == now->ids && was->epoch == now->epoch &&
        was->ids_for_agreement == now->ids_for_agreement) {
        return;
    }
    diff_tell_of(
        d, p,
        (struct diff_change){.kind = ids_are_narrower(d, was, now) ? DIFF_NARROWED : DIFF_WIDENED,
                             .subject = DIFF_IDS,
                             .was = ids_text(d, was),
                             .now = ids_text(d, now)});
}

static void compare_designated(struct differ *d, const struct pair *p)
{
    const struct element_set *was = &p->was->designated, *now = &p->now->designated;
    bool same = true, narrower = true;

    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        same = same && was->word[w] == now->word[w];
        narrower = narrower && (now->word[w] & ~was->word[w]) == 0;
    }
    if (!same) {
        diff_tell_of(d, p,
                     (struct diff_change){.kind = narrower ? DIFF_NARROWED : DIFF_WIDENED,
                                          .subject = DIFF_DESIGNATED,
                                          .was = SPAN("the types designated before"),
                                          .now = narrower ? SPAN("fewer") : SPAN("others")});
    }
}

static void compare_frame(struct differ *d, struct pair *p)
{
    tell_texts(d, p, DIFF_PARTNER, p->was->partner, p->now->partner);
    tell_texts(d, p, DIFF_BASIS, p->was->basis, p->now->basis);
    compare_dates(d, p);
    p->moved = compare_places(d, p);
    compare_purposes(d, p);
    compare_designated(d, p);
    compare_ids(d, p);
    compare_limit(d, p, DIFF_REQUESTS, p->was->requests_per_minute, p->now->requests_per_minute);
    compare_limit(d, p, DIFF_STUDENTS, p->was->students_per_day, p->now->students_per_day);
}

static void compare_agreement(struct differ *d, const struct agreement *was,
                              const struct agreement *now)
{
    struct pair p = {.was = was, .now = now};

    if (was != NULL && now != NULL) {
        compare_frame(d, &p);
    } else {
        diff_tell_of(d, &p,
                     (struct diff_change){.kind = was == NULL ? DIFF_WIDENED : DIFF_NARROWED,
                                          .subject = DIFF_AGREEMENT,
                                          .was = was == NULL ? SPAN("") : dates_text(d, was),
                                          .now = now == NULL ? SPAN("") : dates_text(d, now)});
    }
    diff_fields(d, &p);
}

/* --- the district ------------------------------------------------------------------- */

static void compare_district(struct differ *d)
{
    const struct district *was = &d->was->district, *now = &d->now->district;
    struct diff_change change = {.kind = DIFF_WIDENED, .subject = DIFF_TIME_ZONE};

    if (!span_eq(was->time_zone, now->time_zone)) {
        change.was = was->time_zone;
        change.now = now->time_zone;
        diff_tell(d, &change);
    }
    if (was->small_cell_minimum != now->small_cell_minimum) {
        change.subject = DIFF_SMALL_CELLS;
        change.kind =
            now->small_cell_minimum > was->small_cell_minimum ? DIFF_NARROWED : DIFF_WIDENED;
        change.was = diff_text(d, "%" PRIu64, was->small_cell_minimum);
        change.now = diff_text(d, "%" PRIu64, now->small_cell_minimum);
        diff_tell(d, &change);
    }
}

static bool opens_by_facts(const struct policy *p)
{
    bool opens = false;

    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        const struct agreement *a = policy_agreement(p, i);

        opens = opens || a->by_consent || a->by_naming;
    }
    return opens;
}

/* Facts take away, but for consents and namings. */
static void compare_facts(struct differ *d)
{
    bool was = policy_has_student_files(d->was), now = policy_has_student_files(d->now);
    const struct diff_change change = {.kind = now && !opens_by_facts(d->now) ? DIFF_NARROWED
                                                                              : DIFF_WIDENED,
                                       .subject = DIFF_FACTS,
                                       .was = was ? SPAN("files") : SPAN("none"),
                                       .now = now ? SPAN("files") : SPAN("none")};

    if (was != now) {
        diff_tell(d, &change);
    }
}

/* Else a first change would free the next one from what it needs. */
static void compare_second(struct differ *d)
{
    bool was = policy_widening_needs_second(d->was), now = policy_widening_needs_second(d->now);
    const struct diff_change change = {.kind = now ? DIFF_NARROWED : DIFF_WIDENED,
                                       .subject = DIFF_SECOND,
                                       .was = was ? SPAN("second-person") : SPAN(""),
                                       .now = now ? SPAN("second-person") : SPAN("")};

    if (was != now) {
        diff_tell(d, &change);
    }
}

static void tell_catalog(struct differ *d, struct diff_change change)
{
    change.subject = DIFF_CATALOG;
    change.kind = DIFF_WIDENED;
    diff_tell(d, &change);
}

/* Fields that are defined otherwise also show as widened wherever they are shared. */
static void compare_catalogs(struct differ *d)
{
    const struct catalog *was = policy_catalog(d->was), *now = policy_catalog(d->now);
    struct resource_pair pair;

    if (!span_eq(catalog_name(was), catalog_name(now)) ||
        !span_eq(catalog_base(was), catalog_base(now))) {
        tell_catalog(d, (struct diff_change){.was = catalog_name(was), .now = catalog_name(now)});
    }
    for (size_t i = 0; i < catalog_resource_count(now); i++) {
        const struct resource *r = catalog_resource(now, i);

        diff_resources(catalog_find(was, r->name), r, &pair);
        if (pair.decides_otherwise) {
            tell_catalog(d, (struct diff_change){.resource = r,
                                                 .was = SPAN("what decides over rows and items"),
                                                 .now = SPAN("is defined otherwise")});
        }
    }
}

static void compare_all(struct differ *d)
{
    compare_district(d);
    compare_facts(d);
    compare_second(d);
    compare_catalogs(d);
    for (size_t i = 0; i < policy_agreement_count(d->now); i++) {
        const struct agreement *now = policy_agreement(d->now, i);

        compare_agreement(d, policy_find_agreement(d->was, now->id), now);
    }
    for (size_t i = 0; i < policy_agreement_count(d->was); i++) {
        const struct agreement *was = policy_agreement(d->was, i);

        if (policy_find_agreement(d->now, was->id) == NULL) {
            compare_agreement(d, was, NULL);
        }
    }
    diff_clients(d);
}

enum err policy_diff(const struct policy *was, const struct policy *now, int32_t since,
                     struct arena *arena, struct diff *out)
{
    struct diff made = {.count = 0};
    struct differ d = {.was = was, .now = now, .since = since, .arena = arena, .out = &made};

    d.facts_held = policy_has_student_files(now);

    compare_all(&d);
    if (arena->overflow) {
        return ERR_MEMORY;
    }
    *out = made;
    return OK;
}
