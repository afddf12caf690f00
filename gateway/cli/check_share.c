/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agreements of a policy share, in a form that staff can hold against
 * the contract.
 */
#include "cli/check_priv.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/scope.h"

enum { RULE_BYTES = 64 * 1024 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

/* --- what is shared ----------------------------------------------------------------- */

static bool is_structure(const struct program *p, const struct field *f)
{
    return f->grant[p->role].by == GRANT_STRUCTURE;
}

/* What a rule does beyond its word: " (0-4, 5-9, 10+; another type)". */
static void print_details(const struct program *p, const struct field *f)
{
    const struct field_rule *rule = &p->rules[f->number];
    bool changes = transform_fit(rule->transform, p->resource, f) == FIT_CHANGES;
    struct buf args;

    buf_init(&args, RULE_BYTES);
    field_rule_put_args(&args, rule);
    if (args.len > 0 || changes) {
        printf(" (%.*s%s%s)", SPAN_ARGS(buf_span(&args)), args.len > 0 && changes ? "; " : "",
               changes ? "another type" : "");
    }
    buf_fini(&args);
}

/* Fields of one transform: "    as-is    email, givenName". */
static void print_transform(const struct program *p, enum transform t)
{
    const char *before = transform_word(t);
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (!fieldset_has(&p->keep, f->number) || p->rules[i].transform != t ||
            is_structure(p, f)) {
            continue;
        }
        if (first) {
            printf("    %-11s ", before);
        }
        printf("%s%.*s", first ? "" : ", ", SPAN_ARGS(f->path));
        print_details(p, f);
        first = false;
    }
    if (!first) {
        putchar('\n');
    }
}

static void print_structure(const struct program *p)
{
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (fieldset_has(&p->keep, f->number) && is_structure(p, f)) {
            printf("%s%.*s", first ? "    with it     " : ", ", SPAN_ARGS(f->path));
            first = false;
        }
    }
    if (!first) {
        putchar('\n');
    }
}

/* Withheld, but a client must find something there: a fixed value stands in. */
static void print_placeholders(const struct program *p)
{
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (!fieldset_has(&p->keep, f->number) && f->required && f->placeholder.len > 0 &&
            f->parent == CATALOG_ROOT) {
            printf("%s%.*s %.*s", first ? "    stand-in    " : ", ", SPAN_ARGS(f->path),
                   SPAN_ARGS(f->placeholder));
            first = false;
        }
    }
    if (!first) {
        putchar('\n');
    }
}

static void print_program(const struct program *p)
{
    printf("  %.*s", SPAN_ARGS(p->resource->name));
    if (p->role != ROLE_NONE) {
        printf(" (%s)", role_word(p->role));
    }
    putchar('\n');
    for (unsigned t = TRANSFORM_AS_IS; t < TRANSFORM_COUNT; t++) {
        print_transform(p, (enum transform)t);
    }
    print_structure(p);
    print_placeholders(p);
}

/* --- one agreement -------------------------------------------------------------------- */

static void print_date(int32_t date)
{
    printf("%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

static void print_set(const char *what, const struct fact_set *set, const char *none)
{
    if (set == NULL && none == NULL) {
        return;
    }
    printf("  %-11s ", what);
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        printf("%s%.*s", i == 0 ? "" : " ", SPAN_ARGS(set->items[i]));
    }
    puts(set == NULL ? none : "");
}

static void print_clients(const struct policy *p, const struct agreement *a)
{
    for (size_t i = 0; i < policy_client_count(p); i++) {
        const struct client *c = policy_client(p, i);

        if (span_eq(c->agreement, a->id)) {
            printf("  %-11s %.*s (%.*s)\n", "client", SPAN_ARGS(c->id), SPAN_ARGS(c->purpose));
        }
    }
}

/* SAFETY F4: whose keys these are, and their epoch. */
static void print_keys(const struct agreement *a)
{
    if (a->keyed_count == 0) {
        return;
    }
    printf("  %-11s of the %s, epoch %u:", "keys", a->ids_for_agreement ? "agreement" : "partner",
           (unsigned)a->epoch);
    for (size_t i = 0; i < a->keyed_count; i++) {
        printf("%s %.*s", i == 0 ? "" : ",", SPAN_ARGS(a->keyed[i].what));
    }
    putchar('\n');
}

/* The last day of disclosures. */
static int32_t last_day(const struct agreement *a)
{
    int32_t before = a->ends;

    if (a->stopped_on != 0 && a->stopped_on <= a->ends) {
        (void)clock_add_days(a->stopped_on, -1, &before);
    }
    return before;
}

/* The day of the answer: `day`, or the nearest one on which the agreement holds. */
static int32_t day_in_force(const struct agreement *a, int32_t day)
{
    int32_t last = last_day(a);

    return day < a->from ? a->from : day > last ? last : day;
}

static void print_head(const struct agreement *a, int32_t day)
{
    int32_t shown = day_in_force(a, day);

    printf("\n%.*s: %.*s, %.*s, ", SPAN_ARGS(a->id), SPAN_ARGS(a->partner_name),
           SPAN_ARGS(a->basis));
    print_date(a->from);
    printf(" to ");
    print_date(a->ends);
    if (shown != day) {
        printf(day < a->from ? " (not yet in force; as of " : " (ended; as of ");
        print_date(shown);
        putchar(')');
    }
    putchar('\n');
}

/* Whose records, under which ids, how much of them. */
static void print_bounds(const struct check *c, const struct agreement *a, int32_t day)
{
    static const char *const ids[] = {[IDS_DISTRICT] = "the district's own",
                                      [IDS_PER_PARTNER] = "per partner",
                                      [IDS_RANDOM] = "random codes"};
    size_t students;

    print_set("schools", a->schools, "the whole district");
    print_set("grades", a->grades, "all");
    print_set("classes", a->classes, NULL);
    print_set("courses", a->courses, NULL);
    print_set("terms", a->terms, NULL);
    print_set("statuses", a->statuses, NULL);
    print_set("programs", a->programs, NULL);
    printf("  %-11s %s\n", "ids", ids[a->ids]);
    if (a->students_per_day > 0) {
        printf("  %-11s %s students a day\n", "limit", grouped_number(a->students_per_day).text);
    }
    if (c->roster != NULL && scope_count(c->open.policy, a, c->roster, day, &students)) {
        printf("  %-11s %s in scope\n", "students", grouped_number(students).text);
    }
}

static void print_agreement(const struct check *c, const struct agreement *a)
{
    const struct policy *p = c->open.policy;
    const struct catalog *catalog = policy_catalog(p);
    int32_t shown = day_in_force(a, c->open.day);

    print_head(a, c->open.day);
    print_bounds(c, a, shown);
    print_clients(p, a);
    print_keys(a);
    for (size_t i = 0; i < catalog_resource_count(catalog) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(catalog, i / ROLE_COUNT);
        const struct program *program = policy_program(p, a, r, (enum role)(i % ROLE_COUNT), shown);

        if (program != NULL) {
            print_program(program);
        }
    }
}

void check_print_policy(const struct check *c)
{
    const struct policy *p = c->open.policy;

    size_t agreements = policy_agreement_count(p);
    size_t clients = policy_client_count(p);

    printf("%.*s: %zu agreement%s, %zu client%s; as of ", SPAN_ARGS(policy_district(p)), agreements,
           agreements == 1 ? "" : "s", clients, clients == 1 ? "" : "s");
    print_date(c->open.day);
    putchar('\n');
    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        print_agreement(c, policy_agreement(p, i));
    }
}
